//! The plan of a query with the values that its table was built with.

use crate::engine::Engine;
use crate::error::Result;
use crate::models::built::Built;
use crate::models::library::Model;
use datafusion::logical_expr::LogicalPlan;

/// The optimised plan of a model's query with the values of parameters that `before` was built with; None when
/// it differs from `now` in anything else.
///
/// # Errors
/// Those of a query that cannot be planned.
pub(in crate::models) async fn plan_before(
    engine: &Engine,
    model: &Model,
    before: &Built,
    now: &Built,
) -> Result<Option<LogicalPlan>> {
    let Some(values) = before.values_before(now) else {
        return Ok(None);
    };
    let place = model.file.display().to_string();
    let engine = engine.with_values(&values);
    engine.optimised(&place, &model.sql).await.map(Some)
}
