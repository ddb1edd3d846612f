//! Figures of a cell that are made from released counts which the table does not show: by age group, of the
//! whole, and of each quantile of deprivation.

use super::counted::{CellFigures, PlacedFigure, TablePlace};
use super::report_file::{Measure, MeasureKind, ReportTable};
use super::table_data::TableData;
use crate::disclosure::{
    AmountBand, Figure, LifeBand, LifeQuestion, RatedQuantile, ReferenceBand, Released, Scheme,
    StandardBand, indirectly_standardised, life_expectancy, percentile, rate, relative_index,
    slope_index, standardised,
};
use chrono::{Datelike, NaiveDate};

/// What figures of a measure are made from.
pub(super) struct StandardisedMeasure<'a> {
    pub measure: &'a Measure,
    pub table: &'a ReportTable,
    pub data: &'a TableData,
    pub scheme: &'a Scheme,
}

impl StandardisedMeasure<'_> {
    /// The figure of a place. `quantiles` are the places of its quantiles, from the most deprived on; none
    /// for a place that has none.
    pub(super) fn figure(&self, place: &TablePlace, quantiles: Option<&[TablePlace]>) -> Figure {
        let figure = match (self.measure.kind, quantiles) {
            (MeasureKind::Dsr, _) => self.rate(place, self.multiplier()),
            (MeasureKind::Isr, _) => self.ratio(place),
            (MeasureKind::Percentile, _) => self.percentile(place),
            (MeasureKind::LifeExpectancy, _) => self.life_expectancy(place),
            (MeasureKind::Sii, Some(quantiles)) => {
                let rated = self.rated(quantiles);
                rated.map(|rated| slope_index(&rated))
            }
            (MeasureKind::Rii, Some(quantiles)) => {
                let rated = self.rated(quantiles);
                rated.map(|rated| relative_index(&rated, self.multiplier()))
            }
            _ => None,
        };
        figure.unwrap_or(Figure::NotApplicable)
    }

    /// The earliest date of the counts that a figure is made from, where one is held.
    pub(super) fn held(
        &self,
        place: &TablePlace,
        quantiles: Option<&[TablePlace]>,
    ) -> Option<NaiveDate> {
        let both = |place: &TablePlace, of: &CellFigures| {
            let ages = self.data.standard.iter().map(|(age, _)| age);
            let bands = self.data.amounts.iter().map(|band| &band.label);
            let groups = ages.chain(bands).filter(|_| self.measure.by.is_some());
            let groups = groups.map(|group| Some(group.as_str()));
            let groups: Vec<Option<&str>> = groups.chain([None]).collect();
            let Measure {
                numerator,
                denominator,
                column,
                ..
            } = self.measure;
            let dates = groups.iter().flat_map(|group| {
                [numerator, denominator, column]
                    .map(|count| of.of_group(count.as_deref()?, place, *group)?.since)
            });
            dates.flatten().min()
        };
        let figures = &self.data.figures;
        match (self.measure.kind, quantiles) {
            (MeasureKind::Isr, _) => {
                let of_whole = both(&self.reference(place), &figures.of_whole());
                both(place, figures).into_iter().chain(of_whole).min()
            }
            (MeasureKind::Sii | MeasureKind::Rii, quantiles) => {
                let quantiles = quantiles.unwrap_or_default().iter();
                quantiles.filter_map(|place| both(place, figures)).min()
            }
            _ => both(place, figures),
        }
    }

    fn multiplier(&self) -> f64 {
        f64::from(self.measure.multiplier.unwrap_or(1))
    }

    fn events(&self, of: &CellFigures, place: &TablePlace, age: Option<&str>) -> Option<Released> {
        released(of.of_group(self.measure.numerator.as_deref()?, place, age))
    }

    fn people(&self, of: &CellFigures, place: &TablePlace, age: Option<&str>) -> Option<Released> {
        released(of.of_group(self.measure.denominator.as_deref()?, place, age))
    }

    /// The rate of a place, directly standardised for age.
    fn rate(&self, place: &TablePlace, multiplier: f64) -> Option<Figure> {
        let own = &self.data.figures;
        let bands = self.data.standard.iter().map(|(age, weight)| {
            Some(StandardBand {
                weight: *weight,
                events: self.events(own, place, Some(age))?,
                people: self.people(own, place, Some(age))?,
            })
        });
        let bands: Vec<StandardBand> = bands.collect::<Option<_>>()?;
        let totals = (
            self.events(own, place, None)?,
            self.people(own, place, None)?,
        );
        Some(standardised(
            self.scheme,
            totals,
            &bands,
            self.is_of_rows(),
            multiplier,
        ))
    }

    /// The ratio of a place, indirectly standardised for age: its reference is the row of totals of the
    /// same column, of the whole in the report of an area too.
    fn ratio(&self, place: &TablePlace) -> Option<Figure> {
        let (own, whole) = (&self.data.figures, self.data.figures.of_whole());
        let reference = self.reference(place);
        let bands = self.data.standard.iter().map(|(age, _)| {
            Some(ReferenceBand {
                people: self.people(own, place, Some(age))?,
                events: self.events(&whole, &reference, Some(age))?,
                of: self.people(&whole, &reference, Some(age))?,
            })
        });
        let bands: Vec<ReferenceBand> = bands.collect::<Option<_>>()?;
        let observed = self.events(own, place, None)?;
        let multiplier = self.multiplier();
        Some(indirectly_standardised(
            self.scheme,
            observed,
            &bands,
            multiplier,
        ))
    }

    /// The life expectancy of a place, from its deaths and people by age band.
    fn life_expectancy(&self, place: &TablePlace) -> Option<Figure> {
        let own = &self.data.figures;
        let bands = self.data.amounts.iter().map(|band| {
            Some(LifeBand {
                people: self.people(own, place, Some(&band.label))?,
                deaths: self.events(own, place, Some(&band.label))?,
            })
        });
        let bands: Vec<LifeBand> = bands.collect::<Option<_>>()?;
        let of = LifeQuestion {
            age: self.measure.age.unwrap_or(0),
            years: self.years(place)?,
            of_rows: self.is_of_rows(),
        };
        Some(life_expectancy(self.scheme, &bands, of))
    }

    /// How many years the deaths of a place are of, as its value across says; None for all of them together.
    fn years(&self, place: &TablePlace) -> Option<u8> {
        match self.table.across {
            Some(_) => years_of(place.get(self.table.rows.len())?.as_deref()?),
            None => Some(1),
        }
    }

    /// Whether the events are counted as rows.
    fn is_of_rows(&self) -> bool {
        let mut counts = self.table.counts();
        let events = counts.find(|(name, _)| Some(*name) == self.measure.numerator.as_deref());
        events.is_some_and(|(_, count)| count.kind == MeasureKind::Rows)
    }

    /// The percentile of a place, from its rows by band of the amount.
    fn percentile(&self, place: &TablePlace) -> Option<Figure> {
        let rows = |group: Option<&str>| {
            let column = self.measure.column.as_deref()?;
            released(self.data.figures.of_group(column, place, group))
        };
        let bands = self.data.amounts.iter().map(|band| {
            Some(AmountBand {
                at_least: band.at_least,
                below: band.below,
                count: rows(Some(&band.label))?,
            })
        });
        let bands: Vec<AmountBand> = bands.collect::<Option<_>>()?;
        let percent = self.measure.percent?;
        Some(percentile(self.scheme, rows(None)?, &bands, percent))
    }

    fn reference(&self, place: &TablePlace) -> TablePlace {
        let rows = self.table.rows.len();
        let values = place.iter().enumerate();
        values
            .map(|(at, value)| value.clone().filter(|_| at >= rows))
            .collect()
    }

    /// The rates of quantiles: standardised for age where the measure says by what.
    fn rated(&self, quantiles: &[TablePlace]) -> Option<Vec<RatedQuantile>> {
        let own = &self.data.figures;
        let rated = quantiles.iter().map(|place| {
            let (events, people) = (
                self.events(own, place, None)?,
                self.people(own, place, None)?,
            );
            let multiplier = match self.measure.kind {
                MeasureKind::Sii => self.multiplier(),
                // A ratio is the same whatever its rates are per; of small ones the digits would go.
                _ => RATES_PER,
            };
            let rate = match self.measure.by.is_some() {
                true => self.rate(place, multiplier)?,
                false => rate(self.scheme, events, people, multiplier),
            };
            Some(RatedQuantile {
                rate,
                events,
                people,
            })
        });
        rated.collect()
    }
}

/// How many years the months of a period are: 3 of *2023-10 to 2026-09*. None where they are no whole years.
pub(super) fn years_of(period: &str) -> Option<u8> {
    let month = |text: &str| -> Option<i32> {
        let day = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?;
        Some(day.year() * 12 + day.month0().cast_signed())
    };
    let (first, last) = period.split_once(" to ")?;
    let months = month(last)? - month(first)? + 1;
    let years = u8::try_from(months / 12).ok()?;
    (months % 12 == 0 && years > 0).then_some(years)
}

/// Per how many the rates of a relative index are.
const RATES_PER: f64 = 100_000.0;

fn released(placed: Option<PlacedFigure>) -> Option<Released> {
    placed.map(|placed| placed.figure)
}
