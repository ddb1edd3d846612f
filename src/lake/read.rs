//! Reading the lake's Parquet files: the columns and rows asked for, and little else.

use super::{DataFile, DeletionVector, Lake};
use crate::error::{Context, Error, Result};
use arrow::array::RecordBatch;
use bytes::Bytes;
use parquet::DecodeResult;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderBuilder, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::arrow::push_decoder::ParquetPushDecoderBuilder;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder};
use std::sync::Arc;

/// Rows decoded at once.
const BATCH_ROWS: usize = 64 * 1024;

const BROKEN: &str = "it cannot be read as Parquet";

impl Lake {
    /// Reads the rows of a file that count; `columns` keeps only these when given.
    pub async fn read_file(
        &self,
        file: &DataFile,
        columns: Option<&[&str]>,
    ) -> Result<Vec<RecordBatch>> {
        self.named(file, columns, None).await
    }

    /// Reads `columns` of those rows of a file that are at the positions `rows`, ascending, among
    /// the ones that count; of all that count when it is None.
    pub(crate) async fn read_rows(
        &self,
        file: &DataFile,
        columns: &[&str],
        rows: Option<&[u32]>,
    ) -> Result<Vec<RecordBatch>> {
        self.named(file, Some(columns), rows).await
    }

    /// Reads; an error names the file.
    async fn named(
        &self,
        file: &DataFile,
        columns: Option<&[&str]>,
        rows: Option<&[u32]>,
    ) -> Result<Vec<RecordBatch>> {
        let read = self.selected(file, columns, rows).await;
        read.map_err(|e| match e.damaged_path() {
            None if e.what() == BROKEN => e
                .within(format!(
                    "cannot read {} of the lake at {}",
                    file.path, self.location
                ))
                .damaged(&file.path),
            _ => e,
        })
    }

    async fn selected(
        &self,
        file: &DataFile,
        columns: Option<&[&str]>,
        rows: Option<&[u32]>,
    ) -> Result<Vec<RecordBatch>> {
        let wanted = WantedRows {
            columns,
            rows,
            removed: &file.removed,
        };
        let opened = self.opened(file)?;
        let read_sizes = opened.read_sizes();
        if columns.is_none() || file.size <= read_sizes.whole {
            let bytes = opened.range(0..file.size).await?;
            self.verify_bytes(file, &bytes)?;
            return wanted.decode(bytes);
        }
        self.verify_one(file).await?;
        let end = file.size - read_sizes.end..file.size;
        let bytes = opened.range(end.clone()).await?;
        // Who reads all rows has no use for an index of where some of them are.
        let index = match rows {
            Some(_) => PageIndexPolicy::Optional,
            None => PageIndexPolicy::Skip,
        };
        let decoder = ParquetMetaDataPushDecoder::try_new(file.size).data(|| BROKEN)?;
        let mut decoder = decoder.with_page_index_policy(index);
        decoder.push_range(end, bytes).data(|| BROKEN)?;
        let directory = loop {
            match decoder.try_decode().data(|| BROKEN)? {
                DecodeResult::Data(directory) => break directory,
                DecodeResult::NeedsData(ranges) => {
                    let bytes = opened.ranges(&ranges).await?;
                    decoder.push_ranges(ranges, bytes).data(|| BROKEN)?;
                }
                DecodeResult::Finished => return Err(Error::data(BROKEN)),
            }
        };
        let directory = Arc::new(directory);
        let builder = ParquetPushDecoderBuilder::try_new_decoder(directory).data(|| BROKEN)?;
        let mut decoder = wanted.of(builder)?.build().data(|| BROKEN)?;
        let mut batches = Vec::new();
        loop {
            match decoder.try_decode().data(|| BROKEN)? {
                DecodeResult::Data(batch) => batches.push(batch),
                DecodeResult::NeedsData(ranges) => {
                    let bytes = opened.ranges(&ranges).await?;
                    decoder.push_ranges(ranges, bytes).data(|| BROKEN)?;
                }
                DecodeResult::Finished => return Ok(batches),
            }
        }
    }
}

/// What is asked of a file.
struct WantedRows<'a> {
    columns: Option<&'a [&'a str]>,
    rows: Option<&'a [u32]>,
    removed: &'a DeletionVector,
}

