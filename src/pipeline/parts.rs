//! A table of settings that several structs share out among themselves.
//!
//! Serde can flatten one struct into another, but then no longer says which settings there are, and
//! a misspelt one could not be told.

use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

/// What is left of a table.
pub struct Parts {
    left: toml::Table,
    known: Vec<&'static str>,
}

impl Parts {
    /// All of a table.
    pub fn of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Parts {
            left: toml::Table::deserialize(deserializer)?,
            known: Vec::new(),
        })
    }

    /// Takes the settings of a struct out.
    pub fn take<T: DeserializeOwned>(&mut self) -> Result<T, toml::de::Error> {
        T::deserialize(Taking(self))
    }

    /// Refuses what no struct took.
    pub fn end(self) -> Result<(), toml::de::Error> {
        let Some(wrong) = self.left.keys().next() else {
            return Ok(());
        };
        // As serde itself puts it.
        let known: Vec<String> = self.known.iter().map(|name| format!("`{name}`")).collect();
        let known = known.join(", ");
        Err(Error::custom(format!(
            "unknown field `{wrong}`, expected one of {known}"
        )))
    }
}

/// Gives a struct the settings that it has fields for.
struct Taking<'a>(&'a mut Parts);

impl<'de> Deserializer<'de> for Taking<'_> {
    type Error = toml::de::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.known.extend(fields);
        let own = fields
            .iter()
            .filter_map(|name| self.0.left.remove_entry(*name));
        visitor.visit_map(MapDeserializer::new(own))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(Error::custom("settings are taken by structs"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
