//! Frames of windows that no row can have.
//!
//! DataFusion takes `range between interval '-1 month' preceding …` as it is, and then counts rows
//! from the end of a frame to its start: a panic, or a count of -1.

use crate::error::{Error, Result};
use datafusion::arrow::datatypes::{DataType, IntervalUnit};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{
    Expr, ExprSchemable, LogicalPlan, WindowFrameBound, WindowFrameUnits,
};

/// Refuses a frame by range that begins or ends at a negative distance, that begins after its end, or
/// whose order has no distances.
pub(super) fn refuse_impossible(place: &str, plan: &LogicalPlan) -> Result<()> {
    let mut wrong = None;
    let walked = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Window(window) = node {
            let schema = window.input.schema();
            let windows = window.window_expr.iter().filter_map(window_of);
            wrong = windows.filter_map(|window| fault(window, schema)).next();
        }
        Ok(match wrong {
            Some(_) => TreeNodeRecursion::Stop,
            None => TreeNodeRecursion::Continue,
        })
    });
    match (walked, wrong) {
        (_, Some((frame, why))) => Err(Error::usage(format!("{place}: no row has the frame {frame}"))
            .cause(why)
            .hint("a frame begins at or before its end, and distances are not negative: write `interval '1 day' preceding` or `following`")),
        // What cannot be walked cannot be planned either, and is told then.
        _ => Ok(()),
    }
}

fn window_of(expression: &Expr) -> Option<&WindowFunction> {
    match expression {
        Expr::WindowFunction(window) => Some(window),
        Expr::Alias(alias) => window_of(&alias.expr),
        _ => None,
    }
}

/// How far a bound lies behind the current row (negative: before it), in units that are not
/// converted: months, days and nanoseconds, or one number.
type Distance = [f64; 3];

fn fault(window: &WindowFunction, schema: &DFSchema) -> Option<(String, String)> {
    let frame = &window.params.window_frame;
    let bounds = [&frame.start_bound, &frame.end_bound];
    let offset = |bound: &&WindowFrameBound| match bound {
        WindowFrameBound::Preceding(by) | WindowFrameBound::Following(by) => !by.is_null(),
        WindowFrameBound::CurrentRow => false,
    };
    if frame.units != WindowFrameUnits::Range || !bounds.iter().any(offset) {
        return None;
    }
    let order = window.params.order_by.first()?.expr.get_type(schema).ok()?;
    let told = |why: String| Some((frame.to_string().to_lowercase(), why));
    let Some(target) = distances_of(&order) else {
        return told(format!(
            "a range of {order} has no distances; order by a number, a date or a time"
        ));
    };
    let start = match distance(&frame.start_bound, &target) {
        Ok(start) => start,
        Err(why) => return told(why),
    };
    let end = match distance(&frame.end_bound, &target) {
        Ok(end) => end,
        Err(why) => return told(why),
    };
    let (start, end) = start.zip(end)?;
    if start.iter().zip(&end).all(|(start, end)| start <= end) {
        return None;
    }
    told(
        "it begins after its end, or in units that cannot be compared with those of its end"
            .to_string(),
    )
}

/// The type of distances between values of a type.
fn distances_of(order: &DataType) -> Option<DataType> {
    match order {
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            Some(DataType::Interval(IntervalUnit::MonthDayNano))
        }
        DataType::Dictionary(_, values) => distances_of(values),
        number if number.is_numeric() => Some(DataType::Float64),
        _ => None,
    }
}

/// None for a bound that has no distance.
fn distance(bound: &WindowFrameBound, target: &DataType) -> Result<Option<Distance>, String> {
    let (by, sign) = match bound {
        WindowFrameBound::CurrentRow => return Ok(Some([0.0; 3])),
        WindowFrameBound::Preceding(by) => (by, -1.0),
        WindowFrameBound::Following(by) => (by, 1.0),
    };
    if by.is_null() {
        return Ok(None);
    }
    let text = match by {
        ScalarValue::Utf8(Some(text)) => text.clone(),
        other => other.to_string(),
    };
    let unfit = |_| format!("'{text}' is no distance between values of its order");
    #[allow(clippy::cast_precision_loss)] // only the sign and the order matter
    let parts = match ScalarValue::try_from_string(text.clone(), target).map_err(unfit)? {
        ScalarValue::IntervalMonthDayNano(Some(by)) => [
            f64::from(by.months),
            f64::from(by.days),
            by.nanoseconds as f64,
        ],
        ScalarValue::Float64(Some(by)) => [by, 0.0, 0.0],
        _ => return Ok(None),
    };
    if parts.iter().any(|part| part.is_nan() || *part < 0.0) {
        return Err(format!("{text} is negative"));
    }
    Ok(Some(parts.map(|part| sign * part)))
}
