//! The index of a committed generation, open for reading: ranked search, and look-up by id.
//!
//! Promises: whatever in the index cannot be read is an error that names the library and the command that mends it;
//! hits that rank alike stand in the order of their ids; only the documents that are shown are loaded. Leaves to others:
//! what a query means (`query`), what is counted (`facets`).

use std::thread::available_parallelism;

use anyhow::{Context, Result};
use tantivy::collector::sort_key::SortBySimilarityScore;
use tantivy::collector::{Count, TopDocs};
use tantivy::directory::MmapDirectory;
use tantivy::query::{EnableScoring, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DateTime, DocAddress, DocSet, Order, ReloadPolicy, Searcher, TERMINATED, TantivyDocument, Term};

use super::analyzer;
use super::duplicates::{self, Report};
use super::facets::{self, Facet};
use super::query::{self, Compiled, Compiler};
use super::readonly::ReadOnly;
use super::rerank::{DEPTH, Second};
use super::schema::{self, Fields};
use super::snippet::{self, Snippet, Snippets};
use super::weights::Weights;
use crate::library::Generation;
use crate::record::Record;

/// The candidates that an ambiguous name lists at most.
const CANDIDATES: usize = 20;

/// Hits that are looked at beyond those wanted, so that of hits that rank alike those come whose ids are first.
const TIES: usize = 32;

/// Segments that are searched side by side.
const MOST_THREADS: usize = 4;

/// Matches that are counted before it is said that there are more.
const MOST_COUNTED: usize = 10_000;

/// An open index.
pub struct Index<'a> {
    pub(super) generation: &'a Generation,
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
}

/// What is wanted of a search beside its query.
#[derive(Clone, Debug)]
pub struct Options {
    /// Hits to give at most, and how many of the first to leave out.
    pub limit: usize,
    pub offset: usize,
    /// Without one: by score where the query has words, else the newest first.
    pub sort: Option<Sort>,
    /// The other way round than [`Sort`] says.
    pub reverse: bool,
    /// Count what matches, up to a limit: counting reads every match, which ranking need not.
    pub count: bool,
    /// Count by labels, and so all that matches.
    pub facets: bool,
    /// Give one hit of each incident that several documents report: see `duplicates`.
    pub fold: bool,
    pub weights: Weights,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            limit: 10,
            offset: 0,
            sort: None,
            reverse: false,
            count: true,
            facets: false,
            fold: false,
            weights: Weights::default(),
        }
    }
}

/// The order of hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The best first.
    Score,
    /// The newest first; what has no date last.
    Date,
    /// The longest first; what is not known last.
    Ttr,
    Ttd,
}

/// What a query found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Documents that match, by words or in other words, of which `hits` are some, where they were counted.
    pub total: Option<Total>,
    pub hits: Vec<Hit>,
    /// Counts of all that match, where asked for.
    pub facets: Vec<Facet>,
}

/// How many documents match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    Exactly(usize),
    /// Counting ended there.
    MoreThan(usize),
}

impl Total {
    /// With so many more.
    fn and(self, more: usize) -> Total {
        match self {
            Total::Exactly(total) => Total::Exactly(total + more),
            Total::MoreThan(total) => Total::MoreThan(total),
        }
    }
}

/// One document that a query found.
#[derive(Clone, Debug)]
pub struct Hit {
    pub score: f32,
    pub record: Record,
    pub snippet: Snippet,
    /// Whether it has no word of the query, and says the same in others.
    pub in_other_words: bool,
    /// The sentence that says how the incident was resolved, where one does.
    pub fix: Option<String>,
    /// The ids of hits left out because they report the same incident.
    pub also: Vec<String>,
}

