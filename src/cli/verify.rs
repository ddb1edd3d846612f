//! `populace verify`

use super::printer::Printer;
use super::size::count;
use super::{Global, session};
use crate::error::{Error, Result};
use crate::lake::{Lake, Verified};
use std::process::ExitCode;

/// Arguments of `populace verify`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// `lake`, or a release: its identifier, its folder, or its address on an object store
    #[arg(value_name = "RELEASE|lake")]
    what: String,
}

pub async fn main(global: &Global, arguments: &Arguments, printer: &Printer) -> Result<ExitCode> {
    match arguments.what.as_str() {
        "lake" => verify_lake(global, printer).await,
        other => Err(Error::usage(format!("'{other}' cannot be verified")).hint("write `lake`")),
    }
}

async fn verify_lake(global: &Global, printer: &Printer) -> Result<ExitCode> {
    let pipeline = session::pipeline(global)?;
    let lake = Lake::open(pipeline.lake()?).await?;
    let verified = lake.verify().await?;
    printer.summary(&verified, &lake_lines(&verified))?;
    Ok(match verified.problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

fn lake_lines(verified: &Verified) -> Vec<String> {
    let outcome = match verified.problems.len() {
        0 => "all there".to_string(),
        problems => format!("{} problems", count(problems as u64)),
    };
    let mut lines = vec![format!(
        "verify   {} files of {} tables: {outcome}",
        count(verified.files as u64),
        count(verified.tables as u64),
    )];
    lines.extend(verified.problems.iter().map(|problem| {
        let file = problem.file.as_deref().unwrap_or(&problem.table);
        format!("         {file}: {}", problem.what)
    }));
    lines
}
