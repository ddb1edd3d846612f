//! One release: its reports, its files, and what was decided about it.

use super::layout::{SitePart, layout};
use super::report::downloads;
use super::words::{day, day_of, report_title};
use crate::publication::in_london;
use crate::serve::catalogue::{ListedRelease, ReleasedManifest, ReportKey};
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};

/// `/releases/{id}`.
pub(crate) async fn release(view: PageView, Path(id): Path<String>) -> Result<Response, PageFault> {
    let release = view.release(&id)?;
    let made = async {
        let manifest = view.state.content.manifest(&id).await?;
        Ok(RenderedPage::html(&page(&view, &release, &manifest)))
    };
    view.page("", made).await
}

fn page(view: &PageView, release: &ListedRelease, manifest: &ReleasedManifest) -> Markup {
    let keys: Vec<&ReportKey> = view.reports(release).collect();
    let before = view.releases().find(|other| other.as_of < release.as_of);
    let content = html! {
        p.lead { "Figures of " (day(release.as_of)) ", released " (day_of(release.since())) "." }
        @if let Some(before) = before {
            p { a href={ "/changes?from=" (before.id) "&to=" (release.id) } {
                "What changed since the release of " (day(before.as_of))
            } }
        }
        h2 { "Reports" }
        ul.plain {
            @for key in keys {
                li {
                    h3 { a href={ "/releases/" (release.id) "/reports/" (key.path()) } { (report_title(view, key)) } }
                    (downloads(view, release, manifest, key, false))
                }
            }
        }
        (whole(view, release, manifest))
        (decisions(release))
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
    let own = |name: &str| format!("/releases/{}/files/{name}", release.id);
    html! {
        @if release.reports.iter().all(|key| view.may_read(key)) {
            h2 { "The whole release" }
            ul {
                @if manifest.file(crate::serve::content::FIGURES_FILE).is_some() {
                    li { a href=(own("figures.parquet")) { "All figures (Parquet)" } }
                }
                li { a href=(own("manifest.json")) { "Manifest (JSON)" } ": checksums, models, inputs, parameters" }
            }
        }
    }
}

fn decisions(release: &ListedRelease) -> Markup {
    let steps = &release.publication.steps;
    html! {
        @if !steps.is_empty() {
            h2 { "History" }
            ul {
                @for step in steps {
                    li {
                        (step.state.name()) ", " (in_london(step.at)) ", by " (step.by)
                        @if let Some(reason) = &step.reason { ": " (reason) }
                    }
                }
            }
        }
    }
}
