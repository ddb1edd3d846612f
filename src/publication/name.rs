//! What people call a release: `<area>-<period>-<number>`.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The longest name of an area, in bytes.
const LONGEST_AREA: usize = 60;

/// The name of a release: its area, the month that its figures describe, and which release of both it
/// is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct ReleaseName {
    /// The area: small letters, digits and hyphens.
    pub area: String,
    /// The month: 2026-09.
    pub period: String,
    /// 1 for the first release of this area and month.
    pub number: u32,
}

impl fmt::Display for ReleaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.area, self.period, self.number)
    }
}

impl From<ReleaseName> for String {
    fn from(name: ReleaseName) -> Self {
        name.to_string()
    }
}

impl TryFrom<String> for ReleaseName {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        text.parse()
    }
}

impl FromStr for ReleaseName {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let parts = || {
            let (rest, number) = text.rsplit_once('-')?;
            let (rest, month) = rest.rsplit_once('-')?;
            let (area, year) = rest.rsplit_once('-')?;
            let digits =
                |part: &str, n| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
            let month_is: u32 = month.parse().ok()?;
            let fits = digits(year, 4) && digits(month, 2) && (1..=12).contains(&month_is);
            let name = ReleaseName {
                area: area.to_string(),
                period: format!("{year}-{month}"),
                number: number.parse().ok()?,
            };
            (fits && is_area(area) && name.number > 0 && name.to_string() == text).then_some(name)
        };
        parts().ok_or_else(|| "is not the name of a release".to_string())
    }
}

/// Whether `area` can stand in the name of a release.
pub(crate) fn is_area(area: &str) -> bool {
    let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    !area.is_empty()
        && area.len() <= LONGEST_AREA
        && !area.starts_with('-')
        && !area.ends_with('-')
        && area.bytes().all(fits)
}
