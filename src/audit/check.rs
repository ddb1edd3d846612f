//! Whether the log is as it was written.

use super::chain::{ChainHead, EntryKey};
use super::entry::AuditEntry;
use crate::error::Result;
use crate::lake::Lake;
use crate::privacy::Key;
use serde::Serialize;

/// The first place where the log is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AuditBreak {
    /// The entry.
    pub entry: u64,
    /// What is wrong with it.
    pub what: String,
}

/// Looks for the first break in `entries`, which are all of the lake's.
///
/// # Errors
/// Data: the lake cannot be read.
pub(crate) async fn check(
    lake: &Lake,
    key: &Key,
    entries: &[AuditEntry],
) -> Result<Option<AuditBreak>> {
    let head = ChainHead::kept(lake).await?;
    broken(EntryKey::first(key), head.as_ref(), entries)
}

fn broken(
    first: EntryKey,
    head: Option<&ChainHead>,
    entries: &[AuditEntry],
) -> Result<Option<AuditBreak>> {
    let found = |entry: u64, what: &str| {
        let what = what.to_string();
        Ok(Some(AuditBreak { entry, what }))
    };
    let mut key = first.clone();
    let mut before = String::new();
    for (place, entry) in (0..).zip(entries) {
        if entry.entry != place {
            return found(place, "is missing, or another stands in its place");
        }
        if key.code(entry, &before)? != entry.code {
            return found(
                place,
                "is not as it was written, or does not follow the entry before it",
            );
        }
        if entry.event == "resumed" {
            return found(
                place,
                "goes on where the newest key was lost: entries before it may be missing",
            );
        }
        before.clone_from(&entry.code);
        key = key.after(1);
    }
    let count = entries.len() as u64;
    match head {
        None if count == 0 => found(0, "is not there: the log has not begun"),
        None => found(
            count,
            "the newest key is missing or damaged: entries may be missing from here on",
        ),
        Some(head) if head.entries > count => {
            found(count, "is missing: the newest entries are gone")
        }
        Some(head) if head.key != first.after(head.entries) => {
            found(count, "the newest key is none of this log")
        }
        Some(_) => Ok(None),
    }
}

/// The entries whose query is `sql`.
pub(crate) fn of_query(key: &Key, entries: &[AuditEntry], sql: &str) -> Vec<u64> {
    let mut key = EntryKey::first(key);
    let mut found = Vec::new();
    for entry in entries {
        if entry.sql_digest.as_deref() == Some(&key.digest(sql)) {
            found.push(entry.entry);
        }
        key = key.after(1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::chain::hex;
    use super::*;

    /// A log of six entries, and its newest key.
    fn log() -> (EntryKey, Vec<AuditEntry>, ChainHead) {
        let key = EntryKey::first(&Key::throwaway().unwrap());
        let mut entries: Vec<AuditEntry> = Vec::new();
        for entry in 0..6 {
            let mut new = AuditEntry {
                entry,
                event: "end".to_string(),
                command: format!("run {entry}"),
                exit_code: Some(0),
                ..AuditEntry::default()
            };
            let before = entries.last().map_or("", |e| e.code.as_str()).to_string();
            new.code = key.clone().after(entry).code(&new, &before).unwrap();
            entries.push(new);
        }
        let head = ChainHead {
            entries: 6,
            key: key.clone().after(6),
        };
        (key, entries, head)
    }

    fn place(key: &EntryKey, head: Option<&ChainHead>, entries: &[AuditEntry]) -> Option<u64> {
        let found = broken(key.clone(), head, entries).unwrap();
        found.map(|found| found.entry)
    }

    #[test]
    fn the_first_break_is_named() {
        let (key, log, head) = log();
        assert_eq!(place(&key, Some(&head), &log), None);
        // A command that was cut short kept no newer key.
        let older = ChainHead {
            entries: 4,
            key: key.clone().after(4),
        };
        assert_eq!(place(&key, Some(&older), &log), None);
        let mut edited = log.clone();
        edited[3].exit_code = Some(1);
        assert_eq!(place(&key, Some(&head), &edited), Some(3));
        let mut removed = log.clone();
        removed.remove(2);
        assert_eq!(place(&key, Some(&head), &removed), Some(2));
        for entry in &mut removed[2..] {
            entry.entry -= 1;
        }
        assert_eq!(place(&key, Some(&head), &removed), Some(2));
        let mut swapped = log.clone();
        swapped.swap(1, 2);
        swapped[1].entry = 1;
        swapped[2].entry = 2;
        assert_eq!(place(&key, Some(&head), &swapped), Some(1));
        assert_eq!(place(&key, Some(&head), &log[..5]), Some(5));
        assert_eq!(place(&key, Some(&head), &[]), Some(0));
        assert_eq!(place(&key, None, &log), Some(6));
        let mut resumed = log;
        resumed[5].event = "resumed".to_string();
        resumed[5].code = key
            .clone()
            .after(5)
            .code(&resumed[5], &resumed[4].code)
            .unwrap();
        assert_eq!(place(&key, Some(&head), &resumed), Some(5));
    }

    #[test]
    fn whoever_takes_the_newest_key_cannot_make_an_entry_again() {
        let (key, mut log, head) = log();
        let before = log[4].code.clone();
        log[5].command = "nothing".to_string();
        log[5].code = head.key.code(&log[5], &before).unwrap();
        assert_eq!(place(&key, Some(&head), &log), Some(5));
    }

    #[test]
    fn a_digest_of_a_query_is_found_again_with_the_key_alone() {
        let key = Key::throwaway().unwrap();
        let (_, mut log, _) = log();
        log[2].sql_digest = Some(EntryKey::first(&key).after(2).digest("select 1"));
        assert_eq!(of_query(&key, &log, "select 1"), [2]);
        assert_eq!(of_query(&key, &log, "select 2"), Vec::<u64>::new());
        let other = EntryKey::first(&Key::throwaway().unwrap());
        assert_ne!(
            other.digest("select 1"),
            EntryKey::first(&key).digest("select 1")
        );
        assert_eq!(hex(&[0, 255]), "00ff");
    }
}
