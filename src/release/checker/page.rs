//! The checker's report as one HTML file that needs nothing else.

use super::collect::CheckersReport;
use super::sections::{CheckedSection, sections, title};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "body{font:1rem/1.5 Arial,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#212b32;background:#fff}\
h1{font-size:1.6rem}h2{font-size:1.25rem;border-top:1px solid #d8dde0;padding-top:1rem;margin-top:1.5rem}\
.scroll{overflow-x:auto}.scroll:focus-visible{outline:3px solid #ffb81c}table{border-collapse:collapse}\
th,td{text-align:left;padding:.3rem .9rem .3rem 0;border-bottom:1px solid #d8dde0;vertical-align:top}td{overflow-wrap:anywhere}\
@media(prefers-color-scheme:dark){body{color:#e8edee;background:#161c20}h2,th,td{border-color:#425563}}\
@media print{.scroll{overflow:visible}h2{break-after:avoid}}";

/// The bytes of the page.
pub(crate) fn page(report: &CheckersReport) -> Vec<u8> {
    let title = title(report);
    let markup = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (title) }
                    @for section in sections(report) { (shown(&section)) }
                }
            }
        }
    };
    let mut bytes = markup.into_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

fn shown(section: &CheckedSection) -> Markup {
    html! {
        section {
            h2 { (section.title) }
            @for line in &section.lines { p { (line) } }
            @if let Some(table) = &section.table {
                div.scroll tabindex="0" role="region" aria-label={ "Table: " (section.title) } {
                    table {
                        thead { tr { @for head in &table.head { th scope="col" { (head) } } } }
                        tbody {
                            @for row in &table.rows {
                                tr {
                                    @for (n, cell) in row.iter().enumerate() {
                                        @if n == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
