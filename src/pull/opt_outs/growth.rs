//! Lists that would newly take out so many people that they may be lists of something else: of those
//! who may be used, which is what the MESH check returns.

use super::change::ListChange;
use crate::error::{Error, Result};
use crate::lake::{Lake, Table};
use crate::privacy::{Confirmed, OptOutLists, OptOuts, PersonKey};
use crate::pull::plan::UNVERIFIED;
use crate::pull::version::ByRecord;
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, Schema};
use std::collections::HashSet;
use std::sync::Arc;

/// A list may newly take out fewer people than this, however few are known.
const A_FEW: usize = 5;
/// The share of the people known that a list may newly take out, where a setting says nothing else:
/// about one person in twenty has opted out of national use.
const LARGEST_SHARE: f64 = 0.3;

/// The columns that say of which person a row is.
const PEOPLE: [&str; 2] = ["person_key", UNVERIFIED];

/// People by their keys, which are hashes already.
pub(crate) type KnownKeys = HashSet<PersonKey, ByRecord>;

/// Adds the people of rows to those known.
pub(crate) fn note(known: &mut KnownKeys, rows: &RecordBatch) {
    for name in PEOPLE {
        let column = rows.column_by_name(name);
        if let Some(keys) = column.and_then(|c| c.as_primitive_opt::<Int64Type>()) {
            // A person's rows lie together.
            let mut last = None;
            for key in keys.iter().filter(|key| key.is_some()) {
                if key != last {
                    known.extend(key.map(PersonKey::new));
                    last = key;
                }
            }
        }
    }
}

/// The people of the lake's tables.
pub(crate) async fn of_lake(lake: &Lake, tables: &[Option<Table>]) -> Result<KnownKeys> {
    let mut known = KnownKeys::default();
    for table in tables.iter().flatten() {
        let fields = table.schema.fields().iter();
        let whose = fields.filter(|field| PEOPLE.contains(&field.name().as_str()));
        let shape = Arc::new(Schema::new(whose.cloned().collect::<Vec<_>>()));
        if shape.fields().is_empty() {
            continue;
        }
        for file in &table.files {
            for batch in lake.read_as(file, &shape, None).await? {
                note(&mut known, &batch);
            }
        }
    }
    Ok(known)
}

/// What a pull knows of people when it judges its lists.
pub(crate) struct KnownPeople<'a> {
    /// Those of the lake and of what arrived.
    pub people: &'a KnownKeys,
    /// Those who had opted out before, of whom the lake has nothing.
    pub before: &'a HashSet<PersonKey>,
}

/// Refuses lists that would newly take out too large a share of the people known, unless they are
/// `confirmed`.
///
/// # Errors
/// Refused: with how many people, of how many, and how to confirm it.
pub(crate) fn refuse_grown(
    now: &OptOuts,
    changes: &[ListChange],
    known: &KnownPeople<'_>,
    settings: &OptOutLists,
    confirmed: &[Confirmed],
) -> Result<()> {
    let fresh = |person: &&PersonKey| !known.before.contains(*person);
    let of = known.people.iter().filter(fresh).count();
    let mut causes = Vec::new();
    let mut cures = Vec::new();
    for change in changes {
        let Some(members) = now.members.get(&change.list) else {
            continue;
        };
        let out = members
            .iter()
            .filter(fresh)
            .filter(|p| known.people.contains(p))
            .count();
        let list = settings.0.get(&change.list);
        let most = list.and_then(|l| l.largest_share).unwrap_or(LARGEST_SHARE);
        if out < A_FEW || out as f64 <= most * of as f64 {
            continue;
        }
        let needed = Confirmed {
            list: change.list.clone(),
            before: change.before,
            now: change.now,
        };
        if !confirmed.contains(&needed) {
            causes.push(format!(
                "the list {} would newly take out {out} of {of} people, more than {} in a hundred",
                change.list,
                (most * 1000.0).round() / 10.0
            ));
            cures.push(format!("--confirm-opt-outs {needed}"));
        }
    }
    if causes.is_empty() {
        return Ok(());
    }
    let error = Error::refused("an opt-out list would take out more people than opt out");
    let error = causes.iter().fold(error, |error, why| error.cause(why));
    Err(error.hint(format!(
        "nothing was stored. When the file holds those who may be used, which is what the MESH check returns, say so: holds = \"may-be-used\"; or, when the list is right as it is, confirm it once: run this command again with {}",
        cures.join(" ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn refused(out: i64, of: i64, before: &[i64], text: &str, confirmed: &[&str]) -> bool {
        #[derive(serde::Deserialize)]
        struct Privacy {
            opt_outs: OptOutLists,
        }
        let settings = toml::from_str::<Privacy>(text).unwrap().opt_outs;
        let members: HashSet<PersonKey> = (0..out).map(PersonKey::new).collect();
        let now = OptOuts {
            people: members.clone(),
            members: BTreeMap::from([("local".to_string(), members)]),
            ..OptOuts::default()
        };
        let change = ListChange {
            list: "local".to_string(),
            before: before.len() as u64,
            now: out as u64,
            joined: 0,
            left: 0,
        };
        let people = (0..of).map(PersonKey::new).collect();
        let before = before.iter().copied().map(PersonKey::new).collect();
        let known = KnownPeople {
            people: &people,
            before: &before,
        };
        let confirmed: Vec<Confirmed> = confirmed.iter().map(|c| c.parse().unwrap()).collect();
        refuse_grown(&now, &[change], &known, &settings, &confirmed).is_err()
    }

    #[test]
    fn a_list_takes_out_a_share_of_people_and_no_more() {
        let list = "opt_outs = 'a.txt'";
        assert!(refused(18, 20, &[], list, &[]));
        assert!(!refused(18, 20, &[], list, &["local=0..18"]));
        assert!(refused(18, 20, &[], list, &["local=0..17"]));
        assert!(!refused(6, 20, &[], list, &[]));
        assert!(refused(7, 20, &[], list, &[]));
        // A few people are no sign of anything.
        assert!(!refused(4, 4, &[], list, &[]));
        // Who was out already is no news.
        let before: Vec<i64> = (0..14).collect();
        assert!(!refused(18, 20, &before, list, &[]));
        let table = "[opt_outs.local]\nfile = 'a.txt'\nlargest_share = 0.95";
        assert!(!refused(18, 20, &[], table, &[]));
    }
}
