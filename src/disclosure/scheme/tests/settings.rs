use super::*;

fn refused(settings: &SchemeSettings<'_>) -> (String, String) {
    let error = Scheme::of(settings).unwrap_err();
    assert_eq!(error.kind().exit_code(), 2, "{error}");
    let hint = error.hint_text().unwrap_or_default().to_string();
    (error.to_string(), hint)
}

#[test]
fn an_unknown_scheme_names_the_nearest() {
    let (_, hint) = refused(&SchemeSettings {
        name: "hes2019",
        ..SchemeSettings::default()
    });
    assert_eq!(hint, "did you mean 'hes2018'?");
}

#[test]
fn a_setting_of_another_scheme_is_refused() {
    for name in Scheme::names() {
        let takes = Scheme::takes(name).unwrap();
        let settings = |setting: &str| SchemeSettings {
            name,
            threshold: (setting == "threshold").then_some(10),
            protect_zeros: (setting == "protect_zeros").then_some(true),
            key: (setting == "key").then_some(cell_key::KEY),
            perturbation_table: (setting == "perturbation_table").then_some(cell_key::TABLE),
        };
        for setting in ["threshold", "protect_zeros", "key", "perturbation_table"] {
            if !takes.contains(&setting) {
                let (says, _) = refused(&settings(setting));
                let start = format!("the scheme `{name}` does not take `{setting}`");
                assert!(says.contains(&start), "{says}");
            }
        }
    }
}

#[test]
fn a_threshold_protects_somebody() {
    let with = |threshold| SchemeSettings {
        name: "exact",
        threshold: Some(threshold),
        ..SchemeSettings::default()
    };
    for threshold in [0, 1, 2, 1001, u64::MAX] {
        let (says, _) = refused(&with(threshold));
        assert!(says.contains("is not from 3 to 1000"), "{says}");
    }
    let three = Scheme::of(&with(3)).unwrap();
    let figures = [2, 3].map(|n| three.release(&people(n)).to_string());
    assert_eq!(figures, ["*", "3"]);
    assert_eq!(
        three.in_force(),
        "exact (protect_zeros = false, threshold = 3)"
    );
    assert_eq!(named("hes2018").in_force(), "hes2018");
    assert_eq!(
        three.settings(),
        [
            ("protect_zeros", "false".to_string()),
            ("threshold", "3".to_string())
        ]
    );
}

#[test]
fn cell_key_needs_its_key_and_its_table() {
    let without = |key, perturbation_table| SchemeSettings {
        name: "cell_key",
        key,
        perturbation_table,
        ..SchemeSettings::default()
    };
    let (says, _) = refused(&without(None, Some(cell_key::TABLE)));
    assert!(says.contains("needs `key`"), "{says}");
    let (says, _) = refused(&without(Some(cell_key::KEY), None));
    assert!(says.contains("needs `perturbation_table`"), "{says}");
    let (says, _) = refused(&without(Some("short"), Some(cell_key::TABLE)));
    assert!(says.contains("fewer than 32 characters"), "{says}");
    assert!(!says.contains("short\u{20}"), "{says}");
}
