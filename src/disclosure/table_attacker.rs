//! What a reader can work out about suppressed cells from a table's totals.

use super::count::Released;
use super::margin::Margin;
use super::rule::SchemeRule;
use super::scheme::Scheme;
use super::system::CountOf;

/// Rounds of propagation before giving up on a tighter bound. Each round makes at least one bound
/// tighter by one, and tables stay as they are after a few.
const ROUNDS: usize = 64;

/// The smallest and largest true count each released cell can stand for, once every total is known
/// to be the sum of its parts.
pub(crate) fn bounds(scheme: &Scheme, cells: &[Released], margins: &[Margin]) -> Vec<(i64, i64)> {
    let read = |cell: &Released| {
        let interval = scheme.bounds(*cell, CountOf::People);
        (interval.low, interval.high)
    };
    let mut bounds: Vec<(i64, i64)> = cells.iter().map(read).collect();
    for _ in 0..ROUNDS {
        let mut changed = false;
        for margin in margins {
            changed |= tighten(&mut bounds, margin);
        }
        if !changed {
            break;
        }
    }
    bounds
}

/// The suppressed cells that can stand for one count only, and that count. It is not the true one
/// where a moved total has misled the reader.
pub(crate) fn pinned(scheme: &Scheme, cells: &[Released], margins: &[Margin]) -> Vec<(usize, i64)> {
    let bounds = bounds(scheme, cells, margins);
    let is_pinned = |at: &usize| cells[*at].is_suppressed() && bounds[*at].0 == bounds[*at].1;
    (0..cells.len())
        .filter(is_pinned)
        .map(|at| (at, bounds[at].0))
        .collect()
}

fn tighten(bounds: &mut [(i64, i64)], margin: &Margin) -> bool {
    let low: i64 = margin.parts.iter().map(|part| bounds[*part].0).sum();
    let high: i64 = margin.parts.iter().map(|part| bounds[*part].1).sum();
    let total = bounds[margin.total];
    let mut changed = narrow(&mut bounds[margin.total], low, high);
    for part in &margin.parts {
        let own = bounds[*part];
        // The sums are those before this margin's own changes, which only makes bounds wider.
        let others = (low - own.0, high - own.1);
        changed |= narrow(&mut bounds[*part], total.0 - others.1, total.1 - others.0);
    }
    changed
}

/// Narrows an interval, unless nothing would be left of it: a moved total can contradict its parts,
/// and a contradiction tells nothing.
fn narrow(interval: &mut (i64, i64), low: i64, high: i64) -> bool {
    let narrowed = (interval.0.max(low), interval.1.min(high));
    if narrowed == *interval || narrowed.0 > narrowed.1 {
        return false;
    }
    *interval = narrowed;
    true
}
