//! A table's full name.

use std::fmt;

/// A table's full name: layer and name, `record.patient`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct TableName {
    /// `record`, `reference`, `populace`, or a layer of models.
    pub layer: String,
    /// The name inside the layer.
    pub name: String,
}

impl TableName {
    /// A name from its two parts.
    pub fn new(layer: impl Into<String>, name: impl Into<String>) -> Self {
        TableName {
            layer: layer.into(),
            name: name.into(),
        }
    }

    /// Reads `layer.name`; None for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (layer, name) = text.split_once('.')?;
        let plain = |s: &str| !s.is_empty() && !s.contains('.');
        (plain(layer) && plain(name)).then(|| Self::new(layer, name))
    }

    /// The table to whose folder a path of the lake belongs; None for none.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let mut parts = path.split('/');
        let (layer, name) = parts.next().zip(parts.next())?;
        (!layer.contains('.')).then(|| Self::new(layer, name))
    }

    /// The folder of the table's log, relative to the lake.
    pub(crate) fn log(&self) -> String {
        format!("{}/_delta_log", self.folder())
    }

    /// The folder of the table, relative to the lake.
    pub(crate) fn folder(&self) -> String {
        format!("{}/{}", self.layer, self.name)
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.layer, self.name)
    }
}

impl TryFrom<String> for TableName {
    type Error = &'static str;

    fn try_from(written: String) -> Result<Self, Self::Error> {
        TableName::parse(&written).ok_or("write a table as layer.name, such as core.person")
    }
}
