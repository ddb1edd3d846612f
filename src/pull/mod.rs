//! Pull: new extracts come into the lake.
//!
//! Files are read in pieces by a few readers, decoded, made fit to store and sorted into shards by
//! the workers, and merged shard by shard with what the lake holds. Tables are committed one after
//! the other; what was taken is committed last, so that a pull that was cut short is done again
//! and, as a record's newest version wins whatever the order, ends in the same lake.

mod bulk;
mod chunks;
mod content;
mod deleted;
mod emptied;
mod fence;
mod files;
mod intake;
mod merge;
mod object;
mod opt_out_effect;
mod opted_out;
mod people;
mod plan;
mod prepare;
mod rejects;
mod relink;
mod rotate;
mod runs;
mod settle;
mod stored;
mod summary;
mod taken;
mod version;
mod whereabouts;

pub(crate) use chunks::{Form, Piece, pieces, unpacked};
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
use bulk::Brought;
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
    let new_files = (pipeline, lake, key, limits, scratch, progress);
    match attempt(new_files, sources, false).await? {
        Some(summary) => Ok(summary),
        None => attempt(new_files, sources, true)
            .await?
            .ok_or_else(|| Error::data("the pull did not come to an end")),
    }
}

/// Pulls new files, or `all` of them. None when that is not enough: then nothing was changed.
async fn attempt(
    (pipeline, lake, key, limits, scratch, progress): (
        &Pipeline,
        &Lake,
        &Key,
        Limits,
        &Scratch,
        Progress,
    ),
    sources: &[String],
    all: bool,
) -> Result<Option<Summary>> {
    let mut memory = bulk::recall(&properties(lake).await?);
    let versions = bulk::fhir_versions(pipeline, lake, &memory, sources).await?;
    let mut plan = PullPlan::read_for(pipeline, key, &versions)?;
    let privacy = &pipeline.settings.privacy;
    if privacy.open_pseudonymiser_salt.is_some() {
        tracing::warn!(
            "people get an open_pseudonym too, which is weak: whoever learns its salt finds every NHS number behind it"
        );
    }
    let mut turn = lake.turn().await?;
    if turn.is_open() {
        let create = taken::load(lake).await?.is_empty();
        fence::fence(lake, &plan, create).await?;
        turn.close().await?;
    }
    let opt_outs = OptOuts::read(&privacy.opt_outs, &pipeline.root, key)?;
    let opted_out = &opt_outs.people;
    let before = opted_out::load(lake).await?;
    let joining: HashSet<i64> = opted_out.difference(&before.people).copied().collect();
    let joined = !joining.is_empty();
    // Records of people who opted in again are no longer in the lake: everything is read again.
    let withdrawn = before.people.difference(opted_out).next().is_some();
    let mut taken = taken::load(lake).await?;
    let mut tables = Vec::with_capacity(plan.tables.len());
    for table in &plan.tables {
        tables.push(lake.table(&table.name).await?);
    }
    // A table that somebody removed comes back whole.
    let lost = !taken.is_empty() && tables.iter().any(Option::is_none);
    // What an earlier Populace stored is read again by the rules of this one.
    let older = lake.is_older();
    if older && !taken.is_empty() {
        tracing::warn!(
            "an earlier populace made the lake at {}: this pull takes it over and reads all files again, once",
            lake.location()
        );
    }
    let again = withdrawn || lost || all || older;
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
    // Another view, lookup or setting than when a file was taken: what it holds has changed, though
    // the versions have not.
    let mut read_anew = again;
    let folders = plan.sources.iter().enumerate();
    for (index, source) in folders.filter(|(_, source)| source.bulk.is_none()) {
        for file in files::list(source).await? {
            let id = (source.name.clone(), file.name.clone());
            let before = taken.get(&id);
            read_anew |= before.is_some_and(|t| t.settings != source.fingerprint);
            let old = before.is_some_and(|t| t.covers(&file, &source.fingerprint));
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
    let settled = plan
        .tables
        .iter()
        .zip(&tables)
        .all(|(plan, table)| table.as_ref().is_some_and(|t| !plan.redefines(t)));
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
    let mut brought = Vec::new();
    for (index, source) in shared.plan.sources.iter().enumerate() {
        if source.bulk.is_some() {
            let errand = bulk::Errand {
                pipeline,
                lake,
                shared: &shared,
                source: index,
                remembered: memory.get(&source.name),
                everything: again,
                progress,
            };
            brought.push(errand.run().await?);
        }
    }
    // A full export may have been asked for because settings changed.
    read_anew |= brought.iter().any(Brought::is_full);
    for one in &brought {
        let name = shared.plan.sources[one.source].name.clone();
        memory.insert(name, one.remembered());
    }
    let nothing = work.is_empty() && brought.iter().all(Brought::is_empty);
    if nothing && !joined && !withdrawn && !older && settled {
        if !brought.is_empty() {
            taken::store(lake, &taken, bulk::properties(&memory)?).await?;
        }
        for one in brought {
            one.done().await?;
        }
        opt_out_effect::store_lists(lake, &opt_outs.lists).await?;
        let summary = Summary::unchanged(&shared.plan, &tables, known);
        return Ok(Some(summary.with_opt_outs(opt_outs, BTreeMap::new())));
    }

    let mut people = People::default();
    for table in shared
        .plan
        .tables
        .iter()
        .filter(|t| settle::links_people(&shared.plan, t))
    {
        people.load(lake, table).await?;
    }
    for table in &shared.plan.tables {
        if let Some(columns) = &table.merges {
            let plan::MergeColumns { other, kind } = columns;
            people.load_merges(lake, table, other, kind).await?;
        }
    }
    // A Patient of somebody who opted out is not deleted, or was not when it was last heard of.
    let linked: HashSet<i64> = before.links.iter().map(|link| link.patient_key).collect();
    for link in before.links {
        people.learn(link);
    }
    let mut deleted = deleted::load(lake).await?;
    for (record, when) in deleted.iter().filter(|(k, _)| !linked.contains(*k)) {
        people.learn_deleted(*record, *when);
    }
    people.settled();
    for one in &brought {
        one.learn(&mut people).await?;
    }
    let reading = shared.clone();
    let mut intake = tokio::task::spawn_blocking(move || {
        intake::take_in(&reading, work, people, limits.threads, progress)
    })
    .await
    .map_err(|_| {
        Error::data("a worker of the pull failed").hint("nothing was committed; please report this")
    })??;
    for one in &brought {
        one.rows(&shared, &mut intake, limits.threads).await?;
    }
    if let Err(error) = intake.within_thresholds(&shared.plan) {
        // What a server sent and is refused is not looked at again: the next pull asks anew.
        for one in brought {
            one.give_up().await?;
        }
        return Err(error);
    }
    intake.end_merges(&shared);
    // Whoever is not the person that opted out after all: their records were left out of the lake.
    let released = intake.people.moved().into_iter().any(|(patient, before)| {
        let now = intake.people.person(patient);
        before.is_some_and(|p| opted_out.contains(&p)) && before != now
    });
    if released && !again {
        return Ok(None);
    }
    for (record, when) in intake.deletes.values().flatten() {
        let known = deleted.entry(*record).or_insert(*when);
        *known = (*known).max(*when);
    }
    let effect = opt_out_effect::note(lake, &tables, &joining).await?;
    let exclusions = Exclusions {
        opted_out: opted_out.clone(),
        deleted,
    };
    let settle = settle::Settle {
        lake,
        plan: &shared.plan,
        runs: &shared.runs,
        exclusions: &exclusions,
        everything: joined || withdrawn || older,
        read_anew,
        threads: limits.threads,
        progress,
    };
    turn.claim().await?;
    let summaries = settle.all(tables, &intake).await?;
    deleted::store(lake, &exclusions.deleted).await?;
    let mut rejects = intake.rejects(&shared.plan);
    for one in brought.iter().filter(|one| one.is_full()) {
        // A full export takes the place of all that came before.
        let name = &shared.plan.sources[one.source].name;
        let old: Vec<_> = taken.keys().filter(|id| id.0 == *name).cloned().collect();
        for id in old {
            taken.remove(&id);
            rejects.entry(id).or_default();
        }
    }
    rejects::store(lake, &rejects).await?;
    opted_out::store(lake, &exclusions.opted_out, &intake.people).await?;
    opt_out_effect::store_lists(lake, &opt_outs.lists).await?;
    let summary =
        Summary::of(&shared.plan, &intake, summaries, known).with_opt_outs(opt_outs, effect);
    for (id, file) in intake.taken(&shared.plan) {
        taken.insert(id, file);
    }
    taken::store(lake, &taken, bulk::properties(&memory)?).await?;
    if older {
        lake.taken_over().await?;
    }
    for one in brought {
        one.done().await?;
    }
    turn.end().await?;
    Ok(Some(summary))
}

/// The properties of `populace.extract`.
async fn properties(lake: &Lake) -> Result<BTreeMap<String, String>> {
    let table = lake.table(&taken::table()).await?;
    Ok(table.map(|t| t.properties).unwrap_or_default())
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
