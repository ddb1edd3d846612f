//! Figures of the newest releases, from the frames that they hold.

use super::compared_figure::{ComparedFigure, Significance};
use super::own_area::{NamedFigure, OwnAreas};
use super::selection::{Selection, area_of};
use crate::figures::derive::compared;
use crate::figures::{FigureRow, Figures};
use crate::serve::catalogue::{ListedRelease, ReportKey};
use crate::serve::page_view::PageView;
use crate::serve::reply::PageFault;
use polars::prelude::BooleanChunked;
use std::collections::{BTreeSet, HashMap, HashSet};

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
        let rows = rows(view, release, selection, keys, RowsFor::Comparison).await?;
        let id = release.id.clone();
        let compared = view.state.computing.run(move || compare(&id, rows));
        all.extend(compared.await??);
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
        let keys = latest_keys(view, release);
        let rows = rows(view, release, selection, keys, RowsFor::Reading).await?;
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
    rows(view, release, selection, keys, RowsFor::Reading).await
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
}

/// The figures of a selection that the reader may see, each once.
async fn rows(
    view: &PageView,
    release: &ListedRelease,
    selection: &Selection,
    mut keys: BTreeSet<&ReportKey>,
    purpose: RowsFor,
) -> Result<Vec<FigureRow>, PageFault> {
    // Names and rights first: what is not for the reader is not even read.
    keys.retain(|key| match &key.area {
        Some(_) => view.may_read(key),
        None => view.reader.is_for_report(&key.report),
    });
    let reports = selection.reports(&keys);
    if !release.has_figures || reports.is_empty() {
        return Ok(Vec::new());
    }
    let content = &view.state.content;
    let manifest = content.manifest(&release.id).await?;
    let Some(figures) = content.figures(&release.id).await? else {
        return Ok(Vec::new());
    };
    let listed = manifest.reports.values();
    let listed = listed.filter_map(|report| report.area.as_ref());
    let areas = OwnAreas::of(listed, &view.directory);
    let condition = selection.condition(purpose == RowsFor::Comparison);
    let reader = view.clone();
    let chosen = view.state.computing.run(move || {
        let chosen = figures.lazy().filter(condition).collect().ok()?;
        let names = chosen.column("report").ok()?.str().ok()?;
        let of_reports = names
            .iter()
            .map(|name| name.is_some_and(|name| reports.contains(name)));
        let of_reports: BooleanChunked = of_reports.collect();
        let chosen = chosen.filter(&of_reports).ok()?;
        let rows = Figures::of(chosen).ok()?.rows().ok()?;
        let named = rows.into_iter().map(|row| areas.named(row));
        let named = named.filter(|figure| purpose == RowsFor::Reading || figure.within.is_none());
        Some(distinct(readable(&reader, named)))
    });
    chosen.await?.ok_or(PageFault::Unavailable)
}

/// Those of some figures that the reader may see.
fn readable(
    view: &PageView,
    figures: impl Iterator<Item = NamedFigure>,
) -> impl Iterator<Item = FigureRow> {
    let mut asked: HashMap<(String, Option<String>), bool> = HashMap::new();
    let mut may_read = move |report: &str, area: Option<&str>| {
        let pair = (report.to_owned(), area.map(str::to_owned));
        *asked
            .entry(pair)
            .or_insert_with(|| view.reader.may_read(area, report))
    };
    let readable = move |figure: &NamedFigure| {
        // Of what two areas have in common, both must be theirs to read.
        let within = figure.within.as_ref();
        let within = within.map(|area| area.code.as_deref().unwrap_or(&area.name));
        let row = &figure.row;
        may_read(&row.report, area_of(row))
            && within.is_none_or(|area| may_read(&row.report, Some(area)))
    };
    figures.filter(readable).map(|figure| figure.row)
}

/// Each figure once: a pack and the report of the whole may both have it. Areas are told apart by their
/// codes: two may have one name, and one may have two.
fn distinct(rows: impl Iterator<Item = FigureRow>) -> Vec<FigureRow> {
    let mut seen = HashSet::new();
    let once = rows.filter(|row| {
        seen.insert((
            row.report.clone(),
            row.table.clone(),
            area_of(row).map(str::to_owned),
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

#[cfg(test)]
mod tests {
    use super::distinct;
    use crate::serve::tests::sample::figure;

    #[test]
    fn areas_are_told_apart_by_their_codes() {
        let of = |code: Option<&str>, name: &str, level: &str| {
            let mut row = figure(Some(name), "", "2026", Some(1.0));
            let area = row.area.as_mut().unwrap();
            area.code = code.map(str::to_string);
            area.level = level.to_string();
            row
        };
        let rows = [
            of(Some("U1"), "Central", "pcn"),
            of(Some("U2"), "Central", "pcn"),
            // A pack says its area's name another way than a table does.
            of(Some("U1"), "Central (U1)", ""),
            of(None, "Central", "pcn"),
        ];
        let codes: Vec<_> = distinct(rows.into_iter())
            .into_iter()
            .map(|row| row.area.unwrap().code)
            .collect();
        let code = |code: &str| Some(code.to_string());
        assert_eq!(codes, [code("U1"), code("U2"), None]);
    }
}
