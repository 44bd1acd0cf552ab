//! Tables over the records of a library: polars SQL, and the named queries of `queries/`.
//!
//! Promises: the same library gives the same table, cell for cell (every named query orders its rows wholly, and takes
//! medians and counts, never sums of fractions whose order could show); a query that cannot run is an error in words.
//! Leaves to others: how a table is printed or written (`cli`).

mod named;
mod sql;
pub mod stats;

pub use named::{NAMED, Named, find};
pub use sql::{Table, run, run_on};
