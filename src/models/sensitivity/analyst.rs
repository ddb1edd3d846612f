//! Walks a logical plan.

use super::attribute::{Attributes, Attrs};
use super::expression::ExpressionValue;
use super::facts::Facts;
use super::relation::{Level, Relation, RelationColumn};
use super::taint::{Taint, TaintKind, Why};
use crate::lake::TableName;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column as Named, DFSchema};
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan, Sort, SortExpr, Values};
use std::collections::{BTreeMap, BTreeSet};

/// Analyses the plans of one text of SQL.
pub(super) struct Analyst<'a> {
    /// What is known of the tables.
    pub facts: &'a BTreeMap<TableName, Facts>,
    pub attributes: &'a mut Attributes,
    /// Reference tables that become tables of areas where they are joined to areas.
    pub unlinked: &'a BTreeSet<TableName>,
    /// What messages call the text.
    pub place: String,
    /// The rows that a correlated subquery stands beside.
    pub outer: Vec<(Relation, DFSchema)>,
    /// The rows so far of recursive queries, by name.
    pub work: BTreeMap<String, Relation>,
}

impl Analyst<'_> {
    /// A reason: what an expression is, and where it stands.
    pub(super) fn why(&self, expr: &Expr, what: &str) -> Why {
        let mut at = None;
        // Visiting expressions in memory cannot fail.
        let _ = expr.apply(|e| {
            if let Expr::Column(Named { spans, .. }) = e
                && let Some(span) = spans.first()
            {
                at = Some(span.start);
                return Ok(TreeNodeRecursion::Stop);
            }
            Ok(TreeNodeRecursion::Continue)
        });
        let shown: String = expr.human_display().to_string().chars().take(60).collect();
        let place = &self.place;
        match at {
            Some(at) => format!("`{shown}` {what} ({place}:{}:{})", at.line, at.column).into(),
            None => format!("`{shown}` {what} ({place})").into(),
        }
    }

    /// What is known of the rows of a plan.
    pub(super) fn plan(&mut self, plan: &LogicalPlan) -> Relation {
        let relation = match plan {
            LogicalPlan::TableScan(scan) => self.scan(scan),
            LogicalPlan::Projection(projection) => {
                let input = self.plan(&projection.input);
                self.projected(input, &projection.expr, projection.input.schema())
            }
            LogicalPlan::SubqueryAlias(alias) => self.plan(&alias.input),
            LogicalPlan::Repartition(repartition) => self.plan(&repartition.input),
            LogicalPlan::Subquery(subquery) => {
                let mut rows = self.plan(&subquery.subquery);
                // It is run again beside every row.
                rows.forget(self.attributes, "a lateral subquery");
                rows
            }
            LogicalPlan::Filter(filter) => {
                let input = self.plan(&filter.input);
                self.filtered(input, &filter.predicate, filter.input.schema())
            }
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate),
            LogicalPlan::Window(window) => self.window(window),
            LogicalPlan::Join(join) => self.join(join),
            LogicalPlan::Union(union) => self.union(union),
            LogicalPlan::Distinct(Distinct::All(input)) => {
                let input = self.plan(input);
                self.distinct(input)
            }
            LogicalPlan::Distinct(Distinct::On(on)) => self.distinct_on(on),
            LogicalPlan::Sort(sort) => self.sort(sort),
            LogicalPlan::Limit(limit) => {
                let mut rows = self.plan(&limit.input);
                self.limited(&mut rows);
                rows
            }
            LogicalPlan::Values(values) => self.values(values),
            LogicalPlan::EmptyRelation(_) => {
                let mut rows = Relation::new(self.attributes, Vec::new(), "a row");
                rows.keys = vec![Attrs::new()];
                rows
            }
            LogicalPlan::Unnest(unnest) => self.unnest(unnest),
            LogicalPlan::RecursiveQuery(query) => self.recursive(query),
            _ => self.unknown(plan, "a step of a kind that is not analysed"),
        };
        if relation.columns.len() == plan.schema().fields().len() {
            relation
        } else {
            self.unknown(plan, "a step whose columns cannot be traced")
        }
    }

    fn sort(&mut self, sort: &Sort) -> Relation {
        let input = self.plan(&sort.input);
        let mut rows = self.sorted(input, &sort.expr, sort.input.schema());
        if sort.fetch.is_some() {
            self.limited(&mut rows);
        }
        rows
    }

    /// Rows that are written out in the SQL.
    fn values(&mut self, values: &Values) -> Relation {
        let columns = values.schema.fields().iter();
        let columns = columns.map(|field| {
            let attr = self
                .attributes
                .fresh(format!("`{}` of values", field.name()));
            let taint = Taint::of(TaintKind::Written, "it is written out in the SQL");
            RelationColumn {
                unlinked: true,
                ..RelationColumn::new(attr, taint)
            }
        });
        let columns = columns.collect();
        Relation::new(self.attributes, columns, "a row of values")
    }

    /// Rows of which nothing can be proved.
    pub(super) fn unknown(&mut self, plan: &LogicalPlan, what: &str) -> Relation {
        let why: Why = format!("{what} ({})", self.place).into();
        let columns =
            plan.schema().fields().iter().map(|_| {
                RelationColumn::new(self.attributes.fresh(what), Taint::worst(why.clone()))
            });
        let columns = columns.collect();
        let mut rows = Relation::new(self.attributes, columns, what);
        rows.rows = Taint::worst(why);
        rows.level = Level::Person;
        rows
    }

    /// A column for a value; what decides it is noted among the dependencies.
    pub(super) fn column(
        &mut self,
        value: ExpressionValue,
        expr: &Expr,
        dependencies: &mut Vec<(Attrs, u32)>,
    ) -> RelationColumn {
        let mut column = value.column;
        column.attr = match value.bare {
            Some(attr) => attr,
            None => {
                let attr = self.attributes.fresh(format!("`{}`", name(expr)));
                if let Some(uses) = value.uses {
                    dependencies.push((uses, attr));
                }
                attr
            }
        };
        column
    }

    pub(super) fn projected(
        &mut self,
        mut input: Relation,
        exprs: &[Expr],
        schema: &DFSchema,
    ) -> Relation {
        let mut columns = Vec::with_capacity(exprs.len());
        let mut dependencies = Vec::new();
        for expr in exprs {
            let value = self.value(expr, &input, schema);
            columns.push(self.column(value, expr, &mut dependencies));
        }
        // What the keys decide is known no more once its columns are gone.
        input.dependencies.extend(input.decided_by_keys());
        input.columns = columns;
        input.dependencies.extend(dependencies);
        input.tidy();
        input
    }

    fn filtered(&mut self, mut rows: Relation, predicate: &Expr, schema: &DFSchema) -> Relation {
        let condition = self.value(predicate, &rows, schema);
        rows.chosen_by(condition.taint());
        // A table that is looked up by codes of areas, in a join that is written as a condition.
        if let Some(why) = condition.taint().why(TaintKind::Area) {
            for column in rows.columns.iter_mut().filter(|c| c.unlinked) {
                column.taint.add(TaintKind::Area, why.clone());
            }
        }
        self.dates(&mut rows, &[predicate], schema);
        // Equal columns are one attribute from here on.
        for (left, right) in self.equal_columns(predicate, &rows, schema) {
            rows.dependencies.extend(rows.decided_by_keys());
            rows = rows.renamed(&BTreeMap::from([(right, left)]));
        }
        rows.tidy();
        rows
    }

    fn sorted(&mut self, mut rows: Relation, by: &[SortExpr], schema: &DFSchema) -> Relation {
        let mut order = Taint::default();
        let mut attrs = Attrs::new();
        for sort in by {
            let value = self.value(&sort.expr, &rows, schema);
            order.merge(&value.taint().implied());
            attrs.extend(value.bare);
        }
        if rows.is_unique(&attrs) {
            rows.order = order;
        } else {
            rows.order.merge(&order);
        }
        rows
    }

    fn limited(&mut self, rows: &mut Relation) {
        let why: Why = format!("a limit or offset over people ({})", self.place).into();
        let mut chosen = Taint::default();
        self.picked(rows, &mut chosen, &why);
        rows.rows.merge(&chosen);
    }

    /// What it tells that only some rows of a relation are taken, by their place in an order or by
    /// chance.
    pub(super) fn picked(&self, rows: &Relation, chosen: &mut Taint, why: &Why) {
        if rows.level > Level::Free {
            chosen.add(TaintKind::Count, why.clone());
        }
        if rows.columns.iter().any(|c| c.taint.has(TaintKind::Area)) {
            let what = format!(
                "some areas or organisations are picked out ({})",
                self.place
            );
            chosen.add(TaintKind::Chosen, what);
        }
    }

    pub(super) fn distinct(&mut self, mut rows: Relation) -> Relation {
        let attrs: Attrs = rows.columns.iter().map(|c| c.attr).collect();
        rows.dependencies.extend(rows.decided_by_keys());
        rows.keys = vec![attrs];
        rows.tidy();
        for column in &mut rows.columns {
            if let Some(why) = column.taint.why(TaintKind::Count) {
                rows.rows.add(TaintKind::Count, why.clone());
            }
            if column.measure.take().is_some() {
                column.lost = Some("equal counts are one after distinct".into());
            }
        }
        let keyed = rows
            .columns
            .iter()
            .any(|c| c.taint.has(TaintKind::Identifying));
        lowered(&mut rows, keyed);
        rows.order = Taint::default();
        rows
    }
}

/// Rows that were grouped are people's own only where they are grouped by a pseudonym.
pub(super) fn lowered(rows: &mut Relation, keyed: bool) {
    if rows.level == Level::Person && !keyed {
        rows.level = Level::Counted;
    }
    let visible = |attr: &u32| rows.columns.iter().any(|c| c.attr == *attr);
    rows.owner = rows.owner.filter(visible);
}

/// What messages call an expression.
pub(super) fn name(expr: &Expr) -> String {
    match expr {
        Expr::Column(column) => column.name.clone(),
        Expr::Alias(alias) => alias.name.clone(),
        other => other.human_display().to_string().chars().take(40).collect(),
    }
}
