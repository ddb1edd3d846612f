//! The figures of a table, by measure and series.

use crate::figures::{FigureArea, FigureRow};
use std::collections::BTreeMap;

/// How the value of a dimension is shown that a record does not have.
pub(super) const NOT_KNOWN: &str = "Not known";

/// The figures of a table in the order of the release.
pub(super) struct TableFigures<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The area that all figures are of, in the report of one: it is no dimension of them.
    area: Option<&'a FigureArea>,
    /// Its figures.
    pub rows: Vec<&'a FigureRow>,
}

/// The tables of some figures, in their order.
pub(super) fn tables(rows: &[FigureRow]) -> Vec<TableFigures<'_>> {
    let mut tables: Vec<TableFigures<'_>> = Vec::new();
    let mut before = None;
    let area = rows.first().and_then(|row| row.area.as_ref());
    let area = area.filter(|area| rows.iter().all(|row| row.area.as_ref() == Some(*area)));
    for row in rows {
        let name = (&row.report, &row.table);
        match tables.last_mut().filter(|_| before == Some(name)) {
            Some(table) => table.rows.push(row),
            None => tables.push(TableFigures {
                id: &row.table,
                title: &row.table_title,
                area,
                rows: vec![row],
            }),
        }
        before = Some(name);
    }
    tables
}

impl<'a> TableFigures<'a> {
    /// Its measures, in order.
    pub(super) fn measures(&self) -> Vec<&'a str> {
        let mut measures: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !measures.contains(&row.measure.as_str()) {
                measures.push(&row.measure);
            }
        }
        measures
    }

    /// The figures of a measure.
    pub(super) fn of(&self, measure: &str) -> impl Iterator<Item = &'a FigureRow> {
        let rows = self.rows.iter().copied();
        rows.filter(move |row| row.measure == measure)
    }

    /// The figures of a measure over time: a series for each area and breakdown, in order.
    pub(super) fn series(&self, measure: &str) -> Vec<Vec<&'a FigureRow>> {
        let mut series: Vec<Vec<&FigureRow>> = Vec::new();
        for row in self.of(measure).filter(|row| row.period.is_some()) {
            let same = |other: &&mut Vec<&FigureRow>| {
                other
                    .first()
                    .is_some_and(|first| first.area == row.area && first.breakdown == row.breakdown)
            };
            match series.iter_mut().find(same) {
                Some(series) => series.push(row),
                None => series.push(vec![row]),
            }
        }
        for series in &mut series {
            series.sort_by(|a, b| a.period.cmp(&b.period));
        }
        series
    }

    /// The area of a figure, where it is one of several.
    pub(super) fn area_of(&self, row: &'a FigureRow) -> Option<&'a FigureArea> {
        row.area.as_ref().filter(|area| self.area != Some(*area))
    }

    /// How many dimensions a figure has a value of, without that of time.
    pub(super) fn depth(&self, row: &'a FigureRow) -> usize {
        row.breakdown.len() + usize::from(self.area_of(row).is_some())
    }

    /// What a figure is of, without its time: an area, a group, or both.
    pub(super) fn name(&self, row: &'a FigureRow) -> String {
        let area = self.area_of(row).map(|area| area.name.as_str());
        let words = Some(row.breakdown_words.as_str());
        let words = words.filter(|_| !row.breakdown.is_empty());
        let parts: Vec<&str> = area.into_iter().chain(words).collect();
        parts.join(", ")
    }

    /// The only dimension of a figure: its column, or none for an area.
    fn only_dimension(&self, row: &'a FigureRow) -> Option<Option<&'a str>> {
        match (self.depth(row), self.area_of(row).is_some()) {
            (1, true) => Some(None),
            (1, false) => {
                let mut columns = row.breakdown.keys();
                columns.next().map(|column| Some(column.as_str()))
            }
            _ => None,
        }
    }

    /// Figures by their only dimension.
    pub(super) fn by_dimension(
        &self,
        rows: impl Iterator<Item = &'a FigureRow>,
    ) -> BTreeMap<Option<&'a str>, Vec<&'a FigureRow>> {
        let mut by: BTreeMap<Option<&str>, Vec<&FigureRow>> = BTreeMap::new();
        for row in rows {
            if let Some(dimension) = self.only_dimension(row) {
                by.entry(dimension).or_default().push(row);
            }
        }
        by
    }
}

/// Whether a label says that it covers a part of its period.
pub(super) fn is_part(row: &FigureRow) -> bool {
    let labels = row.breakdown.values().chain(&row.period);
    labels.into_iter().any(|label| label.contains("(part"))
}

/// Whether a figure is one of this release: a held one is as of the release that it is from.
pub(super) fn is_current(row: &FigureRow) -> bool {
    row.held_from.is_none()
}

/// Whether two figures are as of one date: both of this release, or held from the same one.
pub(super) fn is_of_one_date(one: &FigureRow, other: &FigureRow) -> bool {
    one.held_from == other.held_from
}

/// Whether the value of a dimension is a time, such as a day, a month or a year.
pub(super) fn is_time(value: &str) -> bool {
    let year = value.get(..4).unwrap_or_default();
    year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit())
}

/// The number of a month such as `2026-09` among all months; None where a period is none.
pub(super) fn month_number(period: &str) -> Option<usize> {
    let (year, month) = period.split_once('-')?;
    let digits = |text: &str, n| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(year, 4) || !digits(month, 2) {
        return None;
    }
    let (year, month): (usize, usize) = (year.parse().ok()?, month.parse().ok()?);
    (1..=12).contains(&month).then(|| year * 12 + month - 1)
}
