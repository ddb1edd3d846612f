//! Areas of one census are not those of another: LSOAs of 2011 and of 2021 share codes, and not all.

use super::column_of::ColumnOf;
use std::collections::BTreeMap;

/// What is wrong with columns that are of another census than their own names say.
pub(super) fn another_census(columns: &BTreeMap<String, ColumnOf>) -> Option<String> {
    columns.iter().find_map(|(ours, of)| {
        let ColumnOf::Name(theirs) = of else {
            return None;
        };
        let (wanted, found) = census(ours).zip(census(theirs))?;
        (wanted != found).then(|| {
            format!(
                "column {ours} is of the census of {wanted}, and '{theirs}' of that of {found}; pair deprivation of 2019 with areas of 2011, and that of 2025 with areas of 2021"
            )
        })
    })
}

/// The census that the name of a column of areas says.
pub(super) fn census(name: &str) -> Option<u16> {
    let name = name.to_ascii_lowercase();
    let area = ["lsoa", "msoa"].into_iter().find_map(|kind| {
        let at = name.find(kind)?;
        Some(&name[at + kind.len()..])
    })?;
    let digits: Vec<&str> = area
        .split(|sign: char| !sign.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .collect();
    digits.iter().find_map(|digits| match *digits {
        "11" | "2011" => Some(2011),
        "21" | "2021" => Some(2021),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::census;

    #[test]
    fn names_say_the_census() {
        for (name, year) in [
            ("lsoa21_code", Some(2021)),
            ("LSOA code (2011)", Some(2011)),
            ("LSOA 2021 Code", Some(2021)),
            ("LSOA21NM", Some(2021)),
            ("LSOA code", None),
            ("LAD21CD", None),
            ("imd_rank", None),
        ] {
            assert_eq!(census(name), year, "{name}");
        }
    }
}
