//! What is asked of the groups of a model.

use crate::engine::Engine;
use crate::lake::Table;
use crate::models::inputs::Assessed;
use crate::models::library::{Library, Model};
use chrono::NaiveDate;
use datafusion::logical_expr::LogicalPlan;

/// A model whose rows are wanted.
pub(in crate::models) struct DifferenceRequest<'a> {
    pub engine: &'a Engine,
    pub library: &'a Library,
    pub model: &'a Model,
    /// The optimised plan of its query.
    pub plan: &'a LogicalPlan,
    pub assessed: &'a Assessed,
    /// The tables that it reads.
    pub read: &'a [Table],
    /// Whether all groups are to be made in full.
    pub in_full: bool,
    /// The day of the night.
    pub today: NaiveDate,
}
