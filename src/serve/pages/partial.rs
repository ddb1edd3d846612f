//! Lists that are not complete say so.

use crate::serve::page_view::PageView;
use maud::{Markup, html};

/// The notice above a list of what the newest releases hold, when some of it could not be read.
pub(super) fn partial_notice(view: &PageView) -> Markup {
    html! {
        @if view.directory.is_partial() {
            p.warn role="status" {
                "This list is not complete: something that is released cannot be read just now. It is tried again, \
                 within a minute."
            }
        }
    }
}
