use super::{HeadlineKind, RecentTrend, against, headlines, profile, quality};
use crate::figures::{BetterWhen, FigureArea, FigureRow, MeasurePolarity, SUPPRESSED};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A figure of a table; None is a suppressed one.
fn row(unit: &str, value: Option<f64>) -> FigureRow {
    FigureRow {
        report: "r".to_owned(),
        table: "t".to_owned(),
        table_title: "People by place".to_owned(),
        row: 0,
        area: None,
        period: None,
        breakdown: BTreeMap::new(),
        breakdown_words: String::new(),
        is_total: false,
        measure: unit.replace(' ', "_"),
        measure_label: "Admissions".to_owned(),
        unit: unit.to_owned(),
        value,
        lower_95: None,
        upper_95: None,
        status: if value.is_some() {
            "rounded"
        } else {
            SUPPRESSED
        }
        .to_owned(),
        held_from: None,
        flags: String::new(),
    }
}

fn area(name: &str, limits: Option<(f64, f64, f64)>) -> FigureRow {
    FigureRow {
        area: Some(FigureArea {
            code: None,
            name: name.to_owned(),
            level: "place".to_owned(),
        }),
        lower_95: limits.map(|(_, lower, _)| lower),
        upper_95: limits.map(|(_, _, upper)| upper),
        ..row("per 1000", limits.map(|(value, _, _)| value))
    }
}

fn total(row: FigureRow) -> FigureRow {
    FigureRow {
        is_total: true,
        ..row
    }
}

fn group(column: &str, value: &str, row: FigureRow) -> FigureRow {
    FigureRow {
        breakdown: BTreeMap::from([(column.to_owned(), value.to_owned())]),
        breakdown_words: value.to_owned(),
        ..row
    }
}

fn monthly(values: &[Option<f64>]) -> Vec<FigureRow> {
    let month = |at: usize| format!("{}-{:02}", 2024 + at / 12, at % 12 + 1);
    let rows = values.iter().enumerate();
    rows.map(|(at, value)| FigureRow {
        period: Some(month(at)),
        ..row("count", *value)
    })
    .collect()
}

fn said(rows: &[FigureRow], kind: HeadlineKind) -> Vec<String> {
    let all = headlines(rows, &MeasurePolarity::default()).into_iter();
    let of_kind = all.filter(|headline| headline.kind == kind);
    of_kind.map(|headline| headline.words).collect()
}

#[test]
fn places_are_compared_with_the_whole_by_their_limits() {
    let mut rows = vec![
        area("Ashcombe", Some((1250.0, 1100.5, 1400.0))),
        area("Brackenford", Some((900.0, 800.0, 999.9))),
        area("Carrow Vale", Some((1010.0, 950.0, 1100.0))),
        area("Dunmere", None),
        total(row("per 1000", Some(1000.0))),
    ];
    let found = said(&rows, HeadlineKind::Comparison);
    let expected = "Admissions: higher than the total (1,000) at 95% confidence in Ashcombe (1,250; 95% limits 1,100.5 to 1,400); lower in Brackenford (900; 95% limits 800 to 999.9).";
    assert_eq!(found, [expected]);
    // Their limits touch the whole: nobody differs.
    rows[0].lower_95 = Some(1000.0);
    rows[1].upper_95 = Some(1000.0);
    let found = said(&rows, HeadlineKind::Comparison);
    let expected =
        "Admissions: none of the 3 areas differs from the total (1,000) at 95% confidence.";
    assert_eq!(found, [expected]);
    // Two are named.
    let mut two = vec![rows[0].clone(), rows[1].clone(), rows[4].clone()];
    for row in &mut two {
        row.period = Some("2024-10 to 2026-09".to_owned());
    }
    let expected = "Admissions, October 2024 to September 2026: neither Ashcombe nor Brackenford differs from the total (1,000) at 95% confidence.";
    assert_eq!(said(&two, HeadlineKind::Comparison), [expected]);
    // A whole that is suppressed is no benchmark.
    rows[4] = total(row("per 1000", None));
    assert!(said(&rows, HeadlineKind::Comparison).is_empty());
}

