//! What to do about a damaged table.

use super::TableName;

pub(super) const RESTORE: &str = "restore it from a copy of the lake";

/// What to do about damage in a table.
pub(crate) fn advice(name: &TableName) -> String {
    let remove = format!("remove the folder {} of the lake", name.folder());
    match (name.layer.as_str(), name.name.as_str()) {
        ("record", _) => format!(
            "{RESTORE}, or run `populace pull --again`, which takes the damaged files out and reads the sources' extracts again"
        ),
        ("reference", _) => {
            "run `populace run`, which loads the table again from its CSV file".into()
        }
        ("populace", "night") => {
            format!("{RESTORE}, or {remove}: only the log of nights is lost with it")
        }
        ("populace", "opt_out_effect") => {
            format!("{RESTORE}, or {remove}: only how many rows each opt-out took is lost with it")
        }
        ("populace", "opt_out_list") => {
            format!("{RESTORE}, or {remove}: the next pull writes the table again")
        }
        ("populace", _) => {
            format!("{RESTORE}, or run `populace pull --again`, which makes the table again")
        }
        _ => format!("run `populace run {name}`, which builds the table again"),
    }
}
