//! What texts are about, as vectors: a query finds its way to a document that says the same in other words.
//!
//! `data/search/meaning.bin` has a vector for each of some eighteen thousand stems, made once from a model of sentences
//! (`data/search/README.md` tells how). The vector of a passage is the weighted sum of those of its words, as long as one
//! (SIF: Arora, Liang and Ma 2017). The index keeps those of the passages of a document in a fast field. How like a query a
//! document is, is the product of the query's vector with that of its best passage: an account of an incident speaks of
//! much beside what is asked for. The words of a query weigh as much as they are rare in the library.
//!
//! Promises: nothing is read before the first word is looked for, and nothing is parsed then; a text none of whose words
//! is known has no vector; no text has more than [`MOST_PASSAGES`]. Leaves to others: what a likeness is worth (`rerank`),
//! and which documents are looked at (`rerank`, `nearest`).

use std::collections::{HashSet, VecDeque};
use std::ops::Range;
use std::sync::LazyLock;

use tantivy::columnar::Column;
use tantivy::tokenizer::TokenStream;
use tantivy::{DocId, Searcher};

use super::analyzer::Analyzer;

/// Components of a vector.
const DIMENSIONS: usize = 96;

/// Known words of half a passage; passages overlap by half.
const HALF_PASSAGE: usize = 25;

/// Passages of a document, lest a book fill the index: the words of a longer text stand in longer ones. An even number.
const MOST_PASSAGES: usize = 16;

/// The name of the fast field: [`PACKED`] numbers a passage. An index whose vectors are of another `meaning.bin` has another name
/// there, so that it is refused.
pub const FIELD: &str = "passages";

/// Each number has eight components.
const PACKED: usize = DIMENSIONS / 8;

/// A component of one.
const ONE: f32 = 127.0;

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

/// The known words of a text: scale, components, and place.
fn known(text: &str) -> impl Iterator<Item = (f32, &'static [u8], Range<usize>)> {
    let mut words = Analyzer.words(text);
    std::iter::from_fn(move || {
        loop {
            let (stem, is_part) = words.next_word()?;
            if let Some((scale, components)) = is_part.then(|| WORDS.get(stem)).flatten() {
                return Some((scale, components, words.token().offset_from..words.token().offset_to));
            }
        }
    })
}

/// The vectors of the passages of a text in the form of the index; empty where no word is known.
pub fn of_text(text: &str) -> Vec<u64> {
    // Halves of passages; and how many words each has, but for the last.
    let (mut halves, mut length, mut in_last) = (Vec::<Vector>::new(), HALF_PASSAGE, 0);
    for (scale, components, _) in known(text) {
        if in_last == length && halves.len() > MOST_PASSAGES {
            // Neighbours become one; the last, of an odd number, is left with half of what it may have.
            halves = halves.chunks(2).map(sum).collect();
            length *= 2;
        }
        if in_last == length || halves.is_empty() {
            halves.push([0.0; DIMENSIONS]);
            in_last = 0;
        }
        in_last += 1;
        if let Some(half) = halves.last_mut() {
            add(half, scale, components);
        }
    }
    halves
        .windows(halves.len().clamp(1, 2))
        .filter_map(|pair| unit(sum(pair)))
        .flat_map(|passage| pack(&passage))
        .collect()
}

fn sum(vectors: &[Vector]) -> Vector {
    let mut sum = [0.0; DIMENSIONS];
    vectors.iter().flatten().enumerate().for_each(|(at, component)| sum[at % DIMENSIONS] += component);
    sum
}

/// A vector as long as one: none of its components is more than one.
fn pack(vector: &Vector) -> [u64; PACKED] {
    let byte = |component: &f32| (component * ONE).round() as i8 as u8;
    std::array::from_fn(|at| u64::from_le_bytes(std::array::from_fn(|of| byte(&vector[at * 8 + of]))))
}

/// The vector that a query asks for, and how it compares documents.
pub struct Asked {
    vector: Vector,
    /// How many of its words are known.
    known: usize,
    /// Of the likeness of documents of the library: the mean, and the deviation from it.
    mean: f32,
    deviation: f32,
}

