//! From a released table of rates by age to the released frame of a projection.

use super::people::{PeopleByAge, ProjectedPeople};
use super::population::PopulationProjection;
use super::source::{ages, source};
use super::spec::ProjectionSpec;
use crate::capital::capital;
use crate::disclosure::{Figure, Released, Scheme, StandardBand, standardised};
use crate::error::{Error, Result};
use crate::release::about::{About, long_date};
use crate::release::dimension::NOT_KNOWN;
use crate::release::frame::{Cell, Frame, FrameMeasure, FramePart, Group, Row, Shown, Unit};
use crate::release::number::thousands;
use crate::release::pack_area::PackArea;
use crate::release::pivot::words;
use crate::release::proof::Lists;
use crate::release::report_file::{Measure, MeasureKind, ReportTable};
use crate::release::table_data::Label;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The columns of a projection: it is by year, and across by the variants of the population projection. A
/// year to come is no period: nothing was observed in it, so that it is neither a trend nor revised.
const YEAR: &str = "projected_year";
const VARIANT: &str = "variant";

/// The mean length of a year in days.
const DAYS: f64 = 365.25;

/// What projections are made with.
#[derive(Clone, Copy)]
pub(in crate::release) struct Projecting<'a> {
    pub population: &'a PopulationProjection,
    pub scheme: &'a Scheme,
    pub about: &'a About,
}

/// The titles of projections that a report does not have.
#[derive(Debug, Default)]
pub(in crate::release) struct NotProjected<'a> {
    /// Of the area there is no published projection of people.
    pub without_people: Vec<&'a str>,
    /// All of their figures are withheld in the report of the area.
    pub withheld: Vec<&'a str>,
}

impl Projecting<'_> {
    /// Adds the projections of a report, or of an area, to the released frames of its tables; gives those
    /// that are not made.
    ///
    /// # Errors
    /// Usage, when the period is none; data, when the published projection is not whole.
    pub(in crate::release) fn add<'b>(
        &self,
        specs: &'b [ProjectionSpec],
        tables: &[ReportTable],
        area: Option<&PackArea>,
        frames: &mut Vec<Frame>,
    ) -> Result<NotProjected<'b>> {
        let mut not_made = NotProjected::default();
        for spec in specs {
            // A table that is left out is named with its reason, and nothing is projected from it.
            let frame = frames.iter().find(|frame| frame.id == spec.table);
            let Some((source, (table, rate))) = frame.zip(source(spec, tables)) else {
                continue;
            };
            let group = ages(table).unwrap_or_default();
            let Some(people) = self.population.of(group, area)? else {
                not_made.without_people.push(spec.title.as_str());
                continue;
            };
            let made = ProjectedTable {
                spec,
                source,
                rate,
                of_rows: is_of_rows(table, rate),
                people: &people,
                scheme: self.scheme,
                period: EventPeriod::of(spec, self.about)?,
            };
            let frame = made.frame(frames.len() + 1);
            let is_shown = |cell: &Cell| matches!(cell.shown(FramePart::Value), Shown::Decimal(_));
            match area.is_some() && !frame.cells.iter().any(is_shown) {
                true => not_made.withheld.push(spec.title.as_str()),
                false => frames.push(frame),
            }
        }
        Ok(not_made)
    }
}

/// The labels that a projection may have: its years and variants.
pub(in crate::release) fn lists(frame: &Frame) -> Lists {
    let years = frame.rows.iter().flat_map(|row| &row.labels);
    let variants = frame.groups.iter().filter_map(|group| group.label.as_ref());
    let values = |labels: &mut dyn Iterator<Item = &Label>| -> BTreeSet<String> {
        labels.map(|label| label.value.clone()).collect()
    };
    Lists::from([
        (YEAR.to_owned(), values(&mut years.into_iter())),
        (VARIANT.to_owned(), values(&mut variants.into_iter())),
    ])
}

