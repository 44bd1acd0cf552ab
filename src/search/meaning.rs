//! What texts are about, as vectors: a query finds its way to a document that says the same in other words.
//!
//! `data/search/meaning.bin` has a vector for each of some seventeen thousand stems, made once from a model of sentences
//! (`data/search/README.md` tells how). The vector of a passage is the weighted sum of those of its words, as long as one
//! (SIF: Arora, Liang and Ma 2017); that of a document is the mean of those of its passages, and the index keeps it in a
//! fast field. What a query and a document have in common is then one product of two vectors. The words of a query weigh as
//! much as they are rare in the library.
//!
//! Promises: nothing is read before the first word is looked for, and nothing is parsed then; a text none of whose words
//! is known has no vector. Leaves to others: what a likeness is worth (`rerank`).

use std::sync::LazyLock;

use tantivy::columnar::Column;
use tantivy::{DocId, Searcher};

use super::analyzer::Analyzer;

/// Components of a vector.
const DIMENSIONS: usize = 96;

/// Known words of a passage; passages overlap by half.
const HALF_PASSAGE: usize = 25;

/// The name of the fast field: [`PACKED`] numbers a document.
pub const FIELD: &str = "meaning";

/// The first number has the scale, each other one eight components.
const PACKED: usize = 1 + DIMENSIONS / 8;

/// Documents by which the spread of likenesses is measured: so many rows of so many, since a row is read at one place.
const ROWS: usize = 16;
const IN_ROW: usize = 16;

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(include_bytes!("../../data/search/meaning.bin")));

pub type Vector = [f32; DIMENSIONS];

/// The table of words: hashes of stems in order, the scale of each vector, and the components.
struct Words {
    hashes: &'static [u8],
    scales: &'static [u8],
    components: &'static [u8],
    /// By the first sixteen bits of a hash: the first word that has them or more.
    starts: Vec<u32>,
}

impl Words {
    /// The file begins with the count of words and of components; a file of another form has no words (a test reads ours).
    fn read(file: &'static [u8]) -> Words {
        let count = number(file, 0).unwrap_or(0) as usize;
        let is_ours = number(file, 1) == Some(DIMENSIONS as u32) && file.len() == 8 + count * (8 + DIMENSIONS);
        let (count, rest) = if is_ours { (count, &file[8..]) } else { (0, &[][..]) };
        let (hashes, rest) = rest.split_at(count * 4);
        let (scales, components) = rest.split_at(count * 4);
        let mut starts = vec![0; (1 << 16) + 1];
        (0..count).filter_map(|at| number(hashes, at)).for_each(|hash| starts[(hash >> 16) as usize + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Words { hashes, scales, components, starts }
    }

    /// The scale and components of a stem.
    fn get(&self, stem: &str) -> Option<(f32, &'static [u8])> {
        let hash = hash(stem);
        let first = (hash >> 16) as usize;
        let mut some = self.starts[first] as usize..self.starts[first + 1] as usize;
        let at = some.find(|at| number(self.hashes, *at) == Some(hash))?;
        let scale = f32::from_bits(number(self.scales, at)?);
        Some((scale, self.components.get(at * DIMENSIONS..(at + 1) * DIMENSIONS)?))
    }
}

fn number(file: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(file.get(at * 4..at * 4 + 4)?.try_into().ok()?))
}

/// FNV-1a.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn add(to: &mut Vector, scale: f32, components: &[u8]) {
    to.iter_mut().zip(components).for_each(|(to, component)| *to += scale * f32::from(*component as i8));
}

fn length(vector: &Vector) -> f32 {
    vector.iter().map(|component| component * component).sum::<f32>().sqrt()
}

/// Makes a vector as long as one; none where it points nowhere.
fn unit(mut vector: Vector) -> Option<Vector> {
    let length = length(&vector);
    vector.iter_mut().for_each(|component| *component /= length);
    (length > 1e-6).then_some(vector)
}

/// The vector of a text in the form of the index; empty where no word is known.
pub fn of_text(text: &str) -> Vec<u64> {
    let mut halves: Vec<Vector> = Vec::new();
    let mut words = Analyzer.words(text);
    let mut known = 0;
    while let Some((stem, is_part)) = words.next_word() {
        let Some((scale, components)) = is_part.then(|| WORDS.get(stem)).flatten() else { continue };
        if known % HALF_PASSAGE == 0 {
            halves.push([0.0; DIMENSIONS]);
        }
        known += 1;
        if let Some(half) = halves.last_mut() {
            add(half, scale, components);
        }
    }
    let mut mean = [0.0; DIMENSIONS];
    let passages = halves.windows(halves.len().clamp(1, 2)).filter_map(|halves| {
        let mut sum = halves[0];
        halves.iter().skip(1).flatten().zip(&mut sum).for_each(|(from, to)| *to += from);
        unit(sum)
    });
    let mut count = 0.0;
    for passage in passages {
        count += 1.0;
        mean.iter_mut().zip(&passage).for_each(|(to, from)| *to += from);
    }
    if count == 0.0 { Vec::new() } else { pack(&mean.map(|component| component / count)) }
}

fn pack(vector: &Vector) -> Vec<u64> {
    let most = vector.iter().fold(0.0_f32, |most, component| most.max(component.abs()));
    if most == 0.0 {
        return Vec::new();
    }
    let scale = most / 127.0;
    let eight = |some: &[f32]| {
        let byte = |at: usize| some.get(at).map_or(0, |component| (component / scale).round() as i8 as u8);
        u64::from_le_bytes(std::array::from_fn(byte))
    };
    std::iter::once(u64::from(scale.to_bits())).chain(vector.chunks(8).map(eight)).collect()
}

