//! A decoded chunk made fit to store: pseudonyms, generalised values, the leak gate.

pub(super) mod reject_spool;
pub(super) mod rejected_line;
pub(super) mod rejects;

use super::clock::{Clock, GRACE};
use super::identity::facts::{LinkFact, Replacement};
use super::identity::patient_index::PatientIndex;
use super::plan::{OPEN_PSEUDONYM, PersonLink, SourceKind, SourcePlan, TablePlan};
use super::version::RecordVersion;
use crate::decode::{Decoded, Line, RejectReason, Rows};
use crate::error::{Context, Error, Result};
use crate::privacy::{LeakGate, Lookup, NhsNumber, NhsNumberError, Person, Treatment, generalise};
use arrow::array::{
    Array, ArrayRef, AsArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt32Array, new_null_array,
};
use arrow::compute::{cast, take};
use arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType};
use rejected_line::RejectedLine;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Whom a row names by an identifier of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// This person.
    Verified(Person),
    /// This person, as far as a number can say that nobody has verified: the row links to nobody.
    Unverified(Person),
    /// Nobody: the row is rejected.
    Nobody,
}

impl Named {
    fn verified(self) -> Option<Person> {
        match self {
            Named::Verified(person) => Some(person),
            _ => None,
        }
    }

    fn unverified(self) -> Option<Person> {
        match self {
            Named::Unverified(person) => Some(person),
            _ => None,
        }
    }
}

