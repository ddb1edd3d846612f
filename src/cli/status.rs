//! `populace status`

use super::printer::Printer;
use super::size::{count, show};
use super::{Global, night_log, session};
use crate::error::Result;
use crate::lake::Lake;
use crate::pull::taken_files;
use chrono::DateTime;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Nights shown.
const NIGHTS: usize = 7;

pub async fn main(global: &Global, printer: &Printer) -> Result<ExitCode> {
    let pipeline = session::pipeline(global)?;
    let lake = Lake::open(pipeline.lake()?).await?;
    let steps = night_log::load(&lake).await?;
    let mut nights: Vec<&str> = Vec::new();
    for step in &steps {
        if nights.last() != Some(&step.night.as_str()) {
            nights.push(&step.night);
        }
    }
    let first = nights.len().saturating_sub(NIGHTS);
    let mut text = String::from("Last nights\n");
    for night in &nights[first..] {
        let of_night: Vec<_> = steps.iter().filter(|s| s.night == *night).collect();
        let end = of_night.last();
        let outcome = match end {
            Some(step) if step.step == "end" => step.outcome.as_str(),
            Some(step) if step.outcome == "failed" => "failed",
            _ => "no end: running, or cut short",
        };
        text.push_str(&format!("  {night}  {outcome}\n"));
        for step in of_night.iter().filter(|s| s.step != "begin") {
            text.push_str(&format!(
                "    {:<8} {:<7} {}\n",
                step.step, step.outcome, step.detail
            ));
        }
    }
    if nights.is_empty() {
        text.push_str("  none yet: `populace nightly` is the first\n");
    }
    let sources = sources(&lake).await?;
    text.push_str("Sources\n");
    for (name, source) in &sources {
        text.push_str(&format!(
            "  {name:<20} {} files, {} lines, {} rejected; newest file of {}\n",
            count(source.files),
            count(source.lines),
            count(source.rejected),
            source.newest
        ));
    }
    text.push_str("Tables\n");
    let mut tables = Vec::new();
    for name in lake.tables().await? {
        let Some(table) = lake.table(&name).await? else {
            continue;
        };
        text.push_str(&format!(
            "  {:<40} {:>12} rows {:>10}  version {}\n",
            name.to_string(),
            count(table.rows()),
            show(table.bytes()),
            table.version
        ));
        tables.push(serde_json::json!({
            "table": name.to_string(), "rows": table.rows(),
            "bytes": table.bytes(), "version": table.version,
        }));
    }
    if global.json {
        let summary = serde_json::json!({
            "nights": steps.iter().filter(|s| nights[first..].contains(&s.night.as_str())).collect::<Vec<_>>(),
            "sources": sources,
            "tables": tables,
        });
        printer.summary(&summary, &[])?;
    } else {
        printer.data(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What a source has brought.
#[derive(Debug, Default, serde::Serialize)]
struct Brought {
    files: u64,
    lines: u64,
    rejected: u64,
    /// When its newest file was changed: how fresh the source is.
    newest: String,
}

async fn sources(lake: &Lake) -> Result<BTreeMap<String, Brought>> {
    let mut sources: BTreeMap<String, Brought> = BTreeMap::new();
    for ((source, _), taken) in taken_files(lake).await? {
        let brought = sources.entry(source).or_default();
        brought.files += 1;
        brought.lines += taken.lines;
        brought.rejected += taken.rejected;
        let changed = DateTime::from_timestamp_micros(taken.modified);
        let changed = changed.map(|t| t.format("%Y-%m-%d %H:%M").to_string());
        brought.newest = changed
            .unwrap_or_default()
            .max(std::mem::take(&mut brought.newest));
    }
    Ok(sources)
}
