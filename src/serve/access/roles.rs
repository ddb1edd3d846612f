//! Roles: which areas and reports each may read.

use crate::error::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The role that every reader has who signed in.
const EVERYONE: &str = "everyone";
/// The word in `areas` for figures of the whole area of a release.
const WHOLE: &str = "whole";

/// `[serve.roles.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleSettings {
    /// Codes of areas; `E38*` for all that begin so, `whole` for the whole area of a release, `*` for
    /// everything.
    pub areas: Vec<String>,
    /// Names of reports, with `*` as in areas.
    #[serde(default = "RoleSettings::every_report")]
    pub reports: Vec<String>,
    /// Readers who have this role besides those of whom the provider or the proxy says so: subjects
    /// of ID tokens, or names in the proxy's header.
    #[serde(default)]
    pub readers: Vec<String>,
}

impl RoleSettings {
    fn every_report() -> Vec<String> {
        vec!["*".to_string()]
    }

    fn may_read(&self, area_code: Option<&str>, report: &str) -> bool {
        self.names_area(area_code) && self.names_report(report)
    }

    fn names_area(&self, area_code: Option<&str>) -> bool {
        self.areas.iter().any(|pattern| match area_code {
            Some(code) => matches(pattern, code),
            None => pattern == WHOLE || pattern == "*",
        })
    }

    fn names_report(&self, report: &str) -> bool {
        self.reports.iter().any(|pattern| matches(pattern, report))
    }
}

/// Whether `name` is what `pattern` says: itself, or what begins as it does before a closing `*`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name && pattern != WHOLE,
    }
}

/// All roles of the settings.
#[derive(Debug, Clone)]
pub(crate) struct Roles(Arc<BTreeMap<String, RoleSettings>>);

impl Roles {
    /// Checks the settings.
    ///
    /// # Errors
    /// Usage: nobody could read anything, or a pattern has a `*` elsewhere than at its end.
    pub(super) fn new(settings: &BTreeMap<String, RoleSettings>) -> Result<Self> {
        if settings.is_empty() {
            return Err(
                Error::usage("[serve] says of no role what it may read").hint(
                    "add [serve.roles.everyone] with areas = [\"*\"], or one section for each role",
                ),
            );
        }
        for (name, role) in settings {
            let lists = [("areas", &role.areas), ("reports", &role.reports)];
            for (list, patterns) in lists {
                if patterns.is_empty() {
                    return Err(
                        Error::usage(format!("[serve.roles.{name}] {list} is empty"))
                            .hint("list what this role may read, or take the role out"),
                    );
                }
                let stray = |pattern: &&String| {
                    pattern.is_empty() || pattern.trim_end_matches('*').contains('*')
                };
                if patterns.iter().any(|pattern| stray(&pattern)) {
                    return Err(Error::usage(format!(
                        "[serve.roles.{name}] {list} has an entry that is empty or has a * before its end"
                    ))
                    .hint("a * stands at the end of an entry: \"E38*\""));
                }
            }
        }
        Ok(Roles(Arc::new(settings.clone())))
    }

    /// Those roles that a provider says of a reader which have a section here: what a session keeps. Roles
    /// that the settings give are looked up anew with each request, so that they end with the settings.
    pub(super) fn said(&self, said: &[String]) -> Vec<String> {
        let own = said.iter().filter(|name| self.0.contains_key(*name));
        own.cloned().collect()
    }

    /// The roles of a reader, of those that have a section here; what else a provider says of a reader
    /// means nothing to this server.
    pub(super) fn of(&self, subject: &str, said: &[String]) -> Vec<String> {
        let has = |(name, role): &(&String, &RoleSettings)| {
            *name == EVERYONE
                || said.iter().any(|said| said == *name)
                || role.readers.iter().any(|reader| reader == subject)
        };
        let own = self.0.iter().filter(has);
        own.map(|(name, _)| name.clone()).collect()
    }

    /// Whether one of these roles may read it.
    pub(super) fn may_read(&self, roles: &[String], area_code: Option<&str>, report: &str) -> bool {
        self.sections(roles)
            .any(|role| role.may_read(area_code, report))
    }

    /// Whether one of these roles names this area.
    pub(super) fn name_area(&self, roles: &[String], area_code: Option<&str>) -> bool {
        self.sections(roles).any(|role| role.names_area(area_code))
    }

    /// Whether one of these roles names this report.
    pub(super) fn name_report(&self, roles: &[String], report: &str) -> bool {
        self.sections(roles).any(|role| role.names_report(report))
    }

    fn sections<'a>(&'a self, roles: &'a [String]) -> impl Iterator<Item = &'a RoleSettings> {
        roles.iter().filter_map(|name| self.0.get(name))
    }
}
