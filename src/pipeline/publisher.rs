//! `[publisher]`: who publishes the releases, as reports say it on their first page.

use crate::error::{Error, Result};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// `[publisher]`. What is not set is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublisherSettings {
    /// The whole area that the releases are of, such as an integrated care board.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Who publishes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whom to ask: an address of a team, not of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The day of the next release, as `2026-12-11`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_release: Option<String>,
}

/// The longest text of a setting, in characters.
const LONGEST: usize = 200;

impl PublisherSettings {
    /// Whether nothing is set.
    pub(crate) fn is_empty(&self) -> bool {
        *self == PublisherSettings::default()
    }

    /// The day of the next release, when it is set.
    pub(crate) fn next_release(&self) -> Option<NaiveDate> {
        let day = self.next_release.as_deref()?;
        NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()
    }

    /// Refuses a day that is none, and texts that cannot stand on a page.
    ///
    /// # Errors
    /// Usage, naming the setting.
    pub(crate) fn check(&self) -> Result<()> {
        let texts = [
            ("area", &self.area),
            ("name", &self.name),
            ("contact", &self.contact),
        ];
        for (setting, text) in texts {
            let Some(text) = text else { continue };
            let long = text.chars().count() > LONGEST;
            if text.trim().is_empty() || long || text.chars().any(char::is_control) {
                return Err(Error::usage(format!(
                    "[publisher] {setting} is empty, too long or of several lines"
                ))
                .hint(format!(
                    "write it on one line, in at most {LONGEST} characters"
                )));
            }
        }
        if self.next_release.is_some() && self.next_release().is_none() {
            return Err(Error::usage("[publisher] next_release is no day")
                .hint("write next_release = \"2026-12-11\""));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_one_line_each() {
        let of = |name: &str, day: &str| PublisherSettings {
            name: Some(name.to_owned()),
            next_release: Some(day.to_owned()),
            ..PublisherSettings::default()
        };
        assert!(of("Northfen ICB", "2026-12-11").check().is_ok());
        for (name, day) in [
            ("", "2026-12-11"),
            ("a\nb", "2026-12-11"),
            ("a", "11/12/2026"),
        ] {
            let error = of(name, day).check().unwrap_err();
            assert_eq!(error.kind().exit_code(), 2, "{name} {day}");
        }
    }
}
