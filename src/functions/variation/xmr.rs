//! `xmr(y)`: a control chart of individual values and moving ranges.

use super::xmr_columns::{Assurance, Variation, XmrColumns, XmrPoint, chart_type};
use crate::functions::broken_rule::broken_rule;
use crate::functions::window::series_window;
use crate::functions::{Doc, Function};
use crate::statistics::process::{Process, TargetReach};
use crate::statistics::signals::Signals;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array};
use arrow::datatypes::DataType::{Boolean, Float64, Int64};
use arrow::datatypes::{Float64Type, Int64Type};
use datafusion::common::Result;
use std::ops::Range;

const DOC: Doc = Doc {
    name: "xmr",
    syntax: "xmr(y [, improvement [, target [, restart [, screen [, fix_after]]]]]) over (partition by series order by period)",
    summary: "The statistical process control chart of each series (an XmR or individuals chart, as in Making Data Count): limits, signals of special causes, and whether a target will be met.",
    arguments: &[
        ("y", "the measure in each period"),
        (
            "improvement",
            "1 when higher is better, -1 when lower is, 0 (default) for neither",
        ),
        (
            "target",
            "the target, in the unit of y; that of the last period counts; default NULL",
        ),
        (
            "restart",
            "true in the first period of a process that was changed: limits and signals begin anew from there (rebasing); default false",
        ),
        (
            "screen",
            "whether outlying moving ranges are left out of the limits, as said in the first period; default true (the NHS England workbook does not)",
        ),
        (
            "fix_after",
            "limits from the first so many periods only, 2 or more, as said in the first period, and anew after each restart; signals are still looked for in all; default NULL: limits from all periods",
        ),
    ],
    gives: "A struct for each period. In the unit of y: `mean`; `lower` and `upper`, the process limits; `near_lower` and `near_upper`, two thirds of the way to them; `moving_range`, the distance from the period before. `relative_to_mean` is 1, 0 or -1. `special_cause` is true for a signal and `signal` says which: `outside` (the limits), `trend` (7 points, each higher or each lower than the one before), `two in three` (points near one limit), `shift` (7 points on one side of the mean); where several hold, the first of these. `variation` is `common cause`, `improvement`, `concern`, or without an improvement direction `neutral high` or `neutral low`: of a point in a trend by the direction of the trend, of another signal by the side of the mean. `assurance` is `pass`, `fail` or `inconsistent`, for the whole series. `points` is how many the limits are made of; `few_points` warns that they are fewer than 13.",
    formula: "mean ± 2.66 × mean moving range; moving ranges of 3.267 times their mean and more are screened out once. A target above the upper limit fails where higher is better, one below the lower limit passes; the other way round where lower is better; the limits are those of the last period.",
    rules: "A NULL in y stands for a missing period: it has limits and no signal, no moving range is taken across it, and runs end there. NULL in another argument counts as left out. Of equal points the limits are the mean, and nothing is a signal; a single point has no limits. NaN, infinity, another improvement, a `fix_after` below 2, an `over` without `order by` or with a frame, and two periods of a series that are equal in `order by` are errors.",
    source: "NHSRplotthedots 0.2 (NHS-R Community), which takes a point of a trend that lies outside the limits by its side of the mean; NHS England, Making Data Count.",
    example: "select month, y, chart.lower, chart.mean, chart.upper, chart.signal, chart.variation, chart.assurance\n\
              from (\n    select month, y, xmr(y, -1, 30) over (order by month) as chart\n    \
              from (values (1, 41), (2, 44), (3, 40), (4, 43), (5, 41), (6, 45), (7, 42),\n        \
              (8, 40), (9, 44), (10, 41), (11, 43), (12, 42), (13, 53)) as waits(month, y))\n\
              order by month",
};

/// Fewer points than that make poor limits.
const ENOUGH_POINTS: usize = 13;

pub(super) fn function() -> Function {
    series_window(
        &DOC,
        &[
            &[Float64],
            &[Float64, Int64],
            &[Float64, Int64, Float64],
            &[Float64, Int64, Float64, Boolean],
            &[Float64, Int64, Float64, Boolean, Boolean],
            &[Float64, Int64, Float64, Boolean, Boolean, Int64],
        ],
        chart_type(),
        charts,
    )
}

fn charts(arguments: &[ArrayRef], partitions: &[Range<usize>]) -> Result<ArrayRef> {
    let series = Series::read(arguments)?;
    let mut columns = XmrColumns::with_capacity(series.y.len());
    let mut signals = Signals::default();
    for partition in partitions {
        series.chart(partition.clone(), &mut signals, &mut columns);
    }
    columns.finish()
}

/// The arguments of a call.
struct Series {
    /// NaN where missing.
    y: Vec<f64>,
    improvement: Option<Int64Array>,
    target: Option<Float64Array>,
    restart: Option<BooleanArray>,
    screen: Option<BooleanArray>,
    fix_after: Option<Int64Array>,
}

