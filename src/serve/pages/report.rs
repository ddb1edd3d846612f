//! One report of a release: the report itself, and its files.

use super::layout::{SitePart, layout};
use super::releases::state;
use super::words::{day, day_of, report_title, size};
use crate::serve::catalogue::{ListedRelease, ReleasedManifest, ReportKey};
use crate::serve::directory::in_words;
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};

/// `/releases/{id}/reports/{report}`.
pub(crate) async fn report(
    view: PageView,
    Path((id, report)): Path<(String, String)>,
) -> Result<Response, PageFault> {
    let key = ReportKey { report, area: None };
    reply(view, id, key).await
}

/// `/releases/{id}/reports/{report}/{area}`.
pub(crate) async fn report_of_area(
    view: PageView,
    Path((id, report, area)): Path<(String, String, String)>,
) -> Result<Response, PageFault> {
    let area = Some(area);
    reply(view, id, ReportKey { report, area }).await
}

async fn reply(view: PageView, id: String, key: ReportKey) -> Result<Response, PageFault> {
    let release = view.report(&id, &key)?;
    let made = async {
        let manifest = view.state.content.manifest(&id).await?;
        Ok(RenderedPage::html(&page(&view, &release, &manifest, &key)))
    };
    view.page("", made).await
}

fn page(
    view: &PageView,
    release: &ListedRelease,
    manifest: &ReleasedManifest,
    key: &ReportKey,
) -> Markup {
    let newest = view.snapshot.latest().get(key);
    let is_newest = newest.is_some_and(|newest| newest.id == release.id);
    let others = view
        .snapshot
        .with(key)
        .filter(|other| other.id != release.id);
    let title = view.directory.titles.get(&key.report);
    let files = format!("/releases/{}/files", release.id);
    let content = html! {
        @if let Some(title) = title { p.lead { (title.description) } }
        p {
            "Figures of " strong { (day(release.as_of)) } ", released " (day_of(release.since()))
            ", in " a href={ "/releases/" (release.id) } { (release.name()) } "." (state(view, release))
        }
        @if !is_newest {
            p.warn { "There is a newer release of this report: "
                a href={ "/latest/" (key.path()) } { "the latest" } "." }
        }
        p { a.button href={ (files) "/" (key) ".html" } { "Read the report" } }
        h2 { "Download" }
        (downloads(view, release, manifest, key, true))
        h2 { "Earlier and later" }
        ul {
            @for other in others.take(12) {
                li {
                    a href={ "/releases/" (other.id) "/reports/" (key.path()) } { (day(other.as_of)) }
                    " (" a href=(changes(other, release, key)) { "what changed" } ")"
                }
            }
        }
        p { "The address of the latest one always is " a href={ "/latest/" (key.path()) } { "/latest/" (key.path()) } "." }
        @if let Some(area) = &key.area {
            p { a href={ "/areas/" (area) } { "All measures of " (view.directory.area_name(area)) } }
        }
        p { a href={ "/search?report=" (key.report) } { "Measures of this report, compared between areas" } }
    };
    let trail = [
        ("/releases".to_string(), "Releases".to_string()),
        (format!("/releases/{}", release.id), release.name()),
    ];
    let title = report_title(view, key);
    let settings = &view.state.settings;
    layout(settings, SitePart::Releases, &title, &trail, &content)
}

/// The page of what changed between two releases of a report, from the older to the newer.
fn changes(one: &ListedRelease, other: &ListedRelease, key: &ReportKey) -> String {
    let (from, to) = match (one.as_of, one.since()) < (other.as_of, other.since()) {
        true => (one, other),
        false => (other, one),
    };
    format!("/changes?from={}&to={}&report={key}", from.id, to.id)
}

/// The files of a report: all in one line, or with those of its tables.
pub(super) fn downloads(
    view: &PageView,
    release: &ListedRelease,
    manifest: &ReleasedManifest,
    key: &ReportKey,
    with_tables: bool,
) -> Markup {
    let stem = key.to_string();
    let own = |name: &str| format!("/releases/{}/files/{name}", release.id);
    let forms = [
        ("html", "Web page"),
        ("xlsx", "Excel workbook"),
        ("pdf", "PDF"),
    ];
    let forms = forms.into_iter().filter_map(|(ending, words)| {
        let file = manifest.file(&format!("{stem}.{ending}"))?;
        Some((file, words))
    });
    let tables: Vec<&str> = manifest
        .files
        .iter()
        .filter_map(|file| table_of(view, release, &stem, &file.name))
        .collect();
    html! {
        ul.inline {
            @for (file, words) in forms {
                li { a href=(own(&file.name)) { (words) } " (" (size(file.bytes)) ")" }
            }
            @if !with_tables && !tables.is_empty() {
                li { a href={ "/releases/" (release.id) "/reports/" (key.path()) } {
                    (tables.len()) @if tables.len() == 1 { " table" } @else { " tables" } " as CSV"
                } }
            }
        }
        @if with_tables {
            ul.plain {
                @for table in tables {
                    li {
                        strong { (table_title(view, key, table)) } ": "
                        @for (at, (ending, words)) in TABLE_FORMS.iter().enumerate() {
                            @if let Some(file) = manifest.file(&format!("{stem}-{table}.{ending}")) {
                                @if at > 0 { ", " }
                                a href=(own(&file.name)) { (words) span.unseen { " of " (table_title(view, key, table)) } }
                                " (" (size(file.bytes)) ")"
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The forms of one table.
const TABLE_FORMS: [(&str, &str); 3] = [
    ("csv", "CSV"),
    ("parquet", "Parquet"),
    ("csv-metadata.json", "CSVW metadata"),
];

/// The table that a file named `<report>-<table>.csv` is of; a longer report's files are not this one's.
fn table_of<'a>(
    view: &PageView,
    release: &ListedRelease,
    stem: &str,
    name: &'a str,
) -> Option<&'a str> {
    let own = key_of(release, name)?;
    if own.to_string() != stem || !view.may_read(own) {
        return None;
    }
    let rest = name.strip_prefix(stem)?.strip_prefix('-')?;
    rest.strip_suffix(".csv")
}

/// The report that a file is of: the longest name that it begins with.
pub(crate) fn key_of<'a>(release: &'a ListedRelease, name: &str) -> Option<&'a ReportKey> {
    let begins = |key: &&ReportKey| {
        let rest = name.strip_prefix(&key.to_string());
        rest.is_some_and(|rest| rest.starts_with(['-', '.']))
    };
    let keys = release.reports.iter().filter(begins);
    keys.max_by_key(|key| key.to_string().len())
}

fn table_title(view: &PageView, key: &ReportKey, table: &str) -> String {
    let mut known = view.directory.measures.iter();
    let known = known.find(|known| known.report == key.report && known.table == table);
    known.map_or_else(|| in_words(table), |known| known.table_title.clone())
}
