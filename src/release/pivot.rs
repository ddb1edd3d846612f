//! From the cells of a table to a released frame.

use super::area_names::NamedAreas;
use super::counted::{CellFigures, TablePlace};
use super::dimension::NOT_KNOWN;
use super::frame::{Cell, Frame, FrameMeasure, FramePart, Group, Row, Shown, Unit};
use super::report_file::{Measure, MeasureKind, Of, ReportTable, TotalOf};
use super::standardised_figure::{StandardisedMeasure, years_of};
use super::table_data::{self, Label, TableColumns, TableData};
use crate::disclosure::{Released, Scheme, mean, percent, rate};
use crate::error::{Error, Result};
use crate::figures::{ALL, FigureArea, TOTAL};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};

/// More cells of a measure are no table for people to read.
const MOST_CELLS: usize = 50_000;

/// Makes the released frame of a table.
///
/// # Errors
/// Data, when the cells cannot be read or a figure of one is missing; refused, when there are too many.
pub(super) fn frame(
    table: &ReportTable,
    number: usize,
    data: &TableData,
    scheme: &Scheme,
) -> Result<Frame> {
    let grid = Grid::new(table, &table_data::read(table, data)?, &data.across)?;
    let released = grid.figures(table, &data.figures)?;
    let quantiles = grid.quantiles(table)?;
    grid.check_periods(table)?;
    let mut frame = Frame {
        id: table.id.clone(),
        area: data.area.clone(),
        own_area: data.own_area.clone(),
        number,
        title: table.title.clone(),
        description: words(&table.description),
        notes: table
            .notes
            .iter()
            .chain(&data.in_words)
            .map(|note| words(note))
            .collect(),
        conditions: data.conditions.clone(),
        row_dimensions: table
            .rows
            .iter()
            .map(|c| (c.clone(), table.label(c)))
            .collect(),
        across: table.across.as_ref().map(|c| (c.clone(), table.label(c))),
        rows: Vec::new(),
        groups: grid.groups(table),
        measures: table
            .measures
            .iter()
            .map(|measure| FrameMeasure {
                better: table.better(measure),
                ..measure_of(measure, data)
            })
            .collect(),
        cells: Vec::new(),
        held: Vec::new(),
        revised: Vec::new(),
    };
    for row in grid.row_order(table, &released) {
        frame.rows.push(Row {
            labels: grid.row_labels(row, table.rows.len()),
            is_total: row == grid.rows.len(),
        });
        for group in grid.group_order(table) {
            for measure in &table.measures {
                let place = grid.place(table, row, group);
                let (cell, held) = match measure.kind {
                    MeasureKind::Dsr
                    | MeasureKind::Isr
                    | MeasureKind::Sii
                    | MeasureKind::Rii
                    | MeasureKind::Percentile
                    | MeasureKind::LifeExpectancy => {
                        let made = StandardisedMeasure {
                            measure,
                            table,
                            data,
                            scheme,
                        };
                        let of_all = quantiles.as_ref().filter(|_| row == grid.rows.len());
                        let of_all = of_all.map(|rows| grid.places(table, rows, group));
                        let figure = made.figure(&place, of_all.as_deref());
                        (Cell::Figure(figure), made.held(&place, of_all.as_deref()))
                    }
                    _ => (
                        grid.cell(scheme, measure, &released, row, group),
                        grid.held(measure, (table, data), row, group),
                    ),
                };
                // Of a percentage or a rate that is not there, nothing is of an earlier day.
                let is_there = measure.kind.counts()
                    || matches!(cell.shown(FramePart::Value), Shown::Decimal(_));
                frame.cells.push(cell);
                frame.held.push(held.filter(|_| is_there));
            }
        }
    }
    frame.notes.extend(frame.held_figures());
    if let Some(own) = &data.own_area {
        let is_there = mark(&mut frame, own, &data.areas);
        frame.notes.push(beside_others(own, is_there));
    }
    Ok(frame)
}

