//! The pieces of a page in their order, each of a kind and in a region, and which of them are kept.
//!
//! Promises: a table's row becomes one piece with its cells parted by ` | `, unless the table only serves the layout;
//! regions of boilerplate are left out only where they do not hold most of the text; the article is preferred where
//! it does. Leaves to others: what an element is (`html`), what the words of a piece say of it (`surroundings`).

use super::joins::{Before, Joiner};
use super::{Page, Skip, limits, lines, surroundings};
use crate::document::{BlockKind, Dropped};

/// Where text stands in the page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    pub kind: Kind,
    /// Which region, as an index; 0 is the page itself.
    pub region: usize,
    /// Blocks that are open around it.
    pub depth: u32,
    /// It links to somewhere.
    pub link: Link,
    /// It is in a box that readers open and close.
    pub panel: bool,
}

/// Where the words of a link lead.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Link {
    #[default]
    None,
    /// To another place of the page: an entry of a table of contents.
    Within,
    Away,
}

/// Letters of a piece that link to somewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Linked {
    pub letters: usize,
    /// Those that lead to other pages.
    pub away: usize,
}

/// What the elements around a text make of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Kind {
    #[default]
    Paragraph,
    Heading(u8),
    /// The list item of that number; only its first block is the item, what follows are paragraphs.
    Item(usize),
    Pre,
}

impl Linked {
    fn up_to(self, most: usize) -> Linked {
        Linked { letters: self.letters.min(most), away: self.away.min(most) }
    }

    fn without(self, other: Linked) -> Linked {
        Linked { letters: self.letters - other.letters, away: self.away - other.away }
    }

    fn with(self, other: Linked) -> Linked {
        Linked { letters: self.letters + other.letters, away: self.away + other.away }
    }
}

