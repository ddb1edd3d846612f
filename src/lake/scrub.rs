//! Every night a share of the lake's files is checked, so that damage is found while there are still
//! copies to restore, and not only by whoever needs the file.

use super::integrity::{Damage, IntegrityFault};
use super::{DataFile, Lake, Table, TableName};
use crate::error::Result;
use futures::{StreamExt, stream};

/// Nights after which every file was checked.
const NIGHTS: u64 = 30;
/// Bytes of a lake on this machine of which all files are checked in one night.
const SMALL: u64 = 1 << 30;
/// The same of a lake on an object store, where reading costs time and money.
const SMALL_ON_STORE: u64 = 64 << 20;
/// Tables whose logs are read at once.
const AT_ONCE: usize = 16;

/// What was checked, and what was found.
#[derive(Debug, Default)]
pub(crate) struct Scrubbed {
    /// Files checked.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The damaged ones, and logs that cannot be read.
    pub damage: Vec<Damage>,
}

impl Lake {
    /// Checks the files whose turn it is on `day`, counted from any day on: all of a small lake.
    pub(crate) async fn scrub(&self, day: u64) -> Result<Scrubbed> {
        let (tables, damage) = self.all_tables().await?;
        let files = || tables.iter().flat_map(|table| &table.files);
        let total: u64 = files().map(|file| file.size).sum();
        let small = match self.disk {
            Some(_) => SMALL,
            None => SMALL_ON_STORE,
        };
        let turn = |file: &&DataFile| total <= small || turn_of(&file.path) == day % NIGHTS;
        let chosen: Vec<DataFile> = files().filter(turn).cloned().collect();
        let mut scrubbed = Scrubbed {
            files: chosen.len() as u64,
            bytes: chosen.iter().map(|file| file.size).sum(),
            damage,
        };
        scrubbed.damage.extend(self.damage(&chosen).await?);
        Ok(scrubbed)
    }

    /// All tables, and the logs that are damaged.
    pub(crate) async fn all_tables(&self) -> Result<(Vec<Table>, Vec<Damage>)> {
        let names: Vec<TableName> = self.tables().await?;
        let mut loads = stream::iter(names)
            .map(|name| async move { self.table(&name).await })
            .buffered(AT_ONCE);
        let (mut tables, mut damage) = (Vec::new(), Vec::new());
        while let Some(loaded) = loads.next().await {
            match loaded {
                Ok(table) => tables.extend(table),
                Err(e) => match e.damaged_path() {
                    Some(path) => damage.push(Damage {
                        path: path.to_string(),
                        fault: IntegrityFault::Log,
                    }),
                    None => return Err(e),
                },
            }
        }
        Ok((tables, damage))
    }
}

/// The night on which it is a file's turn; names are made from bytes, so that turns are spread evenly.
fn turn_of(path: &str) -> u64 {
    let hash = blake3::hash(path.as_bytes());
    let (first, _) = hash
        .as_bytes()
        .split_first_chunk::<8>()
        .unwrap_or((&[0; 8], &[]));
    u64::from_le_bytes(*first) % NIGHTS
}
