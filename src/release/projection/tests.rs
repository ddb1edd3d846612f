//! Projections of tables whose figures are known.

use super::Projecting;
use super::people::PeopleByAge;
use super::population::{AuthorityYear, PopulationProjection};
use crate::disclosure::Scheme;
use crate::error::Result;
use crate::figures::FigureRow;
use crate::pipeline::AreaLevel;
use crate::release::boundaries::BoundarySet;
use crate::release::frame::{FramePart, Shown};
use crate::release::manifest::FileOptions;
use crate::release::pack_area::PackArea;
use crate::release::render::RenderedFrom;
use crate::release::rendered::Rendered;
use crate::release::tests::sample::{SampleColumn, about, data};
use crate::release::{About, ReportFile};
use std::collections::{BTreeMap, BTreeSet};

const REPORT: &str = r#"
name = "outlook"
title = "Outlook"
description = "What is to come."
audience = "tests"

[[tables]]
id = "by_age"
title = "Contacts by age"
description = "Contacts."
of = "core.contact"
rows = ["age_group"]
totals = true

[tables.dimensions]
age_group = { from = "reference.age_band.broad_age_group", by = "age_band" }

[[tables.measures]]
column = "contacts"
label = "Contacts"
kind = "rows"

[[tables.measures]]
column = "people"
label = "People"
kind = "people"
of = "core.person"

[[tables.measures]]
label = "Contacts per 1,000 people"
kind = "rate"
numerator = "contacts"
denominator = "people"
multiplier = 1000

[[projections]]
id = "projected"
title = "Contacts to come"
description = "Contacts a year."
table = "by_age"
rate = "Contacts per 1,000 people"
label = "Contacts a year"
period = ["period_start", "period_end"]
"#;

fn report(from: &str, to: &str) -> Result<ReportFile> {
    assert!(REPORT.contains(from));
    ReportFile::parse(&REPORT.replace(from, to), "outlook.toml")
}

/// People of two ages in A and B, in two years of two variants.
fn population() -> PopulationProjection {
    let mut people = BTreeMap::new();
    for (variant, more) in [("principal", 0.0), ("high", 100.0)] {
        for (year, old) in [(2026, 500.0), (2036, 1000.0)] {
            for authority in ["A", "B"] {
                let of = AuthorityYear {
                    variant: variant.to_owned(),
                    year,
                    authority: authority.to_owned(),
                };
                let ages = [("0 to 64", 4000.0), ("65 and over", old + more)];
                let ages: PeopleByAge = ages.map(|(age, n)| (age.to_owned(), n)).into();
                people.insert(of, ages);
            }
        }
    }
    PopulationProjection {
        variants: vec!["principal".to_owned(), "high".to_owned()],
        people: [("broad_age_group".to_owned(), people)].into(),
        authorities: ["A", "B"].map(str::to_owned).into(),
        areas: BTreeMap::new(),
    }
}

/// A year of contacts, which ends with the as-of date and not with the period.
fn about_a_year() -> About {
    let mut about = about();
    let days = [("period_start", "2025-04-01"), ("period_end", "2027-03-31")];
    let days = days.map(|(name, day)| (name.to_owned(), day.to_owned()));
    about.parameters.extend(days);
    about
}

fn rendered(contacts: [i64; 3], population: &PopulationProjection) -> Rendered {
    let report = report("outlook", "outlook").unwrap();
    rendered_as(&report, contacts, population)
}

fn rendered_as(
    report: &ReportFile,
    contacts: [i64; 3],
    population: &PopulationProjection,
) -> Rendered {
    let ages = ["0 to 64", "65 and over", "Not known"].map(str::to_owned);
    let data = data(vec![
        ("age_group", SampleColumn::Text(ages.into())),
        ("contacts", SampleColumn::Count(contacts.into())),
        ("people", SampleColumn::Count(vec![8000, 1000, 0])),
    ]);
    let from = RenderedFrom {
        report,
        of_report: &report.name,
        data: &BTreeMap::from([("by_age".to_owned(), data)]),
        scheme: &Scheme::Hes2018,
        about: &about_a_year(),
        options: &FileOptions::default(),
        whole: &[],
        areas: &[],
        before: None,
        boundaries: &BoundarySet::default(),
        population,
    };
    from.all().unwrap()
}

