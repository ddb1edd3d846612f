//! All releases, by area and date.

use super::layout::{SitePart, layout};
use super::links::{release_link, report_link};
use super::partial::partial_notice;
use super::words::{day, day_of};
use crate::publication::PublicationState;
use crate::serve::addresses::in_address;
use crate::serve::asked::AddressQuery;
use crate::serve::catalogue::{ListedRelease, ReportKey};
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use crate::serve::settings::ShownReleases;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Releases on one page.
const ON_A_PAGE: usize = 50;

/// What is asked of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReleasesQuery {
    area: String,
    report: String,
    page: Option<usize>,
}

/// `/releases`.
pub(crate) async fn releases(
    view: PageView,
    AddressQuery(query): AddressQuery<ReleasesQuery>,
) -> Result<Response, PageFault> {
    let made = async { Ok(RenderedPage::html(&page(&view, &query))) };
    view.page(made).await
}

fn page(view: &PageView, query: &ReleasesQuery) -> Markup {
    let wanted = |key: &ReportKey| {
        let area = query.area.is_empty() || key.area.as_deref().unwrap_or("whole") == query.area;
        area && (query.report.is_empty() || key.report == query.report)
    };
    let found: Vec<&Arc<ListedRelease>> = view
        .releases()
        .filter(|release| view.reports(release).any(wanted))
        .collect();
    let pages = found.len().div_ceil(ON_A_PAGE).max(1);
    let at = query.page.unwrap_or(1).clamp(1, pages);
    let shown = found.iter().skip((at - 1) * ON_A_PAGE).take(ON_A_PAGE);
    let content = html! {
        (filters(view, query))
        (partial_notice(view))
        p role="status" {
            (found.len()) @if found.len() == 1 { " release" } @else { " releases" }
            @if pages > 1 { ", page " (at) " of " (pages) }
        }
        div.scroll role="region" aria-label="Releases" tabindex="0" {
            table {
                caption.unseen { "Releases, the newest first" }
                thead { tr {
                    th scope="col" { "Figures of" }
                    th scope="col" { "Release" }
                    th scope="col" { "Released" }
                    th scope="col" { "Reports" }
                } }
                tbody { @for release in shown { (row(view, release, wanted)) } }
            }
        }
        (other_pages(query, at, pages))
        p { a href="/changes" { "Compare two releases" } }
        (withdrawn(view))
    };
    let settings = &view.state.settings;
    layout(settings, SitePart::Releases, "Releases", &[], &content)
}

fn filters(view: &PageView, query: &ReleasesQuery) -> Markup {
    let keys: Vec<&ReportKey> = view
        .snapshot
        .latest()
        .keys()
        .filter(|k| view.may_read(k))
        .collect();
    let reports: BTreeSet<&String> = keys.iter().map(|key| &key.report).collect();
    let areas: BTreeSet<&String> = keys.iter().filter_map(|key| key.area.as_ref()).collect();
    html! {
        form.filters action="/releases" method="get" {
            div {
                label for="report" { "Report" }
                select id="report" name="report" {
                    option value="" { "All reports" }
                    @for report in reports {
                        option value=(report) selected[*report == query.report] { (view.directory.title(report)) }
                    }
                }
            }
            div {
                label for="area" { "Made for" }
                select id="area" name="area" {
                    option value="" { "Any area" }
                    option value="whole" selected[query.area == "whole"] { "The whole area" }
                    @for area in areas {
                        option value=(area) selected[*area == query.area] { (view.directory.area_name(area)) }
                    }
                }
            }
            button { "Show" }
        }
    }
}

fn row(view: &PageView, release: &ListedRelease, wanted: impl Fn(&ReportKey) -> bool) -> Markup {
    let reports: Vec<&ReportKey> = view.reports(release).filter(|key| wanted(key)).collect();
    html! {
        tr {
            th scope="row" { time datetime=(release.as_of) { (day(release.as_of)) } }
            td {
                (release_link(release))
                (state(view, release))
            }
            td { (day_of(release.since())) }
            td {
                ul.links {
                    @for key in reports.iter().take(3) { li { (report_link(view, release, key)) } }
                    @if reports.len() > 3 { li { "and " (reports.len() - 3) " more" } }
                }
            }
        }
    }
}

/// The state of a release, where not all that are shown are published.
pub(super) fn state(view: &PageView, release: &ListedRelease) -> Markup {
    let state = release.publication.state();
    html! {
        @if view.state.settings.show == ShownReleases::All && state != PublicationState::Published {
            " " strong.tag { (state.name()) }
        }
    }
}

fn other_pages(query: &ReleasesQuery, at: usize, pages: usize) -> Markup {
    let address = |page: usize| {
        let (report, area) = (in_address(&query.report), in_address(&query.area));
        format!("/releases?report={report}&area={area}&page={page}")
    };
    html! {
        @if pages > 1 {
            nav.pages aria-label="Pages" {
                @if at > 1 { a rel="prev" href=(address(at - 1)) { "Newer releases" } }
                @if at < pages { a rel="next" href=(address(at + 1)) { "Older releases" } }
            }
        }
    }
}

fn withdrawn(view: &PageView) -> Markup {
    let gone = view.snapshot.all_withdrawn();
    let mut gone: Vec<_> = gone.filter(|r| view.reports(r).next().is_some()).collect();
    gone.sort_by_key(|release| std::cmp::Reverse(release.as_of));
    html! {
        @if !gone.is_empty() {
            h2 { "Withdrawn" }
            ul {
                @for release in gone.iter().take(20) {
                    li { (release.name()) ": figures of " (day(release.as_of)) @if let Some(last) = release.publication.steps.last() {
                        ", withdrawn " (day_of(last.at)) @if let Some(reason) = &last.reason { ": " (reason) }
                    } }
                }
            }
        }
    }
}
