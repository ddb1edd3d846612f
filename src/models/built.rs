//! What a model's table was built with, kept with the table, so that whoever reads it later can say
//! what made its rows and not only what would make them now.

use super::library::Model;
use crate::error::{Context, Result};
use crate::lake::Table;
use crate::lake::properties::BUILT;
use crate::pipeline::{ParameterType, ParameterValue};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What made the rows of a model's table, but for what it read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Built {
    /// What a row is, in the words of the header at that time.
    pub description: String,
    /// SHA-256 of the SQL file, in hexadecimal.
    pub sql_sha256: String,
    /// SHA-256 of the query without comments and layout, in hexadecimal.
    query_sha256: String,
    /// The checks that its rows passed, as the header writes them.
    checks: Vec<String>,
    /// The version of the SQL functions.
    functions: u32,
    /// The parameters that the query uses.
    pub parameters: BTreeMap<String, ParameterUsed>,
}

/// A parameter as a query used it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ParameterUsed {
    /// Its type.
    pub r#type: ParameterType,
    /// Its value, as `--set` takes it.
    pub value: String,
}

impl From<&ParameterValue> for ParameterUsed {
    fn from(value: &ParameterValue) -> Self {
        ParameterUsed {
            r#type: value.kind(),
            value: value.to_string(),
        }
    }
}

/// Why a table is not what its model would make now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    /// The model was never built.
    New,
    /// An earlier Populace built it, and did not keep what with.
    Unknown,
    /// The query changed.
    Sql,
    /// The checks changed.
    Checks,
    /// The SQL functions of this Populace give other results.
    Functions,
    /// A parameter has another value, or another type.
    Parameter {
        /// Its name.
        name: String,
        /// What the table was built with; None when the query did not use it.
        built: Option<String>,
        /// What it is now; None when the query no longer uses it.
        now: Option<String>,
    },
    /// A table that it reads changed.
    Input(String),
    /// A model that it reads is built first, and may come out with other rows.
    InputToBuild(String),
    /// It was refreshed since this day, and is compared with a full build.
    ToCompare(String),
    /// The log of its table is damaged.
    Damaged,
}

impl Reason {
    /// Whether a parameter has another value.
    pub(super) fn is_of_values(&self) -> bool {
        matches!(self, Reason::Parameter { .. })
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::New => f.write_str("it was never built"),
            Reason::Unknown => {
                f.write_str("an earlier Populace built it, and did not keep what it was built with")
            }
            Reason::Sql => f.write_str("its SQL changed"),
            Reason::Checks => f.write_str("its checks changed"),
            Reason::Functions => {
                f.write_str("the SQL functions of this Populace give other results")
            }
            Reason::Parameter { name, built, now } => match (built, now) {
                (Some(built), Some(now)) if built != now => {
                    write!(f, "it was built with {name} = {built}, not {now}")
                }
                _ => write!(f, "the parameter {name} changed"),
            },
            Reason::Input(table) => write!(f, "{table} changed"),
            Reason::InputToBuild(table) => write!(f, "{table} may change"),
            Reason::ToCompare(day) => {
                write!(f, "refreshed since {day}, it is compared with a full build")
            }
            Reason::Damaged => f.write_str("the log of its table is damaged"),
        }
    }
}

impl Built {
    /// What a build of `model` with these parameters rests on.
    pub(super) fn of(model: &Model, parameters: &BTreeMap<String, ParameterValue>) -> Self {
        let used = model.query.used(parameters);
        Built {
            description: model.header.description.trim().to_string(),
            sql_sha256: sha256(&model.sql),
            query_sha256: sha256(&model.query.normalised),
            checks: model.header.checks.iter().map(|c| c.text()).collect(),
            functions: crate::functions::VERSION,
            parameters: used
                .into_iter()
                .map(|(name, value)| (name.to_string(), value.into()))
                .collect(),
        }
    }

    /// What `table` was built with; None when that was not kept.
    pub(crate) fn with(table: &Table) -> Option<Self> {
        serde_json::from_str(table.property(BUILT)?).ok()
    }

    /// Whether the query and the checks of `model` are those that the table was built with.
    pub(crate) fn is_of(&self, model: &Model) -> bool {
        let checks = model.header.checks.iter().map(|check| check.text());
        sha256(&model.query.normalised) == self.query_sha256
            && checks.eq(self.checks.iter().cloned())
    }

    /// The values of parameters that it was built with, where `now` differs from it in values alone: what is
    /// named, and of which type, is the same.
    pub(super) fn values_before(&self, now: &Built) -> Option<BTreeMap<String, ParameterValue>> {
        let others = |of: &Built| {
            let same = Built {
                parameters: BTreeMap::new(),
                description: String::new(),
                sql_sha256: String::new(),
                ..of.clone()
            };
            let types = of.parameters.iter();
            let types: Vec<_> = types
                .map(|(name, used)| (name.clone(), used.r#type))
                .collect();
            (same, types)
        };
        if others(self) != others(now) {
            return None;
        }
        let value = |(name, used): (&String, &ParameterUsed)| {
            let value = ParameterValue::written(used.r#type, &used.value)?;
            Some((name.clone(), value))
        };
        self.parameters.iter().map(value).collect()
    }

    /// The text of the property.
    pub(super) fn to_property(&self) -> Result<String> {
        serde_json::to_string(self).data(|| "cannot describe what a model was built with")
    }

    /// How this, of a table, differs from `now`, in what decides the rows.
    pub(super) fn differences(&self, now: &Built) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if self.query_sha256 != now.query_sha256 {
            reasons.push(Reason::Sql);
        }
        if self.checks != now.checks {
            reasons.push(Reason::Checks);
        }
        if self.functions != now.functions {
            reasons.push(Reason::Functions);
        }
        let mut names: Vec<&String> = self.parameters.keys().collect();
        names.extend(now.parameters.keys());
        names.sort();
        names.dedup();
        for name in names {
            let (built, now) = (self.parameters.get(name), now.parameters.get(name));
            if built != now {
                reasons.push(Reason::Parameter {
                    name: name.clone(),
                    built: built.map(|used| used.value.clone()),
                    now: now.map(|used| used.value.clone()),
                });
            }
        }
        reasons
    }
}

fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().fold(String::new(), |mut hex, byte| {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
