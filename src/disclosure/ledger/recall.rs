//! What earlier releases say beside tonight's, as figures and equations for the attacker.

use super::{CellName, Holding, Ledger, LedgerEntry, is_sum};
use crate::disclosure::count::{Released, TrueCount};
use crate::disclosure::magnitude;
use crate::disclosure::members::{Fingerprint, Members};
use crate::disclosure::system::{
    Contributions, Contributors, CountOf, Equation, NodeId, TrueFigures, TrueNode,
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A cell that tonight's tables show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CellTonight<'c> {
    /// Its name, which it has in every release.
    pub cell: &'c CellName,
    /// The figure of tonight's people.
    pub node: NodeId,
    /// Who they are.
    pub members: &'c Members,
}

/// What is to be shown in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellShown {
    /// The figure.
    pub node: NodeId,
    /// The date of an earlier release whose figure it is.
    pub date: Option<NaiveDate>,
    /// Whether it is published for the cell from now on.
    pub is_new: bool,
    /// Whether it is the figure of another cell, of nearly the same people.
    pub of_another: bool,
}

impl Ledger {
    /// Says which figure each cell shows, in the order of `cells`, and adds to `figures` what earlier
    /// releases have said: a figure of an earlier night is one more node, which `stands`; one of
    /// exactly tonight's people is tonight's node; what few people make the difference is a node that is
    /// not shown and has to stay unknown.
    ///
    /// A cell of so `few` people that the scheme withholds it, or blurs it with smaller ones, never takes
    /// the figure of a larger cell: 10 would stand there for 1.
    pub(crate) fn recall(
        &self,
        figures: &mut TrueFigures,
        cells: &[CellTonight<'_>],
        few: u64,
    ) -> Vec<CellShown> {
        let mut recalled = Recalled::of(self, figures, cells);
        recalled.same_people(cells);
        let shown = cells.iter().map(|cell| recalled.shown(cell, few));
        let shown: Vec<CellShown> = shown.collect();
        recalled.hide(cells, &shown);
        recalled.earlier_sums(cells);
        for (cell, shown) in cells.iter().zip(&shown) {
            recalled.difference(cell, shown);
        }
        shown
    }

    /// What is published for the first time with these figures, as entries of the ledger.
    pub(crate) fn published(
        &self,
        of: &LedgerEntry,
        figures: &TrueFigures,
        released: &[Released],
        cells: &[(CellTonight<'_>, CellShown)],
    ) -> Vec<LedgerEntry> {
        let new = cells.iter().filter(|(_, shown)| shown.is_new);
        let entries = new.filter_map(|(cell, shown)| {
            let node = figures.nodes.get(shown.node.at())?;
            Some(LedgerEntry {
                cell: cell.cell.clone(),
                figure: *released.get(shown.node.at())?,
                count: node.count,
                counted: node.counted,
                largest: match node.counted {
                    CountOf::Amount => TrueCount::new(magnitude::largest(node)),
                    _ => TrueCount::ZERO,
                },
                members: *cell.members,
                ..of.clone()
            })
        });
        entries.collect()
    }
}

impl Ledger {
    /// What decides which cells have one figure.
    fn figure_of(&self, cell: &CellName, members: &Members) -> SameFigure {
        let of_sum = is_sum(cell);
        let cell = self.keeps_apart.then(|| cell.clone());
        (members.fingerprint(), of_sum, cell)
    }
}

/// Which cells have one figure: those of the same members, of which sums are apart from counts, and, where
/// cells are kept apart, only one and the same.
type SameFigure = (Fingerprint, bool, Option<CellName>);

/// Figures to which those of earlier releases are added.
pub(super) struct Recalled<'r> {
    ledger: &'r Ledger,
    figures: &'r mut TrueFigures,
    /// By members and, where cells are kept apart, by cell.
    nodes: HashMap<SameFigure, NodeId>,
    /// Figures of nobody that were not there before.
    nobody: Option<NodeId>,
    equations: BTreeSet<(NodeId, Vec<NodeId>)>,
}

impl<'r> Recalled<'r> {
    pub(super) fn of(
        ledger: &'r Ledger,
        figures: &'r mut TrueFigures,
        cells: &[CellTonight<'_>],
    ) -> Self {
        let people = cells.iter().filter(|cell| !cell.members.is_empty());
        let known = figures.equations.iter().map(|equation| {
            let mut parts = equation.parts.clone();
            parts.sort_unstable();
            (equation.total, parts)
        });
        let equations = known.collect();
        Recalled {
            ledger,
            figures,
            nodes: people
                .map(|cell| (ledger.figure_of(cell.cell, cell.members), cell.node))
                .collect(),
            nobody: None,
            equations,
        }
    }

    /// Gives those figures that are published already as they are to tonight's cells of the same people.
    fn same_people(&mut self, cells: &[CellTonight<'_>]) {
        for cell in cells {
            if let Some(entry) = self.ledger.same_people(cell.cell, cell.members)
                && let Some(node) = self.figures.nodes.get_mut(cell.node.at())
            {
                node.stands = Some(entry.figure);
            }
        }
    }

    fn shown(&mut self, cell: &CellTonight<'_>, few: u64) -> CellShown {
        let holding = match self.figures.nodes.get(cell.node.at()) {
            Some(node) if node.counted == CountOf::Amount => {
                let sum = (node.count, TrueCount::new(magnitude::largest(node)));
                self.ledger.holding_sum(cell.cell, cell.members, sum)
            }
            _ => self.ledger.holding(cell.cell, cell.members),
        };
        let people = cell.members.people().get();
        let holding = self.ledger.own_of_few(holding, people, few);
        let (node, date) = match holding {
            Holding::Fresh | Holding::Same(_) => (cell.node, None),
            Holding::Held(entry) | Holding::Near(entry) => (self.node(entry), Some(entry.date)),
            Holding::Empty => (self.nobody(), None),
        };
        CellShown {
            node,
            date,
            is_new: holding.is_new(),
            of_another: matches!(holding, Holding::Near(_)),
        }
    }

    /// The node of what was published.
    pub(super) fn node(&mut self, entry: &LedgerEntry) -> NodeId {
        let members = self.ledger.figure_of(&entry.cell, &entry.members);
        let known = self
            .nodes
            .get(&members)
            .filter(|_| !entry.members.is_empty());
        if let Some(node) = known {
            return *node;
        }
        let node = self.push(TrueNode {
            count: entry.count,
            counted: entry.counted,
            contributors: (entry.counted == CountOf::Amount).then(|| Contributors {
                people: Contributions {
                    many: entry.members.people(),
                    largest: [entry.largest, TrueCount::ZERO],
                    smallest: TrueCount::ZERO,
                },
                providers: None,
                unit: 1,
            }),
            shown: true,
            stands: Some(entry.figure),
            ..people(entry.members.people())
        });
        if !entry.members.is_empty() {
            self.nodes.insert(members, node);
        }
        node
    }

    fn nobody(&mut self) -> NodeId {
        let known = self.nobody;
        let node = known.unwrap_or_else(|| {
            self.push(TrueNode {
                shown: true,
                ..people(TrueCount::ZERO)
            })
        });
        self.nobody = Some(node);
        node
    }

    fn push(&mut self, node: TrueNode) -> NodeId {
        let id = NodeId(u32::try_from(self.figures.nodes.len()).unwrap_or(u32::MAX));
        self.figures.nodes.push(node);
        id
    }

    /// Takes tonight's figure from the reader where every cell of it shows another night's.
    fn hide(&mut self, cells: &[CellTonight<'_>], shown: &[CellShown]) {
        let told: BTreeSet<NodeId> = shown.iter().map(|shown| shown.node).collect();
        for cell in cells.iter().filter(|cell| !told.contains(&cell.node)) {
            if let Some(node) = self.figures.nodes.get_mut(cell.node.at()) {
                // One that is published already is known all the same.
                node.shown = node.stands.is_some();
            }
        }
    }

    /// Where tonight's cells add up, those of earlier releases did, as their members say.
    fn earlier_sums(&mut self, cells: &[CellTonight<'_>]) {
        let mut names: BTreeMap<NodeId, &CellName> = BTreeMap::new();
        for cell in cells {
            names.entry(cell.node).or_insert(cell.cell);
        }
        for equation in self.figures.equations.clone() {
            let Some(total) = names.get(&equation.total) else {
                continue;
            };
            let parts = equation.parts.iter().map(|part| names.get(part).copied());
            let Some(parts) = parts.collect::<Option<Vec<&CellName>>>() else {
                continue;
            };
            for entry in self.ledger.of_cell(total) {
                self.earlier_sum(entry, &parts);
            }
        }
    }

    /// Notes that a figure of an earlier release is the sum of those that stood then, where its people
    /// are theirs.
    pub(super) fn earlier_sum(&mut self, total: &LedgerEntry, parts: &[&CellName]) {
        // A part that came later had nobody then, or the sum of members says that it had somebody.
        let then = |part: &&CellName| self.ledger.standing_at(part, total.number);
        let parts: Vec<&LedgerEntry> = parts.iter().filter_map(then).collect();
        let sum = parts.iter().fold(Fingerprint::default(), |sum, part| {
            sum.plus(part.members.fingerprint())
        });
        if !parts.is_empty() && sum == total.members.fingerprint() {
            let of: Vec<NodeId> = parts.into_iter().map(|part| self.node(part)).collect();
            let total = self.node(total);
            self.adds_up(total, of);
        }
    }

    /// Relates tonight's people of a cell to those of the figure that stands for it, by the few who
    /// entered and the few who left.
    fn difference(&mut self, cell: &CellTonight<'_>, shown: &CellShown) {
        let Some(stands) = self.ledger.standing(cell.cell) else {
            return;
        };
        if is_sum(cell.cell) {
            let now = self
                .figures
                .nodes
                .get(cell.node.at())
                .map(|node| node.count);
            if let Some(now) = now.filter(|_| !shown.is_new) {
                let before = self.node(stands);
                let changed = cell.members.changed(&stands.members);
                self.changed_by((before, stands.count), (cell.node, now), changed);
            }
            return;
        }
        let Some((entered, left)) = cell.members.sides(&stands.members) else {
            return;
        };
        // Members of a count of rows are the rows of each person, which enter and leave together.
        let tonight = self.figures.nodes.get(cell.node.at());
        let of_people = |counted: CountOf| counted == CountOf::People;
        let comparable = stands.key == self.ledger.key
            && of_people(stands.counted)
            && tonight.is_some_and(|tonight| of_people(tonight.counted));
        if !comparable || entered + left == 0 {
            return;
        }
        let before = self.node(stands);
        let people = cell.members.people().get();
        self.few((before, entered), (cell.node, left), people);
    }

    /// Relates two figures that a cell has had, by the few who entered and the few who left in between.
    pub(super) fn between(&mut self, before: &LedgerEntry, after: &LedgerEntry) {
        let of_people = |entry: &LedgerEntry| entry.counted == CountOf::People;
        if before.key != after.key || !of_people(before) || !of_people(after) {
            return;
        }
        let Some((entered, left)) = after.members.sides(&before.members) else {
            return;
        };
        if entered + left > 0 {
            let (first, second) = (self.node(before), self.node(after));
            let people = after.members.people().get();
            self.few((first, entered), (second, left), people);
        }
    }

    /// Relates two sums of a cell by what the amounts of those who `changed` come to, which nobody may know:
    /// the later one is held for it.
    fn changed_by(
        &mut self,
        (before, then): (NodeId, TrueCount),
        (after, now): (NodeId, TrueCount),
        changed: usize,
    ) {
        let (total, part, change) = match (now.without(then), then.without(now)) {
            (Some(more), _) => (after, before, more),
            (None, Some(less)) => (before, after, less),
            (None, None) => return,
        };
        if change.get() == 0 || before == after {
            return;
        }
        let people = TrueCount::new(changed as u64);
        let change = self.push(TrueNode {
            count: change,
            counted: CountOf::Amount,
            ..self::people(people)
        });
        self.adds_up(total, vec![part, change]);
    }

    /// Relates two figures by those whom each lacks of the other; the second is of `people`.
    fn few(&mut self, first: (NodeId, usize), second: (NodeId, usize), people_of_second: u64) {
        let left = second.1;
        let mut equal = Vec::new();
        for (node, others) in [second, first] {
            let mut parts = vec![node];
            if others > 0 {
                let few = TrueCount::new(u64::try_from(others).unwrap_or(u64::MAX));
                parts.push(self.push(people(few)));
            }
            equal.push(parts);
        }
        // Whoever is in either: tonight's with those who left, and those of then with who entered.
        let one_of = people_of_second.saturating_add(left as u64);
        let union = match equal.iter().find(|parts| parts.len() == 1) {
            Some(parts) => parts[0],
            None => self.push(people(TrueCount::new(one_of))),
        };
        for parts in equal.into_iter().filter(|parts| *parts != [union]) {
            self.adds_up(union, parts);
        }
    }

    fn adds_up(&mut self, total: NodeId, mut parts: Vec<NodeId>) {
        parts.sort_unstable();
        if parts != [total] && self.equations.insert((total, parts.clone())) {
            self.figures.equations.push(Equation { total, parts });
        }
    }
}

/// A node of people that is not shown.
fn people(count: TrueCount) -> TrueNode {
    TrueNode {
        count,
        people: count,
        counted: CountOf::People,
        contributors: None,
        key: 0,
        shown: false,
        stands: None,
        worth: 0.0,
    }
}
