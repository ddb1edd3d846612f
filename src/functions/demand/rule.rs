//! The name under which the function's files refuse what breaks a rule of its.

/// The function's name.
pub(super) const NAME: &str = "project_demand";
