//! What is different about a release than about the one before, and why: new data, a new definition,
//! another rule. It follows from the two manifests.

use super::facts::{CodeListFacts, InputFacts, ReleaseFacts, ReportFacts};
use crate::visible::one_line;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Parameters that say what the data are, and not how they are counted.
const OF_THE_DATA: [&str; 2] = ["as_of", "ndoo_checked_on"];

/// Digits of the version of a table that are shown: it is a digest of its rows.
const DIGITS: usize = 12;

/// Why figures may differ, those that change a meaning first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) enum ChangeKind {
    /// A report came or went.
    #[serde(rename = "other reports")]
    Reports,
    /// The report file, the SQL of a model, or a code list.
    #[serde(rename = "new definition")]
    Definition,
    /// A parameter that decides how something is counted.
    #[serde(rename = "other parameters")]
    Parameter,
    /// The rule of disclosure control.
    #[serde(rename = "other disclosure control")]
    Rule,
    /// Records, reference tables, or the day that they describe.
    #[serde(rename = "new data")]
    Data,
    /// The same of a figure of a period that both releases have.
    #[serde(rename = "revised")]
    Revised,
    /// The program.
    #[serde(rename = "other program")]
    Program,
}

impl ChangeKind {
    /// Its words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            ChangeKind::Reports => "other reports",
            ChangeKind::Definition => "new definition",
            ChangeKind::Parameter => "other parameters",
            ChangeKind::Rule => "other disclosure control",
            ChangeKind::Data => "new data",
            ChangeKind::Revised => "revised",
            ChangeKind::Program => "other program",
        }
    }
}

/// Something that is different.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct ReleaseChange {
    /// Of which kind.
    pub kind: ChangeKind,
    /// What it is, as a sentence in one line.
    pub what: String,
    /// The reports that it concerns: those of both releases, or the one that came or went.
    pub reports: BTreeSet<String>,
}

/// What is different about the release of `now` than about that of `before`, in the order of kinds.
pub(crate) fn changes(before: &ReleaseFacts, now: &ReleaseFacts) -> Vec<ReleaseChange> {
    let mut both = BothReleases {
        before,
        now,
        found: Vec::new(),
    };
    both.reports();
    both.definitions();
    both.data();
    both.whole();
    let mut found = both.found;
    // What only a report of one release is made of is said with the report.
    found.retain(|change| !change.reports.is_empty());
    found.sort();
    found
}

/// Two releases, and what was found to be different so far.
struct BothReleases<'a> {
    before: &'a ReleaseFacts,
    now: &'a ReleaseFacts,
    found: Vec<ReleaseChange>,
}

