//! The second look at the best hits: what BM25 over single words does not see.
//!
//! The first look (`query`) finds the hundred documents whose bodies score best, without reading the others. The second
//! reads for these where the words of the query stand, and adds to the score
//! - for words and concepts so common that the first look passed over them, what BM25 gives for them: who remembers how
//!   something was put may be found by it;
//! - for words that stand near each other in the query and in the document;
//! - for the root cause that the query speaks of, by the model that reads causes in documents;
//! - for having a passage about what the query is about, by the vectors of `meaning`: in deviations from other documents,
//!   because likenesses alone spread more for one query than for another. It weighs the more, the less of the query any
//!   document has in its own words: who quotes an error message is not helped by what it is about;
//! - for words in the title and in sections. What such a word is worth is its rarity in the bodies, as in BM25F (Robertson,
//!   Zaragoza and Taylor 2004): by its rarity among titles nearly every word would be the rarest.
//!
//! All factors stand in `data/search/weights.tsv`. In a small library it also reads what is most like the query and was not among
//! these hundred (`nearest`). All further hits keep the order of the first look.

use std::collections::{HashMap, HashSet};

use tantivy::postings::Postings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, DocSet, Searcher, SegmentReader, TERMINATED, Term};

use super::meaning::{self, Asked};
use super::nearest::Nearest;
use super::query::Compiled;
use super::schema::Fields;
use super::weights::Weights;
use crate::extract::likely_causes;

/// Hits that are looked at again.
pub const DEPTH: usize = 100;

/// BM25's constants, as tantivy has them.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// Words that stand further apart are not near.
const NEAR: u32 = 10;

/// Words from which on a query may speak of a root cause, and says what it is about: one or two are a name or a symptom.
const FEWEST_TO_TELL: usize = 3;

/// The highest rarity by which a word weighs in what a query is about: a word that hardly any document has is as often a slip.
const RAREST: f32 = 5.0;

