//! The first page: whose figures these are, what they say, and how good they are.

use crate::release::page::Page;
use crate::release::pivot::words;
use maud::{Markup, html};

/// Title and facts of the release.
pub(super) fn header(page: &Page<'_>) -> Markup {
    html! {
        header.top {
            div.wide {
                h1 { (page.report.title) }
                p.lead { (words(&page.report.description)) }
                dl.facts {
                    @for (name, fact) in page.facts() { div { dt { (name) } dd { (fact) } } }
                }
            }
        }
    }
}

/// Sentences computed from the figures, each with its table.
pub(super) fn headlines(page: &Page<'_>) -> Markup {
    html! {
        @if !page.headlines.is_empty() {
            section.first aria-labelledby="headlines-title" {
                h2 id="headlines-title" { "Headlines" }
                ul.headlines {
                    @for headline in page.headlines {
                        li {
                            strong.tag { (headline.kind.word()) } " "
                            (headline.words)
                            @if let Some(table) = &headline.table {
                                @if let Some(number) = page.number(table) {
                                    " " a href={ "#" (table) } { "Table " (number) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What is not known, suppressed and held, side by side.
pub(super) fn quality(page: &Page<'_>) -> Markup {
    html! {
        @if !page.quality.is_empty() {
            section.first aria-labelledby="quality-title" {
                h2 id="quality-title" { "Quality of the data" }
                dl.strip {
                    @for fact in page.quality { div { dt { (fact.label) } dd { (fact.words) } } }
                }
            }
        }
    }
}

/// What a reader must know before using the figures.
pub(super) fn what_to_know(page: &Page<'_>) -> Markup {
    html! {
        section.first.panel-box aria-labelledby="know-title" {
            h2 id="know-title" { "What to know before using the figures" }
            ul {
                @for note in &page.words.notes { li { (note) } }
                @for note in &page.report.notes { li { (words(note)) } }
            }
        }
    }
}

/// The tables.
pub(super) fn contents(page: &Page<'_>) -> Markup {
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
