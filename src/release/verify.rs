//! Whether a release is as it was made: `populace verify RELEASE`.

use super::inspect::{Alteration, inspect};
use super::manifest::SchemeUsed;
use super::place::ReleasePlace;
use super::recheck::{LedgerChecked, ReadTables, against_ledger, recheck, scheme_of};
use super::record;
use crate::disclosure::Scheme;
use crate::disclosure::rule::SchemeRule;
use crate::error::Result;
use crate::lake::{Lake, Location};
use serde::Serialize;

/// What a look at a release found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VerifiedRelease {
    /// Its identifier.
    pub release: String,
    /// Its folder or address.
    pub place: String,
    /// Files that it should have, without the manifest; 0 when that cannot be told.
    pub files: usize,
    /// The lake's record of it. Without one, only what does not fit together can be found: whoever
    /// alters all of a release together is not.
    pub proof: Option<Proof>,
    /// What was compared with the ledger of the lake, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerChecked>,
    /// What cannot be checked of it from its files, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_checked: Vec<String>,
    /// What is wrong.
    pub problems: Vec<Alteration>,
}

/// That a lake made a release.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Proof {
    /// The lake.
    pub lake: String,
    /// The program that made the release.
    pub program: String,
    /// When, ISO, UTC.
    pub made: String,
}

/// Compares release `id` below `releases` with what `lake` recorded of it when it was made; without
/// a lake, with its own manifest. With `ledger`, the lake's scheme, also with all that the lake has
/// published until then.
///
/// # Errors
/// Data, when the release or the lake cannot be read; refused, when the ledger is of another lake or
/// scheme. What is wrong with the release is no error.
pub(crate) async fn verify(
    releases: &Location,
    id: &str,
    lake: Option<&Lake>,
    ledger: Option<&Scheme>,
) -> Result<VerifiedRelease> {
    let place = ReleasePlace::open(releases, id)?;
    let record = match lake {
        Some(lake) => record::find(lake, id).await?,
        None => None,
    };
    let made = record.as_ref().map(|record| record.manifest.as_bytes());
    let mut found = inspect(&place, id, made).await?;
    let mut beside = None;
    if let Some(manifest) = &found.manifest {
        let tables = ReadTables::of(&place, manifest).await?;
        let problems = recheck(&place, manifest, &tables).await?;
        found.alterations.extend(problems);
        if let (Some(lake), Some(scheme)) = (lake, ledger) {
            let (checked, problems) = against_ledger(lake, scheme, manifest, &tables).await?;
            beside = checked;
            found.alterations.extend(problems);
        }
    }
    if let (Some(lake), None) = (lake, &record) {
        let unknown = Alteration {
            file: super::difference::shown(id),
            what: format!("is no release that the lake at {} made", lake.location()),
        };
        found.alterations.insert(0, unknown);
    }
    Ok(VerifiedRelease {
        release: id.to_string(),
        place: match releases.folder() {
            Some(folder) => folder.join(id).display().to_string(),
            None => format!("{releases}/{id}"),
        },
        files: found
            .manifest
            .as_ref()
            .map_or(0, |manifest| manifest.files.len()),
        proof: lake.zip(record).map(|(lake, record)| Proof {
            lake: lake.location().to_string(),
            program: record.program,
            made: record.made.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }),
        ledger: beside,
        not_checked: found
            .manifest
            .as_ref()
            .and_then(|manifest| not_checked(&manifest.scheme))
            .into_iter()
            .collect(),
        problems: found.alterations,
    })
}

/// What the files of a release under a scheme do not let anybody check.
fn not_checked(used: &SchemeUsed) -> Option<String> {
    let name = &used.name;
    match scheme_of(used) {
        Ok(Some(scheme)) if scheme.adds_up() => Some(format!(
            "Under {name} totals are sums of figures as they are shown, and the files do not say of which: that totals add up, and that nothing follows from them, was proved when the release was made, and is not checked here."
        )),
        // Its rule is a secret of the site.
        Ok(None) => Some(format!(
            "Under {name} the site's table decides what a count is shown as: whether it can have made these, and whether totals fit their parts, was proved when the release was made, and is not checked here."
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::SchemeSettings;

    #[test]
    fn what_a_scheme_does_not_let_be_checked_is_said() {
        let under = |name| {
            let settings = SchemeSettings {
                name,
                ..SchemeSettings::default()
            };
            let scheme = Scheme::of(&settings).unwrap().settings().into_iter();
            not_checked(&SchemeUsed {
                name: name.to_string(),
                settings: scheme.map(|(name, v)| (name.to_string(), v)).collect(),
            })
        };
        for name in ["opensafely", "midpoint6"] {
            let said = under(name).unwrap();
            let expected = format!("Under {name} totals are sums of figures as they are shown");
            assert!(said.starts_with(&expected), "{said}");
        }
        for name in [
            "hes2018",
            "hes2018_api",
            "threshold10",
            "legacy_1_5",
            "exact",
        ] {
            assert_eq!(under(name), None, "{name}");
        }
        let secret = not_checked(&SchemeUsed {
            name: "cell_key".to_string(),
            settings: std::collections::BTreeMap::new(),
        });
        assert!(secret.unwrap().contains("the site's table decides"));
    }
}
