//! Links to releases, reports and areas, by the names that people know.

use super::words::report_title;
use crate::serve::addresses::{area_page, latest_report, release_page, report_page};
use crate::serve::catalogue::{ListedRelease, ReportKey};
use crate::serve::page_view::PageView;
use maud::{Markup, html};

/// A release, by its name.
pub(super) fn release_link(release: &ListedRelease) -> Markup {
    html! { a href=(release_page(&release.id)) { (release.name()) } }
}

/// A report of a release, by its title.
pub(super) fn report_link(view: &PageView, release: &ListedRelease, key: &ReportKey) -> Markup {
    html! { a href=(report_page(&release.id, key)) { (report_title(view, key)) } }
}

/// The latest of a report, by its title: a link where there is one that the reader may read.
pub(super) fn latest_link(view: &PageView, key: &ReportKey) -> Markup {
    let is_there = view.snapshot.latest().contains_key(key) && view.may_read(key);
    html! {
        @if is_there { a href=(latest_report(key)) { (report_title(view, key)) } }
        @else { (report_title(view, key)) }
    }
}

/// The latest of a report as a whole.
pub(super) fn latest_whole_link(view: &PageView, report: &str) -> Markup {
    let key = ReportKey {
        report: report.to_string(),
        area: None,
    };
    latest_link(view, &key)
}

/// The profile of an area, by its name.
pub(super) fn area_link(code: &str, name: &str) -> Markup {
    html! { a href=(area_page(code)) { (name) } }
}
