//! `populace sql`

use super::as_of_version::{AsOfVersion, Past};
use super::damage::explained_anew;
use super::global::Global;
use super::printer::Printer;
use super::query::{QueryReader, is_show_functions};
use super::record_level::{Permitted, counted, permitted};
use super::rows::{Format, RowWriter};
use super::{audited, prompt, session};
use crate::engine::plan_error;
use crate::error::{Context, Error, Result};
use crate::functions::list_of_functions;
use crate::lake::Lake;
use crate::models::read_sql;
use crate::stop::Waiting;
use arrow::datatypes::SchemaRef;
use futures::TryStreamExt;
use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `populace sql`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without a query or --file the query is read from standard input, or typed at a prompt where that is a terminal. The key of the pseudonyms is not needed."
)]
pub(super) struct SqlArguments {
    /// The query
    #[arg(value_name = "SQL", conflicts_with_all = ["command", "file"])]
    query: Option<String>,
    /// The query, as psql takes it
    #[arg(
        short = 'c',
        long,
        value_name = "SQL",
        conflicts_with = "file",
        allow_hyphen_values = true
    )]
    command: Option<String>,
    /// A file with the query
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// How rows are written [default: as the ending of --output says, or table]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where rows are written [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Read an older state: a table at a version of its log (record.patient=12, repeatable), or all
    /// tables as they were at a moment (2026-11-20T02:00:00Z; a date means its end, UTC)
    #[arg(long, value_name = "TABLE=VERSION|MOMENT")]
    as_of_version: Vec<AsOfVersion>,
    /// Print rows of people and true counts, for this reason, which goes into the audit log; without
    /// it, answers are counts under the disclosure scheme, and what tells of nobody
    #[arg(long, value_name = "REASON", allow_hyphen_values = true)]
    record_level: Option<String>,
}

pub(super) async fn main(
    global: &Global,
    arguments: &SqlArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    match answer(global, arguments, printer).await {
        Err(e) => Err(explained_anew(global, e).await),
        done => done,
    }
}

async fn answer(global: &Global, arguments: &SqlArguments, printer: &Printer) -> Result<ExitCode> {
    let output = arguments.output.as_deref();
    let format = Format::chosen(arguments.format, output)?;
    if global.json && output.is_none() {
        return Err(Error::usage(
            "the summary of --json and the rows cannot share standard output",
        )
        .hint("name a file for the rows with --output; --format json prints rows as JSON"));
    }
    let reason = arguments.record_level.as_deref();
    let reason = reason.map(audited::reason).transpose()?;
    let question = question(arguments)?;
    let asked = question.as_ref().map_or("", |(_, sql)| sql.as_str());
    // Help needs no lake.
    if let Some(command) = prompt::command(asked).filter(|command| command.starts_with('h')) {
        printer.data(&prompt::run_command(None, command).await?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if is_show_functions(asked) {
        let list = list_of_functions().map_err(|e| plan_error("query", &e))?;
        return written(arguments, format, &list.schema(), printer, async |rows| {
            rows.write(&list)
        })
        .await;
    }
    let pipeline = session::pipeline(global)?;
    let lake = Lake::open(pipeline.lake()?).await?;
    let past = Past::new(&lake, &arguments.as_of_version).await?;
    let scratch = session::scratch(global)?;
    let engine = session::engine(global, &pipeline, &lake, &scratch)?;
    let reader = QueryReader {
        engine: &engine,
        pipeline: &pipeline,
        past: &past,
    };
    let Some((place, sql)) = question else {
        prompt::run(&reader, *printer, reason).await?;
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(command) = prompt::command(&sql) {
        printer.data(&prompt::run_command(Some(&reader), command).await?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let asked = reader.ask(&place, &sql).await?;
    past.is_read(&asked.tables)?;
    match permitted(&reader, &place, &sql, asked, reason.as_deref()).await? {
        Permitted::Counts(frame, counts) => {
            let signed = matches!(format, Format::Table | Format::Csv);
            let rows = counted(&reader, &place, frame, &counts, signed).await?;
            printer.say(&rows.notice);
            written(arguments, format, &rows.schema, printer, async |out| {
                out.write(&rows.rows)
            })
            .await
        }
        Permitted::Rows(frame) => {
            let schema = std::sync::Arc::new(frame.schema().as_arrow().clone());
            let mut stream = reader.engine.run(&place, frame).await?;
            written(arguments, format, &schema, printer, async |rows| {
                while let Some(batch) = stream.try_next().await? {
                    rows.write(&batch)?;
                    if rows.is_unread() {
                        break;
                    }
                }
                Ok(())
            })
            .await
        }
    }
}

/// Writes what `write` gives to where the arguments say.
async fn written(
    arguments: &SqlArguments,
    format: Format,
    schema: &SchemaRef,
    printer: &Printer,
    write: impl AsyncFnOnce(&mut RowWriter) -> Result<()>,
) -> Result<ExitCode> {
    let output = arguments.output.as_deref();
    let mut rows = RowWriter::begin(output, format, schema, usize::MAX)?;
    write(&mut rows).await?;
    let (count, _) = rows.finish()?;
    // Without a file the rows are all that is said.
    if output.is_some() {
        printer.summary(&serde_json::json!({ "rows": count, "output": output }), &[])?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The query and what errors call it; None when it is to be typed at a prompt.
fn question(arguments: &SqlArguments) -> Result<Option<(String, String)>> {
    let typed = arguments.query.as_ref().or(arguments.command.as_ref());
    Ok(match (typed, &arguments.file) {
        (Some(sql), _) => Some(("query".to_string(), sql.clone())),
        (None, Some(file)) => Some((file.display().to_string(), read_sql(file)?)),
        (None, None) if std::io::stdin().is_terminal() => None,
        (None, None) => {
            let mut sql = String::new();
            let _waiting = Waiting::begin();
            std::io::stdin()
                .read_to_string(&mut sql)
                .usage(|| "the query cannot be read")?;
            Some(("standard input".to_string(), sql))
        }
    })
}
