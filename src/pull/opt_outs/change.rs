//! How the opt-out lists differ from those of the last pull, and which differences are refused.
//!
//! A list that was cut short, emptied or mixed up with another one restores people who said no. So a
//! list may lose a few people at a time by itself, and more only when a person confirms it
//! ([decision 69](../../docs/decisions/0069-shrinking-opt-out-lists.md)).

use super::stored::OptedOut;
use crate::error::{Error, Result};
use crate::privacy::{Confirmed, OptOutLists, OptOuts};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A list may lose fewer people than this whatever its size, as long as it is not empty then: few
/// people a day change their minds.
const A_FEW: u64 = 5;
/// The share of a list that may leave it between two pulls, where a setting says nothing else.
const LARGEST_DROP: f64 = 0.1;

/// What became of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListChange {
    /// Its name.
    pub list: String,
    /// Its people at the last pull.
    pub before: u64,
    /// Its people now.
    pub now: u64,
    /// People who are on it now and were not.
    pub joined: u64,
    /// People who were on it and are not now.
    pub left: u64,
}

/// Compares the lists as they are `now` with those of the last pull. A list that was new or is gone
/// had, or has, nobody on it.
pub(crate) fn changes(before: &OptedOut, now: &OptOuts) -> Vec<ListChange> {
    let names: BTreeSet<&String> = before.lists.keys().chain(now.members.keys()).collect();
    let nobody = HashSet::new();
    let change = |name: &String| {
        let members = now.members.get(name).unwrap_or(&nobody);
        let is_now = members.len() as u64;
        let was = before.lists.get(name).copied().unwrap_or(0);
        let (joined, left) = match before.members(name) {
            Some(known) => (
                members.difference(known).count() as u64,
                known.difference(members).count() as u64,
            ),
            // An earlier Populace kept how many were on each list, and not who.
            None => (is_now.saturating_sub(was), was.saturating_sub(is_now)),
        };
        ListChange {
            list: name.clone(),
            before: was,
            now: is_now,
            joined,
            left,
        }
    };
    names.into_iter().map(change).collect()
}

/// Refuses lists that lost too many people, unless they are `confirmed`.
pub(crate) fn refuse_shrunk(
    changes: &[ListChange],
    settings: &OptOutLists,
    confirmed: &[Confirmed],
) -> Result<()> {
    let mut open: BTreeMap<&str, &Confirmed> =
        confirmed.iter().map(|c| (c.list.as_str(), c)).collect();
    let mut causes = Vec::new();
    let mut cures = Vec::new();
    for change in changes {
        let Some(why) = shrunk(change, settings) else {
            continue;
        };
        let needed = Confirmed {
            list: change.list.clone(),
            before: change.before,
            now: change.now,
        };
        if open.remove(change.list.as_str()) != Some(&needed) {
            causes.push(why);
            cures.push(format!("--confirm-opt-outs {needed}"));
        }
    }
    if causes.is_empty() {
        // A list that grows is judged when it is known whom it takes out.
        for unused in open.values().filter(|c| c.before >= c.now) {
            tracing::warn!(
                "--confirm-opt-outs {unused} confirms nothing: no list went from {} people to {} and needs it; take it away",
                unused.before,
                unused.now
            );
        }
        return Ok(());
    }
    let error =
        Error::refused("people who have opted out would come back: an opt-out list has shrunk");
    let error = causes.iter().fold(error, |error, why| error.cause(why));
    Err(error.hint(format!(
        "nothing was pulled. Put the right list back; or, when the list is right as it is, confirm it once: run this command again with {}",
        cures.join(" ")
    )))
}

/// Why a list may not be what it is; None when it may.
fn shrunk(change: &ListChange, settings: &OptOutLists) -> Option<String> {
    let ListChange {
        list,
        before,
        now,
        left,
        ..
    } = change;
    if *before == 0 {
        return None;
    }
    let Some(of_list) = settings.0.get(list) else {
        return Some(format!(
            "the pipeline file names no list {list} any more, on which {before} people were at the last pull"
        ));
    };
    let file = of_list.file.display();
    if *now == 0 {
        return Some(format!(
            "the list {list} ({file}) is empty; {before} people were on it at the last pull"
        ));
    }
    let most = of_list.largest_drop.unwrap_or(LARGEST_DROP);
    let many = *left >= A_FEW && *left as f64 > most * *before as f64;
    many.then(|| {
        format!(
            "{left} of the {before} people on the list {list} ({file}) are no longer on it, more than {} in a hundred",
            (most * 1000.0).round() / 10.0
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> OptOutLists {
        #[derive(serde::Deserialize)]
        struct Privacy {
            opt_outs: OptOutLists,
        }
        toml::from_str::<Privacy>(text).unwrap().opt_outs
    }

    fn change(before: u64, now: u64, left: u64) -> ListChange {
        ListChange {
            list: "local".to_string(),
            before,
            now,
            joined: now + left - before,
            left,
        }
    }

    fn refused(change: ListChange, text: &str, confirmed: &[&str]) -> bool {
        let confirmed: Vec<Confirmed> = confirmed.iter().map(|c| c.parse().unwrap()).collect();
        refuse_shrunk(&[change], &settings(text), &confirmed).is_err()
    }

    #[test]
    fn a_few_may_leave_a_list_and_not_many() {
        let list = "opt_outs = 'a.txt'";
        for (before, now, left, wrong) in [
            (29, 0, 29, true),
            (1, 0, 1, true),
            (29, 25, 4, false),
            (29, 24, 5, true),
            (1000, 900, 100, false),
            (1000, 899, 101, true),
            // As many people, but others: the file is another one.
            (29, 29, 29, true),
            (0, 5, 0, false),
        ] {
            assert_eq!(
                refused(change(before, now, left), list, &[]),
                wrong,
                "{before} {now}"
            );
        }
        let table = "[opt_outs.local]\nfile = 'a.txt'\nlargest_drop = 0.5";
        assert!(!refused(change(1000, 600, 400), table, &[]));
        assert!(refused(change(1000, 0, 1000), table, &[]));
        let gone = "[opt_outs.other]\nfile = 'a.txt'";
        assert!(refused(change(3, 0, 3), gone, &[]));
    }

    #[test]
    fn only_the_change_that_was_looked_at_is_confirmed() {
        let list = "opt_outs = 'a.txt'";
        assert!(!refused(change(29, 0, 29), list, &["local=29..0"]));
        for other in ["local=30..0", "local=29..1", "national=29..0"] {
            assert!(refused(change(29, 0, 29), list, &[other]), "{other}");
        }
    }
}
