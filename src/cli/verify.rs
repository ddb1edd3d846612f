//! `populace verify`

use super::damage::{way_back, words};
use super::printer::Printer;
use super::size::{count, show};
use super::{Global, session};
use crate::error::{Error, Kind, Result};
use crate::lake::{Lake, TableName, Verified};
use crate::pull::feeding;
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
    let mut verified = lake.verify().await?;
    for problem in &mut verified.problems {
        let Some(table) = TableName::parse(&problem.table).filter(|t| t.layer == "record") else {
            continue;
        };
        let sources = feeding(&pipeline, &lake, &table).await?;
        if !sources.is_empty() {
            problem.hint = way_back(&sources);
            problem.sources = sources.iter().map(words).collect();
        }
    }
    printer.summary(&verified, &lake_lines(&verified))?;
    Ok(match verified.problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(Kind::Data.exit_code()),
    })
}

fn lake_lines(verified: &Verified) -> Vec<String> {
    let outcome = match verified.problems.len() {
        0 => "as they were written".to_string(),
        1 => "1 problem".to_string(),
        problems => format!("{} problems", count(problems as u64)),
    };
    let mut lines = vec![format!(
        "verify   {} files of {} tables, {}: {outcome}",
        count(verified.files as u64),
        count(verified.tables as u64),
        show(verified.bytes),
    )];
    for problem in &verified.problems {
        let file = problem.file.as_deref().unwrap_or(&problem.table);
        let table = &problem.table;
        lines.push(format!("         {table}: {file} {}", problem.what));
        let sources = problem.sources.iter();
        lines.extend(sources.map(|source| format!("           it is filled from {source}")));
        lines.push(format!("           {}", problem.hint));
    }
    if let Some(first) = verified.not_checked.first() {
        lines.push(format!(
            "         not checked: {} files without a checksum, which another program wrote, such as {first}",
            count(verified.not_checked.len() as u64)
        ));
    }
    if verified.unnamed > 0 {
        lines.push(format!(
            "         {} files belong to older versions or to none; `populace vacuum` removes them in time",
            count(verified.unnamed as u64)
        ));
    }
    lines
}
