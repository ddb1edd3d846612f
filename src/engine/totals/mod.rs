//! Aggregates that are exact: what their type does not hold is an error, and what has left a frame has
//! no part in it.
//!
//! DataFusion adds in the type of the result and begins again at the other end. Here the sums of whole
//! numbers are kept in 128 bits, which no number of rows fills: whether a sum has a place does not
//! depend on the order in which rows come, nor on how many threads add them up. Sums of fractions keep
//! what rounding takes away ([`fractions`]). Over frames that slide nothing is taken away again
//! ([`frame`], [`anew`]). All else is left to DataFusion.

mod anew;
mod distinct;
mod fractions;
mod frame;
mod kept;
mod outcome;
mod whole;

use crate::functions::{Kept, many_groups, one_group};
use anew::Anew;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::functions_aggregate::all_default_aggregate_functions;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, Expr, GroupsAccumulator, Operator,
    ReversedUDAF, SetMonotonicity, Signature, StatisticsArgs,
};
use distinct::Distinct;
use fractions::{FractionTotal, Fractions};
use frame::{MomentSums, TotalsFrame};
use kept::KeptTotals;
use outcome::Outcome;
use std::sync::Arc;
use whole::Whole;

/// The functions, to be registered in place of DataFusion's.
pub(super) fn functions() -> Vec<AggregateUDF> {
    let exact = |function: Arc<AggregateUDF>| {
        let moment = moment(function.name());
        let statistic = moment.is_some() || is_statistic(function.name());
        statistic.then(|| AggregateUDF::from(Exact { function, moment }))
    };
    let all = all_default_aggregate_functions();
    all.into_iter().filter_map(exact).collect()
}

fn moment(name: &str) -> Option<MomentSums> {
    Some(match name {
        "sum" => MomentSums::Sum,
        "avg" => MomentSums::Mean,
        "var" => MomentSums::Variance(1),
        "var_pop" => MomentSums::Variance(0),
        "stddev" => MomentSums::Deviation(1),
        "stddev_pop" => MomentSums::Deviation(0),
        _ => return None,
    })
}

/// Statistics of two columns.
fn is_statistic(name: &str) -> bool {
    matches!(name, "corr" | "covar_samp" | "covar_pop") || name.starts_with("regr_")
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Exact {
    function: Arc<AggregateUDF>,
    moment: Option<MomentSums>,
}

impl Exact {
    /// What is made of rows of this type, if they are added up here.
    fn outcome(&self, kind: &DataType) -> Option<Outcome> {
        match self.moment {
            Some(MomentSums::Sum) => Whole::suits(kind).then_some(Outcome::Sum),
            // The mean of decimals fails by itself, and all else is a fraction.
            Some(MomentSums::Mean) => {
                matches!(kind, DataType::Duration(_)).then_some(Outcome::Mean)
            }
            _ => None,
        }
    }

    /// What keeps the sums of this call, if they are kept here.
    fn kept(&self, args: &AccumulatorArgs) -> Option<KeptTotals> {
        let ([field], false) = (args.expr_fields, args.is_distinct) else {
            return None;
        };
        let outcome = self.outcome(field.data_type())?;
        Some(KeptTotals::new(outcome, args.return_field.data_type()))
    }

    /// What adds up the fractions of this call, if they are added up here.
    fn fractions(&self, args: &AccumulatorArgs) -> Option<Fractions> {
        let ([field], false) = (args.expr_fields, args.is_distinct) else {
            return None;
        };
        self.of_fractions(field.data_type())
    }

    fn of_fractions(&self, kind: &DataType) -> Option<Fractions> {
        match (self.moment, kind) {
            (Some(MomentSums::Sum), DataType::Float64) => Some(Fractions(Outcome::Sum)),
            (Some(MomentSums::Mean), DataType::Float64) => Some(Fractions(Outcome::Mean)),
            _ => None,
        }
    }

    /// The engine's accumulator; of distinct whole numbers it only keeps the values.
    fn watched(&self, args: &AccumulatorArgs, inner: Box<dyn Accumulator>) -> Box<dyn Accumulator> {
        let kind = args.return_field.data_type().clone();
        match args.is_distinct && self.outcome(&kind) == Some(Outcome::Sum) {
            true => Box::new(Distinct { inner, kind }),
            false => inner,
        }
    }
}

fn again<'a>(args: &AccumulatorArgs<'a>) -> AccumulatorArgs<'a> {
    AccumulatorArgs {
        return_field: args.return_field.clone(),
        ..*args
    }
}

