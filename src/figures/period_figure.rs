//! The figures of periods, which later releases may revise.

use super::frame::Figures;
use crate::error::{Context, Result};
use polars::prelude::{IntoColumn, NamedFrom, PolarsResult, Series};

/// The flag of a revised figure.
const REVISED: &str = "r";

/// What names a figure of a period within its table, as a digest: releases of years have millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PeriodKey([u8; 32]);

/// A figure of a period, as far as it is compared with another of the same name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PeriodFigure {
    /// The report.
    pub report: String,
    /// The table.
    pub table: String,
    /// Its name within the table.
    pub key: PeriodKey,
    /// Its place in the frame.
    pub at: usize,
    /// Its unit.
    pub unit: String,
    /// The figure; None where none is shown.
    pub value: Option<f64>,
    /// Whether it is that of an earlier release.
    pub is_held: bool,
}

impl PeriodKey {
    fn of(parts: [Option<&str>; 5]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            hasher.update(&length.to_le_bytes());
            hasher.update(part.unwrap_or_default().as_bytes());
        }
        PeriodKey(*hasher.finalize().as_bytes())
    }
}

impl PeriodFigure {
    /// Whether it is another value than readers have for its period. A figure that one of the two
    /// withholds, or that is of another unit, is no revision; nor is one of an earlier day.
    pub(crate) fn revises(&self, unit: &str, value: Option<f64>) -> bool {
        let values = self.value.zip(value);
        !self.is_held && self.unit == unit && values.is_some_and(|(now, before)| now != before)
    }
}

impl Figures {
    /// Those that are of a period: any other is of the day of its release, and is never revised.
    ///
    /// # Errors
    /// Data, when they cannot be read.
    pub(crate) fn of_periods(&self) -> Result<Vec<PeriodFigure>> {
        self.periods().data(|| "cannot read figures")
    }

    fn periods(&self) -> PolarsResult<Vec<PeriodFigure>> {
        let frame = self.frame();
        let text = |name: &str| frame.column(name)?.str();
        let (report, table) = (text("report")?, text("table")?);
        let (level, area) = (text("area_level")?, text("area_name")?);
        let (period, breakdown) = (text("period")?, text("breakdown")?);
        let (measure, unit) = (text("measure")?, text("unit")?);
        let (value, held) = (frame.column("value")?.f64()?, frame.column("held_from")?);
        let held = held.is_not_null();
        let of = |at: usize| {
            let key = [level.get(at), area.get(at), Some(period.get(at)?)];
            let [level, area, period] = key;
            let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
            Some(PeriodFigure {
                report: owned(report.get(at)),
                table: owned(table.get(at)),
                key: PeriodKey::of([level, area, period, breakdown.get(at), measure.get(at)]),
                at,
                unit: owned(unit.get(at)),
                value: value.get(at),
                is_held: held.get(at).unwrap_or_default(),
            })
        };
        Ok((0..frame.height()).filter_map(of).collect())
    }

    /// The same figures, those at these places, in ascending order, flagged as revised.
    ///
    /// # Errors
    /// Data, when they cannot be flagged.
    pub(crate) fn flagged_revised(&self, places: &[usize]) -> Result<Self> {
        let failed = || "cannot mark figures as revised";
        let flags = self.frame().column("flags").data(failed)?;
        let flags = flags.str().data(failed)?;
        let is_revised = |at: usize| places.binary_search(&at).is_ok();
        let flags: Vec<String> = (0..self.frame().height())
            .map(
                |at| match (is_revised(at), flags.get(at).unwrap_or_default()) {
                    (true, flags) => format!("{REVISED}{flags}"),
                    (false, flags) => flags.to_owned(),
                },
            )
            .collect();
        let mut frame = self.frame().clone();
        let flags = Series::new("flags".into(), flags).into_column();
        frame.with_column(flags).data(failed)?;
        Figures::of(frame)
    }
}
