//! SplitMix people, and the linked tables of them.

use crate::disclosure::count::TrueCount;
use crate::disclosure::system::{CountOf, Equation, NodeId, TrueFigures, TrueNode};
use std::collections::HashMap;

/// A generator of numbers for tests (SplitMix64).
pub(in crate::disclosure) struct SplitMix(pub u64);

impl SplitMix {
    pub(in crate::disclosure) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
}

/// A dimension: for each level, from the finest, the label of each label below; the last is `all`.
pub(in crate::disclosure) type LevelsUp = Vec<Vec<usize>>;

/// Dimensions and people, each with a label of each dimension and a number of rows.
pub(in crate::disclosure) struct Population {
    pub dimensions: Vec<LevelsUp>,
    pub people: Vec<(Vec<usize>, u64)>,
}

impl Population {
    pub(in crate::disclosure) fn random(random: &mut SplitMix, size: u64) -> Population {
        let dimensions = vec![
            vec![vec![0, 0, 1, 1, 1], vec![0, 0]],
            vec![vec![0, 0, 0]],
            vec![vec![0, 0, 0, 0]],
        ];
        let people = (0..size)
            .map(|_| {
                let label = |random: &mut SplitMix, below: u64| {
                    random.below(below).min(random.below(below)) as usize
                };
                let labels = vec![label(random, 5), label(random, 3), label(random, 4)];
                (labels, 1 + random.below(4))
            })
            .collect();
        Population { dimensions, people }
    }

    fn label(&self, dimension: usize, level: usize, finest: usize) -> usize {
        let levels = &self.dimensions[dimension][..level];
        levels.iter().fold(finest, |label, up| up[label])
    }
}

/// How tables are made from people.
#[derive(Clone, Copy)]
pub(in crate::disclosure) struct Links {
    /// Whether one set of people is one figure.
    pub one_figure: bool,
    /// Whether equations between tables are known.
    pub between_tables: bool,
    /// Whether rows are counted, not people.
    pub rows: bool,
}

pub(in crate::disclosure) const LINKED: Links = Links {
    one_figure: true,
    between_tables: true,
    rows: false,
};

/// A cell of a table: its level and label in each dimension.
type CellLabels = Vec<(usize, usize)>;

/// Tables over people: each is the levels that it shows of each dimension.
pub(in crate::disclosure) struct Tables {
    pub figures: TrueFigures,
    pub members: HashMap<(usize, Vec<usize>), NodeId>,
}

impl Tables {
    /// The tables over some of the dimensions each; the other dimensions are `all` there.
    pub(in crate::disclosure) fn of(
        population: &Population,
        tables: &[Vec<usize>],
        links: Links,
    ) -> Tables {
        let mut made = Tables {
            figures: TrueFigures::default(),
            members: HashMap::new(),
        };
        for (table, dimensions) in tables.iter().enumerate() {
            made.add(population, table, dimensions, links);
        }
        made
    }

    fn add(&mut self, population: &Population, table: usize, shown: &[usize], links: Links) {
        let mut cells: HashMap<CellLabels, Vec<usize>> = HashMap::new();
        let mut order = Vec::new();
        for (person, (labels, _)) in population.people.iter().enumerate() {
            for cell in cells_of(population, labels, shown) {
                cells
                    .entry(cell.clone())
                    .or_insert_with(|| {
                        order.push(cell);
                        Vec::new()
                    })
                    .push(person);
            }
        }
        let scope = if links.one_figure { usize::MAX } else { table };
        let mut ids: HashMap<CellLabels, NodeId> = HashMap::new();
        for cell in &order {
            ids.insert(
                cell.clone(),
                self.node(population, scope, &cells[cell], links),
            );
        }
        if !links.between_tables && table > 0 && links.one_figure {
            return;
        }
        for cell in &order {
            for dimension in 0..cell.len() {
                self.equation(population, &order, &ids, cell, dimension);
            }
        }
    }

    fn node(
        &mut self,
        population: &Population,
        scope: usize,
        members: &[usize],
        links: Links,
    ) -> NodeId {
        let next = NodeId(self.figures.nodes.len() as u32);
        let known = self
            .members
            .entry((scope, members.to_vec()))
            .or_insert(next);
        if *known == next {
            let rows = members
                .iter()
                .map(|person| population.people[*person].1)
                .sum();
            let people = members.len() as u64;
            self.figures.nodes.push(TrueNode {
                count: TrueCount::new(if links.rows { rows } else { people }),
                people: TrueCount::new(people),
                counted: if links.rows {
                    CountOf::Rows
                } else {
                    CountOf::People
                },
                contributors: None,
                key: 0,
                shown: true,
                stands: None,
                worth: 1.0,
            });
        }
        *known
    }

    fn equation(
        &mut self,
        population: &Population,
        order: &[CellLabels],
        ids: &HashMap<CellLabels, NodeId>,
        total: &CellLabels,
        dimension: usize,
    ) {
        let (level, label) = total[dimension];
        if level == 0 {
            return;
        }
        let up = &population.dimensions[dimension][level - 1];
        let is_part = |cell: &&CellLabels| {
            let others = (0..cell.len()).filter(|other| *other != dimension);
            let (below, part) = cell[dimension];
            below + 1 == level
                && up[part] == label
                && others.into_iter().all(|at| cell[at] == total[at])
        };
        let parts: Vec<NodeId> = order.iter().filter(is_part).map(|cell| ids[cell]).collect();
        if !parts.is_empty() && parts != [ids[total]] {
            self.figures.equations.push(Equation {
                total: ids[total],
                parts,
            });
        }
    }
}

/// The cells that a person is counted in: every level of the shown dimensions, `all` of the others.
fn cells_of(population: &Population, labels: &[usize], shown: &[usize]) -> Vec<CellLabels> {
    let mut cells: Vec<CellLabels> = vec![Vec::new()];
    for (dimension, levels) in population.dimensions.iter().enumerate() {
        let first = if shown.contains(&dimension) {
            0
        } else {
            levels.len()
        };
        let longer = |cell: CellLabels| {
            (first..=levels.len()).map(move |level| {
                let mut cell = cell.clone();
                cell.push((level, population.label(dimension, level, labels[dimension])));
                cell
            })
        };
        cells = cells.into_iter().flat_map(longer).collect();
    }
    cells
}
