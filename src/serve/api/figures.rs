//! Released figures as JSON and CSV.

use super::csv::csv;
use super::figure_of::FigureOf;
use super::lists::answer;
use super::query::ApiQuery;
use crate::serve::figures::{ChosenFigures, Selection, WHOLE, latest_figures, readable_figures};
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use axum::extract::RawQuery;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::{Value, json};
use std::ops::Range;

/// `/api/v1/figures`.
pub(super) async fn figures(
    view: PageView,
    RawQuery(query): RawQuery,
) -> Result<Response, PageFault> {
    let query = ApiQuery::read("/api/v1/figures", query.as_deref())?;
    let made = async {
        let all = chosen(&view, &query).await?;
        let total = all.iter().map(ChosenFigures::count).sum();
        let range = query.range();
        let shown = view.state.computing.run(move || rows(&all, range));
        let shown = shown.await??;
        let shown = shown.iter().map(figure).collect();
        Ok(answer(&query.page_of("figures", shown, total)))
    };
    view.page(made).await
}

/// `/api/v1/figures.csv`.
pub(super) async fn figures_csv(
    view: PageView,
    RawQuery(query): RawQuery,
) -> Result<Response, PageFault> {
    let query = ApiQuery::read("/api/v1/figures.csv", query.as_deref())?;
    let made = async {
        let all = chosen(&view, &query).await?;
        let written = view
            .state
            .computing
            .run(move || Ok(csv(&rows(&all, 0..usize::MAX)?)));
        let bytes = written.await??;
        let bytes = bytes.ok_or(PageFault::Unavailable)?;
        Ok(RenderedPage::new(
            "text/csv; charset=utf-8; header=present",
            bytes,
        ))
    };
    let mut reply = view.page(made).await?;
    let disposition = HeaderValue::from_static("attachment; filename=\"figures.csv\"");
    reply
        .headers_mut()
        .insert(header::CONTENT_DISPOSITION, disposition);
    Ok(reply)
}

/// The figures that are asked for and may be read, by release.
async fn chosen(view: &PageView, query: &ApiQuery) -> Result<Vec<ChosenFigures>, PageFault> {
    let selection = Selection {
        report: query.given("report"),
        table: query.given("table"),
        measure: query.given("measure"),
        area: query.given("area"),
        period: query.given("period"),
    };
    refuse_another_area(view, &selection)?;
    match query.given("release") {
        None => latest_figures(view, &selection).await,
        Some(id) => {
            let release = view.release(&id)?;
            let chosen = readable_figures(view, &release, &selection).await?;
            Ok(chosen.into_iter().collect())
        }
    }
}

/// The figures of a range of all that were chosen: rows are made of these alone.
fn rows(all: &[ChosenFigures], range: Range<usize>) -> Result<Vec<FigureOf>, PageFault> {
    let mut found = Vec::new();
    let mut before = 0;
    for chosen in all {
        let from = range.start.saturating_sub(before).min(chosen.count());
        let to = range.end.saturating_sub(before).min(chosen.count());
        before += chosen.count();
        let release = chosen.release();
        let rows = chosen.rows(from..to).map_err(|why| {
            tracing::error!(release, %why, "figures cannot be read");
            PageFault::Unavailable
        })?;
        found.extend(rows.into_iter().map(|row| FigureOf {
            release: release.to_owned(),
            row,
        }));
    }
    Ok(found)
}

/// Refuses a report or an area that no role of the reader names, whether it is there or not.
fn refuse_another_area(view: &PageView, selection: &Selection) -> Result<(), PageFault> {
    let reader = &view.reader;
    let area = selection.area.as_deref();
    let area = area.map(|area| (area != WHOLE).then_some(area));
    let is_refused = match (&selection.report, area) {
        (Some(report), Some(area)) => !reader.may_read(area, report),
        (Some(report), None) => !reader.is_for_report(report),
        (None, Some(area)) => !reader.is_for_area(area),
        (None, None) => false,
    };
    match is_refused {
        true => Err(PageFault::Forbidden),
        false => Ok(()),
    }
}

fn figure(FigureOf { release, row }: &FigureOf) -> Value {
    let area = row.area.as_ref();
    json!({
        "release": release,
        "report": row.report,
        "table": row.table,
        "table_title": row.table_title,
        "area_code": area.and_then(|area| area.code.as_ref()),
        "area_name": area.map(|area| &area.name),
        "area_level": area.map(|area| &area.level),
        "period": row.period,
        "breakdown": row.breakdown,
        "breakdown_words": row.breakdown_words,
        "is_total": row.is_total,
        "measure": row.measure,
        "measure_label": row.measure_label,
        "unit": row.unit,
        "value": row.value,
        "lower_95": row.lower_95,
        "upper_95": row.upper_95,
        "status": row.status,
        "held_from": row.held_from.map(|date| date.to_string()),
        "flags": row.flags,
    })
}
