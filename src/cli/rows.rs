//! Rows as commands give them out, batch by batch: a table for people, CSV, NDJSON or Parquet.

use super::complete_file::CompleteFile;
use super::flat::{flat_rows, flat_schema};
use crate::error::{Context, Error, Result};
use crate::visible::{Visible, one_line};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use clap::ValueEnum;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::io::{BufWriter, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows of a Parquet row group, and the bytes that it may take while it is made.
const ROW_GROUP_ROWS: usize = 128 * 1024;
const ROW_GROUP_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of rows that a table for people may have: it is made in memory, and several times as large.
const TABLE_BYTES: usize = 32 * 1024 * 1024;
/// Bytes of rows that are written as text at once.
const TEXT_BYTES: usize = 4 * 1024 * 1024;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Columns for people
    Table,
    /// Comma-separated values with a header
    Csv,
    /// One JSON object a line (also called ndjson)
    #[value(alias = "ndjson")]
    Json,
    /// A Parquet file; needs --output
    Parquet,
}

impl Format {
    /// The format that was asked for, or the one that the ending of `output` says, or a table.
    pub(super) fn chosen(asked: Option<Format>, output: Option<&Path>) -> Result<Format> {
        let Some((None, path)) = output.map(|path| (asked, path)) else {
            return Ok(asked.unwrap_or(Format::Table));
        };
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.unwrap_or_default().to_ascii_lowercase().as_str() {
            "csv" => Ok(Format::Csv),
            "ndjson" | "jsonl" | "json" => Ok(Format::Json),
            "parquet" => Ok(Format::Parquet),
            "txt" => Ok(Format::Table),
            _ => Err(Error::usage(format!(
                "the ending of {} does not say how rows are written",
                path.display()
            ))
            .hint("end it in .parquet, .csv, .ndjson or .txt, or give --format")),
        }
    }
}

/// Where rows go.
#[derive(Debug)]
enum RowTarget {
    File(BufWriter<CompleteFile>),
    Standard(BufWriter<StandardOutput>),
}

/// Standard output, whose reader may go away (`| head`), which is no error.
#[derive(Debug)]
struct StandardOutput {
    gone: Arc<AtomicBool>,
    /// On a terminal, values must not act on it. A file or another program gets them as they are.
    terminal: Option<Visible>,
}

impl StandardOutput {
    fn new(gone: Arc<AtomicBool>) -> Self {
        let terminal = std::io::stdout().is_terminal();
        StandardOutput {
            gone,
            terminal: terminal.then(Visible::default),
        }
    }
}

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = match &mut self.terminal {
            Some(visible) => std::io::stdout()
                .write_all(visible.next(bytes).as_bytes())
                .map(|()| bytes.len()),
            None => std::io::stdout().write(bytes),
        };
        match written {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => {
                self.gone.store(true, Ordering::Relaxed);
                Ok(bytes.len())
            }
            other => other,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match std::io::stdout().flush() {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => {
                self.gone.store(true, Ordering::Relaxed);
                Ok(())
            }
            other => other,
        }
    }
}

impl Write for RowTarget {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            RowTarget::File(file) => file.write(bytes),
            RowTarget::Standard(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            RowTarget::File(file) => file.flush(),
            RowTarget::Standard(out) => out.flush(),
        }
    }
}

enum Writer {
    /// A table needs its widest values first: it keeps what it shows.
    Table(RowTarget, Vec<RecordBatch>, usize),
    /// CSV has no nested values: its columns are others.
    Csv(Box<arrow::csv::Writer<RowTarget>>, SchemaRef),
    Json(Box<arrow::json::LineDelimitedWriter<RowTarget>>),
    Parquet(Box<ArrowWriter<RowTarget>>),
}

/// Rows on their way out.
pub(super) struct RowWriter {
    writer: Writer,
    schema: SchemaRef,
    /// Rows that a table shows at most.
    most: usize,
    shown: usize,
    rows: u64,
    gone: Arc<AtomicBool>,
    output: Option<PathBuf>,
}

