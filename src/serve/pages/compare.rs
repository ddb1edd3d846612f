//! One measure of all areas, ranked, with limits.

use super::areas::level_in_words;
use super::figure_text::{
    RangeScale, benchmark, is_number, limits, remarks, sign, sort_value, unit, value,
};
use super::layout::{SitePart, layout};
use super::links::{area_link, latest_whole_link};
use crate::figures::{FigureRow, TOTAL};
use crate::headlines::{number, period as in_words};
use crate::serve::addresses::in_address;
use crate::serve::asked::AddressQuery;
use crate::serve::figures::{ComparedFigure, Selection, Significance, area_of, compared_figures};
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is compared.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CompareQuery {
    report: String,
    table: String,
    measure: String,
    period: Option<String>,
    /// The other dimensions, in words.
    group: Option<String>,
    level: Option<String>,
    /// Codes of areas, between commas: of all areas without it.
    areas: Option<String>,
    /// A name for these areas.
    name: Option<String>,
}

/// `/compare`.
pub(crate) async fn compare(
    view: PageView,
    AddressQuery(query): AddressQuery<CompareQuery>,
) -> Result<Response, PageFault> {
    if query.report.is_empty() || query.measure.is_empty() {
        let why = "Choose a measure first: search for it, and follow “Compare areas”.";
        return Err(PageFault::BadRequest(why.to_string()));
    }
    // By the roles alone, so that the answer does not tell which reports there are.
    if !view.reader.is_for_report(&query.report) {
        return Err(PageFault::Forbidden);
    }
    let made = async {
        let selection = Selection {
            report: Some(query.report.clone()),
            table: Some(query.table.clone()),
            measure: Some(query.measure.clone()),
            ..Selection::default()
        };
        let all = compared_figures(&view, &selection).await?;
        let first = all.first().ok_or(PageFault::NotFound)?;
        let title = format!("{}: compare areas", first.figure.measure_label);
        let content = content(&view, &query, &all);
        let trail = [("/search".to_string(), "Measures".to_string())];
        let settings = &view.state.settings;
        let page = layout(settings, SitePart::Measures, &title, &trail, &content);
        Ok(RenderedPage::html(&page))
    };
    view.page(made).await
}

/// What there is to choose from, and what is chosen.
struct CompareChoice<'a> {
    periods: Vec<&'a str>,
    groups: Vec<&'a str>,
    levels: BTreeSet<&'a str>,
    period: Option<&'a str>,
    group: &'a str,
    level: &'a str,
    areas: Option<BTreeSet<&'a str>>,
}

impl<'a> CompareChoice<'a> {
    fn of(query: &'a CompareQuery, all: &'a [ComparedFigure]) -> Self {
        let figures = || all.iter().map(|compared| &compared.figure);
        let periods: BTreeSet<&str> = figures().filter_map(|f| f.period.as_deref()).collect();
        let mut groups: Vec<&str> = Vec::new();
        let mut seen = BTreeSet::new();
        for figure in figures() {
            if seen.insert(&figure.breakdown_words) {
                groups.push(&figure.breakdown_words);
            }
        }
        let mut counts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for figure in figures() {
            if let (Some(area), Some(code)) = (&figure.area, area_of(figure)) {
                counts.entry(&area.level).or_default().insert(code);
            }
        }
        let levels: BTreeSet<&str> = counts.keys().copied().collect();
        let asked = |asked: &'a Option<String>, there: bool| asked.as_deref().filter(|_| there);
        let is_there = |list: &[&str], asked: &Option<String>| {
            asked.as_deref().is_some_and(|asked| list.contains(&asked))
        };
        let periods: Vec<&str> = periods.into_iter().rev().collect();
        let period = asked(&query.period, is_there(&periods, &query.period));
        let group = asked(&query.group, is_there(&groups, &query.group));
        let level = query
            .level
            .as_deref()
            .filter(|level| levels.contains(level));
        let most = counts.iter().max_by_key(|(_, areas)| areas.len());
        let areas = query.areas.as_deref().filter(|areas| !areas.is_empty());
        CompareChoice {
            period: period.or(periods.first().copied()),
            // The total where there is one.
            group: group.unwrap_or_else(|| {
                let total = groups.iter().find(|group| ["", TOTAL].contains(group));
                total.or(groups.first()).copied().unwrap_or_default()
            }),
            level: level.or(most.map(|(level, _)| *level)).unwrap_or_default(),
            areas: areas.map(|areas| areas.split(',').collect()),
            periods,
            groups,
            levels,
        }
    }

