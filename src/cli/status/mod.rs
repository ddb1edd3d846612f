//! `populace status`

mod quality;
mod releases;

pub(super) use quality::quality;

use super::global::Global;
use super::nights::{Night, nights};
use super::printer::Printer;
use super::pull_table;
use super::size::{count, show};
use super::{night_log, session};
use crate::error::{Error, Result};
use crate::lake::{Lake, Lock};
use crate::models::unused_tables;
use crate::pipeline::Pipeline;
use crate::plural::things;
use crate::pull::{Failing, LastPull, Shortfall, extracts, shortfalls, source_marks};
use crate::visible::lines;
use chrono::{DateTime, Utc};
use releases::{ReleaseStatus, last};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::ExitCode;

/// Nights shown.
const NIGHTS: usize = 7;

pub(super) async fn main(global: &Global, printer: &Printer) -> Result<ExitCode> {
    let pipeline = session::pipeline(global)?;
    let location = pipeline.lake()?;
    let lake = Lake::open(location.clone()).await?;
    let mut damage = Vec::new();
    let log = told(&mut damage, night_log::load(&lake).await)?;
    let nights = nights(log, &Lock::holder(&location)?);
    let nights = &nights[nights.len().saturating_sub(NIGHTS)..];
    let sources = told(&mut damage, sources(&pipeline, &lake).await)?;
    let incomplete = told(&mut damage, shortfalls(&lake).await)?;
    let mut tables = tables(&lake, &mut damage).await?;
    // Whoever's models cannot be read still wants to know how the night was.
    if let Ok(library) = session::library(&pipeline) {
        let unused = told(&mut damage, unused_tables(&lake, &library).await)?;
        for table in &mut tables {
            let mut unused = unused.iter();
            table.unused = unused.any(|one| one.table.to_string() == table.table);
        }
    }
    // Whoever's releases cannot be read still wants to know how the night was.
    let place = pipeline.releases()?;
    let releases = match last(&place).await {
        Ok((releases, found)) => {
            damage.extend(found);
            Some(releases)
        }
        Err(e) => {
            damage.push(e);
            None
        }
    };
    let bad = nights.last().filter(|night| !night.outcome.is_good());
    let code = match damage.first() {
        Some(error) => error.kind().exit_code(),
        None => u8::from(bad.is_some() || sources.values().any(Brought::is_bad)),
    };
    if global.json {
        let summary = serde_json::json!({
            "nights": nights,
            "failed_checks": bad.map(failed_checks).unwrap_or_default(),
            "sources": sources,
            "incomplete_exports": incomplete,
            "tables": tables,
            "releases": releases,
            "damaged": damage.iter().map(Error::what).collect::<Vec<_>>(),
            "exit_code": code,
        });
        printer.summary(&summary, &[])?;
    } else {
        let told = text(nights, &sources, &incomplete, &tables, releases.as_deref());
        // Errors of nights may name files, whose names are anything.
        printer.data(&lines(&told))?;
        if let Some(night) = bad {
            printer.say(&verdict(night));
        }
        for (name, source) in sources.iter().filter(|(_, source)| source.is_bad()) {
            printer.say(&format!("source {name} {}", source.wrong().join("; ")));
        }
        if let Some(error) = all_of(damage) {
            return Err(error);
        }
    }
    Ok(ExitCode::from(code))
}

/// What was found; what a damaged table would have told is left out, and the damage is kept once.
fn told<T: Default>(damage: &mut Vec<Error>, found: Result<T>) -> Result<T> {
    match found {
        Err(e) if e.damaged_path().is_some() => {
            if damage.iter().all(|d| d.damaged_path() != e.damaged_path()) {
                damage.push(e);
            }
            Ok(T::default())
        }
        found => found,
    }
}

/// One error for all the damage that was met, with the advice for the first.
fn all_of(damage: Vec<Error>) -> Option<Error> {
    let mut damage = damage.into_iter();
    let first = damage.next()?;
    Some(damage.fold(first, |error, more| error.cause(more.what())))
}

fn text(
    nights: &[Night],
    sources: &BTreeMap<String, Brought>,
    incomplete: &BTreeMap<String, Shortfall>,
    tables: &[TableNow],
    releases: Option<&[ReleaseStatus]>,
) -> String {
    let mut text = String::from("Last nights\n");
    for night in nights {
        write_night(&mut text, night);
    }
    if nights.is_empty() {
        text.push_str("  none yet: `populace nightly` is the first\n");
    }
    text.push_str("Sources\n");
    for (name, source) in sources {
        write_source(&mut text, name, source, incomplete.get(name));
    }
    text.push_str("Tables\n");
    for table in tables {
        write_table(&mut text, table);
    }
    text.push_str("Last releases\n");
    for release in releases.unwrap_or_default() {
        let decided = match (&release.damaged, &release.name) {
            (Some(what), _) => format!(", damaged: {what}"),
            (None, Some(name)) => format!(", {} as {name}", release.state),
            (None, None) => String::new(),
        };
        let _ = writeln!(
            text,
            "  {:<40} {}, of {}{decided}",
            release.release,
            things(release.files, "file"),
            shown(release.made)
        );
    }
    match releases {
        Some([]) => text.push_str("  none yet: `populace nightly` makes them\n"),
        None => text.push_str("  they cannot be read\n"),
        Some(_) => (),
    }
    text
}

