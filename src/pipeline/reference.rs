//! `[reference]`: a path alone, or a table that chooses columns of an official file and says their
//! types.

use super::census::another_census;
use super::column_of::ColumnOf;
use super::reference_column::ReferenceColumn;
use super::reference_part::{
    AddedColumns, FilterValues, PickedColumns, ReferencePart, Unpivot, WORKBOOKS, WrittenAddition,
};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// A reference table under `[reference]`.
#[derive(Debug, Clone)]
pub struct ReferenceSettings {
    /// A CSV file.
    pub file: PathBuf,
    /// Which of its columns are read, and how.
    pub choice: ColumnChoice,
    /// What columns hold, where no sidecar says so, or another than the sidecar says.
    pub types: BTreeMap<String, ReferenceColumn>,
    /// The files that the table is made of, where that is more than columns of one CSV file.
    pub parts: Vec<ReferencePart>,
}

/// Which columns of a file become columns of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnChoice {
    /// Whether the first line names the columns.
    pub header: bool,
    /// The columns of the table, by name; all columns under their own names when none are given.
    pub columns: BTreeMap<String, ColumnOf>,
}

impl Default for ColumnChoice {
    fn default() -> Self {
        ColumnChoice {
            header: true,
            columns: BTreeMap::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceTable {
    file: PathBuf,
    #[serde(default = "super::reference_part::yes")]
    header: bool,
    #[serde(default)]
    columns: BTreeMap<String, ColumnOf>,
    #[serde(default)]
    types: BTreeMap<String, ReferenceColumn>,
    sheet: Option<String>,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    #[serde(default)]
    words: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    only: BTreeMap<String, FilterValues>,
    #[serde(default)]
    except: BTreeMap<String, FilterValues>,
    unpivot: Option<Unpivot>,
    #[serde(default)]
    add: Vec<WrittenAddition>,
}

impl ReferenceTable {
    /// Whether it is the columns of one CSV file, and nothing else.
    fn is_plain(&self) -> bool {
        let ending = self.file.extension().and_then(|ending| ending.to_str());
        !ending.is_some_and(|ending| WORKBOOKS.contains(&ending))
            && self.sheet.is_none()
            && self.unpivot.is_none()
            && self.constants.is_empty()
            && self.words.is_empty()
            && self.only.is_empty()
            && self.except.is_empty()
            && self.add.is_empty()
    }

    /// Columns that are of another census than their names say.
    fn census_fault(&self) -> Option<String> {
        let added = self.add.iter().flat_map(WrittenAddition::mappings);
        std::iter::once(&self.columns)
            .chain(added)
            .find_map(another_census)
    }

    /// Why it cannot be a part of a table.
    fn fault(&self) -> Option<&'static str> {
        let named = |name: &String| self.columns.contains_key(name);
        if self.columns.is_empty() {
            return Some("missing field `columns`");
        }
        if self.unpivot.is_some() && !self.header {
            return Some("unpivot needs a header");
        }
        let known = |name: &String| {
            named(name)
                || self.constants.contains_key(name)
                || self.add.iter().any(|add| add.makes(name))
        };
        let mut by = self.add.iter().flat_map(WrittenAddition::by);
        if by.any(|name| !known(name)) {
            return Some("`by` of `add` names a column that the table does not have");
        }
        None
    }

    fn part(self) -> ReferencePart {
        ReferencePart {
            picked: PickedColumns {
                file: self.file,
                sheet: self.sheet,
                header: self.header,
                columns: self.columns,
                only: self.only,
                except: self.except,
            },
            constants: self.constants,
            words: self.words,
            unpivot: self.unpivot,
            add: self.add.into_iter().map(AddedColumns::from).collect(),
        }
    }
}

impl<'de> Deserialize<'de> for ReferenceSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reference;
        impl<'de> Visitor<'de> for Reference {
            type Value = ReferenceSettings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "the path of a CSV file, or a table with file, header, columns and types",
                )
            }

            fn visit_str<E>(self, path: &str) -> Result<ReferenceSettings, E> {
                Ok(ReferenceSettings {
                    file: PathBuf::from(path),
                    choice: ColumnChoice::default(),
                    types: BTreeMap::new(),
                    parts: Vec::new(),
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ReferenceSettings, A::Error> {
                let table = ReferenceTable::deserialize(MapAccessDeserializer::new(map))?;
                if let Some(fault) = table.census_fault() {
                    return Err(serde::de::Error::custom(fault));
                }
                if !table.is_plain() {
                    return of_parts(vec![table]);
                }
                Ok(ReferenceSettings {
                    file: table.file,
                    choice: ColumnChoice {
                        header: table.header,
                        columns: table.columns,
                    },
                    types: table.types,
                    parts: Vec::new(),
                })
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut seq: A,
            ) -> Result<ReferenceSettings, A::Error> {
                let mut tables = Vec::new();
                while let Some(table) = seq.next_element::<ReferenceTable>()? {
                    tables.push(table);
                }
                of_parts(tables)
            }
        }
        deserializer.deserialize_any(Reference)
    }
}

/// A table that is made of these files.
fn of_parts<E: serde::de::Error>(tables: Vec<ReferenceTable>) -> Result<ReferenceSettings, E> {
    let Some(first) = tables.first() else {
        return Err(E::custom("missing field `file`"));
    };
    let file = first.file.clone();
    let types = tables
        .iter()
        .flat_map(|table| table.types.clone())
        .collect();
    if let Some(fault) = tables.iter().find_map(ReferenceTable::census_fault) {
        return Err(E::custom(fault));
    }
    if let Some(fault) = tables.iter().find_map(ReferenceTable::fault) {
        return Err(E::custom(fault));
    }
    Ok(ReferenceSettings {
        file,
        choice: ColumnChoice::default(),
        types,
        parts: tables.into_iter().map(ReferenceTable::part).collect(),
    })
}
