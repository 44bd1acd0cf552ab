//! Postmortems made of the sentences of `data/samples`: as many as asked for, the same for the same number.
//!
//! Each has a heading, a summary, a timeline with times, a cause, a resolution and follow-ups, every sentence drawn by
//! itself, so that the parts of one document come from different samples. A service of a few thousand, an id and a day of
//! its own make the rare words that real collections have. Postings are longer than in a real collection of that size, as
//! there are only the words of the samples: ranked queries are harder here, not easier.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use coroner::source::{self, Limits, walk};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use regex::Regex;

const SEED: u64 = 0xC0_40_4E_12;

/// The sentences of the samples, by what they tell.
pub struct Sentences {
    titles: Vec<String>,
    entries: Vec<String>,
    causes: Vec<String>,
    fixes: Vec<String>,
    others: Vec<String>,
    /// Words of four letters and more, the most frequent first.
    pub words: Vec<String>,
}

/// Sentences of a cause, and of what ended an incident, have one of these.
const CAUSES: &str = r"(?i)\bcause|because|due to|\bfault|\bwrong\b|\bbug\b|turned out|did not check|misconfigur";
const FIXES: &str =
    r"(?i)fixed|restor|roll(ed|ing)? back|restart|resolved|back to normal|healthy|switched|raised|revert|works? again";

impl Sentences {
    pub fn of(samples: &Path) -> Result<Sentences> {
        let mut files: Vec<_> = walk::walk(&[samples.to_owned()], true)?.filter_map(Result::ok).collect();
        files.sort_by(|a, b| a.id.cmp(&b.id));
        let clock =
            Regex::new(r"^[\W_]*(?:T\+\d+\w?|~?\d{1,2}[:h]\d{2})[^\p{L}]*(?:UTC|CET|CEST|JST|AEST|BST)?[\s|:*-]*")?;
        let mark = Regex::new(r"^[\W_]*(?:\d+[.)])?[\W_]*")?;
        let (cause, fix) = (Regex::new(CAUSES)?, Regex::new(FIXES)?);
        let mut of = Sentences {
            titles: Vec::new(),
            entries: Vec::new(),
            causes: Vec::new(),
            fixes: Vec::new(),
            others: Vec::new(),
            words: Vec::new(),
        };
        let mut counts: HashMap<String, usize> = HashMap::new();
        for file in files {
            let Ok(document) = source::read_file(&file.path, &file.id, Limits::default()) else { continue };
            let mut lines = document.text.lines().map(str::trim).filter(|line| !line.is_empty());
            of.titles.extend(lines.next().map(|line| mark.replace(line, "").into_owned()));
            for line in lines {
                let entry = clock.replace(line, "");
                let is_entry = entry.len() < line.len();
                for sentence in sentences(if is_entry { &entry } else { line }) {
                    let sentence = mark.replace(sentence, "").trim().to_owned();
                    if !(20..=240).contains(&sentence.len()) {
                        continue;
                    }
                    words(&sentence).for_each(|word| *counts.entry(word).or_default() += 1);
                    let pool = match () {
                        () if is_entry => &mut of.entries,
                        () if cause.is_match(&sentence) => &mut of.causes,
                        () if fix.is_match(&sentence) => &mut of.fixes,
                        () => &mut of.others,
                    };
                    pool.push(sentence);
                }
            }
        }
        let pools = [&of.titles, &of.entries, &of.causes, &of.fixes, &of.others];
        ensure!(pools.iter().all(|pool| pool.len() >= 20), "too few sentences in {}", samples.display());
        let mut counts: Vec<_> = counts.into_iter().filter(|(word, _)| word.len() >= 4).collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        of.words = counts.into_iter().map(|(word, _)| word).collect();
        Ok(of)
    }

    /// Any sentence.
    pub fn any(&self, random: &mut impl Rng) -> &str {
        let pools = [&self.entries, &self.causes, &self.fixes, &self.others];
        let at = random.random_range(0..pools.iter().map(|pool| pool.len()).sum::<usize>() as u32) as usize;
        pools.into_iter().flatten().nth(at).map_or("", String::as_str)
    }

    /// The name of a service: few are named often, most seldom.
    pub fn service(&self, random: &mut impl Rng) -> String {
        let mut word = |most: f64| {
            let draw: f64 = random.random();
            &self.words[50 + (most * draw.powi(2)) as usize]
        };
        format!("{}-{}", word(80.0), word(40.0))
    }

    /// The id and the text of the document of that number.
    pub fn document(&self, number: u64) -> (String, String) {
        let mut random = ChaCha8Rng::seed_from_u64(SEED ^ number);
        let day: Date = date(2016, 1, 1).saturating_add((random.random_range(0..3_650_i64)).days());
        let service = self.service(&mut random);
        let mut text = format!("# INC-{number}: {}\n\n", one(&self.titles, &mut random));
        text += &format!(
            "Date: {day}\nService: `{service}`\nSeverity: SEV-{}\n\n## Summary\n\n",
            random.random_range(1..5_u32)
        );
        text += &format!("{} {}\n", one(&self.others, &mut random), one(&self.others, &mut random));
        text += "\n## Timeline (UTC)\n\n";
        let mut minute = random.random_range(0..1_000_u32);
        for _ in 0..random.random_range(4..8_u32) {
            text += &format!("- {:02}:{:02} {}\n", minute / 60, minute % 60, one(&self.entries, &mut random));
            minute += random.random_range(1..60_u32);
        }
        let two = |pool: &[String], random: &mut ChaCha8Rng| format!("{} {}\n", one(pool, random), one(pool, random));
        text += &format!("\n## Root cause\n\n{}", two(&self.causes, &mut random));
        text += &format!("\n## Resolution\n\n{}", two(&self.fixes, &mut random));
        text +=
            &format!("\n## Follow-ups\n\n- {}\n- {}\n", one(&self.others, &mut random), one(&self.others, &mut random));
        (format!("{service}/{}/inc-{number:07}.md", day.year()), text)
    }

    /// Writes `count` documents as JSON lines of `id` and `text`; the bytes of the texts.
    pub fn write(&self, count: u64, path: &Path) -> Result<u64> {
        let mut out = BufWriter::new(File::create(path).with_context(|| format!("cannot create {}", path.display()))?);
        let mut bytes = 0;
        for number in 0..count {
            let (id, text) = self.document(number);
            bytes += text.len() as u64;
            serde_json::to_writer(&mut out, &serde_json::json!({"id": id, "text": text}))?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        Ok(bytes)
    }
}

fn one<'a>(pool: &'a [String], random: &mut impl Rng) -> &'a str {
    &pool[random.random_range(0..pool.len() as u32) as usize]
}

/// Cuts a line after `. `, `? ` and `! `.
fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive(". ").flat_map(|part| part.split_inclusive("? ")).flat_map(|part| part.split_inclusive("! "))
}

/// The words of a sentence that are letters only, in lower case.
pub fn words(sentence: &str) -> impl Iterator<Item = String> + '_ {
    let parts = sentence.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.filter(|part| part.bytes().all(|byte| byte.is_ascii_alphabetic())).map(str::to_ascii_lowercase)
}