    fn takes(&self, figure: &FigureRow) -> bool {
        let here = figure.period.as_deref() == self.period && figure.breakdown_words == self.group;
        here && match (&figure.area, &self.areas) {
            (None, _) => true,
            (Some(_), Some(areas)) => area_of(figure).is_some_and(|code| areas.contains(code)),
            (Some(area), None) => area.level == self.level,
        }
    }
}

fn content(view: &PageView, query: &CompareQuery, all: &[ComparedFigure]) -> Markup {
    let choice = CompareChoice::of(query, all);
    let mut shown: Vec<&ComparedFigure> = all.iter().filter(|f| choice.takes(&f.figure)).collect();
    shown.sort_by(|a, b| {
        let (one, other) = (a.figure.value, b.figure.value);
        let by_value = other
            .unwrap_or(f64::NEG_INFINITY)
            .total_cmp(&one.unwrap_or(f64::NEG_INFINITY));
        by_value.then_with(|| name(a).cmp(name(b)))
    });
    let (whole, areas): (Vec<_>, Vec<_>) = shown.into_iter().partition(|f| f.figure.area.is_none());
    let first = all.first().map(|first| &first.figure);
    html! {
        @if let Some(first) = first {
            p.lead { (first.table_title) ", " (unit(&first.unit)) "." }
            p { "From the report " (latest_whole_link(view, &query.report))
                @if let Some(period) = choice.period { ", " (in_words(period)) }
                @if !["", TOTAL].contains(&choice.group) { ", " (choice.group) }
                "."
            }
        }
        @if let Some(name) = query.name.as_deref().filter(|name| !name.is_empty()) {
            p { "Group of areas: " strong { (name) } }
        }
        (form(query, &choice))
        @if areas.is_empty() {
            p.warn { "No figures by area are published for this measure that you may read. See the report "
                (latest_whole_link(view, &query.report)) "." }
        } @else {
            (summary(&areas, &whole))
            (table(view.state.settings.whole(), &whole, &areas))
        }
        p { a href=(download(query)) { "Download all figures of this measure (CSV)" } }
    }
}

fn name(compared: &ComparedFigure) -> &str {
    let area = compared.figure.area.as_ref();
    area.map_or("", |area| &area.name)
}

fn download(query: &CompareQuery) -> String {
    format!(
        "/api/v1/figures.csv?report={}&table={}&measure={}",
        in_address(&query.report),
        in_address(&query.table),
        in_address(&query.measure)
    )
}

/// What is to be seen, in a sentence.
fn summary(areas: &[&ComparedFigure], whole: &[&ComparedFigure]) -> Markup {
    let count = |wanted: Significance| areas.iter().filter(|f| f.significance == wanted).count();
    let suppressed = areas.iter().filter(|f| f.figure.value.is_none()).count();
    let better = areas.iter().find_map(|figure| figure.better);
    let judged = |is_higher: bool| {
        let word = better.map(|better| better.word(is_higher));
        word.map_or(String::new(), |word| format!(" ({word})"))
    };
    let is_compared = areas
        .iter()
        .any(|f| f.significance != Significance::NotCompared);
    html! {
        p role="status" {
            (areas.len()) @if areas.len() == 1 { " area" } @else { " areas" }
            @if is_compared && !whole.is_empty() {
                ": " (count(Significance::Higher)) " higher" (judged(true)) ", "
                (count(Significance::Similar)) " similar, "
                (count(Significance::Lower)) " lower" (judged(false)) " than the whole area"
            }
            @if suppressed > 0 { "; " (suppressed) " without a figure" } "."
        }
    }
}