/// A document as the index keeps it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub record: Record,
    /// The text that the evidence of the record points into.
    pub text: String,
    /// See [`Hit::fix`].
    pub fix: Option<String>,
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
            let mut index = tantivy::Index::open(ReadOnly(MmapDirectory::open(dir)?))?;
            let segments = index.searchable_segment_ids()?.len();
            let threads = available_parallelism().map_or(1, usize::from).min(segments).min(MOST_THREADS);
            if threads > 1 {
                index.set_multithread_executor(threads)?;
            }
            analyzer::register(index.tokenizers());
            let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
            Ok((index, reader.searcher()))
        };
        let (index, searcher) = open().map_err(|error| generation.damaged("the search index", error))?;
        if index.schema() != schema {
            return Err(generation.foreign("the search index"));
        }
        Ok(Index { generation, searcher, fields })
    }

    /// The documents that match `text`, in the order and number that `options` say, with all that a reader is shown.
    ///
    /// An error is a [`query::Fault`] where the query cannot be read.
    pub fn search(&self, text: &str, options: &Options) -> Result<Found> {
        let compiled = self.compile(text, options)?;
        let sort = options.sort.unwrap_or(if compiled.is_ranked { Sort::Score } else { Sort::Date });
        let damaged = |error| self.generation.damaged("the search index", error);
        let query = &*compiled.query;
        let is_looked_at_again = sort == Sort::Score && !options.reverse && !compiled.words.is_empty();
        // What is counted by labels matches by its words.
        let look = || Second::new(&self.searcher, &self.fields, &options.weights, &compiled, options.facets);
        let second = is_looked_at_again.then(look).transpose().map_err(damaged)?;
        let top = self.top(query, sort, options, second.as_ref()).map_err(damaged)?;
        let total = options.count.then(|| self.total(query, options.facets)).transpose().map_err(damaged)?;
        let total = total.map(|total| total.and(second.as_ref().map_or(0, |second| second.in_other_words().len())));
        let facets = if options.facets { facets::count(&self.searcher, query).map_err(damaged)? } else { Vec::new() };
        let snippets = Snippets::new(&self.searcher, query, self.fields.body, &compiled.words).map_err(damaged)?;
        let mut hits = Vec::new();
        for (score, address) in top {
            let Stored { record, text, fix } = self.stored(address)?;
            let report = options.fold.then(|| Report::new(&record, &text));
            let about = second.as_ref().and_then(|second| second.about(address));
            let snippet = match about {
                Some(about) => Snippet::from(&text, about.piece(&text, snippet::LENGTH)),
                None => snippets.of(&text),
            };
            let in_other_words = about.is_some();
            hits.push((Hit { score, record, snippet, in_other_words, fix, also: Vec::new() }, report));
        }
        let hits = if options.fold {
            duplicates::fold(hits.into_iter().filter_map(|(hit, report)| Some((hit, report?))).collect())
        } else {
            hits.into_iter().map(|(hit, _)| hit).collect()
        };
        Ok(Found { total, hits, facets })
    }

    /// How many documents match: all of them, or as many as anybody looks through.
    fn total(&self, query: &dyn Query, all: bool) -> tantivy::Result<Total> {
        if all {
            return Ok(Total::Exactly(self.searcher.search(query, &Count)?));
        }
        let weight = query.weight(EnableScoring::disabled_from_searcher(&self.searcher))?;
        let mut total = 0;
        for segment in self.searcher.segment_readers() {
            let mut docs = weight.scorer(segment, 1.0)?;
            while docs.doc() != TERMINATED {
                if total == MOST_COUNTED {
                    return Ok(Total::MoreThan(MOST_COUNTED));
                }
                total += usize::from(!segment.is_deleted(docs.doc()));
                docs.advance();
            }
        }
        Ok(Total::Exactly(total))
    }

    fn compile(&self, text: &str, options: &Options) -> Result<Compiled> {
        let node = query::parse(text)?;
        let compiler = Compiler::new(&self.searcher, &self.fields, &options.weights);
        compiler.compile(&node).map_err(|error| self.generation.damaged("the search index", error))
    }

    /// The scores and places of the hits that `options` ask for, in order. Scores are 0 where the order is another.
    fn top(
        &self,
        query: &dyn Query,
        sort: Sort,
        options: &Options,
        second: Option<&Second>,
    ) -> tantivy::Result<Vec<(f32, DocAddress)>> {
        let wanted = options.offset + options.limit;
        let most = if second.is_some() { (wanted + TIES).max(DEPTH) } else { wanted + TIES };
        let top = TopDocs::with_limit(most);
        let order = if options.reverse { Order::Asc } else { Order::Desc };
        let found: Vec<(Option<f64>, DocAddress)> = match sort {
            Sort::Score => {
                let mut found = if options.reverse {
                    self.searcher.search(query, &top.order_by((SortBySimilarityScore, order)))?
                } else {
                    self.searcher.search(query, &top.order_by_score())?
                };
                if let Some(second) = second {
                    found = second.look(found)?;
                }
                found.into_iter().map(|(score, address)| (Some(score.into()), address)).collect()
            }
            Sort::Date => {
                let found = self.searcher.search(query, &top.order_by_fast_field::<DateTime>("date", order))?;
                let seconds = |date: DateTime| date.into_timestamp_secs() as f64;
                found.into_iter().map(|(date, address)| (date.map(seconds), address)).collect()
            }
            Sort::Ttr => self.searcher.search(query, &top.order_by_fast_field("ttr", order))?,
            Sort::Ttd => self.searcher.search(query, &top.order_by_fast_field("ttd", order))?,
        };
        let found = self.untied(found)?.into_iter().skip(options.offset).take(options.limit);
        let score = |key: Option<f64>| if sort == Sort::Score { key.unwrap_or_default() as f32 } else { 0.0 };
        Ok(found.map(|(key, address)| (score(key), address)).collect())
    }

    /// Puts hits of one key into the order of their ids.
    fn untied(&self, found: Vec<(Option<f64>, DocAddress)>) -> tantivy::Result<Vec<(Option<f64>, DocAddress)>> {
        let mut out = Vec::with_capacity(found.len());
        for tied in found.chunk_by(|(a, _), (b, _)| a == b) {
            if tied.len() == 1 {
                out.extend_from_slice(tied);
                continue;
            }
            let with_id = |hit: &(Option<f64>, DocAddress)| Ok((self.id(hit.1)?, *hit));
            let mut tied = tied.iter().map(with_id).collect::<tantivy::Result<Vec<_>>>()?;
            tied.sort_by(|(a, _), (b, _)| a.cmp(b));
            out.extend(tied.into_iter().map(|(_, hit)| hit));
        }
        Ok(out)
    }

    /// The id of a document, from its column.
    pub(super) fn id(&self, address: DocAddress) -> tantivy::Result<String> {
        let mut id = String::new();
        let segment = self.searcher.segment_reader(address.segment_ord);
        if let Some(ids) = segment.fast_fields().str("id")?
            && let Some(ord) = ids.term_ords(address.doc_id).next()
        {
            ids.ord_to_str(ord, &mut id)?;
        }
        Ok(id)
    }

    /// The places of all documents.
    pub(super) fn addresses(&self) -> Vec<DocAddress> {
        let segments = self.searcher.segment_readers().iter().zip(0..);
        let of = |(segment, ord): (&tantivy::SegmentReader, u32)| {
            segment.doc_ids_alive().map(|doc| DocAddress::new(ord, doc)).collect::<Vec<_>>()
        };
        segments.flat_map(of).collect()
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

    /// Ids of live documents that end in `name` after a `/` or `#`, or do so without their extension.
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
        let fix = text(self.fields.fix).map(str::to_owned);
        Ok(Stored { record, text: body.to_owned(), fix })
    }
}

/// Whether the last parts of the path `id` are `name`: `2024/redis.md` ends in `redis.md` and in `redis`, `in.json#k3` in `k3`.
fn ends_in(id: &str, name: &str) -> bool {
    let is_tail = |id: &str| id.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with(['/', '#']));
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
            ("in/history.json#k3vz", "k3vz", true),
            ("in/history.json#k3vz", "history.json#k3vz", true),
            ("in/history.json#k3vz", "vz", false),
            ("v1.2/notes", "v1", false),
            ("v1.2/notes", "notes", true),
        ] {
            assert_eq!(ends_in(id, name), expected, "{id} {name}");
        }
    }
}
