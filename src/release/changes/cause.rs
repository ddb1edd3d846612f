//! What two releases were made of, or how, that is not the same.

use crate::release::difference::shown;
use crate::release::manifest::{Manifest, ReportUsed};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Parameters that say what the data are, and not how they are counted.
const OF_THE_DATA: [&str; 2] = ["as_of", "ndoo_checked_on"];

/// Digits of the version of a table that are shown: it is a digest of its rows.
const DIGITS: usize = 12;

/// Why a figure may be another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) enum CauseKind {
    /// The report file, the SQL of a model, or a code list changed.
    #[serde(rename = "new definition")]
    Definition,
    /// A parameter has another value.
    #[serde(rename = "other parameters")]
    Parameters,
    /// Figures are protected otherwise.
    #[serde(rename = "other disclosure control")]
    Scheme,
    /// A table is of another version, or the release of another day.
    #[serde(rename = "new data")]
    Data,
    /// The same period has another figure, from newer data.
    #[serde(rename = "revised")]
    Revised,
    /// Another version of the program made it.
    #[serde(rename = "other program")]
    Program,
}

impl CauseKind {
    /// Its words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            CauseKind::Definition => "new definition",
            CauseKind::Parameters => "other parameters",
            CauseKind::Scheme => "other disclosure control",
            CauseKind::Data => "new data",
            CauseKind::Revised => "revised",
            CauseKind::Program => "other program",
        }
    }
}

/// A thing that is not the same in two releases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Cause {
    /// What kind of thing.
    pub kind: CauseKind,
    /// Which one, and how it differs.
    pub what: String,
    /// The reports that it concerns.
    pub reports: BTreeSet<String>,
}

/// Every cause, those that change a meaning first.
pub(super) fn causes(old: &Manifest, new: &Manifest) -> Vec<Cause> {
    let mut causes = Vec::new();
    reports(old, new, &mut causes);
    definitions(old, new, &mut causes);
    inputs(old, new, &mut causes);
    whole(old, new, &mut causes);
    // What only a report of one release has is told by its tables.
    causes.retain(|cause| !cause.reports.is_empty());
    causes.sort();
    causes
}

/// Report files that changed. The reports of areas are made from the file of the whole.
fn reports(old: &Manifest, new: &Manifest, causes: &mut Vec<Cause>) {
    let mut changed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, report) in &new.reports {
        let before = old.reports.get(name);
        if before.is_some_and(|before| before.file_sha256 != report.file_sha256) {
            let area = report.area.as_ref();
            let whole = area.map_or(name.as_str(), |area| area.of_report.as_str());
            changed.entry(whole).or_default().insert(name.clone());
        }
    }
    for (whole, reports) in changed {
        causes.push(Cause {
            kind: CauseKind::Definition,
            what: format!("report {}: its file changed", shown(whole)),
            reports,
        });
    }
}

/// Models and code lists that changed.
fn definitions(old: &Manifest, new: &Manifest, causes: &mut Vec<Cause>) {
    let models = |manifest: &Manifest| -> BTreeMap<String, String> {
        let models = manifest.models.iter();
        models
            .map(|m| (m.name.clone(), m.sql_sha256.clone()))
            .collect()
    };
    let lists = |manifest: &Manifest| -> BTreeMap<String, String> {
        let lists = manifest.code_lists.iter();
        lists
            .map(|list| (list.name.clone(), list.to_string()))
            .collect()
    };
    let of_model = |name: &str| reports_of(old, new, |report| report.models.contains(name));
    for (name, how) in differing(&models(old), &models(new)) {
        causes.push(Cause {
            kind: CauseKind::Definition,
            what: format!("model {}: {}", shown(name), how.of("its SQL changed")),
            reports: of_model(name),
        });
    }
    for (name, how) in differing(&lists(old), &lists(new)) {
        causes.push(Cause {
            kind: CauseKind::Definition,
            what: format!("code list {}: {}", shown(name), how.of("it changed")),
            reports: reports_of(old, new, |report| report.code_lists.contains(name)),
        });
    }
}

/// Tables that are of another version.
fn inputs(old: &Manifest, new: &Manifest, causes: &mut Vec<Cause>) {
    let versions = |manifest: &Manifest| -> BTreeMap<String, String> {
        let inputs = manifest.inputs.iter();
        inputs
            .map(|input| (input.table.clone(), input.version.clone()))
            .collect()
    };
    let (before, now) = (versions(old), versions(new));
    for (table, how) in differing(&before, &now) {
        let version = |of: &BTreeMap<String, String>| {
            let version = of.get(table).map_or("", String::as_str);
            shown(&version.chars().take(DIGITS).collect::<String>())
        };
        let changed = format!(
            "its rows differ (version {}, before {})",
            version(&now),
            version(&before)
        );
        causes.push(Cause {
            kind: CauseKind::Data,
            what: format!("table {}: {}", shown(table), how.of(&changed)),
            reports: reports_of(old, new, |report| report.inputs.contains(table)),
        });
    }
    if old.as_of != new.as_of {
        causes.push(Cause {
            kind: CauseKind::Data,
            what: format!("as at {}, before {}", shown(&new.as_of), shown(&old.as_of)),
            reports: reports_of(old, new, |_| true),
        });
    }
}

