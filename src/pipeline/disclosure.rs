//! `[disclosure]`: the scheme, its settings, and the limits of what is released.

use super::bounds;
use crate::disclosure::{Scheme, SchemeSettings};
use crate::error::Result;
use crate::lake::FilesFor;
use crate::privacy::SecretPlace;
use serde::Deserialize;
use std::path::Path;

/// `[disclosure]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DisclosureSettings {
    /// The named scheme.
    pub scheme: String,
    /// Scheme `exact`: the smallest count that is shown.
    pub threshold: Option<u64>,
    /// Scheme `exact`: whether zeros are withheld too.
    pub protect_zeros: Option<bool>,
    /// Scheme `cell_key`: where the site's key is.
    pub key: Option<SecretPlace>,
    /// Scheme `cell_key`: where the table of perturbations is.
    pub perturbation_table: Option<SecretPlace>,
    /// The fewest people who enter or leave a figure before a later release shows another; 0 to look at
    /// no earlier release.
    #[serde(deserialize_with = "bounds::changes")]
    pub hold_below: u64,
    /// The fewest people of an area or organisation that a report may show by itself.
    pub smallest_area: u64,
    /// The share of a table's cells above which it is not released when they are suppressed.
    #[serde(deserialize_with = "bounds::share")]
    pub largest_suppressed_share: f64,
}

impl Default for DisclosureSettings {
    fn default() -> Self {
        DisclosureSettings {
            scheme: "hes2018".to_string(),
            threshold: None,
            protect_zeros: None,
            key: None,
            perturbation_table: None,
            hold_below: 8,
            smallest_area: 1000,
            largest_suppressed_share: 0.5,
        }
    }
}

impl DisclosureSettings {
    /// The scheme with its settings, secrets read from where they are; relative paths start at
    /// `base`.
    ///
    /// # Errors
    /// Usage: there is no such scheme, its settings are not those that it takes, or a secret cannot
    /// be read, is none, or is one that others may read.
    pub(super) fn scheme(&self, base: &Path, files_for: FilesFor) -> Result<Scheme> {
        let read = |place: &Option<SecretPlace>, what: &str| {
            let Some(place) = place else {
                return Ok(None);
            };
            place.refuse_open(what, base, files_for.withheld())?;
            place.read(what, base).map(Some)
        };
        // A secret of another scheme is refused before it is read.
        let takes = Scheme::takes(&self.scheme)?;
        let is_taken = |setting: &str| takes.contains(&setting);
        let (key, table) = match is_taken("key") && is_taken("perturbation_table") {
            true => (
                read(&self.key, "key")?,
                read(&self.perturbation_table, "perturbation table")?,
            ),
            false => (None, None),
        };
        Scheme::of(&SchemeSettings {
            name: &self.scheme,
            threshold: self.threshold,
            protect_zeros: self.protect_zeros,
            key: given(&self.key, key.as_ref().map(|key| key.as_str())),
            perturbation_table: given(
                &self.perturbation_table,
                table.as_ref().map(|table| table.as_str()),
            ),
        })
    }

    /// The setting that an error speaks of; the scheme when it speaks of none that is there.
    pub(super) fn spoken_of(&self, error: &str) -> &'static str {
        let settings = [
            ("threshold", self.threshold.is_some()),
            ("protect_zeros", self.protect_zeros.is_some()),
            ("perturbation_table", self.perturbation_table.is_some()),
            ("key", self.key.is_some()),
        ];
        let speaks = |name: &str| error.contains(name) || error.contains(&name.replace('_', " "));
        let mut there = settings.iter().filter(|(_, is_there)| *is_there);
        there
            .find(|(name, _)| speaks(name))
            .map_or("scheme", |(name, _)| name)
    }
}

/// What was read of a secret; nothing of one that is there and was not read.
fn given<'a>(place: &Option<SecretPlace>, read: Option<&'a str>) -> Option<&'a str> {
    read.or(place.as_ref().map(|_| ""))
}

#[cfg(test)]
mod tests {
    use crate::pipeline::Pipeline;
    use std::path::Path;

    const TABLE: &str = "count,released,probability
1,0,0.5\n1,2,0.5\n2,0,0.1\n2,2,0.7\n2,3,0.2\n3,2,0.4\n3,3,0.3\n3,4,0.2\n3,5,0.1
4,2,0.15\n4,3,0.2\n4,4,0.3\n4,5,0.2\n4,6,0.15\n";

