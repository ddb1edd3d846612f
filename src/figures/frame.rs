//! The figures of a release, or some of them.

use super::area::FigureArea;
use super::check::check;
use super::row::FigureRow;
use super::schema::{columns, schema};
use crate::error::{Context, Error, Result};
use chrono::{Days, NaiveDate};
use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, DateChunked, Expr, Float64Chunked, IntoColumn,
    IntoLazy, LazyFrame, NamedFrom, PolarsResult, Series, StringChunked, UInt32Chunked, col, lit,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Released figures in long form: a Polars frame that has been checked to be one.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    frame: DataFrame,
}

impl Figures {
    /// A frame as figures.
    ///
    /// # Errors
    /// Data, when its columns are not those of figures, a suppressed figure has a value, a shown one has
    /// none, or two rows are of the same figure.
    pub(crate) fn of(frame: DataFrame) -> Result<Self> {
        check(&frame)?;
        Ok(Figures { frame })
    }

    /// The figures of these rows, in their order.
    ///
    /// # Errors
    /// As [`Figures::of`].
    pub(crate) fn of_rows(rows: &[FigureRow]) -> Result<Self> {
        let made = columns()
            .into_iter()
            .map(|(name, kind, _)| column(rows, name, &kind));
        let made = made.collect::<Result<Vec<Column>>>()?;
        let frame = DataFrame::new(rows.len(), made).data(|| "cannot make a frame of figures")?;
        Figures::of(frame)
    }

    /// The frame, whose columns are described in `docs/released-figures.md`.
    pub(crate) fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The frame as the beginning of a query.
    pub(crate) fn lazy(&self) -> LazyFrame {
        self.frame.clone().lazy()
    }

    /// The figures with this value in a column of texts.
    ///
    /// # Errors
    /// Data, when there is no such column.
    pub(crate) fn only(&self, column: &str, value: &str) -> Result<Self> {
        self.filtered(col(column.to_owned()).eq(lit(value.to_owned())))
    }

    /// The figures of which a condition is true.
    ///
    /// # Errors
    /// Data, when Polars cannot filter them.
    pub(crate) fn filtered(&self, condition: Expr) -> Result<Self> {
        let frame = self.lazy().filter(condition).collect();
        let frame = frame.data(|| "cannot filter figures")?;
        Ok(Figures { frame })
    }

    /// The figures that are marked.
    ///
    /// # Errors
    /// Data, when there is not a mark for each.
    pub(crate) fn marked(&self, marks: &BooleanChunked) -> Result<Self> {
        let frame = self.frame.filter(marks);
        let frame = frame.data(|| "cannot filter figures")?;
        Ok(Figures { frame })
    }

    /// The figures of a range of rows, as far as there are any.
    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        let from = i64::try_from(range.start).unwrap_or(i64::MAX);
        Figures {
            frame: self.frame.slice(from, range.len()),
        }
    }

    /// The figures of each table, by report and table.
    ///
    /// # Errors
    /// Data, when they cannot be divided.
    pub(crate) fn by_table(&self) -> Result<BTreeMap<(String, String), Self>> {
        let tables = self.frame.partition_by_stable(["report", "table"], true);
        let mut by_table = BTreeMap::new();
        for frame in tables.data(|| "cannot divide figures by table")? {
            let figures = Figures { frame };
            let name = |column: &str| figures.values(column).map(|v| v.into_iter().next());
            if let (Some(report), Some(table)) = (name("report")?, name("table")?) {
                by_table.insert((report, table), figures);
            }
        }
        Ok(by_table)
    }

    /// The different values of a column of texts, in their order.
    ///
    /// # Errors
    /// Data, when there is no such column.
    pub(crate) fn values(&self, column: &str) -> Result<Vec<String>> {
        let values = self.frame.column(column).and_then(|column| column.str());
        let values = values.data(|| "cannot read figures")?;
        let mut values: Vec<String> = values.iter().flatten().map(str::to_owned).collect();
        let mut known = BTreeSet::new();
        values.retain(|value| known.insert(value.clone()));
        Ok(values)
    }

    /// These and others, one after the other: those of several reports, or of releases of several areas.
    ///
    /// # Errors
    /// Data, when two of them have the same figure.
    pub(crate) fn together<'a>(all: impl IntoIterator<Item = &'a Figures>) -> Result<Self> {
        let mut frame = DataFrame::empty_with_schema(&schema());
        for figures in all {
            let added = frame.vstack_mut(&figures.frame);
            added.data(|| "cannot put figures together")?;
        }
        // One chunk, so that the bytes of a file do not depend on how it was put together.
        frame.rechunk_mut();
        Figures::of(frame)
    }

    /// The figures one by one.
    ///
    /// # Errors
    /// Data, when a breakdown is no JSON object of texts.
    pub(crate) fn rows(&self) -> Result<Vec<FigureRow>> {
        let columns = RowColumns::of(&self.frame).data(|| "cannot read figures")?;
        let rows = 0..self.frame.height();
        rows.map(|at| columns.row(at)).collect()
    }
}

