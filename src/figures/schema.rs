//! The columns of released figures.

use polars::prelude::{DataType, Field, Schema};

/// The status of a figure that would give somebody away.
pub(crate) const SUPPRESSED: &str = "suppressed";

/// The status of a figure that there cannot be, such as a percentage of nothing.
pub(crate) const NOT_APPLICABLE: &str = "not applicable";

/// A column: its name, its type, and whether it may be null.
type ColumnForm = (&'static str, DataType, bool);

/// All columns, in order.
pub(super) fn columns() -> [ColumnForm; 20] {
    use DataType::{Boolean, Date, Float64, String, UInt32};
    [
        ("report", String, false),
        ("table", String, false),
        ("table_title", String, false),
        ("row", UInt32, false),
        ("area_code", String, true),
        ("area_name", String, true),
        ("area_level", String, true),
        ("period", String, true),
        ("breakdown", String, false),
        ("breakdown_words", String, false),
        ("is_total", Boolean, false),
        ("measure", String, false),
        ("measure_label", String, false),
        ("unit", String, false),
        ("value", Float64, true),
        ("lower_95", Float64, true),
        ("upper_95", Float64, true),
        ("status", String, false),
        ("held_from", Date, true),
        ("flags", String, false),
    ]
}

/// The schema of a frame of figures.
pub(super) fn schema() -> Schema {
    let fields = columns().into_iter();
    let fields = fields.map(|(name, kind, _)| Field::new(name.into(), kind));
    fields.collect()
}

/// What names a figure within its release. No two figures have the same.
pub(super) const KEY: [&str; 7] = [
    "report",
    "table",
    "area_level",
    "area_name",
    "period",
    "breakdown",
    "measure",
];

/// Whether a status says that no value is shown.
pub(super) fn without_value(status: &str) -> bool {
    [SUPPRESSED, NOT_APPLICABLE].contains(&status)
}

/// The label of a total in the first dimension of its row, and across.
pub(crate) const TOTAL: &str = "Total";

/// The label of a total in the further dimensions of its row.
pub(crate) const ALL: &str = "All";

/// The columns after those of the dimensions.
pub(crate) const FIXED: [&str; 6] = ["measure", "unit", "value", "lower_95", "upper_95", "status"];
