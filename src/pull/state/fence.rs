//! Tables fenced against a pull that did not end: it was killed, or is late.

use crate::error::Result;
use crate::lake::{Change, CommitAttempts, Lake};
use crate::pull::plan::{PersonLink, PullPlan};
use std::collections::BTreeMap;

/// Moves every table on by one version that changes nothing, so that no commit made from what was
/// read before can follow. Tables that are not there are made, empty, when `create`.
pub(crate) async fn fence(lake: &Lake, plan: &PullPlan, create: bool) -> Result<()> {
    for table in &plan.tables {
        let mut attempts = CommitAttempts::new();
        loop {
            let base = lake.table(&table.name).await?;
            let base = base.as_ref();
            if base.is_none() && !create {
                break;
            }
            let change = Change {
                schema: base.map_or(&table.schema, |b| &b.schema).clone(),
                sharded: table.person != PersonLink::None,
                properties: base.map_or_else(BTreeMap::new, |b| b.properties.clone()),
                add: Vec::new(),
                remove: Vec::new(),
            };
            let made = lake.try_commit(&table.name, base, change).await?;
            if made.is_some() {
                break;
            }
            attempts.was_second(&table.name).await?;
        }
    }
    Ok(())
}
