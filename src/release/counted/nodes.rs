//! The figures of a whole release: cells with the same members are one figure.

use super::counting::Counting;
use super::cube::{CellTally, Cube, CubeKey, CubePlace};
use crate::disclosure::TrueCount;
use crate::disclosure::ledger::CellName;
use crate::disclosure::members::{Fingerprint, Members};
use crate::disclosure::system::{CountOf, Equation, NodeId, TrueFigures, TrueNode};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A cell of a release.
#[derive(Clone)]
pub(in crate::release) struct ReleaseCell {
    /// Its figure.
    pub node: NodeId,
    /// Who is behind it.
    pub members: Members,
    /// Whether each of its people counts once.
    pub people: bool,
    /// Whether a table shows it, or tells it by a percentage.
    pub shown: bool,
}

/// The figures of all tables of a release.
#[derive(Default)]
pub(in crate::release) struct ReleaseNodes {
    nodes: Vec<TrueNode>,
    by_members: HashMap<Fingerprint, NodeId>,
    /// What errors call a figure: the first table that shows it, and its labels.
    names: Vec<String>,
    /// The cells, by what they are in every release.
    cells: BTreeMap<CellName, ReleaseCell>,
    equations: BTreeSet<(NodeId, Vec<NodeId>)>,
    /// Cells of the same members are one figure only where they are the same cell.
    keeps_apart: bool,
}

/// The figures of the cells of one count.
pub(super) type CubeNodes = HashMap<CubePlace, (NodeId, Fingerprint)>;

impl ReleaseNodes {
    /// No figures yet. Where zeros are protected, nobody may know that a total and one of its parts
    /// have the same members, since all other parts are then zero: each is a figure of its own.
    pub(in crate::release) fn of(protects_zeros: bool) -> Self {
        ReleaseNodes {
            keeps_apart: protects_zeros,
            ..ReleaseNodes::default()
        }
    }

    /// Gives every cell of a count its figure. `weighted` counts rows, else people.
    pub(super) fn of_cube(
        &mut self,
        place: &str,
        counting: &Counting,
        cube: &Cube,
        weighted: bool,
    ) -> CubeNodes {
        let mut found = CubeNodes::new();
        for (set, cells) in &cube.sets {
            let mut keys: Vec<&CubeKey> = cells.keys().collect();
            keys.sort_unstable();
            for key in keys {
                let Some(tally) = cells.get(key) else {
                    continue;
                };
                let id = identity(counting, cube, set, key, weighted);
                let members = match weighted {
                    true => tally.weighted,
                    false => tally.people,
                };
                let node = self.node(&id, tally, members, weighted);
                if let Some(name) = self.names.get_mut(node.at())
                    && name.is_empty()
                {
                    *name = named(place, cube, set, key);
                }
                self.cells.entry(id).or_insert(ReleaseCell {
                    node,
                    members,
                    people: !weighted || members.fingerprint() == tally.people.fingerprint(),
                    shown: false,
                });
                found.insert((set.clone(), key.clone()), (node, members.fingerprint()));
            }
        }
        found
    }

    fn node(
        &mut self,
        id: &CellName,
        tally: &CellTally,
        members: Members,
        weighted: bool,
    ) -> NodeId {
        // Nobody is no set of people: such a cell is the same as itself alone.
        if let Some(cell) = self.cells.get(id) {
            return cell.node;
        }
        if tally.rows > 0
            && !self.keeps_apart
            && let Some(known) = self.by_members.get(&members.fingerprint())
        {
            return *known;
        }
        let once = members.fingerprint() == tally.people.fingerprint();
        let count = match weighted && !once {
            true => TrueCount::new(tally.rows),
            false => members.people(),
        };
        #[allow(clippy::cast_precision_loss)]
        let node = self.push(TrueNode {
            count,
            people: members.people(),
            counted: match weighted && !once {
                true => CountOf::Rows,
                false => CountOf::People,
            },
            largest: None,
            key: members.fingerprint().cell_key(),
            shown: false,
            stands: None,
            worth: tally.rows as f64,
        });
        if tally.rows > 0 {
            self.by_members.insert(members.fingerprint(), node);
        }
        node
    }

    /// The figure of people whom no table has by themselves.
    pub(super) fn unnamed(&mut self, members: Fingerprint, people: TrueCount) -> NodeId {
        let node = self.push(TrueNode {
            count: people,
            people,
            counted: CountOf::People,
            largest: None,
            key: members.cell_key(),
            shown: false,
            stands: None,
            worth: 0.0,
        });
        self.by_members.insert(members, node);
        node
    }

    fn push(&mut self, node: TrueNode) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        self.names.push(String::new());
        id
    }

    /// A cell is seen, or can be worked out from what is.
    pub(super) fn show(&mut self, cell: &CellName) {
        if let Some(cell) = self.cells.get_mut(cell) {
            cell.shown = true;
            if let Some(node) = self.nodes.get_mut(cell.node.at()) {
                node.shown = true;
            }
        }
    }

    /// The cells, by what they are.
    pub(in crate::release) fn cells(&self) -> &BTreeMap<CellName, ReleaseCell> {
        &self.cells
    }

    /// The figure of these members.
    pub(super) fn with_members(&self, members: Fingerprint) -> Option<NodeId> {
        self.by_members.get(&members).copied()
    }

    /// Notes that `total` is the sum of `parts`.
    pub(super) fn adds_up(&mut self, total: NodeId, mut parts: Vec<NodeId>) {
        parts.sort_unstable();
        if parts != [total] {
            self.equations.insert((total, parts));
        }
    }

    /// What errors call a figure.
    pub(in crate::release) fn name(&self, node: NodeId) -> &str {
        self.names.get(node.at()).map_or("", String::as_str)
    }

    /// All figures and what adds up to what.
    pub(in crate::release) fn figures(&self) -> TrueFigures {
        let equations = self.equations.iter();
        TrueFigures {
            nodes: self.nodes.clone(),
            equations: equations
                .map(|(total, parts)| Equation {
                    total: *total,
                    parts: parts.clone(),
                })
                .collect(),
        }
    }
}

/// What a cell is, in every release.
pub(super) fn identity(
    counting: &Counting,
    cube: &Cube,
    set: &[usize],
    key: &CubeKey,
    weighted: bool,
) -> CellName {
    let places = cube.dimensions.iter().zip(set).zip(key);
    let labels = places.filter_map(|((dimension, level), group)| {
        let level = dimension.levels.get(*level)?;
        let of = level.dimension.as_ref()?;
        let value = level.names.get(usize::from(*group))?;
        Some((of.source(), value.clone()))
    });
    CellName::of(&counting.what(weighted), labels)
}

fn named(place: &str, cube: &Cube, set: &[usize], key: &CubeKey) -> String {
    let mut words = Vec::new();
    for ((dimension, level), group) in cube.dimensions.iter().zip(set).zip(key) {
        if let Some(level) = dimension.levels.get(*level)
            && level.dimension.is_some()
            && let Some(value) = level.names.get(usize::from(*group))
        {
            words.push(value.clone());
        }
    }
    match words.is_empty() {
        true => format!("{place}: all"),
        false => format!("{place}: {}", words.join(", ")),
    }
}
