//! Nights on which tables of areas go and come back.

use super::*;
use crate::disclosure::attacker::{Effort, attack};
use crate::disclosure::members::MemberKey;
use crate::disclosure::system::{Equation, System};
use crate::disclosure::{Released, Scheme};
use crate::release::area_tables::tests::Told;
use chrono::NaiveDate;
use std::ops::Range;
use zeroize::Zeroizing;

const KEY: &str = "k1";
const AREAS: [&str; 3] = ["A", "B", "C"];
const GROUPS: [&str; 2] = ["ill", "well"];

type MemberSet = BTreeSet<i64>;
/// The area and the group of each person.
type PeopleInAreas = BTreeMap<i64, (usize, usize)>;

fn name(area: Option<&str>, group: Option<&str>) -> CellName {
    let of = |source: &str, value: &str| (source.to_string(), value.to_string());
    let area = area.map(|area| of("place of the person", area));
    let group = group.map(|group| of("group", group));
    CellName::of(
        "people of core.person where true",
        group.into_iter().chain(area),
    )
}

/// Everybody, each group, each area, and each group of it.
fn sets(town: &PeopleInAreas) -> BTreeMap<CellName, MemberSet> {
    let mut sets = BTreeMap::new();
    for area in [None, Some(0), Some(1), Some(2)] {
        for group in [None, Some(0), Some(1)] {
            let is_in = |(_, at): &(&i64, &(usize, usize))| {
                area.is_none_or(|area| area == at.0) && group.is_none_or(|group| group == at.1)
            };
            let people = town.iter().filter(is_in).map(|(person, _)| *person);
            let cell = name(
                area.map(|at: usize| AREAS[at]),
                group.map(|at: usize| GROUPS[at]),
            );
            sets.insert(cell, people.collect());
        }
    }
    sets
}

fn sums() -> Vec<(CellName, Vec<CellName>)> {
    let areas = || std::iter::once(None).chain(AREAS.map(Some));
    let groups = || std::iter::once(None).chain(GROUPS.map(Some));
    let by_group = areas().map(|area| {
        let parts = GROUPS.map(|group| name(area, Some(group)));
        (name(area, None), parts.to_vec())
    });
    let by_area = groups().map(|group| {
        let parts = AREAS.map(|area| name(Some(area), group));
        (name(None, group), parts.to_vec())
    });
    by_group.chain(by_area).collect()
}

fn table(area: Option<&str>) -> AreaTable {
    (0, vec![area.map(str::to_string)])
}

fn of_people(count: usize) -> TrueNode {
    let count = TrueCount::new(count as u64);
    TrueNode {
        count,
        people: count,
        counted: CountOf::People,
        contributors: None,
        key: 0,
        shown: true,
        stands: None,
        worth: 1.0,
    }
}

/// A night's release over all nights before, under a rule that changes no figure for another's sake.
struct Nights {
    ledger: Ledger,
    entries: Vec<LedgerEntry>,
    number: u64,
}

impl Nights {
    fn new() -> Self {
        Nights {
            ledger: Ledger::of(Vec::new(), KEY, 8),
            entries: Vec::new(),
            number: 0,
        }
    }

    fn rule() -> Told {
        Told(Scheme::Legacy1To5)
    }

    /// Tonight's figures of the whole and of all areas.
    fn release(&mut self, town: &PeopleInAreas) -> Result<Chosen, Unsafe> {
        self.number += 1;
        let key = MemberKey::new(Zeroizing::new([7; 32]));
        let sets = sets(town);
        let mut figures = TrueFigures::default();
        let mut same: BTreeMap<&MemberSet, NodeId> = BTreeMap::new();
        let mut cells = BTreeMap::new();
        for (name, people) in &sets {
            let next = NodeId(u32::try_from(figures.nodes.len()).unwrap());
            let node = match people.is_empty() {
                true => next,
                false => *same.entry(people).or_insert(next),
            };
            if node == next {
                figures.nodes.push(of_people(people.len()));
            }
            let mut members = Members::default();
            for person in people {
                members.add(&key, Some(*person), 1);
            }
            let cell = ReleaseCell {
                node,
                members,
                people: true,
                sum: None,
                shown: true,
            };
            cells.insert(name.clone(), cell);
        }
        for (total, parts) in sums() {
            let equation = Equation {
                total: cells[&total].node,
                parts: parts.iter().map(|part| cells[part].node).collect(),
            };
            if !equation.parts.contains(&equation.total) {
                figures.equations.push(equation);
            }
        }
        let areas = std::iter::once(None).chain(AREAS.map(Some));
        let told = areas.map(|area| {
            let groups = std::iter::once(None).chain(GROUPS.map(Some));
            let of_area = groups.map(|group| name(area, group));
            let known = of_area.map(|name| cells.get_key_value(&name).unwrap().0);
            (table(area), known.collect())
        });
        let of = LedgerEntry {
            number: self.number,
            release: format!("r{}", self.number),
            date: date(self.number),
            key: KEY.to_string(),
            scheme: "legacy_1_5".to_string(),
            ..LedgerEntry::default()
        };
        let ledger = std::mem::take(&mut self.ledger);
        let earlier = (ledger, of);
        let choice = ReleaseChoice {
            rule: &Self::rule(),
            few: 5,
            earlier: Some(&earlier),
            cells: &cells,
            told: told.collect(),
        };
        let chosen = choice.made(figures);
        if let Ok(chosen) = &chosen {
            self.entries.extend(chosen.published.iter().cloned());
        }
        // As the next night reads it.
        self.ledger = Ledger::of(self.entries.clone(), KEY, 8);
        chosen
    }
}

