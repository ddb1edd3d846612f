//! Dates, sizes and names as people read them.

use crate::serve::catalogue::ReportKey;
use crate::serve::page_view::PageView;
use chrono::{DateTime, NaiveDate, Utc};

/// A day: 30 September 2026.
pub(super) fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// The day of a moment, as clocks in England have it.
pub(super) fn day_of(moment: DateTime<Utc>) -> String {
    day(moment
        .with_timezone(&chrono_tz::Europe::London)
        .date_naive())
}

/// The length of a file.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_string(),
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// A report by its title, with the area that it was made for.
pub(super) fn report_title(view: &PageView, key: &ReportKey) -> String {
    let title = view.directory.title(&key.report);
    match &key.area {
        // The title may name the area already.
        Some(area) => format!("{title}: {}", view.directory.area_name(area)),
        None => title,
    }
}
