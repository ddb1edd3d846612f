//! Which address shows what.

use super::metrics_page::counted;
use super::reply::{PageFault, as_pages};
use super::state::ServeState;
use super::{api, assets, health, pages};
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use std::sync::Arc;

/// The router of all pages. A reader is expected in each request's extensions.
pub(super) fn router(state: &Arc<ServeState>) -> Router {
    let site = Router::new()
        .route("/", get(pages::home))
        .route("/releases", get(pages::releases))
        .route("/releases/{id}", get(pages::release))
        .route("/releases/{id}/reports/{report}", get(pages::report))
        .route(
            "/releases/{id}/reports/{report}/{area}",
            get(pages::report_of_area),
        )
        .route("/releases/{id}/files/{name}", get(pages::file))
        .route("/latest/{report}", get(pages::latest))
        .route("/latest/{report}/{area}", get(pages::latest_of_area))
        .route("/search", get(pages::search))
        .route("/areas", get(pages::areas))
        .route("/areas/{code}", get(pages::area))
        .route("/compare", get(pages::compare))
        .route("/changes", get(pages::changes))
        .route("/groups", get(pages::groups))
        .route("/about", get(pages::about))
        .route("/feed.atom", get(pages::feed))
        .merge(api::routes());
    site.fallback(|| async { PageFault::NotFound })
        .method_not_allowed_fallback(|| async { PageFault::Method })
        .layer(from_fn_with_state(state.clone(), as_pages))
        .layer(from_fn_with_state(state.clone(), counted))
        // Asked by machines, which sign in nowhere.
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/assets/{name}", get(assets::asset))
        .with_state(state.clone())
}
