//! Figures that were withheld for others and need not be: they are shown again.
//!
//! An exchange withholds whole corners, and what a later one withholds often hides what an earlier one
//! was for. So each figure that was withheld for another is tried, the worthiest first: where everything
//! that hung on it can be hidden by exchanges that leave it as it is, it is shown.

use super::defence::Defence;
use crate::disclosure::attacker::{Exchanged, splits};
use crate::disclosure::count::Released;
use crate::disclosure::system::Interval;
use std::collections::{BTreeSet, HashMap};

/// The possible tables that hide figures, by the figures that they change.
struct Hidden {
    /// None where a table is possible no more.
    exchanges: Vec<Option<Exchanged>>,
    of_node: HashMap<u32, Vec<usize>>,
}

impl Hidden {
    fn of(exchanges: Vec<Exchanged>) -> Self {
        let mut hidden = Hidden {
            exchanges: Vec::new(),
            of_node: HashMap::new(),
        };
        exchanges
            .into_iter()
            .for_each(|exchange| hidden.add(exchange));
        hidden
    }

    fn add(&mut self, exchange: Exchanged) {
        let at = self.exchanges.len();
        for (node, _) in &exchange {
            self.of_node.entry(*node).or_default().push(at);
        }
        self.exchanges.push(Some(exchange));
    }

    /// The tables in which a figure is another.
    fn with(&self, node: u32) -> Vec<usize> {
        let all = self.of_node.get(&node).into_iter().flatten().copied();
        all.filter(|at| self.exchanges[*at].is_some()).collect()
    }

    /// How far apart the counts of a figure are in these tables.
    fn reach(&self, node: u32) -> i64 {
        let (mut down, mut up) = (0, 0);
        for at in self.with(node) {
            for (other, by) in self.exchanges[at].iter().flatten() {
                if *other == node {
                    (down, up) = (by.min(&down).to_owned(), by.max(&up).to_owned());
                }
            }
        }
        up - down
    }
}

/// Shows what was withheld for others and is not needed; says whether anything was. Where more than `most`
/// figures would have to be tried, none is: a release of a million figures would take twice as long.
pub(super) fn show_again(defence: &mut Defence<'_>, apart: &[i64], most: usize) -> bool {
    let withheld = defence.withheld_for_others();
    if withheld.len() > most {
        return false;
    }
    let exchanges = std::mem::take(&mut defence.known.exchanges);
    let holds = |exchange: &Exchanged| {
        let mut all = exchange.iter();
        all.all(|(node, by)| defence.may_be(*node as usize, *by))
    };
    let mut hidden = Hidden::of(exchanges.into_iter().filter(holds).collect());
    let mut is_shown = false;
    for at in withheld {
        is_shown |= try_without(defence, &mut hidden, apart, at);
    }
    defence.known.exchanges = hidden.exchanges.into_iter().flatten().collect();
    is_shown
}

/// Shows a figure if everything that hung on it can be hidden otherwise.
fn try_without(defence: &mut Defence<'_>, hidden: &mut Hidden, apart: &[i64], at: usize) -> bool {
    let before: (Released, Interval) = defence.show(at);
    let users = hidden.with(at as u32);
    let mut hung: BTreeSet<u32> = BTreeSet::new();
    let mut taken = Vec::new();
    for user in users {
        if let Some(exchange) = hidden.exchanges[user].take() {
            hung.extend(exchange.iter().map(|(node, _)| *node));
            taken.push((user, exchange));
        }
    }
    let first_new = hidden.exchanges.len();
    let is_hidden = hung.into_iter().all(|node| {
        let apart = apart[node as usize];
        hidden.reach(node) >= apart || hide(defence, hidden, node, apart)
    });
    if is_hidden {
        return true;
    }
    for new in first_new..hidden.exchanges.len() {
        hidden.exchanges[new] = None;
    }
    for (user, exchange) in taken {
        hidden.exchanges[user] = Some(exchange);
    }
    defence.put_back(at, before);
    false
}

/// Finds possible tables in which the counts of a figure are so far apart, without changing any figure.
fn hide(defence: &mut Defence<'_>, hidden: &mut Hidden, node: u32, apart: i64) -> bool {
    for split in splits(apart, defence.down(node as usize)) {
        let changes = split.into_iter().filter(|by| *by != 0);
        let found: Option<Vec<Exchanged>> = changes.map(|by| defence.free((node, by))).collect();
        if let Some(found) = found {
            found.into_iter().for_each(|exchange| hidden.add(exchange));
            return true;
        }
    }
    false
}
