//! All figures of a release under one scheme, none of which gives a protected one away.

mod certificate;

pub(crate) use certificate::Certificate;

use super::attacker::Effort;
use super::count::Released;
use super::rule::SchemeRule;
use super::system::{Figures, Interval, NodeId, System};

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
    figures: &Figures,
    _effort: &Effort,
) -> Result<Protected, Unsafe> {
    let figure = |node: &super::system::TrueNode| node.stands.unwrap_or_else(|| rule.release(node));
    let released: Vec<Released> = figures.nodes.iter().map(figure).collect();
    let system = System::read(rule, figures, &released);
    let is_known = |at: &usize| {
        let read: Interval = system.read[*at];
        system.protected[*at] > read.width()
    };
    let nodes: Vec<NodeId> = (0..released.len())
        .filter(is_known)
        .map(|at| NodeId(at as u32))
        .collect();
    if !nodes.is_empty() {
        let why = Danger::Exposed;
        return Err(Unsafe { nodes, why });
    }
    let certificate = Certificate {
        scheme: rule.name().to_string(),
        unknowns: figures.nodes.len(),
        equations: figures.equations.len(),
        ..Certificate::default()
    };
    Ok(Protected {
        released,
        certificate,
    })
}
