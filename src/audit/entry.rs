//! One entry of the audit log.

use crate::error::{Context, Result};
use crate::lake::{StateRow, Timestamp, VisitColumns};
use serde::Serialize;

/// An entry, as `populace.audit` holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct AuditEntry {
    /// Its place in the log, from 0.
    pub entry: u64,
    /// When it was written, in microseconds since 1970.
    pub written: i64,
    /// begun, resumed, record_level, release, approved, published, withdrawn, returned or end.
    pub event: String,
    /// When the command began, 2026-11-22T02:00:00.000Z; entries of one command share it.
    pub run: String,
    /// The command and its own arguments.
    pub command: String,
    /// Who ran it: the name of the account of the operating system.
    pub account: String,
    /// The parameters that were given another value, `name=value`, separated by commas.
    pub parameters: String,
    /// The program and its version.
    pub program: String,
    /// The release that left, or that was decided about.
    pub release: Option<String>,
    /// SHA-256 of its manifest.
    pub manifest_sha256: Option<String>,
    /// Why records were read; who decided about a release, and why.
    pub reason: Option<String>,
    /// The tables that were read, separated by commas.
    pub tables: Option<String>,
    /// A keyed digest of the SQL.
    pub sql_digest: Option<String>,
    /// How the command ended.
    pub exit_code: Option<i64>,
    /// The keyed code over all of this and the entry before.
    #[serde(skip)]
    pub code: String,
}

impl AuditEntry {
    /// All that it says, as the code covers it.
    ///
    /// # Errors
    /// Data, when it cannot be written as JSON.
    pub(super) fn told(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).data(|| "cannot write an entry of the audit log")
    }
}

impl StateRow for AuditEntry {
    const TABLE: &'static str = "audit";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        let mut written = Timestamp(self.written);
        visit.column("entry", &mut self.entry);
        visit.column("written", &mut written);
        visit.column("event", &mut self.event);
        visit.column("run", &mut self.run);
        visit.column("command", &mut self.command);
        visit.column("account", &mut self.account);
        visit.column("parameters", &mut self.parameters);
        visit.column("program", &mut self.program);
        visit.column("release", &mut self.release);
        visit.column("manifest_sha256", &mut self.manifest_sha256);
        visit.column("reason", &mut self.reason);
        visit.column("tables", &mut self.tables);
        visit.column("sql_digest", &mut self.sql_digest);
        visit.column("exit_code", &mut self.exit_code);
        visit.column("code", &mut self.code);
        self.written = written.0;
    }
}

/// What an entry tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuditEvent<'a> {
    /// The log begins here.
    Begun,
    /// The newest key was missing, damaged or of a longer log: entries may be missing before this one.
    Resumed,
    /// Records are about to be printed.
    RecordLevel {
        /// Why.
        reason: &'a str,
        /// The tables that are read.
        tables: &'a str,
        /// The query, of which a keyed digest is kept.
        sql: &'a str,
    },
    /// A release is about to be published.
    Release {
        /// Its identifier.
        release: &'a str,
        /// SHA-256 of its manifest.
        manifest_sha256: &'a str,
    },
    /// Somebody is about to decide about a release.
    Decision {
        /// approved, published, withdrawn or returned.
        what: &'static str,
        /// The release.
        release: &'a str,
        /// SHA-256 of its manifest, where it has one.
        manifest_sha256: Option<&'a str>,
        /// Who, and why.
        reason: &'a str,
    },
    /// A command ended.
    End {
        /// With this.
        exit_code: u8,
    },
}

impl AuditEvent<'_> {
    /// The name in the log.
    pub(super) fn name(self) -> &'static str {
        match self {
            AuditEvent::Begun => "begun",
            AuditEvent::Resumed => "resumed",
            AuditEvent::RecordLevel { .. } => "record_level",
            AuditEvent::Release { .. } => "release",
            AuditEvent::Decision { what, .. } => what,
            AuditEvent::End { .. } => "end",
        }
    }
}
