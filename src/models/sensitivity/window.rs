//! Window functions, lists that become rows, and recursive queries.

use super::analyst::{Analyst, name};
use super::attribute::Attrs;
use super::expression::whole;
use super::relation::{Level, Relation, RelationColumn};
use super::taint::{Taint, TaintKind};
use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::{WindowFunction, WindowFunctionDefinition};
use datafusion::logical_expr::{
    Expr, LogicalPlan, RecursiveQuery, Unnest, Window, WindowFrameUnits,
};

/// Window functions that give the value of another row of the partition.
const VALUES: [&str; 4] = ["lag", "lead", "first_value", "last_value"];

/// A tenth of all areas is no small area.
const LARGE_PARTS: i64 = 10;

/// Whether a window function gives all rows of a partition one value, that depends on all of them.
fn whole_partitions(function: &WindowFunction) -> bool {
    let aggregate = matches!(function.fun, WindowFunctionDefinition::AggregateUDF(_));
    let frame = &function.params.window_frame;
    let whole_frame = frame.units == WindowFrameUnits::Range;
    let most = |arg: &Expr| matches!(arg, Expr::Literal(n, _) if whole(n).is_some_and(|n| n <= LARGE_PARTS));
    let parts = function.fun.name() == "ntile" && function.params.partition_by.is_empty();
    aggregate && whole_frame && function.params.order_by.is_empty()
        || parts && function.params.args.iter().all(most)
}

impl Analyst<'_> {
    pub(super) fn window(&mut self, window: &Window) -> Relation {
        let mut rows = self.plan(&window.input);
        let schema = window.input.schema();
        let mut made = Vec::new();
        for expr in &window.window_expr {
            let inner = match expr {
                Expr::Alias(alias) => &alias.expr,
                other => other,
            };
            let attr = self.attributes.fresh(format!("`{}`", name(expr)));
            let taint = match inner {
                Expr::WindowFunction(function) => self.over(function, expr, &rows, schema),
                _ => Taint::worst(self.why(expr, "is of a kind that is not analysed")),
            };
            let mut column = RelationColumn::new(attr, taint);
            column.lost = Some(self.why(expr, "is a window function"));
            column.unlinked = rows.columns.iter().any(|c| c.unlinked);
            made.push(column);
        }
        rows.columns.extend(made);
        rows
    }

    fn over(
        &mut self,
        function: &WindowFunction,
        expr: &Expr,
        rows: &Relation,
        schema: &DFSchema,
    ) -> Taint {
        let params = &function.params;
        let shown = function.fun.name().to_string();
        let mut taint = Taint::default();
        for arg in &params.args {
            let value = self.value(arg, rows, schema);
            if shown == "count" {
                taint.merge(&self.absence(expr, &value));
            } else {
                taint.merge(value.taint());
            }
        }
        if let Some(filter) = &params.filter {
            taint.merge(self.value(filter, rows, schema).taint());
        }
        let mut by = Attrs::new();
        for part in &params.partition_by {
            let value = self.value(part, rows, schema);
            by.extend(value.bare);
            if value.column.pseudonym.is_none() {
                taint.merge(&value.taint().implied());
            }
        }
        let fixed = rows.closure(&by);
        let one_person = rows.owner.is_some_and(|owner| fixed.contains(&owner));
        for sort in &params.order_by {
            let value = self.value(&sort.expr, rows, schema);
            // Among one person's rows a key only breaks ties.
            if !(one_person && value.column.pseudonym.is_some()) {
                taint.merge(&value.taint().implied());
            }
        }
        let why = self.why(expr, "is a window function");
        if rows.level == Level::Free && !taint.is_of_people() {
            if !whole_partitions(function) {
                self.picked(rows, &mut taint, &why);
            }
            return taint;
        }
        if !one_person {
            taint.add(TaintKind::Count, why.clone());
        }
        if !VALUES.contains(&shown.as_str()) {
            taint.add(TaintKind::Ranked, why.clone());
        }
        taint.add(TaintKind::Personal, why);
        taint
    }

    /// The members of lists become rows: there may be any number of them.
    pub(super) fn unnest(&mut self, unnest: &Unnest) -> Relation {
        let mut rows = self.plan(&unnest.input);
        let lists: Vec<usize> = unnest.list_type_columns.iter().map(|(i, _)| *i).collect();
        let opened =
            |index: usize| lists.contains(&index) || unnest.struct_type_columns.contains(&index);
        let mut chosen = Taint::default();
        let mut columns = Vec::new();
        for (place, index) in unnest.dependency_indices.iter().enumerate() {
            let Some(column) = rows.columns.get(*index) else {
                return self.unknown(&LogicalPlan::Unnest(unnest.clone()), "an unnest");
            };
            if !opened(*index) {
                columns.push(column.clone());
                continue;
            }
            // How many rows there are depends on what is in the list.
            let taint = column.taint.clone();
            let taint = match taint.has(TaintKind::Written) {
                true => taint.choosing(&self.place),
                false => taint,
            };
            chosen.merge(&taint);
            let shown = unnest.schema.field(place).name();
            let attr = self.attributes.fresh(format!("`{shown}` of a list"));
            let mut part = RelationColumn::new(attr, column.taint.clone());
            part.lost = Some("a member of a list is no count".into());
            columns.push(part);
        }
        rows.dependencies.extend(rows.decided_by_keys());
        rows.columns = columns;
        rows.chosen_by(&chosen);
        if !lists.is_empty() {
            let member = self
                .attributes
                .fresh("member of a list that unnest made rows of");
            for key in &mut rows.keys {
                key.insert(member);
            }
            for column in &mut rows.columns {
                if let Some(measure) = &mut column.measure {
                    measure.spread.insert(member);
                }
            }
        }
        rows
    }

    /// A recursive query: what any round may tell, any row may.
    pub(super) fn recursive(&mut self, query: &RecursiveQuery) -> Relation {
        let mut known = self.plan(&query.static_term);
        known.forget(self.attributes, "a recursive query");
        // Each round can only add kinds, and there are eight.
        for _ in 0..8 {
            let before = self.work.insert(query.name.clone(), known.clone());
            let mut next = self.plan(&query.recursive_term);
            match before {
                Some(before) => self.work.insert(query.name.clone(), before),
                None => self.work.remove(&query.name),
            };
            next.forget(self.attributes, "a recursive query");
            known.rows.merge(&next.rows);
            known.order.merge(&next.order);
            known.level = known.level.max(next.level);
            known.sources.extend(next.sources);
            // What leaves a column for another row or column may reach any.
            let mut all = Taint::default();
            for column in &next.columns {
                all.merge(&column.taint);
            }
            for column in &mut known.columns {
                column.taint.merge(&all);
                column.pseudonym = None;
                column.indicator = false;
                column.literal = None;
            }
        }
        known
    }
}