/// Marks the area that a report is of among those that a table compares; says whether it is one of them.
fn mark(frame: &mut Frame, own: &FigureArea, areas: &NamedAreas) -> bool {
    let is_own = |column: &str, label: &Label| {
        let area = areas.get(column).and_then(|areas| areas.get(&label.value));
        area.is_some_and(|area| area.is(own))
    };
    let columns: Vec<String> = frame
        .row_dimensions
        .iter()
        .map(|(c, _)| c.clone())
        .collect();
    let mut is_there = false;
    for row in frame.rows.iter_mut().filter(|row| !row.is_total) {
        for (column, label) in columns.iter().zip(&mut row.labels) {
            label.is_own = is_own(column, label);
            is_there |= label.is_own;
        }
    }
    if let Some((column, _)) = &frame.across {
        let groups = frame.groups.iter_mut().filter(|group| !group.is_total);
        for label in groups.filter_map(|group| group.label.as_mut()) {
            label.is_own = is_own(column, label);
            is_there |= label.is_own;
        }
    }
    is_there
}

/// What is said under a table that compares the area of a report with others.
fn beside_others(own: &FigureArea, is_there: bool) -> String {
    let all =
        "This table compares areas: its figures are those of all of them, as in the whole report";
    match is_there {
        true => format!("{all}. {} is marked.", own.name),
        false => format!("{all}; {} is none of them.", own.name),
    }
}

/// A text with its line breaks and runs of spaces made single spaces.
pub(super) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn measure_of(measure: &Measure, data: &TableData) -> FrameMeasure {
    let column = measure.name().filter(|_| measure.kind.counts());
    FrameMeasure {
        counted: column.and_then(|name| data.counts.get(name).cloned()),
        column: column.map(str::to_owned),
        label: measure.label.clone(),
        unit: match measure.kind {
            MeasureKind::People | MeasureKind::Rows | MeasureKind::Sum => Unit::Count,
            MeasureKind::Mean => Unit::Mean,
            MeasureKind::Percentile => Unit::Percentile,
            MeasureKind::LifeExpectancy => Unit::Years,
            MeasureKind::Percent => Unit::Percent,
            MeasureKind::Rate
            | MeasureKind::Dsr
            | MeasureKind::Isr
            | MeasureKind::Sii
            | MeasureKind::Rii => Unit::Per(measure.multiplier.unwrap_or(1)),
        },
        has_limits: measure.kind.has_limits() && measure.of.is_none(),
        better: measure.better,
    }
}

/// The rows of a table and its values across. A combination that nobody has is a true zero.
struct Grid {
    rows: Vec<Vec<Label>>,
    across: Vec<Label>,
    /// The values that the labels of each row are of.
    row_values: Vec<Vec<String>>,
    /// The values that the labels across are of.
    across_values: Vec<String>,
    has_across: bool,
}

