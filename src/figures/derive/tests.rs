use super::*;
use crate::figures::tests::sample::{count, in_place, of, rate};
use crate::figures::{FigureRow, Figures};
use polars::prelude::AnyValue;
use proptest::prelude::*;

fn figures(rows: &[FigureRow]) -> Figures {
    Figures::of_rows(rows).unwrap()
}

/// A column as texts; `-` for null.
fn texts(frame: &DataFrame, column: &str) -> Vec<String> {
    let column = frame.column(column).unwrap();
    let text = |at| match column.get(at).unwrap() {
        AnyValue::Null => "-".to_owned(),
        AnyValue::String(text) => text.to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Float64(number) => format!("{number:.2}"),
        other => other.to_string(),
    };
    (0..frame.height()).map(text).collect()
}

#[test]
fn areas_that_are_equal_share_a_rank_and_the_suppressed_have_none() {
    let rows = [
        in_place("A", Some(20)),
        in_place("B", Some(30)),
        in_place("C", Some(20)),
        in_place("D", Some(10)),
        in_place("E", None),
        count(Some(80)),
    ];
    let highest = ranked(&figures(&rows), RankFirst::Highest).unwrap();
    assert_eq!(texts(&highest, "rank"), ["2", "1", "2", "4", "-", "-"]);
    assert_eq!(texts(&highest, "ranked"), ["4", "4", "4", "4", "4", "0"]);
    let among = "ranked among those shown";
    assert_eq!(
        texts(&highest, "rank_status"),
        [among, among, among, among, "suppressed", "not applicable"]
    );
    let lowest = ranked(&figures(&rows[..4]), RankFirst::Lowest).unwrap();
    assert_eq!(texts(&lowest, "rank"), ["2", "4", "2", "1"]);
    assert_eq!(texts(&lowest, "rank_status"), ["ranked"; 4]);
}

#[test]
fn ranks_are_within_a_measure_a_period_and_a_level() {
    let in_month = |row: FigureRow, month: &str| FigureRow {
        period: Some(month.to_owned()),
        ..row
    };
    let of_pcn = |row: FigureRow| {
        let mut row = row;
        if let Some(area) = &mut row.area {
            area.level = "pcn".to_owned();
        }
        row
    };
    let rows = [
        in_month(in_place("A", Some(20)), "2026-08"),
        in_month(in_place("B", Some(30)), "2026-08"),
        in_month(in_place("A", Some(40)), "2026-09"),
        in_month(of_pcn(in_place("A", Some(50))), "2026-09"),
    ];
    let ranks = ranked(&figures(&rows), RankFirst::Highest).unwrap();
    assert_eq!(texts(&ranks, "rank"), ["2", "1", "1", "1"]);
}

#[test]
fn the_best_and_the_worst_are_told_with_all_that_share_a_place() {
    let rows = [
        in_place("A", Some(20)),
        in_place("B", Some(30)),
        in_place("C", Some(10)),
        in_place("D", Some(10)),
        in_place("E", None),
    ];
    let found = best_and_worst(&figures(&rows), RankFirst::Lowest, 1).unwrap();
    assert_eq!(texts(&found, "area_name"), ["B", "C", "D"]);
    assert_eq!(texts(&found, "extreme"), ["worst", "best", "best"]);
    // All are equal: none is better.
    let same = [
        in_place("A", Some(5)),
        in_place("B", Some(5)),
        in_place("C", Some(5)),
    ];
    assert!(
        best_and_worst(&figures(&same), RankFirst::Lowest, 1)
            .unwrap()
            .height()
            == 0
    );
    let two = best_and_worst(&figures(&rows[..2]), RankFirst::Lowest, 1).unwrap();
    assert!(
        two.height() == 0,
        "of two, each would be the best or the worst"
    );
}

fn total(row: FigureRow) -> FigureRow {
    FigureRow {
        is_total: true,
        ..row
    }
}

