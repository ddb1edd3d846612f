//! What tells rows apart: an order is total when it holds a set of columns that does.

use datafusion::common::ScalarValue;
use std::collections::{BTreeMap, BTreeSet};

/// More sets of columns than this are not kept.
const SETS: usize = 16;

/// A column of rows that are made of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MadeColumn {
    /// The column at this place, as it is.
    Same(usize),
    /// The same value in every row.
    Fixed(ScalarValue),
    /// Anything else.
    Other,
}

/// The sets of columns, by their places, that no two rows have the same values in; NULL is one value.
#[derive(Debug, Clone, Default)]
pub(super) struct RowIdentity {
    sets: BTreeSet<BTreeSet<usize>>,
    /// Columns that are equal in every row.
    equal: BTreeSet<(usize, usize)>,
    /// Columns with one value in all rows.
    fixed: BTreeMap<usize, ScalarValue>,
}

impl RowIdentity {
    /// Rows that each of these sets tells apart.
    pub(super) fn of(sets: impl IntoIterator<Item = BTreeSet<usize>>) -> Self {
        let mut identity = RowIdentity::default();
        identity.extend(sets);
        identity
    }

    /// Adds sets that tell rows apart.
    pub(super) fn extend(&mut self, sets: impl IntoIterator<Item = BTreeSet<usize>>) {
        for set in sets {
            if self.sets.len() < SETS {
                self.sets.insert(set);
            }
        }
    }

    /// Learns that two columns are equal in every row.
    pub(super) fn equals(&mut self, one: usize, other: usize) {
        self.equal.insert((one, other));
    }

    /// Learns that a column has one value in all rows.
    pub(super) fn fix(&mut self, column: usize, value: ScalarValue) {
        self.fixed.insert(column, value);
    }

    /// The columns that `columns` decide.
    fn decided(&self, columns: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut all = columns.clone();
        all.extend(self.fixed.keys());
        loop {
            let before = all.len();
            for (one, other) in &self.equal {
                if all.contains(one) || all.contains(other) {
                    all.extend([one, other]);
                }
            }
            if all.len() == before {
                return all;
            }
        }
    }

    /// Whether no two rows have the same values in `columns`.
    pub(super) fn is_told_by(&self, columns: &BTreeSet<usize>) -> bool {
        let all = self.decided(columns);
        self.sets.iter().any(|set| set.is_subset(&all))
    }

    /// The sets that lie within `columns`, or follow from them.
    pub(super) fn through(&self, made: &[MadeColumn]) -> Self {
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        let mut identity = RowIdentity::default();
        for (at, column) in made.iter().enumerate() {
            match column {
                MadeColumn::Fixed(value) => identity.fix(at, value.clone()),
                MadeColumn::Other => {}
                MadeColumn::Same(from) => {
                    if let Some(value) = self.fixed.get(from) {
                        identity.fix(at, value.clone());
                    }
                    match places.get(from) {
                        Some(first) => identity.equals(*first, at),
                        None => drop(places.insert(*from, at)),
                    }
                }
            }
        }
        // A column that went stands for those that equal it.
        let place = |column: usize| {
            let alike = self.decided_alone(column);
            alike.iter().find_map(|column| places.get(column).copied())
        };
        for (one, other) in &self.equal {
            if let (Some(one), Some(other)) = (places.get(one), places.get(other)) {
                identity.equals(*one, *other);
            }
        }
        let sets = self.sets.iter().filter_map(|set| {
            let varied = set.iter().filter(|column| !self.fixed.contains_key(column));
            varied.map(|column| place(*column)).collect()
        });
        identity.extend(sets.collect::<Vec<_>>());
        identity
    }

    fn decided_alone(&self, column: usize) -> BTreeSet<usize> {
        let without_fixed = RowIdentity {
            sets: BTreeSet::new(),
            equal: self.equal.clone(),
            fixed: BTreeMap::new(),
        };
        without_fixed.decided(&BTreeSet::from([column]))
    }

    /// The same for columns that are so many places further on.
    pub(super) fn shifted(&self, by: usize) -> Self {
        let all = |set: &BTreeSet<usize>| set.iter().map(|column| column + by).collect();
        let fixed = self.fixed.iter();
        RowIdentity {
            sets: self.sets.iter().map(all).collect(),
            equal: self.equal.iter().map(|(a, b)| (a + by, b + by)).collect(),
            fixed: fixed.map(|(at, value)| (at + by, value.clone())).collect(),
        }
    }

    /// Rows of two inputs in pairs: `one_left` where no row of the right has two of the left, `one_right` the
    /// other way about. `by_left` are columns of the right whose values a row of the left decides.
    pub(super) fn pairs(
        &self,
        right: &Self,
        (one_left, one_right): (bool, bool),
        by_left: &BTreeSet<usize>,
    ) -> Self {
        let fixed = self.fixed.clone().into_iter();
        let mut identity = RowIdentity {
            sets: BTreeSet::new(),
            equal: &self.equal | &right.equal,
            fixed: fixed.chain(right.fixed.clone()).collect(),
        };
        if one_right {
            identity.extend(self.sets.iter().cloned());
        }
        if one_left {
            identity.extend(right.sets.iter().cloned());
        }
        if !one_right {
            let both = self.sets.iter().flat_map(|left| {
                let rest = right.sets.iter().map(|right| right - by_left);
                rest.map(move |rest| left | &rest)
            });
            identity.extend(both.collect::<Vec<_>>());
        }
        identity
    }

    /// Rows of several inputs: a column that has another value in each tells the inputs apart, and a set of
    /// each input its rows.
    pub(super) fn of_union(inputs: &[Self]) -> Self {
        let mut all = BTreeSet::new();
        for input in inputs {
            match input.sets.iter().min_by_key(|set| set.len()) {
                Some(set) => all.extend(set),
                None => return RowIdentity::default(),
            }
        }
        let differs = |column: &&usize| {
            let values: Option<Vec<_>> = inputs.iter().map(|one| one.fixed.get(column)).collect();
            values.is_some_and(|values| {
                values.iter().enumerate().all(|(at, one)| {
                    let mut others = values.iter().skip(at + 1);
                    others.all(|other| one.data_type() == other.data_type() && one != other)
                })
            })
        };
        let columns = inputs.first().map(|first| &first.fixed);
        let column = columns.and_then(|fixed| fixed.keys().find(differs));
        RowIdentity::of(column.map(|column| {
            all.insert(*column);
            all
        }))
    }

    /// The sets alone: other columns are NULL in some rows now.
    pub(super) fn sets_alone(&self) -> Self {
        RowIdentity::of(self.sets.iter().cloned())
    }
}
