//! What a planner downloads: reports as XLSX, CSV and HTML, made from the same released cells, and
//! the manifest that proves what was released.
//!
//! The way through: a [`ReportFile`] says which tables there are and what they count; the engine counts,
//! and the figures of all tables are chosen together under a disclosure control scheme; [`render`]
//! pivots each [`TableData`] and writes files; [`Manifest`] and [`publish()`] put them in their place.
//! Writers only ever see a [`Frame`], which holds released cells.

mod about;
mod answer;
mod areas;
mod asked;
mod audit;
mod chart;
pub(crate) mod checker;
mod counted;
mod csv_file;
mod decide;
mod difference;
mod dimension;
mod earlier;
mod entry;
mod frame;
mod html;
mod inspect;
mod label_order;
mod ledger_table;
mod make;
mod manifest;
mod named_area;
mod number;
mod page;
mod pivot;
mod place;
mod proof;
mod provenance;
mod publish;
mod publish_to_store;
mod recheck;
mod record;
mod refused;
mod refused_file;
mod report;
mod report_check;
mod report_file;
mod reports;
mod table_data;
mod verify;
mod xlsx;

pub(crate) use about::{About, CodeListUsed, InputUsed, ModelUsed, PublishedTable};
pub(crate) use answer::{AnswerCounts, ShownAnswer, is_open, shown_answer};
pub(crate) use audit::audit;
pub(crate) use decide::{Decision, decide};
pub(crate) use dimension::looks_personal;
pub(crate) use frame::Frame;
pub(crate) use make::Made;
pub use make::Wanted;
pub use make::make;
pub(crate) use manifest::MANIFEST;
pub(crate) use manifest::Manifest;
use page::Page;
pub(crate) use recheck::LedgerChecked;
pub(crate) use report_file::ReportFile;
pub(crate) use reports::{check_queries, check_reports, tables_read};
use table_data::TableData;
pub(crate) use verify::{VerifiedRelease, verify};

use crate::disclosure::Scheme;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// A file to release.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Its name, without a folder.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "File({}, {} bytes)", self.name, self.bytes.len())
    }
}

/// A report after disclosure control.
#[derive(Debug, Clone)]
struct Rendered {
    /// The report's name.
    report: String,
    /// Its tables as released.
    frames: Vec<Frame>,
    /// Its files: XLSX, HTML, and a CSV for each table.
    files: Vec<File>,
}

/// Makes the files of a report from the cells of its tables, by table identifier.
///
/// # Errors
/// Data, when cells are absent or cannot be read; refused, when the last look over the files finds a
/// figure the scheme does not allow.
fn render(
    report: &ReportFile,
    data: &BTreeMap<String, TableData>,
    scheme: &Scheme,
    about: &About,
) -> Result<Rendered> {
    let within = |e: Error| e.within(format!("report `{}` cannot be made", report.name));
    let words = scheme.words();
    let mut frames = Vec::new();
    let mut files = Vec::new();
    let mut charts = Vec::new();
    for (index, table) in report.tables.iter().enumerate() {
        let Some(result) = data.get(&table.id) else {
            return Err(within(Error::data(format!(
                "table `{}` was not computed",
                table.id
            ))));
        };
        let frame = pivot::frame(table, index + 1, result).map_err(within)?;
        let csv = csv_file::bytes(&frame, &words).map_err(within)?;
        audit(&frame, &csv, scheme, &result.lists).map_err(within)?;
        files.push(File {
            name: format!("{}-{}.csv", report.name, table.id),
            bytes: csv,
        });
        let chart = table
            .chart
            .as_ref()
            .map(|spec| chart::chart(spec, &frame, &words));
        charts.push(chart.filter(|chart| !chart.is_empty()));
        frames.push(frame);
    }
    let page = Page {
        report,
        frames: &frames,
        charts: &charts,
        scheme: &scheme.in_force(),
        words: &words,
        about,
    };
    files.push(File {
        name: format!("{}.html", report.name),
        bytes: html::bytes(&page),
    });
    files.push(File {
        name: format!("{}.xlsx", report.name),
        bytes: xlsx::bytes(&page)?,
    });
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Rendered {
        report: report.name.clone(),
        frames,
        files,
    })
}

#[cfg(test)]
mod tests;
