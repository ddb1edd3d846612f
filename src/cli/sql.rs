//! `populace sql`

use super::as_of_version::{AsOfVersion, Past};
use super::printer::Printer;
use super::rows::{Format, Rows};
use super::{Global, prompt, session};
use crate::engine::{Engine, plan_error};
use crate::error::{Context, Error, Result};
use crate::functions::list_of_functions;
use crate::lake::{Lake, TableName};
use crate::models::references;
use crate::pipeline::settings_file::nearest;
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
    #[arg(short = 'c', long, value_name = "SQL", conflicts_with = "file")]
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
    let format = Format::chosen(arguments.format, arguments.output.as_deref())?;
    let question = question(arguments)?;
    let asked = question.as_ref().map_or("", |(_, sql)| sql.as_str());
    // Help needs no lake.
    if let Some(command) = prompt::command(asked).filter(|command| command.starts_with('h')) {
        printer.data(&prompt::run_command(None, command).await?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if is_show_functions(asked) {
        let list = list_of_functions().map_err(|e| plan_error("query", &e))?;
        let output = arguments.output.as_deref();
        let mut rows = Rows::begin(output, format, &list.schema(), usize::MAX)?;
        rows.write(&list)?;
        rows.finish()?;
        return Ok(ExitCode::SUCCESS);
    }
    let pipeline = session::pipeline(global)?;
    let lake = Lake::open(pipeline.lake()?).await?;
    let past = Past::new(&lake, &arguments.as_of_version).await?;
    let scratch = session::scratch(global)?;
    let engine = session::engine(global, &pipeline, &lake, &scratch)?;
    let Some((place, sql)) = question else {
        prompt::run(&engine, &past, *printer).await?;
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(command) = prompt::command(&sql) {
        printer.data(&prompt::run_command(Some(&engine), command).await?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let frame = ask(&engine, &past, &place, &sql).await?;
    let schema = std::sync::Arc::new(frame.schema().as_arrow().clone());
    let mut stream = engine.run(&place, frame).await?;
    let mut rows = Rows::begin(arguments.output.as_deref(), format, &schema, usize::MAX)?;
    while let Some(batch) = stream.try_next().await? {
        rows.write(&batch)?;
        if rows.is_unread() {
            break;
        }
    }
    rows.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// The layer that describes tables.
const CATALOGUE: &str = "information_schema";

/// The query and what errors call it; None when it is to be typed at a prompt.
fn question(arguments: &Arguments) -> Result<Option<(String, String)>> {
    Ok(match (&arguments.command, &arguments.file) {
        (Some(sql), _) => Some(("query".to_string(), sql.clone())),
        (None, Some(file)) => {
            let shown = file.display().to_string();
            let sql = std::fs::read_to_string(file)
                .usage(|| format!("{shown} cannot be read"))
                .map_err(|e| {
                    e.hint("name a text file with one query, or give the query with -c")
                })?;
            Some((shown, sql))
        }
        (None, None) if std::io::stdin().is_terminal() => None,
        (None, None) => {
            let mut sql = String::new();
            std::io::stdin()
                .read_to_string(&mut sql)
                .usage(|| "the query cannot be read")?;
            Some(("standard input".to_string(), sql))
        }
    })
}

/// Plans one query over the tables that it names, as they are or were.
pub async fn ask(engine: &Engine, past: &Past, place: &str, sql: &str) -> Result<DataFrame> {
    let sql = sql.trim().trim_end_matches(';');
    if is_show_functions(sql) {
        let failed = |e| plan_error(place, &e);
        let rows = list_of_functions().map_err(failed)?;
        return engine.context().read_batch(rows).map_err(failed);
    }
    let names = if is_show(sql) {
        BTreeSet::from([TableName::new(CATALOGUE, "tables")])
    } else {
        references(place, sql)?
    };
    let (of_catalogue, names): (Vec<_>, Vec<_>) =
        names.iter().partition(|name| name.layer == CATALOGUE);
    if !of_catalogue.is_empty() {
        for name in engine.lake().tables().await? {
            if let Some(table) = engine.lake().table(&name).await? {
                engine.register(&table)?;
            }
        }
    }
    for name in names {
        if name.layer.is_empty() {
            return Err(
                Error::usage(format!("{place}: table '{}' has no layer", name.name))
                    .hint("write layer.name, such as core.person"),
            );
        }
        match past.table(engine.lake(), name).await? {
            Some(table) => engine.register(&table)?,
            None => {
                let known = engine.lake().tables().await?;
                return Err(Error::usage(format!("{place}: there is no table {name}"))
                    .hint(nearest(name, known)));
            }
        }
    }
    engine.query(place, sql).await
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
    matches!(word.as_str(), "show" | "describe")
}
