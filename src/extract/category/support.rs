//! What a document says for each label of a field, summed up over its sentences.
//!
//! A label's support is kept as what its strongest sentences said, section by section, never as a count: long reports name
//! everything somewhere. What can be said about a label goes to a [`Sink`] as named features; [`super::choose`] weighs them.

use super::{Field, Reading};
use crate::document::Span;
use crate::extract::outline::Section;
use crate::model::weights::Sink;

/// Parts of a document that are told apart: sections of much the same bearing are one.
const PARTS: [&str; 11] =
    ["Title", "Cause", "Trigger", "Summary", "Body", "Timeline", "Detection", "Later", "Impact", "Background", "Late"];

fn part(section: Option<Section>) -> usize {
    match section {
        None => 0,
        Some(Section::Cause) => 1,
        Some(Section::Trigger) => 2,
        Some(Section::Summary) => 3,
        Some(Section::Body) => 4,
        Some(Section::Timeline) => 5,
        Some(Section::Detection) => 6,
        Some(Section::Resolution | Section::Response) => 7,
        Some(Section::Impact) => 8,
        Some(Section::Background) => 9,
        Some(Section::Lessons | Section::Actions | Section::Other) => LATE,
    }
}

/// Plans, lessons and appendices: they name causes that others had.
const LATE: usize = 10;

/// A cue of this weight is certain.
const CERTAIN: f32 = 3.0;

/// Chances below this say nothing: a model of lines gives every class some.
const FAINT: f32 = 0.1;

/// Below this chance the words of a whole document tell no label from another.
const LEAST_WHOLE: f32 = 0.003;

/// The chance from which on a sentence counts as speaking for a label.
const SPOKEN: f32 = 0.3;

/// How much of a label's best sentences counts: all of the first, a share of the others.
const SHARES: [f32; 3] = [1.0, 0.4, 0.2];

/// What the document says for one label.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Support {
    /// The sentence that says it best.
    pub quote: Option<Span>,
    said: f32,
    cue: [f32; PARTS.len()],
    chance: [f32; PARTS.len()],
    /// The strongest wherever it stands, but among plans and lessons.
    any_cue: f32,
    any_chance: f32,
    /// The strongest that cue and model agree on.
    both: f32,
    /// How early it is said, from 1 down to 0.
    first: f32,
    causal: f32,
    found: f32,
    /// The best weighed sentences.
    best: [f32; 3],
    many: f32,
}

impl Support {
    fn score(&self) -> f32 {
        self.best.iter().zip(SHARES).map(|(best, share)| best * share).sum()
    }

    /// `said`: how well the sentence would do as a quote.
    fn take(&mut self, worth: f32, said: f32, quote: Span) {
        if said > self.said {
            (self.said, self.quote) = (said, Some(quote));
        }
        if let Some(at) = self.best.iter().position(|best| worth > *best) {
            self.best[at..].rotate_right(1);
            self.best[at] = worth;
        }
    }
}

/// A document as a choice between the labels of a field.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub field: Field,
    /// In the order of [`Field::labels`].
    pub supports: Vec<Support>,
    sentences: usize,
    /// Whether there is a section that should tell.
    told: bool,
    /// How surely a sentence tells of an awareness that it gives no way of.
    aware: f32,
    /// Whether the document is a thread of status updates.
    pub status: bool,
    /// The chance of each label, then of "unknown", by the words of the whole document; nothing for a field of which they do not
    /// speak.
    pub whole: Vec<f32>,
    order: f32,
}

impl Case {
    pub fn new(field: Field) -> Case {
        let supports = vec![Support::default(); field.labels().len()];
        Case { field, supports, sentences: 0, told: false, aware: 0.0, status: false, whole: Vec::new(), order: 1.0 }
    }

