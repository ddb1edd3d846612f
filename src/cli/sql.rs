//! `populace sql`

use super::as_of_version::{AsOfVersion, Past};
use super::damage::explained_anew;
use super::printer::Printer;
use super::rows::{Format, Rows};
use super::{Global, describe, prompt, session};
use crate::engine::{Engine, plan_error, table_written_here};
use crate::error::{Context, Error, Result};
use crate::functions::list_of_functions;
use crate::lake::{Lake, Table, TableName};
use crate::models::{asked_tables, read_sql};
use crate::pipeline::Pipeline;
use crate::pipeline::settings_file::nearest;
use crate::stop::Waiting;
use arrow::datatypes::SchemaRef;
use datafusion::dataframe::DataFrame;
use futures::TryStreamExt;
use std::collections::BTreeSet;
use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `populace sql`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The query
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
}

pub async fn main(global: &Global, arguments: &Arguments, printer: &Printer) -> Result<ExitCode> {
    match answer(global, arguments, printer).await {
        Err(e) => Err(explained_anew(global, e).await),
        done => done,
    }
}

async fn answer(global: &Global, arguments: &Arguments, printer: &Printer) -> Result<ExitCode> {
    let output = arguments.output.as_deref();
    let format = Format::chosen(arguments.format, output)?;
    if global.json && output.is_none() {
        return Err(Error::usage(
            "the summary of --json and the rows cannot share standard output",
        )
        .hint("name a file for the rows with --output; --format json prints rows as JSON"));
    }
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
    let reader = Reader {
        engine: &engine,
        pipeline: &pipeline,
        past: &past,
    };
    let Some((place, sql)) = question else {
        prompt::run(&reader, *printer).await?;
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(command) = prompt::command(&sql) {
        printer.data(&prompt::run_command(Some(&reader), command).await?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let frame = reader.ask(&place, &sql).await?;
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

/// Writes what `write` gives to where the arguments say.
async fn written(
    arguments: &Arguments,
    format: Format,
    schema: &SchemaRef,
    printer: &Printer,
    write: impl AsyncFnOnce(&mut Rows) -> Result<()>,
) -> Result<ExitCode> {
    let output = arguments.output.as_deref();
    let mut rows = Rows::begin(output, format, schema, usize::MAX)?;
    write(&mut rows).await?;
    let (count, _) = rows.finish()?;
    // Without a file the rows are all that is said.
    if output.is_some() {
        printer.summary(&serde_json::json!({ "rows": count, "output": output }), &[])?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The layer that describes tables.
const CATALOGUE: &str = "information_schema";

/// The query and what errors call it; None when it is to be typed at a prompt.
fn question(arguments: &Arguments) -> Result<Option<(String, String)>> {
    Ok(match (&arguments.command, &arguments.file) {
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

/// Who reads the lake: the engine, the project that explains its tables, and of which time.
pub struct Reader<'a> {
    /// The engine over the lake.
    pub engine: &'a Engine,
    /// The project.
    pub pipeline: &'a Pipeline,
    /// The state that is read.
    pub past: &'a Past,
}

impl Reader<'_> {
    /// Plans one query over the tables that it names, as they are or were.
    pub async fn ask(&self, place: &str, sql: &str) -> Result<DataFrame> {
        let (engine, lake) = (self.engine, self.engine.lake());
        let sql = sql.trim().trim_end_matches(';');
        let failed = |e| plan_error(place, &e);
        if is_show_functions(sql) {
            let rows = list_of_functions().map_err(failed)?;
            return engine.context().read_batch(rows).map_err(failed);
        }
        if let Some(name) = described(sql) {
            let table = self.table(place, &name).await?;
            let rows = describe::columns(self.pipeline, &table)?;
            return engine.context().read_batch(rows).map_err(failed);
        }
        let names = if is_show(sql) {
            BTreeSet::from([TableName::new(CATALOGUE, "tables")])
        } else {
            asked_tables(place, sql)?
        };
        let (of_catalogue, names): (Vec<_>, Vec<_>) =
            names.iter().partition(|name| name.layer == CATALOGUE);
        if !of_catalogue.is_empty() {
            for name in lake.tables().await? {
                if let Some(table) = lake.table(&name).await? {
                    engine.register(&table)?;
                }
            }
        }
        for name in names {
            engine.register(&self.table(place, name).await?)?;
        }
        let frame = engine.query(place, sql).await?;
        engine.typed(place, frame)
    }

    /// A table as it is or was; an error names the nearest one where there is none.
    pub async fn table(&self, place: &str, name: &TableName) -> Result<Table> {
        let lake = self.engine.lake();
        if name.layer.is_empty() {
            let known = lake.tables().await?;
            let hint = match known.iter().find(|known| known.name == name.name) {
                Some(known) => format!("did you mean '{known}'?"),
                None => table_written_here(&name.name)
                    .unwrap_or("write layer.name, such as core.person")
                    .to_string(),
            };
            let wrong = format!("{place}: table '{}' has no layer", name.name);
            return Err(Error::usage(wrong).hint(hint));
        }
        match self.past.table(lake, name).await? {
            Some(table) => Ok(table),
            None => Err(Error::usage(format!("{place}: there is no table {name}"))
                .hint(nearest(name, lake.tables().await?))),
        }
    }
}

/// The table that `describe core.person` asks about.
fn described(sql: &str) -> Option<TableName> {
    let mut words = sql.split_whitespace();
    let (verb, name, None) = (words.next()?, words.next()?, words.next()) else {
        return None;
    };
    let is_verb = ["describe", "desc"]
        .iter()
        .any(|v| verb.eq_ignore_ascii_case(v));
    let name = name.to_lowercase();
    let name = TableName::parse(&name).unwrap_or(TableName::new("", name));
    (is_verb && name.layer != CATALOGUE).then_some(name)
}

/// Our own functions; `show functions like '%'` lists the engine's too.
fn is_show_functions(sql: &str) -> bool {
    sql.trim_end()
        .trim_end_matches(';')
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .eq(["show", "functions"])
}

fn is_show(sql: &str) -> bool {
    let word = sql
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    matches!(word.as_str(), "show" | "describe" | "desc")
}