#[test]
fn the_area_of_a_report_is_no_dimension_of_its_figures() {
    let of = |row: FigureRow| FigureRow {
        area: area("Ashcombe", None).area,
        ..row
    };
    let limits = |lower, upper, row| FigureRow {
        lower_95: Some(lower),
        upper_95: Some(upper),
        ..row
    };
    let group = |name: &str, value| group("quintile", name, row("per 1000", Some(value)));
    let rows = [
        of(limits(110.0, 130.0, group("Quintile 1", 120.0))),
        of(limits(90.0, 110.0, group("Quintile 5", 100.0))),
        of(total(row("per 1000", Some(100.0)))),
    ];
    let expected = "Admissions: higher than the total (100) at 95% confidence in Quintile 1 (120; 95% limits 110 to 130).";
    assert_eq!(said(&rows, HeadlineKind::Comparison), [expected]);
}

#[test]
fn the_latest_month_is_compared_with_that_of_a_year_before() {
    let mut values = vec![Some(200.0); 13];
    values[12] = Some(230.0);
    let found = said(&monthly(&values), HeadlineKind::Change);
    let expected = "Admissions: 230 in January 2025, about 15% more than in January 2024 (200).";
    assert_eq!(found, [expected]);
    values[0] = Some(460.0);
    let found = said(&monthly(&values), HeadlineKind::Change);
    let expected = "Admissions: 230 in January 2025, about 50% fewer than in January 2024 (460).";
    assert_eq!(found, [expected]);
    // A suppressed figure, or a small one, is compared with nothing.
    for value in [None, Some(195.0), Some(0.0)] {
        values[0] = value;
        assert!(said(&monthly(&values), HeadlineKind::Change).is_empty());
    }
    // Neither is one that moved by less than 5%.
    let of = |before, now| {
        let mut values = vec![Some(200.0); 13];
        (values[0], values[12]) = (Some(before), Some(now));
        said(&monthly(&values), HeadlineKind::Change)
    };
    assert_eq!(of(400.0, 419.0), Vec::<String>::new());
    let expected = "Admissions: 420 in January 2025, about 5% more than in January 2024 (400).";
    assert_eq!(of(400.0, 420.0), [expected]);
    // The ratio of two percentages, or of two rates, is not what a planner takes it for.
    for unit in ["percent", "per 1000"] {
        let mut rows = monthly(&values);
        for row in &mut rows {
            (row.unit, row.value) = (unit.to_owned(), Some(300.0));
        }
        rows[12].value = Some(600.0);
        assert!(said(&rows, HeadlineKind::Change).is_empty(), "{unit}");
    }
}

#[test]
fn a_held_figure_is_never_news() {
    let day = NaiveDate::from_ymd_opt(2026, 9, 20);
    let mut values = vec![Some(200.0); 13];
    values[12] = Some(230.0);
    let mut rows = monthly(&values);
    rows[0].held_from = day;
    let expected = "Admissions: 230 in January 2025, about 15% more than in January 2024 (200 as published on 20 September 2026).";
    assert_eq!(said(&rows, HeadlineKind::Change), [expected]);
    rows[12].held_from = day;
    assert!(said(&rows, HeadlineKind::Change).is_empty());

    let mut values: Vec<Option<f64>> = (0..15)
        .map(|at| Some(if at % 2 == 0 { 100.0 } else { 110.0 }))
        .collect();
    values[14] = Some(165.0);
    let mut rows = monthly(&values);
    rows[3].held_from = day;
    assert_eq!(said(&rows, HeadlineKind::Signal).len(), 1);
    rows[14].held_from = day;
    assert!(said(&rows, HeadlineKind::Signal).is_empty());

    let mut rows = vec![
        area("Ashcombe", Some((1250.0, 1100.5, 1400.0))),
        area("Brackenford", Some((900.0, 800.0, 999.9))),
        area("Carrow Vale", Some((1010.0, 950.0, 1100.0))),
        total(row("per 1000", Some(1000.0))),
    ];
    rows[0].held_from = day;
    let expected = "Admissions: lower than the total (1,000) at 95% confidence in Brackenford (900; 95% limits 800 to 999.9).";
    assert_eq!(said(&rows, HeadlineKind::Comparison), [expected]);
    let own = FigureRow {
        held_from: day,
        ..total(area("Ashcombe", Some((120.0, 101.0, 140.0))))
    };
    let mut whole = [total(row("per 1000", Some(100.0)))];
    assert!(
        profile(
            std::slice::from_ref(&own),
            &whole,
            &[],
            &MeasurePolarity::default()
        )
        .is_empty()
    );
    // Figures of one date are compared with each other.
    whole[0].held_from = day;
    assert_eq!(
        profile(&[own], &whole, &[], &MeasurePolarity::default()).len(),
        1
    );
    for row in &mut rows {
        row.held_from = day;
    }
    assert!(said(&rows, HeadlineKind::Comparison)[0].contains("in Ashcombe (1,250;"));

    // Groups of one date are compared with each other, those of two are not.
    let of = |name: &str, value| group("ethnic_group", name, row("count", value));
    let mut rows = vec![
        of("White", Some(150.0)),
        of("Mixed", Some(20.0)),
        of("Not known", Some(10.0)),
        total(row("count", Some(180.0))),
    ];
    for row in &mut rows {
        row.held_from = day;
    }
    assert_eq!(said(&rows, HeadlineKind::Largest).len(), 1);
    assert_eq!(quality(&rows)[0].words, "10 of 180 (5.6%)");
    rows[2].held_from = None;
    assert!(said(&rows, HeadlineKind::Largest).is_empty());
    assert_eq!(quality(&rows)[0].words, "10 of 180");
}

