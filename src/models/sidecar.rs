//! The sidecar of a reference table, `<name>.toml`: what its columns hold, in which order its labels
//! come, and where it is from.

use crate::error::{Context, Error, Result};
use crate::nearest::nearest;
use crate::pipeline::{ReferenceColumn, parse_settings};
use crate::privacy::check_reference_column;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

/// What a sidecar says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sidecar {
    /// What a row is.
    pub description: String,
    /// Who published it.
    pub source: String,
    /// Which edition this is.
    pub version: String,
    /// Under what terms it may be used.
    pub licence: String,
    /// The column that its rows, and with them its labels, are ordered by.
    pub order: Option<String>,
    /// The columns that tell its rows apart; none where rows may be alike.
    #[serde(default)]
    pub key: Vec<String>,
    /// Whether a project may be without its file: then the table has no rows.
    #[serde(default)]
    pub optional: bool,
    /// Its columns.
    pub columns: BTreeMap<String, ReferenceColumn>,
}

impl Sidecar {
    /// Reads the text of a sidecar; `place` is its file, for errors.
    ///
    /// # Errors
    /// Usage: it is no sidecar. Refused: a column is named like something of a person.
    pub(super) fn parse(place: &str, text: &str) -> Result<Self> {
        let sidecar: Sidecar = parse_settings(place, text)?;
        for (key, value) in [
            ("description", &sidecar.description),
            ("source", &sidecar.source),
            ("version", &sidecar.version),
            ("licence", &sidecar.licence),
        ] {
            if value.trim().is_empty() {
                return Err(Error::usage(format!("{place}: {key} is empty"))
                    .hint("say it in a few words: a release names what its figures rest on"));
            }
        }
        if sidecar.columns.is_empty() {
            return Err(Error::usage(format!("{place}: [columns] names no column"))
                .hint("name each column with its type, such as setting = \"string\""));
        }
        for name in sidecar.columns.keys() {
            check_reference_column(place, name)?;
            if *name != name.trim().to_ascii_lowercase() {
                return Err(Error::usage(format!(
                    "{place}: [columns] has a name that is not in lower case"
                ))
                .hint(format!("write {} = …", name.trim().to_ascii_lowercase())));
            }
        }
        let orders = sidecar.order.iter().map(|name| ("order", name));
        let keys = sidecar.key.iter().map(|name| ("key", name));
        for (setting, name) in orders.chain(keys) {
            if !sidecar.columns.contains_key(name) {
                return Err(Error::usage(format!(
                    "{place}: {setting}: there is no column '{name}'"
                ))
                .hint(nearest(name, sidecar.columns.keys())));
            }
        }
        Ok(sidecar)
    }

    /// Reads a sidecar; None where there is no such file.
    ///
    /// # Errors
    /// Usage: it cannot be read, or is no sidecar.
    pub(super) fn read(file: &Path) -> Result<Option<Self>> {
        let place = file.display().to_string();
        match crate::regular_file::read_to_string(file) {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            read => {
                let text = read.usage(|| format!("the sidecar {place} cannot be read"))?;
                Self::parse(&place, &text).map(Some)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::ReferenceType;

    const GOOD: &str = "description = 'Settings of care'\nsource = 'written for Populace'\nversion = '1'\nlicence = 'Apache-2.0'\norder = 'setting_order'\n[columns]\nsetting_order = 'integer'\nsetting = { type = 'string', description = 'As reports show it' }\n";

    #[test]
    fn a_sidecar_is_read() {
        let sidecar = Sidecar::parse("setting.toml", GOOD).unwrap();
        assert_eq!(sidecar.order.as_deref(), Some("setting_order"));
        assert!(!sidecar.optional);
        let kinds = sidecar
            .columns
            .iter()
            .map(|(name, c)| (name.as_str(), c.kind));
        assert_eq!(
            kinds.collect::<Vec<_>>(),
            [
                ("setting", ReferenceType::String),
                ("setting_order", ReferenceType::Integer)
            ]
        );
    }

    #[test]
    fn mistakes_are_placed() {
        for (from, to, says, hint) in [
            (
                "version = '1'\n",
                "",
                "missing field `version`",
                "add `version`",
            ),
            (
                "version = '1'",
                "version = ' '",
                "version is empty",
                "say it in a few words",
            ),
            (
                "'integer'",
                "'integr'",
                "x.toml:7:17: unknown variant `integr`",
                "'integer'?",
            ),
            (
                "licence",
                "license",
                "x.toml:4:1: unknown field `license`",
                "'licence'?",
            ),
            (
                "type = 'string'",
                "tipe = 'string'",
                "unknown field `tipe`",
                "'type'?",
            ),
            (
                "order = 'setting_order'",
                "order = 'setting_ordr'",
                "no column 'setting_ordr'",
                "'setting_order'?",
            ),
            (
                "setting = {",
                "Setting = {",
                "not in lower case",
                "write setting = ",
            ),
            (
                "setting = {",
                "nhs_number = {",
                "column nhs_number is named like",
                "",
            ),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let error = Sidecar::parse("x.toml", &GOOD.replace(from, to)).unwrap_err();
            assert!(error.what().contains(says), "{says}: {error}");
            assert!(
                error.hint_text().unwrap_or_default().contains(hint),
                "{error:?}"
            );
        }
        let (head, _) = GOOD.split_once("setting_order = 'integer'").unwrap();
        let head = head.replace("order = 'setting_order'\n", "");
        let error = Sidecar::parse("x.toml", &head).unwrap_err();
        assert_eq!(error.what(), "x.toml: [columns] names no column");
    }
}
