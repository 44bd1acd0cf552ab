//! From a [`Node`] to a query of tantivy.
//!
//! Words without a field are looked for in the body, which holds every word. Bare ones become one flat union: tantivy finds
//! the best hits of such a union without scoring the rest (block-max WAND); what else they are worth is seen to in
//! `rerank`. What only narrows (labels, ranges, `has`) adds nothing to a score.

use std::cell::RefCell;
use std::ops::Bound;

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DateTime, Searcher, Term};

use super::fields::{Column, Label};
use super::values::{self, Range};
use super::{Clause, Node, Want, Words};
use crate::search::schema::{self, Fields};
use crate::search::weights::Weights;
use crate::search::words::is_stopword;
use crate::search::{analyzer, concepts};

/// Words of a query that the second look reads: a longer one is a pasted text.
const MOST_LOOKED_AT: usize = 40;

/// Share of the documents that say it, above which a concept is not looked for.
const MOST_WITH_CONCEPT: f64 = 0.5;

/// Entries of the lists of words and concepts that a query reads, beyond which concepts are left to the second look.
const MOST_READ: u64 = 300_000;

/// A query ready to run.
pub struct Compiled {
    pub query: Box<dyn Query>,
    /// Whether it has words, by which hits differ in score.
    pub is_ranked: bool,
    /// The words that are looked for anywhere, as the index has them, in the order of the query, each with whether the hits
    /// were found by it.
    pub words: Vec<(String, bool)>,
    /// The same as typed, and those between them that say nothing.
    pub text: String,
    /// What the words mean too, and the hits were not found by, because it would have cost too much.
    pub concepts: Vec<&'static str>,
    /// What else must hold of a document, where the words are bare: one that has none of them may mean the same. None where
    /// the query says which words a hit must have.
    pub beside: Option<Box<dyn Query>>,
}

/// Makes queries for one index.
pub struct Compiler<'a> {
    pub searcher: &'a Searcher,
    pub fields: &'a Fields,
    pub weights: &'a Weights,
    /// See [`Compiled::concepts`].
    later: RefCell<Vec<&'static str>>,
}

impl<'a> Compiler<'a> {
    pub fn new(searcher: &'a Searcher, fields: &'a Fields, weights: &'a Weights) -> Compiler<'a> {
        Compiler { searcher, fields, weights, later: RefCell::default() }
    }
}

pub(super) type Queries = Vec<Box<dyn Query>>;

/// What a list of clauses asks for.
#[derive(Default)]
struct Asked {
    wishes: Queries,
    musts: Queries,
    /// Required, and no part of the score.
    filters: Queries,
    nots: Queries,
}

impl Compiler<'_> {
    pub fn compile(&self, node: &Node) -> tantivy::Result<Compiled> {
        let (mut words, mut text) = (Vec::new(), String::new());
        gather(node, &mut words, &mut text);
        if !words.iter().any(|(_, tells)| *tells) {
            words.iter_mut().for_each(|(_, tells)| *tells = true);
        }
        words.truncate(MOST_LOOKED_AT);
        let query = self.query(node)?;
        let beside = self.beside(node)?;
        Ok(Compiled { query, is_ranked: is_ranked(node), words, text, concepts: self.later.take(), beside })
    }

    /// See [`Compiled::beside`].
    fn beside(&self, node: &Node) -> tantivy::Result<Option<Box<dyn Query>>> {
        let Node::Clauses(clauses) = node else { return Ok(None) };
        let mut asked = Asked { filters: vec![Box::new(AllQuery)], ..Asked::default() };
        for clause in clauses.iter().filter(|clause| !is_bare(clause)) {
            match clause.want {
                Want::MustNot => asked.nots.push(excludable(self.unranked(&clause.node)?)),
                Want::Must if !is_ranked(&clause.node) => asked.filters.push(self.query(&clause.node)?),
                _ => return Ok(None),
            }
        }
        Ok(Some(asked.query()))
    }

    fn query(&self, node: &Node) -> tantivy::Result<Box<dyn Query>> {
        Ok(match node {
            Node::Clauses(clauses) => {
                let mut asked = Asked::default();
                let has_more = has_more(clauses);
                for clause in clauses.iter().filter(|clause| !(has_more && is_stop(clause))) {
                    match clause.want {
                        Want::Wish => self.wish(&clause.node, &mut asked.wishes)?,
                        Want::Must => self.must(&clause.node, &mut asked)?,
                        Want::MustNot => asked.nots.push(excludable(self.unranked(&clause.node)?)),
                    }
                }
                asked.wishes.extend(self.alike(clauses)?);
                asked.query()
            }
            Node::Any(nodes) if nodes.iter().all(is_one_word) => {
                let mut words = Queries::new();
                nodes.iter().try_for_each(|node| self.wish(node, &mut words))?;
                union(words)
            }
            Node::Any(nodes) => union(self.queries(nodes)?),
            Node::All(nodes) => {
                let mut asked = Asked::default();
                nodes.iter().try_for_each(|node| self.must(node, &mut asked))?;
                asked.query()
            }
            Node::Text(Some(field), words) => self.within(field.of(self.fields), words)?,
            node @ Node::Text(None, _) => {
                let mut asked = Asked::default();
                self.must(node, &mut asked)?;
                asked.query()
            }
            Node::Label(label, value) => self.label(*label, value),
            Node::Range(column, range) => self.range(*column, range),
            Node::Has(field) => term(self.fields.has, field, IndexRecordOption::Basic),
            Node::Everything => Box::new(AllQuery),
        })
    }

