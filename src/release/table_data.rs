//! What the engine hands over for one table, and how it is read.

use super::amount_bands::BandEdges;
use super::area_names::NamedAreas;
use super::counted::{CellFigures, CountMade, area_source};
use super::dimension::{MOST_VALUES, NOT_KNOWN};
use super::pack_area::PackArea;
use super::proof::{Lists, texts};
use super::report_file::ReportTable;
use super::standard_population::StandardWeights;
use crate::error::{Error, Result};
use crate::figures::FigureArea;
use crate::pipeline::AreaLevel;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type};
use arrow::record_batch::RecordBatch;
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The cells of a table, with their released figures.
#[derive(Clone, Default)]
pub(super) struct TableData {
    /// The combinations of its dimensions that somebody has, in the order of their labels.
    pub batches: Vec<RecordBatch>,
    /// The values across, in the order of their labels.
    pub across: Vec<String>,
    /// The values that each dimension may have.
    pub lists: Arc<Lists>,
    /// The areas of the dimensions that are of areas.
    pub areas: Arc<NamedAreas>,
    /// The levels of areas that divide its figures.
    pub levels: Vec<AreaLevel>,
    /// Whether it compares areas, and has the figures of all of them in the report of one.
    pub compares_areas: bool,
    /// The area that all figures are of, unless they are of all.
    pub area: Option<FigureArea>,
    /// The area whose report compares it with others.
    pub own_area: Option<FigureArea>,
    /// The weights of the age groups by which rates are standardised.
    pub standard: StandardWeights,
    /// The bands of the amount that percentiles are of, or of age of a life expectancy.
    pub amounts: Vec<BandEdges>,
    /// The released figures of all cells and totals.
    pub figures: CellFigures,
    /// The areas of whose reports the table is left out, by their places among `levels`.
    pub left_out: BTreeSet<Vec<Option<String>>>,
    /// What is counted, in words.
    pub in_words: Vec<String>,
    /// What is counted, as its queries have it.
    pub conditions: Vec<String>,
    /// What each count is of, by name.
    pub counts: BTreeMap<String, CountMade>,
}

impl TableData {
    /// Whether the table is left out of the report of an area, since a figure of few people would follow from
    /// it.
    pub(super) fn is_left_out_of(&self, area: &PackArea) -> bool {
        !self.compares_areas && self.left_out.contains(&area.place(&self.levels))
    }

    /// The same for the report of an area: of it alone or, where the table compares areas, of all.
    pub(super) fn of_area(&self, area: &PackArea) -> Self {
        let mut of_area = self.clone();
        let own = FigureArea {
            code: Some(area.code.clone()),
            name: area.name.clone(),
            level: area.level.word().to_owned(),
        };
        if self.compares_areas {
            of_area.own_area = Some(own);
            return of_area;
        }
        of_area.area = Some(own);
        of_area.figures = self.figures.of_area(area.place(&self.levels));
        for count in of_area.counts.values_mut() {
            count.within = Some((area_source(area.level), area.code.clone()));
        }
        of_area
    }
}

impl std::fmt::Debug for TableData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Which combinations somebody has is for no log.
        write!(f, "TableData({} batches)", self.batches.len())
    }
}

/// A dimension's value: how a person reads it, and how a program does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// In tables and charts.
    pub text: String,
    /// In CSV: dates in ISO form.
    pub value: String,
    /// Whether it names the area that the report is of, in a table that compares areas.
    pub is_own: bool,
}

/// What stands after the name of the area that a report is of.
const OWN: &str = " (this area)";

impl Label {
    /// A label that reads the same everywhere.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Label {
            value: text.clone(),
            text,
            is_own: false,
        }
    }

    /// The words in tables and charts.
    pub(crate) fn shown(&self) -> String {
        match self.is_own {
            true => format!("{}{OWN}", self.text),
            false => self.text.clone(),
        }
    }
}

/// The combinations of a table's dimensions, column by column.
pub(super) struct TableColumns {
    /// For each dimension in the order of [`ReportTable::dimensions`], a label for each row.
    pub dimensions: Vec<Vec<Label>>,
    /// The same as the values that the labels are of.
    pub values: Vec<Vec<String>>,
}

/// Reads the columns a table needs.
///
/// # Errors
/// Data, naming the table and column but no value, when a column is absent or has a type that cannot
/// be read.
pub(super) fn read(table: &ReportTable, data: &TableData) -> Result<TableColumns> {
    let within =
        |e: Error, column: &str| e.within(format!("table `{}`, column `{column}`", table.id));
    let mut columns = TableColumns {
        dimensions: Vec::new(),
        values: Vec::new(),
    };
    for column in table.dimensions() {
        let labels =
            dimension(data, column, &table.label(column)).map_err(|e| within(e, column))?;
        columns.dimensions.push(labels);
        columns.values.push(values(data, column)?);
    }
    Ok(columns)
}

