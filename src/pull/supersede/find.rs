//! Finding the stored rows whose place extracts take.

use super::period::Periods;
use super::rules::Superseded;
use super::stored::StoredRows;
use super::withdrawn::Withdrawn;
use crate::error::Result;
use crate::lake::{Lake, Table};
use crate::pull::plan::PullPlan;
use crate::pull::spool::Spool;

/// Finds the stored rows whose place what came takes; new rows of a period that a later extract holds
/// leave the spool.
pub(crate) async fn find(
    lake: &Lake,
    plan: &PullPlan,
    spool: &Spool,
    tables: &[Option<Table>],
    superseded: &Superseded,
) -> Result<Withdrawn> {
    let mut found = Withdrawn::default();
    for (index, (table, stored)) in plan.tables.iter().zip(tables).enumerate() {
        let mut periods = Periods::of_new(plan, spool, index)?;
        let sources = plan.sources.iter();
        let mut sources = sources.filter(|source| superseded.concerns(source, index));
        if sources.next().is_none() && periods.is_empty() {
            continue;
        }
        let files = stored.as_ref().map_or(&[][..], |table| &table.files);
        let rows = StoredRows {
            lake,
            plan: table,
            sources: &plan.sources,
            index,
            superseded,
        };
        rows.learn_periods(files, &mut periods).await?;
        periods.leave_spool(spool)?;
        rows.find(files, spool, &periods, &mut found).await?;
    }
    Ok(found)
}
