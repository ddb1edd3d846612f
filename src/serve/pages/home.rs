//! The first page: search, the newest reports, and where to go on.

use super::layout::{SitePart, layout};
use super::links::{area_link, latest_link, release_link};
use super::partial::partial_notice;
use super::words::{day, day_of};
use crate::serve::catalogue::{ListedRelease, ReportKey};
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use axum::response::Response;
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Releases that the first page lists.
const NEWEST: usize = 5;

/// `/`.
pub(crate) async fn home(view: PageView) -> Result<Response, PageFault> {
    let made = async { Ok(RenderedPage::html(&page(&view))) };
    view.page(made).await
}

fn page(view: &PageView) -> Markup {
    let latest = view.snapshot.latest().iter();
    let latest: Vec<_> = latest.filter(|(key, _)| view.may_read(key)).collect();
    let whole = latest.iter().filter(|(key, _)| key.area.is_none());
    let whole: Vec<_> = whole.collect();
    let mut by_area: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, _) in &latest {
        if let Some(area) = &key.area {
            *by_area.entry(area).or_default() += 1;
        }
    }
    let content = html! {
        p.lead { "Reports and figures on the health of the population, for those who plan services." }
        form.big role="search" aria-label="Measures, reports and areas" action="/search" method="get" {
            label for="big-find" { "Find a measure, a report or an area" }
            div.row {
                input id="big-find" name="q" type="search" maxlength="200" autocomplete="off";
                button { "Search" }
            }
            p.hint { "For example: people with diabetes, emergency admissions" }
        }
        (partial_notice(view))
        @if view.snapshot.shown.is_empty() {
            p { "Nothing is published yet. A release appears here by itself, and in the feed, when it is." }
        } @else if latest.is_empty() {
            p { "Nothing is published that your account may read. Whoever runs this site can say which areas and \
                 reports it is for." }
        }
        @if !whole.is_empty() {
            section aria-labelledby="reports" {
                h2 id="reports" { "Latest reports" }
                ul.cards {
                    @for (key, release) in whole { (card(view, key, release)) }
                }
            }
        }
        @if !by_area.is_empty() {
            section aria-labelledby="areas" {
                h2 id="areas" { "Reports of one area" }
                ul.columns {
                    @for (area, reports) in &by_area {
                        li {
                            (area_link(area, view.directory.area_name(area)))
                            " (" (reports) @if *reports == 1 { " report" } @else { " reports" } ")"
                        }
                    }
                }
            }
        }
        (other_ways())
        @if !latest.is_empty() { (newest(view)) }
    };
    let title = view.state.settings.title.clone();
    layout(&view.state.settings, SitePart::Home, &title, &[], &content)
}

fn card(view: &PageView, key: &ReportKey, release: &Arc<ListedRelease>) -> Markup {
    let description = view.directory.titles.get(&key.report);
    html! {
        li.card {
            h3 { (latest_link(view, key)) }
            @if let Some(title) = description { p { (title.description) } }
            p.small { "Figures of " (day(release.as_of)) }
        }
    }
}

fn other_ways() -> Markup {
    html! {
        section aria-labelledby="more" {
            h2 id="more" { "Other ways in" }
            ul {
                li { a href="/areas" { "Profile of an area" } ": all measures of one area, against the whole" }
                li { a href="/search" { "All measures" } ": each compared between areas" }
                li { a href="/changes" { "What changed" } " between two releases, and why" }
                li { a href="/groups" { "Your groups of areas" } }
            }
        }
    }
}

fn newest(view: &PageView) -> Markup {
    html! {
        section aria-labelledby="newest" {
            h2 id="newest" { "Newest releases" }
            ul {
                @for release in view.releases().take(NEWEST) {
                    li {
                        (release_link(release))
                        ": figures of " (day(release.as_of)) ", released " (day_of(release.since()))
                    }
                }
            }
            p { a href="/releases" { "All releases" } }
        }
    }
}
