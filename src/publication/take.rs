//! Taking a step: approving, publishing, withdrawing and returning a release.

use super::history::Publication;
use super::identifier::FOLDER;
use super::naming;
use super::read::{failed, file, read};
use super::state::PublicationState;
use super::step::PublicationStep;
use crate::error::{Context, Error, Result};
use chrono::{DateTime, Duration, SubsecRound, Utc};
use object_store::path::Path;
use object_store::{ObjectStore, PutMode};

/// How far the clocks of two machines may be apart.
const APART: Duration = Duration::minutes(5);

/// A step that somebody wants to take.
#[derive(Debug, Clone)]
pub(crate) struct WantedStep<'a> {
    /// What the release is to become.
    pub state: PublicationState,
    /// The person.
    pub by: &'a str,
    /// The account of the operating system.
    pub account: &'a str,
    /// Until when readers are not to see it; None keeps the embargo that it has.
    pub embargo: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Option<&'a str>,
    /// SHA-256 of the release's manifest.
    pub manifest_sha256: Option<&'a str>,
    /// The area, for the name that the first step gives.
    pub area: &'a str,
}

/// Takes a step of release `id` below `prefix`, from the state `before` that whoever takes it has seen.
/// Of several that are taken at once, one is, and the others are told which.
///
/// # Errors
/// Refused, when no such step follows from the state, somebody else was faster, or the clock is behind
/// that of the step before; usage, when the reason is missing; data, when the store fails, or does not
/// keep writers apart.
pub(crate) async fn step(
    store: &dyn ObjectStore,
    prefix: &Path,
    before: &Publication,
    wanted: &WantedStep<'_>,
    now: DateTime<Utc>,
) -> Result<Publication> {
    let id = &before.release;
    let at = allowed(before, wanted, now)?;
    keeps_writers_apart(store, prefix).await?;
    let name = match before.name() {
        Some(name) => name.clone(),
        None => naming::take(store, prefix, id, wanted.area).await?,
    };
    let embargo = match wanted.state {
        PublicationState::Draft => None,
        _ => wanted.embargo.or(before.embargo()),
    };
    let new = PublicationStep {
        release: id.clone(),
        name,
        state: wanted.state,
        at,
        by: wanted.by.to_string(),
        account: Some(wanted.account.to_string()),
        embargo,
        reason: wanted.reason.map(str::to_string),
        manifest_sha256: wanted.manifest_sha256.map(str::to_string),
    };
    let mut text = serde_json::to_vec_pretty(&new).data(|| "cannot write a step")?;
    text.push(b'\n');
    let n = u32::try_from(before.steps.len())
        .unwrap_or(u32::MAX)
        .saturating_add(1);
    let file = file(prefix, id, n);
    let put = store.put_opts(&file, text.into(), PutMode::Create.into());
    match put.await {
        Ok(_) => {
            let mut after = before.clone();
            after.steps.push(new);
            Ok(after)
        }
        Err(object_store::Error::AlreadyExists { .. }) => {
            Err(faster(&read(store, prefix, id).await?))
        }
        Err(e) => Err(failed(format!("cannot write the publication of {id}"), e)),
    }
}

/// When the step is taken, if it may be.
///
/// # Errors
/// Refused, when no such step follows from the state, or the clock is behind; usage, when the reason is
/// missing; data, when the publication is damaged.
pub(crate) fn allowed(
    before: &Publication,
    wanted: &WantedStep<'_>,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>> {
    let (id, state) = (&before.release, before.state());
    if let Some(damage) = before.damage() {
        return Err(damage);
    }
    if !state.may_become(wanted.state) {
        return Err(Error::refused(format!(
            "{id} is {state}, and cannot become {}",
            wanted.state
        ))
        .hint(next(before)));
    }
    if wanted.state.needs_reason() && wanted.reason.is_none() {
        return Err(Error::usage("a reason is missing").hint("say why: --reason \"…\""));
    }
    if wanted.state == PublicationState::Approved
        && wanted.embargo.is_none()
        && before.approvals().any(|step| {
            step.by == wanted.by
                && step.account.as_deref() == Some(wanted.account)
                && step.manifest_sha256.as_deref() == wanted.manifest_sha256
        })
    {
        return Err(
            Error::refused(format!("{} has approved {id} already", wanted.by)).hint(next(before)),
        );
    }
    let now = now.trunc_subsecs(3);
    let Some(last) = before.steps.last() else {
        return Ok(now);
    };
    if last.at - now > APART {
        return Err(Error::refused(format!(
            "the clock of this machine says {}, before the last step of {id} was taken: {}",
            now.to_rfc3339(),
            last.at.to_rfc3339()
        ))
        .hint("set the clock right, then run again"));
    }
    Ok(now.max(last.at))
}

/// What can be done with a release.
fn next(before: &Publication) -> String {
    let id = &before.release;
    match before.state() {
        PublicationState::Draft => {
            format!("approve it first: `populace release --approve {id} --by NAME`")
        }
        PublicationState::Approved => format!(
            "publish it with `populace release --publish {id} --by NAME`, or return it to draft with `--return`"
        ),
        PublicationState::Published => format!(
            "readers have it: it can be withdrawn, with `populace release --withdraw {id} --by NAME --reason TEXT`"
        ),
        PublicationState::Withdrawn => {
            "what was withdrawn stays withdrawn: correct the data, the model or the report, make another release with `populace nightly`, and approve that one".to_string()
        }
    }
}

/// The failure of whoever was second.
fn faster(now: &Publication) -> Error {
    let mut error = Error::refused(format!(
        "somebody else decided about {} at the same moment; this step was not taken",
        now.release
    ));
    if let Some(step) = now.steps.last() {
        error = error.cause(format!(
            "{} made it {} at {}",
            step.by,
            step.state,
            step.at.to_rfc3339()
        ));
    }
    error.hint("look at it with `populace release --list`, then decide again")
}

/// Refuses a store on which a second writer replaces what the first created: of two people who decide
/// at once, the first would believe in a step that is gone.
async fn keeps_writers_apart(store: &dyn ObjectStore, prefix: &Path) -> Result<()> {
    let mark = prefix.clone().join(FOLDER).join("writers-are-kept-apart");
    // A second writer with other bytes: a store whose client takes equal bytes for its own would agree.
    for writer in ["first", "second"] {
        let put = store.put_opts(&mark, writer.into(), PutMode::Create.into());
        match put.await {
            Err(object_store::Error::AlreadyExists { .. }) => return Ok(()),
            Ok(_) => (),
            Err(e) => return Err(failed("cannot write to the publications of releases", e)),
        }
    }
    Err(Error::data(
        "the store of the releases lets a second writer replace what the first has created",
    )
    .hint(
        "keep releases on a store that honours If-None-Match; docs/object-stores.md says which do",
    ))
}
