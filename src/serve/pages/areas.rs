//! All areas that figures are of.

use super::layout::{SitePart, layout};
use super::links::area_link;
use super::partial::partial_notice;
use crate::serve::directory::{KnownArea, in_words};
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use axum::response::Response;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// `/areas`.
pub(crate) async fn areas(view: PageView) -> Result<Response, PageFault> {
    let made = async { Ok(RenderedPage::html(&page(&view))) };
    view.page(made).await
}

fn page(view: &PageView) -> Markup {
    let mut levels: BTreeMap<&str, Vec<&KnownArea>> = BTreeMap::new();
    for area in readable_areas(view) {
        levels.entry(&area.level).or_default().push(area);
    }
    for areas in levels.values_mut() {
        areas.sort_by(|a, b| (&a.name, &a.code).cmp(&(&b.name, &b.code)));
    }
    let content = html! {
        p.lead { "The profile of an area has all its measures, each against the whole area." }
        (partial_notice(view))
        @if levels.is_empty() { p { "No published figures of areas are there that you may read." } }
        div.filters hidden {
            div {
                label for="narrow" { "Narrow the list" }
                input id="narrow" type="search" autocomplete="off" data-filters="areas";
            }
            p id="areas-count" role="status" {}
        }
        div id="areas" {
            @for (level, areas) in &levels {
                h2 { (level_in_words(level)) }
                ul.columns {
                    @for area in areas {
                        li data-row="" { (area_link(&area.code, &area.name))
                            @if area.code != area.name { " " span.small { (area.code) } } }
                    }
                }
            }
        }
        p { a href="/groups" { "Make a group of areas" } ", to compare them among themselves" }
    };
    layout(
        &view.state.settings,
        SitePart::Areas,
        "Areas",
        &[],
        &content,
    )
}

/// The areas of which the reader may read a report.
pub(crate) fn readable_areas(view: &PageView) -> impl Iterator<Item = &KnownArea> {
    let areas = view.directory.areas.values();
    areas.filter(|area| {
        let mut reports = area.reports.iter();
        reports.any(|report| view.reader.may_read(Some(&area.code), report))
    })
}

/// A level of areas: `pcn` as `PCN`.
pub(super) fn level_in_words(level: &str) -> String {
    match level {
        "" => "Other areas".to_string(),
        "pcn" | "lsoa" | "msoa" | "icb" | "ltla" | "utla" => level.to_uppercase(),
        level => in_words(level),
    }
}
