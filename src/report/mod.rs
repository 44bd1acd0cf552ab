//! The quarterly review: what a period had of incidents, what changed, what chance leaves open, and what to read.
//!
//! Promises: every number in it comes from `trends`, by the functions that make the trend tables; the same library and
//! the same arguments give the same bytes; a file stands for itself (no network, no script, no font); all text from
//! documents is escaped. Leaves to others: arguments and files (`cli::report`), every number (`trends`).
//!
//! ```text
//! library ──data──▶ rows ──review──▶ Review (numbers and sentences) ──html, markdown──▶ text ──pdf──▶ PDF
//! ```
//!
//! Charts are our own SVG, by maud like the page: its macros are checked by the compiler and escape what they print.
//! plotters draws SVG too, but with fixed colours and no names for its parts, so a chart could follow neither dark mode
//! nor a screen reader; charming needs a JavaScript engine, in the browser or linked in. PDF is printed by a Chromium
//! that is installed: the page is the design, and typst as a library would double the build for a second one.

mod chart;
mod data;
mod drawn;
mod html;
mod markdown;
mod pdf;
mod review;
mod words;
mod worth;

pub use html::html;
pub use markdown::markdown;
pub use pdf::{find_browser, pdf};
pub use review::{Asked, Review, review};
pub use worth::{Look, worth_a_look};
