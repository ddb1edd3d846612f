//! Which person each Patient is.

use crate::privacy::{PatientKey, PersonKey, RecordKey};
use crate::pull::identity::facts::{LinkFact, MergedPatients, NamedBeside, Replacement};
use crate::pull::unlinked_cause::UnlinkedCause;
use crate::pull::version::{ByRecord, Version};
use arrow::array::Int64Array;
use std::collections::{HashMap, HashSet};

/// How many Patients in a row may replace one another; real chains have two or three.
const LONGEST_CHAIN: usize = 16;

/// The link from Patients to people, in memory: 40 bytes a Patient.
#[derive(Debug, Default, Clone)]
pub(crate) struct PatientIndex {
    /// The person that a Patient's own record names, and which version of it says so.
    own: HashMap<PatientKey, OwnPerson, ByRecord>,
    /// Patients that were merged into others, by the record that says so.
    merges: HashMap<RecordKey, Merges>,
    /// Which Patient stands for another, from `merges`.
    replaced: HashMap<PatientKey, PatientKey>,
    /// Whom a Patient claims to be with a number that is not verified.
    claims: HashMap<PatientKey, PersonKey, ByRecord>,
    /// Whose a Patient was before it was deleted.
    owners: Owners,
    /// Patients that arrived and cannot be used, on this night or an earlier one.
    rejected: HashSet<PatientKey, ByRecord>,
    /// What facts overturned since [`PatientIndex::note_changes`]: whom the Patient's own record named
    /// before.
    before: HashMap<PatientKey, Option<PersonKey>>,
    /// Patients of whom two versions name different people.
    of_two_people: HashSet<PatientKey>,
    /// Whom rows name beside their references to Patients that have not come, or are somebody else.
    beside: HashSet<NamedBeside>,
    /// The same of `replaced`.
    replaced_before: HashMap<PatientKey, PatientKey>,
}

/// Whose deleted Patients were.
pub(crate) type Owners = HashMap<PatientKey, PersonKey, ByRecord>;

/// The person that a Patient's own record names, and which version of it says so.
#[derive(Debug, Clone, Copy)]
struct OwnPerson {
    person: Option<PersonKey>,
    version: Version,
}

/// What one record says of merged Patients.
#[derive(Debug, Clone)]
struct Merges {
    version: Version,
    pairs: Vec<MergedPatients>,
}

impl PatientIndex {
    /// Begins to note what changes: all that was learnt up to now is what the lake holds.
    pub(crate) fn note_changes(&mut self) {
        self.replace();
        self.before.clear();
        self.of_two_people.clear();
        self.replaced_before = self.replaced.clone();
    }

    /// Takes a fact in; the newest version of a Patient counts.
    pub(crate) fn learn(&mut self, fact: LinkFact) {
        let known = self.own.get(&fact.patient_key);
        // What is read in the place of a wrong file is no second version.
        let known = known.filter(|known| known.version != Version::OLDEST);
        if let (Some(known), Some(now)) = (known.and_then(|known| known.person), fact.person)
            && known != now
        {
            self.of_two_people.insert(fact.patient_key);
        }
        match self.own.get_mut(&fact.patient_key) {
            None => {
                self.own.insert(fact.patient_key, OwnPerson::of(fact));
                self.claim(fact);
            }
            Some(known) if known.version <= fact.version => {
                if known.person != fact.person {
                    self.before.entry(fact.patient_key).or_insert(known.person);
                }
                *known = OwnPerson::of(fact);
                self.claim(fact);
            }
            // An older version of a deleted Patient still says whose it was.
            Some(known) if known.is_deleted() => {
                if let Some(person) = fact.person.or(fact.claimed) {
                    self.owners.entry(fact.patient_key).or_insert(person);
                }
            }
            Some(_) => {}
        }
    }

    /// How many Patients have versions with the numbers of two people, of what was learnt since
    /// [`PatientIndex::note_changes`].
    pub(crate) fn of_two_people(&self) -> u64 {
        self.of_two_people.len() as u64
    }

    /// Takes in whom a row names beside its reference to a Patient.
    pub(crate) fn learn_beside(&mut self, named: NamedBeside) {
        self.beside.insert(named);
    }

    /// Whether a Patient's own record, or its deletion, says who it is.
    pub(crate) fn is_known(&self, patient: PatientKey) -> bool {
        self.own.contains_key(&patient)
    }