fn projected(rendered: &Rendered) -> Vec<FigureRow> {
    let rows = rendered.figures.rows().unwrap().into_iter();
    rows.filter(|row| row.table == "projected").collect()
}

#[test]
fn rates_are_multiplied_by_projected_people() {
    let about = about_a_year();
    assert_eq!(about.as_of.to_string(), "2026-03-31");
    let rendered = rendered([4000, 2000, 50], &population());
    let rows = projected(&rendered);
    // Half a contact a year of the young and two of the old; the period ends with the as-of date, and a year
    // has 365.25 days.
    let years = 365.0 / 365.25;
    let exact = |old: f64| (8000.0 * 0.5 + old * 2.0) / years;
    let expected = [
        ("2026", "Principal", exact(1000.0)),
        ("2026", "High", exact(1200.0)),
        ("2036", "Principal", exact(2000.0)),
        ("2036", "High", exact(2200.0)),
    ];
    assert_eq!(rows.len(), expected.len());
    for (row, (year, variant, exact)) in rows.iter().zip(expected) {
        assert_eq!(row.breakdown["projected_year"], year);
        assert_eq!(row.breakdown["variant"], variant);
        let value = row.value.unwrap();
        assert!((value - exact).abs() <= 10.0, "{value} {exact}");
        let (lower, upper) = (row.lower_95.unwrap(), row.upper_95.unwrap());
        assert!(
            lower < value - 50.0 && value + 50.0 < upper,
            "{lower} {upper}"
        );
        assert_eq!(row.period, None);
        assert_eq!(row.status, "calculated");
    }
    let notes = &rendered.frames[1].notes;
    let said = |words: &str| notes.iter().any(|note| note.contains(words));
    assert!(said(
        "Events of people whose age is not known are left out: 50."
    ));
    assert!(
        said("events from 1 April 2025 to 31 March 2026"),
        "{notes:?}"
    );
}

#[test]
fn what_hangs_on_a_withheld_age_group_is_withheld() {
    let rows = projected(&rendered([4, 3, 0], &population()));
    assert_eq!(rows.len(), 4);
    assert!(
        rows.iter()
            .all(|row| row.status == "suppressed" && row.value.is_none())
    );
    // Contacts of few people may be any number; of few people it is known how few, which widens the limits.
    let one_group = [4000, 4, 0];
    let rows = projected(&rendered(one_group, &population()));
    assert!(rows.iter().all(|row| row.status == "suppressed"));
    let of_people = report("kind = \"rows\"", "kind = \"people\"").unwrap();
    let rows = projected(&rendered_as(&of_people, one_group, &population()));
    assert!(rows.iter().all(|row| row.value.is_some()), "{rows:?}");
}

#[test]
fn an_age_group_without_a_rate_has_no_projection() {
    let mut population = population();
    for people in population
        .people
        .values_mut()
        .flat_map(BTreeMap::values_mut)
    {
        people.insert("90 and over".to_owned(), 5.0);
    }
    let rows = projected(&rendered([4000, 2000, 0], &population));
    assert!(rows.iter().all(|row| row.status == "not applicable"));
}

#[test]
fn a_variant_that_lacks_a_local_authority_in_a_year_is_an_error() {
    let mut population = population();
    let of = AuthorityYear {
        variant: "high".to_owned(),
        year: 2036,
        authority: "B".to_owned(),
    };
    let groups = population.people.values_mut();
    assert_eq!(groups.filter_map(|people| people.remove(&of)).count(), 1);
    let e = population.of("broad_age_group", None).unwrap_err();
    let said = "it lacks B in 2036 of the variant high, and has other local authorities";
    assert!(e.to_string().contains(said), "{e}");
}