impl WantedRows<'_> {
    /// Decodes a file that is in memory.
    fn decode(&self, bytes: Bytes) -> Result<Vec<RecordBatch>> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).data(|| BROKEN)?;
        let batches = self.of(builder)?.build().data(|| BROKEN)?;
        batches.map(|batch| batch.data(|| BROKEN)).collect()
    }

    /// Tells a reader.
    fn of<T>(&self, builder: ArrowReaderBuilder<T>) -> Result<ArrowReaderBuilder<T>> {
        let builder = match self.columns {
            None => builder,
            Some(names) => {
                let names = names.iter().copied();
                let mask = ProjectionMask::columns(builder.parquet_schema(), names);
                builder.with_projection(mask)
            }
        };
        let selection = self.selection(builder.metadata())?;
        let builder = builder.with_batch_size(BATCH_ROWS);
        Ok(match selection {
            Some(selection) => builder.with_row_selection(selection),
            None => builder,
        })
    }

    fn selection(&self, directory: &ParquetMetaData) -> Result<Option<RowSelection>> {
        let rows = u64::try_from(directory.file_metadata().num_rows()).data(|| BROKEN)?;
        let counting = self.removed.selection(rows);
        let Some(picked) = self.rows else {
            return Ok(counting);
        };
        let left = rows.saturating_sub(self.removed.len());
        let left = usize::try_from(left).data(|| BROKEN)?;
        let picked = picked.iter().map(|at| *at as usize);
        let picked = picked.filter(|at| *at < left).map(|at| at..at + 1);
        let picked = RowSelection::from_consecutive_ranges(picked, left);
        Ok(Some(match counting {
            Some(counting) => counting.and_then(&picked),
            None => picked,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::{Location, Settings, TableName, encode};
    use arrow::array::{ArrayRef, AsArray, Int64Array, StringArray};
    use arrow::datatypes::Int64Type;
    use std::sync::Arc;

    /// Writes `rows` rows, of which every third is removed, and reads a few of the others.
    async fn read_back(rows: i64, large: bool) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::new(4, "test".to_string());
        let location = Location::parse(folder.path().to_str().unwrap(), folder.path()).unwrap();
        let lake = Lake::open_or_create(location, &settings).await.unwrap();
        let numbers: Int64Array = (0..rows).map(Some).collect();
        let names: StringArray = (0..rows).map(|row| Some(format!("row {row}"))).collect();
        let columns: [(&str, ArrayRef); 2] =
            [("number", Arc::new(numbers)), ("name", Arc::new(names))];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let encoded = encode(&batch.schema(), &[batch], &[]).unwrap();
        let table = TableName::new("record", "some");
        let file = lake.write_file(&table, None, 0, encoded).await.unwrap();
        assert_eq!(
            file.size > lake.opened(&file).unwrap().read_sizes().whole,
            large
        );
        let removed: Vec<u32> = (0..u32::try_from(rows).unwrap()).step_by(3).collect();
        let file = file.without(&removed, 0).unwrap();

        let whole = lake.read_file(&file, None).await.unwrap();
        let left: usize = whole.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(left as u64, file.rows);
        assert_eq!(whole[0].column(1).as_string::<i32>().value(2), "row 4");

        // Of 1, 2, 4, 5, 7 … those at the positions 0, 3 and 100.
        let some = lake.read_rows(&file, &["number"], Some(&[0, 3, 100]));
        let some = some.await.unwrap();
        let found: Vec<i64> = some
            .iter()
            .flat_map(|b| b.column(0).as_primitive::<Int64Type>().values().to_vec())
            .collect();
        assert_eq!(found, [1, 5, 151]);
        assert!(some.iter().all(|batch| batch.num_columns() == 1));

        let all = lake.read_rows(&file, &["number"], None).await.unwrap();
        let all: usize = all.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(all, left);
    }

    #[tokio::test]
    async fn rows_of_a_small_file_are_picked_after_those_removed() {
        read_back(300, false).await;
    }

    #[tokio::test]
    async fn rows_of_a_large_file_are_picked_after_those_removed() {
        read_back(200_000, true).await;
    }
}
