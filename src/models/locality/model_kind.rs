//! The kinds of the models of a library.

use super::find::locality_of;
use super::verdict::{GlobalCause, Locality};
use crate::engine::Engine;
use crate::error::Result;
use crate::lake::TableName;
use crate::models::difference::kept_by_difference;
use crate::models::library::{Library, Model};
use crate::models::stored::stored_schema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// What the rows of a model rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum ModelKind {
    /// On no table of people.
    Constant,
    /// Those of a person on that person's rows.
    PersonLocal,
    /// On all people.
    Global {
        /// What makes it so.
        #[serde(rename = "global")]
        cause: GlobalCause,
        /// Aggregates over all people that are kept by difference.
        by_difference: usize,
        /// Why the first of the others is made in full.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_full: Option<GlobalCause>,
    },
}

impl fmt::Display for ModelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ModelKind::Constant => "constant",
            ModelKind::PersonLocal => "person-local",
            ModelKind::Global { .. } => "global",
        })
    }
}

/// The kinds of models, in the order in which they need each other. The engine knows what is pulled and
/// loaded; it learns the tables of the models, without rows. A model that cannot be planned has none.
///
/// # Errors
/// Data: a table cannot be made known.
pub(crate) async fn model_kinds(
    engine: &Engine,
    library: &Library,
    order: &[TableName],
) -> Result<BTreeMap<TableName, ModelKind>> {
    let mut kinds = BTreeMap::new();
    for name in order {
        let Some(model) = library.models.get(name) else {
            continue;
        };
        let Ok((plan, found)) = locality_of(engine, library, model).await else {
            continue;
        };
        let schema = stored_schema(plan.schema().as_arrow());
        engine.register_rows(name, schema, Vec::new())?;
        let unique = |table: &TableName| library.unique_columns(table);
        let kept = kept_by_difference(&plan, &unique);
        kinds.insert(name.clone(), kind(model, found, kept, &kinds));
    }
    Ok(kinds)
}

fn kind(
    model: &Model,
    found: Locality,
    (by_difference, in_full): (usize, Option<GlobalCause>),
    kinds: &BTreeMap<TableName, ModelKind>,
) -> ModelKind {
    match found {
        Locality::PersonLocal { .. } => ModelKind::PersonLocal,
        Locality::Global(cause) => ModelKind::Global {
            cause,
            by_difference,
            in_full,
        },
        // Figures of all people have no person key any more, and rest on people all the same.
        Locality::Constant => {
            let of_people =
                |read: &&TableName| !matches!(kinds.get(*read), None | Some(ModelKind::Constant));
            match model.reads.iter().find(of_people) {
                None => ModelKind::Constant,
                Some(read) => ModelKind::Global {
                    cause: GlobalCause::new(
                        "from",
                        format!("it reads {read}, which is made of people"),
                    ),
                    by_difference: 0,
                    in_full: None,
                },
            }
        }
    }
}