impl Series {
    fn read(arguments: &[ArrayRef]) -> Result<Self> {
        let y = finite(&arguments[0], "y")?;
        let improvement = arguments.get(1).map(|i| i.as_primitive::<Int64Type>());
        if let Some(improvement) = improvement
            && improvement.iter().flatten().any(|i| !(-1..=1).contains(&i))
        {
            return broken_rule(DOC.name, "improvement", "must be 1, -1 or 0");
        }
        let fix_after = arguments.get(5).map(|n| n.as_primitive::<Int64Type>());
        if let Some(fix_after) = fix_after
            && fix_after.iter().flatten().any(|n| n < 2)
        {
            return broken_rule(
                DOC.name,
                "fix_after",
                "must be a number of periods, 2 or more",
            );
        }
        if let Some(target) = arguments.get(2) {
            finite(target, "target")?;
        }
        Ok(Series {
            y,
            improvement: improvement.cloned(),
            target: arguments.get(2).map(|t| t.as_primitive().clone()),
            restart: arguments.get(3).map(|r| r.as_boolean().clone()),
            screen: arguments.get(4).map(|s| s.as_boolean().clone()),
            fix_after: fix_after.cloned(),
        })
    }

    fn improvement(&self, row: usize) -> i64 {
        let given = self.improvement.as_ref().filter(|i| i.is_valid(row));
        given.map_or(0, |i| i.value(row))
    }

    /// How many periods from `row` on the limits are made of.
    fn baseline(&self, row: usize) -> usize {
        let given = self.fix_after.as_ref().filter(|n| n.is_valid(row));
        given.map_or(usize::MAX, |n| {
            usize::try_from(n.value(row)).unwrap_or(usize::MAX)
        })
    }

    /// Adds the chart of the series in `rows`.
    fn chart(&self, rows: Range<usize>, signals: &mut Signals, columns: &mut XmrColumns) {
        let mut start = rows.start;
        let mut last = None;
        while start < rows.end {
            let restarts = |row: &usize| said(&self.restart, *row, false);
            let end = (start + 1..rows.end).find(restarts).unwrap_or(rows.end);
            last = Some(self.process(start..end, signals, columns));
            start = end;
        }
        let assurance = last.and_then(|process| self.assurance(rows.end - 1, &process));
        columns.assure(rows.len(), assurance);
    }

    /// Adds the points between two restarts.
    fn process(
        &self,
        rows: Range<usize>,
        signals: &mut Signals,
        columns: &mut XmrColumns,
    ) -> Process {
        let y = &self.y[rows.clone()];
        let screen = said(&self.screen, rows.start, true);
        let baseline = self.baseline(rows.start);
        let process = Process::of(y, screen, baseline, columns.ranges(rows.len()));
        signals.find(y, &process);
        columns.limits(rows.len(), &process, process.points < ENOUGH_POINTS);
        for (i, row) in rows.enumerate() {
            let side = signals.sides[i];
            let signal = signals.of[i];
            let way = signals.direction(i);
            columns.point((!y[i].is_nan()).then_some(XmrPoint {
                side,
                signal,
                variation: match (signal, self.improvement(row)) {
                    (None, _) => Variation::CommonCause,
                    (Some(_), 0) if way > 0 => Variation::NeutralHigh,
                    (Some(_), 0) => Variation::NeutralLow,
                    (Some(_), better) if i64::from(way) == better => Variation::Improvement,
                    (Some(_), _) => Variation::Concern,
                },
            }));
        }
        process
    }

    fn assurance(&self, row: usize, last: &Process) -> Option<Assurance> {
        let target = self.target.as_ref().filter(|target| target.is_valid(row))?;
        let better = self.improvement(row);
        if better == 0 || last.upper.is_nan() {
            return None;
        }
        Some(match last.reach(target.value(row), better > 0) {
            TargetReach::Pass => Assurance::Pass,
            TargetReach::Fail => Assurance::Fail,
            TargetReach::Inconsistent => Assurance::Inconsistent,
        })
    }
}

/// What a row says, if it says anything.
fn said(option: &Option<BooleanArray>, row: usize, otherwise: bool) -> bool {
    let given = option.as_ref().filter(|option| option.is_valid(row));
    given.map_or(otherwise, |option| option.value(row))
}

/// Numbers, NaN for NULL.
fn finite(numbers: &ArrayRef, argument: &'static str) -> Result<Vec<f64>> {
    let numbers = numbers.as_primitive::<Float64Type>();
    let mut out = numbers.values().to_vec();
    if numbers.null_count() > 0 {
        for (row, number) in out.iter_mut().enumerate() {
            if numbers.is_null(row) {
                *number = f64::NAN;
            }
        }
    }
    let not_finite = out.iter().filter(|number| !number.is_finite()).count();
    if not_finite > numbers.null_count() {
        return broken_rule(DOC.name, argument, "must be a finite number or NULL");
    }
    Ok(out)
}
