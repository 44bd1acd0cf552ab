//! Reading files that may have rotted, with readers that were written for sound ones.
//!
//! The formats check lengths and some sums, not every byte; on the rest their crates panic. Such a panic is turned
//! into an error here, and kept from printing a trace: what a user needs is the name of what is broken. The crates read on
//! threads of their own too, which hand a panic on to the thread that waits for them but would print it first.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// How many threads are at guarded work, for which others may read.
static GUARDED: AtomicUsize = AtomicUsize::new(0);

/// How the names of the threads begin on which crates read for who waits.
const READERS: [&str; 2] = ["tantivy-search-", "polars-"];

/// Whether a panic on this thread reaches somebody who makes an error of it.
fn is_caught() -> bool {
    let reads = |name: &str| READERS.iter().any(|reader| name.starts_with(reader));
    IS_GUARDED.get() || GUARDED.load(Ordering::SeqCst) > 0 && std::thread::current().name().is_some_and(reads)
}

/// Runs `work`; a panic in it, on this thread or on one that reads for it, is returned as its message.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !is_caught() {
                print(panic);
            }
        }));
    });
    let was_guarded = IS_GUARDED.replace(true);
    GUARDED.fetch_add(1, Ordering::SeqCst);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    GUARDED.fetch_sub(1, Ordering::SeqCst);
    IS_GUARDED.set(was_guarded);
    outcome.map_err(|panic| message(panic.as_ref()))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message_and_the_guard_ends_with_it() {
        assert_eq!(guarded(|| 5), Ok(5));
        assert_eq!(guarded(|| -> u8 { panic!("at byte {}", 7) }), Err("at byte 7".to_owned()));
        assert_eq!(guarded(|| guarded(|| -> u8 { panic!("inner") })), Ok(Err("inner".to_owned())));
        assert!(!IS_GUARDED.get());
    }

    #[test]
    fn a_panic_of_a_thread_that_reads_for_guarded_work_is_its_error_and_not_printed() {
        let on = |name: &str| {
            let thread = std::thread::Builder::new().name(name.to_owned());
            thread.spawn(is_caught).unwrap().join().unwrap()
        };
        let seen = guarded(|| (on("tantivy-search-0"), on("polars-1"), on("somebody else"), is_caught()));
        assert_eq!(seen, Ok((true, true, false, true)));
        assert!(!is_caught());
    }
}
