//! `[reference]`: a path alone, or a table that chooses columns of an official file and says their
//! types.

use super::reference_column::ReferenceColumn;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
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

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ColumnOf {
    /// Its place, from 1.
    Place(usize),
    /// Its name in the first line.
    Name(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceTable {
    file: PathBuf,
    #[serde(default = "yes")]
    header: bool,
    #[serde(default)]
    columns: BTreeMap<String, ColumnOf>,
    #[serde(default)]
    types: BTreeMap<String, ReferenceColumn>,
}

fn yes() -> bool {
    true
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
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ReferenceSettings, A::Error> {
                let table = ReferenceTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(ReferenceSettings {
                    file: table.file,
                    choice: ColumnChoice {
                        header: table.header,
                        columns: table.columns,
                    },
                    types: table.types,
                })
            }
        }
        deserializer.deserialize_any(Reference)
    }
}