#[test]
fn an_area_is_compared_with_the_whole_it_is_a_part_of() {
    let of = |limits| total(area("Ashcombe", Some(limits)));
    let whole = [total(row("per 1000", Some(100.0)))];
    let said = |limits| {
        against(&profile(
            &[of(limits)],
            &whole,
            &[],
            &MeasurePolarity::default(),
        ))
        .unwrap()
        .words
    };
    assert_eq!(
        said((120.0, 101.0, 140.0)),
        "Higher than in the whole area at 95% confidence: Admissions (120; 95% limits 101 to 140; the whole area 100)."
    );
    assert_eq!(
        said((90.0, 80.0, 99.0)),
        "Lower than in the whole area at 95% confidence: Admissions (90; 95% limits 80 to 99; the whole area 100)."
    );
    assert_eq!(
        said((105.0, 90.0, 120.0)),
        "The only indicator does not differ from the whole area at 95% confidence."
    );
    // Without a figure of either there is nothing to compare.
    assert!(
        against(&profile(
            &[total(area("A", None))],
            &whole,
            &[],
            &MeasurePolarity::default()
        ))
        .is_none()
    );
    let whole = [total(row("per 1000", None))];
    assert!(
        profile(
            &[of((120.0, 101.0, 140.0))],
            &whole,
            &[],
            &MeasurePolarity::default()
        )
        .is_empty()
    );
}

#[test]
fn five_years_that_rise_are_a_trend() {
    let of = |first: f64, step: f64| -> Vec<FigureRow> {
        (0..5)
            .map(|at| {
                let value = first + step * f64::from(at);
                let year = format!("20{}/{}", 21 + at, 22 + at);
                FigureRow {
                    period: Some(year),
                    ..area("Ashcombe", Some((value, value - 20.0, value + 20.0)))
                }
            })
            .collect()
    };
    let mut rows = of(300.0, 40.0);
    let expected = "Admissions: up over the last five years, from 300 in 2021/22 to 460 in 2025/26, by more than chance explains.";
    assert_eq!(said(&rows, HeadlineKind::Trend), [expected]);
    let expected = "Admissions: down over the last five years, from 300 in 2021/22 to 140 in 2025/26, by more than chance explains.";
    assert_eq!(said(&of(300.0, -40.0), HeadlineKind::Trend), [expected]);
    let mut held = of(300.0, 40.0);
    held[4].held_from = NaiveDate::from_ymd_opt(2026, 9, 20);
    assert!(said(&held, HeadlineKind::Trend).is_empty());
    assert!(said(&of(300.0, 2.0), HeadlineKind::Trend).is_empty());
    // A year that is missing, or suppressed, ends the series.
    rows[1].period = Some("2019/20".to_owned());
    assert!(said(&rows, HeadlineKind::Trend).is_empty());
    let mut rows = of(300.0, 40.0);
    rows[2] = FigureRow {
        period: rows[2].period.clone(),
        ..area("Ashcombe", None)
    };
    assert!(said(&rows, HeadlineKind::Trend).is_empty());
}

