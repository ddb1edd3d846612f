//! The lists of what was planted: `faults.csv`, line by line, and `faults-expected.csv`, how many of
//! each kind a pull has to find.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};

use super::super::Count;
use super::kind::FaultKind;
use crate::error::{Context, Result};

/// One planted fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::synth) struct InjectedFault {
    file: String,
    /// From 1; 0 for a fault of the whole file.
    line: u64,
    start: u64,
    end: u64,
    fault: &'static str,
    handling: &'static str,
    reason: &'static str,
    /// The table of the record, empty for a fault of the whole file.
    table: String,
    /// The column whose value is not known.
    column: &'static str,
    /// What becomes of the record.
    record: &'static str,
}

/// The table that a dataset or a resource type fills.
pub(super) fn table(of: &str) -> String {
    let name = of.rsplit('/').next().unwrap_or(of);
    let mut table = String::from("record.");
    for (nth, letter) in name.chars().enumerate() {
        if letter.is_ascii_uppercase() && nth > 0 {
            table.push('_');
        }
        table.push(letter.to_ascii_lowercase());
    }
    table
}

impl InjectedFault {
    /// A fault at a place of a file.
    pub(super) fn new(
        file: &str,
        (line, start, end): (u64, u64, u64),
        kind: FaultKind,
        (table, column): (String, &'static str),
    ) -> Self {
        let mut about = kind.described(file.starts_with("csv/"));
        // A word of a list that the pull knows is not known.
        if kind == FaultKind::UnknownWord && !column.is_empty() {
            (about.handling, about.reason) = ("not-known", "unknown-code");
        }
        // A record is something without most of its dates.
        if kind == FaultKind::Future && !column.is_empty() {
            (about.handling, about.record) = ("not-known", "added");
        }
        InjectedFault {
            file: file.to_owned(),
            line,
            start,
            end,
            fault: about.name,
            handling: about.handling,
            reason: about.reason,
            table,
            column,
            record: about.record,
        }
    }

    /// A fault of a whole file.
    pub(super) fn of_file(file: &str, kind: FaultKind) -> Self {
        Self::new(file, (0, 0, 0), kind, (String::new(), ""))
    }
}

/// `faults.csv`, in the order of files and lines.
pub(in crate::synth) fn list(faults: &mut [InjectedFault]) -> String {
    faults.sort();
    let mut out = String::from(
        "file,line,byte_start,byte_end,fault,handling,reason,table_name,column_name,record\n",
    );
    for f in faults {
        let _ = writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{}",
            f.file,
            f.line,
            f.start,
            f.end,
            f.fault,
            f.handling,
            f.reason,
            f.table,
            f.column,
            f.record
        );
    }
    out
}

/// `faults-expected.csv`: how many there are of each kind, and what they cost.
pub(in crate::synth) fn expected(faults: &[InjectedFault]) -> String {
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
    for f in faults {
        *counts
            .entry((f.fault, f.handling, f.reason, f.record))
            .or_default() += 1;
    }
    let mut out = String::from("fault,handling,reason,record,count\n");
    for ((fault, handling, reason, record), count) in counts {
        let _ = writeln!(out, "{fault},{handling},{reason},{record},{count}");
    }
    out
}

/// Writes files with nothing in them: compressed nothing, and no bytes at all.
pub(in crate::synth) fn empty_files(
    folder: &Path,
    plain: bool,
    counts: &mut [Count],
) -> Result<Vec<InjectedFault>> {
    let mut nothing = Vec::new();
    GzBuilder::new()
        .write(&mut nothing, Compression::new(6))
        .finish()
        .data(|| "cannot compress an empty file")?;
    let compressed: (&str, &[u8]) = if plain { ("", &[]) } else { (".gz", &nothing) };
    let files: [(&str, String, &[u8]); 4] = [
        (
            "fhir/Goal",
            format!("fhir/Goal.900.ndjson{}", compressed.0),
            compressed.1,
        ),
        ("fhir/Flag", "fhir/Flag.901.ndjson".to_owned(), &[]),
        (
            "fhir/Immunization",
            "fhir/Immunization.902.ndjson.gz".to_owned(),
            &[],
        ),
        (
            "csv/dental_contact",
            "csv/dental_contact.900.csv".to_owned(),
            &[],
        ),
    ];
    let mut faults = Vec::new();
    for (stem, name, bytes) in files {
        std::fs::File::create(folder.join(&name))
            .and_then(|mut file| file.write_all(bytes))
            .data(|| format!("cannot write {name}"))?;
        for count in counts.iter_mut().filter(|count| count.stem == stem) {
            count.files += 1;
        }
        faults.push(InjectedFault::of_file(&name, FaultKind::Empty));
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn a_table_has_the_name_of_its_type_or_file() {
        assert_eq!(table("fhir/EpisodeOfCare"), "record.episode_of_care");
        assert_eq!(table("csv/apc_spell"), "record.apc_spell");
        assert_eq!(table("Patient"), "record.patient");
    }
}
