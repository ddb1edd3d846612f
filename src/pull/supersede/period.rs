//! Extracts of a period, where columns say which: the latest extract that has rows of a period takes
//! the place of all others.

use super::extract_columns::ExtractColumns;
use crate::decode::Zone;
use crate::error::{Context, Result};
use crate::pipeline::PeriodLength;
use crate::pull::plan::{PullPlan, SourcePlan, TablePlan};
use crate::pull::spool::{Filter, Spool};
use crate::pull::version::{EXTRACT_FILE, EXTRACT_ORDER, without_line};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::{Datelike, NaiveDate};
use std::cell::RefCell;
use std::collections::HashMap;

/// An extract: when it was made, then its file.
type MadeExtract = (i64, Option<i64>);

/// A period, and an organisation, of the source of this number.
type SourcePeriod = (usize, Vec<String>);

/// The extract that counts of each period that came in a table.
pub(super) struct Periods<'a> {
    sources: &'a [SourcePlan],
    tables: &'a [TablePlan],
    table: usize,
    latest: HashMap<SourcePeriod, MadeExtract>,
}

impl<'a> Periods<'a> {
    /// Those of the new rows of a table.
    pub(super) fn of_new(plan: &'a PullPlan, spool: &Spool, table: usize) -> Result<Self> {
        let mut periods = Periods {
            sources: &plan.sources,
            tables: &plan.tables,
            table,
            latest: HashMap::new(),
        };
        if periods.sources().next().is_none() {
            return Ok(periods);
        }
        let latest = RefCell::new(HashMap::new());
        let wanted = |rows: &RecordBatch| {
            let latest = &mut *latest.borrow_mut();
            periods.each(rows, |_, period, extract| note(latest, period, extract))?;
            Ok(false)
        };
        let names = periods.names();
        let look = Filter {
            columns: &names,
            wanted: &wanted,
        };
        for shard in spool.shards(table) {
            spool.take_some(table, shard, &look)?;
        }
        periods.latest = latest.into_inner();
        Ok(periods)
    }

    /// Whether no period came.
    pub(super) fn is_empty(&self) -> bool {
        self.latest.is_empty()
    }

    /// The sources that fill the table with periods.
    fn sources(&self) -> impl Iterator<Item = (usize, &'a SourcePlan)> {
        let sources = self.sources.iter().enumerate();
        let (table, plan) = (self.table, &self.tables[self.table]);
        sources.filter(move |(_, source)| {
            let period = &source.extracts.period;
            source.fills(table) && !period.is_empty() && plan.has_all(period)
        })
    }

    /// The columns that are looked at.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let mut names = vec!["source", "record_key", EXTRACT_FILE, EXTRACT_ORDER];
        names.extend(self.sources().flat_map(|(_, source)| {
            let period = source.extracts.period.iter();
            period.map(String::as_str)
        }));
        names
    }

    /// Takes in stored rows of the periods that came.
    pub(super) fn learn_stored(&mut self, rows: &RecordBatch) -> Result<()> {
        let mut stored = Vec::new();
        self.each(rows, |_, period, extract| {
            if self
                .latest
                .get(&period)
                .is_some_and(|known| *known < extract)
            {
                stored.push((period, extract));
            }
        })?;
        for (period, extract) in stored {
            note(&mut self.latest, period, extract);
        }
        Ok(())
    }

    /// The rows of a period of which another extract counts, ascending.
    pub(super) fn outdated(&self, rows: &RecordBatch) -> Result<Vec<usize>> {
        let mut outdated = Vec::new();
        self.each(rows, |row, period, extract| {
            // Of one file two readings are one extract.
            let later = |known: &MadeExtract| known.1 != extract.1;
            if self.latest.get(&period).is_some_and(later) {
                outdated.push(row);
            }
        })?;
        outdated.sort_unstable();
        Ok(outdated)
    }

    /// Takes rows out of the spool of which another extract counts.
    pub(super) fn leave_spool(&self, spool: &Spool) -> Result<()> {
        let wanted = |rows: &RecordBatch| Ok(!self.outdated(rows)?.is_empty());
        let names = self.names();
        let look = Filter {
            columns: &names,
            wanted: &wanted,
        };
        if self.is_empty() {
            return Ok(());
        }
        for shard in spool.shards(self.table) {
            for part in spool.take_some(self.table, shard, &look)? {
                let rows = part.batch;
                let outdated = self.outdated(&rows)?;
                let stays: BooleanArray = (0..rows.num_rows())
                    .map(|row| Some(outdated.binary_search(&row).is_err()))
                    .collect();
                let rows = filter_record_batch(&rows, &stays);
                let rows = rows.data(|| "cannot leave out rows of an earlier extract")?;
                if rows.num_rows() > 0 {
                    spool.add(self.table, rows)?;
                }
            }
        }
        Ok(())
    }

    /// Shows the period and the extract of each row that has one.
    fn each(
        &self,
        rows: &RecordBatch,
        mut show: impl FnMut(usize, SourcePeriod, MadeExtract),
    ) -> Result<()> {
        let extracts = ExtractColumns::of(rows)?;
        for (index, source) in self.sources() {
            let mut columns = Vec::new();
            for name in &source.extracts.period {
                let column = rows.column_by_name(name).ok_or("it is missing");
                let column = column.data(|| format!("column {name} of a period"))?;
                let length = source.extracts.period_length;
                columns.push(texts(column, length, source.dates.time_zone)?);
            }
            for row in 0..rows.num_rows() {
                if extracts.source(self.sources, row) != Some(index) {
                    continue;
                }
                let words = columns.iter().map(|column| column[row].clone());
                // A row that does not say its period is of none.
                if let Some(words) = words.collect::<Option<Vec<String>>>() {
                    let extract = (without_line(extracts.order(row)), extracts.file(row));
                    show(row, (index, words), extract);
                }
            }
        }
        Ok(())
    }
}

