//! The notes at the end of the page: definitions, rule and sources.

use crate::plural::things;
use crate::release::page::Page;
use maud::{Markup, html};

/// All notes.
pub(super) fn notes(page: &Page<'_>) -> Markup {
    html! {
        footer id="notes" {
            div.wide {
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
                (provenance(page))
            }
        }
    }
}

/// How the figures were made.
fn provenance(page: &Page<'_>) -> Markup {
    let about = page.about;
    let with_conditions = || {
        page.frames
            .iter()
            .filter(|frame| !frame.conditions.is_empty())
    };
    html! {
        h3 { "How these figures were made" }
        p {
            "Made by Populace " (about.program_version) " from " (things(about.models.len(), "model")) " and "
            (things(about.inputs.len(), "input table")) ". The page lists them with their fingerprints."
        }
        @if !about.parameters.is_empty() {
            h4 { "Parameters" }
            ul { @for (name, value) in &about.parameters { li { code { (name) } " = " (value) } } }
        }
        @if with_conditions().next().is_some() {
            details {
                summary { "For analysts: the conditions of each count" }
                dl {
                    @for frame in with_conditions() {
                        dt { "Table " (frame.number) }
                        @for condition in &frame.conditions { dd { code { (condition) } } }
                    }
                }
            }
        }
        @if !about.models.is_empty() {
            details {
                summary { "For analysts: models, inputs and code lists" }
                h4 { "Models" }
                ul {
                    @for model in &about.models {
                        li {
                            code { (model.name) } ": " (model.description) br;
                            span.small { "Fingerprint " code { (model.fingerprint) } }
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
}
