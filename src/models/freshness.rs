//! Whether tables are what their models would make now: a release reads no others.

use super::built::{Built, Reason};
use super::graph::order;
use super::inputs::{Inputs, version};
use super::last_run::{LastRun, last_runs};
use super::library::Library;
use crate::error::Result;
use crate::lake::properties::INCOMPLETE;
use crate::lake::{Lake, Table, TableName};
use crate::nearest::nearest;
use crate::pipeline::ParameterValue;
use std::collections::{BTreeMap, BTreeSet};

/// The tables that reports read, directly or through models, each at one version, and what is out of
/// date about them.
pub(crate) struct Freshness<'a> {
    library: &'a Library,
    tables: BTreeMap<TableName, Table>,
    outdated: BTreeMap<TableName, Outdated>,
    runs: BTreeMap<String, LastRun>,
    as_of: Option<String>,
}

/// Why a table may not be read by a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outdated {
    /// The reasons, for people.
    pub reasons: Vec<String>,
    /// Parameters that the table was built with and that have another value now.
    pub built_with: BTreeMap<String, String>,
    /// Whether its checks failed in the last run, or it waits for a model whose checks did.
    pub failed: bool,
    /// Whether the file that the table is made from is gone.
    pub gone: bool,
    /// Whether a file or the log of the table is damaged.
    pub damaged: bool,
}

impl<'a> Freshness<'a> {
    /// Looks at all that `reads` rest on. `reference` has the version of each reference table whose
    /// file is there.
    ///
    /// # Errors
    /// Data, when the lake cannot be read; usage, when models read each other in a cycle. A table
    /// that is out of date or absent is no error.
    pub(crate) async fn of(
        lake: &Lake,
        library: &'a Library,
        reads: &BTreeSet<TableName>,
        reference: &BTreeMap<TableName, String>,
        parameters: &BTreeMap<String, ParameterValue>,
    ) -> Result<Self> {
        let mut fresh = Freshness {
            library,
            tables: BTreeMap::new(),
            outdated: BTreeMap::new(),
            runs: last_runs(lake).await?,
            as_of: parameters.get("as_of").map(ParameterValue::to_string),
        };
        let mut inputs = Inputs::new(lake);
        let order = order(library, reads)?;
        inputs.look_up(library, &order).await;
        for name in behind(library, reads) {
            if !library.models.contains_key(&name) {
                let version = fresh.source(lake, &name, reference.get(&name)).await?;
                inputs.expect(&name, version);
            }
        }
        for name in order {
            let Some(model) = library.models.get(&name) else {
                continue;
            };
            let assessed = inputs.state(model, parameters).await?;
            inputs.expect_as(&name, &assessed);
            fresh.model(&name, &assessed.fingerprint, &assessed.reasons);
            if let Some(table) = assessed.table {
                fresh.tables.insert(name, table);
            }
        }
        Ok(fresh)
    }

    /// Looks at a table that no model makes; gives its version, as models that read it know it.
    async fn source(
        &mut self,
        lake: &Lake,
        name: &TableName,
        file: Option<&String>,
    ) -> Result<String> {
        let table = match lake.table(name).await {
            Err(e) if e.damaged_path().is_some() => {
                self.harmed(name, e.what());
                return Ok("damaged".to_string());
            }
            table => table?,
        };
        let stored = table.as_ref().map(version);
        let incomplete = table
            .as_ref()
            .and_then(|t| t.property(INCOMPLETE))
            .is_some();
        let mut gone = true;
        let reason = match (name.layer.as_str(), file, &stored) {
            ("reference", None, Some(_)) => {
                "its file is gone from the project and from [reference]".to_string()
            }
            ("reference", Some(_), None) => {
                gone = false;
                "its file was never loaded".to_string()
            }
            ("reference", Some(file), Some(stored)) if file != stored => {
                gone = false;
                "its file changed and was not loaded".to_string()
            }
            ("record" | "reference" | "populace", _, Some(_)) if incomplete => {
                gone = false;
                "a damaged file was taken out of it, and its rows have not come again yet"
                    .to_string()
            }
            ("record" | "reference" | "populace", _, Some(_)) => String::new(),
            (_, _, Some(_)) => "the SQL file that made it is gone".to_string(),
            (_, _, None) => format!(
                "there is no such table; {}",
                nearest(name, self.library.models.keys())
            ),
        };
        if !reason.is_empty() {
            let outdated = self.outdated.entry(name.clone()).or_default();
            outdated.reasons.push(reason);
            outdated.gone = gone;
        }
        if let Some(table) = table {
            self.tables.insert(name.clone(), table);
        }
        let version = file.cloned().or(stored);
        Ok(version.unwrap_or_else(|| "absent".to_string()))
    }

