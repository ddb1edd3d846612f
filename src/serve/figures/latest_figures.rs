//! Figures of the newest releases, from the frames that they hold.

use super::compared_figure::{ComparedFigure, Significance};
use super::selection::{Selection, area_of};
use crate::figures::derive::compared;
use crate::figures::{FigureArea, FigureRow, Figures};
use crate::serve::catalogue::{ListedRelease, ReportKey};
use crate::serve::directory::Directory;
use crate::serve::page_view::PageView;
use crate::serve::reply::PageFault;
use polars::prelude::BooleanChunked;
use std::collections::{BTreeSet, HashMap};

/// The figures of a selection in the newest releases, each beside that of the whole area.
///
/// # Errors
/// Unavailable, when figures are not as they were released.
pub(crate) async fn compared_figures(
    view: &PageView,
    selection: &Selection,
) -> Result<Vec<ComparedFigure>, PageFault> {
    let mut all = Vec::new();
    for release in view.snapshot.current() {
        let keys = latest_keys(view, &release);
        let mut rows = distinct(rows(view, &release, selection, keys, true).await?);
        // There is no figure of the whole beside one of what two areas have in common.
        rows.retain(|row| ReportKey::parse(&row.report).area.is_none());
        let compared = tokio::task::spawn_blocking(move || compare(&release.id, rows));
        all.extend(compared.await.map_err(|_| PageFault::Unavailable)??);
    }
    all.retain(|compared| selection.takes(&compared.figure));
    Ok(all)
}

/// The figures of a selection in the newest releases, with the release of each.
///
/// # Errors
/// Unavailable, when figures are not as they were released.
pub(crate) async fn latest_figures(
    view: &PageView,
    selection: &Selection,
) -> Result<Vec<(String, FigureRow)>, PageFault> {
    let mut all = Vec::new();
    for release in view.snapshot.current() {
        let keys = latest_keys(view, &release);
        let rows = distinct(rows(view, &release, selection, keys, false).await?);
        all.extend(rows.into_iter().map(|row| (release.id.clone(), row)));
    }
    Ok(all)
}

/// The figures of a selection in one release, as the reader may see them.
///
/// # Errors
/// Unavailable, when figures are not as they were released.
pub(crate) async fn readable_figures(
    view: &PageView,
    release: &ListedRelease,
    selection: &Selection,
) -> Result<Vec<FigureRow>, PageFault> {
    let keys = release.reports.iter().collect();
    Ok(distinct(rows(view, release, selection, keys, false).await?))
}

/// The reports of a release that no newer one has.
fn latest_keys<'a>(view: &PageView, release: &'a ListedRelease) -> BTreeSet<&'a ReportKey> {
    let latest = view.snapshot.latest();
    let is_latest = |key: &&ReportKey| {
        latest
            .get(*key)
            .is_some_and(|newest| newest.id == release.id)
    };
    release.reports.iter().filter(is_latest).collect()
}

async fn rows(
    view: &PageView,
    release: &ListedRelease,
    selection: &Selection,
    keys: BTreeSet<&ReportKey>,
    benchmark: bool,
) -> Result<Vec<FigureRow>, PageFault> {
    if !release.has_figures || keys.is_empty() {
        return Ok(Vec::new());
    }
    let Some(figures) = view.state.content.figures(&release.id).await? else {
        return Ok(Vec::new());
    };
    let condition = selection.condition(benchmark);
    let reports = selection.reports(&keys);
    let chosen = tokio::task::spawn_blocking(move || {
        let chosen = figures.lazy().filter(condition).collect().ok()?;
        let names = chosen.column("report").ok()?.str().ok()?;
        let of_reports = names
            .iter()
            .map(|name| name.is_some_and(|name| reports.contains(name)));
        let of_reports: BooleanChunked = of_reports.collect();
        let chosen = chosen.filter(&of_reports).ok()?;
        Figures::of(chosen).ok()?.rows().ok()
    });
    let chosen = chosen.await.ok().flatten().ok_or(PageFault::Unavailable)?;
    Ok(readable(view, chosen))
}

/// Those of some figures that the reader may see, each under the report's own name and with its area.
fn readable(view: &PageView, rows: Vec<FigureRow>) -> Vec<FigureRow> {
    let mut asked: HashMap<(String, Option<String>), bool> = HashMap::new();
    let named = rows
        .into_iter()
        .map(|row| with_own_area(&view.directory, row));
    named
        .filter(|row| {
            let pair = (row.report.clone(), area_of(row).map(str::to_owned));
            let may_read = asked.entry(pair).or_insert_with_key(|(report, area)| {
                let key = ReportKey::parse(report);
                // Of what two areas have in common, both must be theirs to read.
                let of_pack = key.area.is_none() || view.may_read(&key);
                of_pack && view.reader.may_read(area.as_deref(), &key.report)
            });
            *may_read
        })
        .collect()
}

/// A figure under its report's own name. That of a pack's whole area is one of the pack's area. One of
/// another area within a pack is of what both have in common, and keeps the name of the pack.
fn with_own_area(directory: &Directory, mut row: FigureRow) -> FigureRow {
    let key = ReportKey::parse(&row.report);
    if let (Some(code), None) = (&key.area, &row.area) {
        let known = directory.areas.get(code);
        row.area = Some(FigureArea {
            code: Some(code.clone()),
            name: directory.area_name(code).to_owned(),
            level: known.map(|area| area.level.clone()).unwrap_or_default(),
        });
        row.report = key.report;
    }
    row
}

/// Each figure once: a pack and the report of the whole may both have it.
fn distinct(rows: Vec<FigureRow>) -> Vec<FigureRow> {
    let mut seen = BTreeSet::new();
    let once = rows.into_iter().filter(|row| {
        let area = row.area.as_ref();
        let area = area.map(|area| (area.level.clone(), area.name.clone()));
        seen.insert((
            row.report.clone(),
            row.table.clone(),
            area,
            row.period.clone(),
            row.breakdown.clone(),
            row.measure.clone(),
        ))
    });
    once.collect()
}

/// Each figure beside that of the whole area.
fn compare(release: &str, rows: Vec<FigureRow>) -> Result<Vec<ComparedFigure>, PageFault> {
    let failed = |why: crate::error::Error| {
        tracing::error!(release, %why, "figures cannot be compared");
        PageFault::Unavailable
    };
    let figures = Figures::of_rows(&rows).map_err(failed)?;
    let frame = compared(&figures, None).map_err(failed)?;
    let columns = (frame.column("benchmark"), frame.column("compared"));
    let (Ok(benchmarks), Ok(words)) = columns else {
        return Err(PageFault::Unavailable);
    };
    let each = rows.into_iter().enumerate().map(|(at, figure)| {
        let benchmark = benchmarks.get(at).ok();
        let word = words.get(at).ok();
        ComparedFigure {
            release: release.to_string(),
            benchmark: benchmark.and_then(|value| value.extract::<f64>()),
            significance: Significance::of(word.as_ref().and_then(|w| w.get_str()).unwrap_or("")),
            figure,
        }
    });
    Ok(each.collect())
}