impl BothReleases<'_> {
    fn say(&mut self, kind: ChangeKind, what: &str, reports: BTreeSet<String>) {
        // Whoever wrote a manifest may have written line breaks into it.
        let what = one_line(what).into_owned();
        self.found.push(ReleaseChange {
            kind,
            what,
            reports,
        });
    }

    /// The reports of both releases of which something is so in either.
    fn concerning(&self, concerns: impl Fn(&ReportFacts) -> bool) -> BTreeSet<String> {
        let both = self.before.reports.iter().filter_map(|(name, was)| {
            let is = self.now.reports.get(name)?;
            (concerns(was) || concerns(is)).then(|| name.clone())
        });
        both.collect()
    }

    fn reports(&mut self) {
        let digests = |reports: &BTreeMap<String, ReportFacts>| -> BTreeMap<String, String> {
            let reports = reports.iter();
            reports
                .map(|(name, report)| (name.clone(), report.file_sha256.clone()))
                .collect()
        };
        let (was, is) = (digests(&self.before.reports), digests(&self.now.reports));
        // A report and those of its areas are of one file, and are told once.
        let mut told: BTreeMap<(String, Differs), BTreeSet<String>> = BTreeMap::new();
        for (report, how) in differing(&was, &is) {
            let facts = self.now.reports.get(report);
            let facts = facts.or_else(|| self.before.reports.get(report));
            let area = facts.and_then(|facts| facts.area.as_ref());
            let whole = area.map(|area| area.of_report.as_str());
            // The report of an area may come or go alone.
            let whole = whole.filter(|whole| differs(&was, &is, whole) == Some(how));
            let name = whole.unwrap_or(report).to_owned();
            told.entry((name, how))
                .or_default()
                .insert(report.to_owned());
        }
        for ((report, how), own) in told {
            let (kind, what) = match how {
                Differs::New => (ChangeKind::Reports, format!("The report {report} is new.")),
                Differs::Gone => (
                    ChangeKind::Reports,
                    format!("The report {report} is not in this release."),
                ),
                Differs::Other => (
                    ChangeKind::Definition,
                    format!("The definition of the report {report} has changed."),
                ),
            };
            self.say(kind, &what, own);
        }
    }

    fn definitions(&mut self) {
        let sql = |facts: &ReleaseFacts| -> BTreeMap<String, String> {
            let models = facts.models.iter();
            models
                .map(|model| (model.name.clone(), model.sql_sha256.clone()))
                .collect()
        };
        let (was, is) = (sql(self.before), sql(self.now));
        for (model, how) in differing(&was, &is) {
            let what = match how {
                Differs::Other => format!("The SQL of the model {model} has changed."),
                how => how.of(&format!("The model {model}")),
            };
            let reports = self.concerning(|report| report.is_of(&report.models, model));
            self.say(ChangeKind::Definition, &what, reports);
        }
        let lists = |facts: &ReleaseFacts| -> BTreeMap<String, CodeListFacts> {
            let lists = facts.code_lists.iter();
            lists
                .map(|list| (list.name.clone(), list.clone()))
                .collect()
        };
        let (was, is) = (lists(self.before), lists(self.now));
        for (list, how) in differing(&was, &is) {
            let versions = |of: &BTreeMap<String, CodeListFacts>| {
                of.get(list).and_then(|facts| facts.version.clone())
            };
            let what = match (how, versions(&was), versions(&is)) {
                (Differs::Other, Some(was), Some(is)) if was != is => {
                    format!("The code list {list} is version {is}; it was {was}.")
                }
                (Differs::Other, ..) => format!("The code list {list} has changed."),
                (how, ..) => how.of(&format!("The code list {list}")),
            };
            let reports = self.concerning(|report| report.is_of(&report.code_lists, list));
            self.say(ChangeKind::Definition, &what, reports);
        }
    }

    fn data(&mut self) {
        let inputs = |facts: &ReleaseFacts| -> BTreeMap<String, InputFacts> {
            let inputs = facts.inputs.iter();
            inputs
                .map(|input| (input.table.clone(), input.clone()))
                .collect()
        };
        let (was, is) = (inputs(self.before), inputs(self.now));
        for (table, how) in differing(&was, &is) {
            let version = |of: &BTreeMap<String, InputFacts>| -> String {
                let version = of.get(table).map_or("", |input| &input.version);
                version.chars().take(DIGITS).collect()
            };
            let (before, now) = (version(&was), version(&is));
            let what = match how {
                Differs::Other if before == now => {
                    format!("The table {table} has another source or edition.")
                }
                Differs::Other => {
                    format!("The table {table} has new data (version {now}; it was {before}).")
                }
                how => how.of(&format!("The table {table}")),
            };
            let reports = self.concerning(|report| report.is_of(&report.inputs, table));
            self.say(ChangeKind::Data, &what, reports);
        }
    }

    /// What concerns all reports.
    fn whole(&mut self) {
        let (before, now) = (self.before, self.now);
        let all = self.concerning(|_| true);
        for (name, was, is) in pairs(&before.parameters, &now.parameters) {
            let kind = match OF_THE_DATA.contains(&name) {
                true => ChangeKind::Data,
                false => ChangeKind::Parameter,
            };
            let what = format!("The parameter {name} is {is}; it was {was}.");
            self.say(kind, &what, all.clone());
        }
        let (was, is) = (&before.scheme, &now.scheme);
        if was.name != is.name {
            let (was, is) = (&was.name, &is.name);
            let what = format!("Figures follow the scheme {is}; they followed {was}.");
            self.say(ChangeKind::Rule, &what, all.clone());
        } else {
            for (name, before, now) in pairs(&was.settings, &is.settings) {
                let scheme = &is.name;
                let what =
                    format!("The setting {name} of the scheme {scheme} is {now}; it was {before}.");
                self.say(ChangeKind::Rule, &what, all.clone());
            }
        }
        let (was, is) = (&before.program_version, &now.program_version);
        if was != is {
            let what = format!("The program is version {is}; it was {was}.");
            self.say(ChangeKind::Program, &what, all);
        }
    }
}

impl ReportFacts {
    /// Whether a report says that a thing is behind its figures. One of an earlier program does not say
    /// what is, so that everything may be.
    fn is_of(&self, things: &Option<BTreeSet<String>>, name: &str) -> bool {
        match (things, &self.models) {
            (Some(things), _) => things.contains(name),
            (None, models) => models.is_none(),
        }
    }
}

/// How a thing of one name differs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Differs {
    New,
    Gone,
    Other,
}

impl Differs {
    fn of(self, thing: &str) -> String {
        match self {
            Differs::New => format!("{thing} is new behind these reports."),
            Differs::Gone => format!("{thing} is no longer behind these reports."),
            Differs::Other => format!("{thing} has changed."),
        }
    }
}

/// The names of which there is something else than before, in order.
fn differing<'a, T: PartialEq>(
    before: &'a BTreeMap<String, T>,
    now: &'a BTreeMap<String, T>,
) -> Vec<(&'a str, Differs)> {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let how = |name: &'a String| Some((name.as_str(), differs(before, now, name)?));
    names.into_iter().filter_map(how).collect()
}

/// How the thing of a name differs, if it does.
fn differs<T: PartialEq>(
    before: &BTreeMap<String, T>,
    now: &BTreeMap<String, T>,
    name: &str,
) -> Option<Differs> {
    match (before.get(name), now.get(name)) {
        (None, None) => None,
        (None, Some(_)) => Some(Differs::New),
        (Some(_), None) => Some(Differs::Gone),
        (was, is) => (was != is).then_some(Differs::Other),
    }
}

/// The names that have another value than before, with both values.
fn pairs<'a>(
    before: &'a BTreeMap<String, String>,
    now: &'a BTreeMap<String, String>,
) -> Vec<(&'a str, &'a str, &'a str)> {
    let value = |of: &'a BTreeMap<String, String>, name: &str| {
        of.get(name).map_or("not set", String::as_str)
    };
    let names = differing(before, now).into_iter();
    names
        .map(|(name, _)| (name, value(before, name), value(now, name)))
        .collect()
}
