//! A decision about a release.

use super::arguments::PublicationArguments;
use super::named::identifier;
use crate::cli::audited_command::act;
use crate::cli::global::Global;
use crate::cli::printer::Printer;
use crate::cli::session;
use crate::error::Result;
use crate::lake::Lake;
use crate::publication::{
    Publication, PublicationState, PublicationStep, embargo, in_london, person, reason,
};
use crate::release::{Decision, decide};
use chrono::Utc;
use serde::Serialize;
use std::process::ExitCode;

/// What came of it.
#[derive(Serialize)]
struct Decided<'a> {
    #[serde(flatten)]
    step: &'a PublicationStep,
    /// Whether readers see it now.
    public: bool,
}

pub(super) async fn main(
    global: &Global,
    arguments: &PublicationArguments,
    state: PublicationState,
    release: &str,
    printer: &Printer,
) -> Result<ExitCode> {
    let (by, why) = (person(arguments.by())?, arguments.reason().map(reason));
    let (why, now) = (why.transpose()?, Utc::now());
    let until = arguments.embargo().map(|typed| embargo(typed, now));
    let pipeline = session::pipeline(global)?;
    let releases = pipeline.releases()?;
    let id = identifier(&releases, release).await?;
    let lake = Lake::open(pipeline.lake()?).await?;
    let log = session::audit_log(&pipeline, &lake).await?;
    let settings = &pipeline.settings.releases;
    let decision = Decision {
        state,
        by: &by,
        account: &act().account,
        embargo: until.transpose()?,
        reason: why.as_deref(),
        area: settings.area.as_deref(),
        four_eyes: settings.four_eyes,
    };
    let after = decide(&releases, &lake, &log, &id, decision).await?;
    if let Some(step) = after.steps.last() {
        let public = after.is_public(Utc::now());
        printer.summary(&Decided { step, public }, &lines(&after, step))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(after: &Publication, step: &PublicationStep) -> Vec<String> {
    let mut lines = vec![
        format!("release  {} is {}", step.name, step.state),
        format!(
            "         {}, by {} on {}",
            step.release,
            step.by,
            in_london(step.at)
        ),
    ];
    if let Some(until) = after.embargo() {
        let seen = match after.is_embargoed(Utc::now()) {
            true => "readers see it from",
            false => "its embargo ended",
        };
        lines.push(format!("         {seen} {}", in_london(until)));
    }
    lines
}
