//! Search over measures, tables, reports and areas.

use super::areas::readable_areas;
use super::layout::{SitePart, layout};
use super::links::{area_link, latest_whole_link};
use super::partial::partial_notice;
use crate::serve::addresses::comparison;
use crate::serve::asked::AddressQuery;
use crate::serve::directory::{KnownArea, KnownMeasure};
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use crate::serve::search_words::SearchWords;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Measures that are listed at most.
const MOST: usize = 200;

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SearchQuery {
    q: String,
    report: String,
}

/// `/search`.
pub(crate) async fn search(
    view: PageView,
    AddressQuery(query): AddressQuery<SearchQuery>,
) -> Result<Response, PageFault> {
    let made = async { Ok(RenderedPage::html(&page(&view, &query))) };
    view.page(made).await
}

/// The measures of which the reader may read a figure.
pub(crate) fn readable_measures(view: &PageView) -> impl Iterator<Item = &KnownMeasure> {
    let measures = view.directory.measures.iter();
    measures.filter(|measure| {
        let mut areas = measure.areas.iter();
        areas.any(|area| view.reader.may_read(area.as_deref(), &measure.report))
    })
}

fn page(view: &PageView, query: &SearchQuery) -> Markup {
    let words = SearchWords::of(&query.q);
    let mut measures: Vec<(u32, &KnownMeasure)> = readable_measures(view)
        .filter(|measure| query.report.is_empty() || measure.report == query.report)
        .filter_map(|measure| {
            let report = view.directory.title(&measure.report);
            let score = words.score(&[
                &measure.label,
                &measure.table_title,
                &report,
                &measure.groups,
            ])?;
            Some((score, measure))
        })
        .collect();
    // The best first, and among equals as the reports have them.
    measures.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let areas: Vec<&KnownArea> = match words.is_empty() {
        true => Vec::new(),
        false => readable_areas(view)
            .filter(|area| words.score(&[&area.name, &area.code]).is_some())
            .take(20)
            .collect(),
    };
    let reports = reports(view, &words);
    // The title of a report is told only to those for whom it is.
    let report = match view.reader.is_for_report(&query.report) {
        true => view.directory.title(&query.report),
        false => query.report.clone(),
    };
    let content = html! {
        (partial_notice(view))
        form.big role="search" aria-label="All measures" action="/search" method="get" {
            label for="q" { "Words of a measure, a report or an area" }
            div.row {
                input id="q" name="q" type="search" value=(query.q) maxlength="200" autocomplete="off";
                button { "Search" }
            }
        }
        p role="status" {
            (measures.len()) @if measures.len() == 1 { " measure" } @else { " measures" }
            @if !query.report.is_empty() { " of the report " (report) }
            @if !words.is_empty() { " with these words" }
            @if !areas.is_empty() { ", " (areas.len()) @if areas.len() == 1 { " area" } @else { " areas" } }
        }
        @if !areas.is_empty() {
            h2 { "Areas" }
            ul.columns { @for area in &areas {
                li { (area_link(&area.code, &area.name)) " " span.small { (area.code) } }
            } }
        }
        @if !reports.is_empty() {
            h2 { "Reports" }
            ul { @for report in &reports { li { (latest_whole_link(view, report)) } } }
        }
        @if !measures.is_empty() { h2 { "Measures" } (found(view, &measures)) }
        @if measures.is_empty() && areas.is_empty() && reports.is_empty() {
            p { "Nothing has all of these words. Try fewer, or the beginning of one." }
        }
    };
    let settings = &view.state.settings;
    let title = match (words.is_empty(), query.report.is_empty()) {
        (true, true) => "Measures".to_string(),
        (true, false) => format!("Measures of {report}"),
        (false, true) => format!("Search: {}", query.q.trim()),
        (false, false) => format!("Search: {}, in {report}", query.q.trim()),
    };
    layout(settings, SitePart::Measures, &title, &[], &content)
}

/// The reports whose title or description has the words.
fn reports<'a>(view: &'a PageView, words: &SearchWords) -> BTreeSet<&'a str> {
    if words.is_empty() {
        return BTreeSet::new();
    }
    let keys = view.snapshot.latest().keys();
    let keys = keys.filter(|key| key.area.is_none() && view.may_read(key));
    let keys = keys.filter(|key| {
        let title = view.directory.titles.get(&key.report);
        title.is_some_and(|title| words.score(&[&title.title, &title.description]).is_some())
    });
    keys.map(|key| key.report.as_str()).collect()
}

fn found(view: &PageView, measures: &[(u32, &KnownMeasure)]) -> Markup {
    html! {
        div.scroll role="region" aria-label="Measures" tabindex="0" {
            table data-sort="" {
                caption.unseen { "Measures" }
                thead { tr {
                    th scope="col" { "Measure" }
                    th scope="col" { "Table" }
                    th scope="col" { "Report" }
                    th.n scope="col" { "Areas" }
                } }
                tbody { @for (_, measure) in measures.iter().take(MOST) {
                    @let areas = areas_of(view, measure);
                    tr {
                        th scope="row" {
                            @if areas > 0 {
                                a href=(comparison(&measure.report, &measure.table, &measure.measure, None)) { (measure.label) }
                            } @else { (measure.label) }
                        }
                        td { (measure.table_title) }
                        td { (latest_whole_link(view, &measure.report)) }
                        td.n data-value=(areas) { (areas) }
                    }
                } }
            }
        }
        @if measures.len() > MOST { p { "and " (measures.len() - MOST) " more: add a word" } }
    }
}

/// Of how many areas the reader may read figures.
fn areas_of(view: &PageView, measure: &KnownMeasure) -> usize {
    let areas = measure.areas.iter().flatten();
    let may_read = |area: &&String| view.reader.may_read(Some(area), &measure.report);
    areas.filter(may_read).count()
}
