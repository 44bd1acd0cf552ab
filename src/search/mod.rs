//! Search over a library: the index that each generation holds, the query language, ranked hits with snippets.
//!
//! Promises: an index holds the same documents as the records of its generation; a query that cannot be read is an
//! error in plain words with a hint; opening an index writes nothing, so a library may be read-only.
//! Leaves to others: when an index is made and which one is current (`library`), and how hits are printed (`cli`).

mod analyzer;
#[doc(hidden)]
pub mod bare;
mod baseline;
mod budget;
mod concepts;
mod duplicates;
pub mod evaluate;
mod facets;
mod fix;
mod index;
mod meaning;
mod nearest;
#[cfg(test)]
mod planted;
mod query;
mod readonly;
mod rerank;
mod schema;
mod sections;
mod similar;
mod snippet;
mod stems;
mod weights;
mod words;
mod writer;

pub use duplicates::{Group, Reason, Report};
pub use facets::Facet;
pub use index::{Found, Hit, Index, Lookup, Options, Sort, Stored, Total};
pub use query::Fault;
pub use similar::Similar;
pub use snippet::{Snippet, plain};
pub use weights::Weights;
pub use writer::IndexPart;
