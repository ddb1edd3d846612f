//! The figures of an area's profile as a table of a page.

use super::profile_table::{ProfileRow, ProfileTable};
use crate::figures::NOT_APPLICABLE_SIGN;
use crate::headlines::{ProfileLine, number};
use maud::{Markup, html};

/// The table, in a region that scrolls sideways when it is wide. Its caption tells it from others of a page.
pub(crate) fn profile_table(lines: &[ProfileLine], caption: &str) -> Markup {
    let table = ProfileTable::of(lines);
    html! {
        div.scroll role="region" tabindex="0" aria-label={ (caption) ", scrolls sideways" } {
            table {
                caption { span { (caption) } }
                thead {
                    tr {
                        th scope="col" { "Indicator" }
                        @for heading in &table.headings { th.n scope="col" { (heading) } }
                        th.w scope="col" { "Compared" }
                    }
                }
                tbody { @for indicator in &table.rows { (row(indicator)) } }
            }
        }
    }
}

fn row(row: &ProfileRow) -> Markup {
    let figures = row.figures.iter().enumerate();
    html! {
        tr {
            th scope="row" { (row.label) }
            @for (at, figure) in figures {
                td.n { (figure.map_or(NOT_APPLICABLE_SIGN.to_owned(), |value| number(value, row.unit(at)))) }
            }
            td.w { (row.compared.shape()) " " (row.compared.word().unwrap_or_default()) }
        }
    }
}
