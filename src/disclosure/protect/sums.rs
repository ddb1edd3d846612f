//! Totals that are the sums of their released parts.

use crate::disclosure::count::Released;
use crate::disclosure::system::{NodeId, TrueFigures};

/// Puts the sum of its released parts in the place of every total, in the order of the equations; a
/// total of two equations is that of its first. Where all other parts are nobody, the total is the
/// figure of its one part. Totals that are parts of one another are the error.
pub(super) fn add_up(figures: &TrueFigures, released: &mut [Released]) -> Result<(), NodeId> {
    let mut sums: Vec<Option<usize>> = vec![None; released.len()];
    for (row, equation) in figures.equations.iter().enumerate() {
        let total = equation.total;
        let is_own_part = equation.parts.contains(&total);
        if figures.nodes[total.at()].stands.is_none() && !is_own_part {
            sums[total.at()].get_or_insert(row);
        }
    }
    let mut is_done: Vec<bool> = sums.iter().map(Option::is_none).collect();
    for start in 0..released.len() {
        let mut path = vec![start];
        while let Some(at) = path.last().copied() {
            let Some(row) = sums[at].filter(|_| !is_done[at]) else {
                path.pop();
                continue;
            };
            let parts = &figures.equations[row].parts;
            match parts.iter().find(|part| !is_done[part.at()]) {
                Some(part) if path.contains(&part.at()) => return Err(*part),
                Some(part) => path.push(part.at()),
                None => {
                    released[at] = sum(parts.iter().map(|part| released[part.at()]));
                    is_done[at] = true;
                }
            }
        }
    }
    Ok(())
}

/// The sum of what can be read; suppressed where nothing can and something is there.
fn sum(parts: impl Iterator<Item = Released>) -> Released {
    let (mut sum, mut is_hidden) = (0_u64, false);
    for part in parts {
        match part.count() {
            Some(count) => sum = sum.saturating_add(count),
            None => is_hidden = true,
        }
    }
    if sum == 0 && is_hidden {
        return Released::SUPPRESSED;
    }
    Released::of(sum)
}
