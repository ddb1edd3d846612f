//! CSV records to Arrow columns.

use super::layout::{self, CsvHeader, Layout};
use super::rows::Reading;
use super::{ColumnFile, fields::Fields, record::Records};
use crate::decode::{Chunk, Decoded, Zone};
use crate::error::Result;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;

/// Records at the end of a file among which what is no row is looked for.
const TAIL: usize = 5;

/// Decodes files of one column file.
#[derive(Debug, Clone)]
pub struct CsvDecoder {
    file: Arc<ColumnFile>,
    zone: Zone,
    schema: SchemaRef,
}

impl CsvDecoder {
    /// A decoder for `file`, whose times are those of England unless they say otherwise. The batch
    /// begins with `person_identifier` and `nhs_number_status`.
    pub fn new(file: Arc<ColumnFile>) -> Self {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let mut fields = vec![text("person_identifier"), text("nhs_number_status")];
        fields.extend(
            file.columns
                .iter()
                .map(|c| Field::new(&c.name, c.kind.data_type(), true)),
        );
        CsvDecoder {
            schema: Arc::new(Schema::new(fields)),
            zone: Zone::default(),
            file,
        }
    }

    /// The same for a source of another time zone.
    #[must_use]
    pub(crate) fn with_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// The column file.
    pub fn file(&self) -> &ColumnFile {
        &self.file
    }

    /// The columns of the decoded batch.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Finds the header in the bytes that a file begins with, and in it the wanted columns; `name` is
    /// the file's, for errors.
    pub fn header(&self, name: &str, sample: &[u8]) -> Result<CsvHeader> {
        layout::find(&self.file, name, sample)
    }

    /// Decodes whole records; lines that cannot be used become rejects.
    pub fn decode(&self, layout: &Layout, chunk: &Chunk<'_>) -> Result<Decoded> {
        self.records(layout, chunk, chunk.bytes.len())
    }

    /// The same for the last records of a file, which may end with a line that is no row.
    pub fn decode_last(&self, layout: &Layout, chunk: &Chunk<'_>) -> Result<Decoded> {
        self.records(layout, chunk, tail(chunk.bytes))
    }

    fn records(&self, layout: &Layout, chunk: &Chunk<'_>, tail: usize) -> Result<Decoded> {
        let mut fields = Fields::new(layout.dialect);
        let mut reading = Reading::new(&self.file, self.zone, self.schema.clone(), layout, chunk);
        for place in Records::new(chunk.bytes, layout.dialect) {
            reading.record(&mut fields, place, place.start >= tail)?;
        }
        reading.finish()
    }
}

/// Where the last few lines begin.
fn tail(bytes: &[u8]) -> usize {
    let ended = bytes.trim_ascii_end();
    let mut ends = memchr::memrchr_iter(b'\n', ended);
    ends.nth(TAIL - 1).map_or(0, |end| end + 1)
}
