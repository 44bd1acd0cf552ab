//! Time expressions in English text, and their place in time. Knows nothing of incidents.
//!
//! [`scan`] finds expressions (moments, durations, elapsed times, zones) with their spans; it looks at words only, and
//! says no more than they do. [`resolve`] places the moments of one text in time from their context: default zone and
//! date, the order of day and month, midnights crossed. What cannot be placed stays as little as it is: a day, or a
//! bare clock time.

mod expr;
mod grammar;
mod lex;
pub mod resolve;
pub mod zone;

pub use expr::*;
pub use grammar::scan;
pub(crate) use lex::Shapes;
