//! What changed between two releases, and why.

use super::changed_inputs::{input_changes, reasons};
use super::layout::{SitePart, layout};
use super::links::release_link;
use super::words::{day, report_title};
use crate::figures::derive::changes as changed_figures;
use crate::figures::{FigureArea, FigureRow, Figures};
use crate::headlines::{number, period};
use crate::plural::things;
use crate::serve::addresses::changes_page;
use crate::serve::asked::AddressQuery;
use crate::serve::catalogue::{ListedRelease, ReportKey};
use crate::serve::directory::in_words;
use crate::serve::figures::{ChosenFigures, Selection, readable_figures};
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use axum::response::Response;
use maud::{Markup, html};
use polars::prelude::DataFrame;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Figures of each report that are listed at most.
const MOST: usize = 100;

/// Which releases are compared.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChangesQuery {
    from: String,
    to: String,
    report: String,
}

/// `/changes`.
pub(crate) async fn changes(
    view: PageView,
    AddressQuery(query): AddressQuery<ChangesQuery>,
) -> Result<Response, PageFault> {
    if query.from.is_empty() || query.to.is_empty() {
        let made = async { Ok(RenderedPage::html(&choose(&view))) };
        return view.page(made).await;
    }
    let wanted = (!query.report.is_empty()).then(|| ReportKey::parse(&query.report));
    if let Some(key) = &wanted {
        // By the roles alone, so that the answer does not tell which reports there are.
        let is_own = match &key.area {
            Some(_) => view.may_read(key),
            None => view.reader.is_for_report(&key.report),
        };
        if !is_own {
            return Err(PageFault::Forbidden);
        }
    }
    let (one, other) = (view.release(&query.from)?, view.release(&query.to)?);
    let made = async {
        let compared = compared(&view, &one, &other, wanted.as_ref()).await?;
        let inputs = input_changes(&view, &one, &other, wanted.as_ref()).await?;
        let content = html! {
            p.lead { "From the release of " (day(one.as_of)) " (" (release_link(&one)) ") to that of "
                (day(other.as_of)) " (" (release_link(&other)) ")." }
            (reasons(&one, &other, &inputs))
            h2 { "Figures" }
            @match &compared {
                None => p { "One of them has no figures that can be compared." },
                Some(rows) => (by_report(&view, &query, rows)),
            }
        };
        let trail = [("/releases".to_string(), "Releases".to_string())];
        let settings = &view.state.settings;
        let title = match &wanted {
            Some(key) => format!("What changed: {}", report_title(&view, key)),
            None => "What changed".to_string(),
        };
        Ok(RenderedPage::html(&layout(
            settings,
            SitePart::Releases,
            &title,
            &trail,
            &content,
        )))
    };
    view.page(made).await
}

/// The form that asks for two releases.
fn choose(view: &PageView) -> Markup {
    let releases: Vec<_> = view.releases().take(200).collect();
    let options = |chosen: usize| {
        html! { @for (at, release) in releases.iter().enumerate() {
            option value=(release.id) selected[at == chosen] { (day(release.as_of)) " (" (release.name()) ")" }
        } }
    };
    let content = html! {
        @if releases.len() < 2 { p { "There are not two releases yet." } } @else {
            form.filters action="/changes" method="get" {
                div { label for="from" { "From" } select id="from" name="from" { (options(1)) } }
                div { label for="to" { "To" } select id="to" name="to" { (options(0)) } }
                button { "Show what changed" }
            }
        }
    };
    let settings = &view.state.settings;
    layout(settings, SitePart::Releases, "What changed", &[], &content)
}

/// A figure of two releases.
struct ChangedFigure {
    report: ReportKey,
    table: String,
    words: String,
    unit: String,
    before: Option<f64>,
    after: Option<f64>,
    percent: Option<f64>,
    status: String,
    flags: String,
}

/// The figures of both releases that the reader may see; None where one has none.
async fn compared(
    view: &PageView,
    one: &ListedRelease,
    other: &ListedRelease,
    wanted: Option<&ReportKey>,
) -> Result<Option<Vec<ChangedFigure>>, PageFault> {
    if !one.has_figures || !other.has_figures {
        return Ok(None);
    }
    let selection = Selection {
        report: wanted.map(|key| key.report.clone()),
        area: wanted.and_then(|key| key.area.clone()),
        ..Selection::default()
    };
    let before = readable_figures(view, one, &selection).await?;
    let after = readable_figures(view, other, &selection).await?;
    let named = view.clone();
    let compared = view.state.computing.run(move || {
        let all = |chosen: Option<ChosenFigures>| chosen.map_or(Ok(Vec::new()), |c| c.all());
        let (mut before, mut after) = (all(before)?, all(after)?);
        name_by_code(&named, [&mut before, &mut after]);
        let both = (Figures::of_rows(&before)?, Figures::of_rows(&after)?);
        let whole = named.state.settings.whole();
        changed_figures(&both.0, &both.1).map(|frame| rows(&frame, whole))
    });
    match compared.await? {
        Ok(rows) => Ok(Some(rows)),
        Err(why) => {
            tracing::error!(from = one.id, to = other.id, %why, "two releases cannot be compared");
            Err(PageFault::Unavailable)
        }
    }
}

