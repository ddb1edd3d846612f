//! Groups: where rows of people become counts, and whether these are honest.

use super::analyst::{Analyst, lowered, name};
use super::attribute::{Attr, Attrs, Bases, PEOPLE};
use super::expression::ExpressionValue;
use super::relation::{Level, Relation, RelationColumn, SensitiveMeasure};
use super::taint::{Taint, TaintKind, Why};
use crate::functions::person::AVERAGE_PEOPLE;
use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::utils::grouping_set_to_exprlist;
use datafusion::logical_expr::{Aggregate, DistinctOn, Expr};

/// Aggregates that give no value of the rows that they are over.
const ADDS: [&str; 4] = ["sum", "count", "avg", AVERAGE_PEOPLE];

/// Rows in groups.
struct Groups<'a> {
    rows: &'a Relation,
    schema: &'a DFSchema,
    /// What is the same in all rows of a group.
    fixed: Attrs,
    /// The attributes that tell groups apart.
    by: Attrs,
    /// Whether all rows of a group are one person's.
    one_person: bool,
}

impl Analyst<'_> {
    pub(super) fn aggregate(&mut self, aggregate: &Aggregate) -> Relation {
        let mut rows = self.plan(&aggregate.input);
        let schema = aggregate.input.schema();
        rows.dependencies.extend(rows.decided_by_keys());
        let sets = matches!(aggregate.group_expr.as_slice(), [Expr::GroupingSet(_)]);
        let by: Vec<Expr> = match grouping_set_to_exprlist(&aggregate.group_expr) {
            Ok(by) => by.into_iter().cloned().collect(),
            Err(_) => aggregate.group_expr.clone(),
        };
        let mut columns = self.grouped_by(&by, &mut rows, schema);
        let keyed = columns.iter().any(|c| c.taint.has(TaintKind::Identifying));
        let mut attrs: Attrs = columns.iter().map(|c| c.attr).collect();
        if sets {
            // Its rows are totals of one another.
            let set = self.attributes.fresh("a grouping set");
            attrs.insert(set);
            columns.push(RelationColumn::new(
                set,
                Taint::of(TaintKind::Ranked, "a grouping set"),
            ));
            let whole = Attrs::new();
            rows.dependencies.retain(|(from, _)| from != &whole);
        }
        let fixed = rows.closure(&attrs);
        let one_person = rows.owner.is_some_and(|owner| fixed.contains(&owner)) && !sets;
        let groups = Groups {
            rows: &rows,
            schema,
            fixed,
            by: attrs.clone(),
            one_person,
        };
        let mut made = Vec::new();
        for expr in &aggregate.aggr_expr {
            let mut column = self.aggregated(expr, &groups);
            if sets && column.measure.take().is_some() {
                let what = "is made with grouping sets, whose rows are totals of one another";
                column.lost = Some(self.why(expr, what));
            }
            made.push(column);
        }
        columns.extend(made);
        rows.columns = columns;
        rows.keys = vec![attrs];
        rows.order = Taint::default();
        lowered(&mut rows, keyed);
        if !one_person {
            rows.owner = None;
        }
        rows.tidy();
        rows
    }

    /// The columns that `rows` are grouped by.
    fn grouped_by(
        &mut self,
        by: &[Expr],
        rows: &mut Relation,
        schema: &DFSchema,
    ) -> Vec<RelationColumn> {
        let mut columns = Vec::new();
        let mut dependencies = Vec::new();
        for expr in by {
            let value = self.value(expr, rows, schema);
            let mut column = self.column(value, expr, &mut dependencies);
            if let Some(why) = column.taint.why(TaintKind::Count) {
                rows.rows.add(TaintKind::Count, why.clone());
            }
            if column.taint.has(TaintKind::Identifying) && column.pseudonym.is_none() {
                rows.rows.merge(&column.taint.implied());
            }
            if column.measure.take().is_some() {
                column.lost = Some(self.why(expr, "is grouped by"));
            }
            columns.push(column);
        }
        rows.dependencies.extend(dependencies);
        columns
    }

    fn aggregated(&mut self, expr: &Expr, groups: &Groups) -> RelationColumn {
        let inner = match expr {
            Expr::Alias(alias) => &alias.expr,
            other => other,
        };
        let attr = self.attributes.fresh(format!("`{}`", name(expr)));
        let Expr::AggregateFunction(function) = inner else {
            let why = self.why(expr, "is of a kind that is not analysed");
            return RelationColumn::new(attr, Taint::worst(why));
        };
        let params = &function.params;
        let values: Vec<ExpressionValue> = params
            .args
            .iter()
            .map(|arg| self.value(arg, groups.rows, groups.schema))
            .collect();
        // What only chooses rows, or their order.
        let mut chosen = Taint::default();
        if let Some(filter) = &params.filter {
            let filter = self.value(filter, groups.rows, groups.schema);
            chosen.merge(filter.taint());
        }
        for sort in &params.order_by {
            let value = self.value(&sort.expr, groups.rows, groups.schema);
            chosen.merge(&value.taint().implied());
        }
        let mut column =
            RelationColumn::new(attr, self.told(function, &values, &chosen, expr, groups));
        column.unlinked = values.iter().any(|value| value.column.unlinked);
        let proof = self.honest(function, &values, groups);
        match proof {
            Ok(measure) if !self.chooses_by_hidden(expr, function, &values, &chosen) => {
                column.measure = Some(measure);
            }
            Ok(_) => column.lost = Some(self.why(expr, "counts what a count or a key decides")),
            Err(why) => column.lost = Some(why),
        }
        // The largest or smallest pseudonym of a person's is theirs; of several people's it picks one.
        if groups.one_person
            && matches!(
                function.func.name(),
                "min" | "max" | "first_value" | "last_value"
            )
            && let [value] = values.as_slice()
        {
            column.pseudonym.clone_from(&value.column.pseudonym);
            if column.pseudonym.is_some() {
                column.attr = self
                    .attributes
                    .label(format!("`{}`", name(expr)), Bases::from([PEOPLE.into()]));
            }
        }
        column
    }

    /// What an aggregate tells.
    fn told(
        &mut self,
        function: &AggregateFunction,
        values: &[ExpressionValue],
        chosen: &Taint,
        expr: &Expr,
        groups: &Groups,
    ) -> Taint {
        let counts = function.func.name() == "count";
        let mut taint = chosen.clone().without(&[
            TaintKind::Area,
            TaintKind::Dated,
            TaintKind::Ranked,
            TaintKind::Written,
        ]);
        for value in values {
            if counts && (!function.params.distinct || value.column.pseudonym.is_some()) {
                taint.merge(&self.absence(expr, value));
            } else {
                taint.merge(value.taint());
            }
        }
        let adds = ADDS.contains(&function.func.name());
        if taint.has(TaintKind::Area) && !groups.one_person && !adds {
            taint.add(TaintKind::Written, self.why(expr, "picks one of several"));
        }
        let why = self.why(expr, "is an aggregate over people");
        let free = groups.rows.level == Level::Free && !taint.is_of_people();
        if groups.one_person {
            taint.add(TaintKind::Personal, why);
        } else if !free {
            taint.add(TaintKind::Count, why);
        }
        taint
    }

    /// Whether what is counted depends on a count or a pseudonym.
    fn chooses_by_hidden(
        &self,
        expr: &Expr,
        function: &AggregateFunction,
        values: &[ExpressionValue],
        chosen: &Taint,
    ) -> bool {
        let sums_counts =
            function.func.name() == "sum" && values.iter().all(|v| v.column.measure.is_some());
        let counts = function.func.name() == "count";
        let hidden = |analyst: &Self, value: &ExpressionValue| {
            if counts && (!function.params.distinct || value.column.pseudonym.is_some()) {
                analyst.absence(expr, value).is_hidden()
            } else {
                value.taint().is_hidden()
            }
        };
        chosen.is_hidden() || !sums_counts && values.iter().any(|value| hidden(self, value))
    }

    /// The proof that an aggregate is an honest count, or why there is none.
    fn honest(
        &mut self,
        function: &AggregateFunction,
        values: &[ExpressionValue],
        groups: &Groups,
    ) -> Result<SensitiveMeasure, Why> {
        let params = &function.params;
        let shown = function.func.name();
        match (shown, values) {
            ("count", [value]) if params.distinct && value.column.pseudonym.is_some() => {
                // Each person once in a group, and in several groups unless their rows are in one.
                let own = groups.rows.keys.iter().filter_map(|key| {
                    let mut rest = key.clone();
                    let is_own = value.bare.is_some_and(|attr| rest.remove(&attr));
                    (is_own && rest.is_subset(&groups.fixed)).then_some(rest)
                });
                Ok(SensitiveMeasure {
                    spread: own.min_by_key(Attrs::len).unwrap_or(groups.by.clone()),
                    bases: Bases::from([PEOPLE.into()]),
                })
            }
            ("count", _) => self.rows_once(groups),
            ("sum", [value]) if !params.distinct => {
                if value.column.indicator && value.column.literal.is_none() {
                    return self.rows_once(groups);
                }
                let Some(measure) = &value.column.measure else {
                    let what = match &value.column.lost {
                        Some(why) => why.clone(),
                        None => self.arg_why(params.args.first(), "is summed, and is no count"),
                    };
                    return Err(what);
                };
                let single = groups.rows.keys.iter().any(|k| k.is_subset(&groups.fixed));
                if single || measure.spread.is_subset(&groups.fixed) {
                    return Ok(measure.clone());
                }
                Err(self.repeated(measure.spread.difference(&groups.fixed)))
            }
            (AVERAGE_PEOPLE, [_, _]) if !params.distinct => self.rows_once(groups),
            _ => Err(format!("`{shown}` makes no count of people or events").into()),
        }
    }

    fn arg_why(&self, arg: Option<&Expr>, what: &str) -> Why {
        match arg {
            Some(arg) => self.why(arg, what),
            None => what.into(),
        }
    }

    /// The proof that nobody has two rows in a group.
    fn rows_once(&mut self, groups: &Groups) -> Result<SensitiveMeasure, Why> {
        let mut best: Option<SensitiveMeasure> = None;
        let mut missing: Option<Attrs> = None;
        let mut labelled = false;
        for key in &groups.rows.keys {
            for label in key {
                let Some(bases) = self.attributes.label_of(*label) else {
                    continue;
                };
                labelled = true;
                let mut rest = key.clone();
                rest.remove(label);
                if !rest.is_subset(&groups.fixed) {
                    missing.get_or_insert(rest.difference(&groups.fixed).copied().collect());
                    continue;
                }
                if best.as_ref().is_none_or(|b| rest.len() < b.spread.len()) {
                    best = Some(SensitiveMeasure {
                        spread: rest,
                        bases: bases.clone(),
                    });
                }
            }
        }
        match (best, missing) {
            (Some(measure), _) => Ok(measure),
            (None, Some(missing)) => Err(self.repeated(missing.iter())),
            (None, None) if labelled => Err("rows may be repeated".into()),
            (None, None) => Err(format!(
                "the rows that are counted are not proved to be one a person or record ({})",
                self.place
            )
            .into()),
        }
    }

    /// A person may be counted once for each of these.
    fn repeated<'a>(&self, by: impl Iterator<Item = &'a Attr>) -> Why {
        let mut texts: Vec<String> = by
            .map(|attr| self.attributes.text(*attr).to_string())
            .collect();
        texts.sort();
        texts.dedup();
        format!(
            "a person may be counted more than once: once for each {} ({})",
            texts.join(" and "),
            self.place
        )
        .into()
    }

    pub(super) fn distinct_on(&mut self, on: &DistinctOn) -> Relation {
        let mut input = self.plan(&on.input);
        let schema = on.input.schema();
        let mut chosen = Taint::default();
        let mut by = Attrs::new();
        for expr in &on.on_expr {
            let value = self.value(expr, &input, schema);
            if value.column.pseudonym.is_none() {
                chosen.merge(&value.taint().implied());
            }
            by.extend(value.bare);
        }
        let fixed = input.closure(&by);
        let why: Why = format!("distinct on picks one of several rows ({})", self.place).into();
        if !input.owner.is_some_and(|owner| fixed.contains(&owner)) {
            self.picked(&input, &mut chosen, &why);
        }
        if by.len() == on.on_expr.len() {
            input.keys.push(by);
        }
        for sort in on.sort_expr.iter().flatten() {
            let value = self.value(&sort.expr, &input, schema);
            if value.column.pseudonym.is_none() {
                chosen.merge(&value.taint().implied());
            }
        }
        let mut rows = self.projected(input, &on.select_expr, schema);
        rows.rows.merge(&chosen);
        for column in &mut rows.columns {
            if column.measure.take().is_some() {
                column.lost = Some("distinct on chooses one of several counts".into());
            }
        }
        rows
    }
}