/// Characters that are no white space.
pub fn letters(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

#[derive(Debug)]
pub struct Piece {
    pub kind: BlockKind,
    region: usize,
    pub text: String,
    /// What links to it name, if it is a heading.
    anchor: Option<String>,
    /// Blocks that were open around it, and the fewest that were since the piece before.
    pub depth: u32,
    pub least_depth: u32,
    pub linked: Linked,
}

/// A part of the page that is kept or left out as a whole.
#[derive(Debug, Default)]
struct Region {
    /// The index of the region around it, always lower than its own.
    parent: usize,
    is_main: bool,
    is_article: bool,
    /// What says that it is no part of the text: `<nav>`.
    extra: Option<String>,
    /// It is the head of the page, which may hold the title.
    is_head: bool,
}

/// A row of a table while its cells are read.
#[derive(Debug, Default)]
struct Row {
    region: usize,
    depth: u32,
    /// The number of the cell with each piece.
    pieces: Vec<(usize, Piece)>,
    cells: usize,
    /// It is a term and what it means.
    is_term: bool,
}

/// The page while it is read.
#[derive(Debug)]
pub struct Pieces {
    pieces: Vec<Piece>,
    regions: Vec<Region>,
    row: Option<Row>,
    place: Place,
    /// The block that is being read.
    block: String,
    /// White space was read that is not written yet.
    space: bool,
    /// Whether the first block of each list item was read.
    items: Vec<bool>,
    /// The last name that links may go to, if nothing was read since.
    anchor: Option<String>,
    /// Of the block that is being read.
    linked: Linked,
    /// See `Piece::least_depth`.
    least_depth: u32,
    /// Bytes of all pieces so far.
    bytes: usize,
    /// See `Page::beyond`.
    beyond: Option<Skip>,
}

impl Default for Pieces {
    fn default() -> Pieces {
        Pieces {
            pieces: Vec::new(),
            regions: vec![Region::default()],
            row: None,
            place: Place::default(),
            block: String::new(),
            space: false,
            items: Vec::new(),
            anchor: None,
            linked: Linked::default(),
            least_depth: 0,
            bytes: 0,
            beyond: None,
        }
    }
}

impl Piece {
    /// How much of it there is beside links: navigation may be longer than the text.
    pub fn unlinked(&self) -> usize {
        self.text.len().saturating_sub(self.linked.letters)
    }

    fn is_title(&self) -> bool {
        self.kind == BlockKind::Heading(1) && self.unlinked() > 0
    }
}

/// Whether the line is an entry of a thread: a time, and words after it.
fn is_entry(line: &str) -> bool {
    lines::starts_with_time(line) && line.split_whitespace().nth(4).is_some()
}

impl Pieces {
    pub fn new_item(&mut self) -> usize {
        self.items.push(false);
        self.items.len() - 1
    }

    /// A region of the article itself, or around it.
    pub fn main_region(&mut self, parent: usize, is_article: bool) -> usize {
        self.region(Region { parent, is_main: true, is_article, ..Region::default() })
    }

    /// A region of what surrounds the text, and what says so.
    pub fn extra_region(&mut self, parent: usize, why: String, is_head: bool) -> usize {
        self.region(Region { parent, extra: Some(why), is_head, ..Region::default() })
    }

    fn region(&mut self, region: Region) -> usize {
        self.regions.push(region);
        if self.regions.len() > limits::BLOCKS {
            self.beyond = Some(Skip::Beyond { most: limits::BLOCKS, of: "regions" });
        }
        self.regions.len() - 1
    }

    /// Whether the region lies in the article. (Regions nest a few deep on honest pages; dishonest ones are cut short.)
    pub fn is_main(&self, mut region: usize) -> bool {
        for _ in 0..100 {
            if region == 0 || self.regions[region].is_main {
                break;
            }
            region = self.regions[region].parent;
        }
        self.regions[region].is_main
    }

    /// What follows stands there. An inline element of another region parts the block.
    pub fn go_to(&mut self, place: Place) {
        if place.region != self.place.region {
            self.end_block();
        }
        self.place = place;
        self.least_depth = self.least_depth.min(place.depth);
    }

    /// The kind of what is read now.
    pub fn kind(&self) -> Kind {
        self.place.kind
    }

    /// Whether the page has more than a document may have: what follows is dropped, and a reader may stop.
    pub fn is_full(&self) -> bool {
        self.beyond.is_some()
    }

    /// The page has more of something than a document may have.
    pub fn go_beyond(&mut self, why: Skip) {
        self.beyond.get_or_insert(why);
    }

    pub fn text(&mut self, text: &str) {
        if self.bytes + self.block.len() + text.len() > limits::TEXT_BYTES {
            self.beyond = Some(Skip::Beyond { most: limits::TEXT_BYTES, of: "bytes of text" });
        }
        if self.is_full() {
            return;
        }
        if self.place.kind == Kind::Pre {
            self.block.push_str(text);
            return;
        }
        for c in text.chars() {
            if c.is_whitespace() {
                self.space = true;
                continue;
            }
            if std::mem::take(&mut self.space) && !self.block.is_empty() && !self.block.ends_with('\n') {
                self.block.push(' ');
            }
            self.block.push(c);
            self.linked.letters += usize::from(self.place.link != Link::None);
            self.linked.away += usize::from(self.place.link == Link::Away);
        }
    }

    pub fn line_break(&mut self) {
        self.space = false;
        // Breaks without words part nothing that the first two do not.
        if self.place.kind == Kind::Pre || !self.block.ends_with("\n\n") {
            self.block.push('\n');
        }
    }

    /// Links may go to here by that name.
    pub fn anchor(&mut self, name: &str) {
        self.anchor = Some(name.to_owned());
    }

    /// Ends the block that is being read.
    pub fn end_block(&mut self) {
        /// What is longer is the text after a heading that was never closed.
        const LONGEST_HEADING: usize = 300;
        self.space = false;
        let text = std::mem::take(&mut self.block);
        let linked = std::mem::take(&mut self.linked);
        if text.trim().is_empty() {
            return;
        }
        let kind = match self.place.kind {
            Kind::Heading(level) if text.len() <= LONGEST_HEADING => BlockKind::Heading(level),
            Kind::Item(item) if !std::mem::replace(&mut self.items[item], true) => BlockKind::ListItem,
            Kind::Pre => BlockKind::Code,
            _ => BlockKind::Paragraph,
        };
        self.bytes += text.len();
        self.count();
        // A box may begin with a day or a mark before the heading that its name is of.
        const LONGEST_MARK: usize = 40;
        let ends = matches!(kind, BlockKind::Heading(_)) || text.len() > LONGEST_MARK;
        let anchor = self.anchor.take_if(|_| ends).filter(|_| matches!(kind, BlockKind::Heading(_)));
        let Place { region, depth, .. } = self.place;
        let least_depth = std::mem::replace(&mut self.least_depth, depth);
        let piece = Piece { kind, region, text, anchor, depth, least_depth, linked };
        match &mut self.row {
            Some(row) => row.pieces.push((row.cells, piece)),
            None => self.lines(piece),
        }
    }

    fn count(&mut self) {
        let in_row = self.row.as_ref().map_or(0, |row| row.pieces.len());
        if self.pieces.len() + in_row > limits::BLOCKS {
            self.beyond = Some(Skip::Beyond { most: limits::BLOCKS, of: "blocks" });
        }
    }

    /// Adds the piece, cut at the line breaks that part blocks.
    fn lines(&mut self, piece: Piece) {
        let Piece { kind, region, ref text, depth, mut least_depth, mut linked, .. } = piece;
        if kind == BlockKind::Code {
            let text = text.trim().to_owned();
            self.pieces.push(Piece { text, ..piece });
            return;
        }
        let mut anchor = piece.anchor;
        let plain = Joiner { markdown: false, wrap: None };
        let (mut said, mut gap) = (false, false);
        for line in text.split('\n').map(str::trim) {
            if line.is_empty() {
                gap = true;
                continue;
            }
            let last = self.pieces.last_mut().filter(|_| said && !gap);
            let before = last.map(|piece| &mut piece.text).filter(|text| {
                let body = text.rsplit('\n').next().unwrap_or_default();
                kind != BlockKind::Paragraph || plain.joins(Before { body, width: 0, hard_break: true }, line)
            });
            match before {
                Some(text) => {
                    text.push(if matches!(kind, BlockKind::Heading(_)) { ' ' } else { '\n' });
                    text.push_str(line);
                }
                None => {
                    if self.is_full() {
                        return;
                    }
                    let kind = if lines::is_posted(line) { BlockKind::Update } else { kind };
                    let (text, anchor) = (line.to_owned(), anchor.take());
                    // Which of the lines the links are in is not known: the first have them.
                    let here = linked.up_to(letters(line));
                    linked = linked.without(here);
                    let least_depth = std::mem::replace(&mut least_depth, depth);
                    self.pieces.push(Piece { kind, region, text, anchor, depth, least_depth, linked: here });
                    self.count();
                }
            }
            (said, gap) = (true, false);
        }
    }

    pub fn start_row(&mut self) {
        self.end_row();
        self.row = Some(Row { region: self.place.region, depth: self.place.depth, ..Row::default() });
    }

    pub fn start_cell(&mut self) {
        if let Some(row) = &mut self.row {
            row.cells += 1;
        }
    }

    /// A term of a list of definitions begins, which is a row with what follows; but not within a row.
    pub fn start_term(&mut self) {
        if self.row.as_ref().is_none_or(|row| row.is_term) {
            self.start_row();
            self.start_cell();
            self.row.iter_mut().for_each(|row| row.is_term = true);
        }
    }

    /// A list of definitions begins or ends.
    pub fn end_terms(&mut self) {
        if self.row.as_ref().is_some_and(|row| row.is_term) {
            self.end_row();
        }
    }

    /// What a term means begins.
    pub fn start_cell_of_term(&mut self) {
        if self.row.as_ref().is_some_and(|row| row.is_term) {
            self.start_cell();
        }
    }

    /// Ends the row that is being read, where there is one: one piece, or what it holds where it only arranges it.
    pub fn end_row(&mut self) {
        /// A longer row is a page set in a table.
        const LONGEST_ROW: usize = 2000;
        let Some(row) = self.row.take().filter(|row| !row.pieces.is_empty()) else { return };
        let length: usize = row.pieces.iter().map(|(_, piece)| piece.text.len()).sum();
        let arranges = |(_, piece): &(usize, Piece)| matches!(piece.kind, BlockKind::Heading(_) | BlockKind::Code);
        // A cell of several lines that begin with a time and go on is a thread of updates, and the table a frame around it.
        let mut updates: Option<usize> = None;
        let mut threads = false;
        for (cell, piece) in &row.pieces {
            let entries = piece.text.lines().filter(|line| is_entry(line.trim())).count();
            threads |= entries >= 2 || entries == 1 && updates == Some(*cell);
            updates = if entries > 0 { Some(*cell) } else { updates };
        }
        /// A longer term is a question, and what follows its answer.
        const LONGEST_TERM: usize = 60;
        let is_question = row.is_term && row.pieces.first().is_some_and(|(_, piece)| piece.text.len() > LONGEST_TERM);
        if row.cells < 2
            || is_question
            || row.cells > limits::CELLS
            || length > LONGEST_ROW
            || threads
            || row.pieces.iter().any(arranges)
        {
            row.pieces.into_iter().for_each(|(_, piece)| self.lines(piece));
            return;
        }
        let mut cells = vec![String::new(); row.cells];
        let linked = row.pieces.iter().fold(Linked::default(), |sum, (_, piece)| sum.with(piece.linked));
        let least_depth = row.pieces.iter().map(|(_, piece)| piece.least_depth).min().unwrap_or_default();
        for (cell, piece) in &row.pieces {
            // Text before the first cell is put into it.
            let cell = &mut cells[cell.saturating_sub(1)];
            for word in piece.text.split_whitespace() {
                if !cell.is_empty() {
                    cell.push(' ');
                }
                cell.push_str(word);
            }
        }
        let text = cells.join(" | ").trim().to_owned();
        let Row { region, depth, .. } = row;
        let kind = BlockKind::TableRow;
        self.pieces.push(Piece { kind, region, text, anchor: None, depth, least_depth, linked });
    }

    /// The page of what is kept of a page of the web.
    /// Of a `whole` one, the line above its text that says when it was published is stated.
    pub fn finish_web(mut self, title: Option<String>, whole: bool) -> Page {
        let mut dropped = self.drop_extras();
        dropped.extend(self.prefer_main());
        dropped.extend(surroundings::leave_out(&mut self.pieces));
        let byline = if whole { surroundings::take_byline(&mut self.pieces) } else { None };
        let stated = byline.into_iter().map(|day| ("Published", day)).collect();
        Page { dropped, stated, ..self.finish(title) }
    }

    /// The page of all pieces.
    pub fn finish(mut self, title: Option<String>) -> Page {
        let mut page = Page { title, beyond: self.beyond.take(), ..Page::default() };
        let kept: usize = self.pieces.iter().map(|piece| piece.text.len()).sum();
        for piece in self.pieces {
            if piece.kind == BlockKind::Code && piece.text.len() * 2 > kept {
                // A mail or a text file shown as a page: most of it stands in one `pre`.
                page.markdown(&piece.text);
            } else {
                page.block(piece.kind, &piece.text);
                page.anchors.extend(piece.anchor.map(|anchor| (page.blocks.len().saturating_sub(1), anchor)));
            }
        }
        page
    }

    /// The length of text in each region that links to nowhere, those within it included.
    fn lengths(&self) -> Vec<usize> {
        let mut lengths = vec![0; self.regions.len()];
        for piece in &self.pieces {
            lengths[piece.region] += piece.unlinked();
        }
        for region in (1..self.regions.len()).rev() {
            lengths[self.regions[region].parent] += lengths[region];
        }
        lengths
    }

    /// Leaves out the regions of boilerplate, but none that holds half of the text, and not all but a rest of it.
    fn drop_extras(&mut self) -> Vec<Dropped> {
        let lengths = self.lengths();
        let titled = self.titled_heads();
        // For each region, the outermost one with which it goes.
        let mut goes_with: Vec<Option<usize>> = vec![None; self.regions.len()];
        for region in 1..self.regions.len() {
            let Region { parent, extra, .. } = &self.regions[region];
            let goes = extra.is_some() && lengths[region] * 2 <= lengths[0] && !titled[region];
            goes_with[region] = goes_with[*parent].or(goes.then_some(region));
        }
        let kept = || self.pieces.iter().filter(|piece| goes_with[piece.region].is_none());
        if kept().map(Piece::unlinked).sum::<usize>() * 10 < lengths[0] || kept().next().is_none() {
            return Vec::new();
        }
        let mut dropped: Vec<Dropped> = Vec::new();
        let mut last = None;
        for piece in &self.pieces {
            let Some(region) = goes_with[piece.region] else { continue };
            if let Some(dropped) = dropped.last_mut().filter(|_| last == Some(region)) {
                dropped.bytes += piece.text.len();
            } else {
                let why = self.regions[region].extra.clone().unwrap_or_default();
                dropped.push(Dropped::new(&piece.text, format!("boilerplate: {why}")));
            }
            last = Some(region);
        }
        self.pieces.retain(|piece| goes_with[piece.region].is_none());
        dropped
    }

    /// The heads of the page that hold its title, where none stands elsewhere.
    fn titled_heads(&self) -> Vec<bool> {
        let mut titled = vec![false; self.regions.len()];
        let mut in_extra = vec![false; self.regions.len()];
        for (at, region) in self.regions.iter().enumerate().skip(1) {
            in_extra[at] = region.extra.is_some() || in_extra[region.parent];
        }
        let titles = || self.pieces.iter().filter(|piece| piece.is_title());
        if titles().all(|piece| in_extra[piece.region]) {
            for piece in titles() {
                titled[piece.region] = self.regions[piece.region].is_head;
            }
        }
        titled
    }

    /// Keeps the article alone, with the title above it, where it holds most of the text.
    fn prefer_main(&mut self) -> Vec<Dropped> {
        let mut dropped = self.prefer(|region| region.is_main);
        let mut in_article = vec![0; self.regions.len()];
        for (at, region) in self.regions.iter().enumerate().skip(1) {
            // The outermost one: readers' comments may be articles in it.
            let around = in_article[region.parent];
            in_article[at] = if around == 0 && region.is_article { at } else { around };
        }
        let mut articles = self.pieces.iter().map(|piece| in_article[piece.region]).filter(|article| *article > 0);
        // Of several, each is of one incident, and what stands between them is over them.
        if let Some(only) = articles.next()
            && articles.all(|article| article == only)
        {
            dropped.extend(self.prefer(|region| region.is_article));
        }
        dropped
    }

    /// Keeps what is within such regions, with the title above it, where that is most of the text.
    fn prefer(&mut self, is_such: impl Fn(&Region) -> bool) -> Vec<Dropped> {
        let total: usize = self.pieces.iter().map(Piece::unlinked).sum();
        let mut within = vec![false; self.regions.len()];
        for region in 1..self.regions.len() {
            within[region] = is_such(&self.regions[region]) || within[self.regions[region].parent];
        }
        let main: usize = self.pieces.iter().filter(|piece| within[piece.region]).map(Piece::unlinked).sum();
        if main * 2 <= total {
            return Vec::new();
        }
        let is_headed = |piece: &Piece| within[piece.region] && matches!(piece.kind, BlockKind::Heading(1 | 2));
        let has_own = self.pieces.iter().any(is_headed);
        // The name of the site links to its first page.
        let is_above = |piece: &Piece| piece.kind == BlockKind::Heading(1) && (piece.is_title() || !has_own);
        let is_kept = |piece: &Piece| within[piece.region] || is_above(piece);
        let outside = self.pieces.iter().filter(|piece| !is_kept(piece));
        let dropped = outside.map(|piece| Dropped::new(&piece.text, "outside of the article".to_owned())).collect();
        self.pieces.retain(is_kept);
        dropped
    }
}
