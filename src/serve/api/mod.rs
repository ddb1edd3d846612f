//! The interface for programs: released figures as JSON and CSV, and its description.

mod csv;
mod endpoint;
mod figure_of;
mod figures;
mod lists;
mod openapi;
mod query;

use crate::serve::state::ServeState;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// The addresses of the interface. Each is in [`endpoint::ENDPOINTS`], from which its description is
/// made.
pub(super) fn routes() -> Router<Arc<ServeState>> {
    Router::new()
        .route("/api/v1/releases", get(lists::releases))
        .route("/api/v1/releases/{id}", get(lists::release))
        .route("/api/v1/areas", get(lists::areas))
        .route("/api/v1/measures", get(lists::measures))
        .route("/api/v1/figures", get(figures::figures))
        .route("/api/v1/figures.csv", get(figures::figures_csv))
        .route("/api/openapi.json", get(openapi::openapi))
}
