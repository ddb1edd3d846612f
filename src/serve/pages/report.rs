//! One report of a release: the report itself, and its files.

use super::layout::{SitePart, layout};
use super::links::release_link;
use super::releases::state;
use super::words::{day, day_of, report_title, size};
use crate::serve::addresses::{
    area_page, changes_page, in_address, latest_report, release_page, released_file, report_page,
};
use crate::serve::asked::AddressPath;
use crate::serve::catalogue::{ListedRelease, ReleasedManifest, ReportKey};
use crate::serve::directory::in_words;
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use axum::response::Response;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// `/releases/{id}/reports/{report}`.
pub(crate) async fn report(
    view: PageView,
    AddressPath((id, report)): AddressPath<(String, String)>,
) -> Result<Response, PageFault> {
    let key = ReportKey { report, area: None };
    reply(view, id, key).await
}

/// `/releases/{id}/reports/{report}/{area}`.
pub(crate) async fn report_of_area(
    view: PageView,
    AddressPath((id, report, area)): AddressPath<(String, String, String)>,
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
    view.page(made).await
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
        .filter(|other| other.id != release.id)
        .take(12);
    let others: Vec<_> = others.collect();
    let title = view.directory.titles.get(&key.report);
    let tables = tables_of(release, manifest);
    let tables = tables.get(key).map_or(&[][..], Vec::as_slice);
    let content = html! {
        @if let Some(title) = title { p.lead { (title.description) } }
        p {
            "Figures of " strong { (day(release.as_of)) } ", released " (day_of(release.since()))
            ", in " (release_link(release)) "." (state(view, release))
        }
        @if !is_newest {
            p.warn { "There is a newer release of this report: "
                a href=(latest_report(key)) { "the latest" } "." }
        }
        p { a.button href=(released_file(&release.id, &format!("{key}.html"))) { "Read the report" } }
        h2 { "Download" }
        (downloads(release, manifest, key, None))
        (table_downloads(view, release, manifest, key, tables))
        @if !others.is_empty() {
            h2 { "Earlier and later" }
            ul {
                @for other in &others {
                    li {
                        a href=(report_page(&other.id, key)) { (day(other.as_of)) }
                        " (" a href=(changes(other, release, key)) { "what changed" } ")"
                    }
                }
            }
        }
        p { "The address of the latest one always is " a href=(latest_report(key)) { (latest_report(key)) } "." }
        @if let Some(area) = &key.area {
            p { a href=(area_page(area)) { "All measures of " (view.directory.area_name(area)) } }
        }
        p { a href={ "/search?report=" (in_address(&key.report)) } { "Measures of this report, compared between areas" } }
    };
    let trail = [
        ("/releases".to_string(), "Releases".to_string()),
        (release_page(&release.id), release.name()),
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
    changes_page(&from.id, &to.id, Some(key))
}

/// The tables of each report of a release, by their files.
pub(super) fn tables_of<'a>(
    release: &'a ListedRelease,
    manifest: &'a ReleasedManifest,
) -> BTreeMap<&'a ReportKey, Vec<&'a str>> {
    let mut tables: BTreeMap<&ReportKey, Vec<&str>> = BTreeMap::new();
    for file in &manifest.files {
        let Some(stem) = file.name.strip_suffix(".csv") else {
            continue;
        };
        let Some(key) = release.report_of(&file.name) else {
            continue;
        };
        let table = stem.strip_prefix(&key.to_string());
        if let Some(table) = table.and_then(|rest| rest.strip_prefix('-')) {
            tables.entry(key).or_default().push(table);
        }
    }
    tables
}

/// The files of a report as a whole, in one line; with how many tables there are, where these are told.
pub(super) fn downloads(
    release: &ListedRelease,
    manifest: &ReleasedManifest,
    key: &ReportKey,
    tables: Option<&Vec<&str>>,
) -> Markup {
    let forms = [("html", "Web page"), ("xlsx", "Excel workbook")];
    let forms = forms.into_iter().filter_map(|(ending, words)| {
        let file = manifest.file(&format!("{key}.{ending}"))?;
        Some((file, words))
    });
    html! {
        ul.inline {
            @for (file, words) in forms {
                li { a href=(released_file(&release.id, &file.name)) { (words) } " (" (size(file.bytes)) ")" }
            }
            @if let Some(tables) = tables {
                li { a href=(report_page(&release.id, key)) {
                    (tables.len()) @if tables.len() == 1 { " table" } @else { " tables" } " as CSV"
                } }
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

/// The files of each table of a report.
fn table_downloads(
    view: &PageView,
    release: &ListedRelease,
    manifest: &ReleasedManifest,
    key: &ReportKey,
    tables: &[&str],
) -> Markup {
    html! {
        ul.plain {
            @for table in tables {
                @let title = table_title(view, key, table);
                li {
                    strong { (title) } ": "
                    @for (at, (ending, words)) in TABLE_FORMS.iter().enumerate() {
                        @if let Some(file) = manifest.file(&format!("{key}-{table}.{ending}")) {
                            @if at > 0 { ", " }
                            a href=(released_file(&release.id, &file.name)) { (words) span.unseen { " of " (title) } }
                            " (" (size(file.bytes)) ")"
                        }
                    }
                }
            }
        }
    }
}

fn table_title(view: &PageView, key: &ReportKey, table: &str) -> String {
    let mut known = view.directory.measures.iter();
    let known = known.find(|known| known.report == key.report && known.table == table);
    known.map_or_else(|| in_words(table), |known| known.table_title.clone())
}
