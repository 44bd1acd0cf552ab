//! Tables over the records of a library: polars SQL, the named queries of `queries/`, and tables with statistics.
//!
//! Promises: the same library gives the same table, cell for cell (every named query orders its rows wholly, and takes
//! medians and counts, never sums of fractions whose order could show); a query that cannot run is an error in words.
//! Leaves to others: how a table is printed or written (`cli`).
//!
//! [`stats`] has the formulas, [`incidents`] the numbers they are put to, [`tables`] the tables that follow.

mod held;
mod incidents;
mod named;
mod params;
mod period;
mod sql;
pub mod stats;
pub mod tables;

pub use held::Held;
pub use incidents::{Incident, incidents};
pub use named::{NAMED, Named, find, title_and_about};
pub use params::{declared, fill};
pub use period::{Period, Quarter};
pub use sql::{Kind, Table, run, run_on};
