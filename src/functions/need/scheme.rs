//! How conditions make a score: which there are, what stands for them, what they weigh.

use super::finder::{Conditions, Finder};
use super::list_file::{List, ListRow};
use crate::error::Result;
use std::collections::HashMap;
use std::sync::Arc;

/// The most conditions that a scheme can have: one a bit.
pub(super) const MOST: usize = Conditions::BITS as usize;

/// Conditions, and the ways of weighing them.
#[derive(Debug, Default)]
pub(super) struct NeedScheme {
    /// Their names, sorted.
    pub conditions: Vec<String>,
    /// For each condition those that take its weight away.
    zeroed_by: Vec<Conditions>,
    /// The first is the one that is used when none is named.
    pub weightings: Vec<Weighting>,
}

/// One way of weighing.
#[derive(Debug)]
pub(super) struct Weighting {
    /// As queries name it.
    pub name: String,
    /// What stands for a condition.
    pub finder: Arc<Finder>,
    /// By condition, in the scheme's unit.
    weights: Vec<i64>,
    /// The conditions that have a weight.
    pub known: Conditions,
}

impl Weighting {
    /// A weighting of `conditions` (how many there are in the scheme); those without a weight are
    /// not known to it.
    pub(super) fn new(
        name: &str,
        finder: Arc<Finder>,
        weights: impl Iterator<Item = (usize, i64)>,
        conditions: usize,
    ) -> Self {
        let mut weighting = Weighting {
            name: name.to_string(),
            finder,
            weights: vec![0; conditions],
            known: 0,
        };
        for (condition, weight) in weights {
            weighting.weights[condition] = weight;
            weighting.known |= 1 << condition;
        }
        weighting
    }
}

impl NeedScheme {
    /// A scheme without weightings of conditions that are different and sorted.
    pub(super) fn new(conditions: Vec<String>) -> Self {
        let zeroed_by = vec![0; conditions.len()];
        NeedScheme {
            conditions,
            zeroed_by,
            weightings: Vec::new(),
        }
    }

    /// A condition's number.
    pub(super) fn number(&self, condition: &str) -> Option<usize> {
        let by_name = |name: &String| name.as_str().cmp(condition);
        self.conditions.binary_search_by(by_name).ok()
    }

    /// `condition` weighs nothing beside `by`.
    pub(super) fn zero(&mut self, condition: usize, by: usize) {
        self.zeroed_by[condition] |= 1 << by;
    }

    /// The sum of the weights of the conditions that are present, in the scheme's unit.
    pub(super) fn score(&self, weighting: &Weighting, present: Conditions) -> i64 {
        members(present)
            .filter(|&condition| self.zeroed_by[condition] & present == 0)
            .map(|condition| weighting.weights[condition])
            .sum()
    }
}

/// The numbers of the conditions of a set, ascending.
pub(super) fn members(mut set: Conditions) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        if set == 0 {
            return None;
        }
        let first = set.trailing_zeros();
        set &= set - 1;
        Some(first as usize)
    })
}

/// The different values of a list's column, sorted; where `once`, a second row with the same value
/// is wrong. There may be as many as a scheme can have.
pub(super) fn names(list: &List, column: &str, once: bool) -> Result<Vec<String>> {
    let mut seen: HashMap<&str, ()> = HashMap::new();
    for row in list.rows() {
        let name = row.required(column)?;
        if seen.insert(name, ()).is_some() && once {
            return Err(row.wrong(&format!("{column} is there a second time")));
        }
        if seen.len() > MOST {
            return Err(row.wrong(&format!("there may be {MOST} different values of {column}")));
        }
    }
    let mut names: Vec<String> = seen.into_keys().map(str::to_string).collect();
    names.sort();
    Ok(names)
}

/// A row's prefix of codes: a category, or a category and a fourth character.
pub(super) fn prefix<'a>(row: ListRow<'a>, longest: usize) -> Result<&'a str> {
    let prefix = row.required("icd10_prefix")?;
    let rule = match longest {
        3 => "icd10_prefix must be a capital letter and two digits",
        _ => "icd10_prefix must be a capital letter and two or three digits",
    };
    let (letter, digits) = prefix.split_at_checked(1).unwrap_or_default();
    let right = letter.bytes().all(|b| b.is_ascii_uppercase())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (3..=longest).contains(&prefix.len());
    match right {
        true => Ok(prefix),
        false => Err(row.wrong(rule)),
    }
}
