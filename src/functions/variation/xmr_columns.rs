//! The struct that a control chart gives for each period.

use crate::statistics::process::Process;
use crate::statistics::signals::XmrSignal;
use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int32Array, StringArray, StringBuilder, StructArray,
};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use std::sync::Arc;

/// How a point is to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variation {
    CommonCause,
    Improvement,
    Concern,
    NeutralHigh,
    NeutralLow,
}

impl Variation {
    fn name(self) -> &'static str {
        match self {
            Variation::CommonCause => "common cause",
            Variation::Improvement => "improvement",
            Variation::Concern => "concern",
            Variation::NeutralHigh => "neutral high",
            Variation::NeutralLow => "neutral low",
        }
    }
}

/// Whether a process that stays as it is meets its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assurance {
    /// Always.
    Pass,
    /// Never.
    Fail,
    /// Now and then.
    Inconsistent,
}

impl Assurance {
    fn name(self) -> &'static str {
        match self {
            Assurance::Pass => "pass",
            Assurance::Fail => "fail",
            Assurance::Inconsistent => "inconsistent",
        }
    }
}

/// A point that is not missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct XmrPoint {
    /// 1 above the mean, −1 below, 0 on it.
    pub side: i8,
    pub signal: Option<XmrSignal>,
    pub variation: Variation,
}

/// What a control chart gives for each period.
pub(super) fn chart_type() -> DataType {
    DataType::Struct(fields())
}

fn fields() -> Fields {
    let numbers = [
        "mean",
        "lower",
        "upper",
        "near_lower",
        "near_upper",
        "moving_range",
    ];
    let numbers = numbers.iter().map(|name| (*name, DataType::Float64));
    let others = [
        ("relative_to_mean", DataType::Int32),
        ("special_cause", DataType::Boolean),
        ("signal", DataType::Utf8),
        ("variation", DataType::Utf8),
        ("assurance", DataType::Utf8),
        ("points", DataType::Int32),
        ("few_points", DataType::Boolean),
    ];
    let fields = numbers.chain(others);
    fields
        .map(|(name, kind)| Field::new(name, kind, true))
        .collect()
}

/// Builds them, column by column.
pub(super) struct XmrColumns {
    /// The numbers of a process, in the order of [`fields`].
    limits: [Vec<f64>; 5],
    ranges: Vec<f64>,
    present: Vec<bool>,
    sides: Vec<i32>,
    special: Vec<bool>,
    signals: StringBuilder,
    variations: StringBuilder,
    assurances: StringBuilder,
    points: Vec<i32>,
    few: Vec<bool>,
}

impl XmrColumns {
    pub(super) fn with_capacity(rows: usize) -> Self {
        let texts = |bytes| StringBuilder::with_capacity(rows, rows * bytes);
        XmrColumns {
            limits: [(); 5].map(|()| Vec::with_capacity(rows)),
            ranges: Vec::with_capacity(rows),
            present: Vec::with_capacity(rows),
            sides: Vec::with_capacity(rows),
            special: Vec::with_capacity(rows),
            signals: texts(2),
            variations: texts(12),
            assurances: texts(4),
            points: Vec::with_capacity(rows),
            few: Vec::with_capacity(rows),
        }
    }

    /// Room for the moving ranges of the next points.
    pub(super) fn ranges(&mut self, points: usize) -> &mut [f64] {
        let start = self.ranges.len();
        self.ranges.resize(start + points, f64::NAN);
        &mut self.ranges[start..]
    }

    /// The limits of the next points.
    pub(super) fn limits(&mut self, points: usize, process: &Process, few: bool) {
        let numbers = [
            process.mean,
            process.lower,
            process.upper,
            process.near_lower,
            process.near_upper,
        ];
        for (column, number) in self.limits.iter_mut().zip(numbers) {
            column.resize(column.len() + points, number);
        }
        let counted = i32::try_from(process.points).unwrap_or(i32::MAX);
        self.points.resize(self.points.len() + points, counted);
        self.few.resize(self.few.len() + points, few);
    }

    /// The next point, or a missing one.
    pub(super) fn point(&mut self, point: Option<XmrPoint>) {
        self.present.push(point.is_some());
        self.sides
            .push(point.map_or(0, |point| i32::from(point.side)));
        let signal = point.and_then(|point| point.signal);
        self.special.push(signal.is_some());
        self.signals.append_option(signal.map(XmrSignal::name));
        self.variations
            .append_option(point.map(|point| point.variation.name()));
    }

    /// The assurance of the next points.
    pub(super) fn assure(&mut self, points: usize, assurance: Option<Assurance>) {
        match assurance {
            Some(assurance) => self.assurances.append_value_n(assurance.name(), points),
            None => self.assurances.append_nulls(points),
        }
    }

    /// The array.
    pub(super) fn finish(mut self) -> Result<ArrayRef> {
        let present = NullBuffer::from(self.present);
        let present = (present.null_count() > 0).then_some(present);
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(13);
        for numbers in self.limits.into_iter().chain([self.ranges]) {
            columns.push(Arc::new(known(numbers)));
        }
        columns.push(Arc::new(Int32Array::new(
            self.sides.into(),
            present.clone(),
        )));
        let special = BooleanBuffer::from(self.special);
        columns.push(Arc::new(BooleanArray::new(special, present)));
        let texts = [
            &mut self.signals,
            &mut self.variations,
            &mut self.assurances,
        ];
        for text in texts {
            let text: StringArray = text.finish();
            columns.push(Arc::new(text));
        }
        columns.push(Arc::new(Int32Array::from(self.points)));
        columns.push(Arc::new(BooleanArray::from(self.few)));
        Ok(Arc::new(StructArray::try_new(fields(), columns, None)?))
    }
}

/// Numbers, NULL where they are NaN, or beyond the range of numbers.
fn known(numbers: Vec<f64>) -> Float64Array {
    let unknown = numbers.iter().any(|number| !number.is_finite());
    let known = || BooleanBuffer::collect_bool(numbers.len(), |row| numbers[row].is_finite());
    let nulls = unknown.then(|| NullBuffer::new(known()));
    Float64Array::new(numbers.into(), nulls)
}
