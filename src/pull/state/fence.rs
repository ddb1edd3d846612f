//! Tables fenced against a pull that did not end: it was killed, or is late.

use crate::error::{Error, Result};
use crate::lake::{Change, Lake};
use crate::pull::plan::{PersonLink, PullPlan};
use std::collections::BTreeMap;

/// How often a table is tried whose other writer commits meanwhile.
const TRIES: usize = 20;

/// Moves every table on by one version that changes nothing, so that no commit made from what was
/// read before can follow. Tables that are not there are made, empty, when `create`.
pub(crate) async fn fence(lake: &Lake, plan: &PullPlan, create: bool) -> Result<()> {
    for table in &plan.tables {
        let mut tried = 0;
        loop {
            let base = lake.table(&table.name).await?;
            if base.is_none() && !create {
                break;
            }
            let change = Change {
                schema: base.as_ref().map_or(&table.schema, |b| &b.schema).clone(),
                sharded: table.person != PersonLink::None,
                properties: base
                    .as_ref()
                    .map_or_else(BTreeMap::new, |b| b.properties.clone()),
                add: Vec::new(),
                remove: Vec::new(),
            };
            if lake
                .try_commit(&table.name, base.as_ref(), change)
                .await?
                .is_some()
            {
                break;
            }
            tried += 1;
            if tried == TRIES {
                return Err(Error::data(format!(
                    "another command keeps changing table {}",
                    table.name
                ))
                .hint("run again when it has ended"));
            }
        }
    }
    Ok(())
}
