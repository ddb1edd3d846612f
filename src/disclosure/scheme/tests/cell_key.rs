use super::*;

/// A key that no site has.
pub(in crate::disclosure) const KEY: &str =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A small table: no change of more than two, no figure 1.
pub(in crate::disclosure) const TABLE: &str = "\
# smallest = 2
count,released,probability
0,0,1
1,0,0.5
1,2,0.5
2,0,0.1
2,2,0.7
2,3,0.2
2,4,0
3,2,0.4
3,3,0.3
3,4,0.2
3,5,0.1
4,2,0.15
4,3,0.2
4,4,0.3
4,5,0.2
4,6,0.15
";

fn scheme_of(table: &str) -> Result<Scheme> {
    Scheme::of(&SchemeSettings {
        name: "cell_key",
        key: Some(KEY),
        perturbation_table: Some(table),
        ..SchemeSettings::default()
    })
}

fn with_key(count: u64, key: u64) -> TrueNode {
    TrueNode {
        key,
        ..people(count)
    }
}

#[test]
fn the_same_people_have_the_same_figure() {
    let scheme = scheme_of(TABLE).unwrap();
    let figures = |scheme: &Scheme| -> Vec<Released> {
        (1..2000)
            .map(|key| scheme.release(&with_key(20, key)))
            .collect()
    };
    let first = figures(&scheme);
    assert_eq!(first, figures(&scheme_of(TABLE).unwrap()));
    // Another site has other figures.
    let other = Scheme::of(&SchemeSettings {
        name: "cell_key",
        key: Some("another key, which is long enough for this"),
        perturbation_table: Some(TABLE),
        ..SchemeSettings::default()
    });
    assert_ne!(first, figures(&other.unwrap()));
    // Rows of the same people are changed by another number.
    let of_rows = |key| TrueNode {
        counted: CountOf::Rows,
        ..with_key(20, key)
    };
    let rows: Vec<Released> = (1..2000).map(|key| scheme.release(&of_rows(key))).collect();
    assert_ne!(first, rows);
}

#[test]
fn figures_have_the_probabilities_of_the_table() {
    let scheme = scheme_of(TABLE).unwrap();
    let share = |count, figure| {
        let keys = 1..=10_000;
        let is = |key: &u64| scheme.release(&with_key(count, *key)).count() == Some(figure);
        keys.filter(is).count() as f64 / 10_000.0
    };
    // Three standard errors of a share of 0.5 are 0.015.
    assert!((share(1, 0) - 0.5).abs() < 0.015);
    assert!((share(2, 3) - 0.2).abs() < 0.015);
    assert!((share(3, 5) - 0.1).abs() < 0.015);
    assert!((share(500, 498) - 0.15).abs() < 0.015);
    assert_eq!(share(1, 1), 0.0);
    assert_eq!(scheme.release(&with_key(0, 0)).count(), Some(0));
    // Nobody says who these are.
    assert!(scheme.release(&with_key(20, 0)).is_suppressed());
    assert!(scheme.neighbours(&with_key(20, 0)).is_empty());
}

#[test]
fn readers_are_taken_to_know_the_table() {
    let scheme = scheme_of(TABLE).unwrap();
    let bounds = |figure| {
        let bounds = scheme.bounds(Released::of(figure), CountOf::People);
        (bounds.low, bounds.high)
    };
    assert_eq!(bounds(0), (0, 2));
    assert_eq!(bounds(2), (1, 4));
    assert_eq!(bounds(100), (98, 102));
    assert_eq!(bounds(5_000_000), (4_999_998, 5_000_002));
    assert!(!scheme.allows(1) && scheme.allows(2));
}

#[test]
fn nothing_public_tells_of_the_table() {
    let scheme = scheme_of(TABLE).unwrap();
    let [(name, fingerprint)] = &scheme.settings()[..] else {
        panic!("more than one setting")
    };
    assert_eq!((*name, fingerprint.len()), ("key_and_table", 16));
    assert_eq!(format!("{scheme:?}"), "CellKey(CellKey(redacted))");
    let other = scheme_of(&TABLE.replace("smallest = 2", "smallest = 0")).unwrap();
    assert_ne!(scheme.settings(), other.settings());
}

