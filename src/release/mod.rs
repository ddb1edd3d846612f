//! What a planner downloads: reports as XLSX, CSV and HTML, made from the same released cells, and
//! the manifest that proves what was released.
//!
//! The way through: a [`ReportFile`] says which tables there are and what they count; the engine counts,
//! and the figures of all tables are chosen together under a disclosure control scheme;
//! [`RenderedFrom`](render::RenderedFrom) pivots each [`TableData`](table_data::TableData) and writes files;
//! [`Manifest`] and [`publish()`](publish::publish) put them in their place.
//! Writers only ever see a [`Frame`], which holds released cells.

mod about;
mod amount_bands;
mod answer;
mod area_names;
mod area_tables;
mod areas;
mod asked;
mod audit;
mod boundaries;
mod changes;
mod chart;
pub(crate) mod checker;
mod choice;
mod counted;
mod decide;
mod difference;
mod dimension;
mod earlier;
mod entry;
mod figures;
mod file;
mod forms;
mod frame;
mod html;
mod inspect;
mod label_order;
mod ledger_table;
mod make;
mod manifest;
mod map_check;
mod named_area;
mod number;
mod pack;
mod pack_area;
mod page;
mod pivot;
mod place;
mod projection;
mod proof;
mod provenance;
mod publish;
mod publish_to_store;
mod read_release;
mod readers_have;
mod recheck;
mod record;
mod refused;
mod refused_file;
mod render;
mod rendered;
mod report;
mod report_check;
mod report_file;
mod reports;
mod revised;
mod rounding;
mod standard_population;
mod standardised_figure;
mod table_data;
mod table_files;
mod verify;
mod xlsx;

pub(crate) use about::{About, CodeListUsed, InputUsed, ModelUsed, PublishedTable};
pub(crate) use answer::{AnswerCounts, ShownAnswer, is_open, shown_answer};
pub(crate) use audit::audit;
pub(crate) use boundaries::check_boundaries;
pub(crate) use changes::changes;
pub(crate) use decide::{Decision, decide};
pub(crate) use dimension::looks_personal;
pub(crate) use file::File;
pub(crate) use frame::Frame;
pub(crate) use make::Made;
pub use make::Wanted;
pub use make::make;
pub(crate) use manifest::MANIFEST;
pub(crate) use manifest::Manifest;
pub(crate) use read_release::ReadRelease;
pub(crate) use recheck::LedgerChecked;
pub(crate) use report_file::ReportFile;
pub(crate) use reports::{check_queries, check_reports, tables_judged, tables_read};
pub(crate) use verify::{VerifiedRelease, verify};

#[cfg(test)]
mod tests;
