//! Linear models: fitted from labelled lines and documents by `coroner train`, read from small text files.
//!
//! [`lines`] says what a line of text speaks of (the kind of an event, a cause, a way of detection), [`gist`] what a whole text
//! is about; [`fit`] finds the
//! weights; [`weights`] is their file, [`table`] finds those of a line. A linear model over words is what a few thousand examples carry, is read at a
//! glance, costs a few hash lookups a word, and gives chances rather than scores. What the models are asked is the
//! business of [`crate::extract`].

pub(crate) mod fit;
pub(crate) mod gist;
pub(crate) mod grams;
pub(crate) mod lines;
mod table;
pub(crate) mod weights;
mod words;
