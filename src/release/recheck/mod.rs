//! What a release says of itself, looked at again from its files alone: the form of its tables, the
//! scheme, labels, totals, and what a reader could work out.

mod figures;
mod labels;
mod proof;
mod table;

use super::inspect::Alteration;
use super::manifest::{MANIFEST, Manifest, SchemeUsed};
use super::place::ReleasePlace;
use crate::disclosure::{Scheme, SchemeSettings};
use crate::error::Result;
use table::ReadTable;

/// What is wrong with the tables of a release.
///
/// # Errors
/// Data, when a file cannot be read. What is wrong with the release is no error.
pub(super) async fn recheck(place: &ReleasePlace, manifest: &Manifest) -> Result<Vec<Alteration>> {
    let mut found = Vec::new();
    let scheme = match scheme_of(&manifest.scheme) {
        Ok(scheme) => scheme,
        Err(what) => {
            found.push(Alteration {
                file: MANIFEST.to_string(),
                what: what.to_string(),
            });
            return Ok(found);
        }
    };
    found.extend(proof::problem(manifest).map(|what| Alteration {
        file: MANIFEST.to_string(),
        what: what.to_string(),
    }));
    for (report, used) in &manifest.reports {
        for (id, made) in &used.tables {
            let file = format!("{report}-{id}.csv");
            // What is missing was found already.
            let Some(bytes) = place.read(&file).await? else {
                continue;
            };
            let problems = match ReadTable::read(&bytes, made) {
                Err(what) => vec![what],
                Ok(table) => {
                    let mut problems: Vec<String> = table.differs(made).into_iter().collect();
                    if let Some(scheme) = &scheme {
                        problems.extend(figures::problems(&table, scheme));
                    }
                    problems.extend(labels::telling(&table).map(|(dimension, line)| {
                        format!("line {line}: the label of `{dimension}` has a number that could be a count")
                    }));
                    problems
                }
            };
            let file = super::difference::shown(&file);
            found.extend(problems.into_iter().map(|what| Alteration {
                file: file.clone(),
                what,
            }));
        }
    }
    Ok(found)
}

/// The scheme that a manifest names; None for one whose secrets only its site has. Otherwise says what
/// is wrong.
fn scheme_of(used: &SchemeUsed) -> std::result::Result<Option<Scheme>, &'static str> {
    let takes =
        Scheme::takes(&used.name).map_err(|_| "names a scheme that this populace does not know")?;
    if takes.contains(&"perturbation_table") {
        return Ok(None);
    }
    let setting = |name: &str| used.settings.get(name).map(String::as_str);
    let own = |name: &str| setting(name).filter(|_| takes.contains(&name));
    let scheme = Scheme::of(&SchemeSettings {
        name: &used.name,
        threshold: own("threshold").and_then(|text| text.parse().ok()),
        protect_zeros: own("protect_zeros").and_then(|text| text.parse().ok()),
        ..SchemeSettings::default()
    });
    let scheme = scheme.map_err(|_| "has settings that its scheme does not take")?;
    let differs = |(name, value): &(&str, String)| setting(name) != Some(value.as_str());
    match scheme.settings().iter().any(differs) {
        true => Err("says other settings of its scheme than it has"),
        false => Ok(Some(scheme)),
    }
}
