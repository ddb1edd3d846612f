//! A release as lists show it.

use super::report_key::ReportKey;
use crate::publication::Publication;
use chrono::{DateTime, NaiveDate, Utc};
use std::sync::Arc;

/// A release as lists show it.
#[derive(Debug, Clone)]
pub(crate) struct ListedRelease {
    /// Its identifier: the as-of date and a fingerprint.
    pub id: String,
    /// The date the figures describe.
    pub as_of: NaiveDate,
    /// When its manifest was written.
    pub made: DateTime<Utc>,
    /// Its reports, sorted; releases with the same ones share them.
    pub reports: Arc<[ReportKey]>,
    /// Whether it has its figures as one frame.
    pub has_figures: bool,
    /// What was decided about it.
    pub publication: Publication,
}

impl ListedRelease {
    /// Its name for people; the identifier where it has none.
    pub(crate) fn name(&self) -> String {
        let name = self.publication.name();
        name.map_or_else(|| self.id.clone(), ToString::to_string)
    }

    /// Since when readers may see it; for a draft, when it was made.
    pub(crate) fn since(&self) -> DateTime<Utc> {
        self.publication.public_since().unwrap_or(self.made)
    }

    /// Whether readers could see it before it was withdrawn: one that was withdrawn under embargo was
    /// never there for them.
    pub(super) fn was_public(&self) -> bool {
        let publication = &self.publication;
        let until = publication.steps.last().map(|step| step.at);
        publication.damaged.is_none()
            && publication
                .public_since()
                .zip(until)
                .is_some_and(|(since, until)| since <= until)
    }

    /// Whether it has this report.
    pub(crate) fn has(&self, key: &ReportKey) -> bool {
        self.reports.binary_search(key).is_ok()
    }

    /// The report that a file is of: the longest name that it begins with.
    pub(crate) fn report_of(&self, file: &str) -> Option<&ReportKey> {
        let ends = file.rmatch_indices(['-', '.']);
        let mut keys = ends.filter_map(|(at, _)| {
            let key = ReportKey::parse(file.get(..at)?);
            self.reports.get(self.reports.binary_search(&key).ok()?)
        });
        keys.next()
    }

    /// What later releases come after: those of later dates, and of one date those published later.
    pub(super) fn order(&self) -> (NaiveDate, DateTime<Utc>, &str) {
        (self.as_of, self.since(), &self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_of_the_report_with_the_longest_name_that_it_begins_with() {
        let reports: std::collections::BTreeSet<ReportKey> =
            ["waits", "waits-E6", "waits-old", "core20-plus5"]
                .into_iter()
                .map(ReportKey::parse)
                .collect();
        let release = ListedRelease {
            id: String::new(),
            as_of: NaiveDate::default(),
            made: DateTime::default(),
            reports: reports.into_iter().collect(),
            has_figures: false,
            publication: Publication::draft(""),
        };
        for (file, report) in [
            ("waits.html", Some("waits")),
            ("waits-by_age.csv", Some("waits")),
            ("waits-E6.xlsx", Some("waits-E6")),
            ("waits-E6-by_age.csv-metadata.json", Some("waits-E6")),
            ("waits-E7.xlsx", Some("waits")),
            ("waits-old-by_age.csv", Some("waits-old")),
            ("core20-plus5-by_age.csv", Some("core20-plus5")),
            ("waitsE6.csv", None),
            ("waits", None),
            ("figures.parquet", None),
        ] {
            let found = release.report_of(file).map(ToString::to_string);
            assert_eq!(found.as_deref(), report, "{file}");
        }
    }
}