    /// Whether a Patient is the person that a row names beside its reference to it, by now or by its
    /// own number before a merge.
    pub(crate) fn is_same(&self, NamedBeside { patient, person }: NamedBeside) -> bool {
        self.person(patient) == Some(person) || self.own_person(patient) == Some(person)
    }

    /// What rows name beside references to Patients that have not come, for later pulls.
    pub(crate) fn waiting_beside(&self) -> Vec<NamedBeside> {
        let named = self.beside.iter();
        let waiting = named.filter(|named| !self.is_known(named.patient));
        waiting.copied().collect()
    }

    /// Whom rows named beside references to Patients that turned out to be somebody else, or nobody.
    pub(crate) fn overruled(&self) -> impl Iterator<Item = PersonKey> {
        let named = self.beside.iter();
        let overruled = named.filter(|named| {
            let now = self.person(named.patient);
            now != Some(named.person) && (now.is_some() || self.is_known(named.patient))
        });
        overruled.map(|named| named.person)
    }

    /// How many Patients are another person than rows name beside their references to them, or are
    /// named as two.
    pub(crate) fn named_otherwise(&self) -> u64 {
        let mut named: Vec<NamedBeside> = self.beside.iter().copied().collect();
        named.sort_unstable();
        let of_one = named.chunk_by(|one, next| one.patient == next.patient);
        let otherwise = of_one.filter(|of_one| {
            let another =
                |named: &NamedBeside| self.person(named.patient).is_some() && !self.is_same(*named);
            of_one.len() > 1 || of_one.iter().any(another)
        });
        otherwise.count() as u64
    }

    /// Takes in that a Patient arrived and cannot be used.
    pub(crate) fn learn_rejected(&mut self, patient: PatientKey) {
        self.rejected.insert(patient);
    }

    /// The Patients that arrived and cannot be used, and of which nothing better has come.
    pub(crate) fn rejected(&self) -> Vec<PatientKey> {
        let rejected = self.rejected.iter();
        let still = rejected.filter(|patient| !self.own.contains_key(patient));
        still.copied().collect()
    }

    /// Why rows of a Patient have no person.
    pub(crate) fn why_unlinked(&self, patient: PatientKey) -> UnlinkedCause {
        match self.own.get(&patient) {
            None if self.rejected.contains(&patient) => UnlinkedCause::PatientRejected,
            None => UnlinkedCause::PatientUnknown,
            Some(own) if own.is_deleted() => UnlinkedCause::PatientDeleted,
            Some(_) => UnlinkedCause::NumberNotVerified,
        }
    }

    /// Keeps whom the newest version of a Patient claims to be.
    fn claim(&mut self, fact: LinkFact) {
        match fact.claimed {
            Some(person) => self.claims.insert(fact.patient_key, person),
            None => self.claims.remove(&fact.patient_key),
        };
        if !fact.version.is_deletion() {
            self.owners.remove(&fact.patient_key);
        }
    }

    /// Takes in whose a Patient was that is deleted now.
    pub(crate) fn learn_owner(&mut self, patient_key: PatientKey, person: PersonKey) {
        let own = self.own.get(&patient_key);
        if own.is_some_and(OwnPerson::is_deleted) {
            self.owners.insert(patient_key, person);
        }
    }

    /// Whose each deleted Patient was.
    pub(crate) fn owners(&self) -> &Owners {
        &self.owners
    }

    /// Takes in that a Patient was deleted: what refers to it belongs to nobody known.
    pub(crate) fn learn_deleted(&mut self, patient_key: PatientKey, when: i64) {
        let version = Version::deletion(when);
        let owner = self.own_person(patient_key);
        let owner = owner.or_else(|| self.claims.get(&patient_key).copied());
        self.learn(LinkFact {
            patient_key,
            person: None,
            claimed: None,
            version,
        });
        if let Some(owner) = owner {
            self.learn_owner(patient_key, owner);
        }
        self.learn_unmerged(patient_key.record(), version);
    }

