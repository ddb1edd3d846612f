//! A unit of the staging area: pieces of files, made fit to store, in one object.
//!
//! An object is written complete or not at all, so what it says it holds it holds. In front is the
//! receipt: which bytes of which files are here, and all that was found beside rows. Behind it are
//! the rows, an Arrow IPC stream for each table, a batch for each piece.

use crate::decode::fhir::ReferenceKind;
use crate::decode::{RejectReason, ValueRule};
use crate::error::{Context, Error, Result};
use crate::privacy::PatientKey;
use crate::pull::identity::facts::{LinkFact, NamedBeside, Replacement};
use crate::pull::prepare::Deletion;
use crate::pull::prepare::rejected_line::RejectedLine;
use crate::pull::read::kind_lines::Kinds;
use crate::pull::state::extracts::Extract;
use crate::pull::version::RecordVersion;
use arrow::array::RecordBatch;
use arrow::ipc::CompressionType;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::{IpcWriteOptions, StreamWriter};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

/// What is said of a unit whose bytes are not those that were written.
pub(crate) const DAMAGED: &str = "a unit of the staging area of the lake is damaged";
/// What a unit begins with; the digit is its form.
const MAGIC: [u8; 4] = *b"PBU1";
/// Magic, length of the receipt, digest of the receipt.
pub(crate) const HEAD: usize = 4 + 8 + 32;

/// A piece of a file: where it is and what was in it, without its rows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct StagedPiece {
    /// The file's number in the job.
    pub file: usize,
    /// Which reading of the file: a file that changed is read again from its start.
    pub reading: u32,
    /// Its first byte in the decompressed file.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
    /// The number of the line after it.
    pub next_line: u64,
    /// The keyed digest of its bytes; None for a line too long to read.
    pub digest: Option<i64>,
    /// Whether the file is sent compressed, so that it cannot be asked for from the middle.
    pub packed: bool,
    /// What the server calls this version of the file.
    pub version: Option<String>,
    /// Lines, by what became of them.
    pub counts: LineCounts,
    /// Lines a resource type.
    pub types: BTreeMap<String, u64>,
    /// Lines a resource type, and how many of them cannot be used.
    #[serde(default)]
    pub kinds: Kinds,
    /// Resource types that the server says it failed to export.
    #[serde(default)]
    pub failed: BTreeSet<String>,
    /// Lines that cannot be used.
    pub rejects: Vec<StagedReject>,
    /// What was learnt about people.
    pub links: Vec<LinkFact>,
    /// What was learnt about merged Patients.
    pub replacements: Vec<Replacement>,
    /// Records whose version has no row in a table, by the table's name.
    pub emptied: Vec<(String, Vec<RecordVersion>)>,
    /// Records to delete.
    pub deletes: Vec<Deletion>,
    /// Values that are not known: the table's name, column, rule, how many.
    #[serde(default)]
    pub values: Vec<(String, String, ValueRule, u64)>,
    /// Lines that name no Patient: the table's name, how they refer, how many.
    #[serde(default)]
    pub unresolved: Vec<(String, ReferenceKind, u64)>,
    /// Whom rows name beside their references to Patients.
    #[serde(default)]
    pub beside: Vec<NamedBeside>,
    /// Patients that cannot be used.
    #[serde(default)]
    pub rejected_patients: Vec<PatientKey>,
}

impl StagedPiece {
    /// What it found beside rows, which the receipt holds: how many.
    pub(crate) fn facts(&self) -> usize {
        let emptied: usize = self
            .emptied
            .iter()
            .map(|(_, versions)| versions.len())
            .sum();
        self.rejects.len()
            + self.links.len()
            + self.replacements.len()
            + self.deletes.len()
            + self.beside.len()
            + emptied
    }
}

/// Lines, by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LineCounts {
    /// All.
    pub lines: u64,
    /// Of a type without a view.
    pub without_view: u64,
    /// That delete.
    pub deletions: u64,
    /// Empty, or of an error file.
    pub other: u64,
    /// Empty.
    pub blank: u64,
    /// With a last update in the future.
    #[serde(default)]
    pub future: u64,
}

impl LineCounts {
    /// Adds those of another piece.
    pub(crate) fn add(&mut self, more: &LineCounts) {
        self.lines += more.lines;
        self.without_view += more.without_view;
        self.deletions += more.deletions;
        self.other += more.other;
        self.blank += more.blank;
        self.future += more.future;
    }

    /// As `populace.extract` counts them.
    pub(crate) fn taken(&self) -> Extract {
        Extract {
            lines: self.lines,
            without_view: self.without_view,
            deletions: self.deletions,
            other: self.other,
            ..Extract::default()
        }
    }
}

