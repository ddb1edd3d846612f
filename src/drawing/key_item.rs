//! An item of the key of a chart.

use maud::{Markup, html};

/// A colour by its class, and what it means.
pub(crate) fn key_item(class: &str, text: &str) -> Markup {
    html! {
        li {
            svg viewBox="0 0 10 10" aria-hidden="true" focusable="false" {
                rect class=(class) width="10" height="10" {}
            }
            (text)
        }
    }
}