#[test]
fn a_share_keeps_the_precision_that_its_counts_have() {
    let rows = [
        in_place("A", Some(12_345)),
        in_place("B", Some(1_000)),
        in_place("C", Some(10)),
        in_place("D", None),
        in_place("E", Some(0)),
        total(count(Some(20_000))),
    ];
    let exact = shares(&figures(&rows), ShareOver::Areas, 0.0).unwrap();
    assert_eq!(
        texts(&exact, "share"),
        ["61.70", "5.00", "0.10", "-", "0.00", "-"]
    );
    assert_eq!(
        texts(&exact, "share_status"),
        [
            "calculated",
            "calculated",
            "calculated",
            "suppressed",
            "calculated",
            "not applicable"
        ]
    );
    // 12,343 to 12,347 of 19,998 to 20,002 is 61.71 to 61.74: a decimal is left.
    let rounded = shares(&figures(&rows), ShareOver::Areas, 2.0).unwrap();
    assert_eq!(texts(&rounded, "share")[0], "61.70");
    let small = [
        in_place("A", Some(10)),
        in_place("B", Some(40)),
        in_place("C", Some(0)),
        total(count(Some(50))),
    ];
    let small = shares(&figures(&small), ShareOver::Areas, 2.0).unwrap();
    assert_eq!(texts(&small, "share"), ["20.00", "80.00", "0.00", "-"]);
    assert_eq!(texts(&small, "share_low"), ["15.38", "73.08", "0.00", "-"]);
    assert_eq!(texts(&small, "share_high"), ["25.00", "87.50", "0.00", "-"]);
    assert_eq!(
        texts(&small, "share_status"),
        ["approximate", "approximate", "calculated", "not applicable"]
    );
}

#[test]
fn a_share_of_a_suppressed_total_or_of_none_is_none() {
    let rows = [in_place("A", Some(10)), total(count(None))];
    let of_suppressed = shares(&figures(&rows), ShareOver::Areas, 0.0).unwrap();
    assert_eq!(texts(&of_suppressed, "share_status")[0], "suppressed");
    let alone = shares(&figures(&rows[..1]), ShareOver::Areas, 0.0).unwrap();
    assert_eq!(texts(&alone, "share_status"), ["no total"]);
    assert_eq!(texts(&alone, "share"), ["-"]);
    let empty = [in_place("A", Some(0)), total(count(Some(0)))];
    let of_nothing = shares(&figures(&empty), ShareOver::Areas, 0.0).unwrap();
    assert_eq!(texts(&of_nothing, "share_status")[0], "not applicable");
    let by_sex = [
        of(in_place("A", Some(25)), "sex", "Female"),
        of(in_place("A", Some(75)), "sex", "Male"),
        total(in_place("A", Some(100))),
    ];
    let by_sex = shares(&figures(&by_sex), ShareOver::Breakdown, 0.0).unwrap();
    assert_eq!(texts(&by_sex, "share"), ["25.00", "75.00", "-"]);
}

fn month(at: u32, value: Option<u64>) -> FigureRow {
    FigureRow {
        period: Some(format!("{}-{:02}", 2025 + at / 12, at % 12 + 1)),
        measure: "contacts".to_owned(),
        ..in_place("A", value)
    }
}

#[test]
fn a_year_rolls_over_twelve_months_that_follow_each_other() {
    let months: Vec<FigureRow> = (0..14)
        .map(|at| month(at, Some(10 + u64::from(at))))
        .collect();
    let years = rolling_years(&figures(&months)).unwrap();
    let sums = texts(&years, "rolling_year");
    assert_eq!(sums[..11], vec!["-"; 11][..]);
    // 10 to 21 is 186; a month later 198.
    assert_eq!(sums[11..], ["186.00", "198.00", "210.00"]);
    assert_eq!(
        texts(&years, "rolling_status")[10..12],
        ["incomplete", "calculated"]
    );

    // A month that is not there makes years incomplete, not smaller.
    let gap: Vec<FigureRow> = months
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != 5)
        .map(|(_, m)| m.clone())
        .collect();
    let gap = rolling_years(&figures(&gap)).unwrap();
    assert!(
        texts(&gap, "rolling_status")
            .iter()
            .all(|status| status == "incomplete")
    );

    // A suppressed month suppresses the years that it is in, in whatever order they come.
    let mut with = months.clone();
    with[0] = month(0, None);
    with.reverse();
    let with = rolling_years(&figures(&with)).unwrap();
    assert_eq!(
        texts(&with, "rolling_status")[11..],
        ["suppressed", "calculated", "calculated"]
    );
    assert_eq!(
        texts(&with, "rolling_year")[11..],
        ["-", "198.00", "210.00"]
    );
}