#[test]
fn areas_of_whole_local_authorities_have_their_people() {
    let mut population = population();
    let place = (AreaLevel::Place, "P1".to_owned());
    population
        .areas
        .insert(place, BTreeSet::from(["A".to_owned()]));
    let area = |code: &str| PackArea {
        level: AreaLevel::Place,
        code: code.to_owned(),
        name: code.to_owned(),
    };
    let of = |code| population.of("broad_age_group", Some(&area(code))).unwrap();
    let people = of("P1").unwrap();
    assert_eq!(
        people.people[&("principal".to_owned(), 2036)]["65 and over"],
        1000.0
    );
    assert!(people.without.is_empty());
    assert_eq!(of("P2"), None);
    // Without the projection of one of them, the report says whose people are missing.
    let mut of_one = super::tests::population();
    for people in of_one.people.values_mut() {
        people.retain(|of, _| of.authority == "A");
    }
    let people = of_one.of("broad_age_group", None).unwrap().unwrap();
    assert_eq!(people.without, ["B"]);
    assert_eq!(
        people.people[&("principal".to_owned(), 2036)]["65 and over"],
        1000.0
    );
}

#[test]
fn the_report_of_an_area_projects_its_own_people() {
    let mut population = population();
    let place = (AreaLevel::Place, "P1".to_owned());
    population
        .areas
        .insert(place, BTreeSet::from(["A".to_owned()]));
    let report = report("outlook", "outlook").unwrap();
    let frames = rendered([4000, 2000, 0], &population).frames;
    let about = about_a_year();
    let projecting = Projecting {
        population: &population,
        scheme: &Scheme::Hes2018,
        about: &about,
    };
    let of = |code: &str| {
        let area = PackArea {
            level: AreaLevel::Place,
            code: code.to_owned(),
            name: code.to_owned(),
        };
        let mut frames = vec![frames[0].clone()];
        let specs = &report.projections;
        let not_made = projecting.add(specs, &report.tables, Some(&area), &mut frames);
        let not_made = not_made.unwrap().without_people.len();
        (frames, not_made)
    };
    let (frames, not_made) = of("P1");
    assert_eq!(not_made, 0);
    // 4,000 people with half a contact, and 500 with two, in a year of 365 days.
    let Shown::Decimal(first) = frames[1].cell(0, 0, 0).shown(FramePart::Value) else {
        panic!("no figure");
    };
    assert!((first - 3000.0 * 365.25 / 365.0).abs() <= 10.0, "{first}");
    let (frames, not_made) = of("P2");
    assert_eq!((frames.len(), not_made), (1, 1));
}

#[test]
fn projections_of_other_tables_are_refused() {
    for (from, to, said) in [
        (
            "table = \"by_age\"",
            "table = \"by_sex\"",
            "`by_sex` is not a table",
        ),
        (
            "rate = \"Contacts per",
            "rate = \"Contact per",
            "is not a measure of kind \"rate\"",
        ),
        (
            "totals = true",
            "totals = false",
            "does not show its row of totals",
        ),
        (
            "broad_age_group\", by = \"age_band\"",
            "age_label\", by = \"age\"",
            "is not by age alone",
        ),
        (
            "id = \"projected\"",
            "id = \"by_age\"",
            "two tables have the id `by_age`",
        ),
        (
            "id = \"projected\"",
            "id = \"../x\"",
            "cannot be in a file name",
        ),
        (
            "title = \"Contacts to come\"",
            "title = \"943 476 5919\"",
            "somebody's number",
        ),
    ] {
        let error = report(from, to).unwrap_err().to_string();
        assert!(error.contains(said), "{to}: {error}");
    }
}
