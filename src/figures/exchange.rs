//! All figures of a release as three related tables: metrics, dimensions and values. It is the form in which
//! metrics are exchanged between the systems of NHS England and its partners.

use super::csv::frame_csv;
use super::frame::Figures;
use crate::error::{Context, Result};
use polars::prelude::{
    Column, DataFrame, DataType, Expr, IntoColumn, IntoLazy, NamedFrom, Series, UniqueKeepStrategy,
    col, lit, when,
};
use std::collections::BTreeMap;

/// The files, by name.
pub(crate) const EXCHANGE: [&str; 3] = [
    "exchange-dimensions.csv",
    "exchange-metrics.csv",
    "exchange-values.csv",
];

impl Figures {
    /// The files of [`EXCHANGE`], in that order. `as_of` is the day that a figure without a period is of.
    ///
    /// # Errors
    /// Data, when they cannot be written.
    pub(crate) fn exchange(&self, as_of: &str) -> Result<[Vec<u8>; 3]> {
        let (sets, dimensions) = self.dimension_sets()?;
        let metrics = self
            .lazy()
            .select([
                metric_id().alias("metric_id"),
                col("measure_label").alias("metric_name"),
                col("table_title").alias("metric_description"),
                col("unit"),
                col("report"),
                col("table"),
            ])
            .unique_stable(None, UniqueKeepStrategy::First)
            .collect()
            .data(failed)?;
        let text = |name: &str| col(name.to_owned());
        let mut frame = self.frame().clone();
        let sets = Series::new("dimension_set_id".into(), sets).into_column();
        frame.with_column(sets).data(failed)?;
        let values = frame
            .lazy()
            .select([
                metric_id().alias("metric_id"),
                text("dimension_set_id"),
                text("area_code").alias("location_code"),
                text("area_name").alias("location_name"),
                text("area_level").alias("location_type"),
                text("period")
                    .fill_null(lit(as_of.to_owned()))
                    .alias("period"),
                value(),
                number("lower_95"),
                number("upper_95"),
                text("status"),
                text("held_from").cast(DataType::String),
                text("flags"),
            ])
            .collect()
            .data(failed)?;
        Ok([
            frame_csv(dimensions)?,
            frame_csv(metrics)?,
            frame_csv(values)?,
        ])
    }

    /// The number of the set of dimensions of each figure, and all sets, a row for each value.
    fn dimension_sets(&self) -> Result<(Vec<u32>, DataFrame)> {
        let mut known: BTreeMap<String, u32> = BTreeMap::new();
        let mut sets = Vec::new();
        let (mut ids, mut names, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for row in self.rows()? {
            let next = u32::try_from(known.len() + 1).unwrap_or(u32::MAX);
            let id = *known.entry(row.breakdown_json()).or_insert(next);
            if id == next {
                for (name, value) in row.breakdown {
                    ids.push(id);
                    names.push(name);
                    values.push(value);
                }
            }
            sets.push(id);
        }
        let columns: Vec<Column> = vec![
            Series::new("dimension_set_id".into(), &ids).into_column(),
            Series::new("dimension".into(), names).into_column(),
            Series::new("value".into(), values).into_column(),
        ];
        let dimensions = DataFrame::new(ids.len(), columns).data(failed)?;
        Ok((sets, dimensions))
    }
}

/// What names a metric: report, table and measure.
fn metric_id() -> Expr {
    col("report") + lit(".") + col("table") + lit(".") + col("measure")
}

/// A figure as a text: counts without a decimal, nothing where none is shown.
fn value() -> Expr {
    let count = col("value").cast(DataType::Int64).cast(DataType::String);
    when(col("unit").eq(lit("count")))
        .then(count)
        .otherwise(col("value").cast(DataType::String))
        .alias("value")
}

fn number(name: &str) -> Expr {
    col(name.to_owned()).cast(DataType::String)
}

fn failed() -> &'static str {
    "cannot write figures in the form of exchange"
}
