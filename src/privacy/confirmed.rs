//! `--confirm-opt-outs`: a change of an opt-out list that a person has looked at.

use std::fmt;
use std::str::FromStr;

/// That a list may go from so many people to so many.
///
/// Both numbers are named, so that a confirmation which was left in a script confirms nothing but
/// the change that somebody had before their eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// The list.
    pub list: String,
    /// Its people at the last pull.
    pub before: u64,
    /// Its people now.
    pub now: u64,
}

impl FromStr for Confirmed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || "write LIST=BEFORE..NOW, such as local=29..0, as the refusal says it".to_string();
        let (list, numbers) = text.rsplit_once('=').ok_or_else(wrong)?;
        let (before, now) = numbers.split_once("..").ok_or_else(wrong)?;
        Ok(Confirmed {
            list: list.to_string(),
            before: before.parse().map_err(|_| wrong())?,
            now: now.parse().map_err(|_| wrong())?,
        })
    }
}

impl fmt::Display for Confirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}..{}", self.list, self.before, self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_names_the_list_and_both_numbers() {
        let read: Confirmed = "national=1204..1100".parse().unwrap();
        assert_eq!((read.before, read.now), (1204, 1100));
        assert_eq!(read.to_string(), "national=1204..1100");
        for wrong in [
            "local",
            "local=0",
            "local=29..",
            "local=..0",
            "local=29..-1",
            "29..0",
        ] {
            assert!(wrong.parse::<Confirmed>().is_err(), "{wrong}");
        }
    }
}
