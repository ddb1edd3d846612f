//! Extracts that would take too large a share of the rows away are refused: most are cut, or empty.

use super::withdrawn::{Gone, Withdrawn};
use crate::error::{Error, Result};
use crate::pipeline::ConfirmedGone;
use crate::pull::plan::PullPlan;

/// Refuses what would take away a larger share of a table's rows than its source allows, unless it is
/// confirmed.
///
/// # Errors
/// Refused: with how many rows, of how many, and how to confirm it.
pub(crate) fn refuse_loss(
    plan: &PullPlan,
    withdrawn: &Withdrawn,
    confirmed: &[ConfirmedGone],
) -> Result<()> {
    let mut causes = Vec::new();
    let mut cures = Vec::new();
    for ((source, table), Gone { rows, of }) in &withdrawn.gone {
        let source = &plan.sources[*source];
        let Some(most) = source.extracts.most_gone() else {
            continue;
        };
        let needed = ConfirmedGone {
            source: source.name.clone(),
            table: plan.tables[*table].name.name.clone(),
            rows: *rows,
        };
        if *rows as f64 > most * *of as f64 && !confirmed.contains(&needed) {
            causes.push(format!(
                "source {}: {rows} of the {of} rows of {} are not in its newest extract, more than {} in a hundred",
                source.name,
                plan.tables[*table].name,
                (most * 1000.0).round() / 10.0
            ));
            cures.push(format!("--confirm-gone {needed}"));
        }
    }
    if causes.is_empty() {
        return Ok(());
    }
    let error = Error::refused("an extract would take away more rows than its source allows");
    let error = causes.iter().fold(error, |error, why| error.cause(why));
    Err(error.hint(format!(
        "nothing was stored. Check whether the extract has arrived whole; when it is right as it is, confirm it once: run this command again with {}. Or raise largest_share_gone of the source",
        cures.join(" ")
    )))
}
