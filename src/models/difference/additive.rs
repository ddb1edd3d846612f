//! Aggregates that can be kept by difference.
//!
//! The rows of an aggregate's input are apart by person. A count or an exact sum over all of them is the sum
//! of those over two parts of the people; so is the number of different people. A minimum or maximum of
//! all is that of the two, and cannot be taken back.

use crate::lake::TableName;
use crate::models::locality::{GlobalCause, people_apart, people_below};
use crate::models::proof_rule::ProofRule;
use arrow::datatypes::DataType;
use datafusion::common::DFSchemaRef;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Aggregate, Expr, ExprSchemable, LogicalPlan, lit};
use std::sync::Arc;

/// Where a column of kept groups comes from, and how it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeptColumn {
    /// What rows are grouped by.
    Group,
    /// Rows, values or people.
    Count,
    /// A sum of whole numbers or decimals; NULL when the column at this place counts none.
    Sum(usize),
    /// The smallest value; NULL when the column at this place counts none.
    Least(usize),
    /// The greatest, likewise.
    Greatest(usize),
}

/// An aggregate over people that is kept.
#[derive(Debug, Clone)]
pub(super) struct KeptAggregate {
    /// It, with columns behind its own that count its rows and the values of which it makes sums: the first
    /// of them counts rows, so that a group that has lost all of them goes.
    pub plan: LogicalPlan,
    /// How each column is kept.
    pub columns: Vec<KeptColumn>,
    /// The columns of the aggregate as the plan has it, which are the first ones.
    pub schema: DFSchemaRef,
}

impl KeptAggregate {
    /// The number of columns that the plan has.
    pub(super) fn width(&self) -> usize {
        self.schema.fields().len()
    }

    /// Whether there is one group, with rows or without.
    pub(super) fn is_one_group(&self) -> bool {
        self.columns.first() != Some(&KeptColumn::Group)
    }
}

/// What an aggregate of a plan is.
pub(super) enum AggregateKind {
    /// It is over all people and can be kept.
    Kept(Box<KeptAggregate>),
    /// It is by person, or over no people: nothing below it is over all people.
    Apart,
    /// It is over all people, and has to be made in full.
    InFull(GlobalCause),
}

/// What `aggregate` is; `unique` as of [`crate::models::locality`].
pub(super) fn kind_of(
    aggregate: &Aggregate,
    unique: &dyn Fn(&TableName) -> Vec<Vec<String>>,
) -> AggregateKind {
    let whole = LogicalPlan::Aggregate(aggregate.clone());
    if people_apart(&whole, unique).is_ok() {
        return AggregateKind::Apart;
    }
    let keys = match people_below(aggregate, unique) {
        Ok(Some(keys)) => keys,
        Ok(None) => return AggregateKind::Apart,
        Err(cause) => return AggregateKind::InFull(cause),
    };
    let is_key = |argument: &Expr| match argument {
        Expr::Column(column) => {
            let place = aggregate.input.schema().maybe_index_of_column(column);
            place.is_some_and(|place| keys.contains(&place))
        }
        _ => false,
    };
    match kept(aggregate, &is_key) {
        Ok(kept) => AggregateKind::Kept(Box::new(kept)),
        Err(cause) => AggregateKind::InFull(cause),
    }
}

fn kept(
    aggregate: &Aggregate,
    is_key: &dyn Fn(&Expr) -> bool,
) -> Result<KeptAggregate, GlobalCause> {
    if let [Expr::GroupingSet(_)] = aggregate.group_expr.as_slice() {
        return Err(GlobalCause::new(
            "grouping sets",
            "several sets of groups are not kept by difference",
        ));
    }
    let width = aggregate.schema.fields().len();
    let groups = aggregate.group_expr.len();
    for field in aggregate.schema.fields().iter().take(groups) {
        // Key rotation finds keys by the names of columns, and kept groups have none.
        if field.name().ends_with("_key") {
            return Err(GlobalCause::new(
                "group by",
                format!("keys, as {} may be one, are not kept", field.name()),
            ));
        }
    }
    let mut columns = vec![KeptColumn::Group; groups];
    let mut hidden = vec![count_of(lit(1i64), None)];
    for expression in &aggregate.aggr_expr {
        let counted = width + hidden.len();
        let (column, counts) = column(expression, aggregate, is_key, counted)?;
        columns.push(column);
        hidden.extend(counts);
    }
    columns.extend(hidden.iter().map(|_| KeptColumn::Count));
    let hidden = hidden
        .into_iter()
        .enumerate()
        .map(|(at, count)| count.alias(format!("populace count {at}")));
    let expressions = aggregate.aggr_expr.iter().cloned().chain(hidden).collect();
    let input = Arc::clone(&aggregate.input);
    let plan = Aggregate::try_new(input, aggregate.group_expr.clone(), expressions);
    let unknown = |_| GlobalCause::new("group by", "its rows cannot be counted beside it");
    Ok(KeptAggregate {
        plan: LogicalPlan::Aggregate(plan.map_err(unknown)?),
        columns,
        schema: aggregate.schema.clone(),
    })
}

/// How the column of an aggregate's expression is kept, and what has to be counted for it at the place
/// `counted`.
fn column(
    expression: &Expr,
    aggregate: &Aggregate,
    is_key: &dyn Fn(&Expr) -> bool,
    counted: usize,
) -> Result<(KeptColumn, Option<Expr>), GlobalCause> {
    let function = match expression {
        Expr::Alias(alias) => return column(&alias.expr, aggregate, is_key, counted),
        Expr::AggregateFunction(function) => function,
        _ => {
            return Err(GlobalCause::new(
                "group by",
                "it holds what is no aggregate function",
            ));
        }
    };
    let (name, params) = (function.func.name(), &function.params);
    let refused = |why: &str| {
        let cause = GlobalCause::new(format!("{name}()"), why);
        Err(cause.at([expression]))
    };
    if params.null_treatment.is_some() || !params.order_by.is_empty() {
        return refused("it takes rows in their order, and is not kept by difference");
    }
    let [argument] = params.args.as_slice() else {
        return refused("it is not known to add up over people");
    };
    if params.distinct {
        return match name == "count" && (is_key(argument) || !ProofRule::DistinctKey.is_on()) {
            true => Ok((KeptColumn::Count, None)),
            false => refused("different values of all people do not add up over people"),
        };
    }
    let kind = |of: &Expr| of.get_type(aggregate.input.schema());
    let counts = || Some(count_of(argument.clone(), params.filter.clone()));
    match name {
        "count" => Ok((KeptColumn::Count, None)),
        "sum" => match kind(expression) {
            Ok(DataType::Int64 | DataType::Decimal128(..)) => {
                Ok((KeptColumn::Sum(counted), counts()))
            }
            _ => refused("it adds up floating-point numbers, from which none can be taken exactly"),
        },
        "min" | "max" => match kind(argument) {
            Ok(DataType::Float16 | DataType::Float32 | DataType::Float64) | Err(_) => {
                refused("extremes of floating-point numbers are not kept")
            }
            Ok(kind) if kind.is_nested() => refused("extremes of lists are not kept"),
            Ok(_) if name == "min" => Ok((KeptColumn::Least(counted), counts())),
            Ok(_) => Ok((KeptColumn::Greatest(counted), counts())),
        },
        _ => refused("it is not known to add up over people"),
    }
}

fn count_of(argument: Expr, filter: Option<Box<Expr>>) -> Expr {
    let function = AggregateFunction::new_udf(
        count_udaf(),
        vec![argument],
        false,
        filter,
        Vec::new(),
        None,
    );
    Expr::AggregateFunction(function)
}
