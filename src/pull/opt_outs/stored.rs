//! Opt-outs as the lake knows them: `populace.opt_out`, so that a change of a list is noticed.
//!
//! Their Patients are kept too, as pseudonyms: what arrives later for one of them is recognised and
//! left out, and does not wait for a Patient that never comes.

use crate::error::Result;
use crate::lake::properties::OPT_OUTS;
use crate::lake::{Lake, StateRow, TableName, VisitColumns, state_table_name};
use crate::privacy::{OptOuts, PatientKey, PersonKey};
use crate::pull::identity::facts::LinkFact;
use crate::pull::identity::patient_index::PatientIndex;
use crate::pull::version::Version;
use chrono::NaiveDate;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

/// `populace.opt_out`.
pub(crate) fn table() -> TableName {
    state_table_name::<OptOutRow>()
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

/// A row of `populace.opt_out`: a person is on a list, or a Patient is theirs.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct OptOutRow<'a> {
    person: PersonKey,
    patient: Option<PatientKey>,
    list: Option<Cow<'a, str>>,
}

impl Default for OptOutRow<'_> {
    fn default() -> Self {
        OptOutRow {
            person: PersonKey::new(0),
            patient: None,
            list: None,
        }
    }
}

impl StateRow for OptOutRow<'_> {
    const TABLE: &'static str = "opt_out";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("person_key", &mut self.person);
        visit.column("patient_key", &mut self.patient);
        visit.column("list", &mut self.list);
    }
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
    for list in lists(lake).await? {
        found.lists.insert(list.list, list.people);
    }
    let Some(stored) = lake.table(&table()).await? else {
        // Without the people nothing can have been taken from the lists.
        found.lists.clear();
        return Ok(found);
    };
    found.version = Some(stored.version);
    lake.each_state_row(Some(&stored), |row: OptOutRow| {
        found.people.insert(row.person);
        found.links.extend(row.patient.map(|patient_key| LinkFact {
            patient_key,
            person: Some(row.person),
            claimed: None,
            // Any version of the Patient that arrives is newer.
            version: Version::OLDEST,
        }));
        if let Some(list) = row.list {
            let members = found.members.entry(list.into_owned()).or_default();
            members.insert(row.person);
        }
    })
    .await?;
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
            list: Some(Cow::Borrowed(list.as_str())),
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
    let properties = properties.into_iter().collect();
    lake.replace_state(base.as_ref(), rows, properties).await
}

/// A row of `populace.opt_out_list`: a list that the last pull read.
#[derive(Default)]
pub(super) struct OptOutListRow {
    /// Its name.
    pub list: String,
    /// Whose opt-outs they are, as settings write it.
    pub kind: String,
    /// The day of which it is.
    pub checked_on: NaiveDate,
    /// People on it.
    pub people: u64,
    /// People on it who were not at the pull before. Lakes of an earlier Populace do not say it.
    pub joined: Option<u64>,
    /// People who were on it at the pull before, and were not then.
    pub withdrawn: Option<u64>,
}

impl StateRow for OptOutListRow {
    const TABLE: &'static str = "opt_out_list";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("list", &mut self.list);
        visit.column("kind", &mut self.kind);
        visit.column("checked_on", &mut self.checked_on);
        visit.column("people", &mut self.people);
        visit.column("joined", &mut self.joined);
        visit.column("withdrawn", &mut self.withdrawn);
    }
}

/// The lists that the last pull read.
pub(super) async fn lists(lake: &Lake) -> Result<Vec<OptOutListRow>> {
    let stored = lake.state_table::<OptOutListRow>().await?;
    lake.state_rows(stored.as_ref()).await
}

/// `populace.opt_out_list`.
pub(crate) fn list_table() -> TableName {
    state_table_name::<OptOutListRow>()
}
