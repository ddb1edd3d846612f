//! `populace sql`

use super::printer::Printer;
use super::{Global, prompt, session};
use crate::engine::{Engine, execution_error};
use crate::error::{Context, Error, Result};
use crate::lake::Lake;
use crate::models::references;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use clap::ValueEnum;
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
    /// How rows are written
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Where rows are written [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people
    Table,
    /// Comma-separated values with a header
    Csv,
    /// One JSON object a line
    Json,
    /// A Parquet file; needs --output
    Parquet,
}

pub async fn main(global: &Global, arguments: &Arguments, printer: &Printer) -> Result<ExitCode> {
    let pipeline = session::pipeline(global)?;
    let lake = Lake::open(pipeline.lake()?).await?;
    let scratch = session::scratch(global)?;
    let engine = session::engine(global, &pipeline, &lake, &scratch)?;
    let (place, sql) = match (&arguments.command, &arguments.file) {
        (Some(sql), _) => ("query".to_string(), sql.clone()),
        (None, Some(file)) => {
            let shown = file.display().to_string();
            (
                shown.clone(),
                std::fs::read_to_string(file).usage(|| format!("{shown} cannot be read"))?,
            )
        }
        (None, None) if std::io::stdin().is_terminal() => {
            return prompt::run(&engine, *printer)
                .await
                .map(|()| ExitCode::SUCCESS);
        }
        (None, None) => {
            let mut sql = String::new();
            std::io::stdin()
                .read_to_string(&mut sql)
                .usage(|| "the query cannot be read")?;
            ("standard input".to_string(), sql)
        }
    };
    let (schema, rows) = ask(&engine, &place, &sql).await?;
    let bytes = written(arguments.format, &schema, &rows)?;
    match &arguments.output {
        Some(path) => {
            std::fs::write(path, bytes).data(|| format!("cannot write {}", path.display()))?
        }
        None if arguments.format == Format::Parquet => {
            return Err(Error::usage("Parquet cannot be written to a terminal")
                .hint("name a file with --output"));
        }
        None => printer.data(&String::from_utf8_lossy(&bytes))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs one query over the tables that it names.
pub async fn ask(engine: &Engine, place: &str, sql: &str) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let sql = sql.trim().trim_end_matches(';');
    let names = if is_show(sql) {
        Default::default()
    } else {
        references(place, sql)?
    };
    for name in names.iter().filter(|n| n.layer != "information_schema") {
        match engine.lake().table(name).await? {
            Some(table) => engine.register(&table)?,
            None => {
                let known: Vec<String> = engine
                    .lake()
                    .tables()
                    .await?
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                return Err(
                    Error::usage(format!("{place}: there is no table {name}")).hint(
                        crate::pipeline::settings_file::nearest(
                            &name.to_string(),
                            known.iter().map(String::as_str),
                        ),
                    ),
                );
            }
        }
    }
    let frame = engine.query(place, sql).await?;
    let schema = std::sync::Arc::new(frame.schema().as_arrow().clone());
    let rows = frame
        .collect()
        .await
        .map_err(|e| execution_error(place, &e))?;
    Ok((schema, rows))
}

fn is_show(sql: &str) -> bool {
    let word = sql
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    matches!(word.as_str(), "show" | "describe")
}

/// Rows in a format.
pub fn written(format: Format, schema: &SchemaRef, rows: &[RecordBatch]) -> Result<Vec<u8>> {
    let failed = || "cannot write the rows";
    Ok(match format {
        Format::Table => {
            let options = arrow::util::display::FormatOptions::default().with_null("");
            let empty = [RecordBatch::new_empty(schema.clone())];
            let rows = if rows.is_empty() { &empty[..] } else { rows };
            let table = arrow::util::pretty::pretty_format_batches_with_options(rows, &options)
                .data(failed)?;
            format!("{table}\n").into_bytes()
        }
        Format::Csv => {
            let mut bytes = Vec::new();
            let mut writer = arrow::csv::WriterBuilder::new()
                .with_header(true)
                .build(&mut bytes);
            if rows.is_empty() {
                writer
                    .write(&RecordBatch::new_empty(schema.clone()))
                    .data(failed)?;
            }
            for batch in rows {
                writer.write(batch).data(failed)?;
            }
            drop(writer);
            bytes
        }
        Format::Json => {
            let mut bytes = Vec::new();
            let mut writer = arrow::json::LineDelimitedWriter::new(&mut bytes);
            for batch in rows {
                writer.write(batch).data(failed)?;
            }
            writer.finish().data(failed)?;
            drop(writer);
            bytes
        }
        Format::Parquet => crate::lake::encode(schema, rows, &[])?.bytes,
    })
}