#[test]
fn tables_that_do_not_protect_are_refused() {
    let without = |line: &str| TABLE.replacen(line, "", 1);
    let cut = |at: &str| TABLE[..TABLE.find(at).unwrap()].to_string();
    for (table, says) in [
        (String::new(), "no column"),
        (
            "count,released,probability\n".to_string(),
            "no count other than 0",
        ),
        (cut("2,2,"), "the count 2 add up to less than 1"),
        (cut("3,2,"), "the count 2 is the last"),
        (cut("4,2,"), "the count 3 is the last"),
        (cut(",0.2\n4,6"), "another number of fields"),
        (
            TABLE.replace("3,2,0.4", "3,2,0.5"),
            "the count 3 add up to more than 1",
        ),
        (
            TABLE.replace("2,4,0\n", "2,4,-0.1\n"),
            "line 9: the probability is below 0",
        ),
        (
            TABLE.replace("2,4,0\n", "2,4,NaN\n"),
            "line 9: the probability is above 1",
        ),
        (
            TABLE.replace("2,4,0\n", "2,4,x\n"),
            "line 9: the probability is no number",
        ),
        (
            TABLE.replace("2,4,0\n", "2,-4,0\n"),
            "line 9: the figure is no whole number",
        ),
        (
            TABLE.replace("2,4,0\n", "2.5,4,0\n"),
            "line 9: the count is no whole number",
        ),
        (
            TABLE.replace("2,4,0\n", "2,3,0\n"),
            "line 9: this count has this figure already",
        ),
        (
            TABLE.replace("0,0,1", "0,0,0.9\n0,2,0.1"),
            "the count 0 does not stay 0",
        ),
        (
            TABLE
                .replace("1,0,0.5", "1,0,0.4")
                .replace("1,2,0.5", "1,2,0.6"),
            "higher than it on average",
        ),
        (
            TABLE
                .replace("1,0,0.5", "1,1,1")
                .replace("1,2,0.5", "1,2,0"),
            "promises no figure from 1 to 1",
        ),
        (
            without("3,2,0.4\n3,3,0.3\n3,4,0.2\n3,5,0.1\n"),
            "there is no count 3",
        ),
        (
            TABLE.replace("smallest = 2", "smallest = two"),
            "no whole number",
        ),
        (
            TABLE.replace("probability", "probabilty"),
            "a column that is not known",
        ),
        (
            TABLE.replace(
                "2,4,0\n",
                "2,18446744073709551615,0.0000000000000000000000000001\n",
            ),
            "more than 100 away",
        ),
        (
            TABLE.replace("4,6,0.15\n", "4,6,0.15\n18446744073709551615,0,1\n"),
            "is above 1000",
        ),
        (
            "count,released,probability\n1,1,1\n".to_string(),
            "1 is released for the count 1 alone",
        ),
        (without("1,0,0.5\n1,2,0.5\n"), "there is no count 1"),
    ] {
        let error = scheme_of(&table).unwrap_err();
        assert_eq!(error.kind().exit_code(), 2);
        let all = format!("{error} {:?}", error.causes());
        assert!(all.contains(says), "{says}: {all}");
        assert!(error.hint_text().is_some() || says == "no CSV", "{says}");
        // The table is a secret.
        assert!(!all.contains("0."), "{all}");
    }
}

#[test]
fn a_table_of_the_package_ptable_is_read() {
    let exported: String = TABLE
        .lines()
        .map(|line| match line.split_once(',') {
            Some(("count", _)) => {
                "\"i\",\"j\",\"p\",\"v\",\"p_int_lb\",\"p_int_ub\",\"type\"\n".to_string()
            }
            Some(_) => format!("{line},0,0,1,\"all\"\n"),
            None => format!("{line}\n"),
        })
        .collect();
    let scheme = scheme_of(&format!("\u{feff}{exported}")).unwrap();
    assert_eq!(
        scheme.release(&with_key(20, 7)),
        scheme_of(TABLE).unwrap().release(&with_key(20, 7))
    );
}