#[test]
fn areas_are_compared_by_their_limits_or_not_at_all() {
    let whole = FigureRow {
        area: None,
        ..rate("all", Some((100.0, 98.0, 102.0)))
    };
    let rows = [
        whole,
        rate("A", Some((120.0, 101.0, 141.0))),
        rate("B", Some((150.0, 130.0, 172.0))),
        rate("C", Some((101.0, 85.0, 119.0))),
        rate("D", Some((60.0, 45.0, 78.0))),
        rate("E", None),
        FigureRow {
            lower_95: None,
            upper_95: None,
            ..rate("F", Some((200.0, 1.0, 300.0)))
        },
    ];
    let found = compared(&figures(&rows), None).unwrap();
    assert_eq!(
        texts(&found, "compared"),
        [
            "benchmark",
            "higher",
            "higher (99.8%)",
            "similar",
            "lower (99.8%)",
            "suppressed",
            "no limits"
        ]
    );
    let with_a = compared(&figures(&rows), Some("C")).unwrap();
    assert_eq!(texts(&with_a, "compared")[2], "higher (99.8%)");
    let with_suppressed = compared(&figures(&rows), Some("E")).unwrap();
    assert_eq!(texts(&with_suppressed, "compared")[1], "suppressed");
    let of_years_to_come = rows.clone().map(|row| FigureRow {
        unit: "projected".to_owned(),
        ..row
    });
    let amounts = compared(&figures(&of_years_to_come), None).unwrap();
    assert_eq!(texts(&amounts, "compared")[1..3], ["amount", "amount"]);
    let nobody = compared(&figures(&rows), Some("Nowhere")).unwrap();
    assert_eq!(texts(&nobody, "compared")[1], "no benchmark");
}

/// The limits of 99.8% against those that the methods give themselves.
#[test]
fn wide_limits_are_those_of_the_methods() {
    use crate::statistics::limits::{count_limits, wilson};
    let percent = |name: &str, x: f64, n: f64| {
        let (lower, upper) = wilson(x, n, 0.95);
        FigureRow {
            unit: "percent".to_owned(),
            ..rate(name, Some((x / n * 100.0, lower * 100.0, upper * 100.0)))
        }
    };
    let byar = |name: &str, x: f64| {
        let ((lower, upper), _) = count_limits(x, 0.95);
        rate(name, Some((x, lower, upper)))
    };
    let cases = [
        (0.0, 20.0),
        (3.0, 50.0),
        (50.0, 100.0),
        (180.0, 200.0),
        (40.0, 40.0),
    ];
    let mut rows = Vec::new();
    for (at, (x, n)) in cases.iter().enumerate() {
        rows.push(percent(&format!("P{at}"), *x, *n));
    }
    let counts = [20.0, 100.0, 2500.0];
    for (at, x) in counts.iter().enumerate() {
        rows.push(byar(&format!("R{at}"), *x));
    }
    let found = compared(&figures(&rows), None).unwrap();
    let number = |column: &str, at: usize| -> f64 { texts(&found, column)[at].parse().unwrap() };
    for (at, (x, n)) in cases.iter().enumerate() {
        let (lower, upper) = wilson(*x, *n, 0.998);
        assert!(
            (number("lower_99_8", at) - lower * 100.0).abs() < 0.006,
            "{x} of {n}"
        );
        assert!(
            (number("upper_99_8", at) - upper * 100.0).abs() < 0.006,
            "{x} of {n}"
        );
    }
    for (at, x) in counts.iter().enumerate() {
        let ((lower, upper), _) = count_limits(*x, 0.998);
        let at = at + cases.len();
        let near = if *x < 100.0 { 0.03 } else { 0.01 };
        assert!(
            (number("lower_99_8", at) / lower - 1.0).abs() < near,
            "{x}: {lower}"
        );
        assert!(
            (number("upper_99_8", at) / upper - 1.0).abs() < near,
            "{x}: {upper}"
        );
    }
}

#[test]
fn wide_limits_of_rounded_percentages_are_percentages() {
    // Rounded to a tenth, these are limits that no number of people has.
    let rounded = [
        (10.6, 100.0),
        (88.5, 100.0),
        (19.7, 19.7),
        (0.0, 100.0),
        (0.0, 0.1),
        (99.9, 100.0),
        (100.0, 100.0),
        (0.0, 0.0),
    ];
    let rows: Vec<FigureRow> = (0..)
        .zip(rounded)
        .map(|(at, (lower, upper))| FigureRow {
            unit: "percent".to_owned(),
            ..rate(&format!("P{at}"), Some((lower, lower, upper)))
        })
        .collect();
    let found = compared(&figures(&rows), None).unwrap();
    let number = |column: &str, at: usize| {
        let value = found.column(column).unwrap().get(at).unwrap();
        value.extract::<f64>().unwrap()
    };
    for (at, (lower, upper)) in rounded.into_iter().enumerate() {
        let (least, most) = (number("lower_99_8", at), number("upper_99_8", at));
        assert!((0.0..=lower + 0.001).contains(&least), "{lower}: {least}");
        assert!((upper - 0.001..=100.0).contains(&most), "{upper}: {most}");
    }
}

