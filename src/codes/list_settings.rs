//! What is said of a code list: in the file beside it, or in the pipeline file.

use super::code_system::CodeSystem;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::path::PathBuf;

/// What is said of a list beside its codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSettings {
    /// The code system.
    pub system: Option<CodeSystem>,
    /// Which codes of a record are in the list.
    #[serde(rename = "match")]
    pub matching: Option<CodeMatch>,
    /// The column of the codes.
    pub column: Option<String>,
    /// Who published it, and where.
    pub source: Option<String>,
    /// Its version.
    #[serde(default, deserialize_with = "text_or_date")]
    pub version: Option<String>,
    /// Under which licence.
    pub licence: Option<String>,
}

/// Which codes of a record are in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeMatch {
    /// Those that are written in it.
    Exact,
    /// Those that begin with one that is written in it, too.
    Prefix,
}

/// A list in the pipeline file: a path alone, or a table.
#[derive(Debug, Clone)]
pub struct DeclaredList {
    /// The file.
    pub file: PathBuf,
    /// Which list of a file of many.
    pub key: Option<ListKey>,
    /// What is said of it.
    pub settings: ListSettings,
}

/// Which list of a file of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListKey {
    /// A cluster, as NHS England names it.
    Cluster(String),
    /// A refset of SNOMED CT.
    Refset(String),
}

impl ListKey {
    /// The cluster or refset.
    pub(super) fn value(&self) -> &str {
        match self {
            ListKey::Cluster(value) | ListKey::Refset(value) => value,
        }
    }
}

impl fmt::Display for ListKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListKey::Cluster(value) => write!(f, "cluster {value}"),
            ListKey::Refset(value) => write!(f, "refset {value}"),
        }
    }
}

impl ListSettings {
    /// These settings, and where they say nothing those.
    pub(super) fn or(self, other: &ListSettings) -> Self {
        ListSettings {
            system: self.system.or(other.system),
            matching: self.matching.or(other.matching),
            column: self.column.or_else(|| other.column.clone()),
            source: self.source.or_else(|| other.source.clone()),
            version: self.version.or_else(|| other.version.clone()),
            licence: self.licence.or_else(|| other.licence.clone()),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredTable {
    file: PathBuf,
    cluster: Option<String>,
    refset: Option<String>,
    system: Option<CodeSystem>,
    #[serde(rename = "match")]
    matching: Option<CodeMatch>,
    column: Option<String>,
    source: Option<String>,
    #[serde(default, deserialize_with = "text_or_date")]
    version: Option<String>,
    licence: Option<String>,
}

/// A version is often a day, which TOML writes without quotes.
fn text_or_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => Ok(Some(text)),
        toml::Value::Datetime(day) => Ok(Some(day.to_string())),
        _ => Err(serde::de::Error::custom(
            "invalid type: version, expected a string",
        )),
    }
}

impl<'de> Deserialize<'de> for DeclaredList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Declared;
        impl<'de> Visitor<'de> for Declared {
            type Value = DeclaredList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the path of a file of codes, or a table with file")
            }

            fn visit_str<E>(self, path: &str) -> Result<DeclaredList, E> {
                Ok(DeclaredList {
                    file: PathBuf::from(path),
                    key: None,
                    settings: ListSettings::default(),
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DeclaredList, A::Error> {
                let table = DeclaredTable::deserialize(MapAccessDeserializer::new(map))?;
                let key = match (table.cluster, table.refset) {
                    (Some(_), Some(_)) => {
                        return Err(serde::de::Error::custom(
                            "a list is a cluster or a refset, and not both",
                        ));
                    }
                    (Some(cluster), None) => Some(ListKey::Cluster(cluster)),
                    (None, refset) => refset.map(ListKey::Refset),
                };
                Ok(DeclaredList {
                    file: table.file,
                    key,
                    settings: ListSettings {
                        system: table.system,
                        matching: table.matching,
                        column: table.column,
                        source: table.source,
                        version: table.version,
                        licence: table.licence,
                    },
                })
            }
        }
        deserializer.deserialize_any(Declared)
    }
}
