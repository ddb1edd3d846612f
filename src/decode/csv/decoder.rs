//! CSV records to Arrow columns.

use super::ColumnFile;
use super::fields::Fields;
use super::record::Records;
use super::value::{Builder, read, read_moment};
use crate::decode::{Chunk, Decoded, Line, Reject, RejectReason, Rows};
use crate::error::{Context, Error, Result};
use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::{Field, Schema, SchemaRef};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Columns that a file may have.
const WIDEST: usize = 100_000;

/// Decodes files of one column file.
#[derive(Debug, Clone)]
pub struct CsvDecoder {
    file: Arc<ColumnFile>,
    schema: SchemaRef,
}

/// Where a file has the columns that are wanted.
#[derive(Debug, Clone)]
pub struct Layout {
    width: usize,
    key: Vec<usize>,
    person: usize,
    status: Option<usize>,
    updated: Option<usize>,
    columns: Vec<usize>,
}

impl CsvDecoder {
    /// A decoder for `file`. The batch begins with `person_identifier` and `nhs_number_status`.
    pub fn new(file: Arc<ColumnFile>) -> Self {
        let text = |name: &str| Field::new(name, arrow::datatypes::DataType::Utf8, true);
        let mut fields = vec![text("person_identifier"), text("nhs_number_status")];
        fields.extend(
            file.columns
                .iter()
                .map(|c| Field::new(&c.name, c.kind.data_type(), true)),
        );
        CsvDecoder {
            schema: Arc::new(Schema::new(fields)),
            file,
        }
    }

    /// The column file.
    pub fn file(&self) -> &ColumnFile {
        &self.file
    }

    /// The columns of the decoded batch.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Finds the wanted columns in a header line; `name` is the file's, for the error.
    pub fn layout(&self, name: &str, header: &[u8]) -> Result<Layout> {
        let header = header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(header);
        let mut fields = Fields::new();
        let found: Vec<String> = fields
            .split(header, WIDEST)
            .into_iter()
            .map(|f| String::from_utf8_lossy(f).trim().to_ascii_lowercase())
            .collect();
        if found.len() > WIDEST {
            return Err(
                Error::data(format!("{name} has more than {WIDEST} columns"))
                    .hint("its first line must name the columns; nothing was committed"),
            );
        }
        let find = |wanted: &str| {
            found
                .iter()
                .position(|f| f == &wanted.to_ascii_lowercase())
                .ok_or_else(|| {
                    Error::data(format!("{name} has no column '{wanted}'")).hint(format!(
                        "{} says that it has; correct the one or the other",
                        self.file.file_name
                    ))
                })
        };
        Ok(Layout {
            width: found.len(),
            key: self
                .file
                .key
                .iter()
                .map(|k| find(k))
                .collect::<Result<_>>()?,
            person: find(&self.file.person)?,
            status: self.file.person_status.as_deref().map(find).transpose()?,
            updated: self.file.updated.as_deref().map(find).transpose()?,
            columns: self
                .file
                .columns
                .iter()
                .map(|c| find(&c.from))
                .collect::<Result<_>>()?,
        })
    }

    /// Decodes whole records; lines that cannot be used become rejects.
    pub fn decode(&self, layout: &Layout, chunk: &Chunk<'_>) -> Result<Decoded> {
        let mut people = StringBuilder::new();
        let mut statuses = StringBuilder::new();
        let mut builders: Vec<Builder> = self.file.columns.iter().map(Builder::new).collect();
        let mut lines: Vec<Line> = Vec::new();
        let mut rejects = Vec::new();
        let mut fields = Fields::new();
        let mut number = chunk.first_line;
        let (mut line_count, mut blank) = (0, 0);
        for place in Records::new(chunk.bytes) {
            let at = number;
            number += place.lines;
            line_count += place.lines;
            let text = &chunk.bytes[place.start..place.end];
            if text.is_empty() {
                blank += 1;
                continue;
            }
            let (start, end) = (
                chunk.offset + place.start as u64,
                chunk.offset + place.end as u64,
            );
            let mut reject = |reason: RejectReason, column: Option<&str>| {
                rejects.push(Reject {
                    number: at,
                    start,
                    end,
                    reason,
                    column: column.map(str::to_string),
                });
            };
            let found = fields.split(text, layout.width);
            if found.len() != layout.width {
                reject(RejectReason::WrongColumnCount, None);
                continue;
            }
            let value = |i: usize| std::str::from_utf8(found[i]).map(str::trim);
            let mut reference = self.file.table.clone();
            let mut complete = true;
            for (i, name) in layout.key.iter().zip(&self.file.key) {
                match value(*i) {
                    Ok(text) if !text.is_empty() => {
                        reference.push('\u{1f}');
                        reference.push_str(text);
                    }
                    _ => {
                        reject(RejectReason::KeyMissing, Some(name));
                        complete = false;
                        break;
                    }
                }
            }
            if !complete {
                continue;
            }
            let updated = match layout.updated.map(value) {
                None => None,
                Some(Ok(text)) => match read_moment(text) {
                    Some(micros) => Some(micros),
                    None => {
                        reject(RejectReason::WrongType, self.file.updated.as_deref());
                        continue;
                    }
                },
                Some(Err(_)) => {
                    reject(RejectReason::WrongType, self.file.updated.as_deref());
                    continue;
                }
            };
            let mut values = Vec::with_capacity(builders.len());
            let mut wrong = None;
            for (column, i) in self.file.columns.iter().zip(&layout.columns) {
                match value(*i).ok().and_then(|text| read(column.kind, text)) {
                    Some(value) => values.push(value),
                    None => {
                        wrong = Some(column);
                        break;
                    }
                }
            }
            if let Some(column) = wrong {
                reject(RejectReason::WrongType, Some(&column.name));
                continue;
            }
            let Ok(person) = value(layout.person) else {
                reject(RejectReason::WrongType, Some(&self.file.person));
                continue;
            };
            people.append_value(person);
            statuses.append_option(
                layout
                    .status
                    .and_then(|i| value(i).ok())
                    .filter(|s| !s.is_empty()),
            );
            for (builder, value) in builders.iter_mut().zip(&values) {
                builder.append(value);
            }
            lines.push(Line {
                reference,
                updated,
                number: at,
                start,
                end,
            });
        }
        let mut arrays: Vec<ArrayRef> =
            vec![Arc::new(people.finish()), Arc::new(statuses.finish())];
        arrays.extend(builders.into_iter().map(Builder::finish));
        let batch = RecordBatch::try_new(self.schema.clone(), arrays)
            .data(|| format!("cannot build table {}", self.file.table))?;
        let count = lines.len();
        let line = (0..u32::try_from(count).data(|| "a chunk has too many lines")?).collect();
        Ok(Decoded {
            tables: vec![Rows { batch, line }],
            lines,
            rejects,
            deletes: Vec::new(),
            types: BTreeMap::from([(self.file.table.clone(), count as u64)]),
            line_count,
            blank,
        })
    }
}
