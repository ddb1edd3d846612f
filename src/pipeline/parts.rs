//! A table of settings that several structs share out among themselves.
//!
//! Serde can flatten one struct into another, but then no longer says which settings there are, and
//! a misspelt one could not be told.

use serde::de::value::StringDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

/// What is left of a table.
pub(crate) struct PipelineParts {
    left: toml::Table,
    known: Vec<&'static str>,
}

impl PipelineParts {
    /// All of a table.
    pub(crate) fn of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(PipelineParts {
            left: toml::Table::deserialize(deserializer)?,
            known: Vec::new(),
        })
    }

    /// Takes the settings of a struct out.
    pub(crate) fn take<T: DeserializeOwned>(&mut self) -> Result<T, toml::de::Error> {
        T::deserialize(Taking(self))
    }

    /// Refuses what no struct took.
    pub(crate) fn end(self) -> Result<(), toml::de::Error> {
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
struct Taking<'a>(&'a mut PipelineParts);

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
        let own: Vec<_> = own.collect();
        visitor.visit_map(Own {
            left: own.into_iter(),
            value: None,
        })
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(Error::custom("settings are taken by structs"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The settings of one struct. An error says of which setting it is, as `settings_file` reads it: the
/// place in the file is lost on the way.
struct Own {
    left: std::vec::IntoIter<(String, toml::Value)>,
    value: Option<(String, toml::Value)>,
}

impl<'de> MapAccess<'de> for Own {
    type Error = toml::de::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        self.value = self.left.next();
        let Some((key, _)) = &self.value else {
            return Ok(None);
        };
        let key: StringDeserializer<Self::Error> = StringDeserializer::new(key.clone());
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        let Some((key, value)) = self.value.take() else {
            return Err(Error::custom("a setting has no value"));
        };
        seed.deserialize(value)
            .map_err(|e| Error::custom(format!("{key}: {}", e.message())))
    }
}
