//! Which person each Patient is.

use crate::error::{Context, Result};
use crate::lake::Lake;
use crate::pull::clock::Clock;
use crate::pull::identity::facts::{LinkFact, Replacement};
use crate::pull::plan::{MERGED_FROM, TablePlan, UNVERIFIED};
use crate::pull::state::{rowless_versions, stored_rows};
use crate::pull::version::ByRecord;
use arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use std::collections::{HashMap, HashSet};

/// How many Patients in a row may replace one another; real chains have two or three.
const LONGEST_CHAIN: usize = 16;

/// The second part of the version in which a Patient was deleted.
const DELETED: i64 = i64::MAX;

/// The link from Patients to people, in memory: 40 bytes a Patient.
#[derive(Debug, Default, Clone)]
pub(crate) struct PatientIndex {
    /// The person that a Patient's own record names, and which version of it says so.
    own: HashMap<i64, (Option<i64>, (i64, i64)), ByRecord>,
    /// Patients that were merged into others, by the record that says so.
    merges: HashMap<i64, Merges>,
    /// Which Patient stands for another, from `merges`.
    replaced: HashMap<i64, i64>,
    /// Whom a Patient claims to be with a number that is not verified.
    claims: HashMap<i64, i64, ByRecord>,
    /// Whose a Patient was before it was deleted.
    owners: HashMap<i64, i64, ByRecord>,
    /// What facts overturned since [`PatientIndex::note_changes`]: whom the Patient's own record named before.
    before: HashMap<i64, Option<i64>>,
    /// The same of `replaced`.
    replaced_before: HashMap<i64, i64>,
}

/// What one record says of merged Patients.
#[derive(Debug, Clone)]
struct Merges {
    version: (i64, i64),
    /// The replaced Patient and the one that stands for it.
    pairs: Vec<(i64, i64)>,
}

impl PatientIndex {
    /// Adds the links that `table`, whose records are people, holds already.
    pub(crate) async fn load(&mut self, lake: &Lake, table: &TablePlan) -> Result<()> {
        for rows in rows(
            lake,
            table,
            &[
                "person_key",
                "record_key",
                MERGED_FROM,
                UNVERIFIED,
                "updated",
                "digest",
            ],
        )
        .await?
        {
            let person = numbers(&rows, table, "person_key")?;
            let record = numbers(&rows, table, "record_key")?;
            let merged = numbers(&rows, table, MERGED_FROM)?;
            let claimed = numbers(&rows, table, UNVERIFIED)?;
            for (row, version) in versions(&rows, table)?.into_iter().enumerate() {
                let own = if merged.is_valid(row) { merged } else { person };
                self.learn(LinkFact {
                    patient_key: record.value(row),
                    person: own.is_valid(row).then(|| own.value(row)),
                    claimed: claimed.is_valid(row).then(|| claimed.value(row)),
                    version,
                });
            }
        }
        Ok(())
    }

    /// Adds the merged Patients that `table` holds already; `other` and `kind` name its columns.
    pub(crate) async fn load_merges(
        &mut self,
        lake: &Lake,
        table: &TablePlan,
        other: &str,
        kind: &str,
    ) -> Result<()> {
        for rows in rows(
            lake,
            table,
            &["record_key", other, kind, "updated", "digest"],
        )
        .await?
        {
            let record = numbers(&rows, table, "record_key")?;
            let others = numbers(&rows, table, other)?;
            let kinds = column(&rows, table, kind)?;
            let kinds = kinds.as_string::<i32>();
            for (row, version) in versions(&rows, table)?.into_iter().enumerate() {
                if kinds.is_valid(row) && others.is_valid(row) {
                    let record = record.value(row);
                    let pair = Replacement::of(record, others.value(row), kinds.value(row));
                    self.learn_merge(Replacement {
                        record,
                        version,
                        pair,
                    });
                }
            }
        }
        for (record, version) in rowless_versions::load(lake).await?.of(&table.name) {
            self.learn_unmerged(record, version);
        }
        Ok(())
    }

    /// Begins to note what changes: all that was learnt up to now is what the lake holds.
    pub(crate) fn note_changes(&mut self) {
        self.replace();
        self.before.clear();
        self.replaced_before = self.replaced.clone();
    }

