//! The profile of an area: all its measures, each against the whole area.

use super::area_spine::spine_of;
use super::areas::{level_in_words, readable_areas};
use super::figure_text::{limits, remarks, sign, trend_sign, value};
use super::layout::{SitePart, layout};
use super::links::latest_link;
use super::partial::partial_notice;
use super::words::day;
use crate::drawing::SpineChart;
use crate::figures::FigureRow;
use crate::headlines::{RecentTrend, number, period};
use crate::plural::things;
use crate::serve::addresses::{comparison, in_address};
use crate::serve::asked::AddressPath;
use crate::serve::catalogue::ReportKey;
use crate::serve::figures::{
    ComparedFigure, Selection, Significance, compared_figures, indicators,
};
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use axum::response::Response;
use maud::{Markup, html};
use std::collections::HashMap;

/// `/areas/{code}`.
pub(crate) async fn area(
    view: PageView,
    AddressPath(code): AddressPath<String>,
) -> Result<Response, PageFault> {
    // By the roles alone, so that the answer does not tell which areas there are.
    if !view.reader.is_for_area(Some(&code)) {
        return Err(PageFault::Forbidden);
    }
    let known = readable_areas(&view).find(|known| known.code == code);
    let area = known.cloned().ok_or(PageFault::NotFound)?;
    let made = async {
        let selection = Selection {
            area: Some(code.clone()),
            ..Selection::default()
        };
        let figures = compared_figures(&view, &selection).await?;
        let indicators = indicators(&view, &area.level).await?;
        let content = content(&view, &code, &figures, &indicators);
        let title = format!("{}: area profile", area.name);
        let trail = [("/areas".to_string(), "Areas".to_string())];
        let settings = &view.state.settings;
        let page = layout(settings, SitePart::Areas, &title, &trail, &content);
        Ok(RenderedPage::html(&page))
    };
    view.page(made).await
}

fn content(
    view: &PageView,
    code: &str,
    figures: &[ComparedFigure],
    indicators: &[FigureRow],
) -> Markup {
    let level = view
        .directory
        .areas
        .get(code)
        .map(|area| area.level.as_str());
    let packs = view.snapshot.latest().iter();
    let packs: Vec<_> = packs
        .filter(|(key, _)| key.area.as_deref() == Some(code) && view.may_read(key))
        .collect();
    html! {
        p.lead { (level_in_words(level.unwrap_or_default())) " " code { (code) }
            ". Each measure stands beside that of " (in_a_sentence(view.state.settings.whole())) "." }
        (partial_notice(view))
        @if !packs.is_empty() {
            h2 { "Its reports" }
            ul { @for (key, release) in packs {
                li { (latest_link(view, key)) ", figures of " (day(release.as_of)) }
            } }
        }
        p.small { "A figure is higher or lower than that of the whole area where its 95% limits do not include it, \
            and better or worse where the report says which figures are better. The recent trend is that of the last \
            five years, where it is more than chance. A suppressed figure is not a zero." }
        details {
            summary { "How to read the charts" }
            ul { @for note in SpineChart::how_to_read() { li { (note) } } }
        }
        p { a href={ "/api/v1/figures.csv?area=" (in_address(code)) } { "Download these figures (CSV)" } }
        @for (at, (report, figures)) in by(figures, |figure| &figure.figure.report).iter().enumerate() {
            @let title = view.directory.title(report);
            h2 { (title) }
            (spine_of((report, &title), figures, indicators, at + 1))
            @for (table, figures) in by(figures, |figure| &figure.figure.table) {
                (of_table(view, report, table, &figures))
            }
        }
    }
}

/// Figures in groups, in the order in which each group first comes.
fn by<'a, K: Eq + std::hash::Hash + ?Sized, F: std::borrow::Borrow<ComparedFigure>>(
    figures: &'a [F],
    key: impl Fn(&'a ComparedFigure) -> &'a K,
) -> Vec<(&'a K, Vec<&'a ComparedFigure>)> {
    let mut places: HashMap<&K, usize> = HashMap::new();
    let mut groups: Vec<(&K, Vec<&ComparedFigure>)> = Vec::new();
    for figure in figures {
        let figure = figure.borrow();
        let own = key(figure);
        let place = *places.entry(own).or_insert_with(|| {
            groups.push((own, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, group)) = groups.get_mut(place) {
            group.push(figure);
        }
    }
    groups
}

fn of_table(view: &PageView, report: &str, table: &str, figures: &[&ComparedFigure]) -> Markup {
    let title = figures
        .first()
        .map_or(table, |first| first.figure.table_title.as_str());
    // Of a series of periods the last one; the report and the comparison have them all.
    let last = figures
        .iter()
        .filter_map(|figure| figure.figure.period.as_ref())
        .max();
    let newest: Vec<_> = figures
        .iter()
        .filter(|figure| figure.figure.period.is_none() || figure.figure.period.as_ref() == last)
        .copied()
        .collect();
    let (totals, parts): (Vec<_>, Vec<_>) = newest
        .into_iter()
        .partition(|figure| figure.figure.breakdown.is_empty());
    let before = |figure: &ComparedFigure| {
        let series = series(figures, figure);
        FigureHistory {
            previous: series.iter().rev().nth(1).copied(),
            trend: RecentTrend::of(&series.iter().map(|f| &f.figure).collect::<Vec<_>>()),
        }
    };
    html! {
        h3 { (title) @if let Some(last) = last { span.small { " " (period(last)) } } }
        @if !totals.is_empty() { (rows(view, report, table, title, &totals, before)) }
        @if totals.is_empty() && parts.len() <= 12 {
            (rows(view, report, table, title, &parts, before))
        } @else if !parts.is_empty() {
            details {
                summary { (things(parts.len(), "figure")) " by group" span.unseen { " of " (title) } }
                (rows(view, report, table, title, &parts, before))
            }
        }
    }
}

/// What the periods before say beside a figure.
struct FigureHistory<'a> {
    /// The same figure of the period before.
    previous: Option<&'a ComparedFigure>,
    trend: Option<RecentTrend>,
}

/// The same figure of all periods up to its own, in their order; nothing of one without a period.
fn series<'a>(all: &[&'a ComparedFigure], figure: &ComparedFigure) -> Vec<&'a ComparedFigure> {
    let own = &figure.figure;
    let same = all.iter().filter(|other| {
        let other = &other.figure;
        own.period.is_some()
            && other.period.is_some()
            && other.measure == own.measure
            && other.breakdown == own.breakdown
            && other.period <= own.period
    });
    let mut series: Vec<&ComparedFigure> = same.copied().collect();
    series.sort_by(|a, b| a.figure.period.cmp(&b.figure.period));
    series
}

