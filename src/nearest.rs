//! Which of the names that there are was meant by one that there is not.

use std::cmp::Reverse;
use std::fmt::Display;

/// The most names that a hint lists.
const LISTED: usize = 12;

/// A hint: "did you mean 'x'?", or the list of what there is.
pub(crate) fn nearest(
    wrong: impl Display,
    known: impl IntoIterator<Item = impl Display>,
) -> String {
    let wrong = wrong.to_string();
    let known: Vec<String> = known.into_iter().map(|name| name.to_string()).collect();
    match near(&wrong, known.iter().map(String::as_str)) {
        Some(name) => format!("did you mean '{name}'?"),
        None if known.is_empty() => "there are none".to_string(),
        None if known.len() > LISTED => format!(
            "there are {} and {} more",
            known[..LISTED].join(", "),
            known.len() - LISTED
        ),
        None if known.len() == 1 => format!("there is only {}", known.join("")),
        None => format!("there are {}", known.join(", ")),
    }
}

/// The candidate nearest to `wrong`, when one is near enough to be what was meant: at most three
/// letters away, and not more than half of the shorter one or a third of the longer. Of two as near it is the longer one, as
/// letters are forgotten more often than added.
pub(crate) fn near<'n>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    candidates
        .into_iter()
        .filter_map(|candidate| Some((distance(wrong, candidate)?, candidate)))
        .min_by_key(|(distance, candidate)| (*distance, Reverse(candidate.len()), *candidate))
        .map(|(_, candidate)| candidate)
}

/// How far `wrong` is from the name `known`; None when it is too far to be a slip of the hand.
pub(crate) fn distance(wrong: &str, known: &str) -> Option<usize> {
    let lengths = [wrong, known].map(|name| name.chars().count());
    let [shorter, longer] = [lengths[0].min(lengths[1]), lengths[0].max(lengths[1])];
    let distance = strsim::damerau_levenshtein(wrong, known);
    (distance <= 3 && distance * 2 <= shorter && distance * 3 <= longer).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_near_are_meant() {
        let tables = ["marts.emergency_admission_rate", "core.person", "sex"];
        for (wrong, said) in [
            ("core.persn", "did you mean 'core.person'?"),
            ("sexx", "did you mean 'sex'?"),
            (
                "utilisation.attendance",
                "there are marts.emergency_admission_rate, core.person, sex",
            ),
            (
                "x",
                "there are marts.emergency_admission_rate, core.person, sex",
            ),
        ] {
            assert_eq!(nearest(wrong, tables), said, "{wrong}");
        }
        assert_eq!(nearest("x", ["core.person"]), "there is only core.person");
        assert_eq!(nearest("x", [""; 0]), "there are none");
        let many = (0..20).map(|n| format!("table_{n}"));
        let listed = nearest("something else", many);
        assert!(listed.ends_with("table_11 and 8 more"), "{listed}");
    }

    #[test]
    fn a_forgotten_letter_is_likelier_than_one_too_many() {
        assert_eq!(near("cout", ["cot", "count", "round"]), Some("count"));
        assert_eq!(
            near("datediff", ["date_bin", "date_diff"]),
            Some("date_diff")
        );
        assert_eq!(near("datediff", ["date_bin", "date_part"]), None);
        assert_eq!(near("practice", ["active", "practice_key"]), None);
    }
}
