//! What readers are told is what the scheme does.

use super::*;
use crate::disclosure::scheme::words::NOT_APPLICABLE;

fn said(words: &SchemeWords) -> Vec<String> {
    let mut said = [&words.notes[..], &words.above_a_table, &words.under_a_table].concat();
    said.push(words.in_a_chart.clone());
    said.push(words.gap.to_string());
    said
}

#[test]
fn no_scheme_says_a_sentence_of_another() {
    let all: Vec<(String, Vec<String>)> = all()
        .iter()
        .map(|scheme| (scheme.name().to_string(), said(&scheme.words())))
        .collect();
    for (name, own) in &all {
        for (other, theirs) in all.iter().filter(|(other, _)| other != name) {
            let shared = own
                .iter()
                .find(|line| theirs.contains(line) && *line != NOT_APPLICABLE);
            assert_eq!(shared, None, "{name} and {other}");
        }
    }
}

#[test]
fn words_are_short_enough_for_their_places() {
    for scheme in all() {
        let words = scheme.words();
        assert!(words.notes.len() >= 4, "{}", scheme.name());
        for line in &words.above_a_table {
            assert!(line.chars().count() <= 160, "{}: {line}", scheme.name());
        }
        for line in &words.under_a_table {
            assert!(line.chars().count() <= 130, "{}: {line}", scheme.name());
        }
    }
}

/// Where a figure may have been moved to protect another, all that is said of how counts are rounded says
/// so too.
#[test]
fn words_of_rounding_say_that_figures_move() {
    let mut moves = Vec::new();
    for scheme in all() {
        let figure = Released::of(105);
        let own = scheme.bounds(figure, CountOf::People);
        let moved = scheme.moved_bounds(figure, CountOf::People);
        // The table of cell_key says how far a figure is moved, and only its site has it.
        if (own.low, own.high) == (moved.low, moved.high) || scheme.name() == "cell_key" {
            continue;
        }
        let words = scheme.words();
        for lines in [&words.above_a_table, &words.under_a_table] {
            let says = lines.iter().any(|line| line.contains("to protect another"));
            assert!(says, "{}: {lines:?}", scheme.name());
        }
        moves.push(scheme.name());
    }
    assert_eq!(moves, ["hes2018", "hes2018_api", "opensafely", "midpoint6"]);
    let notes = Scheme::Midpoint6.words().notes.join(" ");
    assert!(notes.contains("up to 5 fewer and up to 6 more"), "{notes}");
}

/// `*` is said not to be zero where it never is, and a 0 to be zero where it always is.
#[test]
fn words_agree_with_the_rule() {
    for scheme in all() {
        let words = scheme.words();
        let of_zero = scheme.release(&people(0));
        let is_never_zero = scheme.bounds(Released::SUPPRESSED, CountOf::People).low > 0;
        if !is_never_zero {
            assert!(of_zero.is_suppressed(), "{}", scheme.name());
            assert!(!words.sign.contains("not zero"), "{}", scheme.name());
            assert!(!words.gap.contains("not zero"), "{}", scheme.name());
        }
        let zero = scheme.bounds(Released::of(0), CountOf::People);
        assert_eq!(
            words.zero == "zero",
            zero.high == 0 || of_zero.is_suppressed(),
            "{}",
            scheme.name()
        );
        let exact = scheme.release(&people(101)).count() == Some(101)
            && scheme.release(&people(103)).count() == Some(103);
        if !matches!(scheme, Scheme::CellKey(_)) {
            assert_eq!(words.shown == "exact", exact, "{}", scheme.name());
        }
    }
}
