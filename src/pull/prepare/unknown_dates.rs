//! Dates that stand for a date that is not known: 1 January 1900, 31 December 9999, and those of years in
//! which nothing of a record can be, as of a slip in the year: 202 for 2026.

use crate::decode::{Decoded, ValueRule, ViewRows, Zone};
use crate::error::{Context, Result};
use crate::pipeline::Dates;
use crate::pull::plan::TablePlan;
use crate::pull::prepare::unknown_values::UnknownValues;
use arrow::array::{Array, ArrayRef, AsArray, Date32Array, RecordBatch, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};
use chrono::Datelike;
use std::ops::RangeInclusive;
use std::sync::Arc;

const DAY: i64 = 86_400_000_000;

/// The first day of 1700 and the last of 2199, in days since 1970-01-01, as of parameters.
const YEARS: RangeInclusive<i32> = -98_615..=84_005;

/// The dates of a source that stand for none.
struct Unknown {
    /// In days since 1970-01-01.
    days: Vec<i32>,
    zone: Zone,
}

/// Makes such dates NULL in all rows of `decoded`, whose tables are `targets` of `tables`, and counts them.
pub(super) fn forget(
    decoded: &mut Decoded,
    targets: &[usize],
    tables: &[TablePlan],
    dates: &Dates,
    values: &mut UnknownValues,
) -> Result<()> {
    let days = dates.unknown_dates.iter();
    let unknown = Unknown {
        days: days.map(|day| day.num_days_from_ce() - 719_163).collect(),
        zone: dates.time_zone,
    };
    for (rows, target) in decoded.tables.iter_mut().zip(targets) {
        unknown.forget_in(rows, *target, &tables[*target], values)?;
    }
    Ok(())
}

impl Unknown {
    fn forget_in(
        &self,
        rows: &mut ViewRows,
        target: usize,
        plan: &TablePlan,
        values: &mut UnknownValues,
    ) -> Result<()> {
        let mut columns = None;
        for (at, column) in rows.batch.columns().iter().enumerate() {
            let Some((known, count)) = self.known(column) else {
                continue;
            };
            let name = plan.columns[at].name.clone();
            *values
                .entry((target, name, ValueRule::UnknownDate))
                .or_default() += count;
            columns.get_or_insert_with(|| rows.batch.columns().to_vec())[at] = known;
        }
        if let Some(columns) = columns {
            rows.batch = RecordBatch::try_new(rows.batch.schema(), columns)
                .data(|| format!("cannot prepare rows of {}", plan.name))?;
        }
        Ok(())
    }

    /// The column without such dates, and how many there were; none when there is none.
    fn known(&self, column: &ArrayRef) -> Option<(ArrayRef, u64)> {
        match column.data_type() {
            DataType::Date32 => {
                let dates = column.as_primitive::<Date32Type>();
                let stands = |day: i32| self.days.contains(&day) || !YEARS.contains(&day);
                let count = dates.iter().flatten().filter(|day| stands(*day)).count();
                let known = || dates.iter().map(|day| day.filter(|day| !stands(*day)));
                (count > 0).then(|| {
                    (
                        Arc::new(known().collect::<Date32Array>()) as _,
                        count as u64,
                    )
                })
            }
            DataType::Timestamp(TimeUnit::Microsecond, None) => {
                let moments = column.as_primitive::<TimestampMicrosecondType>();
                let stands = |moment: i64| self.is_of(moment);
                let count = moments.iter().flatten().filter(|m| stands(*m)).count();
                let known = || moments.iter().map(|m| m.filter(|m| !stands(*m)));
                (count > 0).then(|| {
                    let known: TimestampMicrosecondArray = known().collect();
                    (Arc::new(known) as _, count as u64)
                })
            }
            _ => None,
        }
    }

    /// Whether an instant is of such a day, by the clock of its source or in UTC.
    fn is_of(&self, moment: i64) -> bool {
        let day = moment.div_euclid(DAY);
        if !i32::try_from(day).is_ok_and(|day| YEARS.contains(&day)) {
            return true;
        }
        let near = self
            .days
            .iter()
            .filter(|d| (i64::from(**d) - day).abs() <= 1);
        near.into_iter()
            .any(|d| i64::from(*d) == day || self.zone.day(moment) == Some(*d))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_list_are_forgotten() {
        let dates = Dates::default();
        let days = dates
            .unknown_dates
            .iter()
            .map(|day| day.num_days_from_ce() - 719_163);
        let unknown = Unknown {
            days: days.collect(),
            zone: Zone::default(),
        };
        let day = |text: &str| {
            let day: chrono::NaiveDate = text.parse().unwrap();
            day.num_days_from_ce() - 719_163
        };
        let column: ArrayRef = Arc::new(Date32Array::from(vec![
            Some(day("1900-01-01")),
            Some(day("1900-01-02")),
            None,
            Some(day("9999-12-31")),
        ]));
        let (known, count) = unknown.known(&column).unwrap();
        assert_eq!((known.null_count(), count), (3, 2));
        assert!(known.is_valid(1));
        let years = [
            "1699-12-31",
            "1700-01-01",
            "0202-06-20",
            "2199-12-31",
            "2200-01-01",
        ];
        let years = years.map(|text| Some(day(text)));
        let column: ArrayRef = Arc::new(Date32Array::from(years.to_vec()));
        let (known, count) = unknown.known(&column).unwrap();
        assert_eq!(count, 3);
        assert!(known.is_valid(1) && known.is_valid(3));
        let moments = years.map(|day| day.map(|day| i64::from(day) * DAY + DAY / 2));
        let column: ArrayRef = Arc::new(TimestampMicrosecondArray::from(moments.to_vec()));
        assert_eq!(unknown.known(&column).unwrap().1, 3);
        let moments = [day("9999-12-31"), day("2026-01-05")].map(|d| i64::from(d) * DAY + DAY / 2);
        let column: ArrayRef = Arc::new(TimestampMicrosecondArray::from(moments.to_vec()));
        assert_eq!(unknown.known(&column).unwrap().1, 1);
        let none: ArrayRef = Arc::new(Date32Array::from(vec![day("2026-01-05")]));
        assert!(unknown.known(&none).is_none());
    }
}
