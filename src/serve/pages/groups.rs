//! Groups of areas, which the address holds: whoever keeps the address keeps the group.

use super::areas::readable_areas;
use super::layout::{SitePart, layout};
use super::links::area_link;
use super::partial::partial_notice;
use super::search::readable_measures;
use crate::serve::addresses::{comparison, in_address};
use crate::serve::directory::{KnownArea, KnownMeasure};
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use axum::extract::RawQuery;
use axum::response::Response;
use maud::{Markup, html};

/// The longest name of a group, in characters.
const LONGEST_NAME: usize = 100;
/// Areas of one group.
const MOST_AREAS: usize = 200;

/// A group of areas, as an address has it.
#[derive(Debug, Default)]
struct AreaGroup {
    name: String,
    areas: Vec<String>,
}

impl AreaGroup {
    fn of(query: &str) -> Self {
        let mut group = AreaGroup::default();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "name" => group.name = value.trim().chars().take(LONGEST_NAME).collect(),
                "area" if !value.is_empty() && group.areas.len() < MOST_AREAS => {
                    group.areas.push(value.into_owned());
                }
                _ => {}
            }
        }
        group
    }
}

/// `/groups`.
pub(crate) async fn groups(
    view: PageView,
    RawQuery(query): RawQuery,
) -> Result<Response, PageFault> {
    let group = AreaGroup::of(&query.unwrap_or_default());
    let made = async { Ok(RenderedPage::html(&page(&view, &group))) };
    view.page(made).await
}

fn page(view: &PageView, group: &AreaGroup) -> Markup {
    let areas: Vec<&KnownArea> = readable_areas(view).collect();
    let chosen: Vec<&KnownArea> = areas
        .iter()
        .filter(|area| group.areas.contains(&area.code))
        .copied()
        .collect();
    let content = html! {
        (partial_notice(view))
        @if chosen.is_empty() {
            p.lead { "Choose areas, and keep the address of the next page as a bookmark: it is your group. \
                It can be sent to others; this site stores nothing." }
        } @else { (chosen_areas(view, group, &chosen)) }
        form action="/groups" method="get" {
            h2 { @if chosen.is_empty() { "New group" } @else { "Change the group" } }
            p { label for="name" { "Name" } input id="name" name="name" value=(group.name) maxlength=(LONGEST_NAME) autocomplete="off"; }
            fieldset {
                legend { "Areas" }
                ul.columns { @for (at, area) in areas.iter().enumerate() {
                    li {
                        input type="checkbox" id={ "area-" (at) } name="area" value=(area.code) checked[group.areas.contains(&area.code)];
                        label.beside for={ "area-" (at) } { (area.name) }
                    }
                } }
            }
            p { button { "Show the group" } }
        }
    };
    let title = match (chosen.is_empty(), group.name.as_str()) {
        (true, _) => "Groups of areas".to_string(),
        (false, "") => "Your group of areas".to_string(),
        (false, name) => format!("Group: {name}"),
    };
    layout(&view.state.settings, SitePart::Areas, &title, &[], &content)
}

fn chosen_areas(view: &PageView, group: &AreaGroup, chosen: &[&KnownArea]) -> Markup {
    let codes: Vec<&str> = chosen.iter().map(|area| area.code.as_str()).collect();
    let tail = format!(
        "&areas={}&name={}",
        in_address(&codes.join(",")),
        in_address(&group.name)
    );
    let has_areas = |measure: &&KnownMeasure| {
        let mut own = measure.areas.iter().flatten();
        own.any(|area| codes.contains(&area.as_str()))
    };
    html! {
        p { "Keep the address of this page as a bookmark: it is the group." }
        h2 { "Profiles" }
        ul.columns { @for area in chosen { li { (area_link(&area.code, &area.name)) } } }
        h2 { "Compare its areas" }
        ul { @for measure in readable_measures(view).filter(has_areas) {
            li {
                a href={ (comparison(&measure.report, &measure.table, &measure.measure, None)) (tail) } { (measure.label) }
                " " span.small { (measure.table_title) }
            }
        } }
    }
}
