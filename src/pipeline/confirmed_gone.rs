//! A loss of rows that a person has confirmed.

use std::fmt;
use std::str::FromStr;

/// So many rows of a table of a source may go, once. The number is named, so that a confirmation which
/// was left in a script confirms nothing but the loss that somebody had before their eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedGone {
    /// The source.
    pub source: String,
    /// The table, without `record.`.
    pub table: String,
    /// Rows that go.
    pub rows: u64,
}

impl FromStr for ConfirmedGone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once('=').and_then(|(place, rows)| {
            let (source, table) = place.rsplit_once('.')?;
            Some((source, table, rows.parse().ok()?))
        });
        let (source, table, rows) = parts
            .ok_or("write SOURCE.TABLE=ROWS, such as record.patient=120, as the refusal says it")?;
        Ok(ConfirmedGone {
            source: source.to_string(),
            table: table.to_string(),
            rows,
        })
    }
}

impl fmt::Display for ConfirmedGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}={}", self.source, self.table, self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_names_source_table_and_rows() {
        let read: ConfirmedGone = "gp.north.patient=120".parse().unwrap();
        assert_eq!(
            (read.source.as_str(), read.table.as_str()),
            ("gp.north", "patient")
        );
        assert_eq!(read.to_string(), "gp.north.patient=120");
        for wrong in ["", "gp=1", "gp.patient", "gp.patient=", "gp.patient=some"] {
            assert!(wrong.parse::<ConfirmedGone>().is_err(), "{wrong}");
        }
    }
}
