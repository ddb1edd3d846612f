//! All figures of a release under one scheme, none of which gives a protected one away.
//!
//! The rule's own figures are attacked; for each protected figure that could be worked out, an
//! exchange of people is looked for that would hide it if a few figures were moved or withheld, those
//! worth least first, and they are, wherever they are shown. Then everything is attacked again, until
//! nothing is left. Each figure is changed once, so this ends; with figures left that could be worked
//! out, the release is refused.

mod certificate;
mod defence;
mod redundant;
mod repair;
mod sums;

pub(crate) use certificate::Certificate;

use super::attacker::{Attack, Effort, Exchanged, SOLVER, attack, propagate};
use super::count::Released;
use super::rule::SchemeRule;
use super::system::{Network, NodeId, System, TrueFigures};
use defence::Defence;

/// The figures of a release as they may be read, with what was proved of them.
#[derive(Debug, Clone)]
pub(crate) struct Protected {
    /// The figures, in the order of the nodes. Those of nodes that are not shown are for the ledger
    /// to leave out.
    pub released: Vec<Released>,
    /// What was proved.
    pub certificate: Certificate,
}

/// A release that cannot be made safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unsafe {
    /// The figures that are the matter.
    pub nodes: Vec<NodeId>,
    /// What is the matter with them.
    pub why: Danger,
    /// How far it came.
    pub reached: Reached,
}

/// How far the choice of figures came, so that it goes on from there once some are shown no more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reached {
    released: Vec<Released>,
    exchanges: Vec<Exchanged>,
    work: u64,
}

/// Why a release is not safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Danger {
    /// A reader could work them out from the others, or it was not proved that none could.
    Exposed,
    /// They do not add up, or say of themselves what cannot be: an error of the caller.
    Contradiction,
}

/// Chooses all figures of a release at once, so that no protected one follows from the others.
pub(crate) fn protect(
    rule: &dyn SchemeRule,
    figures: &TrueFigures,
    effort: &Effort,
) -> Result<Protected, Unsafe> {
    protect_from(rule, figures, effort, Reached::default())
}

/// The same from where it came to before some of these figures were shown no more.
pub(crate) fn protect_from(
    rule: &dyn SchemeRule,
    figures: &TrueFigures,
    effort: &Effort,
    reached: Reached,
) -> Result<Protected, Unsafe> {
    let contradiction = |node: NodeId| Unsafe {
        nodes: vec![node],
        why: Danger::Contradiction,
        reached: Reached::default(),
    };
    let is_first = reached.released.is_empty();
    let own = own_figures(rule, figures).map_err(contradiction)?;
    // Totals that are sums follow from what is shown now.
    let released = match is_first || rule.adds_up() {
        true => own,
        false => reached.released,
    };
    let mut defence = Defence::new(rule, figures, released, effort).map_err(contradiction)?;
    defence.known.exchanges = reached.exchanges;
    let mut work = reached.work;
    if rule.withholds() && is_first {
        defence.defend_all();
    }
    let mut last = Vec::new();
    let mut is_tidied = !rule.withholds();
    for _ in 0..effort.rounds {
        let system = System::read(rule, figures, &defence.released);
        let mut found = attack(&system, Some(&defence.known), effort);
        defence.known.exchanges.append(&mut found.exchanges);
        work += found.work;
        if let Some(node) = found.contradiction {
            return Err(contradiction(node));
        }
        let mut left: Vec<NodeId> = [&found.exposed[..], &found.unproved].concat();
        left.sort_unstable();
        let guessed = guessed(rule, figures, &defence);
        let is_safe = left.is_empty() && guessed.is_empty();
        if is_safe && !std::mem::replace(&mut is_tidied, true) {
            let most = effort.redundant;
            if redundant::show_again(&mut defence, &system.protected, most) {
                continue;
            }
        }
        if is_safe {
            let certificate = certify(rule, figures, &found, work + defence.work());
            let released = defence.released;
            return Ok(Protected {
                released,
                certificate,
            });
        }
        let is_answered = defence.answer(&system.protected, &left, &guessed);
        left.extend(guessed);
        let is_stuck = effort.gives_up && !last.is_empty() && left.len() >= last.len();
        last = left;
        if !is_answered || is_stuck {
            break;
        }
    }
    let work = work + defence.work();
    Err(Unsafe {
        nodes: last,
        why: Danger::Exposed,
        reached: Reached {
            released: defence.released,
            exchanges: defence.known.exchanges,
            work,
        },
    })
}

/// The figures that the rule gives on its own, and those that stand.
fn own_figures(rule: &dyn SchemeRule, figures: &TrueFigures) -> Result<Vec<Released>, NodeId> {
    let of = |equation: &super::system::Equation| {
        let mut nodes = std::iter::once(&equation.total).chain(&equation.parts);
        nodes.find(|node| node.at() >= figures.nodes.len()).copied()
    };
    if let Some(node) = figures.equations.iter().find_map(of) {
        return Err(node);
    }
    let nodes = figures.nodes.iter();
    let mut released: Vec<Released> = nodes
        .map(|node| node.stands.unwrap_or_else(|| rule.release(node)))
        .collect();
    if rule.adds_up() {
        sums::add_up(figures, &mut released)?;
    }
    Ok(released)
}

/// Protected figures that a reader gets right who takes every figure for the rule's own. He is
/// wrong about the moved ones, and what he works out from them is luck, but he does not know it.
fn guessed(rule: &dyn SchemeRule, figures: &TrueFigures, defence: &Defence) -> Vec<NodeId> {
    if !defence.has_moved() {
        return Vec::new();
    }
    let system = System::read_as_rounded(rule, figures, &defence.released);
    let Ok(network) = Network::of_unknown(&system.read, &system.equations) else {
        return Vec::new();
    };
    let bounds = propagate(&network, system.read).bounds;
    let is_guessed = |at: &usize| {
        bounds[*at].width() < system.protected[*at] && bounds[*at].has(defence.known.table[*at])
    };
    let nodes = (0..bounds.len()).filter(is_guessed);
    nodes.map(|at| NodeId(at as u32)).collect()
}

fn certify(rule: &dyn SchemeRule, figures: &TrueFigures, found: &Attack, work: u64) -> Certificate {
    let held = figures.nodes.iter().filter(|node| node.stands.is_some());
    Certificate {
        scheme: rule.name().to_string(),
        unknowns: figures.nodes.len(),
        equations: figures.equations.len(),
        protected: found.apart + found.by_witness + found.exactly,
        apart: found.apart,
        by_witness: found.by_witness,
        exactly: found.exactly,
        held: held.count(),
        solver: SOLVER.to_string(),
        work,
    }
}

#[cfg(test)]
pub(in crate::disclosure) mod tests;
