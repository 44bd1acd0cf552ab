//! What a clause says happened, by the model of event lines: the chance of each [`Happening`].
//!
//! The model is fitted by `coroner train events` on lines that we wrote (`data/train/events.tsv`); it knows how people
//! say things beyond the cue lexicon, the lexicon knows what is certain. [`super::choose`] weighs both.

use crate::extract::models::Models;

/// The names of what may have happened, in the order of the chances. The data's README says what each means.
pub(crate) const HAPPENINGS: [&str; 20] = [
    "start",
    "fault",
    "alert",
    "report",
    "partner",
    "notice",
    "aware",
    "declare",
    "ack",
    "escalate",
    "investigate",
    "cause",
    "mitigate",
    "fix",
    "partial",
    "resolve",
    "close",
    "worse",
    "follow",
    "other",
];

/// What is asked about the time before and after a moment: a name, and the happenings that count.
pub(crate) const COURSE: [(&str, Happenings); 8] = [
    ("aware", Happenings::of(&["alert", "report", "partner", "notice", "aware"])),
    ("back", Happenings::of(&["resolve", "close"])),
    ("start", Happenings::of(&["start"])),
    ("fault", Happenings::of(&["fault"])),
    ("work", Happenings::of(&["declare", "ack", "escalate", "investigate", "cause"])),
    ("fix", Happenings::of(&["fix", "mitigate"])),
    ("worse", Happenings::of(&["worse"])),
    ("partial", Happenings::of(&["partial"])),
];

/// A set of [`HAPPENINGS`], as bits: every moment is asked about all of [`COURSE`].
#[derive(Clone, Copy)]
pub(crate) struct Happenings(u32);

impl Happenings {
    /// The set of those names; one that is none does not compile.
    const fn of(names: &[&str]) -> Happenings {
        let (mut bits, mut nth) = (0, 0);
        while nth < names.len() {
            let mut at = 0;
            while !same(HAPPENINGS[at].as_bytes(), names[nth].as_bytes()) {
                at += 1;
            }
            bits |= 1 << at;
            nth += 1;
        }
        Happenings(bits)
    }
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// The chances of what happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chances([f32; HAPPENINGS.len()]);

impl Chances {
    /// What `words` say happened.
    pub fn of(words: &str, models: &Models) -> Chances {
        let mut out = Chances::default();
        let mut chances = Vec::new();
        let [happened] = models.events.chances(words, &mut chances);
        out.0.copy_from_slice(happened);
        out
    }

    /// Each happening with its chance.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, f32)> {
        HAPPENINGS.into_iter().zip(self.0)
    }

    /// The chance that one of several happened.
    pub fn any(&self, happenings: Happenings) -> f32 {
        self.0.iter().enumerate().filter(|(at, _)| happenings.0 >> at & 1 == 1).map(|(_, chance)| chance).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_nobody_wrote_for_it_are_understood() {
        for (words, happening) in [
            ("pager went off for high error rate on checkout", "alert"),
            ("Customers began opening tickets about missing invoices", "report"),
            ("Everything back to normal, all regions serving traffic again", "resolve"),
            ("First requests start failing with 503", "start"),
            ("Rolled back the release", "fix"),
            ("Incident channel opened, severity 2 declared", "declare"),
        ] {
            let chances = Chances::of(words, Models::in_use());
            let best = chances.each().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(name, _)| name);
            assert_eq!(best, Some(happening), "{words}");
        }
    }
}
