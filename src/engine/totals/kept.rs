//! The sums of groups, and the sum of one group or of a frame that slides.

use super::outcome::Outcome;
use super::whole::Whole;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, UInt64Array};
use arrow::datatypes::{DataType, Decimal128Type, UInt64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};
use std::sync::Arc;

/// The type in which sums go from one step of a plan to the next; the scale is that of the call.
pub(super) const SUM: DataType = DataType::Decimal128(38, 0);

/// Sums and the numbers of their rows, one for each group.
#[derive(Debug)]
pub(super) struct KeptTotals {
    outcome: Outcome,
    kind: DataType,
    sums: Vec<i128>,
    counts: Vec<u64>,
}

impl KeptTotals {
    /// No groups; results are of type `kind`.
    pub(super) fn new(outcome: Outcome, kind: &DataType) -> Self {
        KeptTotals {
            outcome,
            kind: kind.clone(),
            sums: Vec::new(),
            counts: Vec::new(),
        }
    }

    fn reach(&mut self, groups: usize) {
        if self.sums.len() < groups {
            self.sums.resize(groups, 0);
            self.counts.resize(groups, 0);
        }
    }

    /// Adds the rows of a column, each to the group that `group` gives it; None leaves it out.
    fn add(&mut self, column: &ArrayRef, group: impl Fn(usize) -> Option<usize>) -> Result<()> {
        let mut passed = false;
        let (sums, counts) = (&mut self.sums, &mut self.counts);
        Whole::each(column, |row, number| {
            if let Some(group) = group(row) {
                let (sum, over) = sums[group].overflowing_add(number);
                passed |= over;
                sums[group] = sum;
                counts[group] += 1;
            }
        })?;
        within(passed)
    }

    fn take_back(&mut self, column: &ArrayRef) -> Result<()> {
        let mut passed = false;
        let (sum, count) = (&mut self.sums[0], &mut self.counts[0]);
        Whole::each(column, |_, number| {
            let (less, over) = sum.overflowing_sub(number);
            passed |= over;
            *sum = less;
            *count = count.saturating_sub(1);
        })?;
        within(passed)
    }

    fn merge(&mut self, states: &[ArrayRef], group: impl Fn(usize) -> usize) -> Result<()> {
        let [sums, counts] = states else {
            return exec_err!("a sum has another state");
        };
        let sums = sums.as_primitive::<Decimal128Type>();
        let counts = counts.as_primitive::<UInt64Type>();
        let mut passed = false;
        for row in 0..sums.len() {
            if sums.is_null(row) || counts.is_null(row) {
                continue;
            }
            let group = group(row);
            let (sum, over) = self.sums[group].overflowing_add(sums.value(row));
            passed |= over;
            self.sums[group] = sum;
            self.counts[group] += counts.value(row);
        }
        within(passed)
    }

    fn results(&self, sums: Vec<i128>, counts: &[u64]) -> Result<ArrayRef> {
        let outcome = self.outcome;
        let result = |(sum, count): (i128, &u64)| match (outcome, *count) {
            (_, 0) => None,
            (Outcome::Sum, _) => Some(sum),
            (Outcome::Mean, count) => Some(sum / i128::from(count)),
        };
        let results: Decimal128Array = sums.into_iter().zip(counts).map(result).collect();
        Whole::column(&results, &self.kind, outcome)
    }
}

fn within(passed: bool) -> Result<()> {
    match passed {
        true => exec_err!("Arithmetic overflow, as a sum has more than 38 digits"),
        false => Ok(()),
    }
}

/// Sums in the type of a state, which holds all that 128 bits hold.
fn saved(sums: Vec<i128>, counts: &[u64]) -> Result<ArrayRef> {
    let sum = |(sum, count): (i128, &u64)| (*count > 0).then_some(sum);
    let sums: Decimal128Array = sums.into_iter().zip(counts).map(sum).collect();
    Ok(Arc::new(sums.with_precision_and_scale(38, 0)?))
}

impl GroupsAccumulator for KeptTotals {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.reach(total);
        match filter {
            None => self.add(&values[0], |row| Some(groups[row])),
            Some(filter) => self.add(&values[0], |row| {
                (filter.is_valid(row) && filter.value(row)).then_some(groups[row])
            }),
        }
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.reach(total);
        self.merge(values, |row| groups[row])
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let (sums, counts) = (
            emit.take_needed(&mut self.sums),
            emit.take_needed(&mut self.counts),
        );
        self.results(sums, &counts)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let (sums, counts) = (
            emit.take_needed(&mut self.sums),
            emit.take_needed(&mut self.counts),
        );
        Ok(vec![
            saved(sums, &counts)?,
            Arc::new(UInt64Array::from(counts)),
        ])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let mut rows = KeptTotals::new(self.outcome, &self.kind);
        let each: Vec<usize> = (0..values[0].len()).collect();
        GroupsAccumulator::update_batch(&mut rows, values, &each, filter, each.len())?;
        GroupsAccumulator::state(&mut rows, EmitTo::All)
    }

    fn size(&self) -> usize {
        self.sums.capacity() * size_of::<i128>() + self.counts.capacity() * size_of::<u64>()
    }
}

impl Accumulator for KeptTotals {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.reach(1);
        self.add(&values[0], |_| Some(0))
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.reach(1);
        self.merge(states, |_| 0)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.reach(1);
        let result = self.results(self.sums.clone(), &self.counts)?;
        ScalarValue::try_from_array(&result, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.reach(1);
        let sum = saved(self.sums.clone(), &self.counts)?;
        Ok(vec![
            ScalarValue::try_from_array(&sum, 0)?,
            ScalarValue::UInt64(Some(self.counts[0])),
        ])
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.reach(1);
        self.take_back(&values[0])
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn size(&self) -> usize {
        size_of_val(self) + GroupsAccumulator::size(self)
    }
}