fn date(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, u32::try_from(number).unwrap()).unwrap()
}

/// So many ill and well in each area; people of an area have numbers of it.
fn town(areas: [(Range<i64>, Range<i64>); 3]) -> PeopleInAreas {
    let mut town = PeopleInAreas::new();
    for (area, groups) in areas.into_iter().enumerate() {
        for (group, people) in [groups.0, groups.1].into_iter().enumerate() {
            let of_area = 10_000 * area as i64;
            let number = |person| of_area + 1_000 * group as i64 + person;
            town.extend(people.map(|person| (number(person), (area, group))));
        }
    }
    town
}

fn left_out(chosen: &Chosen) -> Vec<&str> {
    let areas = chosen.left_out.iter().flat_map(|(_, area)| area);
    areas.flatten().map(String::as_str).collect()
}

/// Each group and all, with the day of which a held figure is.
fn shown(chosen: &Chosen, area: &str) -> [(Option<u64>, Option<NaiveDate>); 3] {
    [Some("ill"), Some("well"), None].map(|group| {
        let placed = chosen.figures[&name(Some(area), group)];
        (placed.figure.count(), placed.since)
    })
}

#[test]
fn a_table_that_was_never_there_begins_with_its_own_figures() {
    let mut nights = Nights::new();
    // 3 of A are the whole less the others: without A and the last of the others they are not.
    let first = town([(0..3, 0..20), (0..30, 0..40), (0..30, 0..50)]);
    let chosen = nights.release(&first).unwrap();
    assert_eq!(left_out(&chosen), ["A", "C"]);
    assert_eq!(
        shown(&chosen, "B"),
        [(Some(30), None), (Some(40), None), (Some(70), None)]
    );
    // Sixteen have left A, and what is left of it can be shown.
    let second = town([(0..3, 0..4), (0..30, 0..40), (0..30, 0..50)]);
    let chosen = nights.release(&second).unwrap();
    assert_eq!(left_out(&chosen), ["C"]);
    // Neither group was ever said to be nobody.
    assert_eq!(
        shown(&chosen, "A"),
        [(None, None), (None, None), (Some(7), None)]
    );
}

#[test]
fn a_table_that_is_left_out_comes_back_when_as_many_have_changed_as_a_figure_needs() {
    let mut nights = Nights::new();
    let first = town([(0..3, 0..20), (0..30, 0..40), (0..30, 0..50)]);
    assert_eq!(left_out(&nights.release(&first).unwrap()), ["A", "C"]);
    // Nobody is few in A any more, so that nothing is the matter: C has not changed, or by seven.
    for more in [0, 7] {
        let now = town([(0..20, 0..20), (0..30, 0..40), (0..30 + more, 0..50)]);
        assert_eq!(
            left_out(&nights.release(&now).unwrap()),
            ["C"],
            "{more} more"
        );
    }
    let now = town([(0..20, 0..20), (0..30, 0..40), (0..38, 0..50)]);
    let chosen = nights.release(&now).unwrap();
    assert_eq!(left_out(&chosen), [""; 0]);
    assert_eq!(
        shown(&chosen, "C"),
        [(Some(38), None), (Some(50), None), (Some(88), None)]
    );
}

