//! The entries of a command in the audit log.

use super::audited_command::{act, is_noted, note};
use super::global::Global;
use super::printer::Printer;
use super::session;
use crate::audit::{AuditEvent, AuditLog, has_begun};
use crate::error::{Error, Result};
use crate::release::looks_personal;
use crate::stop;
use std::process::ExitCode;

/// Notes in `log` that records are about to be printed.
///
/// # Errors
/// The log cannot be written, so that they may not be.
pub(super) async fn record_level(
    log: &AuditLog,
    reason: &str,
    tables: &str,
    sql: &str,
) -> Result<()> {
    let event = AuditEvent::RecordLevel {
        reason,
        tables,
        sql,
    };
    log.add(event)
        .await
        .map_err(|e| e.within("records may not be printed: the audit log cannot be written"))?;
    note();
    Ok(())
}

/// Notes how the command ended. Nothing leaves any more, so that a log that cannot be written is said
/// and no failure.
pub(super) fn ended(global: &Global, done: &Result<ExitCode>, printer: &Printer) {
    if !is_noted() {
        return;
    }
    let exit_code = match done {
        Ok(code) => (0..=u8::MAX).find(|n| ExitCode::from(*n) == *code),
        Err(e) => Some(e.kind().exit_code()),
    };
    let exit_code = exit_code.unwrap_or(u8::MAX);
    let noted = session::block_on_whole(global, async {
        // Where there is no lake, the command has said so.
        let Ok(lake) = session::lake_to_tell(global).await else {
            return Ok(());
        };
        if !has_begun(&lake).await? {
            return Ok(());
        }
        let log = AuditLog::new(&lake, act());
        log.add(AuditEvent::End { exit_code }).await
    });
    // A command that was told to stop has little time.
    if let Err(why) = noted
        && stop::told().is_none()
    {
        printer.remark(&format!(
            "the end of this command is not in the audit log: {why}"
        ));
    }
}

/// The longest reason, in characters.
const LONGEST: usize = 500;

/// A reason for reading records, as it goes into the log.
///
/// # Errors
/// Usage: it says nothing, or may name somebody.
pub(super) fn reason(typed: &str) -> Result<String> {
    let reason = typed.trim();
    let wrong = |what: &str| {
        Err(Error::usage(format!("the reason of --record-level {what}")).hint(
            "say for what the records are needed, such as --record-level \"checking duplicate contacts, ticket 1234\"",
        ))
    };
    if reason.chars().filter(|c| c.is_alphabetic()).count() < 3 {
        return wrong("says nothing");
    }
    if reason.chars().count() > LONGEST {
        return wrong(&format!("has more than {LONGEST} characters"));
    }
    if reason.chars().any(char::is_control) {
        return wrong("holds a control character");
    }
    if looks_personal(reason) {
        return wrong("looks as if it held a number or an address of somebody");
    }
    Ok(reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something_and_names_nobody() {
        assert_eq!(
            reason(" duplicate contacts, ticket 1234 ").unwrap(),
            "duplicate contacts, ticket 1234"
        );
        for (wrong, what) in [
            ("", "says nothing"),
            (" .. ", "says nothing"),
            ("12345", "says nothing"),
            ("a patient 943 476 5919", "number or an address"),
            ("ask a.b@example.org", "number or an address"),
            ("two\nlines", "control character"),
        ] {
            let error = reason(wrong).unwrap_err();
            assert!(error.what().contains(what), "{wrong}: {error}");
            assert!(!error.to_string().contains("943"), "{error}");
        }
        assert!(reason(&"long ".repeat(200)).is_err());
    }
}
