//! Plants what goes wrong in real extracts, and keeps a list of where.
//!
//! Faults are put into lines that were right: some lines are spoiled, most faults are lines of
//! their own beside the right one. The list gives each its line and bytes in the text after
//! decompression, and what a pull should make of it.

mod kind;
mod line;
mod resource;
mod row;

use line::FaultyLine;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};

use super::Count;
use super::datasets::{DATASETS, header};
use super::random::{Random, Stream};
use super::world::World;
use crate::error::{Context, Result};
use kind::FaultKind;

/// One planted fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct InjectedFault {
    file: String,
    /// From 1; 0 for a fault of the whole file.
    line: u64,
    start: u64,
    end: u64,
    fault: &'static str,
    handling: &'static str,
    reason: &'static str,
}

/// What is odd about a whole file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FileForm {
    /// Plain among compressed files, or compressed among plain ones.
    pub other: bool,
    /// Lines end with carriage return and line feed.
    pub windows: bool,
    /// Begins with a byte order mark.
    pub mark: bool,
}

impl FileForm {
    fn of(dataset: usize, part: u32) -> Self {
        let stem = DATASETS[dataset].stem;
        let chosen = part % 5 == 1;
        let any = |stems: &[&str]| chosen && stems.contains(&stem);
        FileForm {
            other: any(&[
                "fhir/Immunization",
                "fhir/Procedure",
                "csv/community_contact",
            ]),
            windows: any(&[
                "fhir/EpisodeOfCare",
                "fhir/ServiceRequest",
                "csv/optometry_contact",
            ]),
            mark: any(&["fhir/Flag", "fhir/Goal", "csv/dental_contact"]),
        }
    }
}

/// Writes the lines of one file with faults among them.
pub(super) struct Planter {
    /// The form of the file.
    pub file: FileForm,
    /// Lines added so far.
    pub added: u64,
    random: Random,
    dataset: usize,
    last_day: i32,
    end: i64,
    /// Faults still to be planted in the first part, the next one last.
    due: Vec<FaultKind>,
    kinds: Vec<FaultKind>,
    /// A copy to be written again after some lines.
    held: Option<(u32, String)>,
    deletions: String,
    line: u64,
    offset: u64,
    since_last: u32,
    faults: Vec<(u64, u64, u64, FaultKind)>,
}

/// One fault in so many lines, beyond the first part's own.
const ONE_IN: u32 = 1_000;
/// Lines between the faults that every first part has.
const SPACING: u32 = 6;

impl Planter {
    /// The planter of one file.
    pub(super) fn new(world: &World, dataset: usize, part: u32) -> Self {
        let stream = Stream::Faults(part * 64 + dataset as u32);
        let stem = DATASETS[dataset].stem;
        let kinds = match DATASETS[dataset].columns {
            Some(_) => row::kinds(stem),
            None => resource::kinds(stem),
        };
        let mut due = Vec::new();
        if part == 1 {
            due.extend(kinds.iter().rev());
            if stem == "fhir/Patient" {
                for _ in 0..2 {
                    due.extend([FaultKind::NumberMissing, FaultKind::NumberInvalid]);
                }
            }
        }
        Planter {
            file: FileForm::of(dataset, part),
            added: 0,
            random: Random::new(world.seed, stream),
            dataset,
            last_day: world.to,
            end: world.end,
            due,
            kinds,
            held: None,
            deletions: String::new(),
            line: 0,
            offset: 0,
            since_last: 0,
            faults: Vec::new(),
        }
    }

    /// Begins the file: the byte order mark and the header, where there are such.
    pub(super) fn begin(&mut self, out: &mut String, head: &str) {
        if self.file.mark {
            out.push('\u{feff}');
            self.offset = 3;
        }
        for line in head.lines() {
            self.emit(out, line, None);
        }
    }

    /// Writes lines, with faults.
    pub(super) fn plant(&mut self, out: &mut String, text: &str) {
        for line in text.lines() {
            self.since_last += 1;
            let kind = match self.due.last() {
                Some(kind) if self.since_last >= SPACING => Some((*kind, true)),
                Some(_) => None,
                None if self.kinds.is_empty() || self.random.below(ONE_IN) != 0 => None,
                None => Some((*self.random.pick(&self.kinds), false)),
            };
            let spoiled = kind.and_then(|(kind, due)| {
                let lines = self.spoil(kind, line)?;
                if due {
                    self.due.pop();
                }
                self.since_last = 0;
                Some(lines)
            });
            match spoiled {
                None => self.emit(out, line, None),
                Some(lines) => {
                    self.added += lines.len() as u64 - 1;
                    for line in lines {
                        self.emit(out, &line.text, line.fault);
                    }
                }
            }
            self.repeat(out);
        }
    }

