//! A decoded chunk made fit to store: pseudonyms, generalised values, the leak gate.
//!
//! In go the rows of a chunk as they were decoded, out come rows with the columns that are stored, the
//! lines that cannot be used, and what was learnt about people and deletions.

mod columns;
mod count_unresolved;
mod dates;
mod early_lines;
mod impossible;
mod named;
mod named_person;
pub(super) mod reject_spool;
pub(super) mod rejected_line;
pub(super) mod rejects;
mod unknown_dates;
pub(super) mod unknown_values;
pub(super) mod unresolved;

use super::clock::Clock;
use super::identity::facts::{LinkFact, NamedBeside, Replacement};
use super::identity::patient_index::PatientIndex;
use super::plan::{PersonLink, SourceKind, SourcePlan, TablePlan};
use super::version::{Digest, Micros, RecordVersion, Version, VersionId, extract_order};
use crate::decode::{Decoded, Line, RejectReason, ViewRows};
use crate::error::{Context, Result};
use crate::privacy::{Lookup, PatientKey, RecordKey};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use early_lines::EarlyLines;
use named_person::NamedPerson;
use rejected_line::RejectedLine;
use serde::{Deserialize, Serialize};
use std::cell::LazyCell;
use std::collections::BTreeMap;
use unknown_values::UnknownValues;
use unresolved::Unresolved;

/// A chunk, ready for the lake.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// Table index of the pull, and rows with the table's stored schema.
    pub tables: Vec<(usize, RecordBatch)>,
    /// Lines that cannot be used.
    pub rejects: Vec<RejectedLine>,
    /// Lines that were decoded and are rejected, by resource type or table.
    pub rejected_types: BTreeMap<String, u64>,
    /// Table index of the pull, and records whose version has no row there.
    pub emptied: Vec<(usize, Vec<RecordVersion>)>,
    /// What was learnt beside rows.
    pub learnt: Learnt,
    /// Lines whose last update lies in the future.
    pub future: u64,
    /// Values that are not known although something was written.
    pub values: UnknownValues,
    /// Lines that name no Patient.
    pub unresolved: Unresolved,
}

/// What lines say of people and deletions.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    /// Which person Patients are.
    pub links: Vec<LinkFact>,
    /// Merged Patients.
    pub replacements: Vec<Replacement>,
    /// Records to delete.
    pub deletions: Vec<Deletion>,
    /// Patients that cannot be used.
    pub rejected_patients: Vec<PatientKey>,
    /// Whom rows name beside references to Patients that are not known, or are somebody else.
    pub beside: Vec<NamedBeside>,
}

impl Learnt {
    /// Adds what other lines say.
    pub(super) fn extend(&mut self, other: Learnt) {
        self.links.extend(other.links);
        self.replacements.extend(other.replacements);
        self.deletions.extend(other.deletions);
        self.rejected_patients.extend(other.rejected_patients);
        self.beside.extend(other.beside);
    }
}

/// A record that its source has deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(String, RecordKey, i64)", into = "(String, RecordKey, i64)")]
pub(super) struct Deletion {
    /// Its resource type.
    pub kind: String,
    /// Its pseudonym.
    pub record: RecordKey,
    /// When, in microseconds since 1970.
    pub when: i64,
}

impl From<(String, RecordKey, i64)> for Deletion {
    fn from((kind, record, when): (String, RecordKey, i64)) -> Self {
        Deletion { kind, record, when }
    }
}

impl From<Deletion> for (String, RecordKey, i64) {
    fn from(deletion: Deletion) -> Self {
        (deletion.kind, deletion.record, deletion.when)
    }
}

/// All that preparing needs to know.
pub(super) struct Preparer<'a> {
    /// The source.
    pub source: &'a SourcePlan,
    /// All tables of the pull.
    pub tables: &'a [TablePlan],
    /// The lookups.
    pub lookups: &'a BTreeMap<String, Lookup>,
    /// Who is known so far.
    pub people: &'a PatientIndex,
    /// The pull's own clock.
    pub clock: Clock,
    /// When the file was made, in microseconds since 1970: what a line counts as updated at that says
    /// a time in the future, and a deletion that says no time. Always the same for the same file, so
    /// that a true time after it wins however often the file is read.
    pub made: i64,
    /// The number of the file, as [`file_number`](super::state::extracts::file_number) gives it.
    pub file: i64,
}

