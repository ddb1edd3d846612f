//! A table as it is released: labels and released cells, in the order they are shown.

use super::about::long_date;
use super::counted::CountMade;
use super::table_data::Label;
use crate::disclosure::{Figure, Released};
use crate::error::{Error, Result};
use crate::figures::{BetterWhen, FigureArea};
use crate::plural::things;
use chrono::NaiveDate;

/// A released table. All files of a report are written from the same frames.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The table's identifier.
    pub id: String,
    /// The area that all its figures are of, unless they are of all.
    pub area: Option<FigureArea>,
    /// The area whose report has it to compare it with others.
    pub own_area: Option<FigureArea>,
    /// Its number in the report, from 1.
    pub number: usize,
    /// Its title.
    pub title: String,
    /// The definition of what is counted.
    pub description: String,
    /// Notes on this table.
    pub notes: Vec<String>,
    /// What each count is of, as its query has it: for analysts, apart from the table.
    pub conditions: Vec<String>,
    /// Column name and heading of each row dimension.
    pub row_dimensions: Vec<(String, String)>,
    /// Column name and heading of the dimension across.
    pub across: Option<(String, String)>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The values across; one without a label when nothing is across.
    pub groups: Vec<Group>,
    /// The measures of each group.
    pub measures: Vec<FrameMeasure>,
    /// A cell for each row, group and measure, in that nesting.
    pub cells: Vec<Cell>,
    /// For each of them, the date of the earlier release whose figure it is, where it is held; of a
    /// percentage or a rate, the earliest of its counts that are.
    pub held: Vec<Option<NaiveDate>>,
    /// For each of them, whether readers have another value of it; empty where nothing was compared.
    pub revised: Vec<bool>,
}

/// A row of a released table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// A label for each row dimension.
    pub labels: Vec<Label>,
    /// Whether it is the row of totals.
    pub is_total: bool,
}

/// A value of the dimension across.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// Its label, unless nothing is across.
    pub label: Option<Label>,
    /// Whether it is the column of totals.
    pub is_total: bool,
}

/// A measure as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct FrameMeasure {
    /// What the table calls a count.
    pub column: Option<String>,
    /// What it is a count of.
    pub counted: Option<CountMade>,
    /// The heading.
    pub label: String,
    /// The unit.
    pub unit: Unit,
    /// Whether lower and upper limits are shown beside it.
    pub has_limits: bool,
    /// Which figures are better.
    pub better: Option<BetterWhen>,
}

/// The unit of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// People or events.
    Count,
    /// Parts of a hundred.
    Percent,
    /// Per this many.
    Per(u32),
    /// An amount for each of something.
    Mean,
    /// An amount that so many of a hundred are below.
    Percentile,
    /// Years of life.
    Years,
    /// Events of a year to come, as rates and projected people let expect.
    Projected,
}

/// A released cell. There is no other way for a figure to reach a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell {
    /// A count.
    Count(Released),
    /// A percentage or a rate.
    Figure(Figure),
}

/// Which number of a measure a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FramePart {
    /// The figure.
    Value,
    /// Its lower 95% limit.
    Lower,
    /// Its upper 95% limit.
    Upper,
}

/// A column of figures as XLSX and HTML show it.
#[derive(Debug, Clone)]
pub(crate) struct FrameColumn {
    /// Position among the groups.
    pub group: usize,
    /// Position among the measures.
    pub measure: usize,
    /// Which number.
    pub part: FramePart,
    /// The heading, unique in the table.
    pub heading: String,
}

/// A number to show, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shown {
    /// A count.
    Count(u64),
    /// A percentage or rate, rounded to one decimal.
    Decimal(f64),
    /// Suppressed.
    Suppressed,
    /// Not applicable.
    NotApplicable,
}

impl Frame {
    /// The headings of the dimensions, in their order.
    pub(crate) fn headings(&self) -> impl Iterator<Item = &str> {
        let dimensions = self.row_dimensions.iter().chain(&self.across);
        dimensions.map(|(_, heading)| heading.as_str())
    }

    /// Whether its figures are of years to come.
    pub(crate) fn is_projection(&self) -> bool {
        let mut measures = self.measures.iter();
        measures.any(|measure| measure.unit == Unit::Projected)
    }

    /// The cell of a row, group and measure.
    pub(crate) fn cell(&self, row: usize, group: usize, measure: usize) -> Cell {
        self.cells[(row * self.groups.len() + group) * self.measures.len() + measure]
    }

    /// The date of the earlier release whose figure a cell holds, if it does.
    pub(crate) fn held(&self, row: usize, group: usize, measure: usize) -> Option<NaiveDate> {
        let at = (row * self.groups.len() + group) * self.measures.len() + measure;
        self.held.get(at).copied().flatten()
    }

    /// Whether readers have another value of what a column shows in a row.
    pub(crate) fn is_revised(&self, row: usize, column: &FrameColumn) -> bool {
        let at = (row * self.groups.len() + column.group) * self.measures.len() + column.measure;
        column.part == FramePart::Value && self.revised.get(at) == Some(&true)
    }

