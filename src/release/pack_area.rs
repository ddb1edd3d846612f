//! The areas that reports are made for, each by itself.

use crate::error::{Error, Result};
use crate::pipeline::AreaLevel;
use std::collections::{BTreeMap, BTreeSet};

/// An area that reports are made for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PackArea {
    /// Its level.
    pub level: AreaLevel,
    /// Its code, which is part of the names of files.
    pub code: String,
    /// Its name.
    pub name: String,
}

impl PackArea {
    /// Where its figures stand among levels of areas: its code at its level.
    pub(super) fn place(&self, levels: &[AreaLevel]) -> Vec<Option<String>> {
        let code = |level: &AreaLevel| (*level == self.level).then(|| self.code.clone());
        levels.iter().map(code).collect()
    }
}

/// The areas that reports are made for.
#[derive(Debug, Default)]
pub(super) struct PackAreas {
    /// By level, in the order of their codes.
    areas: BTreeMap<AreaLevel, Vec<PackArea>>,
    /// Levels with an area of too few people for a report of its own.
    small: BTreeSet<AreaLevel>,
}

impl PackAreas {
    /// Adds the areas of a level with their people, of which `smallest` must be in one for a report of its
    /// own.
    ///
    /// All areas but one, and the whole, say what is in that one: where those that are left out have too few
    /// people together, the next smallest is left out with them.
    ///
    /// # Errors
    /// Usage, when a code cannot be part of a file's name.
    pub(super) fn add(
        &mut self,
        level: AreaLevel,
        listed: Vec<(PackArea, u64)>,
        smallest: u64,
    ) -> Result<()> {
        // Nobody is in the others: trusts and councils are listed beside practices.
        let mut listed: Vec<(PackArea, u64)> = listed.into_iter().filter(|(_, n)| *n > 0).collect();
        for (area, _) in &listed {
            check_code(area)?;
        }
        listed.sort_by_key(|(_, people)| *people);
        let mut without = 0;
        for (area, people) in listed {
            if people < smallest || 0 < without && without < smallest {
                without += people;
                self.small.insert(level);
            } else {
                self.areas.entry(level).or_default().push(area);
            }
        }
        if let Some(areas) = self.areas.get_mut(&level) {
            areas.sort();
        }
        Ok(())
    }

    /// Refuses areas of two of the levels of a report that have the same code: their reports would have the
    /// same names.
    ///
    /// # Errors
    /// Usage, naming the code.
    pub(super) fn codes_differ(&self, levels: &[AreaLevel]) -> Result<()> {
        let mut known: BTreeMap<&str, AreaLevel> = BTreeMap::new();
        for area in self.at(levels) {
            let Some(other) = known.insert(&area.code, area.level) else {
                continue;
            };
            let (table, column, _) = area.level.listed();
            let (other_table, other_column, _) = other.listed();
            return Err(Error::usage(format!(
                "{other_table}.{other_column} and {table}.{column} both have the code {}: the reports of the two would have the same names",
                area.code
            ))
            .hint(format!(
                "where the two are the same areas, leave \"{}\" or \"{}\" out of `for_each`; else give one of them another code",
                other.word(),
                area.level.word()
            )));
        }
        Ok(())
    }

    /// The areas of these levels.
    pub(super) fn at<'a>(&'a self, levels: &'a [AreaLevel]) -> impl Iterator<Item = &'a PackArea> {
        let areas = levels.iter().filter_map(|level| self.areas.get(level));
        areas.flatten()
    }

    /// Those of these levels that have an area of too few people.
    pub(super) fn left_out(&self, levels: &[AreaLevel]) -> Vec<AreaLevel> {
        let small = levels.iter().filter(|level| self.small.contains(level));
        small.copied().collect()
    }
}

/// Longer codes are none of areas or organisations.
const LONGEST_CODE: usize = 20;

fn check_code(area: &PackArea) -> Result<()> {
    // Names of reports have no capital letters, so that the two are told apart.
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let fits = area.code.len() <= LONGEST_CODE && area.code.chars().all(allowed);
    if fits && area.code.starts_with(|c: char| c.is_ascii_uppercase()) {
        return Ok(());
    }
    let (table, column, _) = area.level.listed();
    Err(Error::usage(format!(
        "{table}.{column} has a code that cannot be part of a file's name"
    ))
    .hint("use capital letters and digits, a letter first, and not more than 20 of them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn areas(people: &[u64], smallest: u64) -> (Vec<String>, bool) {
        let level = AreaLevel::Place;
        let area = |n: &u64| PackArea {
            level,
            code: format!("P{n}"),
            name: format!("Place {n}"),
        };
        let listed = people.iter().map(|n| (area(n), *n)).collect();
        let mut all = PackAreas::default();
        all.add(level, listed, smallest).unwrap();
        let codes = all.at(&[level]).map(|area| area.code.clone()).collect();
        (codes, !all.left_out(&[level]).is_empty())
    }

    #[test]
    fn areas_of_few_people_do_not_follow_from_the_others() {
        let shown = |people: &[u64]| areas(people, 1000);
        assert_eq!(
            shown(&[3000, 1000]),
            (vec!["P1000".into(), "P3000".into()], false)
        );
        // 999 alone would follow from the whole and the two others.
        assert_eq!(shown(&[3000, 999, 2000]), (vec!["P3000".into()], true));
        // Two of 600 do not follow one by one.
        assert_eq!(shown(&[600, 601, 2000]), (vec!["P2000".into()], true));
        assert_eq!(shown(&[0, 2000]), (vec!["P2000".into()], false));
    }

    #[test]
    fn a_code_is_that_of_one_level() {
        let area = |level, code: &str| PackArea {
            level,
            code: code.to_string(),
            name: "Wold".to_string(),
        };
        let (place, local) = (AreaLevel::Place, AreaLevel::LocalAuthority);
        let mut all = PackAreas::default();
        let places = vec![(area(place, "E07000001"), 900)];
        all.add(place, places, 0).unwrap();
        let authorities = ["E07000001", "E07000002"].map(|code| (area(local, code), 900));
        all.add(local, authorities.into(), 0).unwrap();
        assert!(all.codes_differ(&[place]).is_ok());
        assert!(all.codes_differ(&[local]).is_ok());
        let e = all.codes_differ(&[place, local]).unwrap_err();
        assert_eq!(
            e.what(),
            "reference.lsoa.place_code and reference.lsoa.ltla_code both have the code E07000001: the reports of the two would have the same names"
        );
        let hint = e.hint_text().unwrap_or_default();
        assert!(
            hint.contains("leave \"place\" or \"local_authority\" out"),
            "{hint}"
        );
    }

    #[test]
    fn codes_are_parts_of_names() {
        for code in [
            "../X",
            "",
            "A B",
            "É",
            "a1",
            "1A",
            "A-1",
            "A12345678901234567890",
        ] {
            let area = PackArea {
                level: AreaLevel::Pcn,
                code: code.to_string(),
                name: "N".to_string(),
            };
            let added = PackAreas::default().add(AreaLevel::Pcn, vec![(area, 5)], 0);
            assert!(added.is_err(), "{code}");
        }
    }
}
