//! Reference tables made of official files as they are downloaded: rows of several files, columns of
//! others, columns that become rows.

mod added;
mod columns;
mod filter;
mod row;
mod rows;
mod unpivoted;

use crate::error::{Error, Result};
use crate::pipeline::ReferencePart;
use added::Added;
use columns::Picked;
use row::value;
use rows::each_row;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use unpivoted::Unpivoted;

/// The rows of a table as CSV with a header; paths start at `root`.
///
/// # Errors
/// Usage: the settings do not fit each other. Data: a file cannot be read, or is not what the settings
/// say.
pub(super) fn assembled(name: &str, parts: &[ReferencePart], root: &Path) -> Result<Vec<u8>> {
    let names: BTreeSet<&str> = parts.iter().flat_map(names).collect();
    let cannot = || Error::data(format!("the reference table {name} cannot be made"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&names).map_err(|e| cannot().cause(e))?;
    for part in parts {
        let mut written = Ok(());
        let mut write = |row: &BTreeMap<&str, String>| {
            let values = names
                .iter()
                .map(|name| row.get(name).map_or("", String::as_str));
            if let Err(e) = writer.write_record(values) {
                written = Err(cannot().cause(e));
            }
        };
        of_part(name, part, root, &mut write)?;
        written?;
    }
    writer.into_inner().map_err(|e| cannot().cause(e.error()))
}

/// The files of a table.
pub(super) fn files<'p>(
    parts: &'p [ReferencePart],
    root: &'p Path,
) -> impl Iterator<Item = PathBuf> + 'p {
    let picked = parts.iter().flat_map(|part| {
        let added = part.add.iter().map(|added| &added.picked);
        std::iter::once(&part.picked).chain(added)
    });
    picked.map(|picked| root.join(&picked.file))
}

/// The columns that a part makes.
fn names(part: &ReferencePart) -> Vec<&str> {
    let mut names: Vec<&str> = part.picked.columns.keys().map(String::as_str).collect();
    names.extend(part.constants.keys().map(String::as_str));
    for added in &part.add {
        names.extend(added.picked.columns.keys().map(String::as_str));
    }
    if let Some(unpivot) = &part.unpivot {
        names.push(&unpivot.value);
        names.extend(unpivoted::named(&unpivot.columns));
    }
    names
}

/// Hands over the rows of one part.
fn of_part<'p>(
    name: &str,
    part: &'p ReferencePart,
    root: &Path,
    write: &mut impl FnMut(&BTreeMap<&'p str, String>),
) -> Result<()> {
    let file = root.join(&part.picked.file);
    let mut added = Vec::new();
    for columns in &part.add {
        added.push(Added::read(columns, &root.join(&columns.picked.file))?);
    }
    let mut picked = Picked::new(&part.picked, &file, BTreeMap::new());
    let mut unpivoted: Option<Unpivoted<'p>> = None;
    each_row(&file, part.picked.sheet.as_deref(), |line, row| {
        let Some(places) = picked.places(line, row)? else {
            return Ok(());
        };
        if places.is_header {
            if let Some(unpivot) = &part.unpivot {
                unpivoted = Some(Unpivoted::of(unpivot, row, &file)?);
            }
            return Ok(());
        }
        if !places.wanted(row) {
            return Ok(());
        }
        let mut base: BTreeMap<&'p str, String> = BTreeMap::new();
        for (column, at) in &places.columns {
            base.insert(*column, worded(part, column, value(row, *at)));
        }
        for (column, value) in &part.constants {
            base.insert(column, value.clone());
        }
        for added in &mut added {
            added.add(&mut base);
        }
        match &unpivoted {
            None => write(&base),
            Some(unpivoted) => unpivoted.rows(row, |more, value| {
                let mut long = base.clone();
                for (column, text) in more {
                    long.insert(*column, worded(part, column, text));
                }
                long.insert(unpivoted.value, value.to_string());
                write(&long);
            }),
        }
        Ok(())
    })?;
    picked.found_or_refused()?;
    for added in &added {
        added.refuse_no_match(name)?;
    }
    Ok(())
}

/// A value in the words of the table.
fn worded(part: &ReferencePart, column: &str, value: &str) -> String {
    let value = value.trim();
    let words = part.words.get(column);
    let word = words.and_then(|words| words.get(value));
    word.map_or_else(|| value.to_string(), Clone::clone)
}

#[cfg(test)]
mod tests;
