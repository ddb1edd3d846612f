//! A report as one HTML file that needs nothing else: no request, charts as inline SVG, a small script
//! of its own without which everything can be read too.
//!
//! All text goes through maud, which escapes it. The page itself forbids every request and every script
//! but its own ([`policy`]).

mod first;
mod notes;
mod profile;
mod svg;
mod table;

use super::frame::Frame;
use super::page::Page;
use super::pivot::words;
use crate::drawing;
use base64::prelude::{BASE64_STANDARD, Engine};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The rules of its own in the style sheet of the page. In print, buttons that sort have no box: Chromium does not
/// paint them in a header that comes again on the next page.
const OWN_STYLE: &str = include_str!("style.css");

/// The style sheet, part of the page: its own rules, then those of charts that other pages have too.
static STYLE: LazyLock<String> = LazyLock::new(|| format!("{OWN_STYLE}{}", drawing::STYLE));

/// The script, part of the page: sorts and filters tables, marks rows in charts.
const SCRIPT: &str = include_str!("script.js");

/// The bytes of the page.
pub(super) fn bytes(page: &Page<'_>) -> Vec<u8> {
    let report = page.report;
    let markup = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content={ "Populace " (page.about.program_version) };
                meta name="description" content=(words(&report.description));
                title { (report.title) }
                style { (PreEscaped(STYLE.as_str())) }
            }
            body {
                a.skip href="#main" { "Skip to the headlines and tables" }
                (first::header(page))
                (svg::patterns(page.maps.iter().any(Option::is_some), page.has_fans()))
                main.wide id="main" {
                    (first::headlines(page))
                    (profile::profile(page))
                    (first::quality(page))
                    (first::what_to_know(page))
                    (first::contents(page))
                    @for ((frame, chart), map) in page.frames.iter().zip(page.charts).zip(page.maps) {
                        (section(page, frame, html! {
                            @if let Some(chart) = chart { (svg::figure(chart, frame.number)) }
                            @if let Some(map) = map { (svg::map(map, frame.number)) }
                        }))
                    }
                }
                (notes::notes(page))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    let mut bytes = markup.into_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

/// What the page may do: its own style and script, by their digests, and nothing else.
pub(super) fn policy() -> String {
    let digest = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    let (style, script) = (digest(&STYLE), digest(SCRIPT));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

/// The markup of a chart alone.
#[cfg(test)]
pub(super) fn drawn(chart: &super::chart::Chart) -> String {
    svg::figure(chart, 1).into_string()
}

fn section(page: &Page<'_>, frame: &Frame, figures: Markup) -> Markup {
    html! {
        section id=(frame.id) aria-labelledby={ (frame.id) "-title" } {
            h2 id={ (frame.id) "-title" } { "Table " (frame.number) ": " (frame.title) }
            p { (frame.description) }
            (figures)
            (table::table(frame, page.words))
            ul.small {
                @for note in &page.words.under_a_table { li { (note) } }
                @for note in &frame.notes { li { (note) } }
            }
            p.small {
                "The same figures as a file: "
                a href={ (page.report.name) "-" (frame.id) ".csv" } { "CSV of table " (frame.number) } ", "
                a href={ (page.report.name) ".xlsx" } { "Excel workbook" } ". "
                a href="#notes" { "Definitions and sources" } "."
            }
            p.small.up { a href="#main" { "Back to the top" } }
        }
    }
}
