//! `populace status`

use super::printer::Printer;
use super::size::{count, show};
use super::{Global, night_log, session};
use crate::error::Result;
use crate::lake::Lake;
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
    text.push_str("Tables\n");
    let mut tables = Vec::new();
    for name in lake.tables()? {
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
            "tables": tables,
        });
        printer.summary(&summary, &[])?;
    } else {
        printer.data(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}
