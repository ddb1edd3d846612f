//! What an expression tells of the rows that it is computed from.

use super::analyst::Analyst;
use super::attribute::{Attr, Attrs};
use super::codes::{is_cutting, is_zero_or_one, makes_no_code};
use super::relation::{Level, Relation, RelationColumn, SensitiveMeasure};
use super::taint::{Taint, TaintKind};
use arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, ScalarValue};
use datafusion::logical_expr::expr::{Case, InList, ScalarFunction};
use datafusion::logical_expr::{Expr, ExprSchemable, Volatility};

/// The value of an expression.
#[derive(Debug, Clone)]
pub(super) struct ExpressionValue {
    /// As a column; its attribute counts only where `bare` says so.
    pub column: RelationColumn,
    /// The attribute that it is, or stands for one to one.
    pub bare: Option<Attr>,
    /// The attributes that decide it, where nothing else does.
    pub uses: Option<Attrs>,
}

impl ExpressionValue {
    pub(super) fn of(taint: Taint) -> Self {
        ExpressionValue {
            column: RelationColumn::new(0, taint),
            bare: None,
            uses: None,
        }
    }

    fn computed(taint: Taint, uses: Option<Attrs>) -> Self {
        ExpressionValue {
            uses,
            ..ExpressionValue::of(taint)
        }
    }

    fn literal(value: ScalarValue) -> Self {
        let indicator = value.is_null() || matches!(whole(&value), Some(0 | 1));
        let taint = match makes_no_code(&value) {
            true => Taint::default(),
            false => Taint::of(TaintKind::Written, "it is written out in the SQL"),
        };
        let mut literal = ExpressionValue::computed(taint, Some(Attrs::new()));
        literal.column.indicator = indicator;
        literal.column.literal = Some(value);
        literal
    }

    pub(super) fn taint(&self) -> &Taint {
        &self.column.taint
    }

    /// Whether it is 0 or NULL, written out.
    fn is_nothing(&self) -> bool {
        let literal = self.column.literal.as_ref();
        literal.is_some_and(|value| value.is_null() || whole(value) == Some(0))
    }
}

/// A whole number that is written out.
pub(super) fn whole(value: &ScalarValue) -> Option<i64> {
    match value {
        ScalarValue::Int8(Some(n)) => Some(i64::from(*n)),
        ScalarValue::Int16(Some(n)) => Some(i64::from(*n)),
        ScalarValue::Int32(Some(n)) => Some(i64::from(*n)),
        ScalarValue::Int64(Some(n)) => Some(*n),
        ScalarValue::UInt64(Some(n)) => i64::try_from(*n).ok(),
        _ => None,
    }
}

/// Functions that make an age of a date of birth.
const AGES: [&str; 1] = ["age_at"];

