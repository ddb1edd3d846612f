//! Pull: new extracts come into the lake.
//!
//! Files are read in pieces by a few readers, decoded, made fit to store and sorted into shards by
//! the workers, and merged shard by shard with what the lake holds. Tables are committed one after
//! the other; what was taken is committed last, so that a pull that was cut short is done again
//! and, as a record's newest version wins whatever the order, ends in the same lake.

mod chunks;
mod content;
mod files;
mod intake;
mod merge;
mod opt_out_effect;
mod opted_out;
mod people;
mod plan;
mod prepare;
mod rejects;
mod rotate;
mod runs;
mod settle;
mod summary;
mod taken;

pub use opt_out_effect::ndoo_checked_on;
pub use plan::{PullPlan, TablePlan};
pub use rotate::{Rotated, abandon, rotate};
pub use summary::{Summary, TableSummary};
pub use taken::{Taken, TakenFiles, load as taken_files};

use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::pipeline::{Pipeline, settings_file::nearest};
use crate::privacy::{Key, Lookup, OptOuts};
use crate::progress::Progress;
use crate::scratch::Scratch;
use merge::Exclusions;
use people::People;
use runs::Runs;
use std::collections::{BTreeMap, HashSet};
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
    let privacy = &pipeline.settings.privacy;
    if privacy.open_pseudonymiser_salt.is_some() {
        tracing::warn!(
            "people get an open_pseudonym too, which is weak: whoever learns its salt finds every NHS number behind it"
        );
    }
    let opt_outs = OptOuts::read(&privacy.opt_outs, &pipeline.root, key)?;
    let opted_out = &opt_outs.people;
    let before = opted_out::load(lake).await?;
    let joining: HashSet<i64> = opted_out.difference(&before.people).copied().collect();
    let joined = !joining.is_empty();
    // Records of people who opted in again are no longer in the lake: everything is read again.
    let withdrawn = before.people.difference(opted_out).next().is_some();
    let mut tables = Vec::with_capacity(plan.tables.len());
    for table in &plan.tables {
        tables.push(lake.table(&table.name).await?);
    }
    let mut taken = taken::load(lake).await?;
    // A table that somebody removed comes back whole.
    let lost = !taken.is_empty() && tables.iter().any(Option::is_none);
    let again = withdrawn || lost;
    choose(&mut plan, sources, again)?;

    let mut lookups = BTreeMap::new();
    let mut lookup_digest = blake3::Hasher::new();
    for (name, path) in &privacy.lookups {
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
        for file in files::list(source)? {
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
        opt_out_effect::store_lists(lake, &opt_outs.lists).await?;
        return Ok(
            Summary::unchanged(&plan, &tables, known).with_opt_outs(opt_outs, BTreeMap::new())
        );
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

    let effect = opt_out_effect::note(lake, &tables, &joining).await?;
    let exclusions = Exclusions {
        opted_out: opted_out.clone(),
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
    let summaries = settle.all(tables, &intake).await?;
    rejects::store(lake, &intake.rejects(&shared.plan)).await?;
    opted_out::store(lake, &exclusions.opted_out, &intake.people).await?;
    opt_out_effect::store_lists(lake, &opt_outs.lists).await?;
    let summary =
        Summary::of(&shared.plan, &intake, summaries, known).with_opt_outs(opt_outs, effect);
    for (id, file) in intake.taken(&shared.plan) {
        taken.insert(id, file);
    }
    taken::store(lake, &taken, BTreeMap::new()).await?;
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
