//! The spine charts of an area's profile: one a report, as the report of the area has it.

use crate::drawing::{SpineChart, profile_table, spine};
use crate::figures::{FigureRow, MeasurePolarity};
use crate::headlines::profile;
use crate::serve::figures::{ComparedFigure, area_of};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// The chart of an area's figures of one report, with its table; nothing where fewer than two areas that the
/// reader may read have a figure. `indicators` are those of all areas of its level and of the whole;
/// `number` tells the chart from the others of the page.
pub(super) fn spine_of(
    (report, title): (&str, &str),
    figures: &[&ComparedFigure],
    indicators: &[FigureRow],
    number: usize,
) -> Markup {
    let better = figures.iter().filter_map(|one| {
        let figure = &one.figure;
        Some((
            figure.table.clone(),
            figure.measure_label.clone(),
            one.better?,
        ))
    });
    let polarity: MeasurePolarity = better.collect();
    let own: Vec<FigureRow> = figures.iter().map(|one| one.figure.clone()).collect();
    let of_report = indicators.iter().filter(|row| row.report == report);
    let mut areas: BTreeMap<&str, Vec<FigureRow>> = BTreeMap::new();
    let mut whole = Vec::new();
    for row in of_report {
        match area_of(row) {
            Some(area) => areas.entry(area).or_default().push(row.clone()),
            None => whole.push(row.clone()),
        }
    }
    let areas: Vec<Vec<FigureRow>> = areas.into_values().collect();
    let lines = profile(&own, &whole, &areas, &polarity);
    html! {
        @if let Some(chart) = SpineChart::of(&lines) {
            (spine(&chart, number, chart.not_drawn().as_slice()))
            details {
                summary { "The figures of this chart" span.unseen { " of " (title) } }
                (profile_table(&lines, &format!("{title}: indicators of this area and of the whole area")))
            }
        }
    }
}