/// A rejected line as it is staged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StagedReject(u64, u64, u64, RejectReason, Option<String>);

impl From<RejectedLine> for StagedReject {
    fn from(line: RejectedLine) -> Self {
        StagedReject(line.line, line.start, line.end, line.reason, line.column)
    }
}

impl From<StagedReject> for RejectedLine {
    fn from(StagedReject(line, start, end, reason, column): StagedReject) -> Self {
        RejectedLine {
            line,
            start,
            end,
            reason,
            column,
        }
    }
}

/// A file of which everything has been staged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finished {
    /// The file's number in the job.
    pub file: usize,
    /// Which reading of the file.
    pub reading: u32,
    /// Its decompressed bytes.
    pub bytes: u64,
}

/// What a unit holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Receipt {
    /// Pieces, in the order in which they came.
    pub pieces: Vec<StagedPiece>,
    /// Files that ended.
    pub finished: Vec<Finished>,
    /// Where the rows are.
    pub parts: Vec<TablePart>,
}

/// The rows of one table in a unit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TablePart {
    /// `record.<name>`.
    pub table: String,
    /// Bytes behind the receipt before it.
    pub at: usize,
    /// Its bytes.
    pub length: usize,
    /// The digest of its bytes.
    pub digest: String,
    /// Which piece each batch belongs to.
    pub pieces: Vec<usize>,
}

/// Writes a unit. `rows` are a table's name, the piece and its rows.
pub(crate) fn encode(
    mut receipt: Receipt,
    rows: &[(String, usize, RecordBatch)],
) -> Result<Vec<u8>> {
    let failed = || "cannot stage rows";
    let mut tables: BTreeMap<&str, Vec<(usize, &RecordBatch)>> = BTreeMap::new();
    for (table, piece, batch) in rows {
        tables.entry(table).or_default().push((*piece, batch));
    }
    let mut body = Vec::new();
    for (table, batches) in tables {
        let at = body.len();
        let Some((_, first)) = batches.first() else {
            continue;
        };
        let options = IpcWriteOptions::default()
            .try_with_compression(Some(CompressionType::LZ4_FRAME))
            .data(failed)?;
        let schema = first.schema();
        let mut writer =
            StreamWriter::try_new_with_options(&mut body, &schema, options).data(failed)?;
        for (_, batch) in &batches {
            writer.write(batch).data(failed)?;
        }
        writer.finish().data(failed)?;
        drop(writer);
        receipt.parts.push(TablePart {
            table: table.to_string(),
            at,
            length: body.len() - at,
            digest: blake3::hash(&body[at..]).to_hex().to_string(),
            pieces: batches.iter().map(|(piece, _)| *piece).collect(),
        });
    }
    let head = serde_json::to_vec(&receipt).data(failed)?;
    let mut unit = Vec::with_capacity(HEAD + head.len() + body.len());
    unit.extend_from_slice(&MAGIC);
    unit.extend_from_slice(&(head.len() as u64).to_be_bytes());
    unit.extend_from_slice(blake3::hash(&head).as_bytes());
    unit.extend_from_slice(&head);
    unit.extend_from_slice(&body);
    Ok(unit)
}

/// The length of the receipt behind the first bytes of a unit; None when it is none.
pub(crate) fn receipt_length(head: &[u8]) -> Option<u64> {
    let length = head.strip_prefix(&MAGIC)?.first_chunk::<8>()?;
    Some(u64::from_be_bytes(*length))
}

/// The receipt of a unit, from its first bytes and those of the receipt; None when it is damaged.
pub(crate) fn receipt(head: &[u8], receipt: &[u8]) -> Option<Receipt> {
    let digest = head.get(12..HEAD)?;
    if blake3::hash(receipt).as_bytes() != digest {
        return None;
    }
    serde_json::from_slice(receipt).ok()
}

/// The rows of a part and the piece of each batch; `body` is what lies behind the receipt.
pub(crate) fn rows(part: &TablePart, body: &[u8]) -> Result<Vec<(usize, RecordBatch)>> {
    let broken = || {
        Error::data(DAMAGED)
            .hint("nothing was committed; run again: what it held is downloaded again")
    };
    let bytes = body
        .get(part.at..part.at.saturating_add(part.length))
        .ok_or_else(broken)?;
    if blake3::hash(bytes).to_hex().as_str() != part.digest {
        return Err(broken());
    }
    let reader = StreamReader::try_new(Cursor::new(bytes), None).map_err(|e| broken().cause(e))?;
    let batches = reader
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|e| broken().cause(e))?;
    if batches.len() != part.pieces.len() {
        return Err(broken());
    }
    Ok(part.pieces.iter().copied().zip(batches).collect())
}