/// Gives each area one name in both releases, and two areas two: figures are compared by names.
fn name_by_code(view: &PageView, mut releases: [&mut Vec<FigureRow>; 2]) {
    let own = |area: &FigureArea| {
        let known = area.code.as_ref();
        let known = known.and_then(|code| view.directory.areas.get(code));
        known.map_or_else(|| area.name.clone(), |known| known.name.clone())
    };
    let mut codes: HashMap<(String, String), BTreeSet<Option<String>>> = HashMap::new();
    for row in releases.iter().flat_map(|rows| rows.iter()) {
        if let Some(area) = &row.area {
            let named = (area.level.clone(), own(area));
            codes.entry(named).or_default().insert(area.code.clone());
        }
    }
    for row in releases.iter_mut().flat_map(|rows| rows.iter_mut()) {
        let Some(area) = &mut row.area else { continue };
        let name = own(area);
        let named = (area.level.clone(), name.clone());
        let is_shared = codes.get(&named).is_some_and(|codes| codes.len() > 1);
        area.name = match &area.code {
            Some(code) if is_shared => format!("{name} ({code})"),
            _ => name,
        };
    }
}

fn rows(frame: &DataFrame, whole: &str) -> Vec<ChangedFigure> {
    let text = |name: &str, at: usize| {
        let value = frame.column(name).ok()?.get(at).ok()?;
        value.get_str().map(str::to_owned)
    };
    let number = |name: &str, at: usize| {
        let value = frame.column(name).ok()?.get(at).ok()?;
        value.extract::<f64>()
    };
    let row = |at: usize| {
        let area = text("area_name", at).unwrap_or_else(|| whole.to_owned());
        let when = text("period", at).map(|text| period(&text));
        let words = ["breakdown_words", "measure_label"];
        let words = when
            .into_iter()
            .chain(words.iter().filter_map(|name| text(name, at)));
        let words = std::iter::once(area).chain(words.filter(|words| !words.is_empty()));
        let words: Vec<String> = words.collect();
        ChangedFigure {
            report: ReportKey::parse(&text("report", at).unwrap_or_default()),
            table: text("table_title", at).unwrap_or_default(),
            words: words.join(", "),
            unit: text("unit_now", at).unwrap_or_default(),
            before: number("value_before", at),
            after: number("value", at),
            percent: number("change_percent", at),
            status: text("change_status", at).unwrap_or_default(),
            flags: text("flags", at).unwrap_or_default(),
        }
    };
    (0..frame.height()).map(row).collect()
}

fn by_report(view: &PageView, query: &ChangesQuery, rows: &[ChangedFigure]) -> Markup {
    let mut reports: BTreeMap<&ReportKey, Vec<&ChangedFigure>> = BTreeMap::new();
    for row in rows {
        reports.entry(&row.report).or_default().push(row);
    }
    html! {
        @if reports.is_empty() { p { "They have no report in common that you may read." } }
        @for (key, rows) in &reports {
            h3 { (report_title(view, key)) }
            (tally(rows))
            (listed(rows, &report_title(view, key)))
            @if query.report.is_empty() {
                p { a href=(changes_page(&query.from, &query.to, Some(key))) {
                    "This report alone" span.unseen { ": " (report_title(view, key)) } } }
            }
        }
    }
}

/// How many figures changed, and in which way.
fn tally(rows: &[&ChangedFigure]) -> Markup {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(&row.status).or_default() += 1;
    }
    let revised = rows.iter().filter(|row| row.flags.contains('r')).count();
    html! {
        p {
            @for (at, (status, count)) in counts.iter().enumerate() {
                @if at > 0 { ", " } (number(*count as f64, "count")) " " (status_in_words(status))
            }
            @if revised > 0 { "; " (revised) " marked as revised" }
            "."
        }
    }
}

fn status_in_words(status: &str) -> &str {
    match status {
        "same" => "the same",
        "held" => "held until enough people change",
        "suppressed" => "suppressed in both",
        other => other,
    }
}

/// The figures that changed most, and those that came, went, or are suppressed in one of both.
fn listed(rows: &[&ChangedFigure], report: &str) -> Markup {
    let told =
        |row: &&&ChangedFigure| !["same", "suppressed", "held"].contains(&row.status.as_str());
    let mut told: Vec<&ChangedFigure> = rows.iter().filter(told).copied().collect();
    let weight = |row: &ChangedFigure| row.percent.map_or(f64::INFINITY, f64::abs);
    told.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    // Those that changed come before those that are in one release alone.
    told.sort_by_key(|row| row.status != "changed");
    html! {
        @if !told.is_empty() {
            details open[told.len() <= 20] {
                summary { (things(told.len(), "figure")) " that changed" span.unseen { ": " (report) } }
                div.scroll role="region" aria-label={ "Figures that changed: " (report) } tabindex="0" {
                    table data-sort="" {
                        thead { tr {
                            th scope="col" { "Figure" }
                            th.n scope="col" { "Before" } th.n scope="col" { "After" }
                            th.n scope="col" { "Change" } th scope="col" { "What" }
                        } }
                        tbody { @for row in told.iter().take(MOST) { (changed_row(row)) } }
                    }
                }
                @if told.len() > MOST { p { "and " (told.len() - MOST) " more; the files of both releases have all." } }
            }
        }
    }
}

fn changed_row(row: &ChangedFigure) -> Markup {
    let text =
        |value: Option<f64>| value.map_or_else(String::new, |value| number(value, &row.unit));
    let sort = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    html! {
        tr {
            th scope="row" { (row.words) br; span.small { (row.table) } }
            td.n data-value=(sort(row.before)) { (text(row.before)) }
            td.n data-value=(sort(row.after)) { (text(row.after)) }
            td.n data-value=(sort(row.percent)) {
                @if let Some(percent) = row.percent { @if percent > 0.0 { "+" } (number(percent.round(), "percent")) }
            }
            td { (in_words(&row.status)) @if row.flags.contains('r') { ", revised" } }
        }
    }
}
