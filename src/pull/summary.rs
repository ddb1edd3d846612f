//! What a pull did, for the printer and for `--json`.

use super::bulk::StagedExport;
use super::discover::new_files::NewFiles;
use super::merge::line_fates::Fates;
use super::plan::PullPlan;
use super::prepare::unknown_values::UnknownValues;
use super::read::intake::Intake;
use super::source_tally::SourceTally;
use super::state::data_quality;
use super::supersede::withdrawn::Withdrawn;
use crate::lake::Table;
use crate::privacy::{ListRead, OptOuts};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// What a pull did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PullSummary {
    /// Files read.
    pub files_read: u64,
    /// Files that had been taken before.
    pub files_known: u64,
    /// Files of the sources' folders that are not read: most are no extracts by their names.
    pub files_passed_over: Vec<String>,
    /// Why those are not read that have another reason than their name.
    pub passed_over_because: BTreeMap<String, String>,
    /// Files that are reached through symbolic links.
    pub files_linked: u64,
    /// Decompressed bytes read.
    pub bytes: u64,
    /// Lines of all files read, of every kind.
    pub lines: u64,
    /// Lines that are in tables.
    pub accepted: u64,
    /// Lines of resource types that have no view.
    pub without_view: u64,
    /// Lines that delete records.
    pub deletions: u64,
    /// Headers and empty lines.
    pub other: u64,
    /// Lines that could not be used, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Lines that say they were last updated more than a day from now, by source: they count as
    /// updated when their file was made.
    pub future_times: BTreeMap<String, u64>,
    /// Values that are not known although something was written: they are NULL, and their rows are kept.
    pub values_not_known: Vec<ValuesNotKnown>,
    /// Servers that say that their export is of a time more than a day from now, and from when on the
    /// next export brings what changed.
    pub future_exports: BTreeMap<String, String>,
    /// Rows that are gone because the extract that took the place of theirs does not have their record,
    /// by source and table.
    pub gone_rows: BTreeMap<String, BTreeMap<String, u64>>,
    /// Patients whose id came with the number of another person than before, or with two: the newest
    /// version counts, and nobody is merged.
    pub patients_of_two_people: u64,
    /// Patients that are another person by their own record than records that refer to them name beside
    /// the reference, or are named as two: nobody is merged.
    pub patients_named_otherwise: u64,
    /// What became of the lines of each source of which files were read.
    pub(crate) sources: BTreeMap<String, SourceTally>,
    /// The tables.
    pub tables: Vec<TableSummary>,
    /// What makes it no good pull, though all that came is in the lake.
    pub warnings: Vec<Warning>,
    /// The opt-out lists that were read.
    pub opt_outs: Vec<ListRead>,
    /// The day of the oldest check against the National Data Opt-out.
    pub ndoo_checked_on: Option<NaiveDate>,
    /// People who are on a list.
    pub people_on_lists: u64,
    /// People who are on a list now and were on none at the last pull.
    pub people_opted_out: u64,
    /// People who were on a list at the last pull and are on none now.
    pub people_back: u64,
    /// Rows that new opt-outs took out of the lake, by table.
    pub opted_out_rows: BTreeMap<String, u64>,
    /// Rows that arrived and were kept out of the lake, by table.
    pub kept_out_rows: BTreeMap<String, u64>,
}

/// A table after a pull.
#[derive(Debug, Clone, Serialize)]
pub struct TableSummary {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// Rows that wait for their Patient.
    pub unlinked: u64,
    /// Rows that came now and have no person, by source.
    #[serde(skip)]
    pub(super) waiting: BTreeMap<String, u64>,
    /// Whether this pull changed it.
    pub changed: bool,
    /// Its version.
    pub version: u64,
    /// Rows that arrived and were kept out, since somebody has opted out.
    pub kept_out: u64,
    /// What became of the lines whose rows arrived, by source.
    #[serde(skip)]
    pub(super) fates: Fates,
}

impl PullSummary {
    /// Says which rows went because extracts took the place of others.
    pub(super) fn with_gone(mut self, plan: &PullPlan, withdrawn: &Withdrawn) -> Self {
        for ((source, table), gone) in &withdrawn.gone {
            if gone.rows > 0 {
                let of_source = self.gone_rows.entry(plan.sources[*source].name.clone());
                let table = plan.tables[*table].name.to_string();
                of_source.or_default().insert(table, gone.rows);
            }
        }
        self
    }

    pub(super) fn unchanged(plan: &PullPlan, tables: &[Option<Table>]) -> Self {
        let tables = plan
            .tables
            .iter()
            .zip(tables)
            .filter_map(|(plan, table)| {
                let table = table.as_ref()?;
                let unlinked = table
                    .files
                    .iter()
                    .filter(|file| super::spool::is_unlinked(file));
                Some(TableSummary {
                    table: plan.name.to_string(),
                    rows: table.rows(),
                    unlinked: unlinked.map(|f| f.rows).sum(),
                    waiting: BTreeMap::new(),
                    changed: false,
                    version: table.version,
                    kept_out: 0,
                    fates: Fates::new(),
                })
            })
            .collect();
        PullSummary {
            tables,
            ..PullSummary::default()
        }
    }