/// The rows of one table.
struct TableRows<'a> {
    /// The table's number among those that were decoded.
    decoded: usize,
    /// Its number in the pull.
    index: usize,
    plan: &'a TablePlan,
    rows: &'a ViewRows,
    /// Whom each row names by an identifier of its own; empty where none does.
    named: Vec<NamedPerson>,
}

/// What is said of a line whatever the number of tables it goes to.
struct LineKey {
    record: RecordKey,
    version: Version,
    /// Whether it is used.
    good: bool,
}

/// A row that is kept.
#[derive(Clone, Copy)]
struct KeptRow {
    /// Its position among the decoded rows of its table.
    row: u32,
    /// The line that it is of.
    line: u32,
}

/// The lines of a chunk that are rejected while its rows are prepared.
struct Rejecting<'a> {
    lines: &'a [Line],
    rejected: BTreeMap<u32, RejectedLine>,
}

impl Rejecting<'_> {
    /// Rejects a line; the first reason counts.
    fn reject(&mut self, line: u32, reason: RejectReason, column: &str) {
        let Line {
            number, start, end, ..
        } = self.lines[line as usize];
        self.rejected.entry(line).or_insert_with(|| RejectedLine {
            line: number,
            start,
            end,
            reason,
            column: Some(column.to_string()),
        });
    }
}