    /// How many counts are those of earlier releases, in words; nothing where none is.
    pub(crate) fn held_figures(&self) -> Option<String> {
        let all = self.cells.iter().zip(&self.held);
        let counts = all.filter(|(cell, _)| matches!(cell, Cell::Count(_)));
        let dates: Vec<NaiveDate> = counts.clone().filter_map(|(_, held)| *held).collect();
        let first = dates.iter().min()?;
        Some(format!(
            "{} of {} counts are those of earlier releases, the earliest of {}: a count is held until enough people entered or left it that its change says nothing of one of them. The CSV file gives the date of each, and of each percentage or rate the earliest of its counts.",
            dates.len(),
            counts.count(),
            long_date(*first)
        ))
    }

    /// What a column shows in a row.
    pub(crate) fn shown(&self, row: usize, column: &FrameColumn) -> Shown {
        self.cell(row, column.group, column.measure)
            .shown(column.part)
    }

    /// Whether a column shows tenths: where one of its figures is not known to them, none has any, so that
    /// figures below each other are of one precision.
    pub(crate) fn has_tenths(&self, column: &FrameColumn) -> bool {
        let cells = (0..self.rows.len()).map(|row| self.cell(row, column.group, column.measure));
        let mut figures = cells.filter_map(|cell| match cell {
            Cell::Figure(Figure::Value(estimate)) => Some(estimate),
            _ => None,
        });
        figures.all(|estimate| estimate.has_tenths())
    }

    /// The columns of figures, in order.
    pub(crate) fn columns(&self) -> Vec<FrameColumn> {
        let mut columns = Vec::new();
        for (g, group) in self.groups.iter().enumerate() {
            for (m, measure) in self.measures.iter().enumerate() {
                let name = match (&group.label, self.measures.len()) {
                    (None, _) => measure.label.clone(),
                    (Some(label), 1) => label.shown(),
                    (Some(label), _) => format!("{}: {}", label.shown(), measure.label),
                };
                let mut push = |part, heading| {
                    columns.push(FrameColumn {
                        group: g,
                        measure: m,
                        part,
                        heading,
                    });
                };
                push(FramePart::Value, name.clone());
                if measure.has_limits {
                    push(FramePart::Lower, format!("{name}: lower 95% limit"));
                    push(FramePart::Upper, format!("{name}: upper 95% limit"));
                }
            }
        }
        columns
    }

    /// Refuses a table of which too little can be shown: nobody can use it, and what is suppressed is
    /// people. Each count is looked at by itself: large figures beside small ones do not help.
    ///
    /// # Errors
    /// Refused, when more than `share` of the cells of a count that are not zero are suppressed.
    pub(crate) fn enough_shown(&self, share: f64) -> Result<()> {
        for (index, measure) in self.measures.iter().enumerate() {
            if measure.unit == Unit::Count {
                self.enough_of(index, share)?;
            }
        }
        Ok(())
    }

    fn enough_of(&self, measure: usize, share: f64) -> Result<()> {
        let cells = self.cells.chunks(self.measures.len().max(1));
        let shown = cells.filter_map(|group| group.get(measure).map(|c| c.shown(FramePart::Value)));
        let figures: Vec<Shown> = shown.filter(|shown| *shown != Shown::Count(0)).collect();
        let is_suppressed = |shown: &&Shown| **shown == Shown::Suppressed;
        let (people, suppressed) = (figures.len(), figures.iter().filter(is_suppressed).count());
        #[allow(clippy::cast_precision_loss)]
        let too_many = suppressed as f64 > share * people as f64;
        if !too_many {
            return Ok(());
        }
        Err(Error::refused(format!(
            "table `{}`: `{}` would be suppressed in {suppressed} of {} other than zero",
            self.id,
            self.measures[measure].label,
            things(people, "cell")
        ))
        .cause("[disclosure] largest_suppressed_share of the pipeline file")
        .hint("use broader groups, or fewer dimensions"))
    }

    /// How many cells are shown, and how many are suppressed.
    pub(crate) fn tally(&self) -> (usize, usize) {
        let suppressed = self
            .cells
            .iter()
            .filter(|c| c.shown(FramePart::Value) == Shown::Suppressed)
            .count();
        (self.cells.len() - suppressed, suppressed)
    }
}

impl Cell {
    /// What is shown of this cell.
    pub(crate) fn shown(self, part: FramePart) -> Shown {
        match (self, part) {
            (Cell::Count(released), FramePart::Value) => {
                released.count().map_or(Shown::Suppressed, Shown::Count)
            }
            (Cell::Count(_), _) => Shown::NotApplicable,
            (Cell::Figure(Figure::Suppressed), _) => Shown::Suppressed,
            (Cell::Figure(Figure::NotApplicable), _) => Shown::NotApplicable,
            (Cell::Figure(Figure::Value(estimate)), part) => {
                let number = match part {
                    FramePart::Value => Some(estimate.value()),
                    FramePart::Lower => estimate.limits().map(|(lower, _)| lower),
                    FramePart::Upper => estimate.limits().map(|(_, upper)| upper),
                };
                number.map_or(Shown::NotApplicable, |n| {
                    Shown::Decimal((n * 10.0).round() / 10.0)
                })
            }
        }
    }
}
