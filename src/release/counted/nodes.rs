//! The figures of a whole release: cells with the same members are one figure.

use super::counting::{CountKind, Counting};
use super::cube::{CellTally, Cube, CubeKey, CubePlace};
use crate::disclosure::TrueCount;
use crate::disclosure::ledger::CellName;
use crate::disclosure::members::{Fingerprint, Members};
use crate::disclosure::system::{
    Contributions, Contributors, CountOf, Equation, NodeId, TrueFigures, TrueNode,
};
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
    /// What it adds up to, where it is a sum of an amount.
    pub sum: Option<TrueCount>,
    /// Whether a table shows it, or tells it by a percentage.
    pub shown: bool,
}

/// The figures of all tables of a release.
#[derive(Default)]
pub(in crate::release) struct ReleaseNodes {
    nodes: Vec<TrueNode>,
    /// Counts of people and rows.
    by_members: HashMap<Fingerprint, NodeId>,
    /// Sums of an amount.
    by_amounts: HashMap<Fingerprint, NodeId>,
    /// Sums, with the people who have any of it.
    sums: Vec<(NodeId, Members)>,
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

    /// Gives every cell of a count its figure. Beside the cells are, of a sum, those of its providers, where
    /// they are at risk.
    pub(super) fn of_cube(
        &mut self,
        place: &str,
        counting: &Counting,
        (cube, providers): (&Cube, Option<&Cube>),
        kind: CountKind,
    ) -> CubeNodes {
        let mut found = CubeNodes::new();
        for (set, cells) in &cube.sets {
            let mut keys: Vec<&CubeKey> = cells.keys().collect();
            keys.sort_unstable();
            for key in keys {
                let Some(tally) = cells.get(key) else {
                    continue;
                };
                let id = identity(counting, cube, set, key, kind);
                let members = match kind {
                    CountKind::People => tally.people,
                    _ => tally.weighted,
                };
                let of = |cube: &Cube| {
                    let tally = cube.sets.get(set).and_then(|cells| cells.get(key));
                    contributions(tally.unwrap_or(&CellTally::default()))
                };
                let contributors = (kind == CountKind::Amount).then(|| Contributors {
                    people: contributions(tally),
                    providers: providers.map(of),
                    unit: cube.unit,
                });
                let node = self.node(&id, tally, members, kind, contributors);
                if let Some(name) = self.names.get_mut(node.at())
                    && name.is_empty()
                {
                    *name = named(place, cube, set, key);
                }
                self.cells.entry(id).or_insert(ReleaseCell {
                    node,
                    members,
                    people: match kind {
                        CountKind::People => true,
                        CountKind::Rows => members.fingerprint() == tally.people.fingerprint(),
                        CountKind::Amount => false,
                    },
                    sum: (kind == CountKind::Amount).then(|| TrueCount::new(tally.rows)),
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
        kind: CountKind,
        contributors: Option<Contributors>,
    ) -> NodeId {
        // Nobody is no set of people: such a cell is the same as itself alone.
        if let Some(cell) = self.cells.get(id) {
            return cell.node;
        }
        let of_amount = kind == CountKind::Amount;
        if tally.rows > 0
            && !self.keeps_apart
            && let Some(known) = self.same(members.fingerprint(), of_amount)
        {
            return known;
        }
        let once = members.fingerprint() == tally.people.fingerprint();
        let (count, counted) = match (kind, once) {
            (CountKind::Amount, _) => (TrueCount::new(tally.rows), CountOf::Amount),
            (CountKind::Rows, false) => (TrueCount::new(tally.rows), CountOf::Rows),
            _ => (members.people(), CountOf::People),
        };
        #[allow(clippy::cast_precision_loss)]
        let node = self.push(TrueNode {
            count,
            people: members.people(),
            counted,
            contributors,
            key: members.fingerprint().cell_key(),
            shown: false,
            stands: None,
            worth: tally.rows as f64,
        });
        if tally.rows > 0 {
            let known = match of_amount {
                true => &mut self.by_amounts,
                false => &mut self.by_members,
            };
            known.insert(members.fingerprint(), node);
            if of_amount {
                self.sums.push((node, tally.people));
            }
        }
        node
    }

    fn same(&self, members: Fingerprint, of_amount: bool) -> Option<NodeId> {
        let known = match of_amount {
            true => &self.by_amounts,
            false => &self.by_members,
        };
        known.get(&members).copied()
    }

    /// The figure of amounts that no table has by themselves: what one sum has more than another.
    pub(super) fn unnamed_sum(
        &mut self,
        members: Fingerprint,
        sum: TrueCount,
        people: TrueCount,
    ) -> NodeId {
        let node = self.push(TrueNode {
            count: sum,
            people,
            counted: CountOf::Amount,
            // Any of them may have all of it.
            contributors: None,
            key: members.cell_key(),
            shown: false,
            stands: None,
            worth: 0.0,
        });
        self.by_amounts.insert(members, node);
        node
    }

    /// Relates each sum to the number of people who have any of it, where that is a figure: nobody has less
    /// than 1.
    pub(super) fn at_least_one_each(&mut self) {
        for (sum, people) in std::mem::take(&mut self.sums) {
            let count = self.nodes.get(sum.at()).map(|node| node.count);
            let more = count.and_then(|count| count.without(people.people()));
            let (Some(count), Some(more)) = (count, more) else {
                continue;
            };
            let Some(known) = self.with_members(people.fingerprint()) else {
                continue;
            };
            // Where totals are sums of what is shown, no sum may be that of its people and a rest.
            let [same, more] = [count, more].map(|count| {
                self.push(TrueNode {
                    count,
                    people: TrueCount::ZERO,
                    counted: CountOf::Rest,
                    contributors: None,
                    key: 0,
                    shown: false,
                    stands: None,
                    worth: 0.0,
                })
            });
            self.adds_up(same, vec![sum]);
            self.adds_up(same, vec![known, more]);
        }
    }

    /// The figure of people whom no table has by themselves.
    pub(super) fn unnamed(&mut self, members: Fingerprint, people: TrueCount) -> NodeId {
        let node = self.push(TrueNode {
            count: people,
            people,
            counted: CountOf::People,
            contributors: None,
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
        self.same(members, false)
    }

    /// The figure of these amounts.
    pub(super) fn with_amounts(&self, members: Fingerprint) -> Option<NodeId> {
        self.same(members, true)
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

/// What is known of the contributions to a sum.
fn contributions(tally: &CellTally) -> Contributions {
    let (largest, smallest) = tally.extremes;
    Contributions {
        many: tally.people.people(),
        largest: largest.map(TrueCount::new),
        smallest: TrueCount::new(smallest),
    }
}

/// What a cell is, in every release.
pub(super) fn identity(
    counting: &Counting,
    cube: &Cube,
    set: &[usize],
    key: &CubeKey,
    kind: CountKind,
) -> CellName {
    let places = cube.dimensions.iter().zip(set).zip(key);
    let labels = places.filter_map(|((dimension, level), group)| {
        let level = dimension.levels.get(*level)?;
        let of = level.dimension.as_ref()?;
        let value = level.names.get(usize::from(*group))?;
        Some((of.source(), value.clone()))
    });
    CellName::of(&counting.what(kind), labels)
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
