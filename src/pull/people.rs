//! Which person each Patient is.

use super::prepare::LinkFact;
use crate::error::{Context, Result};
use crate::lake::{Lake, TableName};
use arrow::array::{Array, AsArray, Int64Array};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use std::collections::{HashMap, HashSet};

/// The link from Patients to people, in memory: 40 bytes a Patient.
#[derive(Debug, Default, Clone)]
pub struct People {
    links: HashMap<i64, (Option<i64>, (i64, i64))>,
}

impl People {
    /// Adds the links that `table`, whose records are people, holds already.
    pub async fn load(&mut self, lake: &Lake, table: &TableName) -> Result<()> {
        let Some(stored) = lake.table(table).await? else {
            return Ok(());
        };
        let columns = ["person_key", "record_key", "updated", "digest"];
        for file in &stored.files {
            for batch in lake.read_file(file, Some(&columns)).await? {
                let column = |name: &str| {
                    batch
                        .column_by_name(name)
                        .ok_or("a column is missing")
                        .data(|| format!("table {table}"))
                };
                let person = column("person_key")?.as_primitive::<Int64Type>();
                let record = column("record_key")?.as_primitive::<Int64Type>();
                let updated = column("updated")?.as_primitive::<TimestampMicrosecondType>();
                let digest = column("digest")?.as_primitive::<Int64Type>();
                for row in 0..batch.num_rows() {
                    self.learn(LinkFact {
                        patient_key: record.value(row),
                        person: person.is_valid(row).then(|| person.value(row)),
                        version: (
                            if updated.is_valid(row) {
                                updated.value(row)
                            } else {
                                i64::MIN
                            },
                            digest.value(row),
                        ),
                    });
                }
            }
        }
        Ok(())
    }

    /// Takes a fact in; the newest version of a Patient counts.
    pub fn learn(&mut self, fact: LinkFact) {
        let known = self
            .links
            .entry(fact.patient_key)
            .or_insert((fact.person, fact.version));
        if known.1 <= fact.version {
            *known = (fact.person, fact.version);
        }
    }

    /// The Patients that lead to one of `people`, with that person.
    pub fn leading_to(&self, people: &HashSet<i64>) -> impl Iterator<Item = (i64, i64)> {
        self.links.iter().filter_map(|(patient, (person, _))| {
            person
                .filter(|p| people.contains(p))
                .map(|person| (*patient, person))
        })
    }

    /// The person of each Patient; NULL while the Patient has not arrived.
    pub fn of(&self, patients: &Int64Array) -> Int64Array {
        patients
            .iter()
            .map(|patient| self.links.get(&patient?)?.0)
            .collect()
    }
}
