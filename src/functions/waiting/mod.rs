//! How long lists may be, and what it takes to keep them so.
//!
//! All times are in weeks and all flows in people a week, so that no conversion hides in a formula.

mod formula;
mod queue_by_day;
mod queue_load;
mod relief_capacity;
mod target_capacity;
mod target_queue_size;
mod waiting_list;
mod waiting_list_flow;
mod waiting_pressure;

use super::Section;

/// Queueing theory of waiting lists.
pub(super) fn section() -> Section {
    Section {
        title: "Waiting lists",
        functions: vec![
            queue_load::function(),
            target_queue_size::function(),
            target_capacity::function(),
            relief_capacity::function(),
            waiting_pressure::function(),
            waiting_list_flow::function(),
            queue_by_day::function(),
        ],
    }
}