#[test]
fn what_is_worse_is_said_first() {
    let of = |better| -> MeasurePolarity {
        let measure = ("t".to_owned(), "Admissions".to_owned(), better);
        std::iter::once(measure).collect()
    };
    let (more, fewer) = (of(BetterWhen::Higher), of(BetterWhen::Lower));
    let whole = [total(row("per 1000", Some(100.0)))];
    let own = total(area("Ashcombe", Some((120.0, 101.0, 140.0))));
    let against = |polarity: &MeasurePolarity| {
        let lines = profile(std::slice::from_ref(&own), &whole, &[], polarity);
        against(&lines).unwrap().words
    };
    assert_eq!(
        against(&fewer),
        "Worse than in the whole area at 95% confidence: Admissions (120; 95% limits 101 to 140; the whole area 100)."
    );
    assert!(against(&more).starts_with("Better than in the whole area at 95% confidence: "));

    let rows = [
        area("Ashcombe", Some((1250.0, 1100.5, 1400.0))),
        area("Brackenford", Some((900.0, 800.0, 999.9))),
        total(row("per 1000", Some(1000.0))),
    ];
    let compared = |polarity: &MeasurePolarity| {
        let said = headlines(&rows, polarity);
        said.into_iter()
            .find(|h| h.kind == HeadlineKind::Comparison)
            .unwrap()
            .words
    };
    assert_eq!(
        compared(&fewer),
        "Admissions: higher, which is worse, than the total (1,000) at 95% confidence in Ashcombe (1,250; 95% limits 1,100.5 to 1,400); lower, which is better, in Brackenford (900; 95% limits 800 to 999.9)."
    );
    assert!(compared(&more).starts_with(
        "Admissions: lower, which is worse, than the total (1,000) at 95% confidence in Brackenford"
    ));

    let years: Vec<FigureRow> = (0..5)
        .map(|at| {
            let value = 300.0 + 40.0 * f64::from(at);
            FigureRow {
                period: Some(format!("20{}/{}", 21 + at, 22 + at)),
                ..area("Ashcombe", Some((value, value - 20.0, value + 20.0)))
            }
        })
        .collect();
    let said = headlines(&years, &fewer);
    let trend = said.iter().find(|h| h.kind == HeadlineKind::Trend).unwrap();
    assert_eq!(
        trend.words,
        "Admissions: up, which is worse, over the last five years, from 300 in 2021/22 to 460 in 2025/26, by more than chance explains."
    );
    let series: Vec<&FigureRow> = years.iter().collect();
    assert_eq!(RecentTrend::of(&series), Some(RecentTrend::Up));
    assert_eq!(RecentTrend::of(&series[1..]), None);
    let flat: Vec<&FigureRow> = years.iter().collect();
    let same = FigureRow {
        value: years[0].value,
        lower_95: years[0].lower_95,
        upper_95: years[0].upper_95,
        ..years[4].clone()
    };
    let flat = [flat[0], flat[1], flat[2], flat[3], &same];
    assert_eq!(RecentTrend::of(&flat), Some(RecentTrend::Flat));
}

#[test]
fn a_signal_is_said_of_the_latest_month_alone() {
    let mut values: Vec<Option<f64>> = Vec::new();
    for at in 0..15 {
        values.push(Some(if at % 2 == 0 { 100.0 } else { 110.0 }));
    }
    assert!(said(&monthly(&values), HeadlineKind::Signal).is_empty());
    values[14] = Some(165.0);
    let rows = monthly(&values);
    let expected = "Admissions: 165 in March 2025, above the upper process limit; the mean of 15 months is 109. Chance alone seldom explains that.";
    assert_eq!(said(&rows, HeadlineKind::Signal), [expected]);
    let headline = headlines(&rows, &MeasurePolarity::default());
    let headline = headline.iter().find(|h| h.kind == HeadlineKind::Signal);
    assert_eq!(headline.unwrap().cells, rows);
    // Where the latest is suppressed there is no latest figure to speak of.
    values.push(None);
    assert!(said(&monthly(&values), HeadlineKind::Signal).is_empty());
}

#[test]
fn a_signal_is_one_among_the_months_since_a_suppressed_one() {
    let mut values = vec![Some(400.0), Some(300.0), None];
    values.extend((0..15).map(|at| Some(if at % 2 == 0 { 100.0 } else { 110.0 })));
    // Of all shown months the last 15 would be below the mean.
    assert!(said(&monthly(&values), HeadlineKind::Signal).is_empty());
    *values.last_mut().unwrap() = Some(165.0);
    let expected = "Admissions: 165 in June 2025, above the upper process limit; the mean of 15 months is 109. Chance alone seldom explains that.";
    assert_eq!(said(&monthly(&values), HeadlineKind::Signal), [expected]);
    values[12] = None;
    assert!(said(&monthly(&values), HeadlineKind::Signal).is_empty());
}

