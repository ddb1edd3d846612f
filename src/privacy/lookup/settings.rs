//! `[privacy.lookups]`: a path alone, or a table that names the columns too.

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::path::PathBuf;

/// A lookup under `[privacy.lookups]`.
#[derive(Debug, Clone)]
pub struct LookupSettings {
    /// A CSV file with a header.
    pub file: PathBuf,
    /// The column in which values are looked up, when it is not told from the file.
    pub key: Option<String>,
    /// The column that has the answers, when it is not told from the file.
    pub value: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LookupTable {
    file: PathBuf,
    key: Option<String>,
    value: Option<String>,
}

impl<'de> Deserialize<'de> for LookupSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lookup;
        impl<'de> Visitor<'de> for Lookup {
            type Value = LookupSettings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the path of a CSV file, or a table with file, key and value")
            }

            fn visit_str<E>(self, path: &str) -> Result<LookupSettings, E> {
                Ok(LookupSettings {
                    file: PathBuf::from(path),
                    key: None,
                    value: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LookupSettings, A::Error> {
                let LookupTable { file, key, value } =
                    LookupTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(LookupSettings { file, key, value })
            }
        }
        deserializer.deserialize_any(Lookup)
    }
}