impl Analyst<'_> {
    /// What `expr` tells, computed from the rows of `relation`, whose columns `schema` names.
    pub(super) fn value(
        &mut self,
        expr: &Expr,
        relation: &Relation,
        schema: &DFSchema,
    ) -> ExpressionValue {
        match expr {
            Expr::Alias(alias) => self.value(&alias.expr, relation, schema),
            Expr::Column(column) => self
                .column_of_row(column, relation, schema)
                .unwrap_or_else(|| self.untraced(expr)),
            Expr::OuterReferenceColumn(_, column) => self
                .column_of_outer_row(column)
                .unwrap_or_else(|| self.untraced(expr)),
            Expr::Literal(value, _) => ExpressionValue::literal(value.clone()),
            Expr::Placeholder(_) => ExpressionValue::computed(
                Taint::of(TaintKind::Written, "it is a parameter"),
                Some(Attrs::new()),
            ),
            Expr::Cast(cast) => {
                self.cast(expr, &cast.expr, cast.field.data_type(), relation, schema)
            }
            Expr::TryCast(cast) => ExpressionValue {
                bare: None,
                ..self.cast(expr, &cast.expr, cast.field.data_type(), relation, schema)
            },
            Expr::Case(case) => self.case(expr, case, relation, schema),
            Expr::ScalarFunction(function) => self.function(expr, function, relation, schema),
            Expr::BinaryExpr(binary) => self.binary(expr, binary, relation, schema),
            Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsUnknown(inner)
            | Expr::IsNotUnknown(inner) => {
                let value = self.value(inner, relation, schema);
                ExpressionValue::computed(self.absence(expr, &value), value.uses)
            }
            Expr::Not(_)
            | Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_) => self.united(expr, relation, schema),
            Expr::Between(_) | Expr::Like(_) | Expr::SimilarTo(_) => {
                self.compared(expr, relation, schema)
            }
            Expr::InList(list) => self.listed(expr, list, relation, schema),
            Expr::Negative(_) | Expr::Lambda(_) => self.united(expr, relation, schema),
            Expr::HigherOrderFunction(_) => self.higher_order(expr, relation, schema),
            // It takes its values from the arguments beside it.
            Expr::LambdaVariable(_) => ExpressionValue::of(Taint::default()),
            Expr::ScalarSubquery(_)
            | Expr::Exists(_)
            | Expr::InSubquery(_)
            | Expr::SetComparison(_) => self.subquery(expr, relation, schema),
            _ => ExpressionValue::of(Taint::worst(
                self.why(expr, "is of a kind that is not analysed"),
            )),
        }
    }

    fn column_of_row(
        &self,
        column: &Column,
        relation: &Relation,
        schema: &DFSchema,
    ) -> Option<ExpressionValue> {
        let index = schema.maybe_index_of_column(column)?;
        let column = relation.columns.get(index)?.clone();
        let attr = column.attr;
        Some(ExpressionValue {
            column,
            bare: Some(attr),
            uses: Some(Attrs::from([attr])),
        })
    }

    /// A column of another row: it proves nothing here but what it tells.
    fn column_of_outer_row(&self, column: &Column) -> Option<ExpressionValue> {
        let mut rows = self.outer.iter().rev();
        let mut found = rows.find_map(|(relation, schema)| {
            let index = schema.maybe_index_of_column(column)?;
            relation.columns.get(index).cloned()
        })?;
        found.measure = None;
        Some(ExpressionValue {
            column: found,
            bare: None,
            uses: None,
        })
    }

    fn higher_order(
        &mut self,
        expr: &Expr,
        relation: &Relation,
        schema: &DFSchema,
    ) -> ExpressionValue {
        let mut value = self.united(expr, relation, schema);
        value.column.taint = self.maybe_condition(expr, schema, value.column.taint);
        value
    }

    /// `column in (…)`.
    fn listed(
        &mut self,
        expr: &Expr,
        list: &InList,
        relation: &Relation,
        schema: &DFSchema,
    ) -> ExpressionValue {
        let values = self.parts(expr, relation, schema);
        let mut value = self.computed(expr, &values);
        let taint = self.in_list(expr, list, &values);
        value.column.taint = taint.without(&[TaintKind::Dated]);
        value
    }

    /// Whether a value lies between others, or looks like a pattern.
    fn compared(&mut self, expr: &Expr, relation: &Relation, schema: &DFSchema) -> ExpressionValue {
        let mut value = self.united(expr, relation, schema);
        let taint = value.column.taint.without(&[TaintKind::Dated]);
        value.column.taint = self.condition(expr, taint);
        value
    }

    fn untraced(&self, expr: &Expr) -> ExpressionValue {
        ExpressionValue::of(Taint::worst(self.why(expr, "cannot be traced")))
    }

    /// All that the parts of an expression tell; it is a count no more.
    pub(super) fn united(
        &mut self,
        expr: &Expr,
        relation: &Relation,
        schema: &DFSchema,
    ) -> ExpressionValue {
        let values = self.parts(expr, relation, schema);
        self.computed(expr, &values)
    }

    fn parts(
        &mut self,
        expr: &Expr,
        relation: &Relation,
        schema: &DFSchema,
    ) -> Vec<ExpressionValue> {
        let mut parts: Vec<Expr> = Vec::new();
        // Visiting expressions in memory cannot fail.
        let _ = expr.apply_children(|part| {
            parts.push(part.clone());
            Ok(TreeNodeRecursion::Continue)
        });
        let parts = parts.iter();
        parts
            .map(|part| self.value(part, relation, schema))
            .collect()
    }

    /// A value computed from others in some way.
    pub(super) fn computed(&mut self, expr: &Expr, values: &[ExpressionValue]) -> ExpressionValue {
        let mut taint = Taint::default();
        let mut uses = Some(Attrs::new());
        let of_areas = values
            .iter()
            .any(|value| value.taint().has(TaintKind::Area));
        for value in values {
            let literal = value.column.literal.as_ref();
            if of_areas || !literal.is_some_and(is_zero_or_one) {
                taint.merge(value.taint());
            }
            uses = match (uses, &value.uses) {
                (Some(mut all), Some(more)) => {
                    all.extend(more);
                    Some(all)
                }
                _ => None,
            };
        }
        let lost = taint
            .has(TaintKind::Count)
            .then(|| self.why(expr, "is computed from a count"));
        let mut value = ExpressionValue::computed(taint, uses);
        value.column.lost = lost;
        value.column.unlinked = values.iter().any(|v| v.column.unlinked);
        value
    }

    /// What it tells that a value is absent.
    pub(super) fn absence(&self, expr: &Expr, value: &ExpressionValue) -> Taint {
        let column = &value.column;
        // An outer join leaves them NULL; the scheme itself tells zero from the rest.
        if column.pseudonym.is_some() || column.measure.is_some() {
            return Taint::of(TaintKind::Personal, "whether there is a person");
        }
        let taint = column.taint.clone();
        self.absent_code(expr, taint.without(&[TaintKind::Dated]))
    }

    fn cast(
        &mut self,
        expr: &Expr,
        inner: &Expr,
        to: &DataType,
        relation: &Relation,
        schema: &DFSchema,
    ) -> ExpressionValue {
        let from = inner.get_type(schema).unwrap_or(DataType::Null);
        let mut value = self.value(inner, relation, schema);
        if *to == DataType::Boolean && from != *to {
            value.column.taint = self.condition(expr, value.column.taint);
        }
        let column = &mut value.column;
        if !to.is_integer() && column.taint.has(TaintKind::Count) {
            column.measure = None;
            column.lost = Some(self.why(expr, "is no whole number"));
        }
        if *to != DataType::Int64 && *to != from {
            column.pseudonym = None;
        }
        column.indicator = to.is_integer() && (column.indicator || from == DataType::Boolean);
        let text = |kind: &DataType| {
            matches!(
                kind,
                DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8
            )
        };
        let one_to_one = from == *to
            || text(&from) && text(to)
            || (from.is_integer() || from == DataType::Date32) && text(to)
            || from == DataType::Date32 && matches!(to, DataType::Timestamp(..))
            || column.iso_dates && *to == DataType::Date32
            || from.is_integer() && *to == DataType::Int64;
        if !one_to_one {
            value.bare = None;
        }
        value
    }

    fn case(
        &mut self,
        expr: &Expr,
        case: &Case,
        relation: &Relation,
        schema: &DFSchema,
    ) -> ExpressionValue {
        let mut conditions = Vec::new();
        if let Some(base) = &case.expr {
            // `case x when 1` compares x with each.
            let base = self.value(base, relation, schema);
            for (when, _) in &case.when_then_expr {
                let when = self.value(when, relation, schema);
                let taint = self.equality(expr, &base, &when);
                let uses = self.computed(expr, &[base.clone(), when]).uses;
                conditions.push(ExpressionValue::computed(taint, uses));
            }
        } else {
            for (when, _) in &case.when_then_expr {
                conditions.push(self.value(when, relation, schema));
            }
        }
        let mut results = Vec::new();
        for (_, then) in &case.when_then_expr {
            results.push(self.value(then, relation, schema));
        }
        match &case.else_expr {
            Some(other) => results.push(self.value(other, relation, schema)),
            None => results.push(ExpressionValue::literal(ScalarValue::Null)),
        }
        let parts: Vec<ExpressionValue> = conditions.iter().chain(&results).cloned().collect();
        let mut value = self.computed(expr, &parts);
        let hidden = conditions.iter().any(|c| c.taint().is_hidden());
        value.column.indicator = results.iter().all(|r| r.column.indicator);
        if !hidden {
            if let Some(measure) = one_of(&results) {
                value.column.measure = Some(measure);
                value.column.lost = None;
            }
            value.column.pseudonym = same_pseudonym(&results);
        }
        value
    }

    fn function(
        &mut self,
        expr: &Expr,
        function: &ScalarFunction,
        relation: &Relation,
        schema: &DFSchema,
    ) -> ExpressionValue {
        let values: Vec<ExpressionValue> = function
            .args
            .iter()
            .map(|arg| self.value(arg, relation, schema))
            .collect();
        let mut value = self.computed(expr, &values);
        if is_cutting(function.func.name())
            && let Some(first) = values.first()
            && !first.taint().has(TaintKind::Written)
        {
            value.column.taint = value.column.taint.without(&[TaintKind::Written]);
        }
        value.column.taint = self.maybe_condition(expr, schema, value.column.taint);
        if function.func.signature().volatility != Volatility::Immutable {
            value.uses = None;
        }
        match function.func.name() {
            "coalesce" => {
                value.column.indicator = values.iter().all(|v| v.column.indicator);
                if let Some(measure) = one_of(&values) {
                    value.column.measure = Some(measure);
                    value.column.lost = None;
                }
                value.column.pseudonym = same_pseudonym(&values);
            }
            // A count or NULL for zero.
            "nullif" if values.len() == 2 && values[1].is_nothing() => {
                value.column.measure.clone_from(&values[0].column.measure);
                if value.column.measure.is_some() {
                    value.column.lost = None;
                }
            }
            name if AGES.contains(&name) => {
                value.column.taint = value.column.taint.without(&[TaintKind::Dated]);
            }
            _ => {}
        }
        value
    }
}