impl RowWriter {
    /// Begins to write rows of `schema`: to the file `output`, which appears complete or not at all,
    /// or to standard output. A table shows `most` rows.
    pub(super) fn begin(
        output: Option<&Path>,
        format: Format,
        schema: &SchemaRef,
        most: usize,
    ) -> Result<Self> {
        let gone = Arc::new(AtomicBool::new(false));
        let target = match output {
            Some(path) => RowTarget::File(BufWriter::new(CompleteFile::create(path)?)),
            None if format == Format::Parquet => {
                return Err(Error::usage("Parquet cannot be written to a terminal")
                    .hint("name a file with --output"));
            }
            None => RowTarget::Standard(BufWriter::new(StandardOutput::new(gone.clone()))),
        };
        let cannot = || cannot(output);
        let writer = match format {
            Format::Table => Writer::Table(target, Vec::new(), 0),
            Format::Csv => {
                let mut writer = arrow::csv::WriterBuilder::new()
                    .with_header(true)
                    .build(target);
                // The header is there even when no row comes.
                let flat = flat_schema(schema);
                writer
                    .write(&RecordBatch::new_empty(flat.clone()))
                    .data(cannot)?;
                Writer::Csv(Box::new(writer), flat)
            }
            // A column that is NULL is there: whoever reads the lines learns all columns from each.
            Format::Json => Writer::Json(Box::new(
                arrow::json::WriterBuilder::new()
                    .with_explicit_nulls(true)
                    .build(target),
            )),
            Format::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
                    .set_created_by(concat!("populace ", env!("CARGO_PKG_VERSION")).to_string())
                    .build();
                let writer = ArrowWriter::try_new(target, schema.clone(), Some(properties));
                let writer = writer.data(cannot).map_err(|e| {
                    e.hint("cast a column of a type that Parquet does not know, such as an interval, to a text")
                })?;
                Writer::Parquet(Box::new(writer))
            }
        };
        Ok(RowWriter {
            writer,
            schema: schema.clone(),
            most,
            shown: 0,
            rows: 0,
            gone,
            output: output.map(Path::to_path_buf),
        })
    }

    /// Writes rows.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let cannot = || cannot(self.output.as_deref());
        self.rows += batch.num_rows() as u64;
        match &mut self.writer {
            Writer::Table(_, kept, bytes) => {
                let wanted = batch.num_rows().min(self.most - self.shown);
                if wanted > 0 {
                    let rows = batch.slice(0, wanted);
                    *bytes += sliced_size(&rows);
                    kept.push(rows);
                    self.shown += wanted;
                }
                if *bytes > TABLE_BYTES {
                    return Err(Error::data("the rows are too many for a table").hint(
                        "write them to a file with -o rows.csv or rows.parquet, or add a limit",
                    ));
                }
                Ok(())
            }
            Writer::Csv(writer, flat) => in_parts(batch, |rows| {
                writer
                    .write(&flat_rows(&rows, flat)?)
                    .map_err(|e| unwritten(cannot(), e))
            }),
            Writer::Json(writer) => in_parts(batch, |rows| {
                writer.write(&rows).map_err(|e| unwritten(cannot(), e))
            }),
            Writer::Parquet(writer) => {
                writer.write(batch).data(cannot)?;
                if writer.in_progress_size() > ROW_GROUP_BYTES {
                    writer.flush().data(cannot)?;
                }
                Ok(())
            }
        }
    }

    /// Whether nobody reads the rows any more.
    pub(super) fn is_unread(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// Ends: a file gets its name now. Gives the rows that came, and how many of them a table left out.
    pub(super) fn finish(self) -> Result<(u64, u64)> {
        let output = self.output;
        let cannot = || cannot(output.as_deref());
        let mut left_out = 0;
        let target = match self.writer {
            Writer::Table(mut target, kept, _) => {
                left_out = self.rows - self.shown as u64;
                target
                    .write_all(table(&self.schema, &kept)?.as_bytes())
                    .data(cannot)?;
                target
            }
            Writer::Csv(writer, _) => writer.into_inner(),
            Writer::Json(mut writer) => {
                writer.finish().data(cannot)?;
                writer.into_inner()
            }
            Writer::Parquet(writer) => writer.into_inner().data(cannot)?,
        };
        match target {
            RowTarget::File(file) => file
                .into_inner()
                .map_err(|e| e.into_error())
                .data(cannot)?
                .keep()?,
            RowTarget::Standard(mut out) => out.flush().data(cannot)?,
        }
        Ok((self.rows, left_out))
    }
}

/// The error of rows that could not be written as text. What Arrow says of a value that has no text
/// holds the value.
fn unwritten(what: String, error: ArrowError) -> Error {
    match error {
        ArrowError::IoError(..) | ArrowError::NotYetImplemented(_) => {
            Error::data(what).cause(error)
        }
        // The CSV writer tells of a disk in words only.
        ArrowError::CsvError(text) if text.contains("os error") => Error::data(what).cause(text),
        _ => Error::data(what)
            .cause("a value cannot be written as text: a date or time may lie outside the calendar")
            .hint("leave such values out, or write Parquet"),
    }
}

/// Bytes of the rows themselves: what they are a part of may be larger.
fn sliced_size(rows: &RecordBatch) -> usize {
    let size = |column: &ArrayRef| match column.as_string_view_opt() {
        // Views of several rows share what they look at.
        Some(texts) => texts.lengths().map(|length| length as usize + 16).sum(),
        None => column.to_data().get_slice_memory_size().unwrap_or(0),
    };
    rows.columns().iter().map(size).sum()
}

/// Hands on rows in parts of a bounded size: as text they are larger.
fn in_parts(rows: &RecordBatch, mut write: impl FnMut(RecordBatch) -> Result<()>) -> Result<()> {
    let parts = sliced_size(rows) / TEXT_BYTES + 1;
    let length = (rows.num_rows() / parts).max(1);
    for from in (0..rows.num_rows()).step_by(length) {
        write(rows.slice(from, length.min(rows.num_rows() - from)))?;
    }
    Ok(())
}

fn cannot(output: Option<&Path>) -> String {
    match output {
        Some(path) => format!("cannot write {}", path.display()),
        None => "cannot write to standard output".to_string(),
    }
}

/// Rows as a table for people.
pub(super) fn table(schema: &SchemaRef, rows: &[RecordBatch]) -> Result<String> {
    let options = FormatOptions::default().with_null("");
    let failed = |e: ArrowError| unwritten("cannot write the rows".to_string(), e);
    let fields = schema.fields().iter();
    let fields = fields.map(|f| Field::new(one_line(f.name()), DataType::Utf8, true));
    let shown = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let mut texts = Vec::with_capacity(rows.len().max(1));
    for batch in rows {
        let columns = batch.columns().iter().map(|column| {
            let values = ArrayFormatter::try_new(column.as_ref(), &options).map_err(failed)?;
            let texts = (0..column.len()).map(|row| {
                let text = values.value(row).try_to_string().map_err(failed)?;
                Ok(Some(one_line(&text).into_owned()))
            });
            Ok(Arc::new(texts.collect::<Result<StringArray>>()?) as ArrayRef)
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        texts.push(RecordBatch::try_new(shown.clone(), columns).map_err(failed)?);
    }
    if texts.is_empty() {
        texts.push(RecordBatch::new_empty(shown));
    }
    let table = arrow::util::pretty::pretty_format_batches_with_options(&texts, &options);
    Ok(format!("{}\n", table.map_err(failed)?))
}
