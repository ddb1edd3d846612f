//! A released table in HTML.

use crate::disclosure::SchemeWords;
use crate::release::frame::{Frame, FrameColumn, FramePart, Shown};
use crate::release::number::readable;
use crate::release::table_data::Label;
use maud::{Markup, html};

/// The table, in a region that scrolls sideways when it is wide.
pub(super) fn table(frame: &Frame, words: &SchemeWords) -> Markup {
    let columns = frame.columns();
    let per_group = columns.len() / frame.groups.len().max(1);
    // With something across and several columns for each value, headings come in two rows.
    let is_nested = frame.across.is_some() && per_group > 1;
    html! {
        div.scroll role="region" tabindex="0" aria-label={ "Table " (frame.number) ", scrolls sideways" } {
            table {
                caption { span { "Table " (frame.number) ": " (frame.title) } }
                thead {
                    @if is_nested {
                        tr {
                            @for (_, heading) in &frame.row_dimensions {
                                th scope="col" rowspan="2" { (heading) }
                            }
                            @for group in &frame.groups {
                                th.g scope="colgroup" colspan=(per_group) {
                                    (group.label.as_ref().map_or(String::new(), Label::shown))
                                }
                            }
                        }
                        tr { @for (c, column) in columns.iter().enumerate() {
                            th.n.g[c % per_group == 0] scope="col" { (heading(frame, column)) }
                        } }
                    } @else {
                        tr {
                            @for (_, heading) in &frame.row_dimensions { th scope="col" { (heading) } }
                            @for column in &columns { th.n scope="col" { (column.heading) } }
                        }
                    }
                }
                tbody {
                    @if frame.rows.is_empty() { tr { td { "There are no rows." } } }
                    @for (r, row) in frame.rows.iter().enumerate() {
                        tr.total[row.is_total] {
                            @for label in &row.labels {
                                th scope="row" {
                                    @if label.is_own { strong { (label.shown()) } } @else { (label.text) }
                                }
                            }
                            @for (c, column) in columns.iter().enumerate() {
                                (figure(frame, r, column, words, is_nested && c % per_group == 0))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A column's heading below that of its group.
fn heading(frame: &Frame, column: &FrameColumn) -> String {
    let label = &frame.measures[column.measure].label;
    match column.part {
        FramePart::Value => label.clone(),
        FramePart::Lower => "Lower 95% limit".to_owned(),
        FramePart::Upper => "Upper 95% limit".to_owned(),
    }
}

fn figure(
    frame: &Frame,
    row: usize,
    column: &FrameColumn,
    words: &SchemeWords,
    starts_group: bool,
) -> Markup {
    let shown = frame.shown(row, column);
    html! {
        @match shown {
            Shown::Suppressed => td.n.s.g[starts_group] { abbr title=(words.sign) { (readable(shown)) } },
            Shown::NotApplicable => td.n.g[starts_group] { abbr title="not applicable" { (readable(shown)) } },
            _ => td.n.g[starts_group] {
                (readable(shown))
                @if frame.measures[column.measure].unit == crate::release::frame::Unit::Percent { "%" }
                @if frame.is_revised(row, column) { " " abbr title="revised" { "[r]" } }
            },
        }
    }
}
