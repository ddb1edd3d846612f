//! Parquet files of the lake.

use super::data_file::{DataFile, NewFile};
use super::sort_order::{SortOrder, Watch};
use super::{DeletionVector, Lake, TableName};
use crate::error::{Context, Result};
use arrow::array::{Array, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use std::sync::Arc;

/// Columns that hold another hash in every row.
const HASHES: [&str; 2] = ["record_key", "digest"];
/// A column of hashes of which few come again.
const RARELY_AGAIN: &str = "encounter_key";
/// Columns that a dictionary makes small: what every night reads of all files is read quicker as it
/// is.
const READ_NIGHTLY: [&str; 2] = ["person_key", "record_row"];
/// Rows in a row group: large enough to compress, small enough to skip.
const ROW_GROUP_ROWS: usize = 128 * 1024;
/// A file of fewer rows is written as plainly as can be, as it is soon merged into a larger one: making
/// ready to compress would take longer than all else, for each of its columns, and nobody gains by
/// skipping a part of it.
const FEW_ROWS: usize = 4096;

const FAILED: &str = "cannot encode a Parquet file";

fn properties(
    schema: &SchemaRef,
    sorted_by: &[&str],
    rows: Option<usize>,
    group_rows: usize,
) -> WriterProperties {
    let sorting: Vec<SortingColumn> = sorted_by
        .iter()
        .filter_map(|name| schema.index_of(name).ok())
        .filter_map(|i| i32::try_from(i).ok())
        .map(|column_idx| SortingColumn {
            column_idx,
            descending: false,
            nulls_first: true,
        })
        .collect();
    let few = rows.is_some_and(|rows| rows < FEW_ROWS);
    let mut properties = WriterProperties::builder();
    for field in schema.fields() {
        let name = || ColumnPath::from(field.name().as_str());
        let is_hash = HASHES.contains(&field.name().as_str());
        let refers = field.name() == RARELY_AGAIN;
        // Hashes do not repeat and do not compress: as they are they are quickest to read too.
        if is_hash || READ_NIGHTLY.contains(&field.name().as_str()) {
            properties = properties.set_column_compression(name(), Compression::UNCOMPRESSED);
        }
        // Nor do moments repeat enough for a dictionary to be worth its making.
        let is_moment = matches!(field.data_type(), DataType::Timestamp(..));
        let is_text = field.data_type() == &DataType::Utf8;
        if is_hash || refers || is_moment || (few && !is_text) {
            properties = properties.set_column_dictionary_enabled(name(), false);
        }
        // The smallest and the largest of all hashes or texts let no reader skip anything; those of
        // fractions leave out what is no number, which sorts after all others.
        let is_fraction = field.data_type().is_floating();
        if is_hash || refers || is_text || is_fraction {
            properties = properties.set_column_statistics_enabled(name(), EnabledStatistics::None);
        }
    }
    let properties = match few {
        true => properties
            .set_compression(Compression::UNCOMPRESSED)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true),
        false => properties.set_compression(Compression::ZSTD(ZstdLevel::default())),
    };
    properties
        // Groups end earlier than this, unless rows of one value do not.
        .set_max_row_group_row_count(Some(2 * group_rows))
        .set_sorting_columns((!sorting.is_empty()).then_some(sorting))
        .set_created_by(concat!("populace ", env!("CARGO_PKG_VERSION")).to_string())
        .build()
}

/// Encodes batches as they come into one Parquet file in memory.
#[derive(Debug)]
pub struct FileWriter {
    writer: ArrowWriter<Vec<u8>>,
    rows: u64,
    person_range: Option<(i64, i64)>,
    person_column: Option<usize>,
    group_rows: usize,
    watch: Watch,
}

/// An encoded file and what is known of it.
#[derive(Debug)]
pub struct Encoded {
    /// The Parquet bytes.
    pub bytes: Vec<u8>,
    /// Rows in it.
    pub rows: u64,
    /// Smallest and largest `person_key`.
    pub person_range: Option<(i64, i64)>,
    /// The order of the rows.
    pub order: Option<SortOrder>,
}

impl FileWriter {
    /// A file of these columns; `sorted_by` is written down for other readers, not enforced. What
    /// order the rows are in is seen as they come.
    pub(crate) fn new(schema: &SchemaRef, sorted_by: &[&str]) -> Result<Self> {
        Self::with(schema, sorted_by, None, ROW_GROUP_ROWS)
    }