impl Grid {
    /// The values across stand in the order of `listed`.
    fn new(table: &ReportTable, columns: &TableColumns, listed: &[String]) -> Result<Self> {
        let size = columns.dimensions.first().map_or(0, Vec::len);
        let width = table.rows.len();
        let mut rows: Vec<Vec<Label>> = Vec::new();
        let mut row_at: HashMap<Vec<String>, usize> = HashMap::new();
        let places: HashMap<&str, usize> = listed.iter().map(String::as_str).zip(0..).collect();
        let mut across: BTreeMap<usize, (Label, String)> = BTreeMap::new();
        let mut row_values = Vec::new();
        let value =
            |column: &Vec<String>, index: usize| column.get(index).cloned().unwrap_or_default();
        for index in 0..size {
            let labels: Vec<Label> = columns.dimensions[..width]
                .iter()
                .map(|column| column[index].clone())
                .collect();
            let key = labels.iter().map(|label| label.value.clone()).collect();
            row_at.entry(key).or_insert_with(|| {
                let values = columns.values.iter().take(width);
                row_values.push(values.map(|column| value(column, index)).collect());
                rows.push(labels);
                rows.len() - 1
            });
            if let (Some(labels), Some(values)) =
                (columns.dimensions.get(width), columns.values.get(width))
            {
                let value = value(values, index);
                let place = places.get(value.as_str()).copied().ok_or_else(|| {
                    Error::data(format!("table `{}`: a value across has no place", table.id))
                })?;
                across
                    .entry(place)
                    .or_insert_with(|| (labels[index].clone(), value));
            }
        }
        let (across, across_values): (Vec<Label>, Vec<String>) = across.into_values().unzip();
        let wide = across.len().max(1);
        if rows.len().saturating_mul(wide) > MOST_CELLS {
            return Err(Error::refused(format!(
                "table `{}` has more than {MOST_CELLS} cells",
                table.id
            ))
            .hint("use broader groups, or fewer dimensions"));
        }
        Ok(Grid {
            rows,
            across,
            row_values,
            across_values,
            has_across: table.across.is_some(),
        })
    }

    /// Values across without their total.
    fn wide(&self) -> usize {
        if self.has_across {
            self.across.len()
        } else {
            1
        }
    }

    /// Where a cell is in the lattice of cells and totals; totals come last in both directions.
    fn at(&self, row: usize, group: usize) -> usize {
        row * (self.wide() + 1) + group
    }

