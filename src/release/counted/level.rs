//! The values of a dimension, and what they are grouped into.

use super::counting::{CountedDimension, Counting};
use super::query;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::release::dimension::{MOST_VALUES, NOT_KNOWN};
use crate::release::proof::texts;
use std::collections::{BTreeMap, HashMap};

/// One way to group the values of a dimension: by themselves, by what they decide, or all as one.
#[derive(Debug, Clone)]
pub(super) struct Grouping {
    /// Whose values the groups are; None for all as one.
    pub dimension: Option<CountedDimension>,
    /// The values, by number.
    pub names: Vec<String>,
    /// The number of each value's group.
    pub groups: Vec<u16>,
    /// The levels that divide this one next.
    pub finer: Vec<usize>,
}

/// A dimension of a cube.
#[derive(Debug, Clone)]
pub(super) struct Divided {
    /// The values of the dimension, then what they are grouped into; all as one comes last.
    pub levels: Vec<Grouping>,
    numbers: HashMap<String, u16>,
}

impl Divided {
    /// The number of a value.
    pub(super) fn number(&self, value: &str) -> Option<u16> {
        self.numbers.get(value).copied()
    }

    /// The level that holds all values as one.
    pub(super) fn whole(&self) -> usize {
        self.levels.len() - 1
    }

    /// A dimension of these values. Of each, `beside` says into what it falls in other dimensions,
    /// where it falls into one.
    pub(super) fn of(
        dimension: &CountedDimension,
        values: Vec<String>,
        beside: Vec<(CountedDimension, Vec<String>)>,
    ) -> Self {
        let count = values.len();
        let numbered = values.iter().cloned().zip(0u16..);
        let numbers = numbered.collect();
        let mut levels = vec![Grouping {
            dimension: Some(dimension.clone()),
            groups: (0..count).map(number).collect(),
            names: values,
            finer: Vec::new(),
        }];
        for (dimension, parents) in beside {
            let level = Grouping::grouped(Some(dimension), &parents);
            // One that divides as another does is not another.
            let divides = level.names.len() > 1 && level.names.len() < count;
            let known = |other: &Grouping| other.decides(&level) && level.decides(other);
            if divides && !levels.iter().any(known) {
                levels.push(level);
            }
        }
        levels.push(Grouping::grouped(None, &vec![String::new(); count]));
        let mut divided = Divided { levels, numbers };
        divided.find_finer();
        divided
    }

    /// Makes room for a value that nobody has here: another count of the table has it.
    pub(super) fn include(&mut self, value: &str) {
        if self.numbers.contains_key(value) {
            return;
        }
        let next = number(self.numbers.len());
        self.numbers.insert(value.to_string(), next);
        for level in &mut self.levels {
            // What it would fall into is not known: it is apart, with nobody in it.
            match level.dimension {
                Some(_) => {
                    level.groups.push(number(level.names.len()));
                    level.names.push(value.to_string());
                }
                None => level.groups.push(0),
            }
        }
    }

    fn find_finer(&mut self) {
        let count = self.levels.len();
        let decides = |from: usize, to: usize| {
            // All as one is decided by each, also where there is one value only.
            to == count - 1 && from != to
                || from != to && from != count - 1 && self.levels[from].decides(&self.levels[to])
        };
        let finer: Vec<Vec<usize>> = (0..count)
            .map(|to| {
                let below: Vec<usize> = (0..count).filter(|from| decides(*from, to)).collect();
                let next = |from: &usize| {
                    !below
                        .iter()
                        .any(|between| between != from && decides(*from, *between))
                };
                below.iter().copied().filter(next).collect()
            })
            .collect();
        for (level, finer) in self.levels.iter_mut().zip(finer) {
            level.finer = finer;
        }
    }
}

impl Grouping {
    fn grouped(dimension: Option<CountedDimension>, parents: &[String]) -> Self {
        let mut numbers: BTreeMap<&str, u16> = BTreeMap::new();
        for parent in parents {
            numbers.entry(parent).or_default();
        }
        for (at, known) in numbers.values_mut().enumerate() {
            *known = number(at);
        }
        Grouping {
            dimension,
            groups: parents
                .iter()
                .map(|parent| numbers[parent.as_str()])
                .collect(),
            names: numbers.keys().map(ToString::to_string).collect(),
            finer: Vec::new(),
        }
    }