    /// Takes a fact in; the newest version of a Patient counts.
    pub(crate) fn learn(&mut self, fact: LinkFact) {
        match self.own.get_mut(&fact.patient_key) {
            None => {
                self.own
                    .insert(fact.patient_key, (fact.person, fact.version));
                self.claim(fact);
            }
            Some(known) if known.1 <= fact.version => {
                if known.0 != fact.person {
                    self.before.entry(fact.patient_key).or_insert(known.0);
                }
                *known = (fact.person, fact.version);
                self.claim(fact);
            }
            // An older version of a deleted Patient still says whose it was.
            Some((None, (_, DELETED))) => {
                if let Some(person) = fact.person.or(fact.claimed) {
                    self.owners.entry(fact.patient_key).or_insert(person);
                }
            }
            Some(_) => {}
        }
    }

    /// Keeps whom the newest version of a Patient claims to be.
    fn claim(&mut self, fact: LinkFact) {
        let deleted = fact.version.1 == DELETED;
        match fact.claimed {
            Some(person) => self.claims.insert(fact.patient_key, person),
            None => self.claims.remove(&fact.patient_key),
        };
        if !deleted {
            self.owners.remove(&fact.patient_key);
        }
    }

    /// Takes in whose a Patient was that is deleted now.
    pub(crate) fn learn_owner(&mut self, patient_key: i64, person: i64) {
        if matches!(self.own.get(&patient_key), Some((None, (_, DELETED)))) {
            self.owners.insert(patient_key, person);
        }
    }

    /// Whose each deleted Patient was.
    pub(crate) fn owners(&self) -> &HashMap<i64, i64, ByRecord> {
        &self.owners
    }

    /// Takes in that a Patient was deleted: what refers to it belongs to nobody known.
    pub(crate) fn learn_deleted(&mut self, patient_key: i64, when: i64) {
        let known = self.own.get(&patient_key);
        let owner = known.and_then(|(person, _)| *person);
        let owner = owner.or_else(|| self.claims.get(&patient_key).copied());
        self.learn(LinkFact {
            patient_key,
            person: None,
            claimed: None,
            version: (when, DELETED),
        });
        if let Some(owner) = owner {
            self.learn_owner(patient_key, owner);
        }
        self.learn_unmerged(patient_key, (when, DELETED));
    }

    /// Takes in that a version of a record says nothing of a merge, whatever older ones say that may
    /// still come.
    fn learn_unmerged(&mut self, record: i64, version: (i64, i64)) {
        self.learn_merge(Replacement {
            record,
            version,
            pair: None,
        });
    }

    /// Takes in what a record says of a merge; all that its newest version says counts together.
    pub(crate) fn learn_merge(&mut self, fact: Replacement) {
        let known = self.merges.entry(fact.record).or_insert_with(|| Merges {
            version: fact.version,
            pairs: Vec::new(),
        });
        if known.version > fact.version {
            return;
        }
        if known.version < fact.version {
            known.version = fact.version;
            known.pairs.clear();
        }
        known.pairs.extend(fact.pair);
        known.pairs.sort_unstable();
        known.pairs.dedup();
    }

    /// Takes in that a version of a record says nothing of a merge (any more).
    pub(crate) fn forget_merges(&mut self, record: i64, version: (i64, i64)) {
        if let Some(known) = self.merges.get_mut(&record)
            && known.version < version
        {
            known.version = version;
            known.pairs.clear();
        }
    }

    /// Works out who stands for whom. To be called when all facts are in.
    pub(crate) fn replace(&mut self) {
        let mut newest: HashMap<i64, ((i64, i64), i64)> = HashMap::new();
        for merges in self.merges.values() {
            for (replaced, by) in &merges.pairs {
                let fact = (merges.version, *by);
                newest
                    .entry(*replaced)
                    .and_modify(|known| *known = (*known).max(fact))
                    .or_insert(fact);
            }
        }
        self.replaced = newest.into_iter().map(|(k, (_, by))| (k, by)).collect();
    }

    /// Whether a Patient was merged into another.
    pub(crate) fn is_replaced(&self, patient: i64) -> bool {
        self.replaced.contains_key(&patient)
    }

