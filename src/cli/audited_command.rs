//! What this process says of itself in the audit log.

use crate::audit::AuditedCommand;
use crate::release::looks_personal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The command that this process is.
static ACT: OnceLock<AuditedCommand> = OnceLock::new();
/// Whether its end goes into the log.
static NOTED: AtomicBool = AtomicBool::new(false);

/// What all entries of this command say.
pub(super) fn act() -> &'static AuditedCommand {
    ACT.get_or_init(AuditedCommand::default)
}

/// Notes which command begins, with the parameters that were typed. Those that only read have an end
/// in the log where records were asked for.
pub(super) fn begins(told: ToldCommand, set: &[String]) {
    NOTED.store(told.changes, Ordering::SeqCst);
    let run = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%S%.3fZ");
    ACT.get_or_init(|| AuditedCommand {
        run: run.to_string(),
        command: told.command,
        account: account(),
        parameters: parameters(set),
    });
}

/// Whether the end of this command goes into the log.
pub(super) fn is_noted() -> bool {
    NOTED.load(Ordering::SeqCst)
}

/// From here on it does.
pub(super) fn note() {
    NOTED.store(true, Ordering::SeqCst);
}

/// A command for the log.
pub(super) struct ToldCommand {
    /// Its name, and its arguments.
    pub command: String,
    /// Whether it changes the lake, or lets something out of it.
    pub changes: bool,
}

impl ToldCommand {
    /// A command that changes something, with its arguments.
    pub(super) fn changing(name: &str, arguments: &[String]) -> Self {
        let words = std::iter::once(name.to_string()).chain(arguments.iter().map(|a| told(a)));
        ToldCommand {
            command: words.collect::<Vec<_>>().join(" "),
            changes: true,
        }
    }

    /// A command that only reads.
    pub(super) fn reading(name: &str) -> Self {
        ToldCommand {
            command: name.to_string(),
            changes: false,
        }
    }
}

/// What somebody typed, unless it may be of somebody.
fn told(typed: &str) -> String {
    match looks_personal(typed) {
        true => "(withheld)".to_string(),
        false => typed.to_string(),
    }
}

fn parameters(set: &[String]) -> String {
    let told = set.iter().map(|set| match set.split_once('=') {
        Some((name, value)) => format!("{}={}", told(name), told(value)),
        None => told(set),
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(unix)]
fn account() -> String {
    let uid = nix::unistd::Uid::effective();
    match nix::unistd::User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        _ => format!("uid {uid}"),
    }
}

/// The account that the system says it is.
#[cfg(not(unix))]
fn account() -> String {
    std::env::var("USERNAME").unwrap_or_else(|_| "unknown".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_may_be_of_somebody_is_withheld() {
        let typed = ["as_of=2026-09-30", "basis=resident", "who=9434765919"];
        assert_eq!(
            parameters(&typed.map(String::from)),
            "as_of=2026-09-30, basis=resident, who=(withheld)"
        );
    }
}