    /// Takes in that a version of a record says nothing of a merge, whatever older ones say that may
    /// still come.
    pub(super) fn learn_unmerged(&mut self, record: RecordKey, version: Version) {
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
    pub(crate) fn forget_merges(&mut self, record: RecordKey, version: Version) {
        if let Some(known) = self.merges.get_mut(&record)
            && known.version < version
        {
            known.version = version;
            known.pairs.clear();
        }
    }

    /// Works out who stands for whom. To be called when all facts are in.
    pub(crate) fn replace(&mut self) {
        let mut newest: HashMap<PatientKey, (Version, PatientKey)> = HashMap::new();
        for merges in self.merges.values() {
            for MergedPatients { replaced, by } in &merges.pairs {
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
    pub(crate) fn is_replaced(&self, patient: PatientKey) -> bool {
        self.replaced.contains_key(&patient)
    }

    /// Patients who are another person than when [`PatientIndex::note_changes`] was called, with the
    /// person that they were. Those who were unknown then are not among them: their rows wait unlinked.
    pub(crate) fn moved(&self) -> HashMap<PatientKey, Option<PersonKey>> {
        let own_before = |patient: PatientKey| match self.before.get(&patient) {
            Some(person) => *person,
            None => self.own_person(patient),
        };
        let own_now = |patient: PatientKey| self.own_person(patient);
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

    /// Whether anything that was known of a Patient was overturned since [`PatientIndex::note_changes`]: rows
    /// that were read meanwhile may be with whom the Patient was in between.
    pub(crate) fn was_overturned(&self) -> bool {
        !self.before.is_empty() || self.replaced != self.replaced_before
    }

    /// The person that a Patient is; None while that is not known.
    pub(crate) fn person(&self, patient: PatientKey) -> Option<PersonKey> {
        if self.replaced.is_empty() {
            return self.own_person(patient);
        }
        resolve(patient, &self.replaced, |patient| self.own_person(patient))
    }

    /// The person that a Patient's own record names.
    fn own_person(&self, patient: PatientKey) -> Option<PersonKey> {
        self.own.get(&patient).and_then(|own| own.person)
    }

    /// The Patients that are, were, or claim to be one of `people`, with that person.
    pub(crate) fn leading_to(
        &self,
        people: &HashSet<PersonKey>,
    ) -> impl Iterator<Item = (PatientKey, PersonKey)> {
        self.own.iter().filter_map(|(patient, own)| {
            let claimed = self.claims.get(patient).copied();
            let deleted = self.owners.get(patient).copied();
            [self.person(*patient), own.person, claimed, deleted]
                .into_iter()
                .flatten()
                .find(|person| people.contains(person))
                .map(|person| (*patient, person))
        })
    }

    /// The person of each row, by the Patient that it refers to and whom it was with `before`. A row that
    /// refers to no Patient stays with whom it names, and so does one whose Patient has not come.
    pub(crate) fn of_rows(&self, patients: &Int64Array, before: &Int64Array) -> Int64Array {
        let found = self.of(patients);
        let rows = found.iter().zip(patients).zip(before);
        rows.map(|((found, patient), before)| match (found, patient) {
            (Some(found), _) => Some(found),
            (None, None) => before,
            (None, Some(_)) if self.beside.is_empty() => None,
            (None, Some(patient)) => before.filter(|before| {
                let (patient, person) = (PatientKey::new(patient), PersonKey::new(*before));
                !self.is_known(patient) && self.beside.contains(&(patient, person).into())
            }),
        })
        .collect()
    }

    /// The person of each Patient; NULL while the Patient has not arrived.
    pub(crate) fn of(&self, patients: &Int64Array) -> Int64Array {
        // A person's records arrive together.
        let mut last = (None, None);
        patients
            .iter()
            .map(|patient| {
                if patient != last.0 {
                    let person = patient.and_then(|patient| self.person(PatientKey::new(patient)));
                    last = (patient, person.map(PersonKey::get));
                }
                last.1
            })
            .collect()
    }
}

impl OwnPerson {
    fn of(fact: LinkFact) -> Self {
        OwnPerson {
            person: fact.person,
            version: fact.version,
        }
    }

    /// Whether the Patient is deleted.
    fn is_deleted(&self) -> bool {
        self.person.is_none() && self.version.is_deletion()
    }
}

/// Follows replacements as far as they lead to a person.
fn resolve(
    patient: PatientKey,
    replaced: &HashMap<PatientKey, PatientKey>,
    own: impl Fn(PatientKey) -> Option<PersonKey>,
) -> Option<PersonKey> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pull::version::{Digest, Micros};

    fn at(when: i64) -> Version {
        (Micros::at(when), Digest::of_line(0)).into()
    }

    fn patient(key: i64) -> PatientKey {
        PatientKey::new(key)
    }

    fn person(key: i64) -> Option<PersonKey> {
        Some(PersonKey::new(key))
    }

    fn fact(patient_key: i64, whose: i64, when: i64) -> LinkFact {
        LinkFact {
            patient_key: patient(patient_key),
            person: person(whose),
            claimed: None,
            version: at(when),
        }
    }

    fn merge(record: i64, when: i64, (replaced, by): (i64, i64)) -> Replacement {
        Replacement {
            record: RecordKey::new(record),
            version: at(when),
            pair: Some((patient(replaced), patient(by)).into()),
        }
    }

    #[test]
    fn the_newest_version_of_a_patient_counts_whatever_the_order() {
        let mut people = PatientIndex::default();
        people.learn(fact(1, 10, 5));
        people.learn(fact(1, 11, 4));
        assert_eq!(people.person(patient(1)), person(10));
        people.note_changes();
        people.learn(fact(1, 12, 6));
        people.learn(fact(2, 20, 6));
        assert_eq!(people.person(patient(1)), person(12));
        assert_eq!(people.moved(), HashMap::from([(patient(1), person(10))]));
    }

    #[test]
    fn a_deleted_patient_is_nobody_until_a_newer_version_comes() {
        let mut people = PatientIndex::default();
        people.learn(fact(1, 10, 5));
        people.note_changes();
        people.learn_deleted(patient(1), 6);
        assert_eq!(people.person(patient(1)), None);
        assert_eq!(people.moved(), HashMap::from([(patient(1), person(10))]));
        people.learn(fact(1, 10, 7));
        assert!(people.moved().is_empty());
        // Who came back to whom they were had been somebody else.
        assert!(people.was_overturned());
    }

    #[test]
    fn patients_that_are_were_or_claim_to_be_somebody_lead_to_them() {
        let mut people = PatientIndex::default();
        let led = |people: &PatientIndex, person: i64| {
            let mut led: Vec<i64> = people
                .leading_to(&HashSet::from([PersonKey::new(person)]))
                .map(|(patient, _)| patient.get())
                .collect();
            led.sort_unstable();
            led
        };
        for one in 1..=4 {
            people.learn(fact(one, 10, 1));
        }
        // The second claims it only, the third is deleted, the fourth was merged into another.
        people.learn(LinkFact {
            person: None,
            claimed: person(10),
            ..fact(2, 10, 2)
        });
        people.learn_deleted(patient(3), 2);
        people.learn(fact(5, 50, 1));
        people.learn_merge(merge(5, 2, (4, 5)));
        people.replace();
        assert_eq!(people.person(patient(4)), person(50));
        assert_eq!(led(&people, 10), [1, 2, 3, 4]);
        assert_eq!(led(&people, 50), [4, 5]);
        // What was corrected leads there no longer.
        people.learn(fact(2, 20, 3));
        people.learn(fact(3, 30, 3));
        assert_eq!(led(&people, 10), [1, 4]);
        // Whatever comes first, a deletion or what it deletes.
        people.learn_deleted(patient(6), 5);
        people.learn(fact(6, 60, 4));
        assert_eq!(people.person(patient(6)), None);
        assert_eq!(led(&people, 60), [6]);
    }

    #[test]
    fn an_older_version_of_a_deleted_patient_merges_nobody() {
        let mut people = PatientIndex::default();
        people.learn(fact(1, 10, 5));
        people.learn(fact(2, 20, 5));
        people.learn_deleted(patient(1), 6);
        people.learn_merge(merge(1, 4, (2, 1)));
        people.replace();
        assert!(!people.is_replaced(patient(2)));
    }

    #[test]
    fn merged_patients_are_one_person() {
        let mut people = PatientIndex::default();
        for one in 1..=3 {
            people.learn(fact(one, one * 10, 1));
        }
        people.note_changes();
        people.learn_merge(merge(1, 2, (1, 2)));
        people.learn_merge(merge(3, 2, (2, 3)));
        people.replace();
        assert_eq!(people.person(patient(1)), person(30));
        assert_eq!(
            people.moved(),
            HashMap::from([(patient(1), person(10)), (patient(2), person(20))])
        );
        // The record that said so no longer does.
        people.forget_merges(RecordKey::new(3), at(3));
        people.replace();
        assert_eq!(people.person(patient(1)), person(20));
        assert_eq!(people.moved(), HashMap::from([(patient(1), person(10))]));
    }

    #[test]
    fn records_that_replace_each_other_stay_themselves() {
        let mut people = PatientIndex::default();
        people.learn(fact(1, 10, 1));
        people.learn(fact(2, 20, 1));
        people.learn_merge(merge(1, 2, (1, 2)));
        people.learn_merge(merge(2, 2, (2, 1)));
        people.replace();
        assert_eq!(people.person(patient(1)), person(10));
        assert_eq!(people.person(patient(2)), person(20));
    }
}