    /// What finds the documents of a node, for where no score is asked for.
    fn unranked(&self, node: &Node) -> tantivy::Result<Box<dyn Query>> {
        match node {
            Node::Text(None, words) => self.within(self.fields.body, words),
            other => self.query(other),
        }
    }

    fn queries(&self, nodes: &[Node]) -> tantivy::Result<Queries> {
        nodes.iter().map(|node| self.query(node)).collect()
    }

    /// Adds what must match.
    fn must(&self, node: &Node, to: &mut Asked) -> tantivy::Result<()> {
        match node {
            Node::Text(None, words) => {
                to.musts.push(self.within(self.fields.body, words)?);
            }
            node if is_ranked(node) => to.musts.push(self.query(node)?),
            node => to.filters.push(self.query(node)?),
        }
        Ok(())
    }

    /// Adds what a bare word or a bracket asks for to a union, as flat as it may be.
    fn wish(&self, node: &Node, to: &mut Queries) -> tantivy::Result<()> {
        match node {
            Node::Text(None, Words::Word(word)) => {
                let tokens = analyzer::cut(word);
                // The parts of a name that say nothing alone (the 1 of us-east-1) only cost.
                let telling = |text: &str| text.chars().count() > 1 && !is_stopword(text);
                let has_telling = tokens.iter().any(|token| telling(&token.text));
                for token in tokens.iter().filter(|token| !has_telling || telling(&token.text)) {
                    to.push(term(self.fields.body, &token.text, IndexRecordOption::WithFreqs));
                }
            }
            Node::Clauses(clauses) if clauses.iter().all(|clause| clause.want == Want::Wish) => {
                let has_more = has_more(clauses);
                for clause in clauses.iter().filter(|clause| !(has_more && is_stop(clause))) {
                    self.wish(&clause.node, to)?;
                }
                to.extend(self.alike(clauses)?);
            }
            other => to.push(self.query(other)?),
        }
        Ok(())
    }

    /// What the bare words of a list mean, by whatever words the body says it.
    fn alike(&self, clauses: &[Clause]) -> tantivy::Result<Queries> {
        let mut text = String::new();
        for clause in clauses {
            if let (Want::Wish, Node::Text(None, Words::Word(word))) = (clause.want, &clause.node) {
                text += word;
                text.push(' ');
            }
        }
        let weight = self.weights.concept;
        if weight == 0.0 {
            return Ok(Queries::new());
        }
        let body = self.fields.body;
        let with = |token: &str| self.searcher.doc_freq(&Term::from_field_text(body, token));
        let words =
            analyzer::cut(&text).into_iter().filter(|token| !is_stopword(&text[token.offset_from..token.offset_to]));
        let mut read = words.map(|token| with(&token.text)).sum::<tantivy::Result<u64>>()?;
        // What most documents say tells nothing of one. In a small library nothing is common.
        let most = (MOST_WITH_CONCEPT * self.searcher.num_docs() as f64).max(10.0) as u64;
        let known = concepts::of(&text).into_iter().map(|concept| Ok((with(concept)?, concept)));
        let mut known = known.collect::<tantivy::Result<Vec<_>>>()?;
        known.retain(|(with, _)| (1..=most).contains(with));
        known.sort();
        let mut queries = Queries::new();
        for (with, concept) in known {
            read += with;
            if queries.is_empty() || read <= MOST_READ {
                queries.push(boosted(term(body, concept, IndexRecordOption::WithFreqs), weight));
            } else {
                self.later.borrow_mut().push(concept);
            }
        }
        Ok(queries)
    }

    fn label(&self, label: Label, value: &str) -> Box<dyn Query> {
        let field = match label {
            Label::Cause => self.fields.cause,
            Label::Detection => self.fields.detection,
            Label::Trigger => self.fields.trigger,
            Label::Severity => return term(self.fields.severity, &schema::severity(value), IndexRecordOption::Basic),
            Label::Id => {
                let Some(prefix) = value.strip_suffix('*') else {
                    return term(self.fields.id, value, IndexRecordOption::Basic);
                };
                let bound = |text: &str| Term::from_field_text(self.fields.id, text);
                let after = bound(&format!("{prefix}{}", char::MAX));
                return Box::new(RangeQuery::new(Bound::Included(bound(prefix)), Bound::Excluded(after)));
            }
        };
        term(field, value, IndexRecordOption::Basic)
    }

