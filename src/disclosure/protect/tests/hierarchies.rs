//! Cells of three hierarchies in one system, as places, ages and conditions with their groups have them.
//! `POPULACE_HIERARCHIES=600,20,60` prints what a million cells take.

use super::*;
use crate::disclosure::attacker::attack;

/// A hierarchy: its leaves, each with the group that it is in, groups of groups, and one over all.
struct Hierarchy {
    /// The parts of each member that has any; leaves come first.
    parts: Vec<Vec<u32>>,
}

impl Hierarchy {
    /// So many leaves, in groups of ten, in groups of ten, and so on.
    fn of(leaves: u32) -> Self {
        let mut parts = vec![Vec::new(); leaves as usize];
        let mut level: Vec<u32> = (0..leaves).collect();
        while level.len() > 1 {
            let groups = level.chunks(10).map(<[u32]>::to_vec);
            let first = parts.len() as u32;
            parts.extend(groups);
            level = (first..parts.len() as u32).collect();
        }
        Hierarchy { parts }
    }
}

/// All cells of three hierarchies, and what adds up to what in each of them.
fn cells(leaves: [u32; 3]) -> TrueFigures {
    let hierarchies = leaves.map(Hierarchy::of);
    let [many, groups, kinds] = hierarchies.each_ref().map(|one| one.parts.len() as u32);
    let at = |a: u32, b: u32, c: u32| NodeId((a * groups + b) * kinds + c);
    let mut random = SplitMix(1);
    let mut counts = vec![0; (many * groups * kinds) as usize];
    for a in 0..leaves[0] {
        for b in 0..leaves[1] {
            for c in 0..leaves[2] {
                // Most people have the first kinds, and few places have anybody with the last.
                let usual = 1 + 40 / (c + 3);
                let count = random.below(u64::from(usual) + 2);
                counts[at(a, b, c).at()] = count.saturating_sub(random.below(3));
            }
        }
    }
    let mut equations = Vec::new();
    for a in 0..many {
        for b in 0..groups {
            for c in 0..kinds {
                let own = [a, b, c];
                for (which, hierarchy) in hierarchies.iter().enumerate() {
                    let parts = &hierarchy.parts[own[which] as usize];
                    let part = |part: &u32| {
                        let mut place = own;
                        place[which] = *part;
                        at(place[0], place[1], place[2])
                    };
                    let parts: Vec<NodeId> = parts.iter().map(part).collect();
                    if parts.is_empty() {
                        continue;
                    }
                    let total = at(a, b, c);
                    counts[total.at()] = parts.iter().map(|part| counts[part.at()]).sum();
                    equations.push(Equation { total, parts });
                }
            }
        }
    }
    let mut nodes: Vec<TrueNode> = counts.iter().copied().map(node).collect();
    for node in &mut nodes {
        node.worth = node.count.get() as f64;
    }
    TrueFigures { nodes, equations }
}

#[test]
fn cells_of_three_hierarchies_give_nothing_away() {
    let figures = cells([25, 6, 6]);
    let seen = |released: &[Released]| {
        let system = System::read(&EXACT, &figures, released);
        let found = attack(&system, None, &Effort::default());
        assert!(found.contradiction.is_none());
        found.exposed.len()
    };
    let small: Vec<Released> = figures
        .nodes
        .iter()
        .map(|node| EXACT.release(node))
        .collect();
    // Without others beside them, most of the small counts follow from their totals.
    assert!(seen(&small) > 100, "{}", seen(&small));
    let protected = protect(&EXACT, &figures, &Effort::default()).unwrap();
    assert_eq!(seen(&protected.released), 0);
    if let Ok(leaves) = std::env::var("POPULACE_HIERARCHIES") {
        let leaves: Vec<u32> = leaves
            .split(',')
            .map(|text| text.parse().unwrap())
            .collect();
        measured(cells(leaves.try_into().unwrap()));
    }
}

fn measured(figures: TrueFigures) {
    let is_small = |node: &&TrueNode| EXACT.release(node).is_suppressed();
    let small = figures.nodes.iter().filter(is_small).count();
    let began = std::time::Instant::now();
    let protected = protect(&EXACT, &figures, &Effort::default()).unwrap();
    let withheld = protected.released.iter().filter(|one| one.is_suppressed());
    println!(
        "{} cells, {} equations, {small} small; {} withheld; {:.1} s on the clock",
        figures.nodes.len(),
        figures.equations.len(),
        withheld.count(),
        began.elapsed().as_secs_f64()
    );
}
