//! `populace pull`

use super::damage::explained;
use super::printer::Printer;
use super::size::{count, show};
use super::{Global, session};
use crate::error::{Error, Result};
use crate::privacy::Key;
use crate::pull::{Again, Limits, Replaced, Summary, pull, pull_again};
use std::process::ExitCode;
use std::time::Instant;

/// Arguments of `populace pull`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Sources of the pipeline file [default: all]
    #[arg(value_name = "SOURCE")]
    sources: Vec<String>,
    /// Read everything again: damaged files are taken out of the tables that the sources fill, and
    /// their rows come from the extracts
    #[arg(long)]
    again: bool,
    /// With --again, go on without extracts that are no longer there: rows that only they held are
    /// lost
    #[arg(long, requires = "again")]
    without_missing: bool,
}

pub async fn main(global: &Global, arguments: &Arguments, printer: &Printer) -> Result<ExitCode> {
    let (work, key) = session::Work::begin_to_pull(global).await?;
    if arguments.again {
        return again(global, &work, &key, arguments, printer).await;
    }
    let (summary, lines) = step(global, &work, &key, &arguments.sources, printer).await?;
    printer.summary(&summary, &lines)?;
    Ok(ExitCode::SUCCESS)
}

/// Reads sources again, and says what came of damaged tables.
async fn again(
    global: &Global,
    work: &session::Work,
    key: &Key,
    arguments: &Arguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let started = Instant::now();
    let what = Again {
        sources: &arguments.sources,
        without_missing: arguments.without_missing,
    };
    let done = pull_again(
        &work.pipeline,
        &work.lake,
        key,
        what,
        limits(global),
        &work.scratch,
        printer.progress(),
    )
    .await;
    let (summary, replaced) = explained(&work.pipeline, &work.lake, done).await?;
    let mut lines = lines(&summary, started.elapsed().as_secs_f64());
    lines.extend(replaced.iter().map(line_of_replaced));
    let failed = |e| Error::data("cannot print the summary").cause(e);
    let mut summary = serde_json::to_value(&summary).map_err(failed)?;
    summary["replaced"] = serde_json::to_value(&replaced).map_err(failed)?;
    printer.summary(&summary, &lines)?;
    Ok(ExitCode::SUCCESS)
}

fn line_of_replaced(replaced: &Replaced) -> String {
    let what = match (replaced.files, replaced.rows_before, replaced.same) {
        (_, Some(_), true) => "it holds what it held before".to_string(),
        (_, Some(before), false) => {
            format!("{} rows, before {}", count(replaced.rows), count(before))
        }
        (_, None, _) => format!("its log was damaged; {} rows now", count(replaced.rows)),
    };
    format!(
        "         {}: {} damaged files replaced; {what}",
        replaced.table,
        count(replaced.files as u64)
    )
}

fn limits(global: &Global) -> Limits {
    Limits {
        threads: session::threads(global),
        memory: global.memory_limit,
    }
}

/// Pulls, and says what was pulled.
pub async fn step(
    global: &Global,
    work: &session::Work,
    key: &Key,
    sources: &[String],
    printer: &Printer,
) -> Result<(Summary, Vec<String>)> {
    let started = Instant::now();
    let summary = pull(
        &work.pipeline,
        &work.lake,
        key,
        sources,
        limits(global),
        &work.scratch,
        printer.progress(),
    )
    .await;
    let summary = explained(&work.pipeline, &work.lake, summary).await?;
    let lines = lines(&summary, started.elapsed().as_secs_f64());
    Ok((summary, lines))
}

fn lines(summary: &Summary, seconds: f64) -> Vec<String> {
    let mut lines = lines_of_files(summary, seconds);
    if let Some(first) = summary.files_passed_over.first() {
        lines.push(format!(
            "         passed over: {} files that are no extracts by their names, such as {first}",
            count(summary.files_passed_over.len() as u64)
        ));
    }
    if !summary.opted_out_rows.is_empty() {
        let tables = summary.opted_out_rows.iter();
        let tables: Vec<String> = tables
            .map(|(table, rows)| format!("{} of {table}", count(*rows)))
            .collect();
        lines.push(format!(
            "         opt-outs took out rows: {} (small counts: for the operator only)",
            tables.join(", ")
        ));
    }
    if let Some(day) = summary.ndoo_checked_on {
        lines.push(format!(
            "         checked against the National Data Opt-out on {day}"
        ));
    }
    lines
}

fn lines_of_files(summary: &Summary, seconds: f64) -> Vec<String> {
    if summary.files_read == 0 {
        let state = if summary.changed() {
            "opt-outs or definitions applied"
        } else {
            "nothing new"
        };
        return vec![format!(
            "pull     {state} ({} files known)",
            count(summary.files_known)
        )];
    }
    let rows: u64 = summary.tables.iter().map(|t| t.rows).sum();
    let mut lines = vec![format!(
        "pull     {} files, {} lines, {} in {seconds:.1} s; the lake's {} record tables hold {} rows",
        count(summary.files_read),
        count(summary.lines),
        show(summary.bytes),
        summary.tables.len(),
        count(rows),
    )];
    if summary.without_view > 0 {
        lines.push(format!(
            "         {} lines of types without a view",
            count(summary.without_view)
        ));
    }
    if !summary.rejected.is_empty() {
        let reasons: Vec<String> = summary
            .rejected
            .iter()
            .map(|(reason, lines)| format!("{} {reason}", count(*lines)))
            .collect();
        lines.push(format!(
            "         rejected: {} (see populace.reject)",
            reasons.join(", ")
        ));
    }
    let unlinked: u64 = summary.tables.iter().map(|t| t.unlinked).sum();
    if unlinked > 0 {
        lines.push(format!(
            "         {} rows wait for their Patient",
            count(unlinked)
        ));
    }
    lines
}
