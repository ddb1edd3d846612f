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
