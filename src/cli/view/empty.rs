//! Columns that are empty in every row: whether no resource holds what they read, or nothing can, because
//! FHIR has no such element.

use crate::decode::fhir::{View, has_element, has_member, names, selected_paths};
use crate::nearest::near;
use arrow::array::{Array, RecordBatch};
use memchr::memmem::Finder;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Bytes that are searched for the names of elements: a search for many names takes longer than to
/// decode, and what resources hold shows in the first of them.
const SEARCHED: u64 = 64 * 1024 * 1024;

/// The elements that the columns of a view read, and which of them resources hold.
pub(super) struct ElementWatch {
    columns: Vec<WatchedColumn>,
    names: Vec<WatchedName>,
    searched: AtomicU64,
    /// Whether some bytes were not searched.
    beyond: AtomicBool,
}

struct WatchedColumn {
    name: String,
    path: String,
    filled: AtomicBool,
    /// The paths that the column reads, outermost element first, each a number among the names.
    paths: Vec<Vec<usize>>,
}

struct WatchedName {
    name: String,
    finder: Finder<'static>,
    seen: AtomicBool,
}

impl ElementWatch {
    /// Watches the columns of `view`.
    pub(super) fn of(view: &View) -> ElementWatch {
        let mut names: Vec<WatchedName> = Vec::new();
        let mut number = |name: &str| {
            if let Some(known) = names.iter().position(|known| known.name == name) {
                return known;
            }
            names.push(WatchedName {
                name: name.to_string(),
                finder: Finder::new(&format!("\"{name}\"")).into_owned(),
                seen: AtomicBool::new(false),
            });
            names.len() - 1
        };
        let selected = selected_paths(view);
        let columns = view.columns.iter().map(|column| {
            let own = selected.iter().filter(|path| path.column == column.name);
            WatchedColumn {
                name: column.name.clone(),
                path: column.path.clone(),
                filled: AtomicBool::new(false),
                paths: own
                    .map(|path| members(&path.path).into_iter().map(&mut number).collect())
                    .collect(),
            }
        });
        ElementWatch {
            columns: columns.collect(),
            names,
            searched: AtomicU64::new(0),
            beyond: AtomicBool::new(false),
        }
    }

    /// Notes the columns of `batch` that have values, and what `text`, of which it was made, holds of the
    /// others.
    pub(super) fn note(&self, batch: Option<&RecordBatch>, text: &[u8]) {
        for (at, column) in self.columns.iter().enumerate() {
            let values = batch.map(|batch| batch.column(at));
            if values.is_some_and(|values| values.null_count() < values.len()) {
                column.filled.store(true, Ordering::Relaxed);
            }
        }
        let length = text.len() as u64;
        if self.searched.fetch_add(length, Ordering::Relaxed) > SEARCHED {
            self.beyond.store(true, Ordering::Relaxed);
            return;
        }
        let empty = self.columns.iter().filter(|column| !column.is_filled());
        for number in empty.flat_map(|column| column.paths.iter().flatten()) {
            let name = &self.names[*number];
            if !name.seen.load(Ordering::Relaxed) && name.finder.find(text).is_some() {
                name.seen.store(true, Ordering::Relaxed);
            }
        }
    }

    /// What to say of each column that is empty in every row.
    pub(super) fn said(&self, resource: &str) -> Vec<String> {
        let empty = self.columns.iter().filter(|column| !column.is_filled());
        empty
            .map(|column| {
                format!(
                    "column {} is empty: {}",
                    column.name,
                    self.why(column, resource)
                )
            })
            .collect()
    }

    fn why(&self, column: &WatchedColumn, resource: &str) -> String {
        let shown = &column.path;
        for path in &column.paths {
            for (depth, number) in path.iter().enumerate() {
                let name = &self.names[*number].name;
                let seen = self.names[*number].seen.load(Ordering::Relaxed);
                let known = match depth {
                    _ if is_address(name) => true,
                    0 => has_element(resource, name).unwrap_or(true),
                    _ => has_member(name),
                };
                // What resources hold is known to those who sent them.
                if !known && !seen {
                    return unknown(resource, name, depth, shown);
                }
            }
        }
        if column.paths.is_empty() {
            return format!("its path '{shown}' reads no element");
        }
        let unseen = |path: &Vec<usize>| {
            let unseen = path.iter().map(|number| &self.names[*number]);
            unseen
                .clone()
                .find(|name| !name.seen.load(Ordering::Relaxed))
                .map(|name| name.name.as_str())
        };
        let unseen: Option<Vec<&str>> = column.paths.iter().map(unseen).collect();
        match unseen {
            Some(mut names) if !names.is_empty() => {
                names.sort_unstable();
                names.dedup();
                let here = match self.beyond.load(Ordering::Relaxed) {
                    true => format!("no resource in the first {} MB", SEARCHED / 1_048_576),
                    false => "no resource here".to_string(),
                };
                format!("{here} holds '{}'", names.join("' or '"))
            }
            _ => {
                format!("resources hold the elements, but nothing that its path '{shown}' asks for")
            }
        }
    }
}

impl WatchedColumn {
    fn is_filled(&self) -> bool {
        self.filled.load(Ordering::Relaxed)
    }
}

/// Whether a name is the address of an extension.
fn is_address(name: &str) -> bool {
    name.contains([':', '/'])
}

/// Of an element that FHIR does not have: where, and what may have been meant.
fn unknown(resource: &str, name: &str, depth: usize, shown: &str) -> String {
    // The view writes a choice without the type that its name ends in.
    let letters = name
        .char_indices()
        .filter(|(_, letter)| letter.is_ascii_uppercase());
    let written = match shown.contains(name) {
        true => name,
        false => letters
            .map(|(at, _)| &name[..at])
            .find(|start| !start.is_empty() && shown.contains(start))
            .unwrap_or(name),
    };
    let place = match depth {
        0 => format!("{resource} has no element '{written}'"),
        _ => format!("FHIR has no element '{written}' there"),
    };
    match near(written, names(resource, depth > 0)) {
        Some(meant) => format!("{place} (path '{shown}'): did you mean '{meant}'?"),
        None => format!("{place} (path '{shown}')"),
    }
}

/// The members of a path; of extensions, which profiles define, the addresses.
fn members(path: &str) -> Vec<&str> {
    let mut members = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let end = rest.find(['.', '(']).unwrap_or(rest.len());
        let name = &rest[..end];
        let mut next = &rest[end..];
        if next.starts_with('(') {
            let (url, after) = next.split_once(')').unwrap_or((next, ""));
            next = after;
            members.push(url.trim_start_matches('('));
        } else if !name.is_empty() && name != "*" {
            members.push(name);
        }
        rest = next.strip_prefix('.').unwrap_or(next);
    }
    members
}

#[cfg(test)]
mod tests {
    use super::members;

    #[test]
    fn extensions_go_by_their_addresses() {
        assert_eq!(
            members("hospitalization.extension(https://x.example/a.b).valueCodeableConcept.coding"),
            [
                "hospitalization",
                "https://x.example/a.b",
                "valueCodeableConcept",
                "coding"
            ]
        );
        assert_eq!(members("item.*.linkId"), ["item", "linkId"]);
        assert!(members("").is_empty());
    }
}