#[test]
fn a_table_that_an_earlier_release_has_shows_what_stands() {
    let mut nights = Nights::new();
    let first = town([(0..20, 0..20), (0..30, 0..40), (0..30, 0..50)]);
    assert_eq!(left_out(&nights.release(&first).unwrap()), [""; 0]);
    let of_first = Some(date(1));
    // 27 of the ill of B are gone: 3 would be the whole less the others, and 43 less 40.
    let second = town([(0..20, 0..20), (0..3, 0..40), (0..40, 0..50)]);
    let chosen = nights.release(&second).unwrap();
    assert_eq!(left_out(&chosen), [""; 0]);
    let stands = [
        (Some(30), of_first),
        (Some(40), of_first),
        (Some(70), of_first),
    ];
    assert_eq!(shown(&chosen, "B"), stands);
    assert_eq!(shown(&chosen, "C")[0], (Some(30), of_first));
    let whole = chosen.figures[&name(None, Some("ill"))];
    assert_eq!((whole.figure.count(), whole.since), (Some(63), None));
    let of_areas = |entry: &&LedgerEntry| entry.cell.labels.contains("place");
    assert_eq!(chosen.published.iter().filter(of_areas).count(), 0);
    // Back at once when it can be.
    let third = town([(0..20, 0..20), (0..12, 0..40), (0..40, 0..50)]);
    let chosen = nights.release(&third).unwrap();
    assert_eq!(shown(&chosen, "B")[0], (Some(12), None));
    assert_eq!(shown(&chosen, "B")[1], (Some(40), of_first));
    assert_eq!(shown(&chosen, "C")[0], (Some(40), None));
}

#[test]
fn a_table_of_the_whole_shows_what_stands_before_a_release_is_refused() {
    let mut nights = Nights::new();
    let first = town([(0..20, 0..20), (0..30, 0..40), (0..30, 0..50)]);
    nights.release(&first).unwrap();
    // 27 of the ill of B are gone, and nobody else: 3 would be the whole of tonight less what stands of A
    // and C, which is known whichever tables of areas there are.
    let second = town([(0..20, 0..20), (0..3, 0..40), (0..30, 0..50)]);
    let chosen = nights.release(&second).unwrap();
    let of_first = Some(date(1));
    let whole = |chosen: &Chosen, group| {
        let placed = chosen.figures[&name(None, group)];
        (placed.figure.count(), placed.since)
    };
    assert_eq!(whole(&chosen, Some("ill")), (Some(80), of_first));
    assert_eq!(whole(&chosen, None), (Some(190), of_first));
    assert_eq!(shown(&chosen, "B")[0], (Some(30), of_first));
    assert_eq!(left_out(&chosen), [""; 0]);
    assert!(chosen.published.is_empty());
    // Fresh as soon as it can be.
    let third = town([(0..20, 0..20), (0..12, 0..40), (0..30, 0..50)]);
    let chosen = nights.release(&third).unwrap();
    assert_eq!(whole(&chosen, Some("ill")), (Some(62), None));
    assert_eq!(whole(&chosen, None), (Some(172), None));
}

/// All nights in one system, for somebody who keeps every release.
#[derive(Default)]
struct ReleaseKeeper {
    figures: TrueFigures,
    nodes: BTreeMap<MemberSet, NodeId>,
    released: BTreeMap<NodeId, Released>,
}

impl ReleaseKeeper {
    fn node(&mut self, people: &MemberSet) -> NodeId {
        let next = NodeId(u32::try_from(self.figures.nodes.len()).unwrap());
        let node = *self.nodes.entry(people.clone()).or_insert(next);
        if node == next {
            let node = of_people(people.len());
            self.figures.nodes.push(TrueNode {
                shown: false,
                ..node
            });
        }
        node
    }

    fn add(&mut self, total: &MemberSet, parts: &[&MemberSet]) {
        let total = self.node(total);
        let parts: Vec<NodeId> = parts.iter().map(|part| self.node(part)).collect();
        if !parts.contains(&total) {
            self.figures.equations.push(Equation { total, parts });
        }
    }

    fn read(&mut self, sets: &BTreeMap<CellName, MemberSet>, published: &[LedgerEntry]) {
        for entry in published {
            if let Some(people) = sets.get(&entry.cell) {
                let node = self.node(people);
                self.released.insert(node, entry.figure);
                self.figures.nodes[node.at()].shown = true;
            }
        }
        for (total, parts) in sums() {
            let parts: Vec<&MemberSet> = parts.iter().map(|part| &sets[part]).collect();
            self.add(&sets[&total], &parts);
        }
    }