fn note(
    latest: &mut HashMap<SourcePeriod, MadeExtract>,
    period: SourcePeriod,
    extract: MadeExtract,
) {
    let known = latest.entry(period).or_insert(extract);
    *known = (*known).max(extract);
}

/// The period that each value of a column means; that of a time by the clock of `zone`.
fn texts(column: &ArrayRef, length: PeriodLength, zone: Zone) -> Result<Vec<Option<String>>> {
    let failed = || "a period cannot be told";
    let period = |day: i32| Date32Type::to_naive_date_opt(day).map(|day| named(day, length));
    match column.data_type() {
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let moments = column.as_primitive::<TimestampMicrosecondType>().iter();
            let day = |moment: Option<i64>| zone.day(moment?);
            return Ok(moments.map(|moment| day(moment).and_then(period)).collect());
        }
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>().iter();
            return Ok(days.map(|day| day.and_then(period)).collect());
        }
        _ => {}
    }
    let options = FormatOptions::default();
    let values = ArrayFormatter::try_new(column, &options).data(failed)?;
    Ok((0..column.len())
        .map(|row| {
            let known = column.is_valid(row);
            known.then(|| values.value(row).to_string().trim().to_uppercase())
        })
        .collect())
}

/// The period that a day is in.
fn named(day: NaiveDate, length: PeriodLength) -> String {
    match length {
        PeriodLength::Day => day.to_string(),
        PeriodLength::Month => day.format("%Y-%m").to_string(),
        PeriodLength::Quarter => format!("{}Q{}", day.year(), day.month0() / 3 + 1),
        PeriodLength::FinancialYear => {
            let first = day.year() - i32::from(day.month() < 4);
            format!("{first}/{:02}", (first + 1).rem_euclid(100))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Date32Array, StringArray, TimestampMicrosecondArray};
    use std::sync::Arc;

    #[test]
    fn dates_are_of_a_period_and_words_are_one() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        for (length, first, second) in [
            (PeriodLength::Day, "2026-03-31", "2026-04-01"),
            (PeriodLength::Month, "2026-03", "2026-04"),
            (PeriodLength::Quarter, "2026Q1", "2026Q2"),
            (PeriodLength::FinancialYear, "2025/26", "2026/27"),
        ] {
            assert_eq!(named(day(2026, 3, 31), length), first);
            assert_eq!(named(day(2026, 4, 1), length), second);
        }
        let days: ArrayRef = Arc::new(Date32Array::from(vec![Some(0), None]));
        let zone = Zone::default();
        let month = texts(&days, PeriodLength::Month, zone).unwrap();
        assert_eq!(month, [Some("1970-01".to_string()), None]);
        let words: ArrayRef = Arc::new(StringArray::from(vec![Some(" 2026q1"), None]));
        let words = texts(&words, PeriodLength::Month, zone).unwrap();
        assert_eq!(words, [Some("2026Q1".to_string()), None]);
        // 22:30 and 23:30 UTC of 31 March 2026, which is 1 April in England.
        let evening = 1_774_996_200_000_000;
        let moments = vec![Some(evening), Some(evening + 3_600_000_000), None];
        let moments: ArrayRef = Arc::new(TimestampMicrosecondArray::from(moments));
        let year = |zone| texts(&moments, PeriodLength::FinancialYear, zone).unwrap();
        let of = |year: &str| Some(year.to_string());
        assert_eq!(year(zone), [of("2025/26"), of("2026/27"), None]);
        assert_eq!(year(Zone::UTC), [of("2025/26"), of("2025/26"), None]);
    }
}
