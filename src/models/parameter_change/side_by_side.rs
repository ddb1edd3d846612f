//! Two plans of one query side by side, with the values of parameters before and now.

use super::changed_parts::{ChangedPart, changed_parts};
use super::conditions::{PairedExpressions, bare};
use super::node_result::NodeResult;
use super::row_person::with_person;
use super::scans::{refuse_other_sources, scans, without_hints};
use crate::models::locality::{UniqueColumns, people_apart};
use crate::models::proof_rule::ProofRule;
use datafusion::common::JoinType;
use datafusion::logical_expr::{
    Aggregate, Distinct, Expr, Filter, Join, LogicalPlan, Projection, Unnest, Window,
};
use std::sync::Arc;

/// Where two plans differ.
#[derive(Default)]
pub(in crate::models) struct ChangedNodes {
    /// Each gives the keys of people, in one column, for whom a node's expressions come out otherwise.
    pub(super) people: Vec<LogicalPlan>,
    /// Parts that rest on no people.
    pub(super) parts: Vec<ChangedPart>,
}

/// Where the plans of a query differ, of which the rows are apart by person, or of an aggregate over such rows;
/// `unique` as of [`crate::models::locality`].
///
/// # Errors
/// Why that cannot be told.
pub(in crate::models) fn changed_nodes(
    before: &LogicalPlan,
    now: &LogicalPlan,
    unique: UniqueColumns<'_>,
) -> NodeResult<ChangedNodes> {
    refuse_other_sources(before, now)?;
    let mut walk = SideBySide {
        unique,
        found: ChangedNodes::default(),
    };
    walk.node(before, now)?;
    if ProofRule::ConstantOtherwise.is_on() {
        walk.found.parts = changed_parts(before, now, unique)?;
    }
    Ok(walk.found)
}

/// Where a plan differs from itself over tables without people as they were, `before`.
///
/// # Errors
/// Why that cannot be told.
pub(in crate::models) fn changed_tables(
    before: &LogicalPlan,
    now: &LogicalPlan,
    unique: UniqueColumns<'_>,
) -> NodeResult<ChangedNodes> {
    Ok(ChangedNodes {
        people: Vec::new(),
        parts: changed_parts(before, now, unique)?,
    })
}

struct SideBySide<'a> {
    unique: UniqueColumns<'a>,
    found: ChangedNodes,
}

