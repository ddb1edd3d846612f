//! Extracts that would take too large a share of the rows away are refused: most are cut, or empty.

use super::withdrawn::{Gone, Withdrawn};
use crate::error::{Error, Result};
use crate::pipeline::ConfirmedGone;
use crate::pull::failures::SourceFailures;
use crate::pull::plan::PullPlan;
use std::collections::BTreeMap;

/// Notes the sources that would take away a larger share of a table's rows than they allow, unless it is
/// confirmed, among the `failures`: with how many rows, of how many, and how to confirm it. Whether there
/// is none.
pub(in crate::pull) fn refuse_loss(
    plan: &PullPlan,
    withdrawn: &Withdrawn,
    confirmed: &[ConfirmedGone],
    failures: &mut SourceFailures,
) -> Result<bool> {
    let mut refused: BTreeMap<&str, (Vec<String>, Vec<String>)> = BTreeMap::new();
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
            let (causes, cures) = refused.entry(&source.name).or_default();
            causes.push(format!(
                "source {}: {rows} of the {of} rows of {} are not in its newest extract, more than {} in a hundred",
                source.name,
                plan.tables[*table].name,
                (most * 1000.0).round() / 10.0
            ));
            cures.push(format!("--confirm-gone {needed}"));
        }
    }
    let is_none = refused.is_empty();
    for (source, (causes, cures)) in refused {
        let error = Error::refused("an extract would take away more rows than its source allows");
        let error = causes.iter().fold(error, |error, why| error.cause(why));
        let error = error.hint(format!(
            "nothing was stored. Check whether the extract has arrived whole; when it is right as it is, confirm it once: run this command again with {}. Or raise largest_share_gone of the source",
            cures.join(" ")
        ));
        failures.note(source, error)?;
    }
    Ok(is_none)
}
