//! Whether one protected figure can have counts far enough apart.

use super::effort::Effort;
use super::exact::{ExactBounds, FarEnd};
use super::exchange::{Exchange, Exchanged, Price};
use super::neighbourhood::Neighbourhood;
use super::shortest::shortest;
use crate::disclosure::system::{Interval, Network};
use microlp::OptimizationDirection::{Maximize, Minimize};
use std::collections::BTreeMap;

/// What is known of a protected figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is safe by its bounds in a neighbourhood.
    Bounded,
    /// It is not safe.
    Exposed,
    /// Neither was proved.
    Unknown,
}

/// No table meets what is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Impossible;

/// The published figures around one possible table.
pub(super) struct Prover<'a> {
    /// The equations.
    pub network: &'a Network,
    /// What each figure can be.
    pub bounds: &'a [Interval],
    /// One table; possible, unless only [`Prover::whole`] is asked.
    pub table: &'a [i64],
    /// How hard to try.
    pub effort: &'a Effort,
}

impl Price for Prover<'_> {
    fn of(&self, node: u32, by: i64) -> Option<f64> {
        let at = node as usize;
        self.bounds[at].has(self.table[at] + by).then_some(0.0)
    }
}

/// How far a figure may go down and up so that its counts are `apart`: up alone, both ways, down
/// alone.
pub(crate) fn splits(apart: i64, down: i64) -> impl Iterator<Item = [i64; 2]> {
    let down = down.clamp(0, apart);
    let mut before = None;
    [0, down, (down + 1) / 2]
        .into_iter()
        .filter_map(move |down| {
            let is_new = before.replace(down) != Some(down);
            is_new.then_some([-down, apart - down])
        })
}

impl Prover<'_> {
    /// Possible tables with counts of the figure that are `apart`, by exchanges; none if none are found.
    pub(super) fn exchange(&self, search: &mut Exchange, node: u32, apart: i64) -> Vec<Exchanged> {
        let at = node as usize;
        let mut find = |by: i64| search.find(self.network, self, (node, by), self.effort.exchange);
        for split in splits(apart, self.table[at] - self.bounds[at].low) {
            let changes = split.into_iter().filter(|by| *by != 0);
            let found: Option<Vec<Exchanged>> = changes.map(&mut find).collect();
            if let Some(found) = found {
                return found;
            }
        }
        Vec::new()
    }

    /// The same by linear programs, each the shortest.
    pub(super) fn shortest(&self, node: u32, apart: i64) -> Vec<Exchanged> {
        let at = node as usize;
        let leeway = |node: u32| {
            let (bounds, now) = (self.bounds[node as usize], self.table[node as usize]);
            Interval::new(bounds.low - now, bounds.high - now)
        };
        let may = leeway(node);
        for most in self.effort.far {
            let near = Neighbourhood::around(self.network, node, most);
            let find = |by: i64| {
                let found = shortest(
                    self.network,
                    &near,
                    (node, by),
                    leeway,
                    self.effort.branches,
                )?;
                self.holds(&found).then_some(found)
            };
            for split in splits(apart, self.table[at] - self.bounds[at].low) {
                let mut changes = split.into_iter().filter(|by| *by != 0);
                if !changes.clone().all(|by| may.has(by)) {
                    continue;
                }
                if let Some(found) = changes.try_fold(Vec::new(), |mut found, by| {
                    found.push(find(by)?);
                    Some(found)
                }) {
                    return found;
                }
            }
            if near.is_whole {
                break;
            }
        }
        Vec::new()
    }

    /// Whether an exchange keeps all equations and what is published.
    pub(super) fn holds(&self, exchange: &Exchanged) -> bool {
        let mut open: BTreeMap<u32, i64> = BTreeMap::new();
        for (node, by) in exchange {
            if self.of(*node, *by).is_none() {
                return false;
            }
            for place in self.network.places(*node as usize) {
                *open.entry(place.row).or_default() += by * place.factor;
            }
        }
        open.values().all(|sum| *sum == 0)
    }

    /// The bounds of a figure by integer programs over all that equations connect with it, around any
    /// table; what is impossible is the error.
    pub(super) fn whole(&self, node: u32) -> Result<Option<Interval>, Impossible> {
        let near = Neighbourhood::around(self.network, node, self.effort.neighbourhood);
        if !near.is_whole {
            return Ok(None);
        }
        let now = self.table[node as usize];
        match [Minimize, Maximize].map(|to| self.exact().end(&near, node, to)) {
            [FarEnd::Proved(down), FarEnd::Proved(up)] => {
                Ok(Some(Interval::new(now + down, now + up)))
            }
            ends if ends.contains(&FarEnd::Impossible) => Err(Impossible),
            _ => Ok(None),
        }
    }

    fn exact(&self) -> ExactBounds<'_> {
        ExactBounds {
            network: self.network,
            bounds: self.bounds,
            table: self.table,
            branches: self.effort.branches,
        }
    }

    /// The same by integer programs over growing neighbourhoods, and whether it is impossible.
    pub(super) fn bound(&self, node: u32, apart: i64) -> Verdict {
        let exact = self.exact();
        for most in [24, 90, self.effort.neighbourhood] {
            let near = Neighbourhood::around(self.network, node, most);
            let ends = [Minimize, Maximize].map(|to| exact.end(&near, node, to));
            let reached = |end: FarEnd| match end {
                FarEnd::Proved(by) | FarEnd::Reached(by) => by.abs(),
                FarEnd::Impossible | FarEnd::Unknown => 0,
            };
            if reached(ends[0]) + reached(ends[1]) >= apart {
                return Verdict::Bounded;
            }
            if matches!(ends, [FarEnd::Proved(_), FarEnd::Proved(_)]) {
                return Verdict::Exposed;
            }
            if near.is_whole {
                break;
            }
        }
        Verdict::Unknown
    }
}
