//! Why figures differ between two releases: new data, new definitions, other parameters.

use crate::serve::catalogue::ReleasedManifest;
use crate::serve::directory::in_words;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// What two releases were made from, side by side.
#[derive(Debug, PartialEq, Eq)]
struct InputChanges {
    data: Vec<String>,
    definitions: Vec<String>,
    reports: Vec<String>,
    parameters: Vec<String>,
    rules: Vec<String>,
}

impl InputChanges {
    fn between(before: &ReleasedManifest, after: &ReleasedManifest) -> Self {
        let inputs = |manifest: &ReleasedManifest| {
            let inputs = manifest.inputs.iter();
            let pairs = inputs.map(|input| (input.table.clone(), input.version.clone()));
            pairs.collect::<BTreeMap<_, _>>()
        };
        let models = |manifest: &ReleasedManifest| {
            let models = manifest.models.iter();
            let pairs = models.map(|model| (model.name.clone(), model.sql_sha256.clone()));
            pairs.collect::<BTreeMap<_, _>>()
        };
        let reports = |manifest: &ReleasedManifest| {
            let reports = manifest.reports.iter();
            let pairs = reports.map(|(name, report)| (name.clone(), report.file_sha256.clone()));
            pairs.collect::<BTreeMap<_, _>>()
        };
        let mut rules = differences(&before.scheme.settings, &after.scheme.settings, true);
        if before.scheme.name != after.scheme.name {
            let (old, new) = (&before.scheme.name, &after.scheme.name);
            rules.insert(0, format!("scheme {new}, before {old}"));
        }
        if before.program_version != after.program_version {
            let (old, new) = (&before.program_version, &after.program_version);
            rules.push(format!("Populace {new}, before {old}"));
        }
        InputChanges {
            data: differences(&inputs(before), &inputs(after), false),
            definitions: differences(&models(before), &models(after), false),
            reports: differences(&reports(before), &reports(after), false),
            parameters: differences(&before.parameters, &after.parameters, true),
            rules,
        }
    }
}

/// The names of what is not the same in both, with both values where they mean something to a reader.
fn differences(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
    with_values: bool,
) -> Vec<String> {
    let names = before
        .keys()
        .chain(after.keys().filter(|name| !before.contains_key(*name)));
    let said = names.filter_map(|name| match (before.get(name), after.get(name)) {
        (Some(old), Some(new)) if old == new => None,
        (Some(old), Some(new)) if with_values => Some(format!("{name}: {new}, before {old}")),
        (Some(_), Some(_)) => Some(name.clone()),
        (None, _) => Some(format!("{name} (new)")),
        (_, None) => Some(format!("{name} (gone)")),
    });
    said.collect()
}

/// Why figures differ, for people.
pub(super) fn reasons(before: &ReleasedManifest, after: &ReleasedManifest) -> Markup {
    let changes = InputChanges::between(before, after);
    let day = before.as_of != after.as_of;
    let groups = [
        ("New data", "tables that have other rows", &changes.data),
        (
            "New definition",
            "models whose SQL changed",
            &changes.definitions,
        ),
        (
            "Report changed",
            "reports that are made another way",
            &changes.reports,
        ),
        ("Parameters", "", &changes.parameters),
        ("Disclosure control and program", "", &changes.rules),
    ];
    let is_same = groups.iter().all(|(_, _, names)| names.is_empty());
    html! {
        h2 { "Why" }
        @if is_same && !day { p { "Both were made from the same data by the same definitions." } }
        dl {
            @if day { dt { "Another day" } dd { "The figures are of " (after.as_of) ", before of " (before.as_of) "." } }
            @for (title, what, names) in groups {
                @if !names.is_empty() {
                    dt { (title) }
                    dd { @if !what.is_empty() { (in_words(what)) ": " } (names.join("; ")) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        let pairs = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(k, v)| (k.to_string(), v.to_string()));
            pairs.collect::<BTreeMap<_, _>>()
        };
        let before = pairs(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let after = pairs(&[("a", "1"), ("b", "2"), ("d", "1")]);
        assert_eq!(
            differences(&before, &after, true),
            ["b: 2, before 1", "c (gone)", "d (new)"]
        );
        assert_eq!(
            differences(&before, &after, false),
            ["b", "c (gone)", "d (new)"]
        );
        assert!(differences(&before, &before, true).is_empty());
    }
}