impl Preparer<'_> {
    /// Treats the rows of a chunk. `targets` names the pull table of each decoded table;
    /// `text` is the chunk and `offset` its place; `file` is for errors.
    pub(super) fn prepare(
        &self,
        decoded: &mut Decoded,
        targets: &[usize],
        text: &[u8],
        offset: u64,
        file: &str,
    ) -> Result<Prepared> {
        let mut out = Prepared::default();
        let rejects = std::mem::take(&mut decoded.rejects).into_iter();
        out.rejects = rejects.map(RejectedLine::from).collect();
        let early = self.bound_times(decoded);
        out.future = early.count;
        for (rows, target) in decoded.tables.iter_mut().zip(targets) {
            for ((column, rule), count) in std::mem::take(&mut rows.values) {
                *out.values.entry((*target, column, rule)).or_default() += count;
            }
        }
        let (tables, dates) = (self.tables, &self.source.dates);
        unknown_dates::forget(decoded, targets, tables, dates, &mut out.values)?;
        // Before dates are compared with each other: one that is wrong takes no other with it.
        self.forget_late(decoded, &early, targets, &mut out.values)?;
        let judge = impossible::Judge {
            today: self.clock.today(),
            fhir: matches!(self.source.kind, SourceKind::Fhir { .. }),
        };
        judge.forget(decoded, targets, tables, &mut out.values)?;
        let decoded = &*decoded;
        out.learnt.deletions = self.deletions(decoded);
        if decoded.lines.is_empty() {
            return Ok(out);
        }
        let mut rejecting = Rejecting {
            lines: &decoded.lines,
            rejected: BTreeMap::new(),
        };
        let replaced = LazyCell::new(|| self.replaced(decoded, targets));
        let mut tables = Vec::with_capacity(targets.len());
        for (at, (rows, index)) in decoded.tables.iter().zip(targets).enumerate() {
            let plan = &self.tables[*index];
            self.check_dates(decoded, &early, rows, plan, &mut rejecting)?;
            tables.push(TableRows {
                decoded: at,
                index: *index,
                plan,
                rows,
                named: self.named(rows, plan, &replaced, &mut rejecting)?,
            });
        }
        let keys = self.line_keys(decoded, (text, offset), &rejecting, &early);
        out.rejected_types = self.types(decoded, &rejecting, targets);
        out.learnt.rejected_patients = self.rejected_patients(decoded, &rejecting);
        out.rejects.extend(rejecting.rejected.into_values());
        for table in &tables {
            self.prepare_table(table, decoded, &keys, (text, offset, file), &mut out)?;
        }
        Ok(out)
    }

    /// The Patients that are rejected as their rows are prepared.
    fn rejected_patients(&self, decoded: &Decoded, rejecting: &Rejecting) -> Vec<PatientKey> {
        let lines = rejecting.rejected.keys();
        let references = lines.map(|line| decoded.reference(&decoded.lines[*line as usize]));
        references
            .filter(|reference| reference.starts_with("Patient/"))
            .map(|reference| {
                let record = self.source.pseudonyms.record(reference.as_bytes());
                PatientKey::of_record(record)
            })
            .collect()
    }

    /// The resource types or tables of the lines that are rejected as their rows are prepared.
    fn types(
        &self,
        decoded: &Decoded,
        rejecting: &Rejecting,
        targets: &[usize],
    ) -> BTreeMap<String, u64> {
        let mut types = BTreeMap::new();
        for line in rejecting.rejected.keys() {
            let kind = match (&self.source.kind, targets) {
                (SourceKind::Csv { .. }, [table]) => self.tables[*table].name.name.as_str(),
                _ => {
                    let reference = decoded.reference(&decoded.lines[*line as usize]);
                    reference.split('/').next().unwrap_or_default()
                }
            };
            *types.entry(kind.to_string()).or_default() += 1;
        }
        types
    }

    /// The records that the chunk deletes. Without a time of its own, a deletion is as old as the file
    /// or export that tells of it.
    fn deletions(&self, decoded: &Decoded) -> Vec<Deletion> {
        let deletes = decoded.deletes.iter();
        deletes
            .map(|delete| {
                let kind = delete.reference.split('/').next().unwrap_or_default();
                Deletion {
                    kind: kind.to_string(),
                    record: self.source.pseudonyms.record(delete.reference.as_bytes()),
                    when: delete.updated.unwrap_or(self.made),
                }
            })
            .collect()
    }

    /// One digest and one pseudonym a line.
    fn line_keys(
        &self,
        decoded: &Decoded,
        (text, offset): (&[u8], u64),
        rejecting: &Rejecting,
        early: &EarlyLines,
    ) -> Vec<LineKey> {
        let slice = |start: u64, end: u64| {
            let from = usize::try_from(start - offset).ok()?;
            let to = usize::try_from(end - offset).ok()?;
            text.get(from..to)
        };
        let pseudonyms = &self.source.pseudonyms;
        let mut records = pseudonyms.of_records();
        let key = |(at, line): (u32, &Line)| LineKey {
            record: records.of(decoded.reference(line).as_bytes()),
            version: Version {
                id: VersionId::new(line.version_id, !early.has(at)),
                order: extract_order(self.clock.bounded(self.made), line.number),
                updated: Micros::from(line.updated),
                digest: Digest::of_line(
                    pseudonyms.line(slice(line.start, line.end).unwrap_or_default()),
                ),
            },
            good: !rejecting.rejected.contains_key(&at) && !decoded.superseded.contains(&at),
        };
        (0..).zip(&decoded.lines).map(key).collect()
    }

    /// Adds the rows of a table that are kept, and what they say.
    fn prepare_table(
        &self,
        table: &TableRows,
        decoded: &Decoded,
        keys: &[LineKey],
        (text, offset, file): (&[u8], u64, &str),
        out: &mut Prepared,
    ) -> Result<()> {
        let emptied: Vec<RecordVersion> = self
            .without_row(decoded, table)
            .into_iter()
            .map(|line| &keys[line])
            .filter(|key| key.good)
            .map(|key| (key.record, key.version).into())
            .collect();
        if !emptied.is_empty() {
            out.emptied.push((table.index, emptied));
        }
        let lines = table.rows.line.iter();
        let kept: Vec<KeptRow> = (0..)
            .zip(lines)
            .map(|(row, line)| KeptRow { row, line: *line })
            .filter(|row| keys[row.line as usize].good)
            .collect();
        if kept.is_empty() {
            return Ok(());
        }
        let batch = self.stored_rows(table, &kept, decoded, keys, file)?;
        self.count_unresolved(table, &kept, decoded, (text, offset), &mut out.unresolved);
        if self.links_people(table.plan) {
            let learnt = kept.iter().map(|row| table.link(*row, keys));
            out.learnt.links.extend(learnt);
        }
        out.learnt.beside.extend(self.beside(table, &batch, &kept));
        let replacements = table.replacements(&batch, &kept, keys)?;
        out.learnt.replacements.extend(replacements);
        out.tables.push((table.index, batch));
        Ok(())
    }

    /// Whom rows of `batch` name beside their references to Patients, where the Patient is not known, or
    /// not known as that person: each once.
    fn beside(&self, table: &TableRows, batch: &RecordBatch, kept: &[KeptRow]) -> Vec<NamedBeside> {
        if !table.named.iter().any(|named| named.beside().is_some()) {
            return Vec::new();
        }
        let patients = batch.column_by_name("patient_key");
        let patients = patients.and_then(|patients| patients.as_primitive_opt::<Int64Type>());
        let rows = patients.into_iter().flatten().zip(kept);
        let named = rows.filter_map(|(patient, kept)| {
            let person = table.named[kept.row as usize].beside()?.key;
            Some(NamedBeside::from((PatientKey::new(patient?), person)))
        });
        let mut last = None;
        let mut named: Vec<NamedBeside> = named
            .filter(|named| last.replace(*named) != Some(*named))
            .filter(|named| !self.people.is_same(*named))
            .collect();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// Lines of the view's resource type that have no row in it: a `forEach` over nothing, or a
    /// `where` that does not hold (any more).
    fn without_row(&self, decoded: &Decoded, table: &TableRows) -> Vec<usize> {
        let SourceKind::Fhir { tables, .. } = &self.source.kind else {
            return Vec::new();
        };
        let kind = tables[table.decoded].0.as_str();
        // A file mostly holds one type, and this is asked for the views of all others too.
        if !decoded.types.contains_key(kind) {
            return Vec::new();
        }
        let of_kind = |line: &Line| {
            let id = decoded.reference(line).strip_prefix(kind);
            id.is_some_and(|id| id.starts_with('/'))
        };
        let lines = table.rows.line.iter();
        let mut with_row = lines.map(|line| *line as usize).peekable();
        let mut without = Vec::new();
        for (line, facts) in decoded.lines.iter().enumerate() {
            let mut found = false;
            while with_row.peek() == Some(&line) {
                with_row.next();
                found = true;
            }
            if !found && of_kind(facts) {
                without.push(line);
            }
        }
        without
    }

    /// Whether the table's records are the people themselves, to whom others refer.
    fn links_people(&self, plan: &TablePlan) -> bool {
        matches!(self.source.kind, SourceKind::Fhir { .. })
            && matches!(plan.person, PersonLink::Identifier(_))
    }
}

