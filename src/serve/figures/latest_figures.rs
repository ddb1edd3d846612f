//! Figures of the newest releases, from the frames that they hold.

use super::chosen_figures::{ChosenFigures, FigureChoice};
use super::compared_figure::{ComparedFigure, Significance};
use super::own_area::OwnAreas;
use super::selection::Selection;
use crate::figures::derive::compared;
use crate::figures::{FigureRow, Figures};
use crate::headlines::is_indicator;
use crate::serve::catalogue::{ListedRelease, ReportKey};
use crate::serve::page_view::PageView;
use crate::serve::reply::PageFault;
use polars::prelude::col;
use std::collections::BTreeSet;

/// The figures of a selection in the newest releases, each beside that of the whole area. Those of what two
/// areas have in common are left out: there is no figure of the whole beside them.
///
/// # Errors
/// Unavailable, when figures are not as they were released.
pub(crate) async fn compared_figures(
    view: &PageView,
    selection: &Selection,
) -> Result<Vec<ComparedFigure>, PageFault> {
    let mut all = Vec::new();
    for release in view.snapshot.current() {
        let keys = latest_keys(view, release);
        let chosen = choose(view, release, selection, keys, RowsFor::Comparison).await?;
        let Some(chosen) = chosen else { continue };
        let compared = view.state.computing.run(move || compare(&chosen));
        all.extend(compared.await??);
    }
    all.retain(|compared| selection.takes(&compared.figure));
    Ok(all)
}

/// The indicators of all areas of a level, and of the whole, in the newest releases, as the reader may see
/// them: where the areas of the level lie is said from these alone.
///
/// # Errors
/// Unavailable, when figures are not as they were released.
pub(crate) async fn indicators(view: &PageView, level: &str) -> Result<Vec<FigureRow>, PageFault> {
    let mut all = Vec::new();
    for release in view.snapshot.current() {
        let keys = latest_keys(view, release);
        let selection = Selection::default();
        let chosen = choose(view, release, &selection, keys, RowsFor::Indicators).await?;
        let Some(chosen) = chosen else { continue };
        let rows = view.state.computing.run(move || {
            let failed = |why: crate::error::Error| {
                tracing::error!(release = chosen.release(), %why, "figures cannot be read");
                PageFault::Unavailable
            };
            chosen.all().map_err(failed)
        });
        all.extend(rows.await??);
    }
    let of_level = |row: &FigureRow| row.area.as_ref().is_none_or(|area| area.level == level);
    all.retain(|row| of_level(row) && is_indicator(row));
    Ok(all)
}

/// The figures of a selection in the newest releases, by release.
///
/// # Errors
/// Unavailable, when figures are not as they were released.
pub(crate) async fn latest_figures(
    view: &PageView,
    selection: &Selection,
) -> Result<Vec<ChosenFigures>, PageFault> {
    let mut all = Vec::new();
    for release in view.snapshot.current() {
        let keys = latest_keys(view, release);
        all.extend(choose(view, release, selection, keys, RowsFor::Reading).await?);
    }
    Ok(all)
}

/// The figures of a selection in one release, as the reader may see them; None where there are none.
///
/// # Errors
/// Unavailable, when figures are not as they were released.
pub(crate) async fn readable_figures(
    view: &PageView,
    release: &ListedRelease,
    selection: &Selection,
) -> Result<Option<ChosenFigures>, PageFault> {
    let keys = release.reports.iter().collect();
    choose(view, release, selection, keys, RowsFor::Reading).await
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

/// What figures are chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowsFor {
    /// To be shown or taken.
    Reading,
    /// To be compared with the whole area, whose figures are chosen too.
    Comparison,
    /// To say where areas lie: those alone that can be indicators.
    Indicators,
}

/// The figures of a selection that the reader may see, each once; None where there are none.
async fn choose(
    view: &PageView,
    release: &ListedRelease,
    selection: &Selection,
    mut keys: BTreeSet<&ReportKey>,
    purpose: RowsFor,
) -> Result<Option<ChosenFigures>, PageFault> {
    // Names and rights first: what is not for the reader is not even read.
    keys.retain(|key| match &key.area {
        Some(_) => view.may_read(key),
        None => view.reader.is_for_report(&key.report),
    });
    let reports = selection.reports(&keys);
    if !release.has_figures || reports.is_empty() {
        return Ok(None);
    }
    let content = &view.state.content;
    let manifest = content.manifest(&release.id).await?;
    let Some(figures) = content.figures(&release.id).await? else {
        return Ok(None);
    };
    let listed = manifest.reports.values();
    let listed = listed.filter_map(|report| report.area.as_ref());
    let areas = OwnAreas::of(listed, &view.directory);
    let polarity = manifest.polarity();
    let condition = selection.condition(purpose == RowsFor::Comparison);
    let condition = match purpose {
        RowsFor::Indicators => condition
            .and(col("is_total"))
            .and(col("lower_95").is_not_null()),
        _ => condition,
    };
    let (reader, id, selection) = (view.clone(), release.id.clone(), selection.clone());
    let chosen = view.state.computing.run(move || {
        let chosen = figures.filtered(condition).ok()?;
        let choice = FigureChoice {
            reports: &reports,
            areas: &areas,
            only: (purpose == RowsFor::Reading).then_some(&selection),
            within: purpose == RowsFor::Reading,
        };
        let may_read = |report: &str, area: Option<&str>| reader.reader.may_read(area, report);
        let marks = choice.marks(chosen.frame(), may_read).ok()?;
        let chosen = chosen.marked(&marks).ok()?;
        Some(ChosenFigures::new(&id, chosen, areas).judged_by(polarity))
    });
    chosen.await?.ok_or(PageFault::Unavailable).map(Some)
}

/// Each figure beside that of the whole area.
fn compare(chosen: &ChosenFigures) -> Result<Vec<ComparedFigure>, PageFault> {
    let release = chosen.release();
    let failed = |why: crate::error::Error| {
        tracing::error!(release, %why, "figures cannot be compared");
        PageFault::Unavailable
    };
    let rows = chosen.all().map_err(failed)?;
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
            better: chosen.better(&figure),
            figure,
        }
    });
    Ok(each.collect())
}