/// What the second look knows of the words of a query.
pub struct Second<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
    weights: &'a Weights,
    /// The words in the order of the query.
    words: Vec<Word>,
    /// Concepts that the first look passed over, with what each is worth.
    concepts: Vec<(&'static str, f32)>,
    /// Words of a body, in the mean.
    length: f32,
    /// Root causes that they speak of, with the chance.
    causes: Vec<(&'static str, f32)>,
    /// What they are about.
    about: Option<Asked>,
    /// Documents that are looked at beside the best hits of the first look.
    nearest: Nearest,
}

/// A word of the query.
struct Word {
    text: String,
    /// Its inverse document frequency in the bodies.
    rarity: f32,
    /// Whether the first look looked for it.
    is_scored: bool,
}

/// What was seen of one document.
#[derive(Default)]
struct Seen {
    /// Words of its body.
    length: f32,
    /// By word: where it stands in the body.
    positions: Vec<Vec<u32>>,
    /// How like the query its best passage is, in deviations.
    likeness: f32,
    /// The sum over fields of weight times rarity, and what concepts and cause add.
    beside: f32,
}

impl<'a> Second<'a> {
    /// With `by_words` every hit has a word of the query.
    pub fn new(
        searcher: &'a Searcher,
        fields: &'a Fields,
        weights: &'a Weights,
        query: &Compiled,
        by_words: bool,
    ) -> tantivy::Result<Second<'a>> {
        let Compiled { words, text, .. } = query;
        let documents = searcher.num_docs() as f32;
        let rarity = |word: &str| -> tantivy::Result<f32> {
            let with = searcher.doc_freq(&Term::from_field_text(fields.body, word))? as f32;
            // BM25's own formula; the number of documents leaves out what was deleted and the other does not.
            Ok((1.0 + (documents - with + 0.5).max(0.0) / (with + 0.5)).ln())
        };
        let mut known = Vec::new();
        for (word, is_scored) in words {
            known.push(Word { text: word.clone(), rarity: rarity(word)?, is_scored: *is_scored });
        }
        let concepts = query.concepts.iter().map(|concept| Ok((*concept, weights.concept * rarity(concept)?)));
        let concepts = concepts.collect::<tantivy::Result<Vec<_>>>()?;
        let mut tokens = 0;
        for segment in searcher.segment_readers() {
            tokens += segment.inverted_index(fields.body)?.total_num_tokens();
        }
        let tells = words.len() >= FEWEST_TO_TELL;
        let causes = if tells && weights.cause > 0.0 { likely_causes(text) } else { Vec::new() };
        let about = if tells && weights.meaning > 0.0 {
            let telling = known.iter().filter(|word| word.is_scored);
            Asked::new(searcher, telling.map(|word| (word.text.as_str(), word.rarity.min(RAREST))))?
        } else {
            None
        };
        let mut nearest = match (&about, &query.beside) {
            (Some(about), Some(beside)) => Nearest::find(searcher, about, &**beside, &*query.query)?,
            _ => Nearest::default(),
        };
        if by_words {
            nearest.without.clear();
        }
        let length = tokens as f32 / documents.max(1.0);
        Ok(Second { searcher, fields, weights, words: known, concepts, length, causes, about, nearest })
    }

    /// Documents that have none of the words and say the same in others.
    pub fn in_other_words(&self) -> &[DocAddress] {
        &self.nearest.without
    }

    /// What the query is about, where it finds that document in other words.
    pub fn about(&self, address: DocAddress) -> Option<&Asked> {
        self.about.as_ref().filter(|_| self.nearest.without.contains(&address))
    }

    /// The hits of the first look in their new order, the best [`DEPTH`] of them and what is nearest with new scores.
    pub fn look(&self, mut hits: Vec<(f32, DocAddress)>) -> tantivy::Result<Vec<(f32, DocAddress)>> {
        let Nearest { with_words, without } = &self.nearest;
        let mut rest = hits.split_off(hits.len().min(DEPTH));
        let best: HashSet<DocAddress> = hits.iter().map(|(_, address)| *address).collect();
        let nearest: HashSet<DocAddress> = with_words.iter().map(|(_, address)| *address).collect();
        rest.retain(|(_, address)| !nearest.contains(address));
        hits.extend(with_words.iter().filter(|(_, address)| !best.contains(address)));
        hits.extend(without.iter().map(|address| (0.0, *address)));
        let mut looked_at = self.again(hits)?;
        looked_at.extend(rest);
        Ok(looked_at)
    }

    /// Documents with their new scores, the best first.
    fn again(&self, hits: Vec<(f32, DocAddress)>) -> tantivy::Result<Vec<(f32, DocAddress)>> {
        let mut by_segment: HashMap<u32, Vec<(DocId, f32)>> = HashMap::new();
        for (score, address) in hits {
            by_segment.entry(address.segment_ord).or_default().push((address.doc_id, score));
        }
        let mut looked_at = Vec::new();
        for (ord, mut hits) in by_segment {
            hits.sort_by_key(|(doc, _)| *doc);
            let docs: Vec<DocId> = hits.iter().map(|(doc, _)| *doc).collect();
            let seen = self.read(self.searcher.segment_reader(ord), &docs)?;
            let addresses = hits.into_iter().map(|(doc, score)| (score, DocAddress::new(ord, doc)));
            looked_at.extend(addresses.zip(seen));
        }
        let covered = looked_at.iter().map(|(_, seen)| self.covered(seen)).fold(0.0, f32::max);
        let likeness = self.weights.meaning * (2.0 - covered);
        let score = |((score, address), seen): &((f32, DocAddress), Seen)| {
            (self.score(*score, seen) + likeness * seen.likeness, *address)
        };
        let mut out: Vec<(f32, DocAddress)> = looked_at.iter().map(score).collect();
        out.sort_by(|(a, first), (b, second)| b.total_cmp(a).then_with(|| first.cmp(second)));
        Ok(out)
    }

    /// How much of what the first look looked for the document has in its body: from 0 to 1, words by their rarity.
    fn covered(&self, seen: &Seen) -> f32 {
        let scored = || self.words.iter().zip(&seen.positions).filter(|(word, _)| word.is_scored);
        let has: f32 = scored().filter(|(_, places)| !places.is_empty()).map(|(word, _)| word.rarity).sum();
        let all: f32 = scored().map(|(word, _)| word.rarity).sum();
        if all > 0.0 { has / all } else { 0.0 }
    }

    fn score(&self, first: f32, seen: &Seen) -> f32 {
        let passed_over = self.words.iter().zip(&seen.positions).filter(|(word, _)| !word.is_scored);
        let passed_over =
            passed_over.map(|(word, places)| word.rarity * self.frequency(places.len() as u32, seen.length));
        let passed_over: f32 = passed_over.sum();
        let pairs = seen.positions.windows(2).zip(self.words.windows(2));
        let near = pairs.filter_map(|(places, words)| {
            Some(words[0].rarity.min(words[1].rarity) / gap(&places[0], &places[1])? as f32)
        });
        let near: f32 = near.sum();
        first + passed_over + self.weights.near * near + seen.beside
    }

    /// What BM25 makes of so many of a word in a body of that length.
    fn frequency(&self, count: u32, length: f32) -> f32 {
        let count = count as f32;
        count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / self.length.max(1.0)))
    }

    /// Where the words stand in the documents of a segment, which are in order.
    fn read(&self, segment: &SegmentReader, docs: &[DocId]) -> tantivy::Result<Vec<Seen>> {
        let mut seen: Vec<Seen> = docs.iter().map(|_| Seen::default()).collect();
        let lengths = segment.get_fieldnorms_reader(self.fields.body)?;
        seen.iter_mut().zip(docs).for_each(|(seen, doc)| seen.length = lengths.fieldnorm(*doc) as f32);
        for Word { text: word, rarity, is_scored } in &self.words {
            seen.iter_mut().for_each(|seen| seen.positions.push(Vec::new()));
            each(segment, self.fields.body, word, IndexRecordOption::WithFreqsAndPositions, docs, |at, postings| {
                if let Some(positions) = seen[at].positions.last_mut() {
                    postings.positions(positions);
                }
            })?;
            for (field, weight) in self.weights.fields().filter(|_| *is_scored) {
                let field = field.of(self.fields);
                each(segment, field, word, IndexRecordOption::Basic, docs, |at, _| seen[at].beside += weight * rarity)?;
            }
        }
        for (concept, worth) in &self.concepts {
            each(segment, self.fields.body, concept, IndexRecordOption::WithFreqs, docs, |at, postings| {
                seen[at].beside += worth * self.frequency(postings.term_freq(), seen[at].length);
            })?;
        }
        for (cause, chance) in &self.causes {
            let worth = self.weights.cause * chance;
            each(segment, self.fields.cause, cause, IndexRecordOption::Basic, docs, |at, _| seen[at].beside += worth)?;
        }
        if let Some(about) = &self.about {
            let column = segment.fast_fields().u64(meaning::FIELD)?;
            for (seen, doc) in seen.iter_mut().zip(docs) {
                let product = about.product(&column, *doc);
                seen.likeness = product.map_or(0.0, |product| about.deviations(product));
            }
        }
        Ok(seen)
    }
}