    /// The pipeline of a folder with these settings, and what is wrong with its scheme.
    fn wrong(folder: &Path, settings: &str) -> Option<(String, String)> {
        let file = folder.join("night.toml");
        let text = format!(
            "[lake]\nurl = \"lake\"\n[releases]\nurl = \"releases\"\n[privacy]\nkey = \"env:NONE\"\n[parameters]\nas_of = {{ type = \"date\", default = \"2026-09-30\" }}\n[disclosure]\n{settings}\n"
        );
        std::fs::write(&file, text).unwrap();
        let error = match Pipeline::load(&file, &[]) {
            Err(error) => error,
            Ok(pipeline) => pipeline.scheme().err()?,
        };
        assert_eq!(error.kind().exit_code(), 2, "{error}");
        let place = error.what().split("night.toml").nth(1).unwrap_or_default();
        let causes = error.causes().join("; ");
        let hint = error.hint_text().unwrap_or_default();
        Some((format!("{place} ({causes})"), hint.to_string()))
    }

    fn secret(folder: &Path, name: &str, text: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn settings_are_checked_where_they_stand() {
        let folder = tempfile::tempdir().unwrap();
        for (settings, says, cure) in [
            (
                "scheme = \"hes2017\"",
                ":10:1: there is no disclosure scheme `hes2017`",
                "did you mean 'hes2018'?",
            ),
            (
                "treshold = 5",
                ":10:1: unknown field `treshold`",
                "did you mean 'threshold'?",
            ),
            (
                "threshold = 5",
                ":10:1: the scheme `hes2018` does not take `threshold` (it is a setting of `exact`)",
                "`hes2018` has no settings: take `threshold` out",
            ),
            (
                "scheme = \"exact\"\nkey = \"env:X\"",
                ":11:1: the scheme `exact` does not take `key`",
                "`exact` takes threshold and protect_zeros",
            ),
            (
                "scheme = \"exact\"\nthreshold = 0",
                ":11:1: the threshold 0 of [disclosure] is not from 3 to 1000",
                "none would be",
            ),
            (
                "scheme = \"exact\"\nthreshold = 1",
                ":11:1: the threshold 1",
                "none would be",
            ),
            (
                "scheme = \"exact\"\nthreshold = -5",
                ":11:13: invalid",
                "whole number",
            ),
            (
                "scheme = \"exact\"\nprotect_zeros = 1",
                ":11:17: invalid type",
                "true or false",
            ),
            (
                "scheme = \"cell_key\"",
                ":10:1: the scheme `cell_key` of [disclosure] needs `key`",
                "add key = ",
            ),
        ] {
            let (what, hint) = wrong(folder.path(), settings).unwrap();
            assert!(what.starts_with(says), "{settings}: {what}");
            assert!(hint.contains(cure), "{settings}: {hint}");
        }
        for settings in [
            "",
            "scheme = \"exact\"\nthreshold = 3\nprotect_zeros = true",
        ] {
            assert_eq!(wrong(folder.path(), settings), None);
        }
    }

    #[cfg(unix)]
    #[test]
    fn secrets_of_a_scheme_are_kept_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let settings = "scheme = \"cell_key\"\nkey = \"file:site.key\"\nperturbation_table = \"file:table.csv\"";
        let key = "ab".repeat(32);
        secret(folder.path(), "site.key", &key, 0o640);
        secret(folder.path(), "table.csv", TABLE, 0o600);
        assert_eq!(wrong(folder.path(), settings), None);
        secret(folder.path(), "table.csv", TABLE, 0o644);
        let (what, hint) = wrong(folder.path(), settings).unwrap();
        assert!(
            what.starts_with(":12:1: others may read the perturbation table file"),
            "{what}"
        );
        assert!(hint.contains("chmod"), "{hint}");
        secret(folder.path(), "table.csv", &TABLE[..60], 0o600);
        let (what, _) = wrong(folder.path(), settings).unwrap();
        assert!(
            what.contains("cannot be used (") && !what.contains("0."),
            "{what}"
        );
        secret(folder.path(), "table.csv", TABLE, 0o600);
        secret(folder.path(), "site.key", &key, 0o604);
        let (what, _) = wrong(folder.path(), settings).unwrap();
        assert!(
            what.starts_with(":11:1: others may read the key file"),
            "{what}"
        );
    }
}
