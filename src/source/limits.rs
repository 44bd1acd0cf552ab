//! How much is read: every bound on an input, in one place. docs/formats.md has the same list for users.
//!
//! An input of any kind, honest or not, ends within two seconds and 200 MiB in documents or in a reason with these figures
//! (`cargo bench --bench worst`). So what a file makes of us to hold is bounded, and not only its bytes: sixteen
//! mebibytes of line ends are sixteen million lines. Each bound is far above what reports have: the longest novels have three
//! megabytes of text, and the longest status pages some thousand blocks.

/// How large an input may be, as the user may say.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes that a file may have, and a file in an archive.
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_bytes: 16 << 20 }
    }
}

/// Bytes of the text of one document.
pub const TEXT_BYTES: usize = 4 << 20;
/// Lines of one document that is text.
pub const LINES: usize = 200_000;
/// Blocks of one document: paragraphs, items, rows.
pub const BLOCKS: usize = 100_000;
/// Cells of a row; a longer one is no row but a page set in a table.
pub const CELLS: usize = 1000;
/// Documents of one file, and parts that give none: an export of fifty years at three incidents a day.
pub const DOCUMENTS: usize = 50_000;
/// Incidents in one document that is a list of them.
pub const PARTS: usize = 5000;

/// Bytes of one item of a list in JSON or of one line, and of what stands around a list.
pub const ITEM_BYTES: usize = 2 << 20;
/// Values in one item: parsed, each takes a hundred bytes and more.
pub const ITEM_VALUES: usize = 100_000;
/// Columns of a table that are looked at.
pub const COLUMNS: usize = 2000;
/// Cells of one line of a table.
pub const LINE_CELLS: usize = 20_000;
/// Attributes of one element of a page: each is compared with all before it.
pub const ATTRIBUTES: usize = 200;
/// Elements of a page that are open at a time: those of saved pages nest some dozen deep.
pub const OPEN_ELEMENTS: usize = 200_000;

/// Bytes of XML in one part of an office file. The text of a book has a tenth of it.
pub const XML_BYTES: u64 = 32 << 20;

/// Parts of one mail, and marks that may be of one.
pub const MAIL_PARTS: usize = 10_000;
/// Mails in a mail, side by side or one in the other: each is parsed once more for every mail that it lies in.
pub const MAIL_MAILS: usize = 1000;
/// Bytes of all fields of a mail that say what its parts are.
pub const MAIL_FIELD_BYTES: usize = 4 << 20;

/// Bytes that the packed objects of a PDF may unpack to, and all of its pages.
pub const PDF_BYTES: usize = 64 << 20;
/// Bytes of all tables that tell which letters the codes of fonts are; text in a font whose table is beyond is not read.
pub const PDF_TABLE_BYTES: usize = 8 << 20;
/// Bytes that draw one page; a page with more is a picture.
pub const PDF_PAGE_BYTES: usize = 1 << 20;
/// Pages of a PDF; more are a book.
pub const PDF_PAGES: usize = 2000;

/// How deep archives nest: an archive in an archive in an archive.
pub const ARCHIVE_DEPTH: usize = 3;
/// Files in an archive, those in archives within it included.
pub const ARCHIVE_FILES: usize = 20_000;
/// What an archive may unpack to, in files of the largest size that is read.
pub const ARCHIVE_SIZES: u64 = 8;
/// How many times its size an archive may unpack to: text packs to a tenth, repetitive logs to a hundredth.
pub const ARCHIVE_RATIO: u64 = 250;
/// Bytes below which the ratio does no harm.
pub const ARCHIVE_HARMLESS: u64 = 8 << 20;
