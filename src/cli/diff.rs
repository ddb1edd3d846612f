//! `populace diff`

use super::global::Global;
use super::missing_release::expect_release;
use super::printer::Printer;
use super::session;
use super::verify::NamedVersion;
use crate::error::Result;
use crate::lake::Location;
use crate::release::changes;
use crate::visible;
use std::process::ExitCode;

/// Arguments of `populace diff`.
#[derive(Debug, clap::Args)]
pub(super) struct DiffArguments {
    /// The older release: its identifier, its folder, or its address on an object store
    old: String,
    /// The newer release
    new: String,
}

pub(super) async fn main(
    global: &Global,
    arguments: &DiffArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let (old, new) = (
        place(global, &arguments.old).await?,
        place(global, &arguments.new).await?,
    );
    let changes = changes((&old.0, &old.1), (&new.0, &new.1)).await?;
    // The differences are what was asked for: data, and no report of what was done.
    let lines = changes.lines().join("\n") + "\n";
    match global.json {
        true => printer.summary(&changes, &[])?,
        false => printer.data(&visible::lines(&lines))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The folder of releases that a release is in, and its identifier.
pub(super) async fn place(global: &Global, what: &str) -> Result<(Location, String)> {
    if let Some(named) = NamedVersion::read(what) {
        return named.place();
    }
    // Only an identifier needs the pipeline file.
    let releases = session::pipeline(global)?.releases()?;
    expect_release(&releases, what).await?;
    Ok((releases, what.to_string()))
}