    /// The number of the group of another level that a group of this one lies in, if it does.
    pub(super) fn parents(&self, other: &Grouping) -> Option<Vec<u16>> {
        let mut parents: Vec<Option<u16>> = vec![None; self.names.len()];
        for (group, parent) in self.groups.iter().zip(&other.groups) {
            let known = parents.get_mut(usize::from(*group))?;
            if known.get_or_insert(*parent) != parent {
                return None;
            }
        }
        parents.into_iter().collect()
    }

    fn decides(&self, other: &Grouping) -> bool {
        self.parents(other).is_some()
    }
}

fn number(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// Asks for the values of a dimension, and for what they decide.
///
/// # Errors
/// Refused, when there are too many; data, when they cannot be read.
pub(super) async fn divided(
    engine: &Engine,
    place: &str,
    counting: &Counting,
    at: usize,
) -> Result<Divided> {
    let frame = engine.query(place, &query::values(counting, at)).await?;
    let batches = engine.collect(place, frame).await?;
    let width = counting.beside.len();
    // The values in order, each with what it falls into; None where that is not one.
    let mut values: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
    for batch in &batches {
        let columns: Vec<Vec<Option<String>>> = (0..batch.num_columns())
            .map(|column| texts(batch, column))
            .collect::<Result<_>>()?;
        for row in 0..batch.num_rows() {
            let text = |column: usize| {
                columns
                    .get(column)
                    .and_then(|c| c.get(row).cloned().flatten())
            };
            let value = text(0).unwrap_or_else(|| NOT_KNOWN.to_string());
            let into = (0..width).map(|beside| {
                let (least, most) = (text(1 + 2 * beside), text(2 + 2 * beside));
                least.filter(|least| most.as_ref() == Some(least))
            });
            let into: Vec<Option<String>> = into.collect();
            match values.get_mut(&value) {
                None => drop(values.insert(value, into)),
                // NULL, and the words for it.
                Some(known) => {
                    for (known, other) in known.iter_mut().zip(into) {
                        if *known != other {
                            *known = None;
                        }
                    }
                }
            }
        }
    }
    if values.len() > MOST_VALUES {
        let name = counting.by.get(at).map_or("", |d| d.column.as_str());
        return Err(Error::refused(format!(
            "{place}: the dimension of column `{name}` has more than {MOST_VALUES} different values"
        ))
        .hint("group them: take a column of a reference table with `from` and `by`"));
    }
    let mut beside = Vec::new();
    for (at, dimension) in counting.beside.iter().enumerate() {
        let into: Option<Vec<String>> = values.values().map(|into| into[at].clone()).collect();
        beside.extend(into.map(|into| (dimension.clone(), into)));
    }
    let dimension = counting.by.get(at).cloned();
    let dimension = dimension.ok_or_else(|| Error::data("a dimension is missing"))?;
    Ok(Divided::of(
        &dimension,
        values.into_keys().collect(),
        beside,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dimension(column: &str) -> CountedDimension {
        CountedDimension {
            column: column.to_string(),
            lookup: None,
            of_person: false,
        }
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn levels_divide_one_another_in_steps() {
        let divided = Divided::of(
            &dimension("lsoa"),
            words(&["a", "b", "c", "d"]),
            vec![
                (
                    dimension("place"),
                    words(&["north", "north", "south", "south"]),
                ),
                (dimension("lsoa_name"), words(&["A", "B", "C", "D"])),
                (dimension("ward"), words(&["x", "x", "y", "z"])),
                (dimension("country"), words(&["E", "E", "E", "E"])),
            ],
        );
        // Names of the same areas and one value for all are no levels of their own.
        let columns: Vec<&str> = divided
            .levels
            .iter()
            .map(|level| {
                level
                    .dimension
                    .as_ref()
                    .map_or("all", |d| d.column.as_str())
            })
            .collect();
        assert_eq!(columns, ["lsoa", "place", "ward", "all"]);
        let finer: Vec<&[usize]> = divided.levels.iter().map(|l| l.finer.as_slice()).collect();
        assert_eq!(finer, [&[][..], &[2], &[0], &[1]]);
        assert_eq!(
            divided.levels[2].parents(&divided.levels[1]),
            Some(vec![0, 1, 1])
        );
        assert_eq!(divided.number("c"), Some(2));
        assert_eq!(divided.number("e"), None);
    }

    #[test]
    fn a_single_value_is_its_own_total() {
        let divided = Divided::of(&dimension("sex"), words(&["x"]), Vec::new());
        assert_eq!(divided.levels.len(), 2);
        assert_eq!(divided.levels[1].finer, [0]);
    }
}
