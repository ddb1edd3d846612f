//! A row of an official file.

/// The value at a place; nothing where the row is shorter.
pub(super) fn value(row: &[String], at: usize) -> &str {
    row.get(at).map_or("", String::as_str)
}