    fn range(&self, column: Column, range: &Range) -> Box<dyn Query> {
        let value = |value: f64| match column {
            Column::Date => {
                Term::from_field_date(self.fields.date, DateTime::from_timestamp_secs(value as i64 * 86_400))
            }
            Column::Ttr => Term::from_field_f64(self.fields.ttr, value),
            Column::Ttd => Term::from_field_f64(self.fields.ttd, value),
        };
        let bound = |bound: Option<values::Bound>| match bound {
            None => Bound::Unbounded,
            Some(bound) if bound.included => Bound::Included(value(bound.value)),
            Some(bound) => Bound::Excluded(value(bound.value)),
        };
        match (bound(range.from), bound(range.to)) {
            (Bound::Unbounded, Bound::Unbounded) => Box::new(AllQuery),
            (from, to) => Box::new(RangeQuery::new(from, to)),
        }
    }
}

impl Asked {
    fn query(self) -> Box<dyn Query> {
        let Asked { wishes, musts, filters, nots } = self;
        if filters.is_empty() && nots.is_empty() && musts.is_empty() {
            return union(wishes);
        }
        let mut all: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let is_free = musts.is_empty() && wishes.is_empty();
        if !wishes.is_empty() {
            // With a word that must be there the others only raise the score; without, one of them must match.
            let occur = if musts.is_empty() { Occur::Must } else { Occur::Should };
            all.push((occur, union(wishes)));
        }
        all.extend(musts.into_iter().map(|query| (Occur::Must, query)));
        if is_free && filters.is_empty() {
            all.push((Occur::Must, Box::new(AllQuery)));
        }
        let unscored = |query| Box::new(ConstScoreQuery::new(query, 0.0)) as Box<dyn Query>;
        all.extend(filters.into_iter().map(|query| (Occur::Must, unscored(query))));
        all.extend(nots.into_iter().map(|query| (Occur::MustNot, query)));
        Box::new(BooleanQuery::new(all))
    }
}

/// Takes the words of a node that are looked for anywhere, each with whether it tells something, and their text.
fn gather(node: &Node, to: &mut Vec<(String, bool)>, all: &mut String) {
    match node {
        Node::Clauses(clauses) => {
            let wanted = clauses.iter().filter(|clause| clause.want != Want::MustNot);
            wanted.for_each(|clause| gather(&clause.node, to, all));
        }
        Node::Any(nodes) | Node::All(nodes) => nodes.iter().for_each(|node| gather(node, to, all)),
        Node::Text(None, Words::Word(text) | Words::Phrase { text, .. }) => {
            let parts = analyzer::cut(text).into_iter().filter(|token| token.position_length == 1);
            to.extend(parts.map(|token| {
                let tells = !is_stopword(&text[token.offset_from..token.offset_to]);
                (token.text, tells)
            }));
            *all += text;
            all.push(' ');
        }
        _ => {}
    }
}

/// Whether hits of the node differ in score.
fn is_ranked(node: &Node) -> bool {
    match node {
        Node::Clauses(clauses) => clauses.iter().any(|clause| clause.want != Want::MustNot && is_ranked(&clause.node)),
        Node::Any(nodes) | Node::All(nodes) => nodes.iter().any(is_ranked),
        Node::Text(..) => true,
        Node::Label(..) | Node::Range(..) | Node::Has(_) | Node::Everything => false,
    }
}

/// Whether the node is a word, and no name of several parts: then a wish for it and a demand are one.
fn is_one_word(node: &Node) -> bool {
    matches!(node, Node::Text(None, Words::Word(word)) if analyzer::cut(word).len() == 1)
}

/// Whether the clause is of words that need not be there.
fn is_bare(clause: &Clause) -> bool {
    let is_bare = match &clause.node {
        Node::Text(None, Words::Word(_)) => true,
        Node::Clauses(clauses) => clauses.iter().all(is_bare),
        _ => false,
    };
    clause.want == Want::Wish && is_bare
}

/// Whether the clause is a bare word that says nothing.
fn is_stop(clause: &Clause) -> bool {
    match &clause.node {
        Node::Text(None, Words::Word(word)) => {
            clause.want == Want::Wish && is_stopword(word.trim_matches(|c: char| !c.is_alphanumeric()))
        }
        _ => false,
    }
}

/// Whether there are words beside those that say nothing.
fn has_more(clauses: &[Clause]) -> bool {
    clauses.iter().any(|clause| clause.want != Want::MustNot && is_ranked(&clause.node) && !is_stop(clause))
}

/// A query that may be excluded. Tantivy 0.27 asks an excluded phrase for documents before the one it stands at, which a
/// debug build takes for a fault; a union of two scorers has no such trouble.
fn excludable(query: Box<dyn Query>) -> Box<dyn Query> {
    let mut has_phrase = false;
    query.query_terms(&mut |_, needs_positions| has_phrase |= needs_positions);
    if has_phrase { Box::new(BooleanQuery::union(vec![query.box_clone(), query])) } else { query }
}

pub(super) fn term(field: Field, text: &str, option: IndexRecordOption) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), option))
}

pub(super) fn boosted(query: Box<dyn Query>, weight: f32) -> Box<dyn Query> {
    if weight == 1.0 { query } else { Box::new(BoostQuery::new(query, weight)) }
}

pub(super) fn union(mut queries: Queries) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::union(queries)),
    }
}
