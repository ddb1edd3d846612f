//! Tables of single areas that are left out, so that no figure of few people follows from the others.
//!
//! Where the figures of the release cannot be chosen so that every protected one stays unknown, it is a
//! table of some area that goes, as a whole: without it the figures that are the matter have no
//! figures beside them. Which table goes depends on which figures are the matter, and on the
//! order of reports and areas, never on how many people a figure is of.

use crate::disclosure::attacker::Effort;
use crate::disclosure::protect::{Danger, Protected, Unsafe, protect, protect_from};
use crate::disclosure::rule::SchemeRule;
use crate::disclosure::system::{Network, NodeId, TrueFigures};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How hard is tried before a table is left out: in four rounds while each leaves fewer figures than the one
/// before, and with integer programs only where few are left. What is not hidden by then seldom is later.
fn before_leaving_out() -> Effort {
    Effort {
        exchange: 12,
        exact: 40,
        rounds: 4,
        gives_up: true,
        ..Effort::default()
    }
}

/// A table in the report of one area: the number of the table, and the place of the area among the
/// levels that divide it.
pub(super) type AreaTable = (usize, Vec<Option<String>>);

/// Which figures the tables of areas show, and those tables that are left out.
pub(super) struct AreaTables {
    /// The figures of each table that is not left out.
    nodes: BTreeMap<AreaTable, BTreeSet<NodeId>>,
    /// The same of the tables of the whole that earlier releases have: where nothing else helps, these show
    /// what stands.
    whole: BTreeMap<AreaTable, BTreeSet<NodeId>>,
    /// In how many tables each figure is shown, also those of the whole.
    shown: HashMap<NodeId, usize>,
    left_out: BTreeSet<AreaTable>,
}

impl AreaTables {
    /// The tables of areas, and those of the whole, whose place is of no area, with what each shows. Those
    /// of the whole in `stand` are in earlier releases.
    pub(super) fn of(
        all: impl IntoIterator<Item = (AreaTable, BTreeSet<NodeId>)>,
        stand: &BTreeSet<AreaTable>,
    ) -> Self {
        let mut tables = AreaTables {
            nodes: BTreeMap::new(),
            whole: BTreeMap::new(),
            shown: HashMap::new(),
            left_out: BTreeSet::new(),
        };
        for (table, nodes) in all {
            for node in &nodes {
                *tables.shown.entry(*node).or_default() += 1;
            }
            if table.1.iter().any(Option::is_some) {
                tables.nodes.insert(table, nodes);
            } else if stand.contains(&table) {
                tables.whole.insert(table, nodes);
            }
        }
        tables
    }

    /// Chooses all figures of a release, without the tables of areas that would give one away; where that
    /// does not help, also without those of the whole that an earlier release has.
    ///
    /// # Errors
    /// The figures that are the matter, where no such table is.
    pub(super) fn protect(
        &mut self,
        rule: &dyn SchemeRule,
        figures: &mut TrueFigures,
    ) -> Result<Protected, Unsafe> {
        let most = Effort::default();
        let mut effort = match self.nodes.is_empty() {
            true => most,
            false => before_leaving_out(),
        };
        let mut found = protect(rule, figures, &effort);
        // Of figures that no table shows: more tables each time, where the last ones did not help.
        let (mut many, mut left) = (0_usize, usize::MAX);
        loop {
            let unsafe_ = match found {
                Ok(protected) => return Ok(protected),
                Err(unsafe_) => unsafe_,
            };
            let is_exposed = unsafe_.why == Danger::Exposed;
            many = match unsafe_.nodes.len() < left {
                true => 0,
                false => (2 * many).max(1),
            };
            left = unsafe_.nodes.len();
            if !(is_exposed && self.leave_out(figures, &unsafe_.nodes, many.max(1))) {
                if !is_exposed || effort == most {
                    return Err(unsafe_);
                }
                effort = most;
            }
            found = protect_from(rule, figures, &effort, unsafe_.reached);
        }
    }

    /// Leaves out these tables, whatever follows from them.
    pub(super) fn leave_these_out(
        &mut self,
        figures: &mut TrueFigures,
        tables: &BTreeSet<AreaTable>,
    ) {
        for table in tables {
            self.without(figures, table);
        }
    }

    /// The tables that are left out.
    pub(super) fn left_out(&self) -> &BTreeSet<AreaTable> {
        &self.left_out
    }

