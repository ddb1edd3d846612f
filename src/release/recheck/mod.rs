//! What a release says of itself, looked at again from its files alone: the form of its tables, the
//! scheme, labels, totals, and what a reader could work out.

mod figures;
mod labels;
mod ledger;
mod parquet;
mod proof;
mod table;
mod together;

use super::difference::shown;
use super::inspect::Alteration;
use super::manifest::{MANIFEST, Manifest, SchemeUsed};
use super::place::ReleasePlace;
use crate::disclosure::{Scheme, SchemeSettings};
use crate::error::Result;
use crate::lake::Lake;
pub(crate) use ledger::LedgerChecked;
use table::ReadTable;
use together::CheckedTable;

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
    let (tables, mut problems) = read_tables(place, manifest).await?;
    for table in &tables {
        let figures = scheme
            .iter()
            .flat_map(|scheme| figures::problems(&table.table, scheme));
        problems.extend(figures.map(|what| table.problem(what)));
    }
    if let Some(scheme) = scheme.as_ref().filter(|_| problems.is_empty()) {
        let earlier = manifest
            .proof
            .as_ref()
            .map_or(0, |proof| proof.earlier_releases);
        problems.extend(together::problems(&tables, scheme, earlier == 0));
    }
    for table in &tables {
        let told = labels::telling(&table.table).map(|(dimension, line)| {
            format!("line {line}: the label of `{dimension}` has a number that could be a count")
        });
        problems.extend(told.map(|what| table.problem(what)));
    }
    found.extend(problems);
    found.extend(parquet::problems(place, manifest).await?);
    Ok(found)
}

/// What is wrong with a release beside all that its lake has published until then, and what was compared.
///
/// # Errors
/// Refused or data, when the release or the ledger cannot be read.
pub(super) async fn against_ledger(
    lake: &Lake,
    scheme: &Scheme,
    place: &ReleasePlace,
    manifest: &Manifest,
) -> Result<(Option<LedgerChecked>, Vec<Alteration>)> {
    // What is wrong with their form was found already.
    let (tables, _) = read_tables(place, manifest).await?;
    ledger::against(lake, scheme, manifest, &tables).await
}

/// The tables of a release that have the form that the manifest says, and what is wrong with the form.
async fn read_tables<'m>(
    place: &ReleasePlace,
    manifest: &'m Manifest,
) -> Result<(Vec<CheckedTable<'m>>, Vec<Alteration>)> {
    let (mut tables, mut found) = (Vec::new(), Vec::new());
    for (report, used) in &manifest.reports {
        for (id, made) in &used.tables {
            let file = format!("{report}-{id}.csv");
            // What is missing was found already.
            let Some(bytes) = place.read(&file).await? else {
                continue;
            };
            match ReadTable::read(&bytes, made) {
                Err(what) => found.push(Alteration {
                    file: shown(&file),
                    what,
                }),
                Ok(table) => {
                    let table = CheckedTable { file, table, made };
                    found.extend(table.table.differs(made).map(|what| table.problem(what)));
                    tables.push(table);
                }
            }
        }
    }
    Ok((tables, found))
}

/// The scheme that a manifest names; None for one whose secrets only its site has. Otherwise says what
/// is wrong.
pub(super) fn scheme_of(used: &SchemeUsed) -> std::result::Result<Option<Scheme>, &'static str> {
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