/// What concerns all reports.
fn whole(old: &Manifest, new: &Manifest, causes: &mut Vec<Cause>) {
    let all = || reports_of(old, new, |_| true);
    let mut add = |kind, what: String| {
        causes.push(Cause {
            kind,
            what,
            reports: all(),
        });
    };
    let own = |manifest: &Manifest| -> BTreeMap<String, String> {
        let parameters = manifest.parameters.clone().into_iter();
        parameters
            .filter(|(name, _)| !OF_THE_DATA.contains(&name.as_str()))
            .collect()
    };
    pairs(&own(old), &own(new), |what| {
        add(CauseKind::Parameters, format!("parameter {what}"))
    });
    if old.scheme.name != new.scheme.name {
        let (now, before) = (shown(&new.scheme.name), shown(&old.scheme.name));
        add(CauseKind::Scheme, format!("scheme {now}, before {before}"));
    }
    pairs(&old.scheme.settings, &new.scheme.settings, |what| {
        add(CauseKind::Scheme, format!("[disclosure] {what}"));
    });
    if old.program_version != new.program_version {
        let (now, before) = (shown(&new.program_version), shown(&old.program_version));
        add(
            CauseKind::Program,
            format!("populace {now}, before {before}"),
        );
    }
}

/// How a thing differs.
#[derive(Clone, Copy)]
enum Differing {
    Came,
    Went,
    Other,
}

impl Differing {
    fn of(self, other: &str) -> String {
        match self {
            Differing::Came => "it was not there before".to_string(),
            Differing::Went => "it is not there any more".to_string(),
            Differing::Other => other.to_string(),
        }
    }
}

/// The names of which two maps have other values.
fn differing<'a>(
    old: &'a BTreeMap<String, String>,
    new: &'a BTreeMap<String, String>,
) -> Vec<(&'a str, Differing)> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let how = |name: &'a String| match (old.get(name), new.get(name)) {
        (None, _) => Some((name.as_str(), Differing::Came)),
        (_, None) => Some((name.as_str(), Differing::Went)),
        (before, now) => (before != now).then_some((name.as_str(), Differing::Other)),
    };
    names.into_iter().filter_map(how).collect()
}

/// Says of each name how its value differs.
fn pairs(
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
    mut say: impl FnMut(String),
) {
    for (name, how) in differing(old, new) {
        let value =
            |of: &BTreeMap<String, String>| of.get(name).map_or(String::new(), |v| shown(v));
        let other = format!("{}, before {}", value(new), value(old));
        let separator = if matches!(how, Differing::Other) {
            " ="
        } else {
            ":"
        };
        say(format!("{}{separator} {}", shown(name), how.of(&other)));
    }
}

/// The reports of both releases of which something is so in either.
fn reports_of(
    old: &Manifest,
    new: &Manifest,
    concerns: impl Fn(&ReportUsed) -> bool,
) -> BTreeSet<String> {
    let both = old.reports.iter().filter_map(|(name, before)| {
        let now = new.reports.get(name)?;
        (concerns(before) || concerns(now)).then(|| name.clone())
    });
    both.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::Scheme;
    use crate::pipeline::AreaLevel;
    use crate::release::manifest::{AreaUsed, ReportText};
    use crate::release::tests::sample;

    /// A release of two reports, of which the first has reports of two places.
    fn manifest(text: &str) -> Manifest {
        let about = sample::about();
        let report = |name| ReportText {
            name,
            text: if name == "needs" { text } else { "the same" },
            for_each: &[],
        };
        let reports = ["needs", "services"].map(|name| (report(name), &about));
        let (disclosure, options) = (Default::default(), Default::default());
        let made = Manifest::of(&Scheme::Hes2018, &disclosure, options, reports);
        let mut made = made.unwrap();
        for code in ["WHM", "WTM"] {
            let mut pack = made.reports["needs"].clone();
            pack.area = Some(AreaUsed {
                of_report: "needs".to_string(),
                level: AreaLevel::Place,
                code: code.to_string(),
                name: code.to_string(),
            });
            made.reports.insert(format!("needs-{code}"), pack);
        }
        made
    }

    #[test]
    fn a_cause_is_told_once_for_a_report_and_those_of_its_areas() {
        let found = causes(&manifest("one"), &manifest("two"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].what, "report needs: its file changed");
        let reports: Vec<&String> = found[0].reports.iter().collect();
        assert_eq!(reports, ["needs", "needs-WHM", "needs-WTM"]);
    }
}