#[test]
fn a_shift_is_said_as_months_on_one_side_of_the_mean() {
    let mut values: Vec<Option<f64>> = (0..13)
        .map(|at| Some(if at % 2 == 0 { 100.0 } else { 120.0 }))
        .collect();
    values.extend((0..8).map(|at| Some(if at % 2 == 0 { 115.0 } else { 125.0 })));
    let expected = "Admissions: at least seven months to September 2025 are all above the mean, the latest 125; the mean of 21 months is 113. Chance alone seldom explains that.";
    assert_eq!(said(&monthly(&values), HeadlineKind::Signal), [expected]);
}

#[test]
fn a_signal_needs_months_that_vary() {
    let mut values: Vec<Option<f64>> = (0..15)
        .map(|at| Some(if at % 2 == 0 { 100.0 } else { 110.0 }))
        .collect();
    values[14] = Some(165.0);
    // Years and quarters are written with as many characters as months.
    for form in ["/", "-Q"] {
        let mut rows = monthly(&values);
        for (at, row) in rows.iter_mut().enumerate() {
            row.period = Some(match form {
                "/" => format!("20{:02}/{:02}", at + 10, at + 11),
                _ => format!("20{:02}-Q{}", at / 4 + 10, at % 4 + 1),
            });
        }
        assert!(said(&rows, HeadlineKind::Signal).is_empty(), "{form}");
    }
    // A series that stands still and takes one step of rounding.
    let mut flat = vec![Some(100.0); 15];
    flat[14] = Some(105.0);
    assert!(said(&monthly(&flat), HeadlineKind::Signal).is_empty());
    assert!(said(&monthly(&[Some(100.0); 15]), HeadlineKind::Signal).is_empty());
    // Months that rise to the mean from below are no high figure.
    let up = [
        200.0, 190.0, 200.0, 190.0, 200.0, 190.0, 200.0, 190.0, 100.0, 110.0, 120.0, 130.0, 140.0,
        150.0,
    ];
    let mut rising: Vec<Option<f64>> = up.map(Some).to_vec();
    assert!(said(&monthly(&rising), HeadlineKind::Signal).is_empty());
    rising.push(Some(160.0));
    let expected = "Admissions: at least seven months to March 2025 rise without a break, to 160; the mean of 15 months is 165. Chance alone seldom explains that.";
    assert_eq!(said(&monthly(&rising), HeadlineKind::Signal), [expected]);
    // A month that is not there ends the run.
    let mut rows = monthly(&rising);
    rows.remove(11);
    let found = said(&rows, HeadlineKind::Signal);
    assert!(found.iter().all(|s| !s.contains("rise")), "{found:?}");
}

#[test]
fn the_largest_group_is_one_and_never_a_suppressed_one() {
    let of = |name: &str, value| group("ethnic_group", name, row("count", value));
    let mut rows = vec![
        of("White", Some(15_315.0)),
        of("Mixed", None),
        of("Not known", Some(305.0)),
        group("ethnic_group", "White", row("percent", Some(82.5))),
        total(row("count", Some(18_565.0))),
    ];
    let expected = "People by place: the largest group is White, with 15,315 of 18,565 (82.5%).";
    assert_eq!(said(&rows, HeadlineKind::Largest), [expected]);
    let facts = quality(&rows);
    assert_eq!(facts[0].label, "Not known: ethnic group");
    assert_eq!(facts[0].words, "305 of 18,565 (1.6%)");
    assert_eq!(facts[1].words, "1 of 5 figures (20%)");
    // A percentage of something else is no share of the total.
    rows[3].value = Some(12.5);
    let expected = "People by place: the largest group is White, with 15,315 of 18,565.";
    assert_eq!(said(&rows, HeadlineKind::Largest), [expected]);
    // What is suppressed could be larger than all that is shown.
    rows[4].value = Some(40_000.0);
    assert!(said(&rows, HeadlineKind::Largest).is_empty());
    rows[4].value = Some(18_565.0);
    // People of whom nothing is known are no group.
    (rows[0].value, rows[2].value) = (Some(3_000.0), Some(15_315.0));
    assert!(said(&rows, HeadlineKind::Largest).is_empty());
    rows[0].value = Some(15_315.0);
    assert!(said(&rows, HeadlineKind::Largest).is_empty());
    for row in &mut rows[..3] {
        row.value = None;
        row.status = SUPPRESSED.to_owned();
    }
    assert!(said(&rows, HeadlineKind::Largest).is_empty());
}

