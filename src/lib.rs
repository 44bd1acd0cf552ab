//! Coroner turns free-text incident postmortems into records, an index and trend tables.
//!
//! The map of the house, in the direction the data flows (arrows of import run the other way, and only one way):
//!
//! | module | takes | gives |
//! |---|---|---|
//! | [`source`] | files, folders, standard input | [`document::Document`]s: text and blocks |
//! | [`when`] | | a point in time with its precision |
//! | [`time`] | text | time expressions and, with context, points in time; knows nothing of incidents |
//! | [`extract`] | a document | its [`record::Record`], each field with its evidence |
//! | [`evaluate`] | hand labels and records | how often which field is right |
//! | [`validate`] | a document and what was derived from it | whether it keeps the promises of the above |
//! | [`library`] | documents and records | a library on disk: generations of Parquet, index, manifest |
//! | [`search`] | a library | ranked hits with snippets |
//! | [`trends`] | a library | tables from SQL, statistics with intervals |
//! | [`report`] | a library and a period | the quarterly review |
//! | [`cli`] | arguments | all of the above, printed |

#[cfg(feature = "program")]
pub mod cli;
pub mod document;
pub mod evaluate;
pub mod extract;
pub mod labels;
#[cfg(feature = "program")]
pub mod library;
mod model;
#[cfg(any(feature = "program", test))]
mod ordered;
pub mod record;
#[cfg(feature = "program")]
pub mod report;
mod runs;
#[cfg(feature = "program")]
pub mod search;
mod short;
mod slots;
pub mod source;
mod statuses;
pub mod time;
pub mod train;
#[cfg(feature = "program")]
pub mod trends;
pub mod validate;
pub mod when;
