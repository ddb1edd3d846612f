//! Rows in the temporary folder, shard by shard.

use super::Filter;
use super::part::{HeldRows, SpooledRows, UNSORTED};
use super::shard::{RecordHome, Shard};
use crate::error::{Context, Error, Result};
use crate::pull::version::{RecordVersion, VersionColumns};
use crate::scratch::create;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::ipc::CompressionType;
use arrow::ipc::reader::FileReader;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

/// One spilled run of a table's rows.
#[derive(Debug)]
pub(super) struct Spilled {
    path: PathBuf,
    /// Which record and version each row is, in a file of its own that is quick to read.
    keys: PathBuf,
    /// The shard of each batch, the same in both files; None once it was taken.
    shards: Vec<Option<Shard>>,
    /// Whether they arrived with this pull.
    pub arrived: bool,
}

impl Spilled {
    /// Writes `arrived` to `path`, sorted by shard.
    pub(super) fn write(path: PathBuf, arrived: &[HeldRows]) -> Result<Self> {
        let cannot = || {
            let folder = path.parent().unwrap_or(&path).display();
            format!("cannot write to the temporary folder {folder}")
        };
        let full =
            |e: Error| e.hint("free room on the disk, or name another folder with --temp-dir");
        let keys = path.with_extension("keys.arrow");
        let first = arrived.first().ok_or("there is nothing to write");
        let schema = first.data(cannot)?.batch.schema();
        let options =
            IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME));
        let options = options.data(cannot)?;
        let file = BufWriter::new(create(&path).data(cannot)?);
        let mut writer = FileWriter::try_new_with_options(file, &schema, options)
            .data(cannot)
            .map_err(full)?;
        let file = BufWriter::new(create(&keys).data(cannot)?);
        let mut keys_writer = FileWriter::try_new(file, &VersionColumns::schema())
            .data(cannot)
            .map_err(full)?;
        let all: BTreeSet<Shard> = arrived
            .iter()
            .flat_map(|a| a.shards.keys().copied())
            .collect();
        for shard in &all {
            let rows: Vec<RecordBatch> = arrived.iter().filter_map(|one| one.of(*shard)).collect();
            let batch = concat_batches(&schema, &rows).data(|| UNSORTED)?;
            let written = writer
                .write(&batch)
                .and_then(|()| keys_writer.write(&VersionColumns::only(&batch)?));
            written.data(cannot).map_err(full)?;
        }
        writer.finish().data(cannot).map_err(full)?;
        keys_writer.finish().data(cannot).map_err(full)?;
        let shards = all.into_iter().map(Some).collect();
        Ok(Spilled {
            path,
            keys,
            shards,
            arrived: arrived.iter().all(|rows| rows.arrived),
        })
    }

    /// The shards that are still here.
    pub(super) fn shards(&self) -> impl Iterator<Item = Shard> {
        self.shards.iter().copied().flatten()
    }

    /// Shows every record and version that is still here, with its shard.
    pub(super) fn each_key(&self, show: &mut impl FnMut(RecordHome, RecordVersion)) -> Result<()> {
        let cannot = || format!("cannot read back {}", self.keys.display());
        let file = BufReader::new(File::open(&self.keys).data(cannot)?);
        let reader = FileReader::try_new(file, None).data(cannot)?;
        for (batch, shard) in reader.zip(&self.shards) {
            let batch = batch.data(cannot)?;
            if let Some(shard) = shard {
                let keys = VersionColumns::of(&batch)?;
                keys.iter()
                    .for_each(|key| show(RecordHome::In(*shard), key));
            }
        }
        Ok(())
    }

    fn position(&self, shard: Shard) -> Option<usize> {
        self.shards.iter().position(|held| *held == Some(shard))
    }

    /// Whether a shard's rows are wanted.
    pub(super) fn is_wanted(&self, shard: Shard, look: &Filter) -> Result<bool> {
        match self.position(shard) {
            Some(at) => match read(&self.path, at, Some(look))? {
                Some(part) => (look.wanted)(&part.batch),
                None => Ok(false),
            },
            None => Ok(false),
        }
    }

    /// Marks a shard's batch as taken; gives what [`read`] wants to know.
    pub(super) fn take(&mut self, shard: Shard) -> Option<(PathBuf, usize)> {
        let at = self.position(shard)?;
        self.shards[at] = None;
        Some((self.path.clone(), at))
    }
}

/// Reads one batch of a spilled file back, or the columns that a `look` needs.
pub(super) fn read(
    path: &Path,
    index: usize,
    look: Option<&Filter>,
) -> Result<Option<SpooledRows>> {
    let cannot = || format!("cannot read back {}", path.display());
    let file = File::open(path).data(cannot)?;
    let mut reader = FileReader::try_new(file, None).data(cannot)?;
    if let Some(look) = look {
        let columns = look.positions(&reader.schema());
        let file = File::open(path).data(cannot)?;
        reader = FileReader::try_new(file, Some(columns)).data(cannot)?;
    }
    reader.set_index(index).data(cannot)?;
    let batch = reader.next().transpose().data(cannot)?;
    Ok(batch.map(SpooledRows::from))
}