    pub(super) fn of(plan: &PullPlan, intake: &Intake, tables: Vec<TableSummary>) -> Self {
        let fates: Vec<&Fates> = tables.iter().map(|table| &table.fates).collect();
        let mut summary = PullSummary {
            files_read: intake.file_count() as u64,
            bytes: intake.bytes(),
            sources: SourceTally::of_all(plan, intake, &fates),
            tables,
            patients_of_two_people: intake.people.of_two_people(),
            patients_named_otherwise: intake.people.named_otherwise(),
            ..PullSummary::default()
        };
        for file in intake.taken(plan).values() {
            summary.lines += file.lines;
            summary.accepted += file.accepted;
            summary.without_view += file.without_view;
            summary.deletions += file.deletions;
            summary.other += file.other;
        }
        summary.rejected = intake.rejected();
        summary.values_not_known = ValuesNotKnown::of(plan, intake);
        for (index, source) in plan.sources.iter().enumerate() {
            let future = intake.of_source(index).map(|(_, file)| file.future).sum();
            if future > 0 {
                summary.future_times.insert(source.name.clone(), future);
            }
        }
        summary
    }

    /// The same, with the files that were not read.
    pub(super) fn with_files(mut self, new: &NewFiles) -> Self {
        self.files_known = new.known;
        for one in &new.passed_over {
            self.files_passed_over.push(one.name.clone());
            if let Some(reason) = one.reason {
                let reason = reason.to_string();
                self.passed_over_because.insert(one.name.clone(), reason);
            }
        }
        self.files_linked = new.linked;
        self
    }

    /// The same, with what an operator has to look at.
    pub(super) fn with_warnings(mut self, warnings: Vec<Warning>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    /// The same, with what servers sent.
    pub(super) fn with_exports(mut self, plan: &PullPlan, brought: &[StagedExport]) -> Self {
        for one in brought.iter().filter(|one| one.is_early()) {
            let name = plan.sources[one.source].name.clone();
            self.future_exports.insert(name, one.next_since());
        }
        self
    }

    /// The same, with what was read of opt-outs, the people who joined and left them, and the rows
    /// that they took out.
    pub(super) fn with_opt_outs(
        mut self,
        read: &OptOuts,
        (joined, back): (u64, u64),
        rows: BTreeMap<String, u64>,
    ) -> Self {
        self.ndoo_checked_on = read.ndoo_checked_on();
        self.people_on_lists = read.people.len() as u64;
        self.opt_outs = read.lists.clone();
        self.people_opted_out = joined;
        self.people_back = back;
        self.opted_out_rows = rows;
        let kept_out = self.tables.iter().filter(|table| table.kept_out > 0);
        self.kept_out_rows = kept_out
            .map(|table| (table.table.clone(), table.kept_out))
            .collect();
        self
    }

    /// Whether it is a good pull: nobody has to look at it before figures are released.
    pub fn is_good(&self) -> bool {
        self.warnings.iter().all(|warning| warning.tolerated)
    }

    /// Whether any table changed.
    pub fn changed(&self) -> bool {
        self.tables.iter().any(|t| t.changed)
    }
}

/// Values of a column that are not known although something was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValuesNotKnown {
    /// The source.
    pub source: String,
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Why.
    pub rule: &'static str,
    /// How many.
    pub values: u64,
    /// The form that was wanted, of columns of CSV files.
    pub wanted: Option<String>,
}

impl ValuesNotKnown {
    fn of(plan: &PullPlan, intake: &Intake) -> Vec<Self> {
        let mut all = Vec::new();
        for (index, source) in plan.sources.iter().enumerate() {
            let mut values = UnknownValues::new();
            for (_, file) in intake.of_source(index) {
                for (place, count) in &file.values {
                    *values.entry(place.clone()).or_default() += count;
                }
            }
            let explained = data_quality::explained(plan, index, &values);
            all.extend(
                explained.map(|(table, column, rule, values, wanted)| ValuesNotKnown {
                    source: source.name.clone(),
                    table,
                    column,
                    rule: rule.name(),
                    values,
                    wanted,
                }),
            );
        }
        all
    }
}

impl fmt::Display for ValuesNotKnown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, column, source) = (&self.table, &self.column, &self.source);
        write!(
            f,
            "{} {} in {table}.{column} of {source}",
            self.values, self.rule
        )?;
        match &self.wanted {
            Some(wanted) => write!(f, " (wanted: {wanted})"),
            None => Ok(()),
        }
    }
}

/// Something that an operator has to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The source, when it is one source's.
    pub source: Option<String>,
    /// The table, when it is one table's.
    pub table: Option<String>,
    /// Whether the night is a good one all the same, by `allow_failure` of the source.
    pub tolerated: bool,
    /// What is wrong, and the setting that allows it.
    pub what: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(source) = &self.source {
            write!(f, "source {source}: ")?;
        }
        if let Some(table) = &self.table {
            write!(f, "{table}: ")?;
        }
        f.write_str(&self.what)
    }
}