#[test]
fn parts_of_periods_and_held_figures_are_said() {
    let part = "2026/27 (part: 91 of 365 days)";
    let mut rows = vec![
        group("year", "2025/26", row("count", Some(500.0))),
        group("year", part, row("count", Some(120.0))),
    ];
    let expected = format!(
        "People by place: {part} is not a complete period, so do not compare it with others."
    );
    assert_eq!(said(&rows, HeadlineKind::Incomplete), [expected]);
    assert!(said(&rows, HeadlineKind::Held).is_empty());
    rows[0].held_from = NaiveDate::from_ymd_opt(2026, 9, 20);
    let expected = "1 of 2 counts is held from an earlier release, the earliest of 20 September 2026: a count stays as it was published until its change says nothing about any one person.";
    assert_eq!(said(&rows, HeadlineKind::Held), [expected]);
}

#[test]
fn revised_figures_are_counted() {
    let mut rows = monthly(&[Some(100.0), Some(110.0), Some(120.0)]);
    assert!(said(&rows, HeadlineKind::Revised).is_empty());
    rows[1].flags = "r".to_owned();
    let expected = "1 of 3 figures is revised: it differs from the last published release; the tables mark it with [r].";
    assert_eq!(said(&rows, HeadlineKind::Revised), [expected]);
    rows[2].flags = "r".to_owned();
    let expected = "2 of 3 figures are revised: they differ from the last published release; the tables mark them with [r].";
    assert_eq!(said(&rows, HeadlineKind::Revised), [expected]);
}

#[test]
fn a_year_before_is_named_as_its_period_is() {
    use super::words::year_before;
    let before = |text: &str| year_before(text);
    assert_eq!(before("2026-01").as_deref(), Some("2025-01"));
    assert_eq!(before("2000/01").as_deref(), Some("1999/00"));
    assert_eq!(before("2025/26 Q1").as_deref(), Some("2024/25 Q1"));
    assert_eq!(before("spring"), None);
}

#[test]
fn what_another_table_says_already_is_not_said_again() {
    let groups = |table: &str, largest: f64| {
        let rows = [
            ("0 to 14", 20.0),
            ("15 to 64", largest),
            ("65 and over", 30.0),
        ];
        let rows = rows.map(|(age, value)| group("age", age, row("count", Some(value))));
        let rows = rows
            .into_iter()
            .chain([total(row("count", Some(largest + 50.0)))]);
        rows.map(|row| FigureRow {
            table: table.to_owned(),
            table_title: format!("Attendances by {table}"),
            ..row
        })
        .collect::<Vec<_>>()
    };
    let said = |rows: Vec<FigureRow>| said(&rows, HeadlineKind::Largest).len();
    assert_eq!(
        said([groups("time", 60.0), groups("age", 60.0)].concat()),
        1
    );
    assert_eq!(
        said([groups("time", 60.0), groups("age", 65.0)].concat()),
        2
    );
    // A group that all are in is no largest one.
    let mut all = groups("age", 60.0);
    all[0].value = Some(0.0);
    all[2].value = Some(0.0);
    all[3].value = Some(60.0);
    assert_eq!(said(all), 0);
}

#[test]
fn indicators_that_are_called_alike_name_their_tables() {
    let of = |table: &str, title: &str, area: Option<FigureArea>| FigureRow {
        table: table.to_owned(),
        table_title: title.to_owned(),
        area,
        lower_95: Some(90.0),
        upper_95: Some(96.0),
        ..total(row("percent", Some(95.0)))
    };
    let own = area("Ashcombe", None).area;
    let tables = [
        ("ethnic", "Ethnic group by age"),
        ("outcome", "Outcome by sex"),
    ];
    let rows = |own: &Option<FigureArea>| {
        tables
            .map(|(table, title)| of(table, title, own.clone()))
            .to_vec()
    };
    let labels = |rows: &[FigureRow], whole: &[FigureRow]| {
        let lines = profile(rows, whole, &[], &MeasurePolarity::default());
        lines.into_iter().map(|line| line.label).collect::<Vec<_>>()
    };
    assert_eq!(
        labels(&rows(&own), &rows(&None)),
        [
            "Admissions (Ethnic group by age)",
            "Admissions (Outcome by sex)"
        ]
    );
    assert_eq!(labels(&rows(&own)[..1], &rows(&None)), ["Admissions"]);
}