/// A chunk, ready for the lake.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// Table index of the pull, and rows with the table's stored schema.
    pub tables: Vec<(usize, RecordBatch)>,
    /// Lines that cannot be used.
    pub rejects: Vec<RejectedLine>,
    /// What was learnt about people.
    pub links: Vec<LinkFact>,
    /// What was learnt about merged Patients.
    pub replacements: Vec<Replacement>,
    /// Table index of the pull, and records whose version has no row there.
    pub emptied: Vec<(usize, Vec<RecordVersion>)>,
    /// Records to delete: resource type, pseudonym, when.
    pub deletes: Vec<(String, i64, Option<i64>)>,
    /// Lines whose last update lies in the future.
    pub future: u64,
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
    /// a time in the future. Always the same for the same file, so that a true time after it wins
    /// however often the file is read.
    pub made: i64,
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
        let decoded = &*decoded;
        for delete in &decoded.deletes {
            let kind = delete
                .reference
                .split('/')
                .next()
                .unwrap_or_default()
                .to_string();
            let key = self.source.pseudonyms.record(delete.reference.as_bytes());
            out.deletes.push((kind, key, delete.updated));
        }
        if decoded.lines.is_empty() {
            return Ok(out);
        }
        let mut good = vec![true; decoded.lines.len()];
        let mut reject = |line: u32, reason: RejectReason, column: &str| {
            let at = line as usize;
            if good[at] {
                good[at] = false;
                let line = &decoded.lines[at];
                out.rejects.push(RejectedLine {
                    line: line.number,
                    start: line.start,
                    end: line.end,
                    reason,
                    column: Some(column.to_string()),
                });
            }
        };
        let mut persons = Vec::with_capacity(targets.len());
        for (rows, target) in decoded.tables.iter().zip(targets) {
            let plan = &self.tables[*target];
            self.check_dates(decoded, &early, rows, plan, &mut reject)?;
            persons.push(self.persons(rows, plan, &mut reject)?);
        }
        // One digest and one pseudonym a line, whatever the number of tables it goes to.
        let slice = |start: u64, end: u64| {
            let from = usize::try_from(start - offset).unwrap_or(usize::MAX);
            let to = usize::try_from(end - offset).unwrap_or(usize::MAX);
            text.get(from..to).unwrap_or_default()
        };
        let digests: Vec<i64> = decoded
            .lines
            .iter()
            .map(|line| self.source.pseudonyms.line(slice(line.start, line.end)))
            .collect();
        let keys: Vec<i64> = decoded
            .lines
            .iter()
            .map(|line| self.source.pseudonyms.record(line.reference.as_bytes()))
            .collect();
        let version = |line: usize| {
            (
                decoded.lines[line].updated.unwrap_or(i64::MIN),
                digests[line],
            )
        };
        for (at, ((rows, target), persons)) in
            decoded.tables.iter().zip(targets).zip(persons).enumerate()
        {
            let plan = &self.tables[*target];
            let emptied: Vec<RecordVersion> = self
                .without_row(decoded, at, rows)
                .into_iter()
                .filter(|line| good[*line])
                .map(|line| (keys[line], version(line)))
                .collect();
            if !emptied.is_empty() {
                out.emptied.push((*target, emptied));
            }
            let kept: Vec<u32> = (0..rows.line.len())
                .filter(|row| good[rows.line[*row] as usize])
                .filter_map(|row| u32::try_from(row).ok())
                .collect();
            if kept.is_empty() {
                continue;
            }
            let lines: Vec<usize> = kept
                .iter()
                .map(|row| rows.line[*row as usize] as usize)
                .collect();
            let batch = self.build(
                rows, plan, &kept, &lines, decoded, &digests, &keys, &persons, file,
            )?;
            if matches!(plan.person, PersonLink::Identifier(_)) && self.links_people(plan) {
                for (row, line) in kept.iter().zip(&lines) {
                    let person = persons[*row as usize];
                    out.links.push(LinkFact {
                        patient_key: keys[*line],
                        person: person.verified().map(|p| p.key),
                        claimed: person.unverified().map(|p| p.key),
                        version: version(*line),
                    });
                }
            }
            if let Some(merges) = &plan.merges {
                let column = |name: &str| {
                    let column = batch.column_by_name(name).ok_or("it is missing");
                    column.data(|| format!("column {name} of {}", plan.name))
                };
                let others = column(&merges.other)?.as_primitive::<Int64Type>();
                let kinds = column(&merges.kind)?.as_string::<i32>();
                for (row, line) in lines.iter().enumerate() {
                    if others.is_valid(row) && kinds.is_valid(row) {
                        let (record, other) = (keys[*line], others.value(row));
                        out.replacements.push(Replacement {
                            record,
                            version: version(*line),
                            pair: Replacement::of(record, other, kinds.value(row)),
                        });
                    }
                }
            }
            out.tables.push((*target, batch));
        }
        Ok(out)
    }

    /// Lines of the view's resource type that have no row in it: a `forEach` over nothing, or a
    /// `where` that does not hold (any more).
    fn without_row(&self, decoded: &Decoded, table: usize, rows: &Rows) -> Vec<usize> {
        let SourceKind::Fhir { tables, .. } = &self.source.kind else {
            return Vec::new();
        };
        let kind = tables[table].0.as_str();
        // A file mostly holds one type, and this is asked for the views of all others too.
        if !decoded.types.contains_key(kind) {
            return Vec::new();
        }
        let of_kind = |line: &Line| {
            let id = line.reference.strip_prefix(kind);
            id.is_some_and(|id| id.starts_with('/'))
        };
        let mut with_row = rows.line.iter().map(|line| *line as usize).peekable();
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

    /// Takes times in the future for what they cannot be.
    fn bound_times(&self, decoded: &mut Decoded) -> Early {
        let mut early = Early::default();
        let made = self.clock.bounded(self.made);
        for (at, line) in decoded.lines.iter_mut().enumerate() {
            if line.updated.is_some_and(|when| !self.clock.believes(when)) {
                line.updated = Some(made);
                early.lines.insert(at);
                early.count += 1;
            }
        }
        let mut bundles = HashSet::new();
        for delete in &mut decoded.deletes {
            if let Some(when) = delete.updated.filter(|when| !self.clock.believes(*when)) {
                delete.updated = Some(made);
                bundles.insert(when);
            }
        }
        early.count += bundles.len() as u64;
        early
    }

    /// Rejects lines with a date of something that has happened after their own last update.
    fn check_dates(
        &self,
        decoded: &Decoded,
        early: &Early,
        rows: &Rows,
        plan: &TablePlan,
        reject: &mut impl FnMut(u32, RejectReason, &str),
    ) -> Result<()> {
        for (i, column) in plan.columns.iter().enumerate().filter(|(_, c)| c.not_after) {
            let moments = cast(
                rows.batch.column(i),
                &DataType::Timestamp(TimeUnit::Microsecond, None),
            )
            .data(|| format!("column {} is not a date", column.name))?;
            let moments = moments.as_primitive::<TimestampMicrosecondType>();
            for (row, line) in rows.line.iter().enumerate() {
                let at = *line as usize;
                let Some(updated) = decoded.lines[at].updated else {
                    continue;
                };
                // Of a line without a true time only what lies in the future itself is wrong.
                let after = match early.lines.contains(&at) {
                    true => !self.clock.believes(moments.value(row)),
                    false => moments.value(row) > updated.saturating_add(GRACE),
                };
                if moments.is_valid(row) && after {
                    reject(*line, RejectReason::DateInFuture, &column.name);
                }
            }
        }
        Ok(())
    }

    /// The person of each row, where the row carries the person's own identifier.
    fn persons(
        &self,
        rows: &Rows,
        plan: &TablePlan,
        reject: &mut impl FnMut(u32, RejectReason, &str),
    ) -> Result<Vec<Named>> {
        let PersonLink::Identifier(column) = plan.person else {
            return Ok(Vec::new());
        };
        let nhs_numbers = match &self.source.kind {
            SourceKind::Fhir { nhs_numbers, .. } => *nhs_numbers,
            SourceKind::Csv { .. } => true,
        };
        let name = &plan.columns[column].name;
        let identifiers = text(rows.batch.column(column))?;
        let verified = match rows.batch.column_by_name("nhs_number_status") {
            Some(status) if nhs_numbers => Some(text(status)?),
            _ => None,
        };
        let mut persons = Vec::with_capacity(rows.line.len());
        for (row, line) in rows.line.iter().enumerate() {
            let identifier = if identifiers.is_valid(row) {
                identifiers.value(row).trim()
            } else {
                ""
            };
            let person = if nhs_numbers {
                match NhsNumber::parse(identifier, self.source.accept_test_numbers) {
                    Ok(number) => Some(self.source.pseudonyms.person(number.digits())),
                    Err(NhsNumberError::Missing) => {
                        reject(*line, RejectReason::NhsNumberMissing, name);
                        None
                    }
                    Err(NhsNumberError::Invalid) => {
                        reject(*line, RejectReason::NhsNumberInvalid, name);
                        None
                    }
                }
            } else if identifier.is_empty() {
                reject(*line, RejectReason::PersonIdentifierMissing, name);
                None
            } else {
                Some(self.source.pseudonyms.person(identifier.as_bytes()))
            };
            // Only a number that is present and verified may link (status 01).
            let unverified = verified
                .as_ref()
                .is_some_and(|status| status.is_valid(row) && status.value(row) != "01");
            persons.push(match person {
                Some(person) if unverified => Named::Unverified(person),
                Some(person) => Named::Verified(person),
                None => Named::Nobody,
            });
        }
        Ok(persons)
    }

    /// The pseudonyms by which older data can be linked: of the same people as the others.
    fn open_pseudonyms(
        &self,
        rows: &Rows,
        plan: &TablePlan,
        kept: &[u32],
        persons: &[Named],
    ) -> Result<ArrayRef> {
        let (PersonLink::Identifier(column), Some(open)) = (plan.person, &self.source.open) else {
            return Ok(arrow::array::new_null_array(&DataType::Utf8, kept.len()));
        };
        let identifiers = text(rows.batch.column(column))?;
        let digests: StringArray = kept
            .iter()
            .map(|row| {
                let row = *row as usize;
                persons[row].verified()?;
                let number = NhsNumber::parse(identifiers.value(row), true).ok()?;
                Some(open.digest(number.digits()))
            })
            .collect();
        Ok(Arc::new(digests))
    }

    #[allow(clippy::too_many_arguments)] // the parts of one row, each made above
    fn build(
        &self,
        rows: &Rows,
        plan: &TablePlan,
        kept: &[u32],
        lines: &[usize],
        decoded: &Decoded,
        digests: &[i64],
        keys: &[i64],
        persons: &[Named],
        file: &str,
    ) -> Result<RecordBatch> {
        let failed = || format!("cannot prepare rows of {}", plan.name);
        let all = kept.len() == rows.line.len();
        let indices = UInt32Array::from(kept.to_vec());
        let pick = |column: &ArrayRef| -> Result<ArrayRef> {
            if all {
                Ok(column.clone())
            } else {
                take(column, &indices, None).data(failed)
            }
        };
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(plan.schema.fields().len());
        let record_keys: ArrayRef = Arc::new(
            lines
                .iter()
                .map(|line| Some(keys[*line]))
                .collect::<Int64Array>(),
        );
        match plan.person {
            PersonLink::None => columns.push(record_keys),
            PersonLink::Identifier(_) => {
                let of = |part: fn(Person) -> i64| -> ArrayRef {
                    Arc::new(
                        kept.iter()
                            .map(|row| persons[*row as usize].verified().map(part))
                            .collect::<Int64Array>(),
                    )
                };
                columns.push(of(|p| p.key));
                columns.push(record_keys);
                columns.push(of(|p| p.check));
                columns.push(new_null_array(&DataType::Int64, kept.len()));
                let unverified = kept.iter().map(|row| persons[*row as usize].unverified());
                columns.push(Arc::new(
                    unverified
                        .map(|person| person.map(|p| p.key))
                        .collect::<Int64Array>(),
                ));
                if plan.schema.index_of(OPEN_PSEUDONYM).is_ok() {
                    columns.push(self.open_pseudonyms(rows, plan, kept, persons)?);
                }
            }
            PersonLink::Patient(column) => {
                let references = text(&pick(rows.batch.column(column))?)?;
                let patients = self.source.pseudonyms.records(references.iter());
                columns.push(Arc::new(self.people.of(&patients)));
                columns.push(record_keys);
                columns.push(Arc::new(patients));
            }
        }
        for (i, column) in plan.columns.iter().enumerate().filter(|(_, c)| c.stored) {
            let values = pick(rows.batch.column(i))?;
            let treated = match &column.treatment {
                Treatment::Pseudonym => {
                    let references = text(&values)?;
                    Arc::new(self.source.pseudonyms.records(references.iter())) as ArrayRef
                }
                treatment => generalise(treatment, &values, self.lookups)?,
            };
            if let Some(leak) = LeakGate.scan(&treated) {
                let line = decoded.lines[lines[leak.row]].number;
                return Err(Error::data(format!(
                    "the leak gate found what looks like {} in column {} of {}",
                    leak.kind, column.name, plan.name
                ))
                .cause(format!("source {}, file {file}, line {line}", self.source.name))
                .hint("nothing was stored; take the column out of the view, or give it a privacy treatment"));
            }
            columns.push(treated);
        }
        let updated: TimestampMicrosecondArray = lines
            .iter()
            .map(|line| decoded.lines[*line].updated)
            .collect();
        let digest: Int64Array = lines.iter().map(|line| Some(digests[*line])).collect();
        let mut previous = (usize::MAX, 0);
        let record_row: Int32Array = lines
            .iter()
            .map(|line| {
                previous = if previous.0 == *line {
                    (*line, previous.1 + 1)
                } else {
                    (*line, 0)
                };
                Some(previous.1)
            })
            .collect();
        columns.push(Arc::new(StringArray::from_iter_values(
            std::iter::repeat_n(&self.source.name, lines.len()),
        )));
        columns.push(Arc::new(updated));
        columns.push(Arc::new(digest));
        columns.push(Arc::new(record_row));
        let columns = columns
            .into_iter()
            .zip(plan.schema.fields())
            .map(|(column, field)| {
                if column.data_type() == field.data_type() {
                    Ok(column)
                } else {
                    cast(&column, field.data_type()).data(failed)
                }
            })
            .collect::<Result<Vec<_>>>()?;
        RecordBatch::try_new(plan.schema.clone(), columns).data(failed)
    }
}

/// Lines whose last update lies in the future.
#[derive(Default)]
struct Early {
    /// Their indices, of lines with rows.
    lines: HashSet<usize>,
    /// All of them.
    count: u64,
}

fn text(column: &ArrayRef) -> Result<StringArray> {
    let text = cast(column, &DataType::Utf8).data(|| "an identifier is not text")?;
    Ok(text.as_string::<i32>().clone())
}
