//! A projection as a report file declares it.

use serde::Deserialize;

/// The demand of later years, if use at each age stays as it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectionSpec {
    /// Identifier, unique among the tables of the report.
    pub id: String,
    /// Title as shown.
    pub title: String,
    /// What is projected.
    pub description: String,
    /// The table of rates by age that it is made from.
    pub table: String,
    /// The heading of its rate.
    pub rate: String,
    /// What a figure is, such as *Hospital contacts a year*.
    pub label: String,
    /// The parameters that are the first and the last day of the events.
    pub period: [String; 2],
    /// Notes, each a sentence or two.
    #[serde(default)]
    pub notes: Vec<String>,
}