    /// Patients who are another person than when [`PatientIndex::note_changes`] was called, with the person
    /// that they were. Those who were unknown then are not among them: their rows wait unlinked.
    pub(crate) fn moved(&self) -> HashMap<i64, Option<i64>> {
        let own_before = |patient: i64| match self.before.get(&patient) {
            Some(person) => *person,
            None => self.own.get(&patient).and_then(|(person, _)| *person),
        };
        let own_now = |patient: i64| self.own.get(&patient).and_then(|(person, _)| *person);
        self.before
            .keys()
            .chain(self.replaced.keys())
            .chain(self.replaced_before.keys())
            .filter_map(|patient| {
                let before = resolve(*patient, &self.replaced_before, own_before);
                (before != resolve(*patient, &self.replaced, own_now)).then_some((*patient, before))
            })
            .collect()
    }

    /// The person that a Patient is; None while that is not known.
    pub(crate) fn person(&self, patient: i64) -> Option<i64> {
        let own = |patient: i64| self.own.get(&patient).and_then(|(person, _)| *person);
        if self.replaced.is_empty() {
            return own(patient);
        }
        resolve(patient, &self.replaced, own)
    }

    /// The Patients that are, were, or claim to be one of `people`, with that person.
    pub(crate) fn leading_to(&self, people: &HashSet<i64>) -> impl Iterator<Item = (i64, i64)> {
        self.own.iter().filter_map(|(patient, (own, _))| {
            let claimed = self.claims.get(patient).copied();
            let deleted = self.owners.get(patient).copied();
            [self.person(*patient), *own, claimed, deleted]
                .into_iter()
                .flatten()
                .find(|person| people.contains(person))
                .map(|person| (*patient, person))
        })
    }

    /// The person of each Patient; NULL while the Patient has not arrived.
    pub(crate) fn of(&self, patients: &Int64Array) -> Int64Array {
        // A person's records arrive together.
        let mut last = (None, None);
        patients
            .iter()
            .map(|patient| {
                if patient != last.0 {
                    last = (patient, patient.and_then(|patient| self.person(patient)));
                }
                last.1
            })
            .collect()
    }
}

/// Follows replacements as far as they lead to a person.
fn resolve(
    patient: i64,
    replaced: &HashMap<i64, i64>,
    own: impl Fn(i64) -> Option<i64>,
) -> Option<i64> {
    let (mut at, mut person) = (patient, own(patient));
    for _ in 0..LONGEST_CHAIN {
        let Some(by) = replaced.get(&at) else { break };
        let Some(next) = own(*by) else { break };
        (at, person) = (*by, Some(next));
        if at == patient {
            // Two records that replace each other: the one in hand speaks for itself.
            return own(patient);
        }
    }
    person
}

async fn rows(lake: &Lake, table: &TablePlan, columns: &[&str]) -> Result<Vec<RecordBatch>> {
    let mut found = Vec::new();
    if let Some(held) = lake.table(&table.name).await? {
        let shape = stored_rows::shape(table, columns);
        for file in &held.files {
            found.extend(stored_rows::rows(lake, file, &shape).await?);
        }
    }
    Ok(found)
}

fn column<'b>(
    rows: &'b RecordBatch,
    table: &TablePlan,
    name: &str,
) -> Result<&'b arrow::array::ArrayRef> {
    rows.column_by_name(name)
        .ok_or("it is missing")
        .data(|| format!("column {name} of table {}", table.name))
}

fn numbers<'b>(rows: &'b RecordBatch, table: &TablePlan, name: &str) -> Result<&'b Int64Array> {
    Ok(column(rows, table, name)?.as_primitive::<Int64Type>())
}