/// The measure of a value that is one of these: each a count, 0 or NULL.
pub(super) fn one_of(values: &[ExpressionValue]) -> Option<SensitiveMeasure> {
    let mut found: Option<SensitiveMeasure> = None;
    for value in values.iter().filter(|v| !v.is_nothing()) {
        let measure = value.column.measure.as_ref()?;
        match &mut found {
            Some(known) => {
                known.spread.extend(&measure.spread);
                known.bases.extend(measure.bases.iter().cloned());
            }
            None => found = Some(measure.clone()),
        }
    }
    found
}

fn same_pseudonym(values: &[ExpressionValue]) -> Option<std::sync::Arc<str>> {
    let is_null =
        |v: &&ExpressionValue| !v.column.literal.as_ref().is_some_and(ScalarValue::is_null);
    let mut kinds = values
        .iter()
        .filter(is_null)
        .map(|v| v.column.pseudonym.clone());
    let first = kinds.next()??;
    kinds
        .all(|kind| kind.as_ref() == Some(&first))
        .then_some(first)
}

/// What it tells of a relation that it has a row.
pub(super) fn presence(relation: &Relation) -> Taint {
    let mut taint = relation.rows.clone();
    if relation.level > Level::Free {
        taint.add(TaintKind::Personal, "whether there are such people");
    }
    taint
}
