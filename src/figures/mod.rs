//! Released figures as Polars frames: what leaves disclosure control, in long form, one row a figure.
//!
//! A [`Figures`] is made by `release` from released cells, written beside the reports as Parquet, and read
//! by whatever shows or compares figures later. It never sees a true count, and needs neither the lake nor
//! its key. A suppressed figure is a status without a value: never a 0, and never a value in anything that
//! is derived from it.

mod area;
mod better_when;
mod check;
mod checksum;
mod csv;
mod csvw;
pub(crate) mod derive;
mod exchange;
mod form;
mod frame;
mod measure_polarity;
mod parquet;
mod period_figure;
mod row;
mod schema;

pub(crate) use area::FigureArea;
pub(crate) use better_when::BetterWhen;
pub(crate) use csv::{NOT_APPLICABLE_SIGN, escaped, frame_csv, unescaped, unmarked, without_signs};
pub(crate) use csvw::TableMetadata;
pub(crate) use exchange::EXCHANGE;
pub(crate) use form::{DimensionKind, TableForm};
pub(crate) use frame::Figures;
pub(crate) use measure_polarity::MeasurePolarity;
pub(crate) use parquet::frame_parquet;
pub(crate) use period_figure::PeriodKey;
pub(crate) use row::FigureRow;
pub(crate) use schema::{ALL, NOT_APPLICABLE, SUPPRESSED, TOTAL};

/// The name of the file that has all figures of a release.
pub(crate) const FIGURES: &str = "figures.parquet";

/// The unit of events of a year to come.
pub(crate) const PROJECTED: &str = "projected";

#[cfg(test)]
pub(crate) mod tests;
