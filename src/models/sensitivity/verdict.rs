//! Whether a table of a report, or the answer to a query, may leave.

use super::Sensitivity;
use super::attribute::Attrs;
use super::relation::{Level, Relation, RelationColumn, SensitiveMeasure};
use super::taint::{Choice, Taint, TaintKind, Why};
use crate::error::{Error, Result};
use datafusion::logical_expr::LogicalPlan;
use std::collections::BTreeSet;

/// A label of what would leave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dimension<'a> {
    /// Its column.
    pub column: &'a str,
    /// Whether its values become columns.
    pub across: bool,
    /// Whether its values come from a table; else the report lists them.
    pub from_table: bool,
}

/// A table of a report or an answer, as it would leave.
#[derive(Debug, Clone)]
pub(crate) struct Question<'a> {
    /// What errors call it.
    pub place: &'a str,
    /// Its dimensions.
    pub dimensions: Vec<Dimension<'a>>,
    /// The columns of its counts.
    pub counts: Vec<&'a str>,
    /// Whether counts are added up over the rows.
    pub totals_of_rows: bool,
    /// Whether counts are added up over the values across.
    pub totals_across: bool,
    /// Whether areas and organisations of few people may not be told apart.
    pub limits_areas: bool,
}

/// What of a table that may leave depends on the populations of areas.
#[derive(Debug, Clone, Default)]
pub(crate) struct Judged {
    /// The dimensions that come from codes of small areas or organisations.
    pub areas: BTreeSet<String>,
    /// The areas and organisations that its SQL, or a model's, picks out.
    pub choices: BTreeSet<Choice>,
}

fn not_selected(place: &str, name: &str) -> Error {
    Error::usage(format!("{place}: the query does not select `{name}`"))
        .hint("name it in the select list")
}

fn uncounted(place: &str) -> Error {
    Error::refused(format!(
        "{place}: no measure counts the people behind its rows"
    ))
    .cause("which rows there are tells of people, and nothing of them would be suppressed")
    .hint("add count(*), or sum(…) of counts")
}

impl Sensitivity {
    /// Refuses a table or an answer that the plan of its query does not prove to be labels and honest
    /// counts.
    ///
    /// # Errors
    /// Refused, naming the column, the reason and its place in the SQL; usage, when the query lacks a
    /// column.
    ///
    /// Gives what depends on the populations of areas and organisations: they have to be looked at.
    pub(crate) fn judge(&mut self, plan: &LogicalPlan, question: &Question) -> Result<Judged> {
        let rows = self.relation(question.place, plan);
        let names: Vec<&String> = plan.schema().fields().iter().map(|f| f.name()).collect();
        let find = |name: &str| -> Result<&RelationColumn> {
            let index = names.iter().position(|n| *n == name);
            let column = index.and_then(|index| rows.columns.get(index));
            column.ok_or_else(|| not_selected(question.place, name))
        };
        let mut judged = Judged::default();
        for dimension in &question.dimensions {
            let column = find(dimension.column)?;
            label(question.place, dimension, column)?;
            if column.taint.has(TaintKind::Area) {
                judged.areas.insert(dimension.column.to_string());
            }
            picked(
                question,
                &format!("column `{}`", dimension.column),
                &column.taint,
            )?;
            judged.choices.extend(column.taint.choices.iter().cloned());
        }
        let mut counts = Vec::new();
        for name in &question.counts {
            let column = find(name)?;
            count(question.place, name, column)?;
            picked(question, &format!("column `{name}`"), &column.taint)?;
            judged.choices.extend(column.taint.choices.iter().cloned());
            counts.push((*name, column));
        }
        if rows.level > Level::Free && counts.is_empty() {
            return Err(uncounted(question.place));
        }
        self.presence(question, &rows)?;
        judged.choices.extend(rows.rows.choices.iter().cloned());
        let attrs = |across: bool| -> Result<Attrs> {
            let wanted = question.dimensions.iter().filter(|d| d.across == across);
            wanted.map(|d| find(d.column).map(|c| c.attr)).collect()
        };
        for (name, column) in counts {
            if let Some(measure) = &column.measure {
                self.totals(
                    question,
                    name,
                    measure,
                    &rows,
                    (&attrs(false)?, &attrs(true)?),
                )?;
            }
        }
        Ok(judged)
    }

    /// Which rows there are, and in which order.
    fn presence(&self, question: &Question, rows: &Relation) -> Result<()> {
        let place = question.place;
        if let Some((kind, why)) = hidden(&rows.rows) {
            return Err(
                Error::refused(format!("{place}: which rows there are depends on {kind}"))
                    .cause(why)
                    .hint("leave the condition out: the disclosure scheme suppresses small counts"),
            );
        }
        picked(question, "which rows there are", &rows.rows)?;
        if let Some((kind, why)) = hidden(&rows.order) {
            return Err(Error::refused(format!(
                "{place}: the order of the rows depends on {kind}"
            ))
            .cause(why)
            .hint("order by dimensions; `order = \"…\"` of the table sorts by released figures"));
        }
        Ok(())
    }