    pub(super) fn add(&mut self, reading: &Reading) {
        self.sentences += 1;
        let own = if self.field == Field::Detection { Section::Detection } else { Section::Cause };
        self.told |= reading.section == Some(own);
        if self.field == Field::Detection {
            self.aware = self.aware.max(reading.chances.get(self.supports.len()).copied().unwrap_or(0.0));
        }
        let part = part(reading.section);
        let mut strongest = 0.0f32;
        for (nth, support) in self.supports.iter_mut().enumerate() {
            let (cue, chance) = (reading.cues[nth], reading.chances[nth]);
            let likely = chance * reading.factor.min(1.5);
            strongest = strongest.max(cue).max(CERTAIN * chance);
            support.many -= reading.weight * (1.0 - likely.min(0.95)).ln();
            if cue <= 0.0 && likely <= FAINT && !reading.found {
                // Most sentences say nothing of most labels, and that little is all.
                if part != LATE {
                    support.any_chance = support.any_chance.max(chance * reading.factor.min(1.0));
                }
                continue;
            }
            let strong = (cue.min(5.0) * reading.factor / CERTAIN).max(0.0);
            if strong > 0.0 {
                support.cue[part] = support.cue[part].max(strong.min(3.0));
            }
            if part != LATE {
                let held = reading.factor.min(1.0);
                support.any_cue = support.any_cue.max(cue * held / CERTAIN);
                support.any_chance = support.any_chance.max(chance * held);
                support.both = support.both.max((cue / CERTAIN).clamp(0.0, 1.0) * chance * held);
            }
            if likely > FAINT {
                support.chance[part] = support.chance[part].max(likely);
            }
            let said = chance.max((cue / CERTAIN).min(1.0));
            if reading.found {
                support.found = support.found.max(said);
            }
            if support.first == 0.0 && (likely > 0.5 || strong > 0.5) {
                support.first = 1.0 - reading.place;
            }
            if reading.causal && (likely > SPOKEN || strong > 0.0) {
                support.causal = support.causal.max(said);
            }
            let found = if reading.found { 2.5 } else { 1.0 };
            let worth = reading.weight * self.order * found * strong.max(if likely > SPOKEN { likely } else { 0.0 });
            if worth > 0.0 {
                // A cue may be met by chance; a reader accepts the sentence that the model of lines understands too.
                support.take(worth, worth * (0.2 + chance), reading.quote);
            }
        }
        if self.field == Field::Detection && strongest > 0.5 * CERTAIN {
            // What is told first usually came first.
            self.order = f32::max(self.order * 0.9, 0.5);
        }
    }

    /// The labels that the document supports at all; only these can be its answer.
    pub fn supported(&self) -> impl Iterator<Item = usize> {
        self.supports.iter().enumerate().filter(|(_, support)| support.quote.is_some()).map(|(nth, _)| nth)
    }

    /// What can be said about a label.
    pub fn describe(&self, nth: usize, sink: &mut impl Sink) {
        let (label, support) = (self.field.labels()[nth], &self.supports[nth]);
        let score = support.score();
        sink.put("label", label);
        for ((name, cue), chance) in PARTS.iter().zip(support.cue).zip(support.chance) {
            if cue > 0.0 {
                sink.give("cue", name, cue);
            }
            if chance > 0.0 {
                sink.give("line", name, chance);
            }
        }
        for (name, strength) in [
            ("cue", support.any_cue),
            ("line", support.any_chance),
            ("both", support.both),
            ("first", support.first),
            ("causal", support.causal),
            ("found", support.found),
            ("score", score.ln_1p()),
            ("many", support.many.ln_1p()),
        ] {
            sink.give("any", name, strength);
        }
        sink.give("score", label, score.ln_1p());
        self.describe_whole(nth, sink);
        let others =
            self.supports.iter().enumerate().filter(|(other, _)| *other != nth).map(|(_, other)| other.score());
        let next = others.fold(0.0, f32::max);
        if score > 0.0 {
            sink.give("rank", "share of the best", score / score.max(next));
        }
        if score > next {
            sink.put("rank", "best");
            sink.give("rank", "lead", (score - next).ln_1p());
        }
        if score <= SPOKEN {
            sink.put("rank", "weak");
        }
    }

    /// How likely the words of the whole document make a label, which also counts beside that of the likeliest.
    fn describe_whole(&self, nth: usize, sink: &mut impl Sink) {
        if let Some(chance) = self.whole.get(nth) {
            sink.give("whole", "chance", *chance);
            sink.give("whole", "log", chance.max(LEAST_WHOLE).ln() - LEAST_WHOLE.ln());
        }
    }

    /// What speaks for "not told".
    pub fn describe_unknown(&self, sink: &mut impl Sink) {
        let most = |of: fn(&Support) -> f32| self.supports.iter().map(of).fold(0.0, f32::max);
        let top = most(Support::score);
        sink.put("label", "unknown");
        self.describe_whole(self.supports.len(), sink);
        for (name, strength) in [
            ("score", top.ln_1p()),
            ("cue", most(|support| support.any_cue)),
            ("line", most(|support| support.any_chance)),
            ("both", most(|support| support.both)),
            ("sentences", (self.sentences as f32).ln_1p()),
            ("aware", self.aware),
        ] {
            sink.give("unknown", name, strength);
        }
        for (name, holds) in [
            ("none strong", top < 1.0),
            ("none certain", top < 2.0),
            ("short", self.sentences < 12),
            ("section", self.told),
            ("status", self.status),
        ] {
            if holds {
                sink.put("unknown", name);
            }
        }
    }
}