fn arrays<'a>(data: &'a TableData, column: &str) -> Result<Vec<&'a ArrayRef>> {
    let of = |batch: &'a RecordBatch| {
        batch
            .column_by_name(column)
            .ok_or_else(|| Error::data("it was not computed"))
    };
    data.batches.iter().map(of).collect()
}

/// The values of a dimension, as a program reads them.
fn values(data: &TableData, column: &str) -> Result<Vec<String>> {
    let mut values = Vec::new();
    for batch in &data.batches {
        if let Ok(at) = batch.schema().index_of(column) {
            let read = texts(batch, at)?.into_iter();
            values.extend(read.map(|text| text.unwrap_or_else(|| NOT_KNOWN.to_string())));
        }
    }
    Ok(values)
}

fn dimension(data: &TableData, column: &str, heading: &str) -> Result<Vec<Label>> {
    let mut labels = Vec::new();
    for array in arrays(data, column)? {
        match array.data_type() {
            DataType::Date32 => dates(array, &mut labels),
            DataType::Boolean => {
                let word = |yes| if yes { "Yes" } else { "No" };
                let words = array.as_boolean().iter();
                labels.extend(words.map(|yes| Label::new(yes.map_or(NOT_KNOWN, word))));
            }
            kind if kind.is_integer() || is_text(kind) => {
                let text = cast(array, &DataType::Utf8)
                    .map_err(|e| Error::data("cannot be read as text").cause(e))?;
                let texts = text.as_string::<i32>().iter();
                labels.extend(texts.map(|text| Label::new(text.unwrap_or(NOT_KNOWN))));
            }
            kind => {
                return Err(Error::usage(format!("a dimension cannot be {kind}"))
                    .hint("cast it to text or to a date"));
            }
        }
    }
    let listed = data.lists.get(column);
    let known = |label: &Label| {
        label.value == NOT_KNOWN || listed.is_some_and(|list| list.contains(&label.value))
    };
    if !labels.iter().all(known) {
        return Err(Error::refused("it has a value that is not in its list").hint(
            "[tables.dimensions] says where its values come from: add the value there, or make it 'Not known' in the model",
        ));
    }
    let different: BTreeSet<&str> = labels.iter().map(|label| label.value.as_str()).collect();
    if different.len() > MOST_VALUES {
        return Err(
            Error::refused(format!("it has more than {MOST_VALUES} different values"))
                .hint("group them"),
        );
    }
    months(&mut labels);
    name_numbers(&mut labels, heading);
    Ok(labels)
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, value) => is_text(value) || value.is_integer(),
        _ => false,
    }
}

fn dates(array: &ArrayRef, labels: &mut Vec<Label>) {
    let array = array.as_primitive::<Date32Type>();
    for index in 0..array.len() {
        let date = if array.is_null(index) {
            None
        } else {
            array.value_as_date(index)
        };
        labels.push(match date {
            Some(date) => Label {
                text: super::about::long_date(date),
                value: date.format("%Y-%m-%d").to_string(),
                is_own: false,
            },
            None => Label::new(NOT_KNOWN),
        });
    }
}

/// Shows dates as months when all of them are the first of one.
fn months(labels: &mut [Label]) {
    let date = |label: &Label| NaiveDate::parse_from_str(&label.value, "%Y-%m-%d").ok();
    let is_date = |label: &Label| label.text != label.value;
    if labels
        .iter()
        .filter(|l| is_date(l))
        .filter_map(date)
        .any(|date| date.day() != 1)
    {
        return;
    }
    for label in labels {
        if let Some(date) = date(label).filter(|_| is_date(label)) {
            label.text = date.format("%b %Y").to_string();
        }
    }
}

/// Puts the heading before bare small numbers ("Quintile 2"), so that a label never looks like a
/// count that should have been suppressed.
fn name_numbers(labels: &mut [Label], heading: &str) {
    let number = |label: &Label| label.text.trim().parse::<u64>().ok();
    if !labels
        .iter()
        .filter_map(number)
        .any(|n| (1..=99).contains(&n))
    {
        return;
    }
    for label in labels {
        if number(label).is_some() {
            *label = Label::new(format!("{heading} {}", label.text.trim()));
        }
    }
}