fn form(query: &CompareQuery, choice: &CompareChoice<'_>) -> Markup {
    let total = |words: &str| match words {
        "" => "All".to_string(),
        words => words.to_string(),
    };
    html! {
        form.filters action="/compare" method="get" {
            input type="hidden" name="report" value=(query.report);
            input type="hidden" name="table" value=(query.table);
            input type="hidden" name="measure" value=(query.measure);
            @if let Some(areas) = &query.areas { input type="hidden" name="areas" value=(areas); }
            @if let Some(name) = &query.name { input type="hidden" name="name" value=(name); }
            @if choice.periods.len() > 1 {
                div { label for="period" { "Period" } select id="period" name="period" {
                    @for period in &choice.periods { option value=(period) selected[Some(*period) == choice.period] { (in_words(period)) } }
                } }
            }
            @if choice.groups.len() > 1 {
                div { label for="group" { "Group" } select id="group" name="group" {
                    @for group in &choice.groups { option value=(group) selected[*group == choice.group] { (total(group)) } }
                } }
            }
            @if choice.levels.len() > 1 && choice.areas.is_none() {
                div { label for="level" { "Areas" } select id="level" name="level" {
                    @for level in &choice.levels { option value=(level) selected[*level == choice.level] { (level_in_words(level)) } }
                } }
            }
            @if choice.periods.len() > 1 || choice.groups.len() > 1 || choice.levels.len() > 1 { button { "Show" } }
        }
    }
}

fn table(name_of_whole: &str, whole: &[&ComparedFigure], areas: &[&ComparedFigure]) -> Markup {
    // Numbers of areas add up to that of the whole, beside which they would all be small.
    let drawn =
        |figure: &&&ComparedFigure| figure.figure.area.is_some() || !is_number(&figure.figure);
    let scale = RangeScale::of(areas.iter().chain(whole).filter(drawn).copied());
    let has_limits = areas.iter().any(|f| f.figure.lower_95.is_some());
    let compared = areas
        .iter()
        .any(|f| f.significance != Significance::NotCompared);
    let rank = |figure: &ComparedFigure| {
        let value = figure.figure.value?;
        let above = areas
            .iter()
            .filter(|other| other.figure.value.is_some_and(|v| v > value));
        Some(above.count() + 1)
    };
    html! {
        div.scroll role="region" aria-label="Areas" tabindex="0" {
            table data-sort="" {
                caption.unseen { "Areas by the measure, the highest first" }
                thead { tr {
                    th.n.rank scope="col" { "Rank" }
                    th scope="col" { "Area" }
                    th.n scope="col" { "Value" }
                    @if has_limits { th scope="col" { "95% limits" } }
                    @if compared { th scope="col" { "Against the whole" } }
                    th scope="col" { "Range" }
                } }
                tbody {
                    @for figure in areas { (row(figure, rank(figure), scale, compared, has_limits)) }
                }
                tfoot { @for figure in whole {
                    tr.whole {
                        td.rank {}
                        th scope="row" { (name_of_whole) }
                        td.n { (value(&figure.figure)) }
                        @if has_limits { td { (limits(&figure.figure)) } }
                        @if compared { td {} }
                        td { @if let Some(scale) = scale.filter(|_| drawn(&figure)) { (scale.range(figure)) } }
                    }
                } }
            }
        }
        @if let Some(whole) = areas.iter().find_map(|f| benchmark(f)) {
            p.small { "The broken line is the figure of the whole area, "
                (number(whole, areas.first().map_or("", |f| &f.figure.unit)))
                @if has_limits { "; the bar is the 95% limits" } "." }
        }
    }
}

fn row(
    compared: &ComparedFigure,
    rank: Option<usize>,
    scale: Option<RangeScale>,
    has_signs: bool,
    has_limits: bool,
) -> Markup {
    let figure = &compared.figure;
    let code = area_of(figure).unwrap_or_default();
    html! {
        tr {
            td.n.rank data-value=(rank.map_or_else(String::new, |rank| rank.to_string())) {
                @if let Some(rank) = rank { (rank) } }
            th scope="row" { (area_link(code, name(compared))) }
            td.n data-value=(sort_value(figure)) {
                (value(figure)) @for remark in remarks(figure) { br; span.small { (remark) } } }
            @if has_limits { td.limits { (limits(figure)) } }
            @if has_signs { td { (sign(compared.significance, compared.better)) } }
            td { @if let Some(scale) = scale { (scale.range(compared)) } }
        }
    }
}