/// The vector that a query asks for, and how it compares documents.
pub struct Asked {
    vector: Vector,
    /// Of the likeness of documents of the library: the mean, and the deviation from it.
    mean: f32,
    deviation: f32,
}

impl Asked {
    /// The query with these stems, each with its weight. None where no word is known, or documents do not differ.
    pub fn new<'a>(searcher: &Searcher, words: impl Iterator<Item = (&'a str, f32)>) -> tantivy::Result<Option<Asked>> {
        let mut sum = [0.0; DIMENSIONS];
        for (stem, weight) in words {
            if let Some((_, components)) = WORDS.get(stem) {
                let mut word = [0.0; DIMENSIONS];
                add(&mut word, 1.0, components);
                let length = length(&word).max(1.0);
                sum.iter_mut().zip(&word).for_each(|(to, from)| *to += weight * from / length);
            }
        }
        let Some(vector) = unit(sum) else { return Ok(None) };
        let mut asked = Asked { vector, mean: 0.0, deviation: 1.0 };
        let seen = asked.sample(searcher)?;
        let count = seen.len() as f32;
        asked.mean = seen.iter().sum::<f32>() / count.max(1.0);
        let squares: f32 = seen.iter().map(|likeness| (likeness - asked.mean).powi(2)).sum();
        asked.deviation = (squares / count.max(1.0)).sqrt();
        Ok((asked.deviation > 1e-4).then_some(asked))
    }

    /// How like the query some documents of the library are.
    fn sample(&self, searcher: &Searcher) -> tantivy::Result<Vec<f32>> {
        let documents: u64 = searcher.segment_readers().iter().map(|segment| u64::from(segment.max_doc())).sum();
        let mut seen = Vec::new();
        for segment in searcher.segment_readers() {
            let column = segment.fast_fields().u64(FIELD)?;
            let (here, most) = (segment.max_doc() as usize, ROWS * IN_ROW);
            // Of a large library each segment gives its share, in rows that lie apart alike.
            let rows = if documents as usize <= most { 1 } else { (here * ROWS / documents as usize).max(1) };
            let in_row = if rows == 1 && here <= most { here } else { IN_ROW };
            for row in 0..rows {
                let first = row * here / rows;
                let some = first..(first + in_row).min(here);
                seen.extend(some.filter_map(|doc| self.product(&column, doc as DocId)));
            }
        }
        Ok(seen)
    }

    /// By how many deviations the document is more like the query than those of the library are in the mean; 0 where
    /// nothing is known of it.
    pub fn likeness(&self, column: &Column<u64>, doc: DocId) -> f32 {
        self.product(column, doc).map_or(0.0, |product| (product - self.mean) / self.deviation)
    }

    fn product(&self, column: &Column<u64>, doc: DocId) -> Option<f32> {
        let mut packed = column.values_for_doc(doc);
        let scale = f32::from_bits(packed.next()? as u32);
        let eight = |(eight, asked): (u64, &[f32])| -> f32 {
            let bytes = eight.to_le_bytes();
            bytes.iter().zip(asked).map(|(byte, asked)| f32::from(*byte as i8) * asked).sum()
        };
        Some(scale * packed.take(PACKED - 1).zip(self.vector.chunks(8)).map(eight).sum::<f32>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::analyzer::normal;

    fn vector(text: &str) -> Vector {
        let packed = of_text(text);
        let scale = f32::from_bits(packed[0] as u32);
        let bytes: Vec<u8> = packed[1..].iter().flat_map(|eight| eight.to_le_bytes()).collect();
        std::array::from_fn(|at| scale * f32::from(bytes[at] as i8))
    }

    fn likeness(a: &str, b: &str) -> f32 {
        let (a, b) = (vector(a), vector(b));
        a.iter().zip(&b).map(|(a, b)| a * b).sum::<f32>() / length(&a) / length(&b)
    }

    #[test]
    fn the_table_has_the_words_of_incidents() {
        for word in
            ["outage", "failover", "certificate", "expired", "kubernetes", "slow", "database", "rollback", "bins"]
        {
            assert!(WORDS.get(&normal(word)).is_some(), "{word}");
        }
        for word in ["the", "xyzzyq", ""] {
            assert!(WORDS.get(&normal(word)).is_none(), "{word}");
        }
    }

    #[test]
    fn what_means_the_same_is_more_alike_than_what_does_not() {
        for (text, like, unlike) in [
            ("hackers flooded us", "a denial of service attack", "the certificate had expired"),
            ("heatwave, servers shut down", "the chillers failed and the hall overheated", "a wrong price was shown"),
            ("rubbish was left in the street", "the waste was not collected", "packets were lost between two routers"),
            ("ran out of storage", "the disk was full", "a flag was set in production"),
        ] {
            let (near, far) = (likeness(text, like), likeness(text, unlike));
            assert!(near > far + 0.1, "{text}: {near} {far}");
        }
    }

    #[test]
    fn the_index_keeps_a_vector_within_its_rounding_and_none_of_unknown_words() {
        let vector: Vector = std::array::from_fn(|at| (at as f32 - 40.0) / 100.0);
        let packed = pack(&vector);
        assert_eq!(packed.len(), PACKED);
        assert!(of_text("").is_empty() && of_text("xyzzyq the 12345").is_empty());
        let long = "disk full ".repeat(500);
        assert!(likeness(&long, "disk full") > 0.99);
        assert_eq!(of_text(&long).len(), PACKED);
    }
}
