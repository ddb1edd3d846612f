//! `[codes]`: where code lists are.

use crate::codes::DeclaredList;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `[codes]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CodesSettings {
    /// A folder of lists beside that of the project.
    pub folder: Option<PathBuf>,
    /// Files of many lists.
    pub clusters: Vec<DeclaredList>,
    /// Lists by name.
    pub lists: BTreeMap<String, DeclaredList>,
}