    /// As [`FileWriter::new`], for a file that will have this many rows.
    pub fn for_rows(schema: &SchemaRef, sorted_by: &[&str], rows: usize) -> Result<Self> {
        Self::with(schema, sorted_by, Some(rows), ROW_GROUP_ROWS)
    }

    /// A file of small row groups.
    #[cfg(test)]
    pub(crate) fn in_groups(schema: &SchemaRef, group_rows: usize) -> Result<Self> {
        Self::with(schema, &[], None, group_rows)
    }

    fn with(
        schema: &SchemaRef,
        sorted_by: &[&str],
        rows: Option<usize>,
        group_rows: usize,
    ) -> Result<Self> {
        let properties = properties(schema, sorted_by, rows, group_rows);
        let writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties))
            .data(|| "cannot begin a Parquet file")?;
        Ok(FileWriter {
            writer,
            rows: 0,
            person_range: None,
            person_column: schema.index_of("person_key").ok(),
            group_rows,
            watch: Watch::new(schema, sorted_by),
        })
    }

    /// Adds rows.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.fill(batch, usize::MAX).map(|_| ())
    }

    /// Adds rows until the file has `most` bytes and a group of rows ends, and gives back the rest.
    ///
    /// A group ends before rows of another value of the first column of their order, so that readers
    /// of different groups or files share no person.
    pub(crate) fn fill(&mut self, batch: &RecordBatch, most: usize) -> Result<Option<RecordBatch>> {
        let mut rest = batch.clone();
        loop {
            let room = self
                .group_rows
                .saturating_sub(self.writer.in_progress_rows());
            let Some(end) = self.watch.next_value(&rest, room) else {
                self.add(&rest)?;
                return Ok(None);
            };
            self.add(&rest.slice(0, end))?;
            self.writer.flush().data(|| FAILED)?;
            rest = rest.slice(end, rest.num_rows() - end);
            if self.len() > most {
                return Ok(Some(rest));
            }
        }
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows += batch.num_rows() as u64;
        if let Some(keys) = self
            .person_column
            .and_then(|i| batch.column(i).as_any().downcast_ref::<Int64Array>())
            && let Some((min, max)) = arrow::compute::min(keys).zip(arrow::compute::max(keys))
            && keys.null_count() == 0
        {
            let (low, high) = self.person_range.unwrap_or((min, max));
            self.person_range = Some((low.min(min), high.max(max)));
        }
        let begins = self.writer.in_progress_rows() == 0;
        let start = begins.then(|| self.writer.bytes_written() as u64);
        self.watch.see(batch, start);
        self.writer.write(batch).data(|| FAILED)
    }

    /// Bytes encoded so far and waiting.
    pub(crate) fn len(&self) -> usize {
        self.writer.bytes_written() + self.writer.in_progress_size()
    }

    /// Whether no row came yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Ends the file.
    pub fn finish(self) -> Result<Encoded> {
        let bytes = self.writer.into_inner().data(|| FAILED)?;
        Ok(Encoded {
            bytes,
            rows: self.rows,
            person_range: self.person_range,
            order: self.watch.seen(),
        })
    }
}

/// Encodes all of `batches` as one file.
pub fn encode(schema: &SchemaRef, batches: &[RecordBatch], sorted_by: &[&str]) -> Result<Encoded> {
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    let mut writer = FileWriter::for_rows(schema, sorted_by, rows)?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.finish()
}

impl Lake {
    /// Writes an encoded file into the folder of `table`; it is part of the table after a commit.
    ///
    /// The name comes from the bytes: the same file written twice is one file.
    pub async fn write_file(
        &self,
        table: &TableName,
        shard: Option<i32>,
        digest: u128,
        encoded: Encoded,
    ) -> Result<NewFile> {
        let name = blake3::hash(&encoded.bytes).to_hex();
        let folder = match shard {
            Some(s) => format!("{}/{}={s}", table.folder(), super::properties::SHARD),
            None => table.folder(),
        };
        let path = format!("{folder}/part-{}.parquet", &name[..32]);
        let size = encoded.bytes.len() as u64;
        self.put(&path, encoded.bytes).await?;
        self.intact.add(&path);
        Ok(DataFile {
            path,
            size,
            rows: encoded.rows,
            removed: DeletionVector::default(),
            shard,
            digest,
            person_range: encoded.person_range,
            order: encoded.order.map(Arc::new),
        })
    }
}
