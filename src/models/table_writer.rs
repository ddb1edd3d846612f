//! Writing rows of a model as they come, into files that no table names yet.

use crate::error::Result;
use crate::lake::{DataFile, FileWriter, Lake, TableName, digest_of_rows};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

/// Encoded bytes at which a model's file ends and the next begins: what a build keeps in memory.
const FILE_BYTES: usize = 64 * 1024 * 1024;

/// Files of a model's table in the making. Each knows the digest of its rows when it ends.
pub(super) struct TableWriter<'a> {
    lake: &'a Lake,
    table: &'a TableName,
    schema: SchemaRef,
    writer: FileWriter,
    digest: u128,
    files: Vec<DataFile>,
}

impl<'a> TableWriter<'a> {
    pub(super) fn new(lake: &'a Lake, table: &'a TableName, schema: &SchemaRef) -> Result<Self> {
        let writer = FileWriter::new(schema, &[])?;
        Ok(Self::with(lake, table, schema, writer))
    }

    /// The same for so many rows.
    pub(super) fn for_rows(
        lake: &'a Lake,
        table: &'a TableName,
        schema: &SchemaRef,
        rows: usize,
    ) -> Result<Self> {
        let writer = FileWriter::for_rows(schema, &[], rows)?;
        Ok(Self::with(lake, table, schema, writer))
    }

    fn with(lake: &'a Lake, table: &'a TableName, schema: &SchemaRef, writer: FileWriter) -> Self {
        TableWriter {
            lake,
            table,
            schema: schema.clone(),
            writer,
            digest: 0,
            files: Vec::new(),
        }
    }

    /// Adds rows with the types of the table.
    ///
    /// # Errors
    /// Data: a file cannot be encoded, or written to the lake.
    pub(super) async fn write(&mut self, mut rows: RecordBatch) -> Result<()> {
        loop {
            let rest = self.writer.fill(&rows, FILE_BYTES)?;
            let left = rest.as_ref().map_or(0, RecordBatch::num_rows);
            let written = rows.slice(0, rows.num_rows() - left);
            self.digest = self.digest.wrapping_add(digest_of_rows(&written)?);
            let Some(rest) = rest else {
                return Ok(());
            };
            self.end_file().await?;
            rows = rest;
        }
    }

    /// Ends the last file; gives all of them.
    ///
    /// # Errors
    /// As of [`TableWriter::write`].
    pub(super) async fn finish(mut self) -> Result<Vec<DataFile>> {
        if !self.writer.is_empty() {
            self.end_file().await?;
        }
        Ok(self.files)
    }

    async fn end_file(&mut self) -> Result<()> {
        let next = FileWriter::new(&self.schema, &[])?;
        let full = std::mem::replace(&mut self.writer, next).finish()?;
        let digest = std::mem::take(&mut self.digest);
        let file = self.lake.write_file(self.table, None, digest, full).await?;
        self.files.push(file);
        Ok(())
    }
}
