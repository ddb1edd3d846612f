//! Models that were built before somebody opted out: their rows may be of that person, whatever their
//! columns are called.

use super::inputs::version;
use crate::error::{Error, Result};
use crate::lake::properties::{INPUTS, OPT_OUTS};
use crate::lake::{Lake, Table, TableName};
use crate::pull::opt_out_state;
use std::collections::{BTreeMap, BTreeSet};

/// The layers of tables that no model makes.
const NO_MODELS: [&str; 3] = ["record", "reference", "populace"];

/// Whether a model makes the table.
pub(crate) fn is_model(name: &TableName) -> bool {
    !NO_MODELS.contains(&name.layer.as_str())
}

/// Refuses the table of a model, at whichever version, that may hold rows of people who have opted
/// out since it was built.
///
/// # Errors
/// Refused: it may. Data: the lake cannot be read.
pub(crate) async fn refuse_opted_out_since(lake: &Lake, table: &Table) -> Result<()> {
    let Some(now) = opt_out_state(lake).await? else {
        return Ok(());
    };
    if !is_model(&table.name) || holds(lake, table, &now).await? {
        return Ok(());
    }
    let newest = lake.table(&table.name).await?.map(|table| table.version);
    let refused = Error::refused(format!(
        "table {} was built before people opted out, at version {}",
        table.name, table.version
    ))
    .cause("rows may be of them");
    Err(match newest == Some(table.version) {
        true => refused.hint("build it again with `populace run`"),
        false => refused.hint("read a newer version, or older versions of tables of record, whose rows of people who opted out are left out"),
    })
}

/// Whether what a model's table was made from is without everybody who has opted out by now: it was
/// built after the last of them, or nothing that it rests on has changed since.
async fn holds(lake: &Lake, table: &Table, now: &str) -> Result<bool> {
    let mut waiting = vec![table.clone()];
    let mut seen = BTreeSet::from([table.name.clone()]);
    while let Some(table) = waiting.pop() {
        if table.property(OPT_OUTS) == Some(now) {
            continue;
        }
        let inputs = table.property(INPUTS).unwrap_or_default();
        let Ok(inputs) = serde_json::from_str::<BTreeMap<String, String>>(inputs) else {
            return Ok(false);
        };
        for (name, read) in inputs {
            let Some(name) = TableName::parse(&name) else {
                return Ok(false);
            };
            if name.layer == "reference" {
                continue;
            }
            match lake.table(&name).await? {
                Some(input) if version(&input) == read => {
                    if is_model(&name) && seen.insert(name) {
                        waiting.push(input);
                    }
                }
                _ => return Ok(false),
            }
        }
    }
    Ok(true)
}
