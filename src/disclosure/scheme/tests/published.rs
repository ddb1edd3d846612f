//! The rules as they are published, value by value.

use super::*;

fn released(name: &str, counts: &[u64]) -> Vec<String> {
    let scheme = named(name);
    let figure = |n: &u64| scheme.release(&people(*n)).to_string();
    counts.iter().map(figure).collect()
}

#[test]
fn hes2018() {
    assert_eq!(
        released("hes2018", &[0, 1, 7, 8, 12, 13, 17, 18, 123_456]),
        ["0", "*", "*", "10", "10", "15", "15", "20", "123455"]
    );
}

#[test]
fn hes2018_api() {
    assert_eq!(
        released("hes2018_api", &[0, 2, 5, 8, 16, 57, 10_023, 1, 7]),
        ["0", "5", "5", "10", "15", "55", "10025", "5", "5"]
    );
    let scheme = named("hes2018_api");
    assert!(scheme.accepts(TrueCount::new(5_000_000_000)).is_ok());
    let error = scheme.accepts(TrueCount::new(5_000_000_001)).unwrap_err();
    assert_eq!(error.kind().exit_code(), 3);
    assert!(error.what().contains("above 5000000000"), "{error}");
    assert!(!error.to_string().contains("5000000001"));
    // The other schemes have no such limit.
    assert!(named("hes2018").accepts(TrueCount::new(u64::MAX)).is_ok());
}

#[test]
fn opensafely() {
    assert_eq!(
        released("opensafely", &[0, 1, 7, 8, 12, 13, 18]),
        ["0", "*", "*", "10", "10", "15", "20"]
    );
    // The example of its documentation: totals are sums of the rounded counts, without redacted ones.
    let total = |counts: &[u64]| together::total("opensafely", counts);
    assert_eq!(total(&[3, 8, 16, 23]), "50");
    assert_eq!(total(&[18, 23, 31, 44]), "120");
    assert_eq!(total(&[0, 0, 0, 0]), "0");
    // Nothing is shown, and a zero would be wrong.
    assert_eq!(total(&[3, 0, 4, 1]), "*");
}

#[test]
fn midpoint6() {
    assert_eq!(
        released("midpoint6", &[0, 1, 6, 7, 12, 13, 18, 123_456]),
        ["0", "3", "3", "9", "9", "15", "15", "123453"]
    );
    let scheme = named("midpoint6");
    assert_eq!(together::total("midpoint6", &[3, 9, 25]), "39");
    // A sum of midpoints need not be a midpoint.
    assert!(scheme.allows(12) && !scheme.allows(13));
}

#[test]
fn thresholds() {
    assert_eq!(
        released("threshold10", &[0, 1, 9, 10, 11]),
        ["*", "*", "*", "10", "11"]
    );
    assert_eq!(
        released("legacy_1_5", &[0, 1, 5, 6, 7]),
        ["0", "*", "*", "6", "7"]
    );
    assert_eq!(
        released("exact", &[0, 1, 9, 10, 11]),
        ["0", "*", "*", "10", "11"]
    );
    let exact = Scheme::of(&SchemeSettings {
        name: "exact",
        threshold: Some(5),
        protect_zeros: Some(true),
        ..SchemeSettings::default()
    })
    .unwrap();
    let figures = [0, 4, 5].map(|n| exact.release(&people(n)).to_string());
    assert_eq!(figures, ["*", "*", "5"]);
    assert_eq!(exact.protection(&people(0)), 1);
    assert_eq!(named("exact").protection(&people(0)), 0);
}

#[test]
fn the_shared_vectors() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/reference/vectors/sdc_rounding.csv"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        let why = "reference/vectors/sdc_rounding.csv is not beside this repository";
        crate::notice::missing("shared", why);
        return;
    };
    let mut seen = 0;
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let count: u64 = fields[0].parse().unwrap();
        assert_eq!(released("hes2018", &[count]), [fields[1]], "count {count}");
        assert_eq!(
            released("midpoint6", &[count]),
            [fields[2]],
            "count {count}"
        );
        seen += 1;
    }
    assert!(seen > 30);
}

#[test]
fn rows_of_few_people_are_never_shown() {
    for scheme in all() {
        let few = scheme.named().few();
        for of in 1..=few {
            for count in [of, of + 1, 10, 11, 1000, 5_000_000] {
                let figure = scheme.release(&rows(count.max(of), of));
                assert!(figure.is_suppressed(), "{}: {count} of {of}", scheme.name());
                assert!(scheme.neighbours(&rows(count.max(of), of)).is_empty());
                assert_eq!(scheme.protection(&rows(count.max(of), of)), 1);
            }
        }
        let enough = scheme.release(&rows(1000, few + 1));
        assert!(!enough.is_suppressed(), "{}", scheme.name());
        assert_eq!(scheme.protection(&rows(1000, few + 1)), 0);
    }
}
