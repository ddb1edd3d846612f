//! `populace pull`

use super::confirmations::Confirmations;
use super::damage::explained;
use super::global::Global;
use super::printer::Printer;
use super::pull_table;
use super::session;
use super::size::{count, show};
use crate::error::{Error, Result};
use crate::plural::{things, verb};
use crate::privacy::Key;
use crate::pull::{Again, PullLimits, PullSummary, Replaced, pull, pull_again};
use std::process::ExitCode;
use std::time::Instant;

/// Arguments of `populace pull`.
#[derive(Debug, clap::Args)]
pub(super) struct PullArguments {
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
    #[command(flatten)]
    confirmed: Confirmations,
}

impl PullArguments {
    /// As the audit log has them.
    pub(super) fn told(&self) -> Vec<String> {
        let again = self.again.then(|| "--again".to_string());
        again
            .into_iter()
            .chain(self.sources.iter().cloned())
            .collect()
    }
}

pub(super) async fn main(
    global: &Global,
    arguments: &PullArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let (mut work, key) = session::SessionWork::begin_to_pull(global).await?;
    work.confirm(&arguments.confirmed);
    if arguments.again {
        return again(global, &work, &key, arguments, printer).await;
    }
    let (summary, lines) = step(global, &work, &key, &arguments.sources, printer).await?;
    let (warnings, lines): (Vec<String>, Vec<String>) = lines
        .into_iter()
        .partition(|line| line.trim_start().starts_with("warning: "));
    printer.summary(&summary, &lines)?;
    // They decide the exit code, so that they are said whatever the options say.
    for warning in &warnings {
        printer.remark(warning.trim_start());
    }
    Ok(match summary.is_good() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

/// Reads sources again, and says which damaged tables are whole again.
async fn again(
    global: &Global,
    work: &session::SessionWork,
    key: &Key,
    arguments: &PullArguments,
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
            format!("{}, before {}", things(replaced.rows, "row"), count(before))
        }
        (_, None, _) => format!("its log was damaged; {} now", things(replaced.rows, "row")),
    };
    format!(
        "         {}: {} replaced; {what}",
        replaced.table,
        things(replaced.files, "damaged file")
    )
}

fn limits(global: &Global) -> PullLimits {
    PullLimits {
        threads: session::threads(global),
        memory: global.memory_limit,
    }
}

