//! The clock of a source, and which of its dates mean that a date is not known.

use crate::decode::Zone;
use chrono::NaiveDate;
use chrono::format::{Item, StrftimeItems};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// How the dates and times of a source are read.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Dates {
    /// Where its days begin, and where its times without an offset are.
    #[serde(deserialize_with = "zone")]
    pub time_zone: Zone,
    /// Dates that stand for a date that is not known.
    #[serde(deserialize_with = "days")]
    pub unknown_dates: Vec<NaiveDate>,
    /// The forms of the date in the names of its files; none to go by the time of the file alone.
    #[serde(deserialize_with = "forms")]
    pub file_date: Vec<String>,
}

/// What systems write for a date that is not known: their first or last day.
const UNKNOWN: [(i32, u32, u32); 8] = [
    (1, 1, 1),
    (1753, 1, 1),
    (1899, 12, 30),
    (1899, 12, 31),
    (1900, 1, 1),
    (2999, 12, 31),
    (4712, 12, 31),
    (9999, 12, 31),
];

impl Default for Dates {
    fn default() -> Self {
        let days = UNKNOWN.into_iter();
        Dates {
            time_zone: Zone::default(),
            unknown_dates: days
                .filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day))
                .collect(),
            file_date: vec!["%Y-%m-%d".to_string(), "%Y%m%d".to_string()],
        }
    }
}

fn forms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let forms = Vec::<String>::deserialize(deserializer)?;
    let unknown = |form: &&String| {
        let mut items = StrftimeItems::new(form);
        !form.contains('%') || items.any(|item| item == Item::Error)
    };
    match forms.iter().find(unknown) {
        Some(form) => Err(D::Error::custom(format!(
            "'{form}' is no form of a date such as %Y-%m-%d"
        ))),
        None => Ok(forms),
    }
}

fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zone, D::Error> {
    let name = String::deserialize(deserializer)?;
    Zone::parse(&name).map_err(|_| {
        D::Error::custom(format!(
            "'{name}' is no time zone of the IANA list, such as Europe/London or UTC"
        ))
    })
}

fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NaiveDate>, D::Error> {
    let days = Vec::<String>::deserialize(deserializer)?;
    let day = |text: &String| {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map_err(|_| D::Error::custom(format!("'{text}' is no date such as 1900-01-01")))
    };
    days.iter().map(day).collect()
}
