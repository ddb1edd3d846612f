//! Whether rows of people are asked for: without it, the answers of `populace sql` are counts under
//! the scheme, and what tells of nobody.

use super::audited;
use super::query::{AskedQuery, QueryReader};
use super::session;
use crate::error::{Error, Result};
use crate::release::{AnswerCounts, ShownAnswer, is_open, shown_answer};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::DataFrame;
use std::sync::Arc;

/// What a query may print.
pub(super) enum Permitted {
    /// Its rows, as they come.
    Rows(DataFrame),
    /// Its counts, under the scheme.
    Counts(DataFrame, Box<AnswerCounts>),
}

/// What was said of counts that were released.
pub(super) struct CountedRows {
    /// The columns.
    pub schema: SchemaRef,
    /// The rows.
    pub rows: RecordBatch,
    /// For people: which rule the counts went through.
    pub notice: String,
}

/// What the question `sql` may print, asked with `reason` or without.
///
/// # Errors
/// Refused: it would print rows of people, or what is not proved not to be, and nobody asked for that;
/// or the audit log cannot be written.
pub(super) async fn permitted(
    reader: &QueryReader<'_>,
    place: &str,
    sql: &str,
    asked: AskedQuery,
    reason: Option<&str>,
) -> Result<Permitted> {
    let engine = reader.engine;
    // What is wrong with a query is said first, whatever it asks for.
    let typed = engine.typed(place, asked.frame.clone())?;
    let of_people = asked.tables.iter().any(|table| !is_open(&table.name));
    if let Some(reason) = reason.filter(|_| of_people) {
        let mut names: Vec<String> = asked.tables.iter().map(|t| t.name.to_string()).collect();
        names.sort();
        let log = session::audit_log(reader.pipeline, engine.lake()).await?;
        audited::record_level(&log, reason, &names.join(", "), sql).await?;
    }
    if reason.is_some() || !of_people {
        return Ok(Permitted::Rows(typed));
    }
    let plan = asked.frame.logical_plan();
    if matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_)) {
        return Err(hinted(
            Error::refused(format!("{place}: the plan of a query over records is not shown"))
                .cause("it holds counts and extremes of their files, and with analyze what every step counted"),
        ));
    }
    let shown = shown_answer(engine, reader.pipeline, &asked.tables, place, plan).await;
    match shown.map_err(hinted)? {
        ShownAnswer::AsItIs => Ok(Permitted::Rows(typed)),
        ShownAnswer::Counts(counts) => {
            let (state, _) = asked.frame.into_parts();
            let frame = DataFrame::new(state, counts.plan().clone());
            Ok(Permitted::Counts(engine.typed(place, frame)?, counts))
        }
    }
}

/// Asks for counts and puts them under the scheme. A suppressed one is `signed`, or NULL.
pub(super) async fn counted(
    reader: &QueryReader<'_>,
    place: &str,
    frame: DataFrame,
    counts: &AnswerCounts,
    signed: bool,
) -> Result<CountedRows> {
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let batches = reader.engine.collect(place, frame).await?;
    let released = counts.released(place, &schema, &batches, signed);
    let released = released.map_err(hinted)?;
    let suppressed = match released.suppressed {
        0 => "none is suppressed".to_string(),
        1 => "1 is suppressed".to_string(),
        n => format!("{n} are suppressed"),
    };
    let left_out = match released.left_out {
        0 => String::new(),
        1 => "; 1 row without a count that is shown is left out".to_string(),
        n => format!("; {n} rows without a count that is shown are left out"),
    };
    Ok(CountedRows {
        schema: released.rows.schema(),
        rows: released.rows,
        notice: format!(
            "counts are under the scheme {}, each on its own: {suppressed}{left_out}; --record-level REASON prints rows and true counts",
            reader.pipeline.settings.disclosure.scheme
        ),
    })
}

/// The way to what was refused.
fn hinted(error: Error) -> Error {
    if error.kind() != crate::error::Kind::Refused {
        return error;
    }
    let way = "count people, as in select age_band, count(*) as people from core.person group by age_band; or ask for records: --record-level \"REASON\", which goes into the audit log (at the prompt: \\record-level REASON)";
    let hint = match error.hint_text() {
        Some(hint) => format!("{hint}; or {way}"),
        None => way.to_string(),
    };
    error.hint(hint)
}