fn rows<'a>(
    view: &PageView,
    report: &str,
    table: &str,
    title: &str,
    figures: &[&'a ComparedFigure],
    before: impl Fn(&ComparedFigure) -> FigureHistory<'a>,
) -> Markup {
    let has_groups = figures
        .iter()
        .any(|figure| !figure.figure.breakdown.is_empty());
    // Several reports may have a table of one title, and a table its groups beside its totals.
    let label = match has_groups {
        true => format!("{}: {title}, by group", view.directory.title(report)),
        false => format!("{}: {title}", view.directory.title(report)),
    };
    let whole = view.state.settings.whole();
    let has_limits = figures
        .iter()
        .any(|figure| figure.figure.lower_95.is_some());
    let has_before = figures
        .iter()
        .any(|figure| before(figure).previous.is_some());
    let has_trend = figures.iter().any(|figure| before(figure).trend.is_some());
    html! {
        div.scroll role="region" aria-label=(label) tabindex="0" {
            table {
                caption.unseen { (label) }
                thead { tr {
                    th scope="col" { "Measure" }
                    @if has_groups { th scope="col" { "Group" } }
                    th.n scope="col" { "Area" }
                    @if has_limits { th scope="col" { "95% limits" } }
                    @if has_limits { th scope="col" { "Against the whole" } }
                    th.n scope="col" { (whole) }
                    @if has_before { th scope="col" { "On the period before" } }
                    @if has_trend { th scope="col" { "Recent trend" } }
                } }
                tbody {
                    @for compared in figures {
                        @let figure = &compared.figure;
                        @let measure = measure(view, report, table, compared);
                        tr {
                            th scope="row" { (measure) }
                            @if has_groups { td { (figure.breakdown_words) } }
                            td.n { (value(figure)) @for remark in remarks(figure) { br; span.small { (remark) } } }
                            @if has_limits { td.limits { (limits(figure)) } }
                            @if has_limits { td { (sign(compared.significance, compared.better)) } }
                            td.n { @if let Some(whole) = compared.benchmark { (number(whole, &figure.unit)) } }
                            @if has_before { td { (change(compared, before(compared).previous)) } }
                            @if has_trend { td {
                                @if let Some(trend) = before(compared).trend { (trend_sign(trend, compared.better)) }
                            } }
                        }
                    }
                }
            }
        }
    }
}

fn measure(view: &PageView, report: &str, table: &str, compared: &ComparedFigure) -> Markup {
    let figure = &compared.figure;
    let key = ReportKey {
        report: report.to_string(),
        area: None,
    };
    html! {
        @if view.may_read(&key) {
            a href=(comparison(report, table, &figure.measure, Some(figure))) { (figure.measure_label) }
        } @else { (figure.measure_label) }
    }
}

/// The change on the period before, in a word, where the limits of both let one say it.
fn change(now: &ComparedFigure, before: Option<&ComparedFigure>) -> Markup {
    let Some(before) = before else {
        return html! {};
    };
    let better = now.better;
    let (now, old) = (&now.figure, &before.figure);
    let word = match (now.lower_95, now.upper_95, old.lower_95, old.upper_95) {
        (Some(low), _, _, Some(before)) if low > before => Some(Significance::Higher),
        (_, Some(high), Some(before), _) if high < before => Some(Significance::Lower),
        (Some(_), Some(_), Some(_), Some(_)) => Some(Significance::Similar),
        _ => None,
    };
    html! {
        @if let Some(word) = word { (sign(word, better)) " " }
        span.small { (period(old.period.as_deref().unwrap_or_default())) ": " (value(old)) }
    }
}

/// The name of the whole area within a sentence.
fn in_a_sentence(whole: &str) -> &str {
    match whole {
        "Whole area" => "the whole area",
        named => named,
    }
}
