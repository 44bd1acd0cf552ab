//! Work on many inputs at once whose results are taken in the order of the inputs, one by one and while they are made.
//!
//! An input gives any number of results: a feed has fifty thousand. So results wait in queues, one an input, and no more wait than
//! [`WAITING`] together: whoever is not at turn pauses. Promises: `take` is called on the calling thread, with all results of the
//! first input, then all of the second, and so on; memory for [`WAITING`] results, whatever an input gives; no standstill,
//! since the input at turn never waits for another: threads take inputs from the left, so whatever is at turn has begun or has a
//! thread to begin it. A panic of the work is handed on after all inputs are through; results taken until then stay taken.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

/// Results that wait to be taken.
const WAITING: usize = 1024;

/// Where the work on one input puts its results.
pub struct Lane<'a, R> {
    line: &'a Line<R>,
    nth: usize,
}

impl<R> Lane<'_, R> {
    /// Hands on a result, as soon as there is room.
    pub fn give(&mut self, result: R) {
        let mut state = self.line.lock();
        while !state.closed && !state.has_room(self.nth) {
            state = self.line.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return;
        }
        state.queues[self.nth].push_back(result);
        state.waiting += 1;
        self.line.changed.notify_all();
    }

    /// Whether nobody takes results any more: there is no use in making them.
    pub fn is_closed(&self) -> bool {
        self.line.lock().closed
    }
}

impl<R> Drop for Lane<'_, R> {
    /// An input is through when its lane goes, be it by a panic.
    fn drop(&mut self) {
        self.line.lock().ended[self.nth] = true;
        self.line.changed.notify_all();
    }
}

struct Line<R> {
    state: Mutex<State<R>>,
    changed: Condvar,
}

struct State<R> {
    queues: Vec<VecDeque<R>>,
    ended: Vec<bool>,
    waiting: usize,
    turn: usize,
    closed: bool,
}

impl<R> State<R> {
    /// The input at turn has half of the room for itself.
    fn has_room(&self, nth: usize) -> bool {
        let own = self.queues[nth].len();
        if nth == self.turn { own < WAITING / 2 } else { self.waiting < WAITING / 2 }
    }
}

impl<R> Line<R> {
    fn lock(&self) -> MutexGuard<'_, State<R>> {
        // The lock guards queues that are whole between any two statements; a panic of the work holds none.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next result of the input at turn; none when it is through.
    fn next(&self, nth: usize) -> Option<R> {
        let mut state = self.lock();
        if state.turn != nth {
            state.turn = nth;
            self.changed.notify_all();
        }
        loop {
            if let Some(result) = state.queues[nth].pop_front() {
                state.waiting -= 1;
                self.changed.notify_all();
                return Some(result);
            }
            if state.ended[nth] {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Does `work` on every input on the threads of `pool`, which must not be the calling one's, and gives the results in order to `take`
/// until it fails.
pub fn ordered<I: Send, R: Send, E>(
    pool: &rayon::ThreadPool,
    inputs: Vec<I>,
    work: impl Fn(I, &mut Lane<R>) + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let count = inputs.len();
    let queues = (0..count).map(|_| VecDeque::new()).collect();
    let state = State { queues, ended: vec![false; count], waiting: 0, turn: 0, closed: false };
    let line = &Line { state: Mutex::new(state), changed: Condvar::new() };
    /// Lets the work go on when nobody takes its results any more.
    struct Close<'a, R>(&'a Line<R>);
    impl<R> Drop for Close<'_, R> {
        fn drop(&mut self) {
            self.0.lock().closed = true;
            self.0.changed.notify_all();
        }
    }
    std::thread::scope(|scope| {
        let working = scope.spawn(|| {
            // Where a thread of the pool ends in a panic, inputs that none has begun are through as well.
            let lanes: Vec<_> =
                inputs.into_iter().enumerate().map(|(nth, input)| (input, Lane { line, nth })).collect();
            pool.install(|| lanes.into_par_iter().with_max_len(1).for_each(|(input, mut lane)| work(input, &mut lane)));
        });
        let close = Close(line);
        let taken = (0..count).try_for_each(|nth| {
            while let Some(result) = line.next(nth) {
                take(result)?;
            }
            Ok(())
        });
        drop(close);
        if let Err(panic) = working.join() {
            std::panic::resume_unwind(panic);
        }
        taken
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn pool(threads: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
    }

    #[test]
    fn results_come_in_the_order_of_inputs_and_few_wait() {
        for threads in [1, 2, 4] {
            let inputs: Vec<usize> = (0..60).map(|nth| if nth % 7 == 3 { 5000 } else { nth % 3 }).collect();
            let expected: Vec<_> =
                inputs.iter().enumerate().flat_map(|(nth, count)| (0..*count).map(move |at| (nth, at))).collect();
            let (made, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let mut taken = Vec::new();
            let work = |(nth, count): (usize, usize), lane: &mut Lane<(usize, usize)>| {
                for at in 0..count {
                    lane.give((nth, at));
                    made.fetch_add(1, Ordering::SeqCst);
                }
            };
            let ended: Result<(), ()> =
                ordered(&pool(threads), inputs.into_iter().enumerate().collect(), work, |one| {
                    taken.push(one);
                    most.fetch_max(made.load(Ordering::SeqCst).saturating_sub(taken.len()), Ordering::SeqCst);
                    Ok(())
                });
            assert!(ended.is_ok() && taken == expected, "{threads}");
            assert!(most.load(Ordering::SeqCst) <= WAITING, "{most:?}");
        }
    }

    #[test]
    fn whoever_takes_may_stop() {
        let closed = AtomicUsize::new(0);
        let work = |count: usize, lane: &mut Lane<usize>| {
            (0..count).for_each(|at| lane.give(at));
            closed.fetch_add(usize::from(lane.is_closed()), Ordering::SeqCst);
        };
        let mut left = 3;
        let ended = ordered(&pool(2), vec![10_000; 4], work, |_| {
            left -= 1;
            if left == 0 { Err("enough") } else { Ok(()) }
        });
        assert_eq!((ended, closed.load(Ordering::SeqCst)), (Err("enough"), 4));
    }

    #[test]
    fn a_panic_is_handed_on_and_stops_nobody() {
        let mut taken = Vec::new();
        let work = |nth: usize, lane: &mut Lane<usize>| {
            lane.give(nth);
            assert!(nth != 1, "no");
        };
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            ordered(&pool(1), vec![0, 1, 2], work, |one| {
                taken.push(one);
                Ok::<_, ()>(())
            })
        }));
        assert!(ended.is_err());
        assert_eq!(&taken[..2], [0, 1]);
    }
}