    /// Leaves out the tables of areas that show these figures or, of a figure that none shows, so `many`
    /// of those that are nearest to it by what adds up, the last ones; where there is none, those of the
    /// whole. Whether there was any.
    fn leave_out(&mut self, figures: &mut TrueFigures, matter: &[NodeId], many: usize) -> bool {
        let Ok(network) = Network::new(figures.nodes.len(), &figures.equations, |_| None) else {
            return false;
        };
        let near = |tables| -> BTreeSet<AreaTable> {
            let matter = matter.iter();
            matter
                .flat_map(|node| self.nearest(tables, &network, *node, many))
                .collect()
        };
        let mut found = near(&self.nodes);
        if found.is_empty() {
            found = near(&self.whole);
        }
        for table in &found {
            self.without(figures, table);
        }
        !found.is_empty()
    }

    fn nearest(
        &self,
        all: &BTreeMap<AreaTable, BTreeSet<NodeId>>,
        network: &Network,
        node: NodeId,
        many: usize,
    ) -> BTreeSet<AreaTable> {
        let mut seen = BTreeSet::from([node]);
        let mut now = seen.clone();
        let show = |near: &BTreeSet<NodeId>| {
            let tables = all.iter();
            let tables = tables.filter(|(_, nodes)| !nodes.is_disjoint(near));
            tables.map(|(table, _)| table.clone()).collect()
        };
        let mut found: BTreeSet<AreaTable> = show(&now);
        let is_of_areas = found.len() == self.shown.get(&node).copied().unwrap_or(0);
        if !found.is_empty() && is_of_areas {
            return found;
        }
        while found.len() < many && !now.is_empty() {
            let places = now.iter().flat_map(|node| network.places(node.at()));
            let rows: BTreeSet<u32> = places.map(|place| place.row).collect();
            let terms = rows.iter().flat_map(|row| network.terms(*row as usize));
            let near: BTreeSet<NodeId> = terms.map(|term| NodeId(term.node)).collect();
            now = near.difference(&seen).copied().collect();
            seen.extend(&now);
            found.extend(show(&now));
        }
        found.into_iter().rev().take(many).collect()
    }

