//! Functions that give one value for each group of rows.
//!
//! A function says as a [`Fold`] what it keeps of a group; here that becomes the engine's
//! accumulator of many groups, and that of one.

use super::broken_rule::broken_rule;
use super::fold::{Fold, FoldRows, Kept, length};
use super::named::Named;
use super::sliding::Sliding;
use super::{Definition, Doc, Function};
use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{
    AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs,
};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, EmitTo, Expr, GroupsAccumulator,
    Signature,
};
use std::fmt;
use std::sync::Arc;

/// An aggregate function of the types in `calls` (one list for each number of arguments; the engine
/// casts what it can to them) that gives `returns`.
pub(super) fn aggregate<F: Fold>(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    fold: F,
) -> Function {
    let aggregate = Named::new(doc, calls, Aggregate { returns, fold });
    let definition = Definition::Aggregate(AggregateUDF::from(aggregate));
    Function { doc, definition }
}

struct Aggregate<F> {
    returns: DataType,
    fold: F,
}

impl<F> Named<Aggregate<F>> {
    fn check(&self, args: &AccumulatorArgs) -> Result<()> {
        check_clauses(self.doc.name, args.is_distinct, args.ignore_nulls)
    }
}

/// Refuses the clauses of a call that would change which rows count: what a row without a value
/// means is said by each function, and equal rows are as many people.
fn check_clauses(function: &'static str, distinct: bool, nulls: bool) -> Result<()> {
    if distinct {
        let rule = "has no meaning here: every row counts";
        return broken_rule(function, "distinct", rule);
    }
    if nulls {
        let rule = "has no meaning here: what NULL does is fixed";
        return broken_rule(function, "ignore nulls", rule);
    }
    Ok(())
}

impl<F: Fold> AggregateUDFImpl for Named<Aggregate<F>> {
    fn name(&self) -> &str {
        self.doc.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.kind.returns.clone())
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let types = F::State::types().into_iter().enumerate();
        let fields = types.map(|(number, kind)| {
            let name = format!("{}[{number}]", args.name);
            Arc::new(Field::new(name, kind, true))
        });
        Ok(fields.collect())
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        self.check(&args)?;
        Ok(one_group(self.kind.fold.clone()))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        self.check(&args)?;
        Ok(many_groups(self.kind.fold.clone()))
    }

    /// Order changes no result, so the engine keeps an `order by` of a call to itself: it would
    /// hand its columns on as further arguments.
    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        self.check(&args)?;
        Ok(Box::new(Sliding::new(self.kind.fold.clone())))
    }

    /// Of a frame without rows: what no rows give.
    fn default_value(&self, _: &DataType) -> Result<ScalarValue> {
        let value = self.kind.fold.finish(vec![F::State::default()])?;
        ScalarValue::try_from_array(&value, 0)
    }

    /// Sees a call before the optimiser may turn a lone `distinct` into a grouping.
    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        let fold = self.kind.fold.clone();
        let name = self.doc.name;
        Some(Box::new(move |call, _| {
            let params = &call.params;
            check_clauses(name, params.distinct, params.null_treatment.is_some())?;
            fold.check(&params.args)?;
            Ok(Expr::AggregateFunction(call))
        }))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}

/// The accumulator of the groups of a `group by`, none yet.
pub(crate) fn many_groups<F: Fold>(fold: F) -> Box<dyn GroupsAccumulator> {
    Box::new(ManyGroups {
        fold,
        states: Vec::new(),
        beside: 0,
    })
}

/// The accumulator of a query without `group by`.
pub(crate) fn one_group<F: Fold>(fold: F) -> Box<dyn Accumulator> {
    Box::new(OneGroup {
        fold,
        state: F::State::default(),
        beside: 0,
    })
}

/// Accumulates the groups of a `group by`.
struct ManyGroups<F: Fold> {
    fold: F,
    states: Vec<F::State>,
    /// Bytes that the states hold beside themselves.
    beside: usize,
}

impl<F: Fold> ManyGroups<F> {
    fn grow(&mut self, groups: usize) {
        if self.states.len() < groups {
            self.states.resize_with(groups, F::State::default);
        }
    }

    fn take(&mut self, emit_to: EmitTo) -> Vec<F::State> {
        let before = self.states.len().max(1);
        let taken = emit_to.take_needed(&mut self.states);
        // Which states held how much is not known one by one: what stays keeps its share.
        self.beside = self.beside / before * self.states.len();
        taken
    }
}

impl<F: Fold> GroupsAccumulator for ManyGroups<F> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.grow(total_num_groups);
        let rows = FoldRows::Of(group_indices, opt_filter);
        self.beside += self.fold.update(&mut self.states, values, rows)?;
        Ok(())
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.grow(total_num_groups);
        let rows = FoldRows::Of(group_indices, None);
        self.beside += self.fold.merge(&mut self.states, values, rows)?;
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let states = self.take(emit_to);
        self.fold.finish(states)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let states = self.take(emit_to);
        F::State::save(states)
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let each: Vec<usize> = (0..length(values)).collect();
        let mut states = Vec::new();
        states.resize_with(each.len(), F::State::default);
        let rows = FoldRows::Of(&each, opt_filter);
        self.fold.update(&mut states, values, rows)?;
        F::State::save(states)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.states.capacity() * size_of::<F::State>() + self.beside
    }
}

/// Accumulates the rows of a query without `group by`.
struct OneGroup<F: Fold> {
    fold: F,
    state: F::State,
    beside: usize,
}

impl<F: Fold> Accumulator for OneGroup<F> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let state = std::slice::from_mut(&mut self.state);
        self.beside += self
            .fold
            .update(state, values, FoldRows::One(length(values)))?;
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let state = std::slice::from_mut(&mut self.state);
        self.beside += self
            .fold
            .merge(state, states, FoldRows::One(length(states)))?;
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let saved = F::State::save(vec![std::mem::take(&mut self.state)])?;
        let one = |array: &ArrayRef| ScalarValue::try_from_array(array, 0);
        saved.iter().map(one).collect()
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        // A window with a growing frame asks for the value again and again.
        let saved = F::State::save(vec![std::mem::take(&mut self.state)])?;
        let mut copy = F::State::default();
        for state in [&mut self.state, &mut copy] {
            let state = std::slice::from_mut(state);
            self.fold.merge(state, &saved, FoldRows::One(1))?;
        }
        let value = self.fold.finish(vec![copy])?;
        ScalarValue::try_from_array(&value, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.beside
    }
}

impl<F: Fold> fmt::Debug for OneGroup<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneGroup")
    }
}
