//! What a value tells about people, and why.

use std::collections::BTreeSet;
use std::sync::Arc;

/// A reason, in words that name a column and a place in the SQL, and never a value.
pub(super) type Why = Arc<str>;

/// What a value may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TaintKind {
    /// A value of a person's row, or that there is such a row.
    Personal,
    /// The code of a small area or an organisation, or what stands for one.
    Area,
    /// The month or year of a birth or a death.
    Dated,
    /// A place in an order, or another value of a window function.
    Ranked,
    /// What an aggregate over people made.
    Count,
    /// A pseudonym, or anything computed from one.
    Identifying,
    /// Whether a code is one of those that the SQL picks out.
    Chosen,
    /// A value that the SQL writes out, or picks from several.
    Written,
}

const KINDS: usize = 8;

/// The code of an area or organisation that the SQL compares codes with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Choice {
    /// The code, as the SQL has it.
    pub code: Arc<str>,
    /// Where it is compared with what.
    pub why: Arc<str>,
}

/// All that a value tells: nothing for reference labels and parameters.
#[derive(Debug, Clone, Default)]
pub(super) struct Taint {
    kinds: [Option<Why>; KINDS],
    /// The areas and organisations that it tells apart from all others.
    pub choices: BTreeSet<Choice>,
}

impl Taint {
    /// A value that tells one thing.
    pub(super) fn of(kind: TaintKind, why: impl Into<Why>) -> Self {
        let mut taint = Taint::default();
        taint.add(kind, why);
        taint
    }

    /// What cannot be analysed tells the worst.
    pub(super) fn worst(why: impl Into<Why>) -> Self {
        let why = why.into();
        let mut taint = Taint::of(TaintKind::Identifying, why.clone());
        taint.add(TaintKind::Count, why);
        taint
    }

    /// Adds a kind; the first reason is kept.
    pub(super) fn add(&mut self, kind: TaintKind, why: impl Into<Why>) {
        let known = &mut self.kinds[kind as usize];
        if known.is_none() {
            *known = Some(why.into());
        }
    }

    /// Adds all that another value tells.
    pub(super) fn merge(&mut self, other: &Taint) {
        for (known, more) in self.kinds.iter_mut().zip(&other.kinds) {
            if known.is_none() {
                known.clone_from(more);
            }
        }
        self.choices.extend(other.choices.iter().cloned());
    }

    /// Both together.
    pub(super) fn with(mut self, other: &Taint) -> Self {
        self.merge(other);
        self
    }

    /// Whether it tells this.
    pub(super) fn has(&self, kind: TaintKind) -> bool {
        self.kinds[kind as usize].is_some()
    }

    /// Why it tells this, if it does.
    pub(super) fn why(&self, kind: TaintKind) -> Option<&Why> {
        self.kinds[kind as usize].as_ref()
    }

    /// The same without some kinds.
    pub(super) fn without(mut self, kinds: &[TaintKind]) -> Self {
        for kind in kinds {
            self.kinds[*kind as usize] = None;
        }
        self
    }

    /// Whether it tells anything of people; a reference table of areas does not.
    pub(super) fn is_of_people(&self) -> bool {
        [
            TaintKind::Personal,
            TaintKind::Count,
            TaintKind::Identifying,
        ]
        .iter()
        .any(|kind| self.has(*kind))
    }

    /// Whether it is a count or a pseudonym, or comes from one.
    pub(super) fn is_hidden(&self) -> bool {
        self.has(TaintKind::Count) || self.has(TaintKind::Identifying)
    }

    /// What flows on where the value only decides which rows, or which branch, are taken.
    pub(super) fn implied(&self) -> Taint {
        self.clone().without(&[
            TaintKind::Personal,
            TaintKind::Area,
            TaintKind::Dated,
            TaintKind::Ranked,
            TaintKind::Written,
        ])
    }

    /// The same where codes of areas decide which rows there are, by more than being equal to others.
    pub(super) fn choosing(mut self, place: &str) -> Taint {
        if self.has(TaintKind::Area) {
            let what = format!("areas or organisations are picked out by their codes ({place})");
            self.add(TaintKind::Chosen, what);
        }
        self
    }
}
