//! The checker's report in a terminal.

use super::collect::CheckersReport;
use super::sections::{SectionTable, sections, title};
use std::fmt::Write;

/// The report as text.
pub(crate) fn text(report: &CheckersReport) -> String {
    let mut text = title(report) + "\n";
    for section in sections(report) {
        let _ = writeln!(text, "\n{}", section.title);
        for line in &section.lines {
            let _ = writeln!(text, "  {line}");
        }
        if let Some(table) = &section.table {
            write_table(&mut text, table);
        }
    }
    text
}

fn write_table(text: &mut String, table: &SectionTable) {
    let head: Vec<String> = table.head.iter().map(ToString::to_string).collect();
    let all = || std::iter::once(&head).chain(&table.rows);
    let width = |column: usize| {
        let cells = all().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    for row in all() {
        let cells = row.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        let _ = writeln!(text, "    {}", cells.join("  ").trim_end());
    }
}
