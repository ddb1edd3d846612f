//! Resource types that a server failed to export: each is asked for again from the time on from which
//! it was missed, while the others go on.

use super::shortfall::{COUNTED, Shortfall};
use super::staging::FileState;
use super::staging::job::{Behind, ExportJob};
use crate::pipeline::FhirBulk;
use crate::pull::bulk::staging::job::{Remembered, earlier, is_believed};
use std::collections::BTreeSet;

/// What is asked for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missed {
    /// The resource types.
    pub types: BTreeSet<String>,
    /// The earliest time since which one of them was missed; None for everything.
    pub since: Option<String>,
}

impl Missed {
    /// What is to be asked for again of a source with these `settings`; None for nothing.
    pub(super) fn of(remembered: &Remembered, settings: &FhirBulk) -> Option<Self> {
        let wanted = |kind: &&String| {
            let asked = settings.types.is_empty() || settings.types.contains(kind);
            asked && !settings.accept_missing_types.contains(kind)
        };
        let behind = &remembered.behind;
        let types: BTreeSet<String> = behind.keys().filter(wanted).cloned().collect();
        let times = types.iter().filter_map(|kind| behind.get(kind)).cloned();
        let since = times.reduce(earlier)?;
        Some(Missed {
            // An earlier Populace believed times in the future.
            since: since.filter(|since| is_believed(since)),
            types,
        })
    }

    /// The settings of an export of these types alone.
    pub(super) fn settings(&self, settings: &FhirBulk) -> FhirBulk {
        let of_these = |filter: &&String| {
            let kind = filter.split('?').next().unwrap_or_default();
            self.types.contains(kind)
        };
        FhirBulk {
            types: self.types.iter().cloned().collect(),
            type_filters: settings
                .type_filters
                .iter()
                .filter(of_these)
                .cloned()
                .collect(),
            ..settings.clone()
        }
    }
}

/// Whether an export of what changed since a time holds what was missed since another one.
pub(super) fn covers(since: Option<&str>, missed: Option<&str>) -> bool {
    let owned = |time: Option<&str>| time.map(str::to_string);
    earlier(owned(since), owned(missed)) == owned(since)
}

/// Notes that changes of these types are missing since then.
pub(super) fn miss(behind: &mut Behind, types: BTreeSet<String>, since: Option<&str>) {
    for kind in types {
        let since = since.map(str::to_string);
        let known = behind.remove(&kind).unwrap_or(since.clone());
        behind.insert(kind, earlier(known, since));
    }
}

/// What an export lacks of which all files are staged; None when it is whole, as far as its server
/// says. Types that the source accepts to be missing are not missed.
pub(super) fn shortfall(
    job: &ExportJob,
    states: &[FileState],
    accepted: &[String],
) -> Option<Shortfall> {
    let mut found = Shortfall {
        asked: job
            .started
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        ..Shortfall::default()
    };
    let listed = job.files.iter().zip(states).filter(|(file, _)| file.listed);
    for (_, state) in listed.filter(|(_, state)| !state.failures.is_empty()) {
        found.files += 1;
        for (counted, lines) in &state.failures {
            let issue = counted.strip_prefix(COUNTED).unwrap_or(counted);
            *found.issues.entry(issue.to_string()).or_default() += lines;
        }
        found.types.extend(state.failed_types.iter().cloned());
    }
    let missed = found.types.iter().any(|kind| !accepted.contains(kind));
    (found.files > 0 && missed).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(day: u32) -> Option<String> {
        Some(format!("2026-10-{day:02}T00:00:00Z"))
    }

    #[test]
    fn the_earliest_time_counts() {
        let mut behind = Behind::new();
        let types = |names: &[&str]| names.iter().map(|n| n.to_string()).collect();
        miss(&mut behind, types(&["Observation"]), time(3).as_deref());
        miss(
            &mut behind,
            types(&["Observation", "Condition"]),
            time(4).as_deref(),
        );
        assert_eq!(behind["Observation"], time(3));
        assert_eq!(behind["Condition"], time(4));
        miss(&mut behind, types(&["Condition"]), None);
        assert_eq!(behind["Condition"], None);
        miss(&mut behind, types(&["Condition"]), time(5).as_deref());
        assert_eq!(behind["Condition"], None);
    }

    #[test]
    fn an_export_covers_what_was_missed_later() {
        let (third, fourth) = (time(3), time(4));
        assert!(covers(None, None) && covers(None, third.as_deref()));
        assert!(covers(third.as_deref(), fourth.as_deref()));
        assert!(covers(third.as_deref(), third.as_deref()));
        assert!(!covers(fourth.as_deref(), third.as_deref()));
        assert!(!covers(third.as_deref(), None));
    }

    #[test]
    fn types_that_are_accepted_or_no_longer_asked_for_are_not_asked_for_again() {
        let settings = |text: &str| -> FhirBulk {
            toml::from_str(&format!("url = 'https://server.example/fhir'\n{text}")).unwrap()
        };
        let behind = Behind::from([
            ("Condition".to_string(), time(4)),
            ("Observation".to_string(), time(3)),
        ]);
        let remembered = Remembered {
            behind,
            ..Remembered::default()
        };
        let missed = |text: &str| {
            let settings = settings(text);
            let missed = Missed::of(&remembered, &settings)?;
            let types: Vec<String> = missed.types.iter().cloned().collect();
            let asked = missed.settings(&settings);
            assert_eq!(asked.types, types);
            Some((types.join(" "), missed.since, asked.type_filters.join(" ")))
        };
        assert_eq!(
            missed("type_filters = ['Observation?code=1', 'Flag?code=2']"),
            Some((
                "Condition Observation".to_string(),
                time(3),
                "Observation?code=1".to_string()
            ))
        );
        assert_eq!(
            missed("accept_missing_types = ['Observation']"),
            Some(("Condition".to_string(), time(4), String::new()))
        );
        assert_eq!(missed("types = ['Patient']"), None);
    }
}
