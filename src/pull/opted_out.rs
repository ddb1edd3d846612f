//! Opt-outs as the lake knows them: `populace.opt_out`, so that a change of the list is noticed.
//!
//! Their Patients are kept too, as pseudonyms: what arrives later for one of them is recognised and
//! left out, and does not wait for a Patient that never comes.

use super::people::People;
use super::prepare::LinkFact;
use crate::error::{Context, Result};
use crate::lake::{Lake, TableName};
use arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// `populace.opt_out`.
pub fn table() -> TableName {
    TableName::new("populace", "opt_out")
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("person_key", DataType::Int64, false),
        Field::new("patient_key", DataType::Int64, true),
    ]))
}

/// The people who had opted out at the last pull, and links to them.
#[derive(Debug, Default)]
pub struct OptedOut {
    /// Their keys.
    pub people: HashSet<i64>,
    /// The Patients that were theirs.
    pub links: Vec<LinkFact>,
}

/// Reads what was stored.
pub async fn load(lake: &Lake) -> Result<OptedOut> {
    let mut found = OptedOut::default();
    let Some(stored) = lake.table(&table()).await? else {
        return Ok(found);
    };
    for batch in lake.read_table(&stored, None).await? {
        let people = batch.column(0).as_primitive::<Int64Type>();
        let patients = batch.column(1).as_primitive::<Int64Type>();
        found.people.extend(people.values());
        let known = (0..people.len()).filter(|row| patients.is_valid(*row));
        found.links.extend(known.map(|row| LinkFact {
            patient_key: patients.value(row),
            person: Some(people.value(row)),
            // Any version of the Patient that arrives is newer.
            version: (i64::MIN, i64::MIN),
        }));
    }
    Ok(found)
}

/// Stores the people who have opted out now, with the Patients that `links` knows of them.
pub async fn store(lake: &Lake, opted_out: &HashSet<i64>, links: &People) -> Result<()> {
    let base = lake.table(&table()).await?;
    let mut rows: Vec<(i64, Option<i64>)> =
        opted_out.iter().map(|person| (*person, None)).collect();
    rows.extend(
        links
            .leading_to(opted_out)
            .map(|(patient, person)| (person, Some(patient))),
    );
    rows.sort_unstable();
    let columns: [Arc<dyn Array>; 2] = [
        Arc::new(rows.iter().map(|r| Some(r.0)).collect::<Int64Array>()),
        Arc::new(rows.iter().map(|r| r.1).collect::<Int64Array>()),
    ];
    let rows =
        RecordBatch::try_new(schema(), columns.to_vec()).data(|| "cannot store the opt-outs")?;
    lake.replace_rows(&table(), base.as_ref(), rows, BTreeMap::new())
        .await
}