fn is_of_rows(table: &ReportTable, rate: &Measure) -> bool {
    let mut counts = table.counts();
    let events = counts.find(|(name, _)| Some(*name) == rate.numerator.as_deref());
    events.is_some_and(|(_, count)| count.kind == MeasureKind::Rows)
}

/// The days that events are of.
#[derive(Debug, Clone, Copy)]
struct EventPeriod {
    first: NaiveDate,
    last: NaiveDate,
}

impl EventPeriod {
    /// The period of a projection, which ends with the day that figures describe.
    fn of(spec: &ProjectionSpec, about: &About) -> Result<Self> {
        let day = |name: &String| {
            let value = about.parameters.get(name);
            let day = value.and_then(|value| value.parse::<NaiveDate>().ok());
            day.ok_or_else(|| {
                Error::usage(format!("projection `{}`: the parameter {name} is no day", spec.id))
                    .hint("name the two parameters of [parameters] that are the first and the last day of the events: period = [\"period_start\", \"period_end\"]")
            })
        };
        let [first, last] = &spec.period;
        let period = EventPeriod {
            first: day(first)?,
            last: day(last)?.min(about.as_of),
        };
        match period.first <= period.last {
            true => Ok(period),
            false => Err(Error::usage(format!(
                "projection `{}`: its period ends before it begins",
                spec.id
            ))),
        }
    }

    fn years(self) -> f64 {
        let days = (self.last - self.first).num_days() + 1;
        #[allow(clippy::cast_precision_loss)] // days of some years
        let days = days as f64;
        days / DAYS
    }
}

/// A projection and what it is made from.
struct ProjectedTable<'a> {
    spec: &'a ProjectionSpec,
    source: &'a Frame,
    rate: &'a Measure,
    of_rows: bool,
    people: &'a ProjectedPeople,
    scheme: &'a Scheme,
    period: EventPeriod,
}

/// The released counts of an age group.
struct AgeGroup<'a> {
    label: &'a str,
    events: Released,
    people: Released,
}

