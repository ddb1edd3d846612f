use super::rule::SchemeRule;
use super::scheme::tests::people;
use super::*;
use proptest::prelude::*;

#[test]
fn a_true_count_cannot_be_read() {
    assert_eq!(format!("{:?}", TrueCount::new(3)), "TrueCount(redacted)");
    let suppressed = Scheme::Hes2018.release(&people(3));
    assert!(!format!("{suppressed:?}").contains('3'));
}

#[test]
fn figures_of_suppressed_parts_are_suppressed() {
    let of = |n| Scheme::Hes2018.release(&people(n));
    assert_eq!(
        percent(&Scheme::Hes2018, of(3), of(100), true),
        Figure::Suppressed
    );
    assert_eq!(
        percent(&Scheme::Hes2018, of(0), of(3), false),
        Figure::Suppressed
    );
    assert_eq!(
        rate(&Scheme::Hes2018, of(20), of(7), 1000.0),
        Figure::Suppressed
    );
    assert_eq!(
        rate(&Scheme::Hes2018, of(0), of(0), 1000.0),
        Figure::NotApplicable
    );
    // From the rounded parts 15 and 100, not from 13 and 98.
    let Figure::Value(estimate) = percent(&Scheme::Hes2018, of(13), of(98), false) else {
        panic!("no figure")
    };
    assert_eq!((estimate.value(), estimate.limits()), (15.0, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_released_count_is_small_or_unrounded(n in 0u64..5_000_000_000) {
        match Scheme::Hes2018.release(&people(n)).count() {
            None => prop_assert!((1..=7).contains(&n)),
            Some(released) => {
                prop_assert!(Scheme::Hes2018.allows(released));
                prop_assert!(released.abs_diff(n) <= 2);
            }
        }
    }
}
