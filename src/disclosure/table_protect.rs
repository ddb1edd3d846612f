//! A table's counts under a scheme, with totals that do not give its suppressed cells away.

use super::count::{Released, TrueCount};
use super::margin::Margin;
use super::scheme::Scheme;
use super::table_attacker as attacker;
use std::collections::BTreeSet;

/// The released cells of a table, in the order of the true ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProtectedTable {
    /// The released cells.
    pub cells: Vec<Released>,
    /// How many totals were rounded to the second nearest step to protect a suppressed cell.
    pub moved: usize,
    /// How many suppressed cells still follow from the others; a table with any is not released.
    pub exposed: usize,
}

/// A total and the figure it would be moved to.
type Move = (usize, Released);

/// More totals than this are not tried in pairs.
const PAIRED: usize = 40;

impl Scheme {
    /// Releases the cells of one table together.
    pub(crate) fn protect(&self, cells: &[TrueCount], margins: &[Margin]) -> ProtectedTable {
        let mut released: Vec<Released> = cells
            .iter()
            .map(|count| self.release_people(*count))
            .collect();
        let mut moved = 0;
        let mut known = self.known(cells, margins, &released);
        while !known.is_empty() {
            let moves = self.moves(cells, margins, &released, &known);
            let Some((best, left)) = self.best(cells, margins, &released, &known, &moves) else {
                break;
            };
            moved += best.len();
            for (total, value) in best {
                released[total] = value;
            }
            known = left;
        }
        ProtectedTable {
            cells: released,
            moved,
            exposed: known.len(),
        }
    }

    /// The suppressed cells whose true count a reader can work out.
    fn known(&self, cells: &[TrueCount], margins: &[Margin], released: &[Released]) -> Vec<usize> {
        let is_true = |at: usize, count: i64| i64::try_from(cells[at].get()) == Ok(count);
        let pinned = attacker::pinned(self, released, margins).into_iter();
        pinned
            .filter(|(at, count)| is_true(*at, *count))
            .map(|(at, _)| at)
            .collect()
    }

    /// The moves that bear on the known cells. A total that has moved stays where it is, so that
    /// the search ends and no total is further from the truth than the second nearest step.
    fn moves(
        &self,
        cells: &[TrueCount],
        margins: &[Margin],
        released: &[Released],
        known: &[usize],
    ) -> Vec<Move> {
        let unmoved = |total: &usize| released[*total] == self.release_people(cells[*total]);
        let to = |total: usize| self.move_people(cells[total]).map(|value| (total, value));
        totals_near(margins, known)
            .into_iter()
            .filter(unmoved)
            .filter_map(to)
            .collect()
    }

    /// The move, or else the pair of moves, that leaves the fewest cells known, if any helps.
    fn best(
        &self,
        cells: &[TrueCount],
        margins: &[Margin],
        released: &[Released],
        known: &[usize],
        moves: &[Move],
    ) -> Option<(Vec<Move>, Vec<usize>)> {
        let mut best: Option<(Vec<Move>, Vec<usize>)> = None;
        let mut attempt = |tried: Vec<Move>| {
            let mut trial = released.to_vec();
            for (total, value) in &tried {
                trial[*total] = *value;
            }
            let left = self.known(cells, margins, &trial);
            if left.len() < best.as_ref().map_or(known.len(), |(_, left)| left.len()) {
                best = Some((tried, left));
            }
            best.is_some()
        };
        let helped = moves.iter().fold(false, |_, one| attempt(vec![*one]));
        if !helped && moves.len() <= PAIRED {
            for (index, one) in moves.iter().enumerate() {
                for other in &moves[index + 1..] {
                    attempt(vec![*one, *other]);
                }
            }
        }
        best
    }
}

/// The totals that say something about some cells: their own, and the totals of those.
fn totals_near(margins: &[Margin], cells: &[usize]) -> Vec<usize> {
    let mut near: BTreeSet<usize> = cells.iter().copied().collect();
    for _ in 0..2 {
        let said = near.clone();
        let touches = |margin: &&Margin| margin.parts.iter().any(|part| said.contains(part));
        near.extend(margins.iter().filter(touches).map(|margin| margin.total));
    }
    near.retain(|candidate| margins.iter().any(|margin| margin.total == *candidate));
    near.into_iter().collect()
}
