//! Which report of which area a file is of.

use std::fmt;

/// A report, of one area or of the whole area of the release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ReportKey {
    /// The report's name.
    pub report: String,
    /// The code of the area that it was made for; None for the whole area of the release.
    pub area: Option<String>,
}

impl ReportKey {
    /// Reads the name by which a report's files begin: `population_profile`, or
    /// `population_profile-E54000051`. Names of reports have no capital letters, and codes of areas no
    /// small ones.
    pub(crate) fn parse(stem: &str) -> Self {
        match stem.rsplit_once('-') {
            Some((report, area)) if is_area_code(area) => ReportKey {
                report: report.to_string(),
                area: Some(area.to_string()),
            },
            _ => ReportKey {
                report: stem.to_string(),
                area: None,
            },
        }
    }
}

/// The name by which its files begin.
impl fmt::Display for ReportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.area {
            Some(area) => write!(f, "{}-{area}", self.report),
            None => write!(f, "{}", self.report),
        }
    }
}

/// Whether a text has the form of an area's code: letters and digits, with a capital first.
fn is_area_code(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::ReportKey;

    #[test]
    fn the_code_of_an_area_is_told_from_the_name_of_a_report() {
        for (stem, report, area) in [
            ("population_profile", "population_profile", None),
            (
                "population_profile-E54000051",
                "population_profile",
                Some("E54000051"),
            ),
            ("core20-plus5", "core20-plus5", None),
            ("core20-plus5-U12345", "core20-plus5", Some("U12345")),
            ("waits-2026", "waits-2026", None),
        ] {
            let key = ReportKey::parse(stem);
            assert_eq!((key.report.as_str(), key.area.as_deref()), (report, area));
            assert_eq!(key.to_string(), stem);
        }
    }
}
