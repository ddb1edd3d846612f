//! Models of which the lake's files are damaged: their SQL makes all of them anew.
//!
//! A model that reads one which is built again may stay as it is: its files are looked at as well.

use super::built::Reason;
use super::inputs::Inputs;
use super::library::Library;
use super::model_state::ModelState;
use crate::error::Result;
use crate::lake::{Lake, TableName};
use crate::pipeline::ParameterValue;
use std::collections::{BTreeMap, BTreeSet};

/// The damaged files of models, by model.
pub(super) type Damaged = BTreeMap<TableName, Vec<String>>;

/// Looks at the files of those models that are up to date and will be read: by a model that is out
/// of date, by one that is damaged itself, or as `read` says. `order` has each model after what it
/// reads.
pub(super) async fn damaged(
    lake: &Lake,
    library: &Library,
    order: &[TableName],
    read: &BTreeSet<TableName>,
    parameters: &BTreeMap<String, ParameterValue>,
    inputs: &mut Inputs<'_>,
) -> Result<Damaged> {
    let mut found = Damaged::new();
    let mut builds = BTreeSet::new();
    let mut may_stay = BTreeSet::new();
    for name in order {
        let Some(model) = library.models.get(name) else {
            continue;
        };
        let assessed = inputs.state(model, parameters).await?;
        let state = assessed.state;
        let may_change = |reason: &Reason| matches!(reason, Reason::InputToBuild(_));
        if assessed.reasons.iter().all(may_change) {
            may_stay.insert(name.clone());
        }
        inputs.expect_as(name, &assessed);
        if state != ModelState::UpToDate {
            builds.insert(name.clone());
        }
        if state == ModelState::Damaged {
            found.insert(name.clone(), vec![name.log()]);
        }
    }
    let mut read = read.clone();
    for name in order.iter().rev() {
        let Some(model) = library.models.get(name) else {
            continue;
        };
        if may_stay.contains(name)
            && read.contains(name)
            && let Some(table) = lake.table(name).await?
        {
            let damage = lake.damage(&table.files).await?;
            if !damage.is_empty() {
                let paths = damage.into_iter().map(|damage| damage.path);
                found.insert(name.clone(), paths.collect());
                builds.insert(name.clone());
            }
        }
        if builds.contains(name) {
            read.extend(model.reads.iter().cloned());
        }
    }
    Ok(found)
}