impl Asked {
    /// The query with these stems, each with its weight. None where no word is known, or documents do not differ.
    pub fn new<'a>(searcher: &Searcher, words: impl Iterator<Item = (&'a str, f32)>) -> tantivy::Result<Option<Asked>> {
        let mut sum = [0.0; DIMENSIONS];
        let mut known = HashSet::new();
        for (stem, weight) in words {
            if let Some((_, components)) = WORDS.get(stem) {
                let mut word = [0.0; DIMENSIONS];
                add(&mut word, 1.0, components);
                let length = length(&word).max(1.0);
                sum.iter_mut().zip(&word).for_each(|(to, from)| *to += weight * from / length);
                known.insert(stem);
            }
        }
        let Some(vector) = unit(sum) else { return Ok(None) };
        let mut asked = Asked { vector, known: known.len(), mean: 0.0, deviation: 1.0 };
        let seen = asked.sample(searcher)?;
        let count = seen.len() as f32;
        asked.mean = seen.iter().sum::<f32>() / count.max(1.0);
        let squares: f32 = seen.iter().map(|likeness| (likeness - asked.mean).powi(2)).sum();
        asked.deviation = (squares / count.max(1.0)).sqrt();
        Ok((asked.deviation > 1e-4).then_some(asked))
    }

    /// How many different words of the query are known.
    pub fn known(&self) -> usize {
        self.known
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

    /// By how many deviations something with that product is more like the query than documents of the library are in the mean.
    pub fn deviations(&self, product: f32) -> f32 {
        (product - self.mean) / self.deviation
    }

    /// The cosine of the query and the best passage of a document; none where nothing is known of it.
    pub fn product(&self, column: &Column<u64>, doc: DocId) -> Option<f32> {
        let rows = column.index.value_row_ids(doc);
        let mut packed = [0; PACKED * MOST_PASSAGES];
        let packed = packed.get_mut(..rows.len()).filter(|packed| !packed.is_empty())?;
        column.values.get_range(rows.start.into(), packed);
        packed.chunks_exact(PACKED).map(|passage| self.cosine(passage)).reduce(f32::max)
    }

    fn cosine(&self, passage: &[u64]) -> f32 {
        // Eight sums side by side, as processors add.
        let mut sums = [0.0; 8];
        for (eight, asked) in passage.iter().zip(self.vector.chunks_exact(8)) {
            let bytes = eight.to_le_bytes();
            (0..8).for_each(|at| sums[at] += f32::from(bytes[at] as i8) * asked[at]);
        }
        sums.iter().sum::<f32>() / ONE
    }

    /// Where the piece of a text that is most like the query begins, of pieces of `length` bytes; its beginning where it is shorter.
    pub fn piece(&self, text: &str, length: usize) -> usize {
        let mut inside: VecDeque<(f32, &[u8], usize)> = VecDeque::new();
        let mut sum = [0.0; DIMENSIONS];
        let (mut best, mut likest) = (0, f32::MIN);
        for (scale, components, place) in known(text) {
            let mut is_full = false;
            while let Some((scale, components, _)) = inside.pop_front_if(|(.., start)| place.end - *start > length) {
                add(&mut sum, -scale, components);
                is_full = true;
            }
            add(&mut sum, scale, components);
            inside.push_back((scale, components, place.start));
            let product = unit(sum).map_or(f32::MIN, |unit| unit.iter().zip(&self.vector).map(|(a, b)| a * b).sum());
            if is_full && product > likest {
                (best, likest) = (inside[0].2, product);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::analyzer::normal;

    /// The vector of a text of one passage.
    fn vector(text: &str) -> Vector {
        let bytes: Vec<u8> = of_text(text).iter().flat_map(|eight| eight.to_le_bytes()).collect();
        std::array::from_fn(|at| f32::from(bytes[at] as i8) / ONE)
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
    fn the_index_keeps_a_vector_a_passage_and_none_of_unknown_words() {
        assert!(of_text("").is_empty() && of_text("xyzzyq the 12345").is_empty());
        assert!((length(&vector("the disk was full")) - 1.0).abs() < 0.02);
        let words = |count: usize| "disk full database slow certificate ".repeat(count / 5);
        for (known, passages) in [(5, 1), (25, 1), (30, 1), (50, 1), (55, 2), (75, 2), (100, 3), (425, 16)] {
            assert_eq!(of_text(&words(known)).len(), passages * PACKED, "{known}");
        }
    }

    #[test]
    fn the_piece_of_a_text_that_is_most_like_the_query_is_found() {
        let asked = Asked { vector: vector("rubbish was left in the street"), known: 3, mean: 0.0, deviation: 1.0 };
        let before =
            "The certificate had expired, and the gateway refused its clients until it was renewed. ".repeat(3);
        let text = format!("{before}Waste was not collected, bins overflowed and rubbish lay in the roads. {before}");
        let start = asked.piece(&text, 60);
        assert!(text[start..start + 60].contains("rubbish"), "{}", &text[start..]);
        for text in ["", "xyzzyq", "rubbish", "\u{1f525} é"] {
            assert_eq!(asked.piece(text, 60), 0, "{text}");
        }
    }

    #[test]
    fn a_long_text_has_no_more_passages_and_all_of_it_is_in_one() {
        let filler = "the certificate had expired and the gateway refused clients. ";
        for count in [100, 150, 1000, 4321] {
            let at_end = filler.repeat(count) + &"rubbish was left in the street and not collected. ".repeat(count / 8);
            let passages = of_text(&at_end);
            assert!(passages.len() <= MOST_PASSAGES * PACKED && passages.len() >= MOST_PASSAGES / 2 * PACKED);
            let last = &passages[passages.len() - PACKED..];
            let bytes: Vec<u8> = last.iter().flat_map(|eight| eight.to_le_bytes()).collect();
            let asked = vector("the waste was not collected");
            let product: f32 = bytes.iter().zip(asked).map(|(byte, asked)| f32::from(*byte as i8) / ONE * asked).sum();
            assert!(product > 0.4, "{count}: {product}");
        }
    }
}
