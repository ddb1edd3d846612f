//! `populace view`

mod empty;
mod inputs;
mod rejects;
mod run;

use super::global::Global;
use super::printer::Printer;
use super::rows::{Format, RowWriter};
use super::session;
use super::size::{count, show};
use crate::decode::RejectReason;
use crate::decode::fhir::View;
use crate::error::{Context, Error, Result};
use crate::plural::{things, verb};
use crate::privacy::check_view;
use crate::stop;
use empty::ElementWatch;
use inputs::Input;
use rejects::Rejects;
use run::Counts;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

/// Rows that a table shows; more are for a file.
const SHOWN: usize = 1_000;

/// Arguments of `populace view`.
#[derive(Debug, clap::Args)]
pub(super) struct ViewArguments {
    /// The ViewDefinition, a JSON file
    #[arg(value_name = "VIEW")]
    view: PathBuf,
    /// FHIR resources in NDJSON, or one or a Bundle of them in JSON, plain or gzip: files, folders of
    /// *.ndjson and *.json, also with .gz, or - for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Where rows are written [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How rows are written [default: as the ending of --output says, or table]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// List the lines that cannot be used in a CSV file: where and why, never what they hold
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// The share of lines that may be rejected; with more, no file of rows is written
    #[arg(long, value_name = "SHARE", default_value = "0.05", value_parser = share)]
    reject_threshold: f64,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok();
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "write a share from 0 to 1, such as 0.05".to_string())
}

pub(super) fn main(
    global: &Global,
    arguments: &ViewArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let started = Instant::now();
    let output = arguments.output.as_deref();
    let format = Format::chosen(arguments.format, output)?;
    if global.json && output.is_none() {
        return Err(Error::usage(
            "the summary of --json and the rows cannot share standard output",
        )
        .hint("name a file for the rows with --output"));
    }
    let view = read_view(&arguments.view, format, printer)?;
    let inputs = inputs::list(&arguments.files)?;
    refuse_same(&inputs, &[output, arguments.rejects.as_deref()])?;
    let mut rows = RowWriter::begin(output, format, &view.schema(), SHOWN)?;
    let mut rejects = Rejects::begin(arguments.rejects.as_deref())?;
    let bar = printer
        .progress()
        .bytes("view", inputs.iter().map(Input::size).sum());
    let watch = ElementWatch::of(&view);
    let counts = run::run(
        &inputs,
        &view,
        &watch,
        session::threads(global),
        &bar,
        |batch| {
            stop::check()?;
            rows.write(batch)?;
            Ok(!rows.is_unread())
        },
        |input, reject| rejects.write(input, reject),
    )?;
    bar.finish_and_clear();
    rejects.finish()?;
    within_threshold(&counts, arguments)?;
    let (written, left_out) = rows.finish()?;
    let mut lines = told(&counts, written, arguments, started.elapsed().as_secs_f64());
    if left_out > 0 {
        lines.push(format!(
            "         the table leaves out {} more rows: write all with -o FILE or --format csv",
            count(left_out)
        ));
    }
    if written > 0 {
        let said = watch.said(&view.resource).into_iter();
        lines.extend(said.map(|line| format!("         {line}")));
    }
    printer.summary(&summary(&counts, written, arguments), &lines)?;
    Ok(ExitCode::SUCCESS)
}

/// Reads the view, and says when its rows identify people: here nothing is treated.
fn read_view(path: &Path, format: Format, printer: &Printer) -> Result<Arc<View>> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .usage(|| format!("the view {shown} cannot be read"))
        .map_err(|e| e.hint("name the ViewDefinition first, then the files of resources"))?;
    let mut view = View::parse(&shown, &text)?;
    if format == Format::Csv
        && let Some(column) = view.columns.iter().find(|c| c.collection)
    {
        return Err(Error::usage(format!(
            "view {shown}: column {} is a collection, which CSV cannot hold",
            column.name
        ))
        .hint("write Parquet or NDJSON, or join the values in its path: .join(', ')"));
    }
    // What treatments a view asks for is the pull's work, so here they count for nothing.
    for column in &mut view.columns {
        column.tags.remove("populace/privacy");
    }
    if let Err(identifier) = check_view(&shown, &view) {
        printer.say(&format!("warning: {}", identifier.what()));
        printer.say(
            "         rows hold what the resources hold, untreated: keep them where records may be",
        );
    }
    Ok(Arc::new(view))
}

