//! Values that cannot be true: a birth in the future, an age over 120, a death before the birth, a stay
//! that ends before it begins, a code of sex that there is none of. They are not known, and counted.

use crate::decode::{Decoded, ValueRule, ViewRows};
use crate::error::{Context, Result};
use crate::privacy::BirthDates;
use crate::pull::plan::TablePlan;
use crate::pull::prepare::unknown_values::UnknownValues;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, nullif};
use arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};

/// The oldest that anybody is.
const OLDEST: i32 = 120;

/// Columns in which a stay begins and ends.
const STAYS: [(&str, &str); 6] = [
    ("started", "ended"),
    ("arrived", "departed"),
    ("admission_date", "discharge_date"),
    ("event_start_date", "event_end_date"),
    ("start_date", "end_date"),
    ("onset", "abated"),
];

/// Tables in which no end means that something lasts: what ends before it begins keeps its end there, so
/// that models leave it out, and does not last for ever.
const SPANS: [&str; 3] = ["episode_of_care", "patient_address", "flag"];

/// Codes of sex: FHIR's words, and the national codes that CSV files have.
const FHIR_SEXES: [&str; 4] = ["female", "male", "other", "unknown"];
const OTHER_SEXES: [&str; 11] = ["0", "1", "2", "9", "f", "m", "i", "n", "u", "x", "z"];

/// By what values are judged.
#[derive(Clone, Copy)]
pub(super) struct Judge {
    /// The day, in days since 1970.
    pub today: i32,
    /// Whether the values are FHIR's.
    pub fhir: bool,
}

impl Judge {
    /// Makes such values NULL in all rows of `decoded`, whose tables are `targets` of `tables`, and counts
    /// them.
    pub(super) fn forget(
        self,
        decoded: &mut Decoded,
        targets: &[usize],
        tables: &[TablePlan],
        values: &mut UnknownValues,
    ) -> Result<()> {
        for (rows, target) in decoded.tables.iter_mut().zip(targets) {
            let mut judged = JudgedRows::of(rows, &tables[*target])?;
            judged.births(self)?;
            judged.stays()?;
            judged.sexes(self);
            judged.finish(rows, *target, values)?;
        }
        Ok(())
    }
}

/// The rows of a table, and what is wrong with them.
struct JudgedRows<'a> {
    plan: &'a TablePlan,
    columns: Vec<ArrayRef>,
    /// Which values of which column break which rule, and whether they become NULL.
    wrong: Vec<(usize, ValueRule, BooleanArray, bool)>,
}

impl<'a> JudgedRows<'a> {
    fn of(rows: &ViewRows, plan: &'a TablePlan) -> Result<Self> {
        Ok(JudgedRows {
            plan,
            columns: rows.batch.columns().to_vec(),
            wrong: Vec::new(),
        })
    }

    fn position(&self, is: impl Fn(&str) -> bool) -> Option<usize> {
        self.plan.columns.iter().position(|column| is(&column.name))
    }

    /// A column of dates or times as days since 1970; none of another type.
    fn days(&self, column: usize) -> Result<Option<Vec<Option<i32>>>> {
        let values = &self.columns[column];
        if !is_moment(values.data_type()) {
            return Ok(None);
        }
        let days = cast(values, &DataType::Date32);
        let days = days.data(|| format!("column {column} of {}", self.plan.name))?;
        Ok(Some(days.as_primitive::<Date32Type>().iter().collect()))
    }

    fn births(&mut self, judge: Judge) -> Result<()> {
        let Some(birth) = self.position(BirthDates::are_in) else {
            return Ok(());
        };
        let Some(births) = self.days(birth)? else {
            return Ok(());
        };
        let death =
            self.position(|name| name.starts_with("death_month") || name.contains("death_date"));
        let deaths = match death {
            Some(death) => self.days(death)?,
            None => None,
        };
        let death = |row: usize| deaths.as_ref().and_then(|deaths| deaths.get(row).copied()?);
        let rule = |row: usize, birth: i32| {
            let died = death(row);
            if birth > judge.today.saturating_add(1) {
                Some(ValueRule::BirthInFuture)
            } else if died.is_some_and(|died| died < birth) {
                // Who is said to be dead is, whenever that was.
                Some(ValueRule::DeathBeforeBirth)
            } else if is_over_age(birth, died.unwrap_or(judge.today)) {
                Some(ValueRule::AgeOver120)
            } else {
                None
            }
        };
        let broken: Vec<Option<ValueRule>> = births
            .iter()
            .enumerate()
            .map(|(row, birth)| rule(row, (*birth)?))
            .collect();
        for rule in [
            ValueRule::BirthInFuture,
            ValueRule::DeathBeforeBirth,
            ValueRule::AgeOver120,
        ] {
            let wrong = broken.iter().map(|broken| Some(*broken == Some(rule)));
            self.wrong.push((birth, rule, wrong.collect(), true));
        }
        Ok(())
    }

