//! Rows as commands give them out, batch by batch: a table for people, CSV, NDJSON or Parquet.

use super::complete_file::CompleteFile;
use crate::error::{Context, Error, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::util::display::FormatOptions;
use clap::ValueEnum;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows of a Parquet row group, and the bytes that it may take while it is made.
const ROW_GROUP_ROWS: usize = 128 * 1024;
const ROW_GROUP_BYTES: usize = 64 * 1024 * 1024;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
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
    pub fn chosen(asked: Option<Format>, output: Option<&Path>) -> Result<Format> {
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
enum Target {
    File(BufWriter<CompleteFile>),
    Standard(BufWriter<StandardOutput>),
}

/// Standard output, whose reader may go away (`| head`), which is no error.
#[derive(Debug)]
struct StandardOutput {
    gone: Arc<AtomicBool>,
}

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match std::io::stdout().write(bytes) {
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

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Target::File(file) => file.write(bytes),
            Target::Standard(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Target::File(file) => file.flush(),
            Target::Standard(out) => out.flush(),
        }
    }
}

enum Writer {
    /// A table needs its widest values first: it keeps what it shows.
    Table(Target, Vec<RecordBatch>),
    Csv(Box<arrow::csv::Writer<Target>>),
    Json(Box<arrow::json::LineDelimitedWriter<Target>>),
    Parquet(Box<ArrowWriter<Target>>),
}

/// Rows on their way out.
pub struct Rows {
    writer: Writer,
    schema: SchemaRef,
    /// Rows that a table shows at most.
    most: usize,
    shown: usize,
    rows: u64,
    gone: Arc<AtomicBool>,
    output: Option<PathBuf>,
}

impl Rows {
    /// Begins to write rows of `schema`: to the file `output`, which appears complete or not at all,
    /// or to standard output. A table shows `most` rows.
    pub fn begin(
        output: Option<&Path>,
        format: Format,
        schema: &SchemaRef,
        most: usize,
    ) -> Result<Self> {
        let gone = Arc::new(AtomicBool::new(false));
        let target = match output {
            Some(path) => Target::File(BufWriter::new(CompleteFile::create(path)?)),
            None if format == Format::Parquet => {
                return Err(Error::usage("Parquet cannot be written to a terminal")
                    .hint("name a file with --output"));
            }
            None => Target::Standard(BufWriter::new(StandardOutput { gone: gone.clone() })),
        };
        let cannot = || cannot(output);
        let writer = match format {
            Format::Table => Writer::Table(target, Vec::new()),
            Format::Csv => {
                let mut writer = arrow::csv::WriterBuilder::new()
                    .with_header(true)
                    .build(target);
                // The header is there even when no row comes.
                writer
                    .write(&RecordBatch::new_empty(schema.clone()))
                    .data(cannot)?;
                Writer::Csv(Box::new(writer))
            }
            Format::Json => Writer::Json(Box::new(arrow::json::LineDelimitedWriter::new(target))),
            Format::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
                    .set_created_by(concat!("populace ", env!("CARGO_PKG_VERSION")).to_string())
                    .build();
                let writer = ArrowWriter::try_new(target, schema.clone(), Some(properties));
                Writer::Parquet(Box::new(writer.data(cannot)?))
            }
        };
        Ok(Rows {
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
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let cannot = || cannot(self.output.as_deref());
        self.rows += batch.num_rows() as u64;
        match &mut self.writer {
            Writer::Table(_, kept) => {
                let wanted = batch.num_rows().min(self.most - self.shown);
                if wanted > 0 {
                    kept.push(batch.slice(0, wanted));
                    self.shown += wanted;
                }
                Ok(())
            }
            Writer::Csv(writer) => writer.write(batch).data(cannot),
            Writer::Json(writer) => writer.write(batch).data(cannot),
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
    pub fn is_unread(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// Ends: a file gets its name now. Gives the rows that came, and how many of them a table left out.
    pub fn finish(self) -> Result<(u64, u64)> {
        let output = self.output;
        let cannot = || cannot(output.as_deref());
        let mut left_out = 0;
        let target = match self.writer {
            Writer::Table(mut target, kept) => {
                left_out = self.rows - self.shown as u64;
                target
                    .write_all(table(&self.schema, &kept)?.as_bytes())
                    .data(cannot)?;
                target
            }
            Writer::Csv(writer) => writer.into_inner(),
            Writer::Json(mut writer) => {
                writer.finish().data(cannot)?;
                writer.into_inner()
            }
            Writer::Parquet(writer) => writer.into_inner().data(cannot)?,
        };
        match target {
            Target::File(file) => file
                .into_inner()
                .map_err(|e| e.into_error())
                .data(cannot)?
                .keep()?,
            Target::Standard(mut out) => out.flush().data(cannot)?,
        }
        Ok((self.rows, left_out))
    }
}

fn cannot(output: Option<&Path>) -> String {
    match output {
        Some(path) => format!("cannot write {}", path.display()),
        None => "cannot write to standard output".to_string(),
    }
}

/// Rows as a table for people.
pub fn table(schema: &SchemaRef, rows: &[RecordBatch]) -> Result<String> {
    let options = FormatOptions::default().with_null("");
    let empty = [RecordBatch::new_empty(schema.clone())];
    let rows = if rows.is_empty() { &empty[..] } else { rows };
    let table = arrow::util::pretty::pretty_format_batches_with_options(rows, &options)
        .data(|| "cannot write the rows")?;
    Ok(format!("{table}\n"))
}
