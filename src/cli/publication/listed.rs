//! `populace release --list`

use crate::cli::global::Global;
use crate::cli::missing_release::place_of;
use crate::cli::printer::Printer;
use crate::cli::session;
use crate::error::Result;
use crate::lake::Location;
use crate::lake::store::store_error;
use crate::publication::{FOLDER, Publication, PublicationState, in_london, read_all};
use crate::release::MANIFEST;
use crate::visible::one_line;
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde::Serialize;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Folders that are looked into at once.
const AT_ONCE: usize = 64;

/// A release and what was last decided about it.
#[derive(Debug, Serialize)]
struct DecidedRelease {
    release: String,
    name: Option<String>,
    state: PublicationState,
    by: Option<String>,
    account: Option<String>,
    at: Option<DateTime<Utc>>,
    embargo: Option<DateTime<Utc>>,
    reason: Option<String>,
    /// Whether readers see it now.
    public: bool,
    /// Whether its folder is there.
    there: bool,
    damaged: Option<String>,
}

pub(super) async fn main(global: &Global, printer: &Printer) -> Result<ExitCode> {
    let releases = session::pipeline(global)?.releases()?;
    let listed = listed(&releases, Utc::now()).await?;
    if global.json {
        printer.summary(&listed, &[])?;
        return Ok(ExitCode::SUCCESS);
    }
    let lines = listed.iter().map(|release| line(release) + "\n");
    printer.data(&lines.collect::<String>())?;
    if listed.is_empty() {
        printer.say(&format!(
            "release  there are none in {} yet: `populace nightly` makes them",
            place_of(&releases)
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// All releases, the newest day first.
async fn listed(releases: &Location, now: DateTime<Utc>) -> Result<Vec<DecidedRelease>> {
    if releases.folder().is_some_and(|folder| !folder.is_dir()) {
        return Ok(Vec::new());
    }
    let store = releases.store(false)?;
    let decided = read_all(&*store, &Path::default()).await?.into_iter();
    let mut all: BTreeMap<String, (Publication, bool)> = decided
        .map(|release| (release.release.clone(), (release, false)))
        .collect();
    let lost = |e| store_error(format!("cannot list the releases at {releases}"), e);
    let folders = store.list_with_delimiter(None).await.map_err(lost)?;
    let folders = folders.common_prefixes.into_iter();
    // An altered release that was kept aside is hidden, and what has no manifest is none.
    let folders = folders.filter(|name| !name.as_ref().starts_with('.') && name.as_ref() != FOLDER);
    let store = &store;
    let there = folders.map(|name| async move {
        match store.head(&name.clone().join(MANIFEST)).await {
            Ok(_) => Ok(Some(name.to_string())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(e),
        }
    });
    let there: Vec<Option<String>> = stream::iter(there)
        .buffered(AT_ONCE)
        .try_collect()
        .await
        .map_err(lost)?;
    for id in there.into_iter().flatten() {
        let draft = || (Publication::draft(&id), true);
        all.entry(id.clone()).or_insert_with(draft).1 = true;
    }
    let all = all.into_values().rev();
    Ok(all
        .map(|(release, there)| DecidedRelease::of(release, there, now))
        .collect())
}

impl DecidedRelease {
    fn of(release: Publication, there: bool, now: DateTime<Utc>) -> Self {
        let last = release.steps.last();
        DecidedRelease {
            name: release.name().map(ToString::to_string),
            state: release.state(),
            by: last.map(|step| step.by.clone()),
            account: last.and_then(|step| step.account.clone()),
            at: last.map(|step| step.at),
            embargo: release.embargo(),
            reason: last.and_then(|step| step.reason.clone()),
            public: there && release.is_public(now),
            there,
            damaged: release.damaged.clone(),
            release: release.release,
        }
    }
}

fn line(release: &DecidedRelease) -> String {
    let name = release.name.as_deref().unwrap_or("-");
    let mut words = vec![
        format!("{name:<24}"),
        format!("{:<9}", release.state.name()),
        release.release.clone(),
    ];
    if let (Some(by), Some(at)) = (&release.by, release.at) {
        words.push(format!("by {by} on {}", in_london(at)));
    }
    if let Some(until) = release.embargo {
        words.push(format!("embargo until {}", in_london(until)));
    }
    words.extend(
        release
            .reason
            .iter()
            .map(|reason| format!("because {reason}")),
    );
    words.extend(
        release
            .damaged
            .iter()
            .map(|what| format!("damaged: {what}")),
    );
    if !release.there {
        words.push("its folder is gone".to_string());
    }
    one_line(&words.join("  ")).into_owned()
}
