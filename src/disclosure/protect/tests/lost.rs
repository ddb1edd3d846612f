//! How many cells are withheld to protect others, in tables that other programs can be given:
//! `benches/suppression.py` does so with those that `POPULACE_TABLES_TO` names a file for.

use super::*;
use std::fmt::Write;

const TABLES: u64 = 12;
const ROWS: u32 = 12;
const COLUMNS: u32 = 8;

/// A table of 12 by 8 counts, many of them small, with totals of rows, of columns and of all.
fn table(seed: u64) -> TrueFigures {
    let mut random = SplitMix(seed);
    let of_rows: Vec<u64> = (0..ROWS).map(|_| 1 + random.below(9)).collect();
    let of_columns: Vec<u64> = (0..COLUMNS).map(|_| 1 + random.below(6)).collect();
    let mut counts = Vec::new();
    for row in &of_rows {
        for column in &of_columns {
            counts.push(random.below(row * column + 2));
        }
    }
    let at = |row: u32, column: u32| NodeId(row * COLUMNS + column);
    let mut equations = Vec::new();
    let mut add = |parts: Vec<NodeId>| {
        let total = NodeId(counts.len() as u32);
        counts.push(parts.iter().map(|part| counts[part.at()]).sum());
        equations.push(Equation { total, parts });
        total
    };
    let rows: Vec<NodeId> = (0..ROWS)
        .map(|row| add((0..COLUMNS).map(|column| at(row, column)).collect()))
        .collect();
    let columns: Vec<NodeId> = (0..COLUMNS)
        .map(|column| add((0..ROWS).map(|row| at(row, column)).collect()))
        .collect();
    let all = add(rows);
    equations.push(Equation {
        total: all,
        parts: columns,
    });
    let mut nodes: Vec<TrueNode> = counts.iter().copied().map(node).collect();
    for node in &mut nodes {
        node.worth = node.count.get() as f64;
    }
    TrueFigures { nodes, equations }
}

/// Cells that are small, and those that are withheld beside them when counts must stay so far apart.
fn lost(far: i64, most: usize) -> (usize, usize) {
    let rule = Apart { far };
    let effort = Effort {
        redundant: most,
        ..Effort::default()
    };
    let mut sum = (0, 0);
    for seed in 0..TABLES {
        let figures = table(seed);
        let found = protect(&rule, &figures, &effort).unwrap().released;
        for (node, figure) in figures.nodes.iter().zip(found) {
            let is_small = EXACT.release(node).is_suppressed();
            sum.0 += usize::from(is_small);
            sum.1 += usize::from(!is_small && figure.is_suppressed());
        }
    }
    sum
}

/// As exact counts, with another distance.
struct Apart {
    far: i64,
}

impl SchemeRule for Apart {
    fn name(&self) -> &'static str {
        "exact"
    }

    fn release(&self, node: &TrueNode) -> Released {
        EXACT.release(node)
    }

    fn bounds(&self, released: Released, counted: CountOf) -> Interval {
        EXACT.bounds(released, counted)
    }

    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
        EXACT.bounds(released, counted)
    }

    fn neighbours(&self, _: &TrueNode) -> Vec<Released> {
        Vec::new()
    }

    fn protection(&self, node: &TrueNode) -> i64 {
        EXACT.protection(node).min(self.far)
    }

    fn withholds(&self) -> bool {
        true
    }
}

#[test]
fn what_is_withheld_for_others_is_shown_again_where_it_is_not_needed() {
    if let Ok(path) = std::env::var("POPULACE_TABLES_TO") {
        let mut text = String::from("table,row,column,count\n");
        for seed in 0..TABLES {
            for (at, node) in (0..ROWS * COLUMNS).zip(table(seed).nodes) {
                let (row, column) = (at / COLUMNS, at % COLUMNS);
                writeln!(text, "{seed},{row},{column},{}", node.count.get()).unwrap();
            }
        }
        std::fs::write(path, text).unwrap();
    }
    for far in [6, 3, 1] {
        let ((small, before), (_, after)) = (lost(far, 0), lost(far, 20_000));
        println!("{far} apart: {small} small, {before} beside them, {after} after all were tried");
        assert!(after < before, "{far} apart: {after} of {before}");
    }
}
