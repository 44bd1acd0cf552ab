//! The index of a committed generation, open for reading: ranked search, and look-up by id.
//!
//! Promises: whatever in the index cannot be read is an error that names the library and the command that mends it;
//! hits of one score stand in the order of their ids. Leaves to others: what a query means (`query`).

use anyhow::{Context, Result};
use tantivy::collector::{Count, TopDocs};
use tantivy::directory::MmapDirectory;
use tantivy::query::TermQuery;
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DocAddress, ReloadPolicy, Searcher, TantivyDocument, Term};

use super::query;
use super::readonly::ReadOnly;
use super::schema::{self, Fields};
use super::snippet::{Snippet, Snippets};
use crate::library::Generation;
use crate::record::Record;

/// The candidates that an ambiguous name lists at most.
const CANDIDATES: usize = 20;

/// An open index.
pub struct Index<'a> {
    pub(super) generation: &'a Generation,
    index: tantivy::Index,
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
}

/// What a query found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Documents that match, of which `hits` are the first.
    pub total: usize,
    pub hits: Vec<Hit>,
}

/// One document that a query found.
#[derive(Clone, Debug)]
pub struct Hit {
    pub score: f32,
    pub record: Record,
    pub snippet: Snippet,
}

/// A document as the index keeps it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub record: Record,
    /// The text that the evidence of the record points into.
    pub text: String,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// The one document of that id, or the only one whose id ends in it.
    One(Box<Stored>),
    /// The first ids that it may mean, in order, and how many there are.
    Several(Vec<String>, usize),
    Nothing,
}

impl<'a> Index<'a> {
    pub fn open(generation: &'a Generation) -> Result<Index<'a>> {
        let dir = generation.dir.join(schema::DIR);
        let (schema, fields) = schema::schema();
        let open = || -> tantivy::Result<_> {
            let index = tantivy::Index::open(ReadOnly(MmapDirectory::open(dir)?))?;
            let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
            Ok((index, reader.searcher()))
        };
        let (index, searcher) = open().map_err(|error| generation.damaged("the search index", error))?;
        if index.schema() != schema {
            return Err(generation.foreign("the search index"));
        }
        Ok(Index { generation, index, searcher, fields })
    }

    /// The `limit` documents that match `text` best; of two that match alike, the one whose id comes first.
    pub fn search(&self, text: &str, limit: usize) -> Result<Found> {
        let query = query::parse(&self.index, &self.fields, text)?;
        let damaged = |error| self.generation.damaged("the search index", error);
        let collectors = (TopDocs::with_limit(limit.max(1)).order_by_score(), Count);
        let (top, total) = self.searcher.search(&query, &collectors).map_err(damaged)?;
        let snippets = Snippets::new(&self.searcher, &query, self.fields.body).map_err(damaged)?;
        let hit = |(score, address): &(f32, DocAddress)| {
            let Stored { record, text } = self.stored(*address)?;
            Ok(Hit { score: *score, record, snippet: snippets.of(&text) })
        };
        let mut hits = top.iter().take(limit).map(hit).collect::<Result<Vec<_>>>()?;
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.record.id.cmp(&b.record.id)));
        Ok(Found { total, hits })
    }

    /// The document that `name` means: an id, or the end of one, with its extension or without.
    pub fn lookup(&self, name: &str) -> Result<Lookup> {
        if let Some(address) = self.address(name)? {
            return Ok(Lookup::One(Box::new(self.stored(address)?)));
        }
        let mut ids = self.ids_ending_in(name)?;
        ids.sort();
        ids.dedup();
        match ids.as_slice() {
            [] => Ok(Lookup::Nothing),
            [id] => match self.address(id)? {
                Some(address) => Ok(Lookup::One(Box::new(self.stored(address)?))),
                None => Ok(Lookup::Nothing),
            },
            several => Ok(Lookup::Several(several.iter().take(CANDIDATES).cloned().collect(), several.len())),
        }
    }

    fn address(&self, id: &str) -> Result<Option<DocAddress>> {
        let query = TermQuery::new(Term::from_field_text(self.fields.id, id), IndexRecordOption::Basic);
        let found = self.searcher.search(&query, &TopDocs::with_limit(1).order_by_score());
        let found = found.map_err(|error| self.generation.damaged("the search index", error))?;
        Ok(found.first().map(|(_, address)| *address))
    }

    /// Ids of live documents that end in `name` after a `/`, or do so without their extension.
    fn ids_ending_in(&self, name: &str) -> Result<Vec<String>> {
        let list = || -> tantivy::Result<Vec<String>> {
            let mut ids = Vec::new();
            for segment in self.searcher.segment_readers() {
                let inverted = segment.inverted_index(self.fields.id)?;
                let mut terms = inverted.terms().stream()?;
                while terms.advance() {
                    if std::str::from_utf8(terms.key()).is_ok_and(|id| ends_in(id, name)) {
                        ids.push(String::from_utf8_lossy(terms.key()).into_owned());
                    }
                }
            }
            Ok(ids)
        };
        let ids = list().map_err(|error| self.generation.damaged("the search index", error))?;
        // The terms of a segment outlive the documents that were deleted from it.
        ids.into_iter().filter_map(|id| self.address(&id).map(|at| at.map(|_| id)).transpose()).collect()
    }

    /// The record and the text of a document.
    pub(super) fn stored(&self, address: DocAddress) -> Result<Stored> {
        let damaged = |why: &str| self.generation.damaged("the search index", why);
        let entry: TantivyDocument = self.searcher.doc(address).map_err(|error| damaged(&error.to_string()))?;
        let text = |field| entry.get_first(field).and_then(|value| value.as_str());
        let (Some(record), Some(body)) = (text(self.fields.record), text(self.fields.body)) else {
            return Err(damaged("a document without its record or text"));
        };
        let record = serde_json::from_str(record).with_context(|| self.generation.foreign("a record").to_string())?;
        Ok(Stored { record, text: body.to_owned() })
    }
}

/// Whether the last parts of the path `id` are `name`: `2024/redis.md` ends in `redis.md` and in `redis`.
fn ends_in(id: &str, name: &str) -> bool {
    let is_tail = |id: &str| id.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    let stem = id.rfind('.').filter(|dot| !id[*dot..].contains('/')).map(|dot| &id[..dot]);
    !name.is_empty() && (is_tail(id) || stem.is_some_and(is_tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_by_its_last_parts_with_or_without_extension() {
        for (id, name, expected) in [
            ("2024/redis.md", "redis.md", true),
            ("2024/redis.md", "redis", true),
            ("2024/redis.md", "2024/redis", true),
            ("redis.md", "redis", true),
            ("2024/my-redis.md", "redis", false),
            ("2024/redis.md", "", false),
            ("v1.2/notes", "v1", false),
            ("v1.2/notes", "notes", true),
        ] {
            assert_eq!(ends_in(id, name), expected, "{id} {name}");
        }
    }
}