/// Pulls, and says what was pulled.
pub(super) async fn step(
    global: &Global,
    work: &session::SessionWork,
    key: &Key,
    sources: &[String],
    printer: &Printer,
) -> Result<(PullSummary, Vec<String>)> {
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

fn lines(summary: &PullSummary, seconds: f64) -> Vec<String> {
    let mut lines = lines_of_files(summary, seconds);
    let warnings = summary.warnings.iter();
    lines.extend(warnings.map(|warning| format!("         warning: {warning}")));
    lines.extend(passed_over(summary));
    for (source, lines_of_source) in &summary.future_times {
        lines.push(format!(
            "         source {source}: {} {} updated in the future; {} as updated when {} file was made",
            things(*lines_of_source, "line"),
            verb(*lines_of_source, "says that it was", "say that they were"),
            verb(*lines_of_source, "it counts", "they count"),
            verb(*lines_of_source, "its", "their")
        ));
    }
    for (source, since) in &summary.future_exports {
        lines.push(format!(
            "         source {source}: the server says that its export is of a time in the future; the next one brings what changed since {since}"
        ));
    }
    for (source, tables) in &summary.gone_rows {
        for (table, rows) in tables {
            lines.push(format!(
                "         source {source}: {} of {table} {} gone: the newer extract does not have {} any more",
                things(*rows, "row"),
                verb(*rows, "is", "are"),
                verb(*rows, "its record", "their records")
            ));
        }
    }
    if summary.patients_of_two_people > 0 {
        lines.push(format!(
            "         {} came with the number of another person than before, or with two; the newest version counts. If Bundles come from several servers, set several_servers = true for their source",
            things(summary.patients_of_two_people, "Patient")
        ));
    }
    if summary.patients_named_otherwise > 0 {
        lines.push(format!(
            "         {} {} named with another NHS number beside references to {} than {} own record has, or with two; the Patient's own record counts, and nobody is merged",
            things(summary.patients_named_otherwise, "Patient"),
            verb(summary.patients_named_otherwise, "is", "are"),
            verb(summary.patients_named_otherwise, "it", "them"),
            verb(summary.patients_named_otherwise, "its", "their"),
        ));
    }
    lines.extend(lines_of_opt_outs(summary));
    if let Some(day) = summary.ndoo_checked_on {
        lines.push(format!(
            "         checked against the National Data Opt-out on {day}"
        ));
    }
    lines
}

/// Files passed over for each reason that are named, so that many do not hide the rest.
const NAMED: usize = 5;

fn passed_over(summary: &PullSummary) -> Vec<String> {
    let mut lines = Vec::new();
    let because = &summary.passed_over_because;
    let by_name = summary.files_passed_over.iter();
    let by_name: Vec<&String> = by_name
        .filter(|file| !because.contains_key(*file))
        .collect();
    if let Some(first) = by_name.first() {
        lines.push(format!(
            "         passed over: {} without the name of an extract, such as {}",
            things(by_name.len(), "file"),
            plain(first)
        ));
    }
    for (file, reason) in because.iter().take(NAMED) {
        lines.push(format!("         passed over: {} ({reason})", plain(file)));
    }
    if because.len() > NAMED {
        lines.push(format!(
            "         passed over: {} more",
            count((because.len() - NAMED) as u64)
        ));
    }
    if summary.files_linked > 0 {
        lines.push(format!(
            "         {} reached through a symbolic link",
            things(summary.files_linked, "file")
        ));
    }
    lines
}

fn lines_of_opt_outs(summary: &PullSummary) -> Vec<String> {
    let mut lines = Vec::new();
    if !summary.opt_outs.is_empty() || summary.people_back > 0 {
        let lists: Vec<String> = summary
            .opt_outs
            .iter()
            .map(|list| format!("{} on {}", count(list.people), list.name))
            .collect();
        lines.push(format!(
            "         opt-outs: {} {}; {} new, {} came back (small counts: for the operator only)",
            things(summary.people_on_lists, "person"),
            match lists.is_empty() {
                true => "(there is no list any more)".to_string(),
                false => format!("({})", lists.join(", ")),
            },
            count(summary.people_opted_out),
            count(summary.people_back),
        ));
    }
    for (what, rows) in [
        ("took out", &summary.opted_out_rows),
        ("kept out", &summary.kept_out_rows),
    ] {
        if !rows.is_empty() {
            let tables: Vec<String> = rows
                .iter()
                .map(|(table, rows)| format!("{} of {table}", count(*rows)))
                .collect();
            lines.push(format!(
                "         opt-outs {what} rows: {}",
                tables.join(", ")
            ));
        }
    }
    lines
}

/// A file's name without characters that would move a terminal's cursor.
fn plain(name: &str) -> String {
    name.replace(|c: char| c.is_control(), "\u{fffd}")
}

/// Columns of which the values that are not known are shown.
const VALUES_SHOWN: usize = 5;

fn lines_of_files(summary: &PullSummary, seconds: f64) -> Vec<String> {
    if summary.files_read == 0 {
        let state = if summary.changed() {
            "opt-outs or definitions applied"
        } else {
            "nothing new"
        };
        return vec![format!(
            "pull     {state} ({} known)",
            things(summary.files_known, "file")
        )];
    }
    let rows: u64 = summary.tables.iter().map(|t| t.rows).sum();
    let mut lines = vec![format!(
        "pull     {}, {}, {} in {seconds:.1} s; {} of the lake {} {}",
        things(summary.files_read, "file"),
        things(summary.lines, "line"),
        show(summary.bytes),
        things(summary.tables.len(), "record table"),
        verb(summary.tables.len() as u64, "holds", "hold"),
        things(rows, "row"),
    )];
    lines.extend(pull_table::lines(&summary.sources));
    for values in summary.values_not_known.iter().take(VALUES_SHOWN) {
        lines.push(format!("         not known: {values}"));
    }
    let more = summary.values_not_known.len().saturating_sub(VALUES_SHOWN);
    if more > 0 {
        lines.push(format!(
            "         not known: values of {} (see populace.data_quality)",
            things(more, "more column")
        ));
    }
    let unlinked: u64 = summary.tables.iter().map(|t| t.unlinked).sum();
    if unlinked > 0 {
        lines.push(format!(
            "         {} of the lake {} no person",
            things(unlinked, "row"),
            verb(unlinked, "has", "have")
        ));
    }
    lines
}
