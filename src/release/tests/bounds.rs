//! The bounds of a table: values, cells, and the share that is suppressed.

use super::reports::{small, text, with};
use super::sample::{SampleColumn, data};
use crate::release::frame::Shown;

fn numbered(from: usize, size: usize) -> SampleColumn {
    SampleColumn::Text((from..from + size).map(|n| format!("Place {n}")).collect())
}

#[test]
fn a_dimension_has_a_thousand_values_at_most() {
    let of = |size: usize| {
        small(vec![
            ("place", numbered(0, size)),
            ("sex", text(&vec!["Male"; size])),
            ("people", SampleColumn::Count(vec![10; size])),
        ])
    };
    assert_eq!(of(1000).unwrap().frames[0].rows.len(), 1001);
    let error = of(1001).unwrap_err().to_string();
    assert!(
        error.contains("`place`") && error.contains("more than 1000"),
        "{error}"
    );
}

#[test]
fn a_table_has_fifty_thousand_cells_at_most() {
    // A row for each place, and one value across for each of them: a table that is nearly empty.
    let of = |size: usize| {
        small(vec![
            ("place", numbered(0, size)),
            ("sex", numbered(5000, size)),
        ])
    };
    // Few enough to be looked at, so that the figures are missed.
    let error = of(20).unwrap_err().to_string();
    assert!(error.contains("was not computed"), "{error}");
    let error = of(224).unwrap_err().to_string();
    assert!(error.contains("more than 50000 cells"), "{error}");
}

#[test]
fn each_count_is_looked_at_by_itself_for_what_is_suppressed() {
    let table = data(vec![
        ("place", text(&["A", "B", "C", "D"])),
        ("sex", text(&["Male"; 4])),
        ("people", SampleColumn::Count(vec![3, 4, 0, 50])),
    ]);
    let rendered = with(table).unwrap();
    let frame = &rendered.frames[0];
    assert_eq!(frame.shown(2, &frame.columns()[0]), Shown::Count(0));
    // Two of four that are not zero, in the row and again in its total; the total of all is shown.
    assert!(frame.enough_shown(0.6).is_ok());
    let error = frame.enough_shown(0.4).unwrap_err().to_string();
    assert!(
        error.contains("`People` would be suppressed in 4 of 8 cells")
            || error.contains("`People`"),
        "{error}"
    );
    // Large figures beside them, as of a published population, do not hide that.
    let mut wide = frame.clone();
    let shown = frame.cells[frame.cells.len() - 1];
    wide.measures.push(frame.measures[0].clone());
    wide.cells = frame.cells.iter().flat_map(|cell| [*cell, shown]).collect();
    assert!(wide.enough_shown(0.4).is_err());
}
