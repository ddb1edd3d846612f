//! Stable addresses of the latest release of each report.

use crate::serve::addresses::{released_file, report_page};
use crate::serve::asked::{AddressPath, AddressQuery};
use crate::serve::catalogue::ReportKey;
use crate::serve::page_view::PageView;
use crate::serve::reply::PageFault;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

/// What is asked of the latest report.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LatestQuery {
    form: Option<String>,
}

/// `/latest/{report}`.
pub(crate) async fn latest(
    view: PageView,
    AddressPath(report): AddressPath<String>,
    AddressQuery(query): AddressQuery<LatestQuery>,
) -> Result<Response, PageFault> {
    reply(&view, &ReportKey { report, area: None }, &query)
}

/// `/latest/{report}/{area}`.
pub(crate) async fn latest_of_area(
    view: PageView,
    AddressPath((report, area)): AddressPath<(String, String)>,
    AddressQuery(query): AddressQuery<LatestQuery>,
) -> Result<Response, PageFault> {
    let area = Some(area);
    reply(&view, &ReportKey { report, area }, &query)
}

fn reply(view: &PageView, key: &ReportKey, query: &LatestQuery) -> Result<Response, PageFault> {
    if !view.may_read(key) {
        return Err(PageFault::Forbidden);
    }
    let release = view.snapshot.latest().get(key).ok_or(PageFault::NotFound)?;
    let to = match query.form.as_deref() {
        None => report_page(&release.id, key),
        Some(form @ ("html" | "xlsx")) => released_file(&release.id, &format!("{key}.{form}")),
        Some(_) => {
            let why = "A report has the forms html and xlsx.";
            return Err(PageFault::BadRequest(why.to_string()));
        }
    };
    let mut reply = Redirect::temporary(&to).into_response();
    let no_store = HeaderValue::from_static("no-store");
    reply.headers_mut().insert(header::CACHE_CONTROL, no_store);
    Ok(reply)
}
