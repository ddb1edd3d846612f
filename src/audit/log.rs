//! Adding entries, and reading them.

use super::chain::{ChainHead, EntryKey};
use super::entry::{AuditEntry, AuditEvent};
use crate::error::{Error, Result};
use crate::lake::properties::AUDIT_HEAD;
use crate::lake::{CommitAttempts, Lake, Table, state_table_name};
use crate::privacy::Key;
use chrono::Utc;
use std::collections::BTreeMap;

/// What a command says of itself in all of its entries.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuditedCommand {
    /// When it began.
    pub run: String,
    /// The command and its arguments.
    pub command: String,
    /// The account of the operating system.
    pub account: String,
    /// Parameters with other values.
    pub parameters: String,
}

/// The audit log of a lake, for one command.
#[derive(Debug, Clone)]
pub struct AuditLog {
    lake: Lake,
    act: AuditedCommand,
}

impl AuditLog {
    /// The log of `lake`, to which a command writes.
    pub(crate) fn new(lake: &Lake, act: &AuditedCommand) -> Self {
        AuditLog {
            lake: lake.clone(),
            act: act.clone(),
        }
    }

    /// Adds an entry, with the newest key.
    ///
    /// # Errors
    /// Data: the log cannot be read or written. Refused: there is no newest key, or it is of a longer
    /// log.
    pub(crate) async fn add(&self, event: AuditEvent<'_>) -> Result<()> {
        let name = state_table_name::<AuditEntry>();
        let mut attempts = CommitAttempts::new();
        loop {
            // Kept after its entry, so that it is never ahead of a log that is read after it.
            let head = ChainHead::kept(&self.lake).await?;
            let base = self.lake.table(&name).await?;
            let rows = base.as_ref().map_or(0, Table::rows);
            let head = head.and_then(|head| head.at(rows)).ok_or_else(headless)?;
            if self.append(&head, base.as_ref(), event).await? {
                return Ok(());
            }
            attempts.was_second(&name).await?;
        }
    }

    /// Commits an entry after those of `base`; false when another writer was first.
    async fn append(
        &self,
        head: &ChainHead,
        base: Option<&Table>,
        event: AuditEvent<'_>,
    ) -> Result<bool> {
        let before = match base {
            Some(base) => self.newest_code(base).await?,
            None => String::new(),
        };
        let entry = self.entry(head, &before, event)?;
        let properties = BTreeMap::from([(AUDIT_HEAD.to_string(), entry.code.clone())]);
        let made = self.lake.try_append(base, [entry], properties).await?;
        if made.is_none() {
            return Ok(false);
        }
        let next = head.clone().at(head.entries + 1);
        if let Some(next) = next {
            next.keep(&self.lake).await?;
        }
        Ok(true)
    }

    /// The code of the newest entry.
    async fn newest_code(&self, base: &Table) -> Result<String> {
        if let Some(code) = base.property(AUDIT_HEAD) {
            return Ok(code.to_string());
        }
        let entries = self.lake.state_rows::<AuditEntry>(Some(base)).await?;
        let newest = entries.into_iter().max_by_key(|entry| entry.entry);
        Ok(newest.map(|entry| entry.code).unwrap_or_default())
    }

    fn entry(&self, head: &ChainHead, before: &str, event: AuditEvent<'_>) -> Result<AuditEntry> {
        let mut entry = AuditEntry {
            entry: head.entries,
            written: Utc::now().timestamp_micros(),
            event: event.name().to_string(),
            run: self.act.run.clone(),
            command: self.act.command.clone(),
            account: self.act.account.clone(),
            parameters: self.act.parameters.clone(),
            program: concat!("populace ", env!("CARGO_PKG_VERSION")).to_string(),
            ..AuditEntry::default()
        };
        match event {
            AuditEvent::Begun | AuditEvent::Resumed => {}
            AuditEvent::RecordLevel {
                reason,
                tables,
                sql,
            } => {
                entry.reason = Some(reason.to_string());
                entry.tables = Some(tables.to_string());
                entry.sql_digest = Some(head.key.digest(sql));
            }
            AuditEvent::Release {
                release,
                manifest_sha256,
            } => {
                entry.release = Some(release.to_string());
                entry.manifest_sha256 = Some(manifest_sha256.to_string());
            }
            AuditEvent::Decision {
                release,
                manifest_sha256,
                reason,
                ..
            } => {
                entry.release = Some(release.to_string());
                entry.manifest_sha256 = manifest_sha256.map(str::to_string);
                entry.reason = Some(reason.to_string());
            }
            AuditEvent::End { exit_code } => entry.exit_code = Some(exit_code.into()),
        }
        entry.code = head.key.code(&entry, before)?;
        Ok(entry)
    }
}

/// Begins the log of `lake`, or goes on with it where the newest key is lost: only who has the key of
/// the lake can.
///
/// # Errors
/// Data: the log cannot be read or written.
pub(crate) async fn begin(lake: &Lake, key: &Key, act: &AuditedCommand) -> Result<()> {
    let name = state_table_name::<AuditEntry>();
    let log = AuditLog::new(lake, act);
    let mut attempts = CommitAttempts::new();
    loop {
        let head = ChainHead::kept(lake).await?;
        let base = lake.table(&name).await?;
        let rows = base.as_ref().map_or(0, Table::rows);
        let first = EntryKey::first(key);
        let fits = |head: &ChainHead| {
            head.entries <= rows && head.key == first.clone().after(head.entries)
        };
        let event = match &head {
            Some(head) if fits(head) => return Ok(()),
            None if base.is_none() => AuditEvent::Begun,
            _ => AuditEvent::Resumed,
        };
        let head = ChainHead {
            entries: rows,
            key: first.clone().after(rows),
        };
        if matches!(event, AuditEvent::Begun) {
            // A key of no entries fits every log: whoever is cut short here, or is second, goes on.
            head.keep(lake).await?;
        }
        if log.append(&head, base.as_ref(), event).await? {
            return Ok(());
        }
        attempts.was_second(&name).await?;
    }
}

/// Whether there is a log, or was.
///
/// # Errors
/// Data: the lake cannot be read.
pub(crate) async fn has_begun(lake: &Lake) -> Result<bool> {
    Ok(ChainHead::kept(lake).await?.is_some() || lake.state_table::<AuditEntry>().await?.is_some())
}

/// All entries, in the order of the log.
///
/// # Errors
/// Data: the log cannot be read.
pub(crate) async fn load(lake: &Lake) -> Result<Vec<AuditEntry>> {
    let stored = lake.state_table::<AuditEntry>().await?;
    let mut entries = lake.state_rows::<AuditEntry>(stored.as_ref()).await?;
    entries.sort_by_key(|entry| entry.entry);
    Ok(entries)
}

fn headless() -> Error {
    Error::refused("the audit log cannot be continued")
        .cause("the newest key of the log (populace.audit in the lake) is missing, damaged, or of a log with more entries")
        .hint("whoever has the key of the lake runs `populace audit`, which says what is wrong, and `populace pull` or `nightly`, which go on with the log and say so in it")
}
