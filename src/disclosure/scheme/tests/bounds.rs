//! What a reader takes figures for, and what they may be moved to.

use super::*;
use proptest::prelude::*;

/// Every count up to some thousand has its figure within the bounds that a reader gets, and every
/// count within them has that figure, or would be in a hull with gaps (`cell_key`).
#[test]
fn bounds_are_those_of_the_rule() {
    for scheme in all() {
        for count in 0..700 {
            let figure = scheme.release(&people(count));
            let bounds = scheme.bounds(figure, CountOf::People);
            assert!(bounds.has(count as i64), "{}: {count}", scheme.name());
            if matches!(scheme, Scheme::CellKey(_)) || figure.is_suppressed() {
                continue;
            }
            for other in bounds.low..=bounds.high {
                assert_eq!(
                    scheme.release(&people(other as u64)),
                    figure,
                    "{}: {count} and {other}",
                    scheme.name()
                );
            }
        }
    }
}

#[test]
fn moved_figures_are_of_the_scheme_and_within_reach() {
    for scheme in all() {
        for count in 0..700 {
            let own = scheme.release(&people(count));
            for figure in scheme.neighbours(&people(count)) {
                let n = figure.count().unwrap();
                let name = scheme.name();
                assert_ne!(figure, own, "{name}: {count}");
                assert!(scheme.allows(n), "{name}: {count}");
                let bounds = scheme.moved_bounds(figure, CountOf::People);
                assert!(bounds.has(count as i64), "{name}: {count}");
            }
        }
    }
    let moved = |name: &str, count: u64| -> Vec<String> {
        let figures = named(name).neighbours(&people(count));
        figures.iter().map(ToString::to_string).collect()
    };
    assert_eq!(moved("hes2018", 7), ["10"]);
    assert_eq!(moved("hes2018", 12), ["15"]);
    assert_eq!(moved("hes2018", 13), ["10"]);
    // The other side of 8 and 9 is 5, which would say that they are small.
    assert!(moved("hes2018", 8).is_empty() && moved("hes2018_api", 9).is_empty());
    assert!(moved("hes2018", 15).is_empty() && moved("hes2018", 3).is_empty());
    assert_eq!(moved("midpoint6", 7), ["3"]);
    assert_eq!(moved("midpoint6", 10), ["15"]);
    assert!(moved("midpoint6", 0).is_empty() && moved("midpoint6", 2).is_empty());
    assert!(moved("exact", 12).is_empty() && moved("legacy_1_5", 12).is_empty());
}

#[test]
fn withheld_figures_may_be_of_any_size_where_others_are_withheld_for_them() {
    let withheld = |name: &str, counted| {
        let bounds = named(name).bounds(Released::SUPPRESSED, counted);
        (bounds.low, bounds.high)
    };
    let no_limit = Interval::NO_LIMIT;
    assert_eq!(withheld("hes2018", CountOf::People), (1, 7));
    assert_eq!(withheld("hes2018", CountOf::Rows), (1, no_limit));
    assert_eq!(withheld("exact", CountOf::People), (1, no_limit));
    assert_eq!(withheld("threshold10", CountOf::People), (0, no_limit));
    assert_eq!(withheld("legacy_1_5", CountOf::Rows), (1, no_limit));
    assert_eq!(withheld("hes2018", CountOf::Amount), (0, no_limit));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_scheme_shows_a_small_count_or_a_figure_of_another(n in 0u64..5_000_000_000) {
        for scheme in all() {
            let figure = scheme.release(&people(n));
            match figure.count() {
                None => prop_assert!(n <= scheme.named().few()),
                Some(shown) => {
                    prop_assert!(scheme.allows(shown), "{}", scheme.name());
                    prop_assert!(shown.abs_diff(n) <= 5, "{}", scheme.name());
                }
            }
        }
    }
}