impl AggregateUDFImpl for Exact {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn aliases(&self) -> &[String] {
        self.function.aliases()
    }

    fn signature(&self) -> &Signature {
        self.function.signature()
    }

    fn coerce_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        self.function.inner().coerce_types(kinds)
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        self.function.return_type(kinds)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let [field] = args.input_fields else {
            return self.function.state_fields(args);
        };
        let part =
            |name, kind| Arc::new(Field::new(format_state_name(args.name, name), kind, true));
        if !args.is_distinct && self.of_fractions(field.data_type()).is_some() {
            let parts = ["sum", "error", "count"].into_iter();
            let parts = parts.zip(FractionTotal::types());
            return Ok(parts.map(|(name, kind)| part(name, kind)).collect());
        }
        if args.is_distinct || self.outcome(field.data_type()).is_none() {
            return self.function.state_fields(args);
        }
        Ok(vec![
            part("sum", kept::SUM),
            part("count", DataType::UInt64),
        ])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if let Some(kept) = self.kept(&args) {
            return Ok(Box::new(kept));
        }
        if let Some(fractions) = self.fractions(&args) {
            return Ok(one_group(fractions));
        }
        let inner = self.function.accumulator(again(&args))?;
        Ok(self.watched(&args, inner))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if let Some(kept) = self.kept(&args) {
            return Ok(Box::new(kept));
        }
        let fraction = |field: &FieldRef| field.data_type() == &DataType::Float64;
        if !args.is_distinct && args.expr_fields.iter().all(fraction) {
            return Ok(match self.moment {
                Some(moment) => Box::new(TotalsFrame::new(moment)),
                None => Box::new(Anew::new(&self.function, &args)),
            });
        }
        let inner = self.function.create_sliding_accumulator(again(&args))?;
        Ok(self.watched(&args, inner))
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        self.kept(&args).is_some()
            || self.fractions(&args).is_some()
            || self.function.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        if let Some(kept) = self.kept(&args) {
            return Ok(Box::new(kept));
        }
        match self.fractions(&args) {
            Some(fractions) => Ok(many_groups(fractions)),
            None => self.function.create_groups_accumulator(args),
        }
    }

    fn is_nullable(&self) -> bool {
        self.function.inner().is_nullable()
    }

    fn default_value(&self, kind: &DataType) -> Result<ScalarValue> {
        self.function.default_value(kind)
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        match self.function.reverse_udf() {
            // Its reverse would be the engine's own.
            ReversedUDAF::Reversed(_) => ReversedUDAF::NotSupported,
            other => other,
        }
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn set_monotonicity(&self, kind: &DataType) -> SetMonotonicity {
        self.function.inner().set_monotonicity(kind)
    }

    fn simplify_expr_op_literal(
        &self,
        function: &AggregateFunction,
        argument: &Expr,
        operator: Operator,
        literal: &Expr,
        argument_is_left: bool,
    ) -> Result<Option<Expr>> {
        self.function.inner().simplify_expr_op_literal(
            function,
            argument,
            operator,
            literal,
            argument_is_left,
        )
    }

    fn value_from_stats(&self, statistics: &StatisticsArgs) -> Option<ScalarValue> {
        self.function.value_from_stats(statistics)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.function.documentation()
    }
}