/// The columns of a frame, each looked up once.
struct RowColumns<'a> {
    texts: BTreeMap<&'static str, &'a StringChunked>,
    numbers: [&'a Float64Chunked; 3],
    row: &'a UInt32Chunked,
    is_total: &'a BooleanChunked,
    held_from: &'a DateChunked,
}

impl<'a> RowColumns<'a> {
    fn of(frame: &'a DataFrame) -> PolarsResult<Self> {
        let mut texts = BTreeMap::new();
        for (name, kind, _) in columns() {
            if kind == DataType::String {
                texts.insert(name, frame.column(name)?.str()?);
            }
        }
        let number = |name: &str| frame.column(name)?.f64();
        Ok(RowColumns {
            texts,
            numbers: [number("value")?, number("lower_95")?, number("upper_95")?],
            row: frame.column("row")?.u32()?,
            is_total: frame.column("is_total")?.bool()?,
            held_from: frame.column("held_from")?.date()?,
        })
    }

    fn text(&self, name: &str, at: usize) -> Option<String> {
        self.texts.get(name)?.get(at).map(str::to_owned)
    }

    fn row(&self, at: usize) -> Result<FigureRow> {
        let text = |name: &str| self.text(name, at).unwrap_or_default();
        let area = self.text("area_name", at).map(|name| FigureArea {
            code: self.text("area_code", at),
            name,
            level: text("area_level"),
        });
        let breakdown: BTreeMap<String, String> = serde_json::from_str(&text("breakdown"))
            .map_err(|_| Error::data("a breakdown of figures is no JSON object of texts"))?;
        let [value, lower_95, upper_95] = self.numbers.map(|column| column.get(at));
        Ok(FigureRow {
            report: text("report"),
            table: text("table"),
            table_title: text("table_title"),
            row: self.row.get(at).unwrap_or_default(),
            area,
            period: self.text("period", at),
            breakdown,
            breakdown_words: text("breakdown_words"),
            is_total: self.is_total.get(at).unwrap_or_default(),
            measure: text("measure"),
            measure_label: text("measure_label"),
            unit: text("unit"),
            value,
            lower_95,
            upper_95,
            status: text("status"),
            held_from: self.held_from.physical().get(at).and_then(date),
            flags: text("flags"),
        })
    }
}

/// A day from Polars' count of days since 1970.
fn date(days: i32) -> Option<NaiveDate> {
    let day = Days::new(u64::from(days.unsigned_abs()));
    match days < 0 {
        true => NaiveDate::default().checked_sub_days(day),
        false => NaiveDate::default().checked_add_days(day),
    }
}

/// A column of rows.
fn column(rows: &[FigureRow], name: &str, kind: &DataType) -> Result<Column> {
    let series = match kind {
        DataType::UInt32 => {
            let rows: Vec<u32> = rows.iter().map(|row| row.row).collect();
            Series::new(name.into(), rows)
        }
        DataType::Boolean => {
            let totals: Vec<bool> = rows.iter().map(|row| row.is_total).collect();
            Series::new(name.into(), totals)
        }
        DataType::Float64 => {
            let of = |row: &FigureRow| match name {
                "value" => row.value,
                "lower_95" => row.lower_95,
                _ => row.upper_95,
            };
            let numbers: Vec<Option<f64>> = rows.iter().map(of).collect();
            Series::new(name.into(), numbers)
        }
        DataType::Date => {
            let since = |date: NaiveDate| (date - NaiveDate::default()).num_days();
            let days = rows.iter().map(|row| row.held_from.map(since));
            let days: Vec<Option<i32>> = days.map(|d| i32::try_from(d?).ok()).collect();
            let days = Series::new(name.into(), days).cast(&DataType::Date);
            days.data(|| "cannot make a column of dates")?
        }
        _ => {
            let texts: Vec<Option<String>> = rows.iter().map(|row| text(row, name)).collect();
            Series::new(name.into(), texts)
        }
    };
    Ok(series.into_column())
}

/// The text of a row in a column of texts.
fn text(row: &FigureRow, name: &str) -> Option<String> {
    let area = row.area.as_ref();
    match name {
        "report" => Some(row.report.clone()),
        "table" => Some(row.table.clone()),
        "table_title" => Some(row.table_title.clone()),
        "area_code" => area.and_then(|area| area.code.clone()),
        "area_name" => area.map(|area| area.name.clone()),
        "area_level" => area.map(|area| area.level.clone()),
        "period" => row.period.clone(),
        "breakdown" => Some(row.breakdown_json()),
        "breakdown_words" => Some(row.breakdown_words.clone()),
        "measure" => Some(row.measure.clone()),
        "measure_label" => Some(row.measure_label.clone()),
        "unit" => Some(row.unit.clone()),
        "status" => Some(row.status.clone()),
        "flags" => Some(row.flags.clone()),
        _ => None,
    }
}
