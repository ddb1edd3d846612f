//! What a table's CSV is, after the W3C's *CSV on the Web*: `<table>.csv-metadata.json`.

use super::form::{DimensionKind, TableForm};
use super::frame::Figures;
use super::row::FigureRow;
use crate::error::{Context, Result};
use chrono::NaiveDate;
use serde_json::{Value, json};

/// What a reader is told of a table besides its figures.
#[derive(Debug, Clone)]
pub(crate) struct TableMetadata<'a> {
    /// The name of its CSV file.
    pub file: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The definition of what is counted.
    pub description: &'a str,
    /// Notes on it.
    pub notes: &'a [String],
    /// A heading for each dimension.
    pub headings: Vec<&'a str>,
    /// The date that the figures describe, ISO.
    pub as_of: String,
    /// The licence under which it may be used: its address.
    pub licence: Option<&'a str>,
    /// Where the figures come from.
    pub sources: Vec<String>,
}

impl Figures {
    /// The metadata of the CSV of a table, whose figures these are.
    ///
    /// # Errors
    /// Data, when it cannot be written.
    pub(crate) fn csvw(&self, form: &TableForm, of: &TableMetadata) -> Result<Vec<u8>> {
        let rows = self.rows()?;
        let mut columns = Vec::new();
        for (at, dimension) in form.dimensions().enumerate() {
            let heading = of.headings.get(at).copied().unwrap_or(dimension);
            let kind = form.kinds.get(dimension);
            columns.push(dimension_column(
                dimension,
                heading,
                is_dates(form, at, &rows),
            ));
            if let Some(DimensionKind::Area { code: Some(code) }) = kind {
                columns.push(code_column(code, heading));
            }
        }
        columns.extend(fixed_columns());
        let key: Vec<&str> = form.dimensions().chain(["measure"]).collect();
        let mut metadata = json!({
            "@context": ["http://www.w3.org/ns/csvw", { "@language": "en" }],
            "url": of.file,
            "dc:title": of.title,
            "dc:description": of.description,
            "dc:date": of.as_of,
            "dc:source": of.sources,
            "notes": of.notes,
            "dialect": {
                "delimiter": ",",
                "doubleQuote": true,
                "encoding": "utf-8",
                "header": true,
                "lineTerminators": ["\n"],
                "quoteChar": "\"",
            },
            "tableSchema": { "columns": columns, "primaryKey": key },
        });
        if let (Some(licence), Some(object)) = (of.licence, metadata.as_object_mut()) {
            object.insert("dc:license".to_owned(), json!({ "@id": licence }));
        }
        let mut bytes =
            serde_json::to_vec_pretty(&metadata).data(|| "cannot write the metadata of a CSV")?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// A dimension. Its own name is one of its titles, since that stands in the header.
fn dimension_column(name: &str, heading: &str, dates: bool) -> Value {
    let datatype = match dates {
        true => json!({ "base": "date", "format": "yyyy-MM-dd" }),
        false => json!("string"),
    };
    json!({
        "name": name,
        "titles": [name, heading],
        "datatype": datatype,
        "required": true,
        "dc:description": format!("{heading}; Total and All stand for all together. A text that a spreadsheet would take for a formula has an apostrophe in front."),
    })
}

/// The codes of areas.
fn code_column(name: &str, heading: &str) -> Value {
    json!({
        "name": name,
        "titles": [name, format!("{heading}: code")],
        "datatype": "string",
        "null": [""],
        "dc:description": "The code of the area; empty in totals and where it has none.",
    })
}

/// The columns that every table has.
fn fixed_columns() -> [Value; 6] {
    let signs =
        "* stands for a suppressed figure and [z] for one that does not apply: neither is a zero.";
    let text = |name: &str, title: &str, what: &str| {
        json!({
            "name": name,
            "titles": [name, title],
            "datatype": "string",
            "required": true,
            "dc:description": what,
        })
    };
    let number = |name: &str, title: &str, empty: &[&str], what: &str| {
        json!({
            "name": name,
            "titles": [name, title],
            "datatype": "number",
            "null": empty,
            "dc:description": format!("{what} {signs}"),
        })
    };
    let limit = |name: &str, title: &str| {
        let what = "Empty where the measure has no limits.";
        number(name, title, &["", "*", "[z]"], what)
    };
    [
        text("measure", "Measure", "What the figure is."),
        text("unit", "Unit", "count, percent, or per so many."),
        number("value", "Value", &["*", "[z]"], "The figure."),
        limit("lower_95", "Lower 95% limit"),
        limit("upper_95", "Upper 95% limit"),
        text(
            "status",
            "Status",
            "The outcome of disclosure control, in a word; `held from` and a date for a figure that is that of an earlier release; `(revised)` behind it where another figure was published for the same period.",
        ),
    ]
}

/// Whether all labels of a dimension are dates.
fn is_dates(form: &TableForm, at: usize, rows: &[FigureRow]) -> bool {
    let is_date = |label: String| NaiveDate::parse_from_str(&label, "%Y-%m-%d").is_ok();
    !rows.is_empty() && rows.iter().all(|row| is_date(form.label(row, at)))
}
