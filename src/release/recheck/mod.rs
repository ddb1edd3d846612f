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
use super::manifest::{MANIFEST, Manifest, SchemeUsed, TableMade};
use super::place::ReleasePlace;
use crate::disclosure::{Scheme, SchemeSettings};
use crate::error::Result;
use crate::lake::Lake;
pub(crate) use ledger::LedgerChecked;
use rayon::prelude::*;
use table::{ReadTable, TOGETHER};
use together::CheckedTable;

/// What is wrong with the tables of a release.
///
/// # Errors
/// Data, when a file cannot be read. What is wrong with the release is no error.
pub(super) async fn recheck(
    place: &ReleasePlace,
    manifest: &Manifest,
    read: &ReadTables<'_>,
) -> Result<Vec<Alteration>> {
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
    let tables = &read.tables;
    let mut problems = read.problems.clone();
    let of_figures = tables.par_iter().flat_map_iter(|table| {
        let figures = scheme
            .iter()
            .flat_map(|scheme| figures::problems(&table.table, scheme));
        figures.map(|what| table.problem(what)).collect::<Vec<_>>()
    });
    problems.par_extend(of_figures);
    if let Some(scheme) = scheme.as_ref().filter(|_| problems.is_empty()) {
        let earlier = manifest
            .proof
            .as_ref()
            .map_or(0, |proof| proof.earlier_releases);
        problems.extend(together::problems(tables, scheme, earlier == 0));
    }
    let of_labels = tables.par_iter().filter_map(|table| {
        let told = labels::telling(&table.table).map(|(dimension, line)| {
            format!("line {line}: the label of `{dimension}` has a number that could be a count")
        });
        told.map(|what| table.problem(what))
    });
    problems.par_extend(of_labels);
    found.extend(problems);
    found.extend(parquet::problems(place, manifest).await?);
    Ok(found)
}

/// What is wrong with a release beside all that its lake has published until then, and what was compared.
///
/// # Errors
/// Refused or data, when the ledger cannot be read.
pub(super) async fn against_ledger(
    lake: &Lake,
    scheme: &Scheme,
    manifest: &Manifest,
    read: &ReadTables<'_>,
) -> Result<(Option<LedgerChecked>, Vec<Alteration>)> {
    ledger::against(lake, scheme, manifest, &read.tables).await
}

/// The tables of a release.
pub(super) struct ReadTables<'m> {
    /// Those that have the form that the manifest says.
    tables: Vec<CheckedTable<'m>>,
    /// What is wrong with the form.
    problems: Vec<Alteration>,
}

impl<'m> ReadTables<'m> {
    /// Reads the CSV files of a release.
    ///
    /// # Errors
    /// Data, when a file cannot be read.
    pub(super) async fn of(place: &ReleasePlace, manifest: &'m Manifest) -> Result<Self> {
        let mut read = ReadTables {
            tables: Vec::new(),
            problems: Vec::new(),
        };
        let named = manifest.reports.iter().flat_map(|(report, used)| {
            let tables = used.tables.iter();
            tables.map(move |(id, made)| (format!("{report}-{id}.csv"), made))
        });
        let named: Vec<(String, &TableMade)> = named.collect();
        for some in named.chunks(TOGETHER) {
            let mut files = Vec::new();
            for (file, made) in some {
                // What is missing was found already.
                if let Some(bytes) = place.read(file).await? {
                    files.push((file, *made, bytes));
                }
            }
            let of = |(file, made, bytes): &(&String, &'m TableMade, Vec<u8>)| {
                ReadTable::read(bytes, made).map_err(|what| Alteration {
                    file: shown(file),
                    what,
                })
            };
            let tables: Vec<_> = files.par_iter().map(of).collect();
            for ((file, made, _), table) in files.into_iter().zip(tables) {
                match table {
                    Err(problem) => read.problems.push(problem),
                    Ok(table) => {
                        let file = file.clone();
                        let table = CheckedTable { file, table, made };
                        let differs = table.table.differs(made);
                        let differs = differs.map(|what| table.problem(what));
                        read.problems.extend(differs);
                        read.tables.push(table);
                    }
                }
            }
        }
        Ok(read)
    }
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
