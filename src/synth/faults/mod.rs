//! Plants what goes wrong in real extracts, and keeps a list of where.
//!
//! Faults are put into lines that were right: some lines are spoiled, most faults are lines of
//! their own beside the right one. The list gives each its line and bytes in the text after
//! decompression, and what a pull should make of it.

mod bundle;
mod form;
mod json_line;
mod kind;
mod line;
mod list;
mod reference;
mod resource;
mod row;
mod spelling;
mod value;

pub(super) use bundle::Bundles;
use form::FileForm;
use kind::FaultKind;
use line::FaultyLine;
pub(super) use list::{InjectedFault, empty_files, expected, list};

use super::datasets::{DATASETS, header};
use super::random::{Random, Stream};
use super::world::World;

/// Writes the lines of one file with faults among them.
pub(super) struct Planter {
    /// The form of the file.
    pub file: FileForm,
    /// Lines added so far, less those that were taken out.
    pub added: i64,
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
    /// Lines that go into Bundles of another file.
    bundled: Vec<String>,
    line: u64,
    offset: u64,
    since_last: u32,
    faults: Vec<((u64, u64, u64), FaultKind, &'static str)>,
}

/// One fault in so many lines, beyond the first part's own.
const ONE_IN: u32 = 1_000;
/// Lines between the faults that every first part has.
const SPACING: u32 = 3;

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
            bundled: Vec::new(),
            line: 0,
            offset: 0,
            since_last: 0,
            faults: Vec::new(),
        }
    }

    /// Begins the file: the byte order mark, the titles and the header, where there are such.
    pub(super) fn begin(&mut self, out: &mut String, head: &str) {
        if self.file.mark {
            out.push('\u{feff}');
            self.offset = 3;
        }
        if self.file.encoding == form::Encoding::Utf16 {
            // The mark is taken off before bytes are counted.
            out.push('\u{feff}');
        }
        out.push_str(self.file.title);
        self.offset += self.file.length(self.file.title);
        self.line += self.file.title.lines().count() as u64;
        for line in head.lines() {
            self.emit(out, FaultyLine::right(line));
        }
    }

    /// Writes lines, with faults.
    pub(super) fn plant(&mut self, out: &mut String, text: &str) {
        for line in text.lines() {
            self.since_last += 1;
            match self.spoiled(line) {
                None => self.emit(out, FaultyLine::right(line)),
                Some(lines) => {
                    self.since_last = 0;
                    self.added += lines.len() as i64 - 1;
                    for line in lines {
                        self.emit(out, line);
                    }
                }
            }
            self.repeat(out);
        }
    }

    /// The last line of the file, where it has one that is no row.
    pub(super) fn end(&mut self, out: &mut String) {
        if !self.file.trailer.is_empty() {
            out.push_str(self.file.trailer);
            out.push_str(self.file.line_end);
        }
    }

    /// What stands for a line, when it is time for a fault and the line suits one.
    fn spoiled(&mut self, line: &str) -> Option<Vec<FaultyLine>> {
        if !self.due.is_empty() {
            if self.since_last < SPACING {
                return None;
            }
            for nth in (0..self.due.len()).rev() {
                let kind = self.due[nth];
                if let Some(lines) = self.spoil(kind, line) {
                    self.due.remove(nth);
                    return Some(lines);
                }
            }
            return None;
        }
        if self.kinds.is_empty() || self.random.below(ONE_IN) != 0 {
            return None;
        }
        let kind = *self.random.pick(&self.kinds);
        self.spoil(kind, line)
    }

    fn repeat(&mut self, out: &mut String) {
        match &mut self.held {
            Some((0, _)) => {
                if let Some((_, copy)) = self.held.take() {
                    self.added += 1;
                    self.emit(out, FaultyLine::bad(copy, FaultKind::Duplicate));
                }
            }
            Some((left, _)) => *left -= 1,
            None => {}
        }
    }

    fn spoil(&mut self, kind: FaultKind, line: &str) -> Option<Vec<FaultyLine>> {
        match kind {
            FaultKind::Duplicate if self.held.is_none() => {
                self.held = Some((4 + self.random.below(9), line.to_owned()));
                return Some(vec![FaultyLine::right(line)]);
            }
            FaultKind::Duplicate => return None,
            FaultKind::Bundle | FaultKind::ReferenceUrn => {
                self.bundled.push(line.to_owned());
                return Some(Vec::new());
            }
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
                Some(vec![FaultyLine::right(line)])
            }
            None => resource::spoil(&mut self.random, kind, line, stem, horizon),
        }
    }

    fn emit(&mut self, out: &mut String, line: FaultyLine) {
        let text = match self.file.delimiter {
            ',' => line.text,
            _ => self.file.row(&line.text),
        };
        out.push_str(&text);
        out.push_str(self.file.line_end);
        self.line += 1;
        let end = self.offset + self.file.length(&text);
        let place = (self.line, self.offset, end);
        if self.line == 1 && self.file.mark {
            self.faults.push((place, FaultKind::Mark, ""));
        }
        if let Some(kind) = line.fault {
            self.faults.push((place, kind, line.column));
        }
        self.offset = end + self.file.line_end.len() as u64;
    }

    /// The deletions this file asks for, one Bundle a line; they are taken once.
    pub(super) fn deletions(&mut self) -> String {
        std::mem::take(&mut self.deletions)
    }

    /// The lines that were taken out of this file, to be sent in Bundles; they are taken once.
    pub(super) fn bundled(&mut self) -> Vec<String> {
        std::mem::take(&mut self.bundled)
    }

    /// The faults of the file, under its name.
    pub(super) fn finish(self, name: &str) -> Vec<InjectedFault> {
        let table = list::table(DATASETS[self.dataset].stem);
        let forms = self
            .file
            .kinds()
            .map(|kind| InjectedFault::of_file(name, kind));
        let faults = self.faults.into_iter().map(|(place, kind, column)| {
            let table = match kind {
                FaultKind::Mark => String::new(),
                _ => table.clone(),
            };
            InjectedFault::new(name, place, kind, (table, column))
        });
        faults.chain(forms).collect()
    }
}

/// The lines of a file of deletions as faults.
pub(super) fn deletion_lines(name: &str, text: &str) -> Vec<InjectedFault> {
    let mut offset = 0;
    let mut faults = Vec::new();
    for (nth, line) in text.lines().enumerate() {
        let end = offset + line.len() as u64;
        let kind = line
            .rsplit("\"url\":\"")
            .next()
            .and_then(|url| url.split('/').next());
        let table = list::table(kind.unwrap_or_default());
        let place = (nth as u64 + 1, offset, end);
        faults.push(InjectedFault::new(
            name,
            place,
            FaultKind::Deleted,
            (table, ""),
        ));
        offset = end + 1;
    }
    faults
}
