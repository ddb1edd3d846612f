//! Forms of dates and times as settings write them.

use crate::error::{Error, Result};
use chrono::format::{Item, StrftimeItems};
use serde::Deserialize;

/// One form or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Forms {
    One(String),
    Several(Vec<String>),
}

impl Forms {
    /// The forms, none of which is unknown; `place` is for the error.
    pub(super) fn checked(forms: Option<Forms>, place: &str) -> Result<Vec<String>> {
        let forms = match forms {
            None => Vec::new(),
            Some(Forms::One(form)) => vec![form],
            Some(Forms::Several(forms)) => forms,
        };
        for form in &forms {
            let unknown = StrftimeItems::new(form).any(|item| item == Item::Error);
            if unknown || !form.contains('%') {
                return Err(Error::usage(format!("{place}: unknown form '{form}'"))
                    .hint("write it as strftime does: %d/%m/%Y, %d-%b-%Y, %Y-%m-%d %H:%M:%S"));
            }
        }
        Ok(forms)
    }
}
