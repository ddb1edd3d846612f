//! What a column of a reference table holds, as a sidecar or `types` under `[reference]` declares it.

use arrow::datatypes::DataType;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// The type of a column of a reference table, by the names of column files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReferenceType {
    /// Text, as it is written: a code keeps its zeros.
    #[serde(alias = "code")]
    String,
    /// A whole number.
    Integer,
    /// A number.
    #[serde(alias = "double")]
    Decimal,
    /// A day.
    Date,
    /// Yes or no.
    Boolean,
}

impl ReferenceType {
    /// The name by which sidecars write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ReferenceType::String => "string",
            ReferenceType::Integer => "integer",
            ReferenceType::Decimal => "decimal",
            ReferenceType::Date => "date",
            ReferenceType::Boolean => "boolean",
        }
    }

    /// The Arrow type.
    pub(crate) fn data_type(self) -> DataType {
        match self {
            ReferenceType::String => DataType::Utf8,
            ReferenceType::Integer => DataType::Int64,
            ReferenceType::Decimal => DataType::Float64,
            ReferenceType::Date => DataType::Date32,
            ReferenceType::Boolean => DataType::Boolean,
        }
    }
}

/// A column of a reference table: `"string"`, or a table with more about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceColumn {
    /// What its values are.
    pub kind: ReferenceType,
    /// Whether a file may lack it: then it is NULL in every row.
    pub optional: bool,
    /// What it means.
    pub description: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenReferenceColumn {
    r#type: ReferenceType,
    #[serde(default)]
    optional: bool,
    description: Option<String>,
}

impl<'de> Deserialize<'de> for ReferenceColumn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Column;
        impl<'de> Visitor<'de> for Column {
            type Value = ReferenceColumn;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a type such as \"string\", or a table with type, optional and description",
                )
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<ReferenceColumn, E> {
                Ok(ReferenceColumn {
                    kind: ReferenceType::deserialize(StrDeserializer::new(name))?,
                    optional: false,
                    description: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ReferenceColumn, A::Error> {
                let written = WrittenReferenceColumn::deserialize(MapAccessDeserializer::new(map))?;
                Ok(ReferenceColumn {
                    kind: written.r#type,
                    optional: written.optional,
                    description: written.description,
                })
            }
        }
        deserializer.deserialize_any(Column)
    }
}
