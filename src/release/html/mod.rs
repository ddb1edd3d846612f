//! A report as one HTML file that needs nothing else: no script, no request, charts as inline SVG.
//!
//! All text goes through maud, which escapes it.

mod svg;
mod table;

use super::about::long_date;
use super::frame::Frame;
use super::page::Page;
use super::pivot::words;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The style sheet, part of the page.
const STYLE: &str = include_str!("style.css");

/// The bytes of the page.
pub(super) fn bytes(page: &Page<'_>) -> Vec<u8> {
    let report = page.report;
    let markup = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content={ "Populace " (page.about.program_version) };
                meta name="description" content=(words(&report.description));
                title { (report.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the tables" }
                header.top {
                    div.wide {
                        h1 { (report.title) }
                        p.lead { (words(&report.description)) }
                        p { "As of " strong { (long_date(page.about.as_of)) } ". For " (report.audience) }
                    }
                }
                (svg::patterns())
                div.wide {
                    (contents(page))
                    (what_to_know(page))
                    main id="main" {
                        @for (frame, chart) in page.frames.iter().zip(page.charts) {
                            (section(page, frame, chart.as_ref().map(|c| svg::figure(c, frame.number))))
                        }
                    }
                    (notes(page))
                }
            }
        }
    };
    let mut bytes = markup.into_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

fn contents(page: &Page<'_>) -> Markup {
    html! {
        nav aria-label="Contents" {
            h2 { "Contents" }
            ol {
                @for frame in page.frames {
                    li { a href={ "#" (frame.id) } { (frame.title) } }
                }
            }
            p { a href="#notes" { "Notes: definitions, disclosure control, sources" } }
        }
    }
}

fn what_to_know(page: &Page<'_>) -> Markup {
    html! {
        aside aria-label="What to know before using the figures" {
            h2 { "What to know before using the figures" }
            ul {
                @for note in &page.words.notes { li { (note) } }
                @for note in &page.report.notes { li { (words(note)) } }
            }
        }
    }
}

fn section(page: &Page<'_>, frame: &Frame, figure: Option<Markup>) -> Markup {
    html! {
        section id=(frame.id) aria-labelledby={ (frame.id) "-title" } {
            h2 id={ (frame.id) "-title" } { "Table " (frame.number) ": " (frame.title) }
            p { (frame.description) }
            @if let Some(figure) = figure { (figure) }
            (table::table(frame, page.words))
            ul.small {
                @for note in &page.words.under_a_table { li { (note) } }
                @for note in &frame.notes { li { (note) } }
            }
            p.small {
                "The same figures as a file: "
                a href={ (page.report.name) "-" (frame.id) ".csv" } { "CSV" } ", "
                a href={ (page.report.name) ".xlsx" } { "Excel workbook" } "."
            }
            p.small.up { a href="#main" { "Back to the first table" } }
        }
    }
}

fn notes(page: &Page<'_>) -> Markup {
    let about = page.about;
    html! {
        footer id="notes" {
            h2 { "Notes" }
            h3 { "Definitions" }
            dl {
                @for frame in page.frames {
                    dt { "Table " (frame.number) ": " (frame.title) }
                    dd { (frame.description) }
                }
            }
            h3 { "Disclosure control: scheme " (page.scheme) }
            ul { @for note in &page.words.notes { li { (note) } } }
            h3 { "How these figures were made" }
            p { "Made by Populace " (about.program_version) " from the models below." }
            @if !about.parameters.is_empty() {
                h4 { "Parameters" }
                ul { @for (name, value) in &about.parameters { li { code { (name) } " = " (value) } } }
            }
            @if !about.models.is_empty() {
                h4 { "Models" }
                ul {
                    @for model in &about.models {
                        li {
                            code { (model.name) } ": " (model.description) br;
                            span.small { "Fingerprint " code { (model.fingerprint) } }
                        }
                    }
                }
            }
            @if !about.inputs.is_empty() {
                h4 { "Inputs" }
                ul { @for input in &about.inputs { li { code { (input.table) } (input) } } }
            }
            @if !about.code_lists.is_empty() {
                h4 { "Code lists" }
                ul { @for list in &about.code_lists { li { code { (list.name) } ": " (list) } } }
            }
        }
    }
}
