//! Releases, areas and measures as JSON.

use super::query::ApiQuery;
use crate::serve::addresses::released_file;
use crate::serve::asked::AddressPath;
use crate::serve::catalogue::{ListedRelease, ReportKey};
use crate::serve::figures::WHOLE;
use crate::serve::page_view::PageView;
use crate::serve::pages::{readable_areas, readable_measures};
use crate::serve::reply::{PageFault, RenderedPage};
use crate::serve::search_words::SearchWords;
use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;

/// An answer in JSON.
pub(super) fn answer(value: &Value) -> RenderedPage {
    RenderedPage::new("application/json", format!("{value}\n"))
}

/// `/api/v1/releases`.
pub(super) async fn releases(
    view: PageView,
    RawQuery(query): RawQuery,
) -> Result<Response, PageFault> {
    let query = ApiQuery::read("/api/v1/releases", query.as_deref())?;
    let (report, area) = (query.given("report"), query.given("area"));
    let wanted = |key: &ReportKey| {
        let of_area = area
            .as_deref()
            .is_none_or(|area| key.area.as_deref().unwrap_or(WHOLE) == area);
        of_area && report.as_ref().is_none_or(|report| *report == key.report)
    };
    let made = async {
        let all: Vec<&Arc<ListedRelease>> = view
            .releases()
            .filter(|release| view.reports(release).any(wanted))
            .collect();
        Ok(answer(
            &query.page("releases", &all, |release| listed(&view, release)),
        ))
    };
    view.page(made).await
}

fn listed(view: &PageView, release: &ListedRelease) -> Value {
    let reports = view.reports(release);
    let reports = reports.map(|key| json!({ "report": key.report, "area": key.area }));
    json!({
        "id": release.id,
        "name": release.name(),
        "as_of": release.as_of.to_string(),
        "released_at": release.since().to_rfc3339(),
        "state": release.publication.state().name(),
        "reports": reports.collect::<Vec<_>>(),
    })
}

/// `/api/v1/releases/{id}`.
pub(super) async fn release(
    view: PageView,
    AddressPath(id): AddressPath<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageFault> {
    ApiQuery::read("/api/v1/releases/{id}", query.as_deref())?;
    let release = view.release(&id)?;
    let made = async {
        let manifest = view.state.content.manifest(&id).await?;
        let may_read_all = view.may_read_all(&release);
        let files = manifest
            .files
            .iter()
            .filter(|file| match release.report_of(&file.name) {
                Some(key) => view.may_read(key),
                None => may_read_all,
            });
        let files = files.map(|file| {
            json!({
                "name": file.name,
                "bytes": file.bytes,
                "sha256": file.sha256,
                "address": released_file(&release.id, &file.name),
            })
        });
        let mut value = listed(&view, &release);
        if let Some(object) = value.as_object_mut() {
            object.insert("files".to_string(), files.collect());
        }
        Ok(answer(&value))
    };
    view.page(made).await
}

/// `/api/v1/areas`.
pub(super) async fn areas(
    view: PageView,
    RawQuery(query): RawQuery,
) -> Result<Response, PageFault> {
    let query = ApiQuery::read("/api/v1/areas", query.as_deref())?;
    let made = async {
        let all: Vec<_> = readable_areas(&view).collect();
        let mut page = query.page("areas", &all, |area| {
            let may_read = |report: &&String| view.reader.may_read(Some(&area.code), report);
            json!({
                "code": area.code,
                "name": area.name,
                "level": area.level,
                "reports": area.reports.iter().filter(may_read).collect::<Vec<_>>(),
            })
        });
        page["is_partial"] = view.directory.is_partial().into();
        Ok(answer(&page))
    };
    view.page(made).await
}

/// `/api/v1/measures`.
pub(super) async fn measures(
    view: PageView,
    RawQuery(query): RawQuery,
) -> Result<Response, PageFault> {
    let query = ApiQuery::read("/api/v1/measures", query.as_deref())?;
    let words = SearchWords::of(&query.given("q").unwrap_or_default());
    let report = query.given("report");
    let made = async {
        let all: Vec<_> = readable_measures(&view)
            .filter(|measure| {
                report
                    .as_ref()
                    .is_none_or(|report| *report == measure.report)
            })
            .filter(|measure| {
                let title = view.directory.title(&measure.report);
                words
                    .score(&[
                        &measure.label,
                        &measure.table_title,
                        &title,
                        &measure.groups,
                    ])
                    .is_some()
            })
            .collect();
        let mut page = query.page("measures", &all, |measure| {
            let may_read = |area: &&String| view.reader.may_read(Some(area), &measure.report);
            json!({
                "report": measure.report,
                "table": measure.table,
                "table_title": measure.table_title,
                "measure": measure.measure,
                "label": measure.label,
                "unit": measure.unit,
                "areas": measure.areas.iter().flatten().filter(may_read).count(),
            })
        });
        page["is_partial"] = view.directory.is_partial().into();
        Ok::<_, PageFault>(answer(&page))
    };
    view.page(made).await
}
