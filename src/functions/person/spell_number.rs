//! `spell_number(start, finish)`: which episodes belong together.

use super::days::{DATE, TIME, TIME_IN_SQL, units_a_day};
use crate::functions::broken_rule::broken_rule;
use crate::functions::window::ordered_window;
use crate::functions::{Doc, Function};
use arrow::array::{Array, ArrayRef, AsArray, Int64Array, Int64Builder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use std::ops::Range;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "spell_number",
    syntax: "spell_number(start, finish [, gap_days]) over (partition by person order by start)",
    summary: "Numbers the spells that episodes make: episodes that overlap, touch or follow each other within a gap belong to one spell (gaps and islands).",
    arguments: &[
        ("start", "date, or date and time, that the episode began"),
        ("finish", "when it ended; NULL while it is open"),
        (
            "gap_days",
            "days that may lie between two episodes of a spell; default 0: the next begins when or before another ends. For dates where an episode's last day is included, 1",
        ),
    ],
    gives: "1 for the first spell of each partition, 2 for the next …; group by the partition and it to have one row a spell.",
    formula: "A spell ends where the next start is later than the latest finish so far (not only the previous row's) plus the gap. An open episode has no end: all later ones belong to its spell.",
    rules: "NULL in `start` gives NULL, and the row belongs to no spell. A finish before its start, starts that are not in the order of `order by`, and a NULL or negative gap are errors.",
    source: "Continuous spells as in the NHS Data Dictionary (hospital provider spell).",
    example: "select start, finish, spell_number(start, finish, 1) over (order by start) as spell\n\
              from (values (date '2026-01-01', date '2026-01-20'), (date '2026-01-03', date '2026-01-05'),\n    \
              (date '2026-01-21', date '2026-01-25'), (date '2026-03-01', null)) as episode(start, finish)\n\
              order by start",
};

pub(super) fn function() -> Function {
    ordered_window(
        &DOC,
        &[
            &[DATE, DATE],
            &[TIME, TIME],
            &[TIME_IN_SQL, TIME_IN_SQL],
            &[DATE, DATE, DataType::Int64],
            &[TIME, TIME, DataType::Int64],
            &[TIME_IN_SQL, TIME_IN_SQL, DataType::Int64],
        ],
        DataType::Int64,
        spells,
    )
}

fn spells(arguments: &[ArrayRef], partitions: &[Range<usize>]) -> Result<ArrayRef> {
    let a_day = units_a_day(arguments[0].data_type())?;
    let episodes = Episodes {
        start: numbers(&arguments[0])?,
        finish: numbers(&arguments[1])?,
        gap: arguments.get(2).map(|gap| gap.as_primitive().clone()),
        a_day,
    };
    let mut out = Int64Builder::with_capacity(episodes.start.len());
    for partition in partitions {
        episodes.number(partition.clone(), &mut out)?;
    }
    Ok(Arc::new(out.finish()))
}

/// Dates, and dates with times, as the numbers that they are.
fn numbers(dates: &ArrayRef) -> Result<Int64Array> {
    let whole = match dates.data_type() {
        DataType::Date32 => cast(&cast(dates, &DataType::Int32)?, &DataType::Int64)?,
        _ => cast(dates, &DataType::Int64)?,
    };
    Ok(whole.as_primitive::<Int64Type>().clone())
}

struct Episodes {
    start: Int64Array,
    finish: Int64Array,
    gap: Option<Int64Array>,
    /// Units of `start` and `finish` in a day.
    a_day: i64,
}

impl Episodes {
    fn number(&self, rows: Range<usize>, out: &mut Int64Builder) -> Result<()> {
        let mut spell = 0;
        // Of the rows before: the last start, and the last moment of the spell.
        let (mut before, mut until) = (i64::MIN, i64::MIN);
        for row in rows {
            if self.start.is_null(row) {
                out.append_null();
                continue;
            }
            let start = self.start.value(row);
            let finish = match self.finish.is_valid(row) {
                true => self.finish.value(row),
                false => i64::MAX,
            };
            if start < before {
                return broken_rule(DOC.name, "start", "must be what over (…) is ordered by");
            }
            if finish < start {
                return broken_rule(DOC.name, "finish", "must not be before start");
            }
            let gap = self.gap(row)?;
            if spell == 0 || start > until.saturating_add(gap) {
                spell += 1;
                until = finish;
            }
            until = until.max(finish);
            before = start;
            out.append_value(spell);
        }
        Ok(())
    }

    fn gap(&self, row: usize) -> Result<i64> {
        let Some(gap) = &self.gap else {
            return Ok(0);
        };
        if gap.is_null(row) || gap.value(row) < 0 {
            return broken_rule(DOC.name, "gap_days", "must be 0 or more");
        }
        Ok(gap.value(row).saturating_mul(self.a_day))
    }
}