    /// A file of the table is damaged, or its log.
    fn harmed(&mut self, name: &TableName, why: &str) {
        let outdated = self.outdated.entry(name.clone()).or_default();
        outdated.damaged = true;
        outdated.reasons.push(why.to_string());
    }

    /// Looks at the files of the tables that `reads` names themselves; says whether one is damaged.
    ///
    /// # Errors
    /// Data: the lake cannot be read.
    pub(crate) async fn look_at_files(
        &mut self,
        lake: &Lake,
        reads: &BTreeSet<TableName>,
    ) -> Result<bool> {
        let mut damage = Vec::new();
        for name in reads {
            if let Some(table) = self.tables.get(name) {
                damage.extend(lake.damage(&table.files).await?);
            }
        }
        for one in &damage {
            if let Some(name) = one.table() {
                self.harmed(&name, one.error().what());
            }
        }
        Ok(!damage.is_empty())
    }

    fn model(&mut self, name: &TableName, fingerprint: &str, reasons: &[Reason]) {
        if reasons.is_empty() {
            return;
        }
        let mut outdated = Outdated::default();
        let run = self.runs.get(&name.to_string());
        if let Some(failure) = run.and_then(|run| run.failure.as_ref()) {
            // A check that failed over other rows says nothing of these.
            let waits = run.is_some_and(|run| run.fingerprint.is_empty());
            if waits || run.is_some_and(|run| run.fingerprint == fingerprint) {
                outdated.failed = true;
                outdated.reasons.push(failure.clone());
            }
        }
        for reason in reasons {
            outdated.damaged |= *reason == Reason::Damaged;
            outdated.reasons.push(reason.to_string());
            if let Reason::Parameter {
                name,
                built: Some(built),
                ..
            } = reason
            {
                outdated.built_with.insert(name.clone(), built.clone());
            }
        }
        self.outdated.insert(name.clone(), outdated);
    }

    /// Why a report that reads these tables may not be released, by table; empty when it may.
    pub(crate) fn outdated(&self, reads: &BTreeSet<TableName>) -> BTreeMap<TableName, Outdated> {
        let mut found: BTreeMap<TableName, Outdated> = behind(self.library, reads)
            .into_iter()
            .filter_map(|name| Some((name.clone(), self.outdated.get(&name)?.clone())))
            .collect();
        // Where no query uses the date, only the run can say which day the rows are for.
        for name in reads {
            let run = self.runs.get(&name.to_string());
            let dated = run.and_then(|run| run.as_of.as_ref());
            if !self.library.models.contains_key(name)
                || dated == self.as_of.as_ref()
                || found.contains_key(name)
            {
                continue;
            }
            let mut outdated = Outdated::default();
            if let Some(dated) = dated {
                let now = self.as_of.as_deref().unwrap_or_default();
                let reason = format!("it was last run with as_of = {dated}, not {now}");
                outdated.reasons.push(reason);
                outdated
                    .built_with
                    .insert("as_of".to_string(), dated.clone());
            } else {
                outdated.reasons.push("no run of it is known".to_string());
            }
            found.insert(name.clone(), outdated);
        }
        found
    }

    /// The dates that the tables of `reads` were made for: those that their queries used, and those of
    /// the runs that made them. One, when nothing is out of date and a model is among them.
    pub(crate) fn dates(&self, reads: &BTreeSet<TableName>) -> BTreeSet<String> {
        let used = self.behind(reads).into_iter();
        let mut dates: BTreeSet<String> = used
            .filter_map(|(_, built)| Some(built?.parameters.get("as_of")?.value.clone()))
            .collect();
        let runs = reads
            .iter()
            .filter_map(|name| self.runs.get(&name.to_string()));
        dates.extend(runs.filter_map(|run| run.as_of.clone()));
        dates
    }

    /// All tables that `reads` rest on: themselves, and what their models read.
    pub(crate) fn behind(&self, reads: &BTreeSet<TableName>) -> Vec<(&Table, Option<Built>)> {
        let tables = behind(self.library, reads).into_iter();
        let tables = tables.filter_map(|name| self.tables.get(&name));
        tables
            .map(|table| {
                let model = self.library.models.contains_key(&table.name);
                (table, model.then(|| Built::with(table)).flatten())
            })
            .collect()
    }

    /// Every table that was looked at, at the version that was looked at.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }
}

/// `reads`, and all that the models among them read.
fn behind(library: &Library, reads: &BTreeSet<TableName>) -> BTreeSet<TableName> {
    let mut waiting: Vec<TableName> = reads.iter().cloned().collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if seen.insert(name.clone())
            && let Some(model) = library.models.get(&name)
        {
            waiting.extend(model.reads.iter().cloned());
        }
    }
    seen
}