    /// The figures of the table with all totals, row by row.
    fn figures<'a>(
        &self,
        table: &'a ReportTable,
        figures: &CellFigures,
    ) -> Result<HashMap<&'a str, Vec<Released>>> {
        let mut released = HashMap::new();
        for (name, measure) in table.counts() {
            let mut cells = Vec::new();
            for row in 0..=self.rows.len() {
                for group in 0..=self.wide() {
                    let figure = figures.of(name, &self.place(table, row, group));
                    let figure = figure.map(|placed| placed.figure);
                    cells.push(figure.ok_or_else(|| {
                        Error::data(format!(
                            "table `{}`: a figure of `{}` was not computed",
                            table.id, measure.label
                        ))
                    })?);
                }
            }
            released.insert(name, cells);
        }
        Ok(released)
    }

    /// Where a cell of the lattice stands: a value of each dimension, or none for all together.
    fn place(&self, table: &ReportTable, row: usize, group: usize) -> TablePlace {
        let mut place: TablePlace = match self.row_values.get(row) {
            Some(values) => values.iter().cloned().map(Some).collect(),
            None => vec![None; table.rows.len()],
        };
        if self.has_across {
            place.push(self.across_values.get(group).cloned());
        }
        place
    }

    /// The rows of quantiles, from the most deprived on; none where no measure is of them.
    ///
    /// # Errors
    /// Usage, when their values are not numbered.
    fn quantiles(&self, table: &ReportTable) -> Result<Option<Vec<usize>>> {
        if !table.measures.iter().any(Measure::is_of_quantiles) {
            return Ok(None);
        }
        let mut numbered = Vec::new();
        for (row, values) in self.row_values.iter().enumerate() {
            let value = values.first().map_or("", String::as_str);
            if value == NOT_KNOWN {
                continue;
            }
            let digits = value.split(|c: char| !c.is_ascii_digit());
            let number = digits.filter_map(|run| run.parse::<usize>().ok()).next();
            let number = number.ok_or_else(|| {
                Error::usage(format!(
                    "table `{}`: the values of its rows are not numbered",
                    table.id
                ))
                .cause("an index of inequality is of quantiles, from 1, the most deprived, on")
                .hint("number them in the list of the dimension: Quintile 1 (most deprived)")
            })?;
            numbered.push((number, row));
        }
        numbered.sort_unstable();
        // Where one is not there, the others are not the whole.
        let is_whole = numbered.iter().zip(1..).all(|((n, _), at)| *n == at);
        let rows = numbered.into_iter().map(|(_, row)| row);
        Ok(is_whole.then(|| rows.collect()))
    }

    /// Refuses values across that do not say how many years deaths are of, and deaths that several of them share.
    fn check_periods(&self, table: &ReportTable) -> Result<()> {
        let Some(across) = &table.across else {
            return Ok(());
        };
        let of_life = |measure: &&Measure| measure.kind == MeasureKind::LifeExpectancy;
        for measure in table.measures.iter().filter(of_life) {
            let within = |e: Error| e.within(format!("table `{}`", table.id));
            if self
                .across_values
                .iter()
                .any(|value| years_of(value).is_none())
            {
                return Err(within(
                    Error::usage(format!("the values of `{across}` do not say how many years they are"))
                        .hint("life expectancy is of deaths of so many years: let each value be the first and the last month, such as 2023-10 to 2026-09"),
                ));
            }
            let mut counts = table.counts();
            let deaths = counts.find(|(name, _)| Some(*name) == measure.numerator.as_deref());
            let is_shared = deaths.is_some_and(|(_, deaths)| deaths.without.contains(across));
            if is_shared && self.across_values.len() > 1 {
                return Err(within(
                    Error::usage(format!(
                        "its deaths are not divided by `{across}`, which has several values"
                    ))
                    .hint("leave one value, or make a table for each"),
                ));
            }
        }
        Ok(())
    }

    /// Where rows stand in a column.
    fn places(&self, table: &ReportTable, rows: &[usize], group: usize) -> Vec<TablePlace> {
        let places = rows.iter();
        places.map(|row| self.place(table, *row, group)).collect()
    }

    /// The date of the earlier release of which a figure is, or the earliest of the counts that it is made
    /// from.
    fn held(
        &self,
        measure: &Measure,
        (table, data): (&ReportTable, &TableData),
        row: usize,
        group: usize,
    ) -> Option<NaiveDate> {
        let place = self.place(table, row, group);
        let of = |name: &Option<String>, place: &TablePlace| {
            data.figures.of(name.as_deref()?, place)?.since
        };
        let (above, below) = (&measure.numerator, &measure.denominator);
        let dates: Vec<Option<NaiveDate>> = match (measure.kind, measure.whole()) {
            (MeasureKind::People | MeasureKind::Rows | MeasureKind::Sum, _) => {
                let own = measure.name().map(str::to_owned);
                vec![of(&own, &place)]
            }
            (MeasureKind::Percent, Some(whole)) => {
                let (r, g) = self.whole(whole, row, group);
                let whole = self.place(table, r, g);
                vec![of(&measure.column, &place), of(&measure.column, &whole)]
            }
            (MeasureKind::Percent | MeasureKind::Rate | MeasureKind::Mean, _) => {
                vec![of(above, &place), of(below, &place)]
            }
            // Made from counts that are not shown, with dates of their own.
            (
                MeasureKind::Dsr
                | MeasureKind::Isr
                | MeasureKind::Sii
                | MeasureKind::Rii
                | MeasureKind::Percentile
                | MeasureKind::LifeExpectancy,
                _,
            ) => Vec::new(),
        };
        dates.into_iter().flatten().min()
    }

    /// Where the total stands of which a cell is a part.
    fn whole(&self, of: Of, row: usize, group: usize) -> (usize, usize) {
        let last_group = if self.has_across { self.wide() } else { 0 };
        match of {
            Of::Column => (self.rows.len(), group),
            Of::Row => (row, last_group),
            Of::Table => (self.rows.len(), last_group),
        }
    }

    fn shows_rows_total(&self, table: &ReportTable) -> bool {
        table.totals.has(TotalOf::Rows) && !self.rows.is_empty()
    }

    fn group_order(&self, table: &ReportTable) -> std::ops::Range<usize> {
        let total = self.has_across && table.totals.has(TotalOf::Across);
        0..self.wide() + usize::from(total)
    }

    fn groups(&self, table: &ReportTable) -> Vec<Group> {
        let group = |index: usize| match (self.has_across, self.across.get(index)) {
            (false, _) => Group {
                label: None,
                is_total: false,
            },
            (true, Some(label)) => Group {
                label: Some(label.clone()),
                is_total: false,
            },
            (true, None) => Group {
                label: Some(Label::new(TOTAL)),
                is_total: true,
            },
        };
        self.group_order(table).map(group).collect()
    }

    /// The rows in the order they are shown. Only released figures may decide it.
    fn row_order(
        &self,
        table: &ReportTable,
        released: &HashMap<&str, Vec<Released>>,
    ) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        if let Some(cells) = table
            .order
            .as_deref()
            .and_then(|column| released.get(column))
        {
            let group = if self.has_across { self.wide() } else { 0 };
            let rank = |row: &usize| std::cmp::Reverse(cells[self.at(*row, group)].count());
            let text = |row: &usize| self.rows[*row].iter().map(|l| l.text.clone()).collect();
            order.sort_by_key(|row| -> (_, Vec<String>) {
                let rank = rank(row);
                // A suppressed cell is between zero and the smallest shown.
                (
                    rank.0
                        .map_or((1, rank), |n| (if n == 0 { 2 } else { 0 }, rank)),
                    text(row),
                )
            });
        }
        if self.shows_rows_total(table) {
            order.push(self.rows.len());
        }
        order
    }

    fn row_labels(&self, row: usize, dimensions: usize) -> Vec<Label> {
        match self.rows.get(row) {
            Some(labels) => labels.clone(),
            None => (0..dimensions)
                .map(|d| Label::new(if d == 0 { TOTAL } else { ALL }))
                .collect(),
        }
    }

    fn cell(
        &self,
        scheme: &Scheme,
        measure: &Measure,
        released: &HashMap<&str, Vec<Released>>,
        row: usize,
        group: usize,
    ) -> Cell {
        let count = |column: &Option<String>, row: usize, group: usize| -> Option<Released> {
            released
                .get(column.as_deref()?)
                .map(|cells| cells[self.at(row, group)])
        };
        let own = measure.name().map(str::to_owned);
        let cell = match (measure.kind, measure.whole()) {
            (MeasureKind::People | MeasureKind::Rows | MeasureKind::Sum, _) => {
                count(&own, row, group).map(Cell::Count)
            }
            (MeasureKind::Percent, Some(of)) => {
                let (r, g) = self.whole(of, row, group);
                count(&measure.column, row, group)
                    .zip(count(&measure.column, r, g))
                    .map(|(part, whole)| Cell::Figure(percent(scheme, part, whole, false)))
            }
            (MeasureKind::Percent, None) => count(&measure.numerator, row, group)
                .zip(count(&measure.denominator, row, group))
                .map(|(x, n)| Cell::Figure(percent(scheme, x, n, true))),
            // Made from counts that are not among those shown.
            (
                MeasureKind::Dsr
                | MeasureKind::Isr
                | MeasureKind::Sii
                | MeasureKind::Rii
                | MeasureKind::Percentile
                | MeasureKind::LifeExpectancy,
                _,
            ) => None,
            (MeasureKind::Mean, _) => count(&measure.numerator, row, group)
                .zip(count(&measure.denominator, row, group))
                .map(|(sum, n)| Cell::Figure(mean(scheme, sum, n))),
            (MeasureKind::Rate, _) => count(&measure.numerator, row, group)
                .zip(count(&measure.denominator, row, group))
                .map(|(x, n)| {
                    let multiplier = f64::from(measure.multiplier.unwrap_or(1));
                    Cell::Figure(rate(scheme, x, n, multiplier))
                }),
        };
        // The report file's checks leave no measure without its counts.
        cell.unwrap_or(Cell::Figure(crate::disclosure::Figure::NotApplicable))
    }
}
