//! `count(distinct …)` of many groups in little memory.
//!
//! DataFusion keeps a hash set for each group, except for integers; a plan that counts the codes of
//! each of a million people then needs tens of gigabytes. Here one structure holds the values of all
//! groups: each value is a number ([`Codes`]), and the numbers of a group lie side by side
//! ([`pairs::Pairs`]). Everything else about `count` is left to DataFusion: other counts, queries
//! without `group by`, windows, and the state that goes between the steps of a plan.

mod accumulator;
mod codes;
mod pairs;

use accumulator::DistinctGroups;
use codes::{Bits, Numbered};
use datafusion::common::{Result, ScalarValue};
use datafusion::functions_aggregate::count::Count;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, GroupsAccumulator, ReversedUDAF,
    SetMonotonicity, Signature, StatisticsArgs,
};

use arrow::datatypes::{DataType, FieldRef};

/// `count`, to be registered in place of DataFusion's.
pub(super) fn count() -> AggregateUDF {
    AggregateUDF::from(CompactCount {
        count: Count::new(),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CompactCount {
    count: Count,
}

/// The type whose values are counted, if the count is one that we do ourselves.
fn counted(args: &AccumulatorArgs) -> Option<DataType> {
    let ([field], true) = (args.expr_fields, args.is_distinct) else {
        return None;
    };
    let kind = match field.data_type() {
        DataType::Dictionary(_, values) => values.as_ref(),
        kind => kind,
    };
    (Bits::suits(kind) || Numbered::suits(kind)).then(|| kind.clone())
}

impl AggregateUDFImpl for CompactCount {
    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        counted(&args).is_some() || self.count.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        match counted(&args) {
            Some(kind) if Bits::suits(&kind) => Ok(Box::new(DistinctGroups::new(Bits::new(kind)))),
            Some(kind) => Ok(Box::new(DistinctGroups::new(Numbered::new(kind)?))),
            None => self.count.create_groups_accumulator(args),
        }
    }

    fn name(&self) -> &str {
        self.count.name()
    }

    fn signature(&self) -> &Signature {
        self.count.signature()
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        self.count.return_type(arguments)
    }

    fn is_nullable(&self) -> bool {
        self.count.is_nullable()
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        self.count.state_fields(args)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        self.count.accumulator(args)
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        self.count.create_sliding_accumulator(args)
    }

    /// Order changes no count. The engine would hand the columns of an `order by` on as further
    /// arguments, and rows where one of these is NULL would not be counted.
    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        self.count.reverse_expr()
    }

    fn default_value(&self, kind: &DataType) -> Result<ScalarValue> {
        self.count.default_value(kind)
    }

    fn value_from_stats(&self, statistics: &StatisticsArgs) -> Option<ScalarValue> {
        self.count.value_from_stats(statistics)
    }

    fn set_monotonicity(&self, kind: &DataType) -> SetMonotonicity {
        self.count.set_monotonicity(kind)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.count.documentation()
    }
}