#[test]
fn a_named_area_is_the_benchmark_of_its_own_level() {
    let of_pcn = |row: FigureRow| {
        let mut row = row;
        if let Some(area) = &mut row.area {
            area.level = "pcn".to_owned();
        }
        row
    };
    let rows = [
        rate("North", Some((100.0, 90.0, 110.0))),
        rate("South", Some((100.0, 90.0, 110.0))),
        of_pcn(rate("North", Some((500.0, 450.0, 550.0)))),
        of_pcn(rate("East", Some((500.0, 450.0, 550.0)))),
        rate("all", Some((100.0, 98.0, 102.0))),
    ];
    let found = compared(&figures(&rows), Some("North")).unwrap();
    assert_eq!(
        texts(&found, "benchmark"),
        ["100.00", "100.00", "500.00", "500.00", "100.00"]
    );
    assert_eq!(texts(&found, "compared")[1], "similar");
    assert_eq!(texts(&found, "compared")[3], "similar");
}

/// The same figure as one that stands from an earlier release.
fn held(row: FigureRow) -> FigureRow {
    FigureRow {
        held_from: "2026-08-31".parse().ok(),
        ..row
    }
}

#[test]
fn held_figures_are_not_compared_with_new_ones() {
    let rows = [
        in_place("A", Some(20)),
        held(in_place("B", Some(30))),
        in_place("C", Some(25)),
        total(count(Some(75))),
    ];
    let ranks = ranked(&figures(&rows), RankFirst::Highest).unwrap();
    assert_eq!(texts(&ranks, "rank"), ["2", "-", "1", "-"]);
    let among = "ranked among those shown";
    assert_eq!(
        texts(&ranks, "rank_status"),
        [among, "held", among, "not applicable"]
    );
    assert_eq!(ranks.get_column_names().len(), 23);
    let share = shares(&figures(&rows), ShareOver::Areas, 0.0).unwrap();
    assert_eq!(texts(&share, "share"), ["26.70", "-", "33.30", "-"]);
    assert_eq!(texts(&share, "share_status")[1], "held");
    let rates = [
        held(rate("A", Some((120.0, 110.0, 130.0)))),
        rate("B", Some((120.0, 110.0, 130.0))),
        FigureRow {
            area: None,
            ..rate("all", Some((100.0, 98.0, 102.0)))
        },
    ];
    let by_limits = compared(&figures(&rates), None).unwrap();
    let words = ["held", "higher (99.8%)", "benchmark"];
    assert_eq!(texts(&by_limits, "compared"), words);
    let by_limits = compared(&figures(&rates.map(held)), None).unwrap();
    assert_eq!(texts(&by_limits, "compared")[0], "higher (99.8%)");
    // Those that are all held from one release are as of one date.
    let all = rows.map(held);
    let ranks = ranked(&figures(&all), RankFirst::Highest).unwrap();
    assert_eq!(texts(&ranks, "rank"), ["3", "1", "2", "-"]);
    let share = shares(&figures(&all), ShareOver::Areas, 0.0).unwrap();
    assert_eq!(texts(&share, "share"), ["26.70", "40.00", "33.30", "-"]);

    let mut months: Vec<FigureRow> = (0..13).map(|at| month(at, Some(10))).collect();
    months[0] = held(months[0].clone());
    let years = rolling_years(&figures(&months)).unwrap();
    assert_eq!(
        texts(&years, "rolling_status")[11..],
        ["approximate", "calculated"]
    );
    assert_eq!(texts(&years, "rolling_year")[11..], ["120.00", "120.00"]);
}