impl ProjectedTable<'_> {
    fn frame(&self, number: usize) -> Frame {
        let years = self.people.years();
        let variants = &self.people.variants;
        let cells = years.iter().flat_map(|year| {
            let of_year = variants.iter().map(|variant| (variant.clone(), *year));
            of_year.map(|of| self.people.people.get(&of))
        });
        let cells: Vec<Cell> = cells
            .map(|people| Cell::Figure(people.map_or(Figure::NotApplicable, |p| self.figure(p))))
            .collect();
        let held = self.held();
        Frame {
            id: self.spec.id.clone(),
            area: self.source.area.clone(),
            own_area: None,
            number,
            title: self.spec.title.clone(),
            description: words(&self.spec.description),
            notes: self.notes(),
            conditions: Vec::new(),
            row_dimensions: vec![(YEAR.to_owned(), "Projected year".to_owned())],
            across: Some((VARIANT.to_owned(), "Population projection".to_owned())),
            rows: years
                .iter()
                .map(|year| Row {
                    labels: vec![Label::new(year.to_string())],
                    is_total: false,
                })
                .collect(),
            groups: variants
                .iter()
                .map(|variant| Group {
                    label: Some(Label::new(capital(variant))),
                    is_total: false,
                })
                .collect(),
            measures: vec![FrameMeasure {
                column: None,
                counted: None,
                label: self.spec.label.clone(),
                unit: Unit::Projected,
                has_limits: true,
                better: None,
            }],
            held: cells
                .iter()
                .map(|cell| held.filter(|_| matches!(cell, Cell::Figure(Figure::Value(_)))))
                .collect(),
            cells,
            revised: Vec::new(),
        }
    }

    /// The demand of a year with these people: released rates by age, weighed by them. It is a directly
    /// standardised figure of which they are the standard, with its limits and its rules of withholding.
    fn figure(&self, people: &PeopleByAge) -> Figure {
        let groups = self.groups();
        let is_rated = |(age, people): (&String, &f64)| {
            *people == 0.0 || groups.iter().any(|group| group.label == age.as_str())
        };
        let (Some(totals), true) = (self.totals(), people.iter().all(is_rated)) else {
            return Figure::NotApplicable;
        };
        let bands = groups.iter().map(|group| {
            Some(StandardBand {
                weight: *people.get(group.label)?,
                events: group.events,
                people: group.people,
            })
        });
        let Some(bands) = bands.collect::<Option<Vec<StandardBand>>>() else {
            return Figure::NotApplicable;
        };
        let all: f64 = bands.iter().map(|band| band.weight).sum();
        match all > 0.0 {
            true => standardised(
                self.scheme,
                totals,
                &bands,
                self.of_rows,
                all / self.period.years(),
            ),
            false => Figure::NotApplicable,
        }
    }

    /// The age groups of the table that are known.
    fn groups(&self) -> Vec<AgeGroup<'_>> {
        let rows = self.source.rows.iter().enumerate();
        let groups = rows.filter_map(|(row, of)| {
            let label = of.labels.first()?.value.as_str();
            let (events, people) = self.counts(row)?;
            (!of.is_total && label != NOT_KNOWN).then_some(AgeGroup {
                label,
                events,
                people,
            })
        });
        groups.collect()
    }

    fn totals(&self) -> Option<(Released, Released)> {
        let total = self.source.rows.iter().position(|row| row.is_total)?;
        self.counts(total)
    }

    /// Events and people of a row.
    fn counts(&self, row: usize) -> Option<(Released, Released)> {
        let events = self.count(row, self.rate.numerator.as_deref()?)?;
        Some((events, self.count(row, self.rate.denominator.as_deref()?)?))
    }

    fn count(&self, row: usize, name: &str) -> Option<Released> {
        match self.source.cell(row, 0, self.column(name)?) {
            Cell::Count(count) => Some(count),
            Cell::Figure(_) => None,
        }
    }

    fn column(&self, name: &str) -> Option<usize> {
        let mut measures = self.source.measures.iter();
        measures.position(|measure| measure.column.as_deref() == Some(name))
    }

    /// The earliest date of the counts that figures are made from, where one is held.
    fn held(&self) -> Option<NaiveDate> {
        let counts = [&self.rate.numerator, &self.rate.denominator];
        let columns: Vec<usize> = counts
            .into_iter()
            .filter_map(|name| self.column(name.as_deref()?))
            .collect();
        let rows = 0..self.source.rows.len();
        let dates = rows.flat_map(|row| {
            let dates = columns.iter();
            dates.filter_map(move |column| self.source.held(row, 0, *column))
        });
        dates.min()
    }

    fn notes(&self) -> Vec<String> {
        let (first, last) = (long_date(self.period.first), long_date(self.period.last));
        let mut notes = vec![
            format!(
                "Each figure is the sum over age groups of the released rate of table {} (events from {first} to {last}, as so many a year) multiplied by the people whom the published projection expects. Use at each age is taken to stay as it is: it is no forecast.",
                self.source.number
            ),
            "Limits are 95% limits of the rates alone (Dobson's method). How sure the published projection is, its variants show.".to_owned(),
        ];
        notes.extend(self.without_age());
        if !self.people.without.is_empty() {
            notes.push(format!(
                "No projection is published of {}: people who live there are not in the projected people.",
                self.people.without.join(", ")
            ));
        }
        notes.extend(self.spec.notes.iter().map(|note| words(note)));
        notes
    }

    /// What is said of events of people whose age is not known: they have no rate by age.
    fn without_age(&self) -> Option<String> {
        let mut rows = self.source.rows.iter();
        let row = rows.position(|row| row.labels.first().is_some_and(|l| l.value == NOT_KNOWN))?;
        let events = self.count(row, self.rate.numerator.as_deref()?)?;
        match events.count() {
            Some(0) => None,
            Some(count) => Some(format!(
                "Events of people whose age is not known are left out: {}.",
                thousands(count)
            )),
            None => Some("Events of people whose age is not known are left out.".to_owned()),
        }
    }
}