/// Refuses to replace what is being read.
fn refuse_same(inputs: &[Input], outputs: &[Option<&Path>]) -> Result<()> {
    for output in outputs.iter().flatten() {
        let Ok(output) = output.canonicalize() else {
            continue;
        };
        let same = |input: &&Input| {
            input
                .path()
                .is_some_and(|p| p.canonicalize().ok() == Some(output.clone()))
        };
        if let Some(input) = inputs.iter().find(same) {
            return Err(
                Error::usage(format!("{input} would be read and written at once"))
                    .hint("write to another file"),
            );
        }
    }
    Ok(())
}

fn within_threshold(counts: &Counts, arguments: &ViewArguments) -> Result<()> {
    let rejected: u64 = counts.rejected.values().sum();
    #[allow(clippy::cast_precision_loss)] // a share
    let beyond = rejected as f64 > counts.lines as f64 * arguments.reject_threshold;
    if !beyond {
        return Ok(());
    }
    let error = Error::data(format!(
        "{} of {} cannot be used",
        count(rejected),
        things(counts.lines, "line")
    ))
    .cause(reasons(counts));
    let list = match &arguments.rejects {
        Some(path) => format!("{} lists them", path.display()),
        None => "list them with --rejects FILE".to_string(),
    };
    let kept = match arguments.output {
        Some(_) => "no rows were written; ",
        None => "",
    };
    // A bundle, a list or a resource printed over many lines.
    let broken = counts.rejected.get(&(RejectReason::NotJson, None));
    let form = match broken.is_some_and(|broken| broken * 2 > rejected) {
        true => "are the files NDJSON, with one resource a line? ",
        false => "",
    };
    Err(error.hint(format!(
        "{form}{kept}{list}; to go on without them raise --reject-threshold"
    )))
}

fn reasons(counts: &Counts) -> String {
    let reasons: Vec<String> = counts
        .rejected
        .iter()
        .map(|((reason, column), lines)| match column {
            Some(column) => format!("{} {reason} in column {column}", count(*lines)),
            None => format!("{} {reason}", count(*lines)),
        })
        .collect();
    reasons.join(", ")
}

fn told(counts: &Counts, rows: u64, arguments: &ViewArguments, seconds: f64) -> Vec<String> {
    let to = arguments.output.as_ref();
    let mut lines = vec![format!(
        "view     {}, {}, {} in {seconds:.1} s; {}{}",
        things(counts.files, "file"),
        things(counts.lines, "line"),
        show(counts.bytes),
        things(rows, "row"),
        to.map_or_else(String::new, |path| format!(" in {}", path.display())),
    )];
    if counts.other_types > 0 {
        lines.push(format!(
            "         {} of other types",
            things(counts.other_types, "line")
        ));
    }
    if let Some(missing) = counts.pages.warning() {
        lines.push(format!("         {missing}"));
    }
    for (column, values) in &counts.unknown {
        lines.push(format!(
            "         column {column}: {} {} of another type or form",
            things(*values, "value"),
            verb(*values, "is", "are")
        ));
    }
    if !counts.rejected.is_empty() {
        let list = match &arguments.rejects {
            Some(path) => format!("see {}", path.display()),
            None => "list them with --rejects FILE".to_string(),
        };
        lines.push(format!("         rejected: {} ({list})", reasons(counts)));
    }
    lines
}

fn summary(counts: &Counts, rows: u64, arguments: &ViewArguments) -> serde_json::Value {
    let mut rejected = BTreeMap::<&str, u64>::new();
    for ((reason, _), lines) in &counts.rejected {
        *rejected.entry(reason.name()).or_default() += lines;
    }
    serde_json::json!({
        "files": counts.files,
        "bytes": counts.bytes,
        "lines": counts.lines,
        "accepted": counts.accepted,
        "other_types": counts.other_types,
        "blank": counts.blank,
        "rejected": rejected,
        "unreadable": counts.unknown,
        "warnings": counts.pages.warning().into_iter().collect::<Vec<_>>(),
        "rows": rows,
        "output": arguments.output,
    })
}
