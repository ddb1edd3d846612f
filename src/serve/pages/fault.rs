//! The page of a refusal.

use super::layout::{SitePart, contact_link, layout};
use crate::serve::reply::PageFault;
use crate::serve::state::ServeState;
use maud::{Markup, html};

/// The page of a refusal. It says nothing of what is there and may not be seen.
pub(crate) fn fault_page(state: &ServeState, fault: &PageFault) -> Markup {
    let content = html! {
        p { (fault.explanation()) }
        ul {
            li { a href="/" { "First page" } }
            li { a href="/releases" { "All releases" } }
        }
        @if let Some(contact) = &state.settings.contact {
            p { "Questions: " (contact_link(contact)) }
        }
    };
    let settings = &state.settings;
    layout(settings, SitePart::Elsewhere, fault.title(), &[], &content)
}
