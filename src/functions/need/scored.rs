//! The aggregate behind the scores: which conditions a group has, and what they weigh together.

use super::finder::Conditions;
use super::scheme::{NeedScheme, Weighting, members};
use crate::functions::aggregate::aggregate;
use crate::functions::broken_rule::{broken_rule, none_of};
use crate::functions::fold::{Fold, FoldRows, Kept};
use crate::functions::{Doc, Function};
use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int64Array, ListBuilder, StringArray, StringBuilder,
    StructArray, UInt8Array, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Fields, UInt8Type, UInt64Type};
use datafusion::common::Result;
use datafusion::logical_expr::Expr;
use std::sync::Arc;

/// What a score's struct holds, and how it is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScoreShape {
    /// What the score's function is called with.
    pub doc: &'static Doc,
    /// The argument that names a weighting, where there are several.
    pub option: Option<&'static str>,
    /// The parts of a one that weights are counted in; with 1 the score is a whole number.
    pub unit: i64,
    /// The band of a score in that unit, where scores have bands.
    pub band: Option<fn(i64) -> &'static str>,
    /// The fields with the conditions, and with their number.
    pub fields: [&'static str; 2],
}

/// The aggregate function of a scheme.
pub(super) fn scored(shape: ScoreShape, scheme: &Arc<NeedScheme>) -> Function {
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let mut calls = Vec::new();
    for codes in [
        DataType::Utf8View,
        DataType::Utf8,
        DataType::LargeUtf8,
        dictionary,
    ] {
        calls.push(vec![codes.clone()]);
        if shape.option.is_some() {
            calls.push(vec![codes, DataType::Utf8]);
        }
    }
    let calls: Vec<&[DataType]> = calls.iter().map(Vec::as_slice).collect();
    let scheme = scheme.clone();
    aggregate(
        shape.doc,
        &calls,
        DataType::Struct(shape.struct_fields()),
        Scored { shape, scheme },
    )
}

impl ScoreShape {
    /// Of a score of named conditions, which `option` tells how to weigh in parts of `unit`.
    pub(super) fn of_conditions(doc: &'static Doc, option: &'static str, unit: i64) -> Self {
        ScoreShape {
            doc,
            option: Some(option),
            unit,
            band: None,
            fields: ["conditions", "condition_count"],
        }
    }

    fn struct_fields(&self) -> Fields {
        let score = match self.unit {
            1 => DataType::Int64,
            _ => DataType::Float64,
        };
        let mut fields = vec![Field::new("score", score, true)];
        if self.band.is_some() {
            fields.push(Field::new("band", DataType::Utf8, true));
        }
        let names = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)));
        fields.push(Field::new(self.fields[0], names, true));
        fields.push(Field::new(self.fields[1], DataType::Int64, true));
        Fields::from(fields)
    }
}

#[derive(Clone)]
struct Scored {
    shape: ScoreShape,
    scheme: Arc<NeedScheme>,
}

/// What a group has.
#[derive(Debug, Clone, Default)]
pub(super) struct ScoreState {
    conditions: Conditions,
    /// One more than the number of its weighting; 0 before the first row.
    weighting: u8,
}

/// The weightings that rows ask for, by number.
enum RequestedWeightings {
    All(u8),
    Each(Vec<u8>),
}

impl RequestedWeightings {
    fn by_any(&self, weighting: u8) -> bool {
        match self {
            RequestedWeightings::All(all) => *all == weighting,
            RequestedWeightings::Each(each) => each.contains(&weighting),
        }
    }

    fn by(&self, row: usize, weighting: u8) -> bool {
        match self {
            RequestedWeightings::All(_) => true,
            RequestedWeightings::Each(each) => each.get(row) == Some(&weighting),
        }
    }
}

impl Scored {
    fn asked(&self, values: &[ArrayRef]) -> Result<RequestedWeightings> {
        let Some(names) = values.get(1) else {
            return Ok(RequestedWeightings::All(0));
        };
        let mut each: Vec<u8> = Vec::with_capacity(names.len());
        let mut last: Option<(&str, u8)> = None;
        let mut same = true;
        for name in names.as_string::<i32>() {
            let number = match (name, last) {
                (Some(name), Some((known, number))) if name == known => number,
                (Some(name), _) => {
                    let number = self.weighting(name)?;
                    same &= last.is_none();
                    last = Some((name, number));
                    number
                }
                (None, _) => self.weighting("")?,
            };
            each.push(number);
        }
        Ok(match (same, each.first()) {
            (true, Some(first)) => RequestedWeightings::All(*first),
            _ => RequestedWeightings::Each(each),
        })
    }