    fn stays(&mut self) -> Result<()> {
        for (start, end) in STAYS {
            let (Some(start), Some(end)) = (
                self.position(|name| name == start),
                self.position(|name| name == end),
            ) else {
                continue;
            };
            let kinds = [start, end].map(|column| self.columns[column].data_type().clone());
            if !kinds.iter().all(is_moment) {
                continue;
            }
            // Of two days the times do not matter.
            let wrong: BooleanArray = match kinds.contains(&DataType::Date32) {
                true => {
                    let (starts, ends) = (self.days(start)?, self.days(end)?);
                    let pairs = starts.into_iter().flatten().zip(ends.into_iter().flatten());
                    pairs
                        .map(|(start, end)| Some(start.zip(end).is_some_and(|(s, e)| e < s)))
                        .collect()
                }
                false => {
                    let [starts, ends] = [start, end].map(|column| {
                        self.columns[column].as_primitive::<TimestampMicrosecondType>()
                    });
                    let pairs = starts.iter().zip(ends.iter());
                    pairs
                        .map(|(start, end)| Some(start.zip(end).is_some_and(|(s, e)| e < s)))
                        .collect()
                }
            };
            let forget = !SPANS.contains(&self.plan.name.name.as_str());
            self.wrong
                .push((end, ValueRule::EndBeforeStart, wrong, forget));
        }
        Ok(())
    }

    fn sexes(&mut self, judge: Judge) {
        let is_sex = |name: &str| {
            name.split('_')
                .any(|part| part == "sex" || part == "gender")
        };
        let Some(column) = self.position(is_sex) else {
            return;
        };
        let Some(codes) = self.columns[column].as_string_opt::<i32>() else {
            return;
        };
        let is_known = |code: &str| {
            FHIR_SEXES.contains(&code)
                || !judge.fhir && {
                    let code = code.trim().to_ascii_lowercase();
                    OTHER_SEXES.contains(&code.as_str()) || FHIR_SEXES.contains(&code.as_str())
                }
        };
        let wrong = codes
            .iter()
            .map(|code| Some(code.is_some_and(|code| !is_known(code))));
        let wrong: BooleanArray = wrong.collect();
        self.wrong
            .push((column, ValueRule::UnknownCode, wrong, true));
    }

    fn finish(
        mut self,
        rows: &mut ViewRows,
        target: usize,
        values: &mut UnknownValues,
    ) -> Result<()> {
        let failed = || format!("cannot prepare rows of {}", self.plan.name);
        let mut changed = false;
        for (column, rule, wrong, forget) in &self.wrong {
            let count = wrong.true_count() as u64;
            if count == 0 {
                continue;
            }
            let name = self.plan.columns[*column].name.clone();
            *values.entry((target, name, *rule)).or_default() += count;
            if *forget {
                changed = true;
                self.columns[*column] = nullif(&self.columns[*column], wrong).data(failed)?;
            }
        }
        if changed {
            let columns = std::mem::take(&mut self.columns);
            rows.batch = RecordBatch::try_new(rows.batch.schema(), columns).data(failed)?;
        }
        Ok(())
    }
}

fn is_moment(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Date32 | DataType::Timestamp(TimeUnit::Microsecond, None)
    )
}

/// Whether somebody born on a day is older than [`OLDEST`] on another; both in days since 1970.
fn is_over_age(birth: i32, on: i32) -> bool {
    // A year has 365.2425 days.
    i64::from(on) - i64::from(birth) >= i64::from(OLDEST + 1) * 3_652_425 / 10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_over_120() {
        let day = |text: &str| {
            let day: chrono::NaiveDate = text.parse().unwrap();
            chrono::Datelike::num_days_from_ce(&day) - 719_163
        };
        let today = day("2026-11-27");
        assert!(!is_over_age(day("1905-11-30"), today));
        assert!(is_over_age(day("1905-11-20"), today));
        assert!(is_over_age(day("1850-01-01"), today));
        assert!(!is_over_age(day("1850-01-01"), day("1930-01-01")));
    }
}
