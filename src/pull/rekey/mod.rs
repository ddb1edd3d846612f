//! Giving a lake another key ([decision 15](../../../docs/decisions/0015-chained-keys.md)).
//!
//! First every table is written anew, under the new key, into files that no table names; what was
//! written is kept below [`STATE`]. Then the proof is made. Only then is table after table switched to
//! its new files, and last of all the lake's own settings. Cut short anywhere, it goes on where it
//! was; from its begin to its end nothing else opens the lake.

mod columns;
mod proof;
mod stage;

use super::PullLimits;
use crate::lake::properties::{COLUMNS, KEY};

use super::plan::PullPlan;
use crate::error::{Context, Error, Result};
use crate::lake::{Lake, Settings, Table, TableName, sealed, unsealed};
use crate::pipeline::Pipeline;
use crate::privacy::{Key, Rekey, chain_fingerprint};
use crate::progress::Progress;
use crate::scratch::Scratch;
use columns::KeyedColumns;
use futures::TryStreamExt;
use object_store::{ObjectStoreExt, path::Path};
use proof::{Different, TableLinks};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stage::StagedTable;
use std::collections::BTreeMap;

/// Where a rotation keeps what it has done.
const STATE: &str = "populace.rotation";
const PROOF: &str = "proof";

/// What a rotation did.
#[derive(Debug, Serialize)]
pub(crate) struct Rotated {
    /// The fingerprint of the key before.
    pub from: String,
    /// The fingerprint of the key now.
    pub to: String,
    /// The links of each table, which are the same as before.
    pub tables: BTreeMap<String, TableLinks>,
    /// Different people in the lake, as many as before.
    pub people: u64,
    /// Different pseudonyms of records in the lake, as many as before.
    pub records: u64,
}

/// The proof, which also says that tables are being switched.
#[derive(Debug, Serialize, Deserialize)]
struct RotationProof {
    tables: BTreeMap<String, TableLinks>,
    different: Different,
}

/// Gives the lake the key of the pipeline, which must be a chain that goes on from the lake's own;
/// None when the lake has it already.
///
/// # Errors
/// Usage: the lake's key is not among those before. Data: two pseudonyms would become one, or the
/// storage failed.
pub(crate) async fn rotate(
    pipeline: &Pipeline,
    lake: &mut Lake,
    key: &Key,
    limits: PullLimits,
    scratch: &Scratch,
    progress: Progress,
) -> Result<Option<Rotated>> {
    let (from, to) = (lake.settings().key_fingerprint.clone(), key.fingerprint());
    if from == to && lake.settings().rotating_to.is_none() {
        return Ok(None);
    }
    let rekey = begin(lake, key, &from, &to).await?;
    let work = Rotation {
        lake,
        rekey: &rekey,
        to: &to,
        limits,
        scratch,
        progress,
    };
    let proof = match recall::<RotationProof>(lake, PROOF).await? {
        Some(proof) => proof,
        None => work.prepare(pipeline, key).await?,
    };
    work.switch(&proof).await?;
    let settings = Settings {
        key_fingerprint: to.clone(),
        rotating_to: None,
        ..lake.settings().clone()
    };
    let settings = settings.with_chain(key.fingerprints());
    lake.set_settings(settings).await?;
    forget(lake).await?;
    lake.keep_newest().await?;
    Ok(Some(Rotated {
        from,
        to,
        tables: proof.tables,
        people: proof.different.people,
        records: proof.different.records,
    }))
}

/// Begins the rotation, or goes on with one that was begun with the same key; gives the step from the
/// lake's key to the new one.
async fn begin(lake: &mut Lake, key: &Key, from: &str, to: &str) -> Result<Rekey> {
    let begun = match &lake.settings().rotating_to {
        None => false,
        Some(other) if other != to => {
            return Err(Error::usage(format!(
                "the lake at {} has a key rotation under way (fingerprint {other}, this one is {to})",
                lake.location()
            ))
            .hint("finish with the key that it was begun with, or give it up with `populace key rotate --abandon`"));
        }
        Some(_) => true,
    };
    let known = known_keys(from, key, lake)?;
    if !begun {
        lake.check_identity().await?;
        // What an earlier rotation left when it was killed in its last moment.
        forget(lake).await?;
        let settings = Settings {
            rotating_to: Some(to.to_string()),
            ..lake.settings().clone()
        };
        lake.set_settings(settings).await?;
    }
    Ok(Rekey::after(key, known))
}

/// Gives up a rotation that has not switched any table; the lake is as it was before it.
pub(crate) async fn abandon(lake: &mut Lake) -> Result<()> {
    if lake.settings().rotating_to.is_none() {
        return Err(
            Error::usage("no rotation of a key has been begun").hint("there is nothing to give up")
        );
    }
    if recall::<RotationProof>(lake, PROOF).await?.is_some() {
        return Err(Error::refused(
            "tables are already under the new key, so it cannot be given up",
        )
        .hint("finish it with `populace key rotate`"));
    }
    let settings = Settings {
        rotating_to: None,
        ..lake.settings().clone()
    };
    lake.set_settings(settings).await?;
    forget(lake).await
}

/// How many keys of the chain the lake has.
fn known_keys(from: &str, key: &Key, lake: &Lake) -> Result<usize> {
    let chain = key.fingerprints();
    let known = (1..chain.len()).find(|n| chain_fingerprint(&chain[..*n]) == from);
    known.ok_or_else(|| {
        Error::usage(format!(
            "the key of the lake at {} (fingerprint {from}) is not among those that the pipeline file names before its key",
            lake.location()
        ))
        .hint("under [privacy], name the new key as `key`, and the lake's keys as `key_before`, the oldest first")
    })
}

