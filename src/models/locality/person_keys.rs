//! The columns of rows that hold the person key.

use super::operand::operand;
use crate::models::proof_rule::ProofRule;
use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::Expr;
use std::collections::BTreeSet;

/// The column that holds whose a row is. A table that has it is one of people; any other is constant.
pub(crate) const PERSON_KEY: &str = "person_key";
/// More sets of columns than this are not kept.
const SETS: usize = 16;

/// How columns hold the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyHold {
    /// They hold it in every row; NULL where the key is NULL.
    Key,
    /// They hold it or NULL: an outer join found no row, say.
    KeyOrNull,
}

/// The columns that hold whose a row is, by their places.
///
/// After `a full join b on a.person_key = b.person_key` neither column is the key, and the first of the
/// two that is not NULL is: so a set of columns can hold it together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PersonKeys {
    /// Columns that hold the key or NULL.
    partial: BTreeSet<usize>,
    /// Sets of these of which at least one holds the key, unless the key is NULL.
    together: BTreeSet<BTreeSet<usize>>,
}

impl PersonKeys {
    /// One column that is the key.
    pub(super) fn of(column: usize) -> Self {
        let mut keys = PersonKeys::default();
        keys.add(column);
        keys
    }

    /// The columns that are the key, each for itself.
    pub(super) fn whole(&self) -> BTreeSet<usize> {
        let single = self.together.iter().filter(|set| set.len() == 1);
        single.flatten().copied().collect()
    }

    /// The fewest columns of which the first that is not NULL is the key.
    pub(super) fn fewest(&self) -> Option<&BTreeSet<usize>> {
        self.together.iter().min_by_key(|set| set.len())
    }

    /// Whether the columns do not tell whose a row is.
    pub(super) fn is_lost(&self) -> bool {
        self.together.is_empty()
    }

    fn add(&mut self, column: usize) {
        self.partial.insert(column);
        self.together.insert(BTreeSet::from([column]));
    }

    /// How the first of `columns` that is not NULL holds the key; None where it may be anything else.
    pub(super) fn held(&self, columns: &BTreeSet<usize>) -> Option<KeyHold> {
        if columns.is_empty() || !columns.is_subset(&self.partial) {
            return None;
        }
        let whole = self.together.iter().any(|set| set.is_subset(columns));
        Some(match whole {
            true => KeyHold::Key,
            false => KeyHold::KeyOrNull,
        })
    }

    /// The key in the columns that `expressions` make of these, in their order.
    pub(super) fn through<'a>(
        &self,
        expressions: impl IntoIterator<Item = &'a Expr>,
        schema: &DFSchema,
    ) -> Self {
        let mut keys = PersonKeys::default();
        // Where each column went first.
        let mut went: Vec<(usize, usize)> = Vec::new();
        for (at, expression) in expressions.into_iter().enumerate() {
            let place = |column: &Column| schema.maybe_index_of_column(column);
            let Some(columns) = operand(expression, &place) else {
                continue;
            };
            match self.held(&columns) {
                Some(KeyHold::Key) => keys.add(at),
                Some(KeyHold::KeyOrNull) => drop(keys.partial.insert(at)),
                None => continue,
            }
            if let (1, Some(column)) = (columns.len(), columns.first()) {
                went.push((*column, at));
            }
        }
        for set in &self.together {
            let to = |column: &usize| went.iter().find(|(from, _)| from == column);
            let images = set.iter().map(|column| to(column).map(|(_, at)| *at));
            keys.together
                .extend(images.collect::<Option<BTreeSet<_>>>());
        }
        keys
    }

    /// The same for columns that are so many places further on.
    pub(super) fn shifted(&self, by: usize) -> Self {
        let all = |set: &BTreeSet<usize>| set.iter().map(|column| column + by).collect();
        PersonKeys {
            partial: all(&self.partial),
            together: self.together.iter().map(all).collect(),
        }
    }

    /// Columns of rows that may not be there: then they are NULL.
    pub(super) fn or_null(self) -> Self {
        if !ProofRule::OuterNull.is_on() {
            return self;
        }
        PersonKeys {
            partial: self.partial,
            together: BTreeSet::new(),
        }
    }

    /// Columns of two inputs, for the rows of one person in both.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.partial.extend(other.partial);
        self.together.extend(other.together);
        self
    }

    /// Columns of two inputs of which at least one has a row.
    pub(super) fn or(self, other: Self) -> Self {
        let pairs = self
            .together
            .iter()
            .flat_map(|one| other.together.iter().map(move |two| one | two));
        let together = pairs.take(SETS).collect();
        PersonKeys {
            partial: &self.partial | &other.partial,
            together,
        }
    }

    /// What holds in the rows of both inputs of a union.
    pub(super) fn in_both(&self, other: &Self) -> Self {
        PersonKeys {
            partial: &self.partial & &other.partial,
            together: &self.together & &other.together,
        }
    }

    /// Learns that the first of `left` that is not NULL equals the first of `right`, in every row; with
    /// `nulls` that both are NULL, or neither.
    pub(super) fn learn(&mut self, left: &BTreeSet<usize>, right: &BTreeSet<usize>, nulls: bool) {
        for (known, other) in [(left, right), (right, left)] {
            let Some(holds) = self.held(known) else {
                continue;
            };
            if !nulls {
                self.not_null(known);
            }
            if let (1, Some(column)) = (other.len(), other.first()) {
                match (holds, nulls) {
                    (KeyHold::Key, _) | (KeyHold::KeyOrNull, false) => self.add(*column),
                    (KeyHold::KeyOrNull, true) => drop(self.partial.insert(*column)),
                }
            }
        }
    }

    /// Learns that the first of `columns` that is not NULL is there in every row.
    pub(super) fn not_null(&mut self, columns: &BTreeSet<usize>) {
        if self.held(columns).is_some() && self.together.len() < SETS {
            self.together.insert(columns.clone());
        }
    }
}
