//! Pull: new extracts come into the lake.
//!
//! Files are read in pieces by a few readers, decoded, made fit to store and sorted into shards by
//! the workers, and merged shard by shard with what the lake holds. Tables are committed one after
//! the other; what was taken is committed last, so that a pull that was cut short is done again
//! and, as a record's newest version wins whatever the order, ends in the same lake.

mod chunks;
mod fence;
mod files;
mod intake;
mod merge;
mod object;
mod opted_out;
mod people;
mod plan;
mod prepare;
mod rejects;
mod runs;
mod settle;
mod summary;
mod taken;

pub use plan::{PullPlan, TablePlan};
pub use summary::{Summary, TableSummary};
pub use taken::{Taken, TakenFiles, load as taken_files};

use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::pipeline::{Pipeline, settings_file::nearest};
use crate::privacy::{Key, Lookup, read_opt_outs};
use crate::progress::Progress;
use crate::scratch::Scratch;
use merge::Exclusions;
use people::People;
use runs::Runs;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a pull may use the machine.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Worker threads.
    pub threads: usize,
    /// Bytes that the whole process should stay within.
    pub memory: usize,
}

/// Pulls `sources` (all when empty) into `lake`.
pub async fn pull(
    pipeline: &Pipeline,
    lake: &Lake,
    key: &Key,
    sources: &[String],
    limits: Limits,
    scratch: &Scratch,
    progress: Progress,
) -> Result<Summary> {
    let mut plan = PullPlan::read(pipeline, key)?;
    let mut turn = lake.turn().await?;
    if turn.is_open() {
        let create = taken::load(lake).await?.is_empty();
        fence::fence(lake, &plan, create).await?;
        turn.close().await?;
    }
    let opted_out = match &pipeline.settings.privacy.opt_outs {
        Some(path) => read_opt_outs(&pipeline.path(path), key)?,
        None => Default::default(),
    };
    let before = opted_out::load(lake).await?;
    let joined = opted_out.difference(&before.people).next().is_some();
    // Records of people who opted in again are no longer in the lake: everything is read again.
    let withdrawn = before.people.difference(&opted_out).next().is_some();
    let mut taken = taken::load(lake).await?;
    let mut tables = Vec::with_capacity(plan.tables.len());
    for table in &plan.tables {
        tables.push(lake.table(&table.name).await?);
    }
    // A table that somebody removed comes back whole.
    let lost = !taken.is_empty() && tables.iter().any(Option::is_none);
    let again = withdrawn || lost;
    choose(&mut plan, sources, again)?;

    let mut lookups = BTreeMap::new();
    let mut lookup_digest = blake3::Hasher::new();
    for (name, path) in &pipeline.settings.privacy.lookups {
        let path = pipeline.path(path);
        lookups.insert(name.clone(), Lookup::load(&path)?);
        lookup_digest.update(&std::fs::read(&path).unwrap_or_default());
    }
    for source in &mut plan.sources {
        source.fingerprint = format!(
            "{}{}",
            source.fingerprint,
            &lookup_digest.finalize().to_hex()[..16]
        );
    }

    let mut work = Vec::new();
    let mut known = 0;
    for (index, source) in plan.sources.iter().enumerate() {
        for file in files::list(source).await? {
            let id = (source.name.clone(), file.name.clone());
            let old = taken
                .get(&id)
                .is_some_and(|t| t.covers(&file, &source.fingerprint));
            if old && !again {
                known += 1;
            } else {
                work.push(intake::Work {
                    source: index,
                    file,
                });
            }
        }
    }
    let settled = plan.tables.iter().zip(&tables).all(|(plan, table)| {
        table
            .as_ref()
            .is_some_and(|t| t.property(settle::DEFINITION) == Some(&plan.fingerprint))
    });
    if work.is_empty() && !joined && !withdrawn && settled {
        return Ok(Summary::unchanged(&plan, &tables, known));
    }

    let mut people = People::default();
    for table in plan
        .tables
        .iter()
        .filter(|t| settle::links_people(&plan, t))
    {
        people.load(lake, &table.name).await?;
    }
    for link in before.links {
        people.learn(link);
    }
    let runs = Runs::new(
        plan.tables.len(),
        lake.settings().shards,
        scratch.folder("pull")?,
        limits.memory / 8,
    );
    let shared = Arc::new(intake::Shared {
        plan,
        lookups,
        runs,
    });
    let (shared, intake) = tokio::task::spawn_blocking(move || {
        let taken = intake::take_in(&shared, work, people, limits.threads, progress);
        taken.map(|intake| (shared, intake))
    })
    .await
    .map_err(|_| {
        Error::data("a worker of the pull failed").hint("nothing was committed; please report this")
    })??;
    intake.within_thresholds(&shared.plan)?;

    let exclusions = Exclusions {
        opted_out,
        deleted: intake.deleted(),
    };
    let settle = settle::Settle {
        lake,
        plan: &shared.plan,
        runs: &shared.runs,
        exclusions: &exclusions,
        everything: joined || withdrawn,
        threads: limits.threads,
        progress,
    };
    turn.claim().await?;
    let summaries = settle.all(tables, &intake).await?;
    rejects::store(lake, &intake.rejects(&shared.plan)).await?;
    opted_out::store(lake, &exclusions.opted_out, &intake.people).await?;
    let summary = Summary::of(&shared.plan, &intake, summaries, known);
    for (id, file) in intake.taken(&shared.plan) {
        taken.insert(id, file);
    }
    taken::store(lake, &taken, BTreeMap::new()).await?;
    turn.end().await?;
    Ok(summary)
}

/// Keeps the named sources; all of them when everything has to be read again.
fn choose(plan: &mut PullPlan, sources: &[String], again: bool) -> Result<()> {
    for name in sources {
        if !plan.sources.iter().any(|s| &s.name == name) {
            return Err(Error::usage(format!("there is no source '{name}'"))
                .hint(nearest(name, plan.sources.iter().map(|s| s.name.as_str()))));
        }
    }
    if !sources.is_empty() && !again {
        plan.sources.retain(|s| sources.contains(&s.name));
    }
    Ok(())
}
