//! What became of the lines that arrived, as far as the merge of a table decides it.

use super::exclusions::Theirs;
use super::rules::Rules;
use crate::error::{Context, Result};
use crate::privacy::{PatientKey, RecordKey};
use crate::pull::plan::UNVERIFIED;
use crate::pull::spool::SpooledRows;
use crate::pull::unlinked_cause::UnlinkedCause;
use crate::pull::version::{ByRecord, Digest, VersionColumns};
use arrow::array::{Array, AsArray, Int32Array, Int64Array};
use arrow::datatypes::{Int32Type, Int64Type};
use std::collections::{BTreeMap, HashMap};

/// What became of the lines of a source that have a row in a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::pull) struct LineFates {
    /// They are in the table, with their person where the table has people.
    pub stored: u64,
    /// They were there before, or an older version was.
    pub unchanged: u64,
    /// They are of people who have opted out.
    pub opted_out: u64,
    /// They are in the table, without a person.
    pub unlinked: BTreeMap<UnlinkedCause, u64>,
}

/// What became of lines, by source.
pub(in crate::pull) type Fates = BTreeMap<String, LineFates>;

impl LineFates {
    /// All of them.
    pub(in crate::pull) fn lines(&self) -> u64 {
        self.stored + self.unchanged + self.opted_out + self.unlinked.values().sum::<u64>()
    }

    fn add(&mut self, more: LineFates) {
        self.stored += more.stored;
        self.unchanged += more.unchanged;
        self.opted_out += more.opted_out;
        for (cause, lines) in more.unlinked {
            *self.unlinked.entry(cause).or_default() += lines;
        }
    }
}

/// Adds the lines of another shard.
pub(in crate::pull) fn add(all: &mut Fates, more: Fates) {
    for (source, fates) in more {
        all.entry(source).or_default().add(fates);
    }
}

/// Adds the lines of a source, if there are any.
fn add_of(all: &mut Fates, source: &str, fates: LineFates) {
    if fates.lines() > 0 {
        all.entry(source.to_string()).or_default().add(fates);
    }
}

/// What became of the lines whose first rows are among `parts`, of which the `kept` rows stay.
pub(super) fn of(parts: &[SpooledRows], kept: &[u32], rules: &Rules) -> Result<Fates> {
    let mut fates = Fates::new();
    if !parts.iter().any(|part| part.arrived) {
        return Ok(fates);
    }
    let mut stays = vec![false; parts.iter().map(SpooledRows::len).sum()];
    for row in kept {
        stays[*row as usize] = true;
    }
    let replaced = replaced(parts, &stays)?;
    let mut first = 0;
    for part in parts {
        let positions = first..first + part.len();
        first = positions.end;
        if !part.arrived {
            continue;
        }
        let rows = ArrivedRows::of(part, rules)?;
        // Rows of a source arrive together: it is looked for once.
        let (mut of, mut own) = ("", LineFates::default());
        for (at, stays) in stays[positions].iter().enumerate() {
            if rows.record_row.value(at) != 0 {
                continue;
            }
            let source = rows.sources.value(at);
            if source != of {
                add_of(&mut fates, of, std::mem::take(&mut own));
                of = source;
            }
            rows.count(at, *stays, &replaced, &mut own);
        }
        add_of(&mut fates, of, own);
    }
    Ok(fates)
}

/// Stored rows that go, by the first row of their record: the same line may have come again.
type ReplacedLines = HashMap<RecordKey, Digest, ByRecord>;

fn replaced(parts: &[SpooledRows], stays: &[bool]) -> Result<ReplacedLines> {
    let mut replaced = ReplacedLines::default();
    let mut first = 0;
    for part in parts {
        let positions = first..first + part.len();
        first = positions.end;
        if part.arrived || stays[positions.clone()].iter().all(|stays| *stays) {
            continue;
        }
        let versions = VersionColumns::of(&part.batch)?;
        for (at, stays) in stays[positions].iter().enumerate() {
            if !stays {
                let row = versions.at(at);
                replaced.insert(row.record, row.version.digest);
            }
        }
    }
    Ok(replaced)
}

/// The columns of rows that arrived which say what becomes of them.
struct ArrivedRows<'a> {
    versions: VersionColumns<'a>,
    record_row: &'a Int32Array,
    sources: &'a arrow::array::StringArray,
    people: Option<&'a Int64Array>,
    patients: Option<&'a Int64Array>,
    unverified: Option<&'a Int64Array>,
    theirs: Theirs<'a>,
    rules: &'a Rules<'a>,
}

impl<'a> ArrivedRows<'a> {
    fn of(part: &'a SpooledRows, rules: &'a Rules) -> Result<Self> {
        let column = |name: &str| {
            let column = part.batch.column_by_name(name).ok_or("it is missing");
            column.data(|| format!("column {name} of {}", rules.plan.name))
        };
        let numbers = |name: &str| {
            let column = part.batch.column_by_name(name)?;
            column.as_primitive_opt::<Int64Type>()
        };
        Ok(ArrivedRows {
            versions: VersionColumns::of(&part.batch)?,
            record_row: column("record_row")?.as_primitive::<Int32Type>(),
            sources: column("source")?.as_string::<i32>(),
            people: numbers("person_key"),
            patients: numbers("patient_key"),
            unverified: numbers(UNVERIFIED),
            theirs: Theirs::of(rules.exclusions, &part.batch),
            rules,
        })
    }

    fn count(&self, at: usize, stays: bool, replaced: &ReplacedLines, fates: &mut LineFates) {
        if !stays {
            match self.theirs.has(at) {
                true => fates.opted_out += 1,
                false => fates.unchanged += 1,
            }
            return;
        }
        // A first pull replaces nothing.
        let is_same = !replaced.is_empty() && {
            let row = self.versions.at(at);
            replaced.get(&row.record) == Some(&row.version.digest)
        };
        if is_same {
            fates.unchanged += 1;
        } else if self.people.is_some_and(|people| people.is_null(at)) {
            *fates.unlinked.entry(self.cause(at)).or_default() += 1;
        } else {
            fates.stored += 1;
        }
    }

    /// Why a row has no person.
    fn cause(&self, at: usize) -> UnlinkedCause {
        if self.unverified.is_some_and(|number| number.is_valid(at)) {
            return UnlinkedCause::NumberNotVerified;
        }
        match self.patients {
            Some(patients) if patients.is_null(at) => UnlinkedCause::NoPatientReference,
            Some(patients) => {
                let patient = PatientKey::new(patients.value(at));
                self.rules.people.why_unlinked(patient)
            }
            None => UnlinkedCause::NumberNotVerified,
        }
    }
}
