//! `populace vacuum`

use super::argument::whole;
use super::global::Global;
use super::printer::Printer;
use super::session;
use crate::error::{Error, Result};
use crate::lake::{Lake, TableName};
use crate::models::{Library, remove_unused};
use crate::plural::things;
use serde::Serialize;
use std::process::ExitCode;

/// Arguments of `populace vacuum`.
#[derive(Debug, clap::Args)]
pub(super) struct VacuumArguments {
    /// Keep what tables held in the last so many days [default: keep_days of the pipeline file]
    #[arg(long, value_name = "N", value_parser = whole(0..=u16::MAX), allow_negative_numbers = true)]
    keep_days: Option<u16>,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

/// What a vacuum removed.
#[derive(Debug, Serialize)]
pub(super) struct Removed {
    /// Files.
    pub files: u64,
    /// Tables that they belonged to.
    pub tables: u64,
    /// Tables that no model makes any more, and that are gone with all of their versions.
    pub unused: Vec<String>,
}

pub(super) async fn main(
    global: &Global,
    arguments: &VacuumArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let work = session::SessionWork::begin(global).await?;
    let days = arguments
        .keep_days
        .unwrap_or(work.pipeline.settings.lake.keep_days);
    let library = work.library()?;
    let (removed, lines) = step(&work.lake, &library, days, arguments.dry_run).await?;
    printer.summary(&removed, &lines)?;
    Ok(ExitCode::SUCCESS)
}

/// Vacuums all tables, and says what was removed.
pub(super) async fn step(
    lake: &Lake,
    library: &Library,
    days: u16,
    dry_run: bool,
) -> Result<(Removed, Vec<String>)> {
    // On an object store nothing else keeps other commands out while files go.
    let mut epoch = lake.epoch().await?;
    if epoch.is_open() {
        return Err(
            Error::data("another command is changing the lake, or was cut short")
                .hint("wait for it to end; if it was cut short, run `populace nightly` first"),
        );
    }
    epoch.claim().await?;
    let unused = remove_unused(lake, library, days, dry_run).await?;
    let mut removed = Removed {
        files: 0,
        tables: 0,
        unused: unused.iter().map(TableName::to_string).collect(),
    };
    for table in lake.tables().await? {
        let files = lake.vacuum(&table, days, dry_run).await?.len() as u64;
        removed.files += files;
        removed.tables += u64::from(files > 0);
    }
    epoch.end().await?;
    lake.keep_newest().await?;
    let line = match (removed.files, dry_run) {
        (0, _) => format!(
            "vacuum   no file is older than {} and out of use",
            things(days, "day")
        ),
        (files, false) => format!("vacuum   {} removed", things(files, "old file")),
        (files, true) => format!("vacuum   {} would be removed", things(files, "old file")),
    };
    let gone = match dry_run {
        true => "would be removed",
        false => "is removed",
    };
    let unused = removed.unused.iter();
    let unused = unused.map(|table| format!("         {table} {gone}: no model makes it any more"));
    let lines = std::iter::once(line).chain(unused).collect();
    Ok((removed, lines))
}
