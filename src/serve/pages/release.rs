//! One release: its reports, its files, and what was decided about it.

use super::layout::{SitePart, layout};
use super::links::report_link;
use super::report::{downloads, tables_of};
use super::words::{day, day_of};
use crate::publication::in_london;
use crate::serve::addresses::{changes_page, released_file};
use crate::serve::asked::AddressPath;
use crate::serve::catalogue::{ListedRelease, ReleasedManifest, ReportKey};
use crate::serve::content::FIGURES_FILE;
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use crate::serve::settings::ShownReleases;
use axum::response::Response;
use maud::{Markup, html};

/// `/releases/{id}`.
pub(crate) async fn release(
    view: PageView,
    AddressPath(id): AddressPath<String>,
) -> Result<Response, PageFault> {
    let release = view.release(&id)?;
    let made = async {
        let manifest = view.state.content.manifest(&id).await?;
        Ok(RenderedPage::html(&page(&view, &release, &manifest)))
    };
    view.page(made).await
}

fn page(view: &PageView, release: &ListedRelease, manifest: &ReleasedManifest) -> Markup {
    let keys: Vec<&ReportKey> = view.reports(release).collect();
    let tables = tables_of(release, manifest);
    let before = view.releases().find(|other| other.as_of < release.as_of);
    let content = html! {
        p.lead { "Figures of " (day(release.as_of)) ", released " (day_of(release.since())) "." }
        @if let Some(before) = before {
            p { a href=(changes_page(&before.id, &release.id, None)) {
                "What changed since the release of " (day(before.as_of))
            } }
        }
        h2 { "Reports" }
        ul.plain {
            @for key in keys {
                li {
                    h3 { (report_link(view, release, key)) }
                    (downloads(release, manifest, key, tables.get(key)))
                }
            }
        }
        (whole(view, release, manifest))
        (history(view, release))
        h2 { "How it was made" }
        dl {
            dt { "Identifier" } dd { code { (release.id) } }
            dt { "Program" } dd { "Populace " (manifest.program_version) }
            dt { "Disclosure control" } dd { "Scheme " code { (manifest.scheme.name) } }
            @for (name, value) in &manifest.parameters { dt { code { (name) } } dd { (value) } }
        }
    };
    let trail = [("/releases".to_string(), "Releases".to_string())];
    let settings = &view.state.settings;
    let title = release.name();
    layout(settings, SitePart::Releases, &title, &trail, &content)
}

/// The files of the whole release, for those who may read all of it.
fn whole(view: &PageView, release: &ListedRelease, manifest: &ReleasedManifest) -> Markup {
    let own = |name: &str| released_file(&release.id, name);
    html! {
        @if view.may_read_all(release) {
            h2 { "The whole release" }
            ul {
                @if manifest.file(FIGURES_FILE).is_some() {
                    li { a href=(own(FIGURES_FILE)) { "All figures (Parquet)" } }
                }
                li { a href=(own("manifest.json")) { "Manifest (JSON)" } ": checksums, models, inputs, parameters" }
            }
        }
    }
}

/// What was decided about a release. Readers are told what is public: since when it is, and whose it is.
/// Who made, approved and returned it is for those who check releases.
fn history(view: &PageView, release: &ListedRelease) -> Markup {
    let steps = &release.publication.steps;
    let settings = &view.state.settings;
    html! {
        @if settings.show == ShownReleases::All {
            @if !steps.is_empty() {
                h2 { "History" }
                ul { @for step in steps {
                    li {
                        (step.state.name()) ", " (in_london(step.at)) ", by " (step.by)
                        @if let Some(reason) = &step.reason { ": " (reason) }
                    }
                } }
            }
        } @else {
            h2 { "History" }
            ul { li {
                "published, " (in_london(release.since()))
                @if let Some(publisher) = &settings.publisher { ", by " (publisher) }
            } }
        }
    }
}
