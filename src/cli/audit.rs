//! `populace audit`

use super::argument::date;
use super::global::Global;
use super::printer::Printer;
use super::session;
use crate::audit::{AuditBreak, AuditEntry, check, load, of_query};
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::models::read_sql;
use crate::plural::things;
use chrono::{DateTime, NaiveDate, NaiveTime};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `populace audit`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The key of the pseudonyms is needed: the log is checked with it. Nothing is read from standard input."
)]
pub(super) struct AuditArguments {
    /// Print entries from this day on [default: all]; the whole log is checked all the same
    #[arg(long, value_name = "DATE", value_parser = date)]
    since: Option<NaiveDate>,
    /// Print the entries that read records with the query in this file
    #[arg(long, value_name = "FILE")]
    query: Option<PathBuf>,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Audited {
    /// Entries of the whole log.
    entries: u64,
    /// The code of the newest entry: kept elsewhere, it proves later that nothing was taken away.
    newest: Option<String>,
    /// The first place where the log is not as it was written.
    broken: Option<AuditBreak>,
    /// The entries that were asked for.
    log: Vec<AuditEntry>,
}

pub(super) async fn main(
    global: &Global,
    arguments: &AuditArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let pipeline = session::pipeline(global)?;
    let lake = Lake::open(pipeline.lake()?).await?;
    let key = session::key(&pipeline)
        .map_err(|e| e.within("the audit log can be checked with the key of the lake only"))?;
    if key.fingerprint() != lake.settings().key_fingerprint {
        return Err(
            Error::usage("the audit log can be checked with the key of the lake only")
                .cause("the pipeline file names another key")
                .hint("name the key that made the lake, and those before it in key_before"),
        );
    }
    let entries = load(&lake).await?;
    let broken = check(&lake, &key, &entries).await?;
    let query = match &arguments.query {
        Some(file) => Some(of_query(&key, &entries, &read_sql(file)?)),
        None => None,
    };
    let from = arguments.since.map_or(i64::MIN, |day| {
        day.and_time(NaiveTime::MIN).and_utc().timestamp_micros()
    });
    let asked = |entry: &&AuditEntry| {
        let query = query.as_ref();
        entry.written >= from && query.is_none_or(|query| query.contains(&entry.entry))
    };
    let audited = Audited {
        entries: entries.len() as u64,
        newest: entries.last().map(|entry| entry.code.clone()),
        log: entries.iter().filter(asked).cloned().collect(),
        broken,
    };
    if !global.json {
        let lines = audited.log.iter().map(|entry| line(entry) + "\n");
        printer.data(&lines.collect::<String>())?;
    }
    let mut lines = outcome(&audited);
    if let Some(file) = arguments.query.as_ref().filter(|_| audited.log.is_empty()) {
        lines.push(format!(
            "         no entry that was asked for read records with the query in {}",
            file.display()
        ));
    }
    printer.summary(&audited, &lines)?;
    Ok(match audited.broken {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::from(1),
    })
}

fn line(entry: &AuditEntry) -> String {
    let written = DateTime::from_timestamp_micros(entry.written).unwrap_or_default();
    let mut words = vec![
        format!("{:>6}", entry.entry),
        written.format("%Y-%m-%d %H:%M:%S").to_string(),
        entry.account.clone(),
        entry.command.clone(),
    ];
    if !entry.parameters.is_empty() {
        words.push(format!("with {}", entry.parameters));
    }
    let and = |text: &Option<String>| text.clone().unwrap_or_default();
    words.push(match (entry.event.as_str(), entry.exit_code) {
        ("end", Some(code)) => format!("ended with {code}"),
        ("begun", _) => "began this log".to_string(),
        ("resumed", _) => "went on with this log, whose newest key was lost".to_string(),
        ("release", _) => format!(
            "released {} (manifest {})",
            and(&entry.release),
            and(&entry.manifest_sha256)
        ),
        ("approved" | "published" | "withdrawn" | "returned", _) => format!(
            "{} {} (manifest {}): {}",
            entry.event,
            and(&entry.release),
            and(&entry.manifest_sha256),
            and(&entry.reason)
        ),
        ("record_level", _) => format!(
            "read records of {} (query {}): {}",
            and(&entry.tables),
            and(&entry.sql_digest),
            and(&entry.reason)
        ),
        (event, _) => event.to_string(),
    });
    crate::visible::one_line(&words.join("  ")).into_owned()
}

fn outcome(audited: &Audited) -> Vec<String> {
    let entries = things(audited.entries, "entry");
    match (&audited.broken, &audited.newest) {
        (Some(broken), _) => vec![format!(
            "audit    the log of {entries} is broken: entry {} {}",
            broken.entry, broken.what
        )],
        (None, newest) => vec![
            format!("audit    {entries}, as they were written"),
            format!(
                "         the newest has the code {}",
                newest.as_deref().unwrap_or("(none)")
            ),
        ],
    }
}