    fn weighting(&self, name: &str) -> Result<u8> {
        let mut numbers = (0..).zip(&self.scheme.weightings);
        match numbers.find(|(_, weighting)| weighting.name == name) {
            Some((number, _)) => Ok(number),
            None => {
                let names = self.scheme.weightings.iter().map(|w| w.name.clone());
                none_of(self.shape.doc.name, self.option(), names.collect())
            }
        }
    }

    fn option(&self) -> &'static str {
        self.shape.option.unwrap_or_default()
    }

    /// Adds to a group's conditions under the weighting `number`.
    fn add(&self, state: &mut ScoreState, conditions: Conditions, weighting: u8) -> Result<()> {
        if state.weighting != weighting + 1 {
            if state.weighting != 0 {
                let rule = "must be the same in all rows of a group";
                return broken_rule(self.shape.doc.name, self.option(), rule);
            }
            state.weighting = weighting + 1;
        }
        state.conditions |= conditions;
        Ok(())
    }

    /// A group's weighting, and the conditions that this weighting knows.
    fn present(&self, state: &ScoreState) -> Option<(&Weighting, Conditions)> {
        let number = usize::from(state.weighting.saturating_sub(1));
        let weighting = self.scheme.weightings.get(number)?;
        Some((weighting, state.conditions & weighting.known))
    }
}

impl Kept for ScoreState {
    fn types() -> Vec<DataType> {
        vec![DataType::UInt64, DataType::UInt64, DataType::UInt8]
    }

    fn save(states: Vec<Self>) -> Result<Vec<ArrayRef>> {
        let low = states.iter().map(|s| s.conditions as u64);
        let high = states.iter().map(|s| (s.conditions >> 64) as u64);
        let weighting = states.iter().map(|s| s.weighting);
        Ok(vec![
            Arc::new(UInt64Array::from_iter_values(low)),
            Arc::new(UInt64Array::from_iter_values(high)),
            Arc::new(UInt8Array::from_iter_values(weighting)),
        ])
    }
}

impl Fold for Scored {
    type State = ScoreState;

    fn check(&self, arguments: &[Expr]) -> Result<()> {
        if let Some(Expr::Literal(name, _)) = arguments.get(1) {
            self.weighting(name.try_as_str().flatten().unwrap_or_default())?;
        }
        Ok(())
    }

    fn update(
        &self,
        states: &mut [ScoreState],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let asked = self.asked(values)?;
        for (number, weighting) in (0..).zip(&self.scheme.weightings) {
            if !asked.by_any(number) {
                continue;
            }
            let found = weighting.finder.find(&values[0])?;
            rows.each(|row, group| match asked.by(row, number) {
                true => {
                    let conditions = weighting.finder.conditions(found[row]);
                    self.add(&mut states[group], conditions, number)
                }
                false => Ok(()),
            })?;
        }
        Ok(0)
    }

    fn merge(
        &self,
        states: &mut [ScoreState],
        saved: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let low = saved[0].as_primitive::<UInt64Type>();
        let high = saved[1].as_primitive::<UInt64Type>();
        let weighting = saved[2].as_primitive::<UInt8Type>();
        rows.each(|row, group| match weighting.value(row) {
            0 => Ok(()),
            weighting => {
                let high = Conditions::from(high.value(row)) << 64;
                let conditions = high | Conditions::from(low.value(row));
                self.add(&mut states[group], conditions, weighting - 1)
            }
        })?;
        Ok(0)
    }

    fn finish(&self, states: Vec<ScoreState>) -> Result<ArrayRef> {
        let mut scores = Vec::with_capacity(states.len());
        let mut names = ListBuilder::new(StringBuilder::new());
        let mut numbers = Vec::with_capacity(states.len());
        for state in &states {
            let present = self.present(state);
            let score = present.map_or(0, |(w, present)| self.scheme.score(w, present));
            let present = present.map_or(0, |(_, present)| present);
            for condition in members(present) {
                names
                    .values()
                    .append_value(&self.scheme.conditions[condition]);
            }
            names.append(true);
            scores.push(score);
            numbers.push(i64::from(present.count_ones()));
        }
        let bands = self.shape.band.map(|band| {
            let bands = scores.iter().map(|score| band(*score));
            Arc::new(StringArray::from_iter_values(bands)) as ArrayRef
        });
        let score: ArrayRef = match self.shape.unit {
            1 => Arc::new(Int64Array::from(scores)),
            unit => {
                let score = |units| units as f64 / unit as f64;
                let scores = scores.into_iter().map(score);
                Arc::new(Float64Array::from_iter_values(scores))
            }
        };
        let mut columns = vec![score];
        columns.extend(bands);
        columns.push(Arc::new(names.finish()));
        columns.push(Arc::new(Int64Array::from(numbers)));
        let fields = self.shape.struct_fields();
        Ok(Arc::new(StructArray::try_new(fields, columns, None)?))
    }
}
