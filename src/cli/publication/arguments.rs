//! What is asked about releases that were made.

use crate::publication::PublicationState;
use std::path::{Path, PathBuf};

/// Arguments of `populace release` that are about releases which were made.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Releases already made")]
pub(in crate::cli) struct PublicationArguments {
    /// List them, with name, state, and who decided what and when
    #[arg(long, group = "about", conflicts_with_all = MAKING, conflicts_with_all = DECIDING, conflicts_with = "output")]
    list: bool,
    /// Print what changed in each that readers could see
    #[arg(long, group = "about", conflicts_with_all = MAKING, conflicts_with_all = DECIDING)]
    changelog: bool,
    /// Print what to know before approving one: what disclosure control did, what was refused, what
    /// changed, quality and sources
    #[arg(long, value_name = "RELEASE", group = "about", conflicts_with_all = MAKING, conflicts_with_all = DECIDING)]
    check: Option<String>,
    /// Approve one, by its name or identifier, after verifying it
    #[arg(long, value_name = "RELEASE", group = "about", requires = "by", conflicts_with_all = MAKING)]
    approve: Option<String>,
    /// Publish an approved one
    #[arg(long, value_name = "RELEASE", group = "about", requires = "by", conflicts_with_all = MAKING)]
    publish: Option<String>,
    /// Withdraw a published one
    #[arg(long, value_name = "RELEASE", group = "about", requires_all = ["by", "reason"], conflicts_with_all = MAKING)]
    withdraw: Option<String>,
    /// Return an approved one to draft
    #[arg(long = "return", value_name = "RELEASE", group = "about", requires_all = ["by", "reason"], conflicts_with_all = MAKING)]
    back: Option<String>,
    /// The person who decides
    #[arg(long, value_name = "NAME", requires = "about")]
    by: Option<String>,
    /// Hide it from readers until this time, such as 2026-12-10T09:30:00Z
    #[arg(long, value_name = "TIME", requires = "by", conflicts_with_all = ["withdraw", "back"])]
    embargo: Option<String>,
    /// Why it is withdrawn or returned
    #[arg(long, value_name = "TEXT", requires = "by")]
    reason: Option<String>,
    /// Write to a file: .html, .json or .txt for --check, .json for --changelog
    #[arg(
        short,
        long,
        value_name = "FILE",
        requires = "about",
        conflicts_with = "by"
    )]
    output: Option<PathBuf>,
}

/// Arguments of making a release.
const MAKING: [&str; 3] = ["reports", "dry_run", "replace"];

/// Arguments of a decision.
const DECIDING: [&str; 3] = ["by", "embargo", "reason"];

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) enum AskedOfReleases<'a> {
    /// That a release comes to be in this state.
    Decide(PublicationState, &'a str),
    /// Which releases there are.
    List,
    /// What was different about each.
    Changelog,
    /// What to know before approving one.
    Check(&'a str),
}

impl PublicationArguments {
    /// What is asked, if anything is.
    pub(in crate::cli) fn asked(&self) -> Option<AskedOfReleases<'_>> {
        use PublicationState::{Approved, Draft, Published, Withdrawn};
        if self.list {
            return Some(AskedOfReleases::List);
        }
        if self.changelog {
            return Some(AskedOfReleases::Changelog);
        }
        if let Some(release) = &self.check {
            return Some(AskedOfReleases::Check(release));
        }
        let decisions = [
            (Approved, &self.approve),
            (Published, &self.publish),
            (Withdrawn, &self.withdraw),
            (Draft, &self.back),
        ];
        let mut decisions = decisions.into_iter();
        decisions
            .find_map(|(state, release)| Some(AskedOfReleases::Decide(state, release.as_deref()?)))
    }

    /// As the audit log has them.
    pub(in crate::cli) fn told(&self) -> Vec<String> {
        let given = [
            ("--approve", &self.approve),
            ("--publish", &self.publish),
            ("--withdraw", &self.withdraw),
            ("--return", &self.back),
            ("--by", &self.by),
            ("--embargo", &self.embargo),
        ];
        let given = given.into_iter();
        let given = given.filter_map(|(option, value)| Some([option, value.as_deref()?]));
        given.flatten().map(str::to_string).collect()
    }

    pub(super) fn by(&self) -> &str {
        self.by.as_deref().unwrap_or_default()
    }

    pub(super) fn embargo(&self) -> Option<&str> {
        self.embargo.as_deref()
    }

    pub(super) fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    pub(super) fn output(&self) -> Option<&Path> {
        self.output.as_deref()
    }
}