fn write_night(text: &mut String, night: &Night) {
    let _ = writeln!(text, "  {}  {}", night.night, night.outcome.words());
    let begun = |s: &&night_log::NightStep| s.step != "begin" || s.outcome != "ok";
    for step in night.steps.iter().filter(begun) {
        let (name, outcome) = (&step.step, &step.outcome);
        let _ = writeln!(text, "    {name:<8} {outcome:<7} {}", step.detail);
    }
}

fn write_source(text: &mut String, name: &str, source: &Brought, lacks: Option<&Shortfall>) {
    let _ = writeln!(
        text,
        "  {name:<20} {}, {}, {} rejected{}",
        things(source.files, "file"),
        things(source.lines, "line"),
        count(source.rejected),
        match source.newest.is_empty() {
            true => String::new(),
            false => format!("; newest file of {}", source.newest),
        }
    );
    if let Some(last) = &source.last {
        let (day, read, stored) = (
            last.day,
            things(last.lines.read, "line"),
            count(last.lines.stored),
        );
        let _ = writeln!(
            text,
            "    last pull of it, {day}: {read} read, {stored} stored"
        );
        for cause in pull_table::causes(&last.lines) {
            let _ = writeln!(text, "      {cause}");
        }
    }
    for wrong in source.wrong() {
        let _ = writeln!(text, "    {wrong}");
    }
    if let Some(lacks) = lacks {
        let _ = writeln!(
            text,
            "    incomplete: of the export of {} {lacks}; the next pull asks for it again",
            lacks.asked
        );
    }
}

fn write_table(text: &mut String, table: &TableNow) {
    let _ = writeln!(
        text,
        "  {:<40} {:>12} rows {:>10}  version {:<5} of {}{}",
        table.table,
        count(table.rows),
        show(table.bytes),
        table.version,
        shown(table.changed),
        match table.unused {
            true => "; no model makes it any more",
            false => "",
        },
    );
}

/// What is wrong with the last night, in a line.
fn verdict(night: &Night) -> String {
    let good = |s: &&night_log::NightStep| s.outcome != "ok" && s.step != "end";
    let wrong: Vec<&str> = night
        .steps
        .iter()
        .filter(good)
        .map(|s| s.detail.as_str())
        .collect();
    let what = match wrong.is_empty() {
        true => String::new(),
        false => format!(": {}", wrong.join("; ")),
    };
    format!(
        "the last night ({}) {}{what}",
        night.night,
        night.outcome.verb()
    )
}

fn failed_checks(night: &Night) -> Vec<serde_json::Value> {
    let failed = night.steps.iter();
    let failed = failed.filter(|s| s.failed_check.is_some() && s.outcome == "failed");
    failed
        .map(|s| serde_json::json!({"model": s.model, "check": s.failed_check, "rows": s.failed_rows}))
        .collect()
}

fn shown(moment: Option<DateTime<Utc>>) -> String {
    moment.map_or_else(
        || "?".to_string(),
        |m| m.format("%Y-%m-%d %H:%M").to_string(),
    )
}

/// A table as it is now.
#[derive(Debug, serde::Serialize)]
struct TableNow {
    table: String,
    rows: u64,
    bytes: u64,
    version: u64,
    /// When it last changed.
    changed: Option<DateTime<Utc>>,
    /// Whether it is a model's whose file is gone.
    unused: bool,
}

async fn tables(lake: &Lake, damage: &mut Vec<Error>) -> Result<Vec<TableNow>> {
    let mut tables = Vec::new();
    for name in lake.tables().await? {
        let Some(table) = told(damage, lake.table(&name).await)? else {
            continue;
        };
        tables.push(TableNow {
            table: name.to_string(),
            rows: table.rows(),
            bytes: table.bytes(),
            version: table.version,
            changed: lake.changed(&name).await?,
            unused: false,
        });
    }
    Ok(tables)
}

/// What a source has brought.
#[derive(Debug, Default, serde::Serialize)]
struct Brought {
    files: u64,
    lines: u64,
    rejected: u64,
    /// When its newest file was changed: how fresh the source is.
    newest: String,
    /// Since when pulls go on without it, and why.
    failing: Option<Failing>,
    /// What was expected and did not come.
    lacks: Vec<String>,
    /// What became of the lines of the last pull that read something of it.
    last: Option<LastPull>,
    /// Whether a night is a good one all the same.
    tolerated: bool,
}

impl Brought {
    /// What is wrong with the source, in words.
    fn wrong(&self) -> Vec<String> {
        let failing = self.failing.iter().map(|Failing { since, reason }| {
            format!("failing since {since}, its old data stays: {reason}")
        });
        let lacks = self.lacks.iter().map(|lacks| format!("late: {lacks}"));
        failing.chain(lacks).collect()
    }

    /// Whether somebody has to look at it.
    fn is_bad(&self) -> bool {
        !self.tolerated && (self.failing.is_some() || !self.lacks.is_empty())
    }
}

async fn sources(pipeline: &Pipeline, lake: &Lake) -> Result<BTreeMap<String, Brought>> {
    let mut sources: BTreeMap<String, Brought> = BTreeMap::new();
    for ((source, _), taken) in extracts(lake).await? {
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
    let marks = source_marks(lake).await?;
    let today = pipeline.today(Utc::now().date_naive());
    for (name, source) in &pipeline.settings.sources {
        let Some(mark) = marks.get(name) else {
            continue;
        };
        let brought = sources.entry(name.clone()).or_default();
        brought.tolerated = source.expected().allow_failure;
        brought.failing.clone_from(&mark.failing);
        brought.last.clone_from(&mark.last);
        if mark.failing.is_none() {
            brought.lacks = mark.lacks(source.expected(), today);
        }
    }
    Ok(sources)
}