    fn repeat(&mut self, out: &mut String) {
        match &mut self.held {
            Some((0, _)) => {
                if let Some((_, copy)) = self.held.take() {
                    self.added += 1;
                    self.emit(out, &copy, Some(FaultKind::Duplicate));
                }
            }
            Some((left, _)) => *left -= 1,
            None => {}
        }
    }

    fn spoil(&mut self, kind: FaultKind, line: &str) -> Option<Vec<FaultyLine>> {
        let right = || FaultyLine {
            text: line.to_owned(),
            fault: None,
        };
        match kind {
            FaultKind::Duplicate if self.held.is_none() => {
                self.held = Some((4 + self.random.below(9), line.to_owned()));
                return Some(vec![right()]);
            }
            FaultKind::Duplicate => return None,
            _ => {}
        }
        let columns = DATASETS[self.dataset].columns;
        let stem = DATASETS[self.dataset].stem;
        let horizon = (self.last_day, self.end);
        match columns {
            Some(columns) => row::spoil(
                &mut self.random,
                kind,
                line,
                (stem, &header(columns)),
                horizon,
            ),
            None if kind == FaultKind::Deleted => {
                let deletion = resource::deletion(&mut self.random, line, horizon)?;
                self.deletions.push_str(&deletion);
                Some(vec![right()])
            }
            None => resource::spoil(&mut self.random, kind, line, stem, horizon),
        }
    }

    fn emit(&mut self, out: &mut String, line: &str, fault: Option<FaultKind>) {
        out.push_str(line);
        out.push_str(if self.file.windows { "\r\n" } else { "\n" });
        self.line += 1;
        let end = self.offset + line.len() as u64;
        if self.line == 1 && self.file.mark {
            self.faults.push((1, self.offset, end, FaultKind::Mark));
        }
        if let Some(kind) = fault {
            self.faults.push((self.line, self.offset, end, kind));
        }
        self.offset = end + if self.file.windows { 2 } else { 1 };
    }

    /// The deletions this file asks for, one Bundle a line; they are taken once.
    pub(super) fn deletions(&mut self) -> String {
        std::mem::take(&mut self.deletions)
    }

    /// The faults of the file, under its name.
    pub(super) fn finish(self, name: &str) -> Vec<InjectedFault> {
        let mut faults: Vec<InjectedFault> = self
            .faults
            .into_iter()
            .map(|(line, start, end, kind)| fault(name, (line, start, end), kind))
            .collect();
        if self.file.other {
            faults.push(fault(name, (0, 0, 0), FaultKind::OtherForm));
        }
        if self.file.windows {
            faults.push(fault(name, (0, 0, 0), FaultKind::Windows));
        }
        faults
    }
}

fn fault(file: &str, (line, start, end): (u64, u64, u64), kind: FaultKind) -> InjectedFault {
    let (name, handling, reason) = kind.described(file.starts_with("csv/"));
    InjectedFault {
        file: file.to_owned(),
        line,
        start,
        end,
        fault: name,
        handling,
        reason,
    }
}

/// The lines of a file of deletions as faults.
pub(super) fn deletion_lines(name: &str, text: &str) -> Vec<InjectedFault> {
    let mut offset = 0;
    let mut faults = Vec::new();
    for (nth, line) in text.lines().enumerate() {
        let end = offset + line.len() as u64;
        faults.push(fault(
            name,
            (nth as u64 + 1, offset, end),
            FaultKind::Deleted,
        ));
        offset = end + 1;
    }
    faults
}

/// Writes files with nothing in them: compressed nothing, and no bytes at all.
pub(super) fn empty_files(
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
        faults.push(fault(&name, (0, 0, 0), FaultKind::Empty));
    }
    Ok(faults)
}

/// `faults.csv`, in the order of files and lines.
pub(super) fn list(faults: &mut [InjectedFault]) -> String {
    faults.sort();
    let mut out = String::from("file,line,byte_start,byte_end,fault,handling,reason\n");
    for f in faults {
        let place = format!("{},{},{},{}", f.file, f.line, f.start, f.end);
        out.push_str(&format!(
            "{place},{},{},{}\n",
            f.fault, f.handling, f.reason
        ));
    }
    out
}
