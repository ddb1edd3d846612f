//! What holds of every standardised rate.

use super::direct::Direct;
use super::indirect::Indirect;
use crate::functions::any_order::{at_once, columns, numbers, same_in_any_order, shuffles};
use proptest::prelude::*;

const DSR: Direct = Direct {
    function: "dsr",
    repeats: false,
};
const DSR_REPEAT: Direct = Direct {
    function: "dsr_repeat",
    repeats: true,
};
const ISR: Indirect = Indirect {
    function: "isr",
    statistic: "",
    none_expected: "",
    rate: false,
    multiplier: 1.0,
};

/// Events, people and weight of bands, some far larger than others.
fn bands() -> impl Strategy<Value = Vec<[f64; 3]>> {
    let band = (0..2000u32, 1..3_000_000u32, 1..9000u32);
    prop::collection::vec(
        band.prop_map(|(x, n, w)| [x.into(), n.into(), w.into()]),
        19,
    )
}

proptest! {
    #[test]
    fn order_and_parts_change_nothing(rows in bands(), shuffle in shuffles(19)) {
        same_in_any_order(&DSR, &columns(&rows), &shuffle)?;
        let repeats: Vec<_> = rows.iter().map(|[x, n, w]| [*x, x * (1.0 + x) / 2.0, *n, *w]).collect();
        same_in_any_order(&DSR_REPEAT, &columns(&repeats), &shuffle)?;
        let reference: Vec<_> = rows.iter().map(|[x, n, w]| [*x, *n, *w, 10.0 * w + n]).collect();
        same_in_any_order(&ISR, &columns(&reference), &shuffle)?;
    }

    #[test]
    fn a_population_standardised_to_itself_has_its_crude_rate(rows in bands()) {
        let rows: Vec<_> = rows.iter().map(|[x, n, _]| [x + 1.0, *n, *n]).collect();
        let [value, lower, upper] = numbers(&at_once(&DSR, &columns(&rows)));
        let events: f64 = rows.iter().map(|[x, ..]| x).sum();
        let people: f64 = rows.iter().map(|[_, n, _]| n).sum();
        let crude = events / people * 100_000.0;
        let value = value.unwrap();
        prop_assert!((value - crude).abs() <= 1e-12 * crude, "{value} is not {crude}");
        prop_assert!(lower.unwrap() < value && value < upper.unwrap());

        let rows: Vec<_> = rows.iter().map(|[x, n, _]| [*x, *n, *x, *n]).collect();
        let [value, lower, upper] = numbers(&at_once(&ISR, &columns(&rows)));
        prop_assert!((value.unwrap() - 1.0).abs() <= 1e-12);
        prop_assert!(lower.unwrap() < 1.0 && 1.0 < upper.unwrap());
    }

    #[test]
    fn one_event_each_is_the_simple_rate(rows in bands()) {
        let repeats: Vec<_> = rows.iter().map(|[x, n, w]| [*x, *x, *n, *w]).collect();
        let simple = numbers(&at_once(&DSR, &columns(&rows)));
        prop_assert_eq!(simple, numbers(&at_once(&DSR_REPEAT, &columns(&repeats))));
    }
}