#[test]
fn a_change_is_claimed_only_where_both_are_shown_and_of_their_day() {
    let old = [
        in_place("A", Some(20)),
        in_place("B", Some(30)),
        in_place("C", None),
        in_place("D", Some(10)),
        in_place("E", None),
        in_place("F", Some(10)),
        in_place("H", Some(0)),
        count(Some(70)),
    ];
    let new = [
        in_place("A", Some(25)),
        in_place("B", Some(30)),
        in_place("C", Some(10)),
        in_place("D", None),
        in_place("E", None),
        held(in_place("F", Some(15))),
        in_place("G", Some(5)),
        in_place("H", Some(10)),
        count(Some(60)),
    ];
    let found = changes(&figures(&old), &figures(&new)).unwrap();
    let by_name: Vec<(String, String, String, String)> = texts(&found, "area_name")
        .into_iter()
        .zip(texts(&found, "change_status"))
        .zip(
            texts(&found, "change")
                .into_iter()
                .zip(texts(&found, "change_percent")),
        )
        .map(|((name, status), (change, percent))| (name, status, change, percent))
        .collect();
    let expected = [
        ("A", "changed", "5.00", "25.00"),
        ("B", "same", "-", "-"),
        ("C", "newly shown", "-", "-"),
        ("D", "newly suppressed", "-", "-"),
        ("E", "suppressed", "-", "-"),
        ("F", "held", "-", "-"),
        ("G", "new", "-", "-"),
        ("H", "changed", "10.00", "-"),
        ("-", "changed", "-10.00", "-14.29"),
    ];
    let own = |(a, b, c, d): (&str, &str, &str, &str)| {
        (a.to_owned(), b.to_owned(), c.to_owned(), d.to_owned())
    };
    assert_eq!(by_name, expected.map(own));
    let gone = changes(&figures(&old), &figures(&new[..2])).unwrap();
    assert_eq!(gone.height(), 8);
    assert_eq!(texts(&gone, "change_status")[2..], vec!["gone"; 6][..]);
    assert_eq!(texts(&gone, "measure_label")[7], "People");
}

#[test]
fn changes_are_listed_with_the_largest_first_and_held_ones_counted() {
    let old = [
        in_place("A", Some(100)),
        in_place("B", Some(20)),
        in_place("C", Some(0)),
        in_place("D", Some(100)),
        in_place("E", None),
    ];
    let new = [
        in_place("A", Some(110)),
        in_place("B", Some(30)),
        in_place("C", Some(10)),
        held(in_place("D", Some(500))),
        in_place("E", Some(10)),
    ];
    let found = figure_changes(&figures(&old), &figures(&new)).unwrap();
    let outcomes: Vec<(&str, u64)> = found
        .outcomes
        .iter()
        .map(|(what, count)| (what.as_str(), *count))
        .collect();
    assert_eq!(outcomes, [("changed", 3), ("held", 1), ("newly shown", 1)]);
    let told: Vec<(String, String, String)> = found
        .figures
        .iter()
        .map(|f| (f.place(), f.number(f.before), f.number(f.now)))
        .collect();
    let own = |(a, b, c): (&str, &str, &str)| (a.to_owned(), b.to_owned(), c.to_owned());
    let expected = [
        ("C, People", "0", "10"),
        ("B, People", "20", "30"),
        ("A, People", "100", "110"),
        ("E, People", "none shown", "10"),
    ];
    assert_eq!(told, expected.map(own));
    assert_eq!(found.figures[1].change_percent, Some(50.0));
}

#[test]
fn figures_side_by_side_keep_their_statuses() {
    let rows = [
        of(in_place("A", Some(25)), "sex", "Female"),
        of(in_place("A", None), "sex", "Male"),
        total(in_place("A", Some(30))),
        of(in_place("B", Some(0)), "sex", "Female"),
    ];
    let found = wide(&figures(&rows), Across::Breakdown).unwrap();
    assert_eq!(texts(&found, "area_name"), ["A", "B"]);
    assert_eq!(texts(&found, "value: Female"), ["25.00", "0.00"]);
    assert_eq!(texts(&found, "value: Male"), ["-", "-"]);
    // A suppressed figure is told from one that is not there.
    assert_eq!(texts(&found, "status: Male"), ["suppressed", "-"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A suppressed figure has no rank, no share and no change, and takes no place from another.
    #[test]
    fn the_suppressed_take_no_part(values in prop::collection::vec(prop::option::weighted(0.7, 0u64..50), 1..12)) {
        let mut rows: Vec<FigureRow> = values
            .iter()
            .enumerate()
            .map(|(at, value)| in_place(&format!("A{at}"), *value))
            .collect();
        rows.push(total(count(Some(1000))));
        let all = figures(&rows);
        let ranks = ranked(&all, RankFirst::Highest).unwrap();
        let shares = shares(&all, ShareOver::Areas, 0.0).unwrap();
        let change = changes(&all, &all).unwrap();
        for (at, value) in values.iter().enumerate() {
            let above = values.iter().flatten().filter(|other| value.is_some_and(|v| **other > v)).count();
            let rank = value.map_or("-".to_owned(), |_| (above + 1).to_string());
            prop_assert_eq!(&texts(&ranks, "rank")[at], &rank);
            prop_assert_eq!(&texts(&shares, "share")[at] == "-", value.is_none());
            let status = if value.is_some() { "same" } else { "suppressed" };
            prop_assert_eq!(&texts(&change, "change_status")[at], status);
            prop_assert_eq!(&texts(&change, "change")[at], "-");
        }
    }
}
