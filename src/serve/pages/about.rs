//! What the site is, and how to read its figures.

use super::layout::{SitePart, contact_link, layout};
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use axum::response::Response;
use maud::{Markup, html};

/// `/about`.
pub(crate) async fn about(view: PageView) -> Result<Response, PageFault> {
    let made = async { Ok(RenderedPage::html(&page(&view))) };
    view.page(made).await
}

fn page(view: &PageView) -> Markup {
    let settings = &view.state.settings;
    let content = html! {
        p.lead { "Figures for planning health and care, counted from a shared care record." }
        @if let Some(publisher) = &settings.publisher { p { "They are published by " (publisher) "." } }
        @if let Some(contact) = &settings.contact { p { "Questions: " (contact_link(contact)) } }
        h2 { "Reading a figure" }
        (signs())
        h2 { "Small numbers" }
        p {
            "Every release passes disclosure control, so that nobody can be recognised. A figure that would \
             give somebody away is " strong { "suppressed" } ": it says so, and is never shown as 0. \
             Others may be rounded. Each report says which scheme it was made under."
        }
        h2 { "Where things are" }
        ul {
            li { code { "/latest/<report>" } " or " code { "/latest/<report>/<area>" } ": always the latest one; \
                 with " code { "?form=xlsx" } " its workbook" }
            li { a href="/feed.atom" { code { "/feed.atom" } } ": new releases, for a feed reader" }
            li { a href="/api/openapi.json" { code { "/api/openapi.json" } } ": the interface for programs" }
        }
        h2 { "Cookies" }
        @if settings.signs_out {
            p { "One cookie while you sign in, and one for as long as you are signed in: it says who you are, \
                 encrypted so that this site alone can read it, and ends when you close the browser or sign out." }
        } @else {
            p { "This site sets none." }
        }
        p { "A group of areas is the address of its page, and is kept nowhere else. There is no tracking, and \
             no page asks another site for anything." }
    };
    layout(settings, SitePart::About, "About", &[], &content)
}

/// The signs by which an area differs from the whole.
fn signs() -> Markup {
    html! {
        ul {
            li { strong { "Higher" } " or " strong { "lower" } ": its 95% limits do not include the figure of the whole area. \
                 Where the report says which figures are better, the sign says " strong { "better" } " or " strong { "worse" } " first." }
            li { strong { "Similar" } ": they do. The difference may be chance." }
            li { strong { "Not compared" } ": there are no limits, or no figure of the whole area." }
        }
    }
}
