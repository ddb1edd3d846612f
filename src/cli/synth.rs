//! `populace synth`

use super::argument::{date, whole};
use super::global::Global;
use super::printer::Printer;
use super::session;
use super::size::show;
use crate::error::{Context, Result};
use crate::plural::things;
use crate::synth;
use chrono::NaiveDate;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `populace synth`.
#[derive(Debug, clap::Args)]
pub(super) struct SynthArguments {
    /// The folder to write: absent or empty
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// How many people
    #[arg(long, value_name = "N", default_value_t = 800, value_parser = whole(1..=synth::MOST_PEOPLE), allow_negative_numbers = true)]
    people: u32,
    /// The same seed makes the same record
    #[arg(long, value_name = "S", default_value_t = 1, value_parser = whole(0..=u64::MAX), allow_negative_numbers = true)]
    seed: u64,
    /// First day of the period
    #[arg(long, value_name = "DATE", default_value = "2024-10-01", value_parser = date)]
    from: NaiveDate,
    /// Last day of the period
    #[arg(long, value_name = "DATE", default_value = "2026-09-30", value_parser = date)]
    to: NaiveDate,
    /// Plant what goes wrong in real extracts, list it in faults.csv and count it in faults-expected.csv
    #[arg(long)]
    faults: bool,
    /// Write plain files instead of gzip
    #[arg(long)]
    plain: bool,
}

pub(super) fn main(
    global: &Global,
    arguments: &SynthArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(session::threads(global))
        .build_global()
        .data(|| "cannot start threads")?;
    let bar = printer
        .progress()
        .count("synth", u64::from(arguments.people));
    let options = synth::Options {
        out: arguments.out.clone(),
        people: arguments.people,
        seed: arguments.seed,
        from: arguments.from,
        to: arguments.to,
        faults: arguments.faults,
        plain: arguments.plain,
    };
    let summary = synth::write(&options, &|people| bar.inc(people))?;
    bar.finish_and_clear();
    let mut lines = vec![format!(
        "wrote {} to {}: {}, {} ({} on disk)",
        things(arguments.people, "person"),
        arguments.out.display(),
        things(summary.files, "file"),
        show(summary.bytes),
        show(summary.stored),
    )];
    if summary.faults > 0 {
        lines.push(format!(
            "planted {}, listed in faults.csv and counted in faults-expected.csv",
            things(summary.faults, "fault")
        ));
    }
    let kinds: Vec<_> = summary
        .counts
        .iter()
        .map(|c| serde_json::json!({"kind": c.stem, "files": c.files, "rows": c.rows, "bytes": c.bytes}))
        .collect();
    let machine = serde_json::json!({
        "out": arguments.out, "files": summary.files, "bytes": summary.bytes,
        "stored": summary.stored, "faults": summary.faults, "kinds": kinds,
    });
    printer.summary(&machine, &lines)?;
    Ok(ExitCode::SUCCESS)
}
