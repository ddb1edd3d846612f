use super::sample::{count, in_place};
use crate::figures::{FigureRow, Figures};
use std::collections::HashMap;

fn figures(rows: &[FigureRow]) -> Figures {
    Figures::of_rows(rows).unwrap()
}

/// The figures of `now`, those marked that are other than those of `before`.
fn revised(before: &Figures, now: &Figures) -> Figures {
    let known = before.of_periods().unwrap().into_iter();
    let known: HashMap<_, _> = known.map(|figure| (figure.key, figure)).collect();
    let is_revised = now.of_periods().unwrap().into_iter().filter(|figure| {
        let before = known.get(&figure.key);
        before.is_some_and(|before| figure.revises(&before.unit, before.value))
    });
    let places: Vec<usize> = is_revised.map(|figure| figure.at).collect();
    now.flagged_revised(&places).unwrap()
}

#[test]
fn a_figure_of_the_same_period_with_another_value_is_revised() {
    let month = |name: &str, month: Option<&str>, value| FigureRow {
        period: month.map(str::to_owned),
        ..in_place(name, value)
    };
    let [july, august] = [Some("2026-07"), Some("2026-08")];
    let before = [
        month("A", july, Some(20)),
        month("B", july, Some(30)),
        month("C", july, None),
        month("D", july, Some(40)),
        month("E", None, Some(50)),
        FigureRow {
            unit: "percent".to_owned(),
            ..month("F", july, Some(60))
        },
        FigureRow {
            period: july.map(str::to_owned),
            ..count(Some(70))
        },
    ];
    let now = [
        month("A", july, Some(25)),
        month("B", july, Some(30)),
        month("C", july, Some(10)),
        month("D", july, None),
        month("E", None, Some(55)),
        month("F", july, Some(65)),
        FigureRow {
            period: july.map(str::to_owned),
            ..count(Some(75))
        },
        month("A", august, Some(35)),
    ];
    let now = figures(&now);
    let marked = revised(&figures(&before), &now);
    let flags = marked.rows().unwrap().into_iter().map(|row| row.flags);
    assert_eq!(
        flags.collect::<Vec<_>>(),
        ["r", "", "", "", "", "", "r", ""]
    );
    let unmarked = |figures: &Figures| figures.frame().drop("flags").unwrap();
    assert!(unmarked(&marked).equals_missing(&unmarked(&now)));
    let same = revised(&now, &now);
    assert_eq!(same.write().unwrap(), now.write().unwrap());
    assert_eq!(
        marked.write().unwrap(),
        revised(&figures(&before), &now).write().unwrap()
    );
    let none = figures(&[]);
    assert_eq!(revised(&none, &now).write().unwrap(), now.write().unwrap());
    assert!(revised(&now, &none).rows().unwrap().is_empty());
}
