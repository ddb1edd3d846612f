//! What is known of the rows of a plan.
//!
//! The proof that a count is honest rests on one property: for each value of a count's *spread*, a
//! person (or a record of one) is counted in at most one row. A join that repeats rows makes the
//! spread larger; a sum is honest when what it adds up differs in nothing of the spread.

use super::attribute::{Attr, Attributes, Attrs, Bases};
use super::taint::{Taint, Why};
use crate::lake::TableName;
use datafusion::common::ScalarValue;
use std::collections::{BTreeMap, BTreeSet};

/// More keys than this are not kept: the shortest are.
const KEYS: usize = 8;

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Reference data and literals.
    Free,
    /// People counted, or that there are some.
    Counted,
    /// A person or one of their records.
    Person,
}

/// The proof that a column is an honest count.
#[derive(Debug, Clone)]
pub(super) struct SensitiveMeasure {
    /// Within equal values of these, nobody is counted twice.
    pub spread: Attrs,
    /// What is counted.
    pub bases: Bases,
}

/// A column of a relation.
#[derive(Debug, Clone)]
pub(super) struct RelationColumn {
    pub attr: Attr,
    pub taint: Taint,
    /// The kind of pseudonym that it holds, unchanged.
    pub pseudonym: Option<Why>,
    pub measure: Option<SensitiveMeasure>,
    /// Why it is no honest count, where something is known.
    pub lost: Option<Why>,
    /// Whether it is 0, 1 or NULL.
    pub indicator: bool,
    pub literal: Option<ScalarValue>,
    /// Whether it is of a table that is not known to be of areas, and may be joined to some.
    pub unlinked: bool,
    /// Whether it is text and all of it dates in ISO form: another text is another date.
    pub iso_dates: bool,
}

impl RelationColumn {
    pub(super) fn new(attr: Attr, taint: Taint) -> Self {
        RelationColumn {
            attr,
            taint,
            pseudonym: None,
            measure: None,
            lost: None,
            indicator: false,
            literal: None,
            unlinked: false,
            iso_dates: false,
        }
    }
}

/// The rows of a plan.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub columns: Vec<RelationColumn>,
    /// Sets of attributes that tell its rows apart. There is always one.
    pub keys: Vec<Attrs>,
    /// Attributes that decide another.
    pub dependencies: Vec<(Attrs, Attr)>,
    /// Lower and upper ends of ranges that do not overlap.
    pub ranges: Vec<(Attr, Attr)>,
    /// The column that holds whose rows these are, if all that is personal in a row is theirs.
    pub owner: Option<Attr>,
    /// What the presence of a row tells.
    pub rows: Taint,
    /// What the order of the rows tells.
    pub order: Taint,
    pub level: Level,
    /// Tables that it reads.
    pub sources: BTreeSet<TableName>,
}

impl Relation {
    /// Rows of which nothing is known but what is in them.
    pub(super) fn new(
        attributes: &mut Attributes,
        columns: Vec<RelationColumn>,
        row: impl Into<Why>,
    ) -> Self {
        let row = attributes.fresh(row);
        Relation {
            columns,
            keys: vec![Attrs::from([row])],
            dependencies: Vec::new(),
            ranges: Vec::new(),
            owner: None,
            rows: Taint::default(),
            order: Taint::default(),
            level: Level::Free,
            sources: BTreeSet::new(),
        }
    }

    /// All that equal values of `attrs` make equal.
    pub(super) fn closure(&self, attrs: &Attrs) -> Attrs {
        let mut all = attrs.clone();
        loop {
            let before = all.len();
            decide(&self.dependencies, &mut all);
            if self.keys.iter().any(|key| key.is_subset(&all)) {
                all.extend(self.columns.iter().map(|c| c.attr));
                all.extend(self.keys.iter().flatten());
            }
            if all.len() == before {
                return all;
            }
        }
    }

    /// Whether at most one row has given values of `attrs`.
    pub(super) fn is_unique(&self, attrs: &Attrs) -> bool {
        let all = self.closure(attrs);
        self.keys.iter().any(|key| key.is_subset(&all))
    }

    /// Attributes without those that the others decide.
    pub(super) fn fewest(&self, attrs: &Attrs) -> Attrs {
        let mut few = attrs.clone();
        for attr in attrs {
            let mut rest = few.clone();
            rest.remove(attr);
            let mut decided = rest.clone();
            decide(&self.dependencies, &mut decided);
            if decided.contains(attr) {
                few = rest;
            }
        }
        few
    }

    /// Keeps the shortest keys, none of which holds another, and what can still decide something.
    pub(super) fn tidy(&mut self) {
        self.prune();
        let keys: BTreeSet<Attrs> = self.keys.iter().map(|key| self.fewest(key)).collect();
        let mut keys: Vec<Attrs> = keys.into_iter().collect();
        keys.sort_by_key(Attrs::len);
        let mut kept: Vec<Attrs> = Vec::new();
        for key in keys {
            if kept.len() < KEYS && !kept.iter().any(|k| k.is_subset(&key)) {
                kept.push(key);
            }
        }
        self.keys = kept;
    }

