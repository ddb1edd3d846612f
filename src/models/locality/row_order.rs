//! Functions whose value may rest on the order in which rows come.
//!
//! A night that reads some people alone meets their rows in another order than one that reads all. What is
//! kept must be the same, so a function passes when no order of rows that are alike changes its value.

use super::operand::plain;
use super::row_identity::RowIdentity;
use super::verdict::GlobalCause;
use arrow::datatypes::DataType;
use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{
    Expr, ExprSchemable, WindowFrame, WindowFrameUnits, WindowFunctionDefinition,
};
use std::collections::BTreeSet;

/// Aggregates with the same value in any order of rows. Those of codes keep which conditions there are.
const ANY_ORDER: [&str; 16] = [
    "count",
    "min",
    "max",
    "bool_and",
    "bool_or",
    "bit_and",
    "bit_or",
    "bit_xor",
    "median",
    "percentile_cont",
    "approx_distinct",
    "grouping",
    "cambridge_multimorbidity",
    "charlson",
    "elixhauser",
    "hfrs",
];
/// Aggregates that add up: floating-point numbers have another sum in another order.
const SUMS: [&str; 2] = ["sum", "avg"];
/// Aggregates that take rows in their order.
const IN_ORDER: [&str; 5] = [
    "first_value",
    "last_value",
    "nth_value",
    "array_agg",
    "string_agg",
];
/// Functions of windows that give rows which are alike in the order the same.
const ALIKE: [&str; 4] = ["rank", "dense_rank", "percent_rank", "cume_dist"];
/// Functions of windows that count rows.
const BY_ROW: [&str; 7] = [
    "row_number",
    "ntile",
    "lag",
    "lead",
    "first_value",
    "last_value",
    "nth_value",
];

/// What a function's value rests on beside the values of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NeedsOrder {
    /// Nothing.
    No,
    /// An order in which no two rows are alike.
    Total,
    /// An order that nobody can write.
    Unwritten(&'static str),
}

fn of_aggregate(name: &str, arguments: &[Expr], schema: &DFSchema) -> NeedsOrder {
    if ANY_ORDER.contains(&name) {
        NeedsOrder::No
    } else if IN_ORDER.contains(&name) {
        NeedsOrder::Total
    } else if SUMS.contains(&name) {
        match arguments.iter().all(|argument| is_exact(argument, schema)) {
            true => NeedsOrder::No,
            false => NeedsOrder::Unwritten(
                "it adds up floating-point numbers, whose sum depends on their order; a decimal does not",
            ),
        }
    } else {
        NeedsOrder::Unwritten("it is not known to give the same in any order of rows")
    }
}

/// Whether numbers add up to the same in any order: whole numbers do as floating-point numbers too.
fn is_exact(argument: &Expr, schema: &DFSchema) -> bool {
    let is_float = |argument: &Expr| {
        let kind = argument.get_type(schema);
        kind.map_or(true, |kind| {
            matches!(
                kind,
                DataType::Float16 | DataType::Float32 | DataType::Float64
            )
        })
    };
    match argument {
        Expr::Alias(alias) => is_exact(&alias.expr, schema),
        Expr::Cast(cast) if is_float(argument) => cast
            .expr
            .get_type(schema)
            .is_ok_and(|kind| kind.is_integer()),
        argument => !is_float(argument),
    }
}

/// Refuses an aggregate of groups, by these columns, whose value rests on the order of rows.
pub(super) fn refuse_unordered(
    expression: &Expr,
    schema: &DFSchema,
    groups: &BTreeSet<usize>,
    identity: &RowIdentity,
) -> Result<(), GlobalCause> {
    let aggregate = match expression {
        Expr::Alias(alias) => return refuse_unordered(&alias.expr, schema, groups, identity),
        Expr::AggregateFunction(aggregate) => aggregate,
        _ => return Ok(()),
    };
    let (name, params) = (aggregate.func.name(), &aggregate.params);
    let cause = |why: &str| GlobalCause::new(format!("{name}()"), why).at([expression]);
    match of_aggregate(name, &params.args, schema) {
        NeedsOrder::No => Ok(()),
        NeedsOrder::Unwritten(why) => Err(cause(why)),
        NeedsOrder::Total => {
            // Rows that are alike in all that it takes may change places.
            let ordered = |argument: &Expr| {
                matches!(argument, Expr::Literal(..))
                    || params.order_by.iter().any(|by| by.expr == *argument)
            };
            let alike = params.args.iter().all(ordered);
            match alike || is_total(&params.order_by, schema, groups, identity) {
                true => Ok(()),
                false => Err(cause(NOT_TOTAL)),
            }
        }
    }
}

const NOT_TOTAL: &str = "its order may leave rows alike; end it with a column that tells them apart, such as a record key";

fn is_total(
    order: &[Sort],
    schema: &DFSchema,
    groups: &BTreeSet<usize>,
    identity: &RowIdentity,
) -> bool {
    let place = |column: &Column| schema.maybe_index_of_column(column);
    let ordered = order.iter().filter_map(|by| plain(&by.expr, &place));
    identity.is_told_by(&ordered.chain(groups.iter().copied()).collect())
}

/// Refuses a function of a window, partitioned by these columns, whose value rests on the order of rows
/// that are alike.
pub(super) fn refuse_unordered_window(
    expression: &Expr,
    schema: &DFSchema,
    identity: &RowIdentity,
) -> Result<(), GlobalCause> {
    let window = match expression {
        Expr::Alias(alias) => return refuse_unordered_window(&alias.expr, schema, identity),
        Expr::WindowFunction(window) => window,
        _ => return Ok(()),
    };
    let (name, params) = (window.fun.name(), &window.params);
    let needs = match &window.fun {
        WindowFunctionDefinition::AggregateUDF(_) => {
            match (
                of_aggregate(name, &params.args, schema),
                &params.window_frame,
            ) {
                (NeedsOrder::No, frame) if counts_rows(frame) => NeedsOrder::Total,
                (needs, _) => needs,
            }
        }
        WindowFunctionDefinition::WindowUDF(_) if ALIKE.contains(&name) => NeedsOrder::No,
        WindowFunctionDefinition::WindowUDF(_) if BY_ROW.contains(&name) => NeedsOrder::Total,
        WindowFunctionDefinition::WindowUDF(_) => {
            NeedsOrder::Unwritten("it is not known to give the same in any order of rows")
        }
    };
    let cause = |why: &str| GlobalCause::new(format!("{name}() over"), why).at([expression]);
    let place = |column: &Column| schema.maybe_index_of_column(column);
    let partition = params.partition_by.iter();
    let partition = partition.filter_map(|by| plain(by, &place)).collect();
    match needs {
        NeedsOrder::No => Ok(()),
        NeedsOrder::Unwritten(why) => Err(cause(why)),
        NeedsOrder::Total => match is_total(&params.order_by, schema, &partition, identity) {
            true => Ok(()),
            false => Err(cause(NOT_TOTAL)),
        },
    }
}

/// Whether a frame may part rows that are alike.
fn counts_rows(frame: &WindowFrame) -> bool {
    frame.units == WindowFrameUnits::Rows
        && !(frame.start_bound.is_unbounded() && frame.end_bound.is_unbounded())
}