impl SideBySide<'_> {
    fn node(&mut self, before: &LogicalPlan, now: &LogicalPlan) -> NodeResult<()> {
        if before == now {
            return Ok(());
        }
        let is_constant = |plan| matches!(people_apart(plan, self.unique), Ok(None));
        match (is_constant(before), is_constant(now)) {
            // Its rows are compared.
            (true, true) => return Ok(()),
            (false, false) => {}
            _ => return Err("only one of its plans reads people"),
        }
        let width = |plan: &LogicalPlan| -> Vec<_> {
            let fields = plan.schema().fields().iter();
            fields.map(|field| field.data_type().clone()).collect()
        };
        if width(before) != width(now) {
            return Err("a node has other columns");
        }
        match (before, now) {
            (LogicalPlan::TableScan(before), LogicalPlan::TableScan(now)) => scans(before, now),
            (LogicalPlan::Filter(before), LogicalPlan::Filter(now)) => self.filters(before, now),
            (LogicalPlan::Projection(before), LogicalPlan::Projection(now)) => {
                self.projections(before, now)
            }
            (LogicalPlan::Join(before), LogicalPlan::Join(now)) => self.joins(before, now),
            (LogicalPlan::Aggregate(before), LogicalPlan::Aggregate(now)) => {
                self.aggregates(before, now)
            }
            (LogicalPlan::Window(before), LogicalPlan::Window(now)) => self.windows(before, now),
            (LogicalPlan::SubqueryAlias(before), LogicalPlan::SubqueryAlias(now)) => {
                self.node(&before.input, &now.input)
            }
            (LogicalPlan::Sort(before), LogicalPlan::Sort(now))
                if before.fetch.is_none() && now.fetch.is_none() =>
            {
                self.node(&before.input, &now.input)
            }
            (
                LogicalPlan::Distinct(Distinct::All(before)),
                LogicalPlan::Distinct(Distinct::All(now)),
            ) => self.node(before, now),
            (LogicalPlan::Union(before), LogicalPlan::Union(now))
                if before.inputs.len() == now.inputs.len() =>
            {
                let mut inputs = before.inputs.iter().zip(&now.inputs);
                inputs.try_for_each(|(before, now)| self.node(before, now))
            }
            (LogicalPlan::Unnest(before), LogicalPlan::Unnest(now)) => self.unnests(before, now),
            _ => Err("a node is of another kind"),
        }
    }

    /// Keeps the query for people in whose rows of `input` the expressions come out otherwise.
    fn otherwise(
        &mut self,
        expressions: PairedExpressions<'_>,
        input: &LogicalPlan,
    ) -> NodeResult<()> {
        let Some(condition) = expressions.differ() else {
            return Ok(());
        };
        let lost = "the person key cannot be led up";
        let (input, key) = with_person(input, self.unique).ok_or(lost)?;
        let chosen = Filter::try_new(condition, Arc::new(without_hints(input)?));
        let chosen = chosen.map_err(|_| "an expression does not fit")?;
        let chosen = Arc::new(LogicalPlan::Filter(chosen));
        let keys = Projection::try_new(vec![key.alias("person")], chosen);
        let keys = LogicalPlan::Projection(keys.map_err(|_| lost)?);
        self.found.people.push(keys);
        Ok(())
    }

    fn filters(&mut self, before: &Filter, now: &Filter) -> NodeResult<()> {
        self.node(&before.input, &now.input)?;
        let mut pairs = PairedExpressions::over(before.input.schema(), now.input.schema());
        if ProofRule::FilterOtherwise.is_on() {
            pairs.kept(Some(&before.predicate), Some(&now.predicate))?;
        }
        self.otherwise(pairs, &now.input)
    }

    fn projections(&mut self, before: &Projection, now: &Projection) -> NodeResult<()> {
        self.node(&before.input, &now.input)?;
        let mut pairs = PairedExpressions::over(before.input.schema(), now.input.schema());
        if ProofRule::ProjectionOtherwise.is_on() {
            pairs.values(&before.expr, &now.expr)?;
        }
        self.otherwise(pairs, &now.input)
    }

    fn windows(&mut self, before: &Window, now: &Window) -> NodeResult<()> {
        self.node(&before.input, &now.input)?;
        let mut pairs = PairedExpressions::over(before.input.schema(), now.input.schema());
        if before.window_expr.len() != now.window_expr.len() {
            return Err("a window has other functions");
        }
        for (before, now) in before.window_expr.iter().zip(&now.window_expr) {
            let (Expr::WindowFunction(before), Expr::WindowFunction(now)) =
                (bare(before), bare(now))
            else {
                return Err("a window has other functions");
            };
            let (a, b) = (&before.params, &now.params);
            if before.fun != now.fun
                || a.window_frame != b.window_frame
                || a.null_treatment != b.null_treatment
                || a.distinct != b.distinct
            {
                return Err("a window has other functions");
            }
            if ProofRule::WindowOtherwise.is_on() {
                pairs.values(&a.args, &b.args)?;
                pairs.values(&a.partition_by, &b.partition_by)?;
                pairs.orders(&a.order_by, &b.order_by)?;
                pairs.kept(a.filter.as_deref(), b.filter.as_deref())?;
            }
        }
        self.otherwise(pairs, &now.input)
    }

    fn aggregates(&mut self, before: &Aggregate, now: &Aggregate) -> NodeResult<()> {
        self.node(&before.input, &now.input)?;
        let mut pairs = PairedExpressions::over(before.input.schema(), now.input.schema());
        let sets = |aggregate: &Aggregate| {
            matches!(aggregate.group_expr.as_slice(), [Expr::GroupingSet(_)])
        };
        match sets(before) || sets(now) {
            true if before.group_expr == now.group_expr => {}
            true => return Err("there are other sets of groups"),
            false if ProofRule::GroupOtherwise.is_on() => {
                pairs.values(&before.group_expr, &now.group_expr)?;
            }
            false => {}
        }
        if before.aggr_expr.len() != now.aggr_expr.len() {
            return Err("an aggregate has other functions");
        }
        for (before, now) in before.aggr_expr.iter().zip(&now.aggr_expr) {
            let (Expr::AggregateFunction(before), Expr::AggregateFunction(now)) =
                (bare(before), bare(now))
            else {
                return Err("an aggregate has other functions");
            };
            let (a, b) = (&before.params, &now.params);
            if before.func != now.func
                || a.distinct != b.distinct
                || a.null_treatment != b.null_treatment
            {
                return Err("an aggregate has other functions");
            }
            if ProofRule::MeasureOtherwise.is_on() {
                pairs.values(&a.args, &b.args)?;
                pairs.orders(&a.order_by, &b.order_by)?;
                pairs.kept(a.filter.as_deref(), b.filter.as_deref())?;
            }
        }
        self.otherwise(pairs, &now.input)
    }

    /// Whether rows meet is decided pair by pair: when all pairs on equal keys are decided as before, so is
    /// who meets nobody.
    fn joins(&mut self, before: &Join, now: &Join) -> NodeResult<()> {
        let shape = |join: &Join| (join.join_type, join.null_equality, join.null_aware);
        if shape(before) != shape(now) || before.on.len() != now.on.len() {
            return Err("rows are joined otherwise");
        }
        self.node(&before.left, &now.left)?;
        self.node(&before.right, &now.right)?;
        let mut left = PairedExpressions::over(before.left.schema(), now.left.schema());
        let mut right = PairedExpressions::over(before.right.schema(), now.right.schema());
        let sides = |join: &Join| -> (Vec<Expr>, Vec<Expr>) { join.on.iter().cloned().unzip() };
        let ((left_before, right_before), (left_now, right_now)) = (sides(before), sides(now));
        left.values(&left_before, &left_now)?;
        right.values(&right_before, &right_now)?;
        if left.differ().is_some() || right.differ().is_some() {
            return Err("rows are joined on something else");
        }
        let joined = |join: &Join| join.left.schema().join(join.right.schema());
        let (Ok(of_before), Ok(of_now)) = (joined(before), joined(now)) else {
            return Err("rows that are joined cannot be told apart");
        };
        let mut pairs = PairedExpressions::over(&of_before, &of_now);
        pairs.kept(before.filter.as_ref(), now.filter.as_ref())?;
        if now.null_aware && before.filter != now.filter {
            return Err("`not in` asks for something else");
        }
        if !ProofRule::JoinOtherwise.is_on() {
            return Ok(());
        }
        let paired = Join::try_new(
            Arc::clone(&now.left),
            Arc::clone(&now.right),
            now.on.clone(),
            None,
            JoinType::Inner,
            now.join_constraint,
            now.null_equality,
            false,
        );
        let paired = paired.map_err(|_| "rows cannot be paired")?;
        self.otherwise(pairs, &LogicalPlan::Join(paired))
    }

    fn unnests(&mut self, before: &Unnest, now: &Unnest) -> NodeResult<()> {
        let lists = |unnest: &Unnest| -> Vec<_> {
            let lists = unnest.list_type_columns.iter();
            lists.map(|(place, list)| (*place, list.depth)).collect()
        };
        if lists(before) != lists(now)
            || before.struct_type_columns != now.struct_type_columns
            || before.dependency_indices != now.dependency_indices
            || before.options != now.options
        {
            return Err("other lists are opened");
        }
        self.node(&before.input, &now.input)
    }
}