impl TableRows<'_> {
    /// Which person the Patient of a row is.
    fn link(&self, row: KeptRow, keys: &[LineKey]) -> LinkFact {
        let named = self.named[row.row as usize];
        let key = &keys[row.line as usize];
        LinkFact {
            patient_key: PatientKey::of_record(key.record),
            person: named.verified().map(|person| person.key),
            claimed: named.unverified().map(|person| person.key),
            version: key.version,
        }
    }

    /// What the rows of `batch` say of merged Patients.
    fn replacements(
        &self,
        batch: &RecordBatch,
        kept: &[KeptRow],
        keys: &[LineKey],
    ) -> Result<Vec<Replacement>> {
        let Some(merges) = &self.plan.merges else {
            return Ok(Vec::new());
        };
        let column = |name: &str| {
            let column = batch.column_by_name(name).ok_or("it is missing");
            column.data(|| format!("column {name} of {}", self.plan.name))
        };
        let others = column(&merges.other)?.as_primitive::<Int64Type>();
        let kinds = column(&merges.kind)?.as_string::<i32>();
        let said = kept.iter().enumerate();
        Ok(said
            .filter(|(row, _)| others.is_valid(*row) && kinds.is_valid(*row))
            .map(|(row, kept)| {
                let LineKey {
                    record, version, ..
                } = keys[kept.line as usize];
                let other = PatientKey::new(others.value(row));
                Replacement {
                    record,
                    version,
                    pair: Replacement::of(record, other, kinds.value(row)),
                }
            })
            .collect())
    }
}

fn text(column: &ArrayRef) -> Result<StringArray> {
    let text = cast(column, &DataType::Utf8).data(|| "an identifier is not text")?;
    Ok(text.as_string::<i32>().clone())
}
