//! The recent trend of a series: what is kept of its periods, and what is said of the last of them.

use super::polarity::Polarity;
use super::trend_period::{evenly_spaced, period_of};
use crate::functions::aggregate::aggregate;
use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::group_rows::GroupRows;
use crate::functions::settings::FunctionSetting;
use crate::functions::{Doc, Function};
use crate::statistics::trend_slope::{POINTS, TrendSlope};
use arrow::array::{
    Array, ArrayRef, AsArray, Float64Builder, Int64Builder, StringBuilder, StructArray,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use std::sync::Arc;

/// The recent trend of the columns period, value, lower, upper; or, of counts, period, x, n.
#[derive(Clone)]
pub(super) struct TrendMarker {
    pub function: &'static str,
    pub counts: bool,
}

/// The periods of a group, each as its columns: the period first, not a number for NULL.
type TrendPeriods = GroupRows<1>;

const SETTINGS: [&str; 1] = ["polarity"];

/// What a trend's struct holds, as documents say it.
pub(super) const GIVES: &str = "A struct: `trend` (`increasing`, `decreasing`, `no significant change` or `cannot be calculated`); `judgement` (`getting better` or `getting worse` by the polarity; NULL without one, and where nothing changes); `slope` for each period, of the last five; `chi_squared` of the slope; `points` (how many periods it was made of: 5, or NULL); `reason`, in words.";

fn fields() -> Fields {
    let text = |name| Field::new(name, DataType::Utf8, true);
    let number = |name| Field::new(name, DataType::Float64, true);
    Fields::from(vec![
        text("trend"),
        text("judgement"),
        number("slope"),
        number("chi_squared"),
        Field::new("points", DataType::Int64, true),
        text("reason"),
    ])
}

impl TrendMarker {
    /// The aggregate function.
    pub(super) fn function(self, doc: &'static Doc) -> Function {
        let (number, text) = (DataType::Float64, DataType::Utf8);
        let mut calls = Vec::new();
        // A number is never read as a text where it can be one.
        for period in [&number, &text] {
            let mut call = vec![number.clone(); self.width()];
            call[0] = period.clone();
            calls.push(call.clone());
            call.push(text.clone());
            calls.push(call);
        }
        let calls: Vec<&[DataType]> = calls.iter().map(Vec::as_slice).collect();
        aggregate(doc, &calls, DataType::Struct(fields()), self)
    }

    /// How many numbers each row has.
    fn width(&self) -> usize {
        self.names().len()
    }

    fn names(&self) -> &'static [&'static str] {
        if self.counts {
            &["period", "x", "n"]
        } else {
            &["period", "value", "lower", "upper"]
        }
    }

    fn check(&self, row: &[f64]) -> Result<()> {
        for (number, name) in row.iter().zip(self.names()) {
            if number.is_infinite() {
                return broken_rule(self.function, name, "must be a finite number or NULL");
            }
        }
        match row {
            [_, x, n] if *n <= 0.0 || *x < 0.0 || x > n => {
                broken_rule(self.function, "x", "must be from 0 to n, and n above 0")
            }
            [_, _, lower, upper] if lower > upper => {
                broken_rule(self.function, "lower", "must not be above upper")
            }
            _ => Ok(()),
        }
    }

    /// The slope of the last periods, or why there is none.
    fn slope(&self, rows: &[&[f64]]) -> std::result::Result<TrendSlope, &'static str> {
        let Some((_, last)) = rows.split_last_chunk::<POINTS>() else {
            return Err("fewer than five periods");
        };
        if last.iter().any(|row| row.iter().any(|n| n.is_nan())) {
            return Err("a number of the last five periods is missing");
        }
        if !evenly_spaced(&last.map(|row| row[0])) {
            return Err("the last five periods do not follow each other at equal steps");
        }
        let slope = if self.counts {
            let counts = last.map(|row| [row[1], row[2]]);
            if counts.iter().any(|[x, n]| *x == 0.0 || x == n) {
                return Err("a proportion of 0 or 1 has no logit");
            }
            TrendSlope::of_counts(&counts)
        } else {
            let values = last.map(|row| [row[1], row[2], row[3]]);
            if values.iter().any(|[_, lower, upper]| lower == upper) {
                return Err("limits without a width give no weight");
            }
            TrendSlope::of_values(&values)
        };
        if slope.slope.is_finite() && slope.chi_squared.is_finite() {
            Ok(slope)
        } else {
            Err("the numbers are too far apart")
        }
    }
}

impl Fold for TrendMarker {
    type State = TrendPeriods;

    fn update(
        &self,
        states: &mut [TrendPeriods],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let width = self.width();
        let texts = values
            .first()
            .and_then(|column| column.as_string_opt::<i32>());
        let columns = match texts {
            Some(_) => &values[1..width],
            None => &values[..width],
        };
        let columns: Vec<FunctionSetting> = (0..columns.len())
            .map(|index| FunctionSetting::of(columns, index, f64::NAN))
            .collect();
        let polarities = values.get(width).map(|column| column.as_string::<i32>());
        let mut beside = 0;
        rows.each(|row, group| {
            let mut numbers = [0.0; 4];
            let numbers = &mut numbers[..width];
            let given = width - columns.len();
            let names = &self.names()[given..];
            for ((number, column), name) in numbers[given..].iter_mut().zip(&columns).zip(names) {
                let value = column.at(row);
                if value.is_some_and(f64::is_nan) {
                    return broken_rule(self.function, name, "must be a finite number or NULL");
                }
                *number = value.unwrap_or(f64::NAN);
            }
            if let Some(texts) = texts {
                let text = texts.is_valid(row).then(|| texts.value(row));
                let Some(period) = text.and_then(period_of) else {
                    let rule =
                        "must be a number, a date, or a text such as 2025, 2025/26 or 2025-04";
                    return broken_rule(self.function, "period", rule);
                };
                numbers[0] = period;
            }
            if numbers[0].is_nan() {
                return broken_rule(self.function, "period", "must not be NULL");
            }
            self.check(numbers)?;
            let name = polarities.and_then(|names| names.is_valid(row).then(|| names.value(row)));
            let polarity = Polarity::of(self.function, name)?.number();
            let state = &mut states[group];
            state
                .settings
                .take(self.function, &SETTINGS, [Some(polarity)])?;
            beside += state.extend(numbers);
            Ok(())
        })?;
        Ok(beside)
    }

