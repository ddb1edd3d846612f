//! A piece of a file made fit to store, in memory: decoded, pseudonymised, generalised, scanned.

use super::job::JobFile;
use super::staged_file::{LineCounts, StagedPiece};
use crate::decode::{Chunk, RejectReason};
use crate::error::Result;
use crate::pull::bulk::shortfall::{tells, told};
use crate::pull::identity::patient_index::PatientIndex;
use crate::pull::plan::{SourceKind, SourcePlan};
use crate::pull::prepare::rejected_line::RejectedLine;
use crate::pull::prepare::{Prepared, Preparer};
use crate::pull::read::context::PullContext;
use crate::pull::read::file_piece::FilePiece;
use crate::pull::read::intake::counted;
use crate::pull::read::kind_lines::kinds;
use crate::pull::state::extracts::file_number;
use arrow::array::RecordBatch;
use std::sync::Arc;

/// What treating the pieces of one source needs.
#[derive(Clone)]
pub(crate) struct Treating {
    /// Tables and sources.
    pub shared: Arc<PullContext>,
    /// The source's number in the plan.
    pub source: usize,
    /// When the export was made, in microseconds since 1970: deletions without a time happened then.
    pub moment: i64,
}

/// A piece and its rows, by table.
pub(crate) type Treated = (StagedPiece, Vec<(String, RecordBatch)>);

impl Treating {
    /// The keyed digest of bytes.
    pub(crate) fn digest(&self, bytes: &[u8]) -> i64 {
        self.source().pseudonyms.line(bytes)
    }

    fn source(&self) -> &SourcePlan {
        &self.shared.plan.sources[self.source]
    }

    /// Treats the bytes of `cut`; `piece` says which file they are of, and `name` is for errors.
    pub(crate) fn treat(
        &self,
        file: &JobFile,
        name: &str,
        cut: &FilePiece,
        mut piece: StagedPiece,
    ) -> Result<Treated> {
        piece.start = cut.offset;
        piece.end = cut.end;
        if cut.too_long.is_some() {
            reject_too_long(cut, &mut piece);
            return Ok((piece, Vec::new()));
        }
        piece.digest = Some(self.digest(&cut.bytes));
        if tells(file.role, &file.kind) {
            outcomes(cut, &file.kind, &mut piece);
            return Ok((piece, Vec::new()));
        }
        self.records(name, cut, piece)
    }

    /// Makes the resources of `cut` fit to store.
    fn records(&self, name: &str, cut: &FilePiece, mut piece: StagedPiece) -> Result<Treated> {
        let source = self.source();
        let SourceKind::Fhir {
            decoder, tables, ..
        } = &source.kind
        else {
            return Ok((piece, Vec::new()));
        };
        let mut decoded = decoder.decode(&Chunk {
            bytes: &cut.bytes,
            offset: cut.offset,
            first_line: cut.first_line,
        });
        let targets: Vec<usize> = tables.iter().map(|(_, table)| *table).collect();
        let viewed: Vec<&str> = tables.iter().map(|(kind, _)| kind.as_str()).collect();
        // Who each Patient is is known when all files are here: rows find their person then.
        let preparer = Preparer {
            source,
            tables: &self.shared.plan.tables,
            lookups: &self.shared.lookups,
            people: &PatientIndex::default(),
            clock: self.shared.clock,
            made: self.moment,
            file: file_number(&source.name, name),
        };
        let prepared = preparer.prepare(&mut decoded, &targets, &cut.bytes, cut.offset, name)?;
        let taken = counted(&decoded, Some(&viewed));
        piece.next_line = cut.first_line + decoded.line_count;
        piece.counts = LineCounts {
            lines: taken.lines,
            without_view: taken.without_view,
            deletions: taken.deletions,
            other: taken.other,
            blank: decoded.blank,
            future: prepared.future,
        };
        piece.kinds = kinds(&decoded, &prepared);
        piece.types = decoded.types;
        Ok(self.staged(prepared, piece))
    }

    /// What was prepared, as a piece holds it: tables by their names.
    fn staged(&self, prepared: Prepared, mut piece: StagedPiece) -> Treated {
        let name_of = |table: usize| self.shared.plan.tables[table].name.to_string();
        piece.rejects = prepared.rejects.into_iter().map(Into::into).collect();
        piece.links = prepared.learnt.links;
        piece.replacements = prepared.learnt.replacements;
        piece.deletes = prepared.learnt.deletions;
        let emptied = prepared.emptied.into_iter();
        piece.emptied = emptied
            .map(|(table, versions)| (name_of(table), versions))
            .collect();
        let values = prepared.values.into_iter();
        piece.values = values
            .map(|((t, column, rule), count)| (name_of(t), column, rule, count))
            .collect();
        let unresolved = prepared.unresolved.into_iter();
        piece.unresolved = unresolved
            .map(|((table, kind), lines)| (name_of(table), kind, lines))
            .collect();
        piece.beside = prepared.learnt.beside;
        piece.rejected_patients = prepared.learnt.rejected_patients;
        let rows = prepared.tables.into_iter();
        let rows = rows.map(|(table, batch)| (name_of(table), batch));
        (piece, rows.collect())
    }
}

/// Rejects the only line of a piece, which is too long to read.
fn reject_too_long(cut: &FilePiece, piece: &mut StagedPiece) {
    piece.next_line = cut.first_line + 1;
    piece.counts.lines = 1;
    let line = RejectedLine {
        line: cut.first_line,
        start: cut.offset,
        end: cut.end,
        reason: RejectReason::TooLong,
        column: None,
    };
    piece.rejects.push(line.into());
}

/// Of a file of errors only counts and codes are kept, and which resource types they name.
fn outcomes(cut: &FilePiece, kind: &str, piece: &mut StagedPiece) {
    let mut lines: Vec<&[u8]> = cut.bytes.split(|b| *b == b'\n').collect();
    if cut.bytes.ends_with(b"\n") {
        lines.pop();
    }
    piece.next_line = cut.first_line + lines.len() as u64;
    piece.counts.lines = lines.len() as u64;
    piece.counts.other = piece.counts.lines;
    for line in lines {
        if line.trim_ascii().is_empty() {
            piece.counts.blank += 1;
            continue;
        }
        let told = told(line, kind);
        for issue in told.issues {
            *piece.types.entry(issue).or_default() += 1;
        }
        piece.failed.extend(told.types);
    }
}