fn versions(rows: &RecordBatch, table: &TablePlan) -> Result<Vec<(i64, i64)>> {
    let updated = column(rows, table, "updated")?.as_primitive::<TimestampMicrosecondType>();
    let digest = numbers(rows, table, "digest")?;
    let clock = Clock::of_command();
    Ok(updated
        .iter()
        // As everywhere, a time in the future counts as none.
        .map(|u| u.filter(|when| clock.believes(*when)).unwrap_or(i64::MIN))
        .zip(digest.values().iter().copied())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(patient_key: i64, person: i64, when: i64) -> LinkFact {
        LinkFact {
            patient_key,
            person: Some(person),
            claimed: None,
            version: (when, 0),
        }
    }

    fn merge(record: i64, when: i64, pair: Option<(i64, i64)>) -> Replacement {
        Replacement {
            record,
            version: (when, 0),
            pair,
        }
    }

    #[test]
    fn the_newest_version_of_a_patient_counts_whatever_the_order() {
        let mut people = PatientIndex::default();
        people.learn(fact(1, 10, 5));
        people.learn(fact(1, 11, 4));
        assert_eq!(people.person(1), Some(10));
        people.note_changes();
        people.learn(fact(1, 12, 6));
        people.learn(fact(2, 20, 6));
        assert_eq!(people.person(1), Some(12));
        assert_eq!(people.moved(), HashMap::from([(1, Some(10))]));
    }

    #[test]
    fn a_deleted_patient_is_nobody_until_a_newer_version_comes() {
        let mut people = PatientIndex::default();
        people.learn(fact(1, 10, 5));
        people.note_changes();
        people.learn_deleted(1, 6);
        assert_eq!(people.person(1), None);
        assert_eq!(people.moved(), HashMap::from([(1, Some(10))]));
        people.learn(fact(1, 10, 7));
        assert!(people.moved().is_empty());
    }

    #[test]
    fn patients_that_are_were_or_claim_to_be_somebody_lead_to_them() {
        let mut people = PatientIndex::default();
        let led = |people: &PatientIndex, person: i64| {
            let mut led: Vec<i64> = people
                .leading_to(&HashSet::from([person]))
                .map(|(patient, _)| patient)
                .collect();
            led.sort_unstable();
            led
        };
        for patient in 1..=4 {
            people.learn(fact(patient, 10, 1));
        }
        // The second claims it only, the third is deleted, the fourth was merged into another.
        people.learn(LinkFact {
            person: None,
            claimed: Some(10),
            ..fact(2, 10, 2)
        });
        people.learn_deleted(3, 2);
        people.learn(fact(5, 50, 1));
        people.learn_merge(merge(5, 2, Some((4, 5))));
        people.replace();
        assert_eq!(people.person(4), Some(50));
        assert_eq!(led(&people, 10), [1, 2, 3, 4]);
        assert_eq!(led(&people, 50), [4, 5]);
        // What was corrected leads there no longer.
        people.learn(fact(2, 20, 3));
        people.learn(fact(3, 30, 3));
        assert_eq!(led(&people, 10), [1, 4]);
        // Whatever comes first, a deletion or what it deletes.
        people.learn_deleted(6, 5);
        people.learn(fact(6, 60, 4));
        assert_eq!(people.person(6), None);
        assert_eq!(led(&people, 60), [6]);
    }

    #[test]
    fn an_older_version_of_a_deleted_patient_merges_nobody() {
        let mut people = PatientIndex::default();
        people.learn(fact(1, 10, 5));
        people.learn(fact(2, 20, 5));
        people.learn_deleted(1, 6);
        people.learn_merge(merge(1, 4, Some((2, 1))));
        people.replace();
        assert!(!people.is_replaced(2));
    }

    #[test]
    fn merged_patients_are_one_person() {
        let mut people = PatientIndex::default();
        for patient in 1..=3 {
            people.learn(fact(patient, patient * 10, 1));
        }
        people.note_changes();
        people.learn_merge(merge(1, 2, Some((1, 2))));
        people.learn_merge(merge(3, 2, Some((2, 3))));
        people.replace();
        assert_eq!(people.person(1), Some(30));
        assert_eq!(
            people.moved(),
            HashMap::from([(1, Some(10)), (2, Some(20))])
        );
        // The record that said so no longer does.
        people.forget_merges(3, (3, 0));
        people.replace();
        assert_eq!(people.person(1), Some(20));
        assert_eq!(people.moved(), HashMap::from([(1, Some(10))]));
    }

    #[test]
    fn records_that_replace_each_other_stay_themselves() {
        let mut people = PatientIndex::default();
        people.learn(fact(1, 10, 1));
        people.learn(fact(2, 20, 1));
        people.learn_merge(merge(1, 2, Some((1, 2))));
        people.learn_merge(merge(2, 2, Some((2, 1))));
        people.replace();
        assert_eq!(people.person(1), Some(10));
        assert_eq!(people.person(2), Some(20));
    }
}