    fn without(&mut self, figures: &mut TrueFigures, table: &AreaTable) {
        let of_area = self.nodes.remove(table);
        let nodes = of_area.or_else(|| self.whole.remove(table));
        for node in nodes.into_iter().flatten() {
            let Some(shown) = self.shown.get_mut(&node) else {
                continue;
            };
            *shown -= 1;
            if *shown == 0
                && let Some(node) = figures.nodes.get_mut(node.at())
            {
                // What is published already is known all the same.
                node.shown = node.stands.is_some();
            }
        }
        self.left_out.insert(table.clone());
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::disclosure::system::{CountOf, Equation, Interval, TrueNode};
    use crate::disclosure::{Released, Scheme, TrueCount};

    fn node(count: u64) -> TrueNode {
        TrueNode {
            count: TrueCount::new(count),
            people: TrueCount::new(count),
            counted: CountOf::People,
            contributors: None,
            key: 0,
            shown: true,
            stands: None,
            worth: 1.0,
        }
    }

    /// Two groups and all, in two areas and the whole.
    fn groups() -> TrueFigures {
        let counts = [20, 3, 23, 40, 30, 70, 60, 33, 93];
        let rows = [[0, 1, 2], [3, 4, 5], [6, 7, 8]];
        let columns = [[0, 3, 6], [1, 4, 7], [2, 5, 8]];
        let equation = |[one, other, total]: [u32; 3]| Equation {
            total: NodeId(total),
            parts: vec![NodeId(one), NodeId(other)],
        };
        TrueFigures {
            nodes: counts.into_iter().map(node).collect(),
            equations: rows.into_iter().chain(columns).map(equation).collect(),
        }
    }

    fn area(code: &str) -> Vec<Option<String>> {
        vec![Some(code.to_string())]
    }

    fn tables(of: &[(usize, Option<&str>, &[u32])]) -> AreaTables {
        let of = of.iter().map(|(table, code, nodes)| {
            let place = vec![code.map(str::to_string)];
            let nodes = nodes.iter().copied().map(NodeId).collect();
            ((*table, place), nodes)
        });
        AreaTables::of(of, &BTreeSet::new())
    }

    #[test]
    fn the_table_of_an_area_whose_figure_would_follow_is_left_out_and_no_other() {
        // Under a rule that neither moves nor withholds, 3 is 23 less 20, and 33 less 30.
        let mut figures = groups();
        let rule = Told(Scheme::Legacy1To5);
        let whole = (0, None, &[6, 7, 8][..]);
        let mut both = tables(&[
            whole,
            (0, Some("A"), &[0, 1, 2]),
            (0, Some("B"), &[3, 4, 5]),
        ]);
        let found = both.protect(&rule, &mut figures).unwrap();
        // Without the table of A alone, 3 would still be 33 less 30.
        let left_out: Vec<AreaTable> = both.left_out().iter().cloned().collect();
        assert_eq!(left_out, [(0, area("A")), (0, area("B"))]);
        let shown: Vec<bool> = figures.nodes.iter().map(|node| node.shown).collect();
        assert_eq!(shown[..6], [false; 6]);
        assert_eq!(shown[6..], [true; 3]);
        assert_eq!(found.certificate.protected, 1);
        assert_eq!(found.released[8], Released::published(Some(93)));
    }

    #[test]
    fn what_another_table_shows_stays_shown_and_what_is_out_stays_known() {
        let mut figures = groups();
        figures.nodes[2].stands = Some(Released::published(Some(23)));
        let mut all = tables(&[
            (0, None, &[6, 7, 8]),
            (0, Some("A"), &[0, 1, 2]),
            (1, Some("A"), &[0]),
        ]);
        assert!(all.leave_out(&mut figures, &[NodeId(1)], 1));
        assert_eq!(all.left_out().len(), 1);
        let shown: Vec<bool> = figures.nodes.iter().map(|node| node.shown).collect();
        assert_eq!(shown[..3], [true, false, true]);
        // Figures of the whole are hidden by the nearest table of an area, and then by none.
        assert!(all.leave_out(&mut figures, &[NodeId(7)], 1));
        assert!(all.left_out().contains(&(1, area("A"))));
        assert!(!figures.nodes[0].shown);
        assert!(!all.leave_out(&mut figures, &[NodeId(7)], 1));
    }

    #[test]
    fn of_a_figure_that_no_table_of_an_area_shows_so_many_of_the_nearest_go() {
        for (many, left_out) in [(1, vec!["B"]), (2, vec!["A", "B"])] {
            let mut figures = groups();
            let mut all = tables(&[
                (0, None, &[6, 7, 8]),
                (0, Some("A"), &[0, 1, 2]),
                (0, Some("B"), &[3, 4, 5]),
            ]);
            assert!(all.leave_out(&mut figures, &[NodeId(7)], many));
            let expected: Vec<AreaTable> = left_out.iter().map(|code| (0, area(code))).collect();
            assert_eq!(Vec::from_iter(all.left_out().clone()), expected);
        }
    }

    #[test]
    fn a_release_of_which_no_table_of_an_area_is_the_matter_is_refused() {
        let mut figures = groups();
        let rule = Told(Scheme::Legacy1To5);
        let mut whole = tables(&[(0, None, &[0, 1, 2, 3, 4, 5, 6, 7, 8])]);
        let refused = whole.protect(&rule, &mut figures).unwrap_err();
        assert_eq!(
            (refused.why, refused.nodes),
            (Danger::Exposed, vec![NodeId(1)])
        );
    }

    #[test]
    fn a_table_of_the_whole_that_an_earlier_release_has_is_held_before_a_release_is_refused() {
        let rule = Told(Scheme::Legacy1To5);
        let whole = |table: usize| (table, vec![None]);
        let all = || {
            let nodes = |of: [u32; 3]| BTreeSet::from(of.map(NodeId));
            [
                (whole(0), nodes([0, 1, 2])),
                (whole(1), nodes([6, 7, 8])),
                ((2, area("B")), nodes([6, 7, 8])),
            ]
        };
        // 3 is 23 less 20 in the first table, and the others have nothing of it.
        let figures = || {
            let mut figures = groups();
            figures.nodes[3].shown = false;
            figures.nodes[4].shown = false;
            figures.nodes[5].shown = false;
            figures
        };
        let refused =
            AreaTables::of(all(), &BTreeSet::from([whole(1)])).protect(&rule, &mut figures());
        assert_eq!(refused.unwrap_err().nodes, vec![NodeId(1)]);
        let mut held = AreaTables::of(all(), &BTreeSet::from([whole(0), whole(1)]));
        let mut figures = figures();
        held.protect(&rule, &mut figures).unwrap();
        assert!(held.left_out().contains(&whole(0)) && !held.left_out().contains(&whole(1)));
        let shown = figures.nodes.iter().map(|node| node.shown);
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [false, false, false, false, false, false, true, true, true]
        );
    }

    /// A scheme that changes no figure for the sake of another.
    pub(in crate::release) struct Told(pub(in crate::release) Scheme);

    impl SchemeRule for Told {
        fn name(&self) -> &'static str {
            "told"
        }

        fn release(&self, node: &TrueNode) -> Released {
            self.0.release(node)
        }

        fn bounds(&self, released: Released, counted: CountOf) -> Interval {
            self.0.bounds(released, counted)
        }

        fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
            self.0.moved_bounds(released, counted)
        }

        fn neighbours(&self, _: &TrueNode) -> Vec<Released> {
            Vec::new()
        }

        fn protection(&self, node: &TrueNode) -> i64 {
            self.0.protection(node)
        }
    }
}