/// A rotation at work.
struct Rotation<'a> {
    lake: &'a Lake,
    rekey: &'a Rekey,
    to: &'a str,
    limits: PullLimits,
    scratch: &'a Scratch,
    progress: Progress,
}

impl Rotation<'_> {
    /// Writes every table anew, and proves that every link is kept.
    async fn prepare(&self, pipeline: &Pipeline, key: &Key) -> Result<RotationProof> {
        let tables = self.tables(pipeline, key).await?;
        let bar = self.progress.count("rotate", tables.len() as u64 + 1);
        let budget = self.limits.memory / 8;
        let mut links = BTreeMap::new();
        for (table, columns) in &tables {
            let name = table.name.to_string();
            let staged = match recall::<StagedTable>(self.lake, &name).await {
                // What is damaged is made again.
                Err(e) if e.damaged_path().is_some() => None,
                staged => staged?,
            };
            let staged = match staged.filter(|s| s.fits(table, self.to)) {
                Some(staged) => staged,
                None => {
                    let folder = self.scratch.folder(&format!("rotate-{name}"))?;
                    let staged = stage::stage(
                        self.lake,
                        table,
                        columns,
                        self.rekey,
                        self.to,
                        folder.clone(),
                        budget,
                    )
                    .await?;
                    // Room for the next table.
                    let _ = std::fs::remove_dir_all(folder);
                    remember(self.lake, &name, &staged).await?;
                    staged
                }
            };
            links.insert(name, staged.links);
            bar.inc(1);
        }
        let folder = self.scratch.folder("rotate-proof")?;
        let different = proof::different(self.lake, &tables, self.rekey, folder, budget).await?;
        let proof = RotationProof {
            tables: links,
            different,
        };
        remember(self.lake, PROOF, &proof).await?;
        bar.finish_and_clear();
        Ok(proof)
    }

    /// Switches every table that is not switched yet to its new files.
    async fn switch(&self, proof: &RotationProof) -> Result<()> {
        for name in self.names().await? {
            if !proof.tables.contains_key(&name.to_string()) {
                continue;
            }
            let Some(table) = self.lake.table(&name).await? else {
                continue;
            };
            if table.property(KEY) == Some(self.to) {
                continue;
            }
            let place = place(&name.to_string());
            let staged = recall::<StagedTable>(self.lake, &name.to_string()).await?;
            let staged = staged.ok_or_else(|| {
                Error::data(format!(
                    "{place} of the lake at {} is gone",
                    self.lake.location()
                ))
                .damaged(&place)
                .hint("restore it from a copy of the lake, then run again")
            })?;
            if !staged.fits(&table, self.to) {
                return Err(Error::data(format!(
                    "table {name} was changed while a key rotation was under way"
                ))
                .hint("restore the lake from its backup, let nothing else write to it, and rotate again"));
            }
            staged.commit(self.lake, &table).await?;
        }
        Ok(())
    }

    /// The tables that can hold pseudonyms. Models do too; the next run builds them again.
    async fn names(&self) -> Result<Vec<TableName>> {
        let names = self.lake.tables().await?.into_iter();
        let names = names.filter(|name| ["record", "populace"].contains(&name.layer.as_str()));
        Ok(names.collect())
    }

    async fn tables(&self, pipeline: &Pipeline, key: &Key) -> Result<Vec<(Table, KeyedColumns)>> {
        let mut tables = Vec::new();
        let mut plan = None;
        for name in self.names().await? {
            let Some(table) = self.lake.table(&name).await? else {
                continue;
            };
            let columns = if name.layer == "populace" {
                KeyedColumns::of_state(&table)
            } else {
                if table.property(COLUMNS).is_none() && plan.is_none() {
                    plan = Some(PullPlan::read(pipeline, key)?);
                }
                let made_by = plan
                    .as_ref()
                    .and_then(|p: &PullPlan| p.tables.iter().find(|t| t.name == name));
                KeyedColumns::of_record(&table, made_by)?
            };
            if columns.any() {
                tables.push((table, columns));
            }
        }
        Ok(tables)
    }
}

fn place(name: &str) -> String {
    format!("{STATE}/{name}.json")
}

async fn remember(lake: &Lake, name: &str, what: &impl Serialize) -> Result<()> {
    lake.put(&place(name), sealed(what)?).await
}

async fn recall<T: DeserializeOwned>(lake: &Lake, name: &str) -> Result<Option<T>> {
    let cannot = || {
        format!(
            "cannot read {} of the lake at {}",
            place(name),
            lake.location()
        )
    };
    match lake.store().get(&Path::from(place(name))).await {
        Ok(found) => {
            let bytes = found.bytes().await.data(cannot)?;
            unsealed(&bytes).map(Some).ok_or_else(|| {
                Error::data(cannot())
                    .cause("it is damaged")
                    .damaged(place(name))
                    .hint("restore it from a copy of the lake; where no table has been switched to the new key yet, give the rotation up with `populace key rotate --abandon` and begin again")
            })
        }
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(e) => Err(Error::data(cannot()).cause(e)),
    }
}

/// Removes what a rotation kept.
async fn forget(lake: &Lake) -> Result<()> {
    let cannot = || format!("cannot remove {STATE} of the lake at {}", lake.location());
    let store = lake.store();
    let kept: Vec<_> = store
        .list(Some(&Path::from(STATE)))
        .try_collect()
        .await
        .data(cannot)?;
    for object in kept {
        store.delete(&object.location).await.data(cannot)?;
    }
    Ok(())
}