    fn merge(
        &self,
        states: &mut [TrendPeriods],
        arrays: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        TrendPeriods::merge(states, arrays, rows, self.function, &SETTINGS)
    }

    fn finish(&self, states: Vec<TrendPeriods>) -> Result<ArrayRef> {
        let mut out = Trends::default();
        for state in &states {
            let Some([polarity]) = state.settings.get() else {
                out.push(None);
                continue;
            };
            let rows = state.sorted(self.width());
            if rows.windows(2).any(|pair| pair[0][0] == pair[1][0]) {
                return broken_rule(self.function, "period", "must come once each in a group");
            }
            out.push(Some((self.slope(&rows), Polarity::numbered(polarity))));
        }
        out.finish()
    }
}

type Trend = (std::result::Result<TrendSlope, &'static str>, Polarity);

/// Builds the structs.
#[derive(Default)]
struct Trends {
    trend: StringBuilder,
    judgement: StringBuilder,
    slope: Float64Builder,
    chi_squared: Float64Builder,
    points: Int64Builder,
    reason: StringBuilder,
    valid: Vec<bool>,
}

impl Trends {
    fn push(&mut self, trend: Option<Trend>) {
        self.valid.push(trend.is_some());
        let (trend, judgement, slope, reason) = match trend {
            None => (None, None, None, None),
            Some((Err(reason), _)) => (Some("cannot be calculated"), None, None, Some(reason)),
            Some((Ok(slope), polarity)) => {
                let (trend, judgement, reason) = said(&slope, polarity);
                (Some(trend), judgement, Some(slope), Some(reason))
            }
        };
        self.trend.append_option(trend);
        self.judgement.append_option(judgement);
        self.slope.append_option(slope.map(|slope| slope.slope));
        self.chi_squared
            .append_option(slope.map(|slope| slope.chi_squared));
        self.points.append_option(slope.map(|_| POINTS as i64));
        self.reason.append_option(reason);
    }

    fn finish(mut self) -> Result<ArrayRef> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.trend.finish()),
            Arc::new(self.judgement.finish()),
            Arc::new(self.slope.finish()),
            Arc::new(self.chi_squared.finish()),
            Arc::new(self.points.finish()),
            Arc::new(self.reason.finish()),
        ];
        let valid = Some(NullBuffer::from(self.valid));
        Ok(Arc::new(StructArray::try_new(fields(), columns, valid)?))
    }
}

/// What is said of a slope: the trend, whether it is for the better, and why.
fn said(
    slope: &TrendSlope,
    polarity: Polarity,
) -> (&'static str, Option<&'static str>, &'static str) {
    if !slope.is_significant() {
        return (
            "no significant change",
            None,
            "chi-squared is 9.5495 or less",
        );
    }
    if !slope.steady {
        return (
            "no significant change",
            None,
            "one point alone makes the trend",
        );
    }
    let rises = slope.slope > 0.0;
    let judgement = polarity.higher_is_better().map(|higher| {
        if higher == rises {
            "getting better"
        } else {
            "getting worse"
        }
    });
    let trend = if rises { "increasing" } else { "decreasing" };
    (
        trend,
        judgement,
        "significant, also without any one of the points",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::any_order::shuffles;
    use crate::functions::fold::Kept;
    use arrow::array::{Float64Array, UInt32Array};
    use arrow::compute::take;
    use proptest::prelude::*;

    const VALUES: TrendMarker = TrendMarker {
        function: "recent_trend",
        counts: false,
    };

    proptest! {
        #[test]
        fn order_and_parts_change_nothing(
            series in prop::collection::vec((0..1000u32, 1..400u32), 7),
            (order, parts) in shuffles(7),
        ) {
            let column = |of: fn(usize, f64, f64) -> f64| -> ArrayRef {
                let rows = series.iter().enumerate();
                let rows = rows.map(|(i, (v, w))| of(i, f64::from(*v) / 3.0, f64::from(*w) / 9.0));
                Arc::new(rows.collect::<Float64Array>())
            };
            let columns = [
                column(|i, _, _| i as f64),
                column(|_, v, _| v),
                column(|_, v, w| v - w),
                column(|_, v, w| v + w),
            ];
            let mut whole = [TrendPeriods::default()];
            VALUES.update(&mut whole, &columns, FoldRows::One(7)).unwrap();
            let expected = VALUES.finish(Vec::from(whole)).unwrap();
            let order = UInt32Array::from(order);
            let moved: Vec<ArrayRef> =
                columns.iter().map(|c| take(c, &order, None).unwrap()).collect();
            let mut states: Vec<TrendPeriods> = Vec::new();
            states.resize_with(4, TrendPeriods::default);
            VALUES.update(&mut states, &moved, FoldRows::Of(&parts, None)).unwrap();
            let saved = TrendPeriods::save(states).unwrap();
            let mut merged = [TrendPeriods::default()];
            VALUES.merge(&mut merged, &saved, FoldRows::One(4)).unwrap();
            let found = VALUES.finish(Vec::from(merged)).unwrap();
            prop_assert_eq!(&found, &expected);
        }
    }
}
