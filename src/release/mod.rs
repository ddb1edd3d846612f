//! What a planner downloads: reports as XLSX, CSV and HTML, made from the same released cells, and
//! the manifest that proves what was released.
//!
//! The way through: a [`ReportFile`] says which tables there are and what they count; the engine counts,
//! and the figures of all tables are chosen together under a disclosure control scheme; [`render`]
//! pivots each [`TableData`] and writes files; [`Manifest`] and [`publish()`] put them in their place.
//! Writers only ever see a [`Frame`], which holds released cells.

mod about;
mod answer;
mod area_names;
mod areas;
mod asked;
mod audit;
mod changes;
mod chart;
pub(crate) mod checker;
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
mod named_area;
mod number;
mod pack;
mod pack_area;
mod page;
mod pivot;
mod place;
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
mod rendered;
mod report;
mod report_check;
mod report_file;
mod reports;
mod revised;
mod rounding;
mod standard_population;
mod table_data;
mod table_files;
mod verify;
mod xlsx;

pub(crate) use about::{About, CodeListUsed, InputUsed, ModelUsed, PublishedTable};
pub(crate) use answer::{AnswerCounts, ShownAnswer, is_open, shown_answer};
pub(crate) use audit::audit;
pub(crate) use changes::changes;
pub(crate) use decide::{Decision, decide};
pub(crate) use dimension::looks_personal;
use figures::FrameForm;
pub(crate) use file::File;
use forms::FormsOf;
pub(crate) use frame::Frame;
pub(crate) use make::Made;
pub use make::Wanted;
pub use make::make;
use manifest::FileOptions;
pub(crate) use manifest::MANIFEST;
pub(crate) use manifest::Manifest;
pub(crate) use read_release::ReadRelease;
pub(crate) use recheck::LedgerChecked;
use rendered::Rendered;
pub(crate) use report_file::ReportFile;
pub(crate) use reports::{check_queries, check_reports, tables_read};
use revised::BeforeFigures;
use table_data::TableData;
use table_files::TableFiles;
pub(crate) use verify::{VerifiedRelease, verify};

use crate::disclosure::Scheme;
use crate::error::{Error, Result};
use crate::figures::{FigureRow, Figures};
use std::collections::BTreeMap;

/// Makes the files of a report from the cells of its tables, by table identifier. The report of an area
/// is compared with the figures of the whole that it is a part of. Figures are marked as revised where
/// those of `before` are others.
///
/// # Errors
/// Data, when cells are absent or cannot be read; refused, when the last look over the files finds a
/// figure the scheme does not allow.
fn render(
    report: &ReportFile,
    data: &BTreeMap<String, TableData>,
    scheme: &Scheme,
    about: &About,
    options: &FileOptions,
    whole: &[FigureRow],
    before: Option<&BeforeFigures>,
) -> Result<Rendered> {
    let within = |e: Error| e.within(format!("report `{}` cannot be made", report.name));
    let words = scheme.words();
    let mut frames = Vec::new();
    let (mut forms, mut tables) = (Vec::new(), Vec::new());
    let mut files = Vec::new();
    let mut charts = Vec::new();
    for (index, table) in report.tables.iter().enumerate() {
        let result = data.get(&table.id).ok_or_else(|| {
            within(Error::data(format!(
                "table `{}` was not computed",
                table.id
            )))
        })?;
        let mut frame = pivot::frame(table, index + 1, result, scheme).map_err(within)?;
        let form = FrameForm::of(&frame, &result.areas);
        let made = figures::figures(&report.name, &frame, &form, &result.areas, &words);
        let made = match before {
            Some(before) => made.and_then(|made| before.mark(&report.name, &mut frame, made)),
            None => made,
        };
        let made = made.map_err(within)?;
        let of_table = TableFiles {
            report: &report.name,
            frame: &frame,
            form: &form,
            figures: &made,
            words: &words,
            about,
            options,
        };
        let written = of_table.all().map_err(within)?;
        for csv in written.iter().filter(|file| file.name.ends_with(".csv")) {
            audit(&frame, &csv.bytes, scheme, &result.lists).map_err(within)?;
        }
        files.extend(written);
        forms.push(form);
        tables.push(made);
        let chart = table.chart.as_ref();
        let chart = chart.map(|spec| chart::chart(spec, &frame, &words));
        charts.push(chart.filter(|chart| !chart.is_empty()));
        frames.push(frame);
    }
    let figures = Figures::together(&tables).map_err(within)?;
    let shown = FormsOf {
        report,
        frames: &frames,
        charts: &charts,
        figures: &figures,
        scheme,
        about,
        whole,
    };
    files.extend(shown.all().map_err(within)?);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Rendered {
        report: report.name.clone(),
        of_report: report.name.clone(),
        area: None,
        frames,
        forms,
        figures,
        files,
    })
}

#[cfg(test)]
mod tests;