    /// Forgets dependencies that cannot bear on anything that is named, and those that others imply:
    /// every join and every model adds some, so that without this they would grow without bound.
    fn prune(&mut self) {
        let named = self.named();
        // What can ever be decided, and what is worth deciding.
        let mut known = named.clone();
        decide(&self.dependencies, &mut known);
        let mut useful: BTreeSet<(Attr, Attrs)> = BTreeSet::new();
        let mut wanted: Vec<Attr> = named.into_iter().collect();
        let mut seen: Attrs = wanted.iter().copied().collect();
        let mut by_result: BTreeMap<Attr, Vec<&Attrs>> = BTreeMap::new();
        for (from, to) in &self.dependencies {
            if !from.contains(to) && from.is_subset(&known) {
                by_result.entry(*to).or_default().push(from);
            }
        }
        while let Some(attr) = wanted.pop() {
            let mut ways = by_result.remove(&attr).unwrap_or_default();
            ways.sort_by_key(|from| from.len());
            let mut kept: Vec<&Attrs> = Vec::new();
            for from in ways {
                if !kept.iter().any(|shorter| shorter.is_subset(from)) {
                    kept.push(from);
                }
            }
            for from in kept {
                wanted.extend(from.iter().copied().filter(|attr| seen.insert(*attr)));
                useful.insert((attr, from.clone()));
            }
        }
        self.dependencies = useful.into_iter().map(|(to, from)| (from, to)).collect();
    }

    /// The attributes that something else than a dependency names.
    fn named(&self) -> Attrs {
        let mut all: Attrs = self.columns.iter().map(|c| c.attr).collect();
        let spreads = self.columns.iter().filter_map(|c| c.measure.as_ref());
        all.extend(spreads.flat_map(|m| m.spread.iter()));
        all.extend(self.keys.iter().flatten());
        all.extend(self.ranges.iter().flat_map(|(a, b)| [*a, *b]));
        all.extend(self.owner);
        all
    }

    /// What its keys decide, as dependencies: they outlive the keys.
    pub(super) fn decided_by_keys(&self) -> Vec<(Attrs, Attr)> {
        let of = |key: &Attrs| -> Vec<(Attrs, Attr)> {
            let visible = self.columns.iter().map(|c| c.attr);
            let others = visible.filter(|attr| !key.contains(attr));
            others.map(|attr| (key.clone(), attr)).collect()
        };
        let short = self.keys.iter().filter(|key| key.len() <= 4);
        short.flat_map(of).collect()
    }

    /// Gives attributes other names.
    pub(super) fn renamed(mut self, names: &BTreeMap<Attr, Attr>) -> Self {
        let one = |attr: Attr| names.get(&attr).copied().unwrap_or(attr);
        let set = |attrs: &Attrs| attrs.iter().map(|attr| one(*attr)).collect::<Attrs>();
        for column in &mut self.columns {
            column.attr = one(column.attr);
            if let Some(measure) = &mut column.measure {
                measure.spread = set(&measure.spread);
            }
        }
        self.keys = self.keys.iter().map(set).collect();
        self.dependencies = self
            .dependencies
            .iter()
            .map(|(from, to)| (set(from), one(*to)))
            .collect();
        self.ranges = self
            .ranges
            .iter()
            .map(|(a, b)| (one(*a), one(*b)))
            .collect();
        self.owner = self.owner.map(one);
        self
    }

    /// Every attribute that it names.
    pub(super) fn attributes(&self) -> Attrs {
        let mut all = self.named();
        for (from, to) in &self.dependencies {
            all.extend(from);
            all.insert(*to);
        }
        all
    }

    /// Forgets everything that proves counts, for rows that may be repeated in any way.
    pub(super) fn forget(&mut self, attributes: &mut Attributes, why: &str) {
        self.keys = vec![Attrs::from([attributes.fresh(why)])];
        self.dependencies.clear();
        self.ranges.clear();
        self.owner = None;
        for column in &mut self.columns {
            if column.measure.take().is_some() {
                column.lost = Some(why.into());
            }
        }
    }

    /// Takes in what the presence of rows depends on.
    pub(super) fn chosen_by(&mut self, condition: &Taint) {
        self.rows.merge(&condition.implied());
        if condition.is_of_people() {
            self.level = self.level.max(Level::Counted);
        }
    }
}

/// Adds to `all` what it decides.
fn decide(dependencies: &[(Attrs, Attr)], all: &mut Attrs) {
    let mut waiting: Vec<&(Attrs, Attr)> = dependencies.iter().collect();
    loop {
        let before = all.len();
        waiting.retain(|(from, to)| {
            if !all.contains(to) && from.is_subset(all) {
                all.insert(*to);
            }
            !all.contains(to)
        });
        if all.len() == before {
            return;
        }
    }
}
