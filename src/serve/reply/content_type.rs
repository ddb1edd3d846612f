//! The media types of released files.

/// The media type of a file by its name, and whether a browser shows it.
pub(crate) fn content_type(name: &str) -> (&'static str, bool) {
    const TYPES: [(&str, &str, bool); 6] = [
        (".html", "text/html; charset=utf-8", true),
        (
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            false,
        ),
        (".csv-metadata.json", "application/csvm+json", false),
        (".csv", "text/csv; charset=utf-8; header=present", false),
        (".parquet", "application/vnd.apache.parquet", false),
        (".json", "application/json", false),
    ];
    let found = TYPES.iter().find(|(ending, ..)| name.ends_with(ending));
    found.map_or(("application/octet-stream", false), |(_, kind, shown)| {
        (kind, *shown)
    })
}