    /// A total adds up rows: nobody may be in two of them.
    fn totals(
        &self,
        question: &Question,
        name: &str,
        measure: &SensitiveMeasure,
        rows: &Relation,
        (along, across): (&Attrs, &Attrs),
    ) -> Result<()> {
        let fixed = |kept: &Attrs| -> Attrs {
            // The keys of the whole table are the dimensions themselves.
            let mut whole = rows.clone();
            whole
                .keys
                .retain(|key| !key.is_subset(&along.union(across).copied().collect()));
            whole.closure(kept)
        };
        let checks = [
            (question.totals_of_rows, across, "rows"),
            (question.totals_across, along, "values across"),
        ];
        for (wanted, kept, what) in checks {
            let fixed = fixed(kept);
            if wanted && !measure.spread.is_subset(&fixed) {
                let by: BTreeSet<String> = measure
                    .spread
                    .difference(&fixed)
                    .map(|attr| self.attributes.text(*attr).to_string())
                    .collect();
                let by: Vec<String> = by.into_iter().collect();
                return Err(Error::refused(format!(
                    "{}: column `{name}` cannot be added up over its {what}",
                    question.place
                ))
                .cause(format!(
                    "a person may be counted once for each {}, and would be in the total more than once",
                    by.join(" and ")
                ))
                .hint("leave these totals out, and percentages of them"));
            }
        }
        Ok(())
    }
}

/// What the SQL picks out by codes, other than by writing them out.
fn picked(question: &Question, what: &str, taint: &Taint) -> Result<()> {
    let place = question.place;
    match taint.why(TaintKind::Chosen).filter(|_| question.limits_areas) {
        Some(why) => Err(Error::refused(format!(
            "{place}: {what} depends on areas or organisations that the SQL picks out"
        ))
        .cause(why)
        .hint("compare codes with codes that are written out (code in ('…', '…')), so that their populations can be looked at, or with a column of a reference table that groups them, such as a place or an ICB; show areas as a dimension")),
        None => Ok(()),
    }
}

fn hidden(taint: &Taint) -> Option<(&'static str, &Why)> {
    let identifying = taint
        .why(TaintKind::Identifying)
        .map(|w| ("a pseudonym", w));
    identifying.or_else(|| taint.why(TaintKind::Count).map(|w| ("a count", w)))
}

fn label(place: &str, dimension: &Dimension, column: &RelationColumn) -> Result<()> {
    let name = dimension.column;
    let rule = if dimension.across { "across" } else { "rows" };
    let refused = |what: &str, why: &Why, hint: &str| {
        Err(
            Error::refused(format!("{place}: column `{name}` of `{rule}` {what}"))
                .cause(why)
                .hint(hint),
        )
    };
    let taint = &column.taint;
    if let Some(why) = taint.why(TaintKind::Identifying) {
        return refused(
            "comes from a pseudonym: it cannot be a label",
            why,
            "group by what many people have in common",
        );
    }
    if let Some(why) = taint.why(TaintKind::Count) {
        return refused(
            "comes from an aggregate over people: a count cannot be a label",
            why,
            "show it as a count",
        );
    }
    if let Some(why) = taint.why(TaintKind::Ranked) {
        return refused(
            "comes from a window function or grouping set: a number of a row cannot be a label",
            why,
            "group by what many people have in common",
        );
    }
    if let Some(why) = taint.why(TaintKind::Dated) {
        return refused(
            "comes from a date of birth or death: it cannot be a label",
            why,
            "group by age_band(age)",
        );
    }
    if let Some(why) = taint.why(TaintKind::Area).filter(|_| !dimension.from_table) {
        return refused(
            "classifies small areas or organisations, and its values are only listed",
            why,
            "put the groups into a column of a reference table, and take the values from there, so that their populations can be checked",
        );
    }
    Ok(())
}

fn count(place: &str, name: &str, column: &RelationColumn) -> Result<()> {
    let refused = |why: &str| {
        Err(Error::refused(format!(
            "{place}: column `{name}` of the measures is not proved to be an honest count"
        ))
        .cause(why)
        .hint("use count(*), count(…), sum(case … then 1 else 0 end) or average_people(…) over people, and sum(…) of such counts; percentages and rates are measures of their own kind"))
    };
    if let Some(why) = column.taint.why(TaintKind::Identifying) {
        return refused(why);
    }
    if column.measure.is_some() {
        return Ok(());
    }
    match (&column.lost, column.taint.why(TaintKind::Count)) {
        (Some(why), _) | (None, Some(why)) => refused(why),
        (None, None) => refused("it is no aggregate that counts people or events"),
    }
}