/// Calls `found` for each of `docs` that has the word in that field.
fn each(
    segment: &SegmentReader,
    field: Field,
    word: &str,
    option: IndexRecordOption,
    docs: &[DocId],
    mut found: impl FnMut(usize, &mut tantivy::postings::SegmentPostings),
) -> tantivy::Result<()> {
    let term = Term::from_field_text(field, word);
    let Some(mut postings) = segment.inverted_index(field)?.read_postings(&term, option)? else { return Ok(()) };
    for (at, doc) in docs.iter().enumerate() {
        if postings.doc() < *doc {
            postings.seek(*doc);
        }
        if postings.doc() == TERMINATED {
            break;
        }
        if postings.doc() == *doc {
            found(at, &mut postings);
        }
    }
    Ok(())
}

/// The smallest step between a place of one word and one of the other, both in order; none where it is not near.
fn gap(a: &[u32], b: &[u32]) -> Option<u32> {
    let (mut i, mut j, mut least) = (0, 0, u32::MAX);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        least = least.min(x.abs_diff(*y).max(1));
        if x < y { i += 1 } else { j += 1 }
    }
    (least <= NEAR).then_some(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_is_the_smallest_step_between_two_words() {
        for (a, b, expected) in [
            (&[1, 50][..], &[30, 52][..], Some(2)),
            (&[5], &[4], Some(1)),
            (&[5], &[5], Some(1)),
            (&[1], &[100], None),
            (&[], &[1], None),
        ] {
            assert_eq!(gap(a, b), expected, "{a:?} {b:?}");
        }
    }
}