    /// Relates a cell's people of two nights, where few make the difference.
    fn between(&mut self, before: &MemberSet, now: &MemberSet) {
        let entered: MemberSet = now.difference(before).copied().collect();
        let left: MemberSet = before.difference(now).copied().collect();
        if (1..8).contains(&(entered.len() + left.len())) {
            let either = before.union(now).copied().collect();
            self.add(&either, &[before, &entered]);
            self.add(&either, &[now, &left]);
        }
    }

    fn recovered(&self) -> usize {
        let released = |at: usize| self.released.get(&NodeId(at as u32)).copied();
        let hidden = Released::published(None);
        let nodes = 0..self.figures.nodes.len();
        let figures: Vec<Released> = nodes.map(|at| released(at).unwrap_or(hidden)).collect();
        let mut system = System::read(&Nights::rule(), &self.figures, &figures);
        for (at, apart) in system.protected.iter_mut().enumerate() {
            if released(at).is_none() {
                *apart = 0;
            }
        }
        let found = attack(&system, None, &Effort::default());
        assert!(
            found.contradiction.is_none() && found.unproved.is_empty(),
            "{found:?}"
        );
        found.exposed.len()
    }
}

/// A generator of numbers that are the same on every machine (SplitMix64).
struct AreaDice(u64);

impl AreaDice {
    fn below(&mut self, end: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end) as usize
    }
}

#[test]
fn who_keeps_all_nights_of_tables_that_go_and_come_recovers_nothing() {
    let (mut absent, mut back, mut held, mut refused, mut recovered) = (0, 0, 0, 0, 0);
    for seed in 0..40 {
        let mut dice = AreaDice(seed);
        let mut town = PeopleInAreas::new();
        let mut next = 0;
        let mut arrive = |town: &mut PeopleInAreas, dice: &mut AreaDice, many: usize| {
            for _ in 0..many {
                let (area, group) = (dice.below(3), usize::from(dice.below(6) > 0));
                town.insert(next, (area, group));
                next += 1;
            }
        };
        arrive(&mut town, &mut dice, 60);
        let mut nights = Nights::new();
        let mut reader = ReleaseKeeper::default();
        let mut before: Option<BTreeMap<CellName, MemberSet>> = None;
        let mut was_out: BTreeSet<AreaTable> = BTreeSet::new();
        let mut has_been: BTreeSet<AreaTable> = BTreeSet::new();
        for _ in 0..8 {
            let tonight = sets(&town);
            if let Some(before) = &before {
                for (name, people) in &tonight {
                    reader.between(&before[name], people);
                }
            }
            match nights.release(&town) {
                Err(_) => refused += 1,
                Ok(chosen) => {
                    reader.read(&tonight, &chosen.published);
                    for area in AREAS.map(|area| table(Some(area))) {
                        let is_out = chosen.left_out.contains(&area);
                        assert!(!is_out || !has_been.contains(&area), "a table went");
                        absent += usize::from(is_out);
                        back += usize::from(!is_out && was_out.remove(&area));
                        match is_out {
                            true => was_out.insert(area),
                            false => has_been.insert(area),
                        };
                    }
                    for (name, people) in &tonight {
                        let placed = &chosen.figures[name];
                        held += usize::from(placed.since.is_some());
                        let area = name.all_of_area().map(|all| all.labels);
                        let is_out = area.is_some_and(|area| {
                            left_out(&chosen).iter().any(|out| area.ends_with(out))
                        });
                        // Nobody was ever missing of a group for long enough to be published so.
                        let is_nobody = placed.figure.count() == Some(0) && !people.is_empty();
                        let was_nobody = nights
                            .entries
                            .iter()
                            .any(|entry| entry.cell == *name && entry.members.is_empty());
                        assert!(is_out || !is_nobody || was_nobody, "{name:?}");
                    }
                }
            }
            before = Some(tonight);
            for _ in 0..dice.below(20.min(town.len() as u64 / 3)) {
                let at = dice.below(town.len() as u64);
                let whom = *town.keys().nth(at).unwrap();
                town.remove(&whom);
            }
            let many = dice.below(20);
            arrive(&mut town, &mut dice, many);
        }
        recovered += reader.recovered();
    }
    println!("{absent} out, {back} back, {held} held, {refused} refused, {recovered} recovered");
    assert_eq!(recovered, 0);
    assert!(
        absent > 50 && back > 5 && held > 200,
        "{absent}, {back}, {held}"
    );
}
