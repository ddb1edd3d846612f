//! Opt-outs as the lake knows them: `populace.opt_out`, so that a change of a list is noticed.
//!
//! Their Patients are kept too, as pseudonyms: what arrives later for one of them is recognised and
//! left out, and does not wait for a Patient that never comes.

use crate::error::{Context, Result};
use crate::lake::properties::OPT_OUTS;
use crate::lake::{Lake, TableName};
use crate::privacy::{OptOuts, PatientKey, PersonKey};
use crate::pull::identity::facts::LinkFact;
use crate::pull::identity::patient_index::PatientIndex;
use crate::pull::version::Version;
use arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// `populace.opt_out`.
pub(crate) fn table() -> TableName {
    TableName::new("populace", "opt_out")
}

/// The state of the opt-outs; None when nobody has ever been on a list.
///
/// # Errors
/// Data: the log of the table cannot be read.
pub(crate) async fn state(lake: &Lake) -> Result<Option<String>> {
    let Some(stored) = lake.table(&table()).await? else {
        return Ok(None);
    };
    Ok(match stored.property(OPT_OUTS) {
        Some(state) => Some(state.to_string()),
        // An earlier Populace stored it.
        None => (stored.rows() > 0).then(|| "0".to_string()),
    })
}

/// A row says that a person is on a list, or that a Patient is theirs.
fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("person_key", DataType::Int64, false),
        Field::new("patient_key", DataType::Int64, true),
        Field::new("list", DataType::Utf8, true),
    ]))
}

/// A row of `populace.opt_out`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct OptOutRow<'a> {
    person: PersonKey,
    patient: Option<PatientKey>,
    list: Option<&'a str>,
}

/// The people who had opted out at the last pull, and links to them.
#[derive(Debug, Default)]
pub(crate) struct OptedOut {
    /// Their keys.
    pub people: HashSet<PersonKey>,
    /// The Patients that were theirs.
    pub links: Vec<LinkFact>,
    /// How many people were on each list.
    pub lists: BTreeMap<String, u64>,
    /// Who was on each list, where the lake says so.
    members: BTreeMap<String, HashSet<PersonKey>>,
    /// Which state of the table this is: a pull that is done again finds the same.
    pub version: Option<u64>,
}

impl OptedOut {
    /// Who was on a list; None where only their number is known.
    pub(crate) fn members(&self, list: &str) -> Option<&HashSet<PersonKey>> {
        // Before lists were told apart, all people were on the only one.
        let only = self.members.is_empty() && self.lists.len() == 1;
        match self.members.get(list) {
            None if only && self.lists.contains_key(list) => Some(&self.people),
            found => found,
        }
    }
}

/// Reads what was stored.
pub(crate) async fn load(lake: &Lake) -> Result<OptedOut> {
    let mut found = OptedOut::default();
    if let Some(lists) = lake.table(&list_table()).await? {
        let columns = Some(["list", "people"].as_slice());
        for batch in lake.read_table(&lists, columns).await? {
            let names = batch.column(0).as_string::<i32>();
            let people = batch.column(1).as_primitive::<Int64Type>();
            for (name, people) in names.iter().zip(people.values()) {
                let name = name.unwrap_or_default().to_string();
                found.lists.insert(name, people.unsigned_abs());
            }
        }
    }
    let Some(stored) = lake.table(&table()).await? else {
        // Without the people nothing can have been taken from the lists.
        found.lists.clear();
        return Ok(found);
    };
    found.version = Some(stored.version);
    for batch in lake.read_table(&stored, None).await? {
        let people = batch.column(0).as_primitive::<Int64Type>();
        let patients = batch.column(1).as_primitive::<Int64Type>();
        let keys = people.values().iter().copied().map(PersonKey::new);
        found.people.extend(keys.clone());
        let known = (0..people.len()).filter(|row| patients.is_valid(*row));
        found.links.extend(known.map(|row| LinkFact {
            patient_key: PatientKey::new(patients.value(row)),
            person: Some(PersonKey::new(people.value(row))),
            claimed: None,
            // Any version of the Patient that arrives is newer.
            version: Version::OLDEST,
        }));
        if let Some(lists) = batch.column_by_name("list") {
            for (list, person) in lists.as_string::<i32>().iter().zip(keys) {
                if let Some(list) = list {
                    let members = found.members.entry(list.to_string()).or_default();
                    members.insert(person);
                }
            }
        }
    }
    // The members themselves say how many they were.
    for (list, members) in &found.members {
        found.lists.insert(list.clone(), members.len() as u64);
    }
    Ok(found)
}

/// Stores the people who have opted out now, with the Patients that `links` knows of them; `before`
/// is what was stored.
pub(crate) async fn store(
    lake: &Lake,
    before: &OptedOut,
    opted_out: &OptOuts,
    links: &PatientIndex,
) -> Result<()> {
    let base = lake.table(&table()).await?;
    let mut rows: Vec<OptOutRow> = Vec::new();
    for (list, members) in &opted_out.members {
        rows.extend(members.iter().map(|person| OptOutRow {
            person: *person,
            patient: None,
            list: Some(list.as_str()),
        }));
    }
    rows.extend(
        links
            .leading_to(&opted_out.people)
            .map(|(patient, person)| OptOutRow {
                person,
                patient: Some(patient),
                list: None,
            }),
    );
    rows.sort_unstable();
    let known: HashSet<PatientKey> = before.links.iter().map(|l| l.patient_key).collect();
    let joined = rows.iter().any(|row| match &row.patient {
        Some(patient) => !known.contains(patient),
        None => !before.people.contains(&row.person),
    });
    let state = base.as_ref().and_then(|table| table.property(OPT_OUTS));
    let state = match (joined, state) {
        // The version is that of the commit, so that no state ever comes again.
        (true, _) => Some(
            base.as_ref()
                .map_or(1, |table| table.version + 2)
                .to_string(),
        ),
        (false, state) => state.map(str::to_string),
    };
    let properties = state.map(|state| (OPT_OUTS.to_string(), state));
    let columns: [Arc<dyn Array>; 3] = [
        Arc::new(Int64Array::from_iter_values(
            rows.iter().map(|row| row.person.get()),
        )),
        Arc::new(
            rows.iter()
                .map(|row| row.patient.map(PatientKey::get))
                .collect::<Int64Array>(),
        ),
        Arc::new(rows.iter().map(|row| row.list).collect::<StringArray>()),
    ];
    let rows =
        RecordBatch::try_new(schema(), columns.to_vec()).data(|| "cannot store the opt-outs")?;
    let properties = properties.into_iter().collect();
    lake.replace_rows(&table(), base.as_ref(), rows, properties)
        .await
}

/// `populace.opt_out_list`.
pub(crate) fn list_table() -> TableName {
    TableName::new("populace", "opt_out_list")
}
