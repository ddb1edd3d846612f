//! Icons of variation and assurance. Each stands beside its words.

use crate::release::chart::ControlMark;
use crate::statistics::process::TargetReach;
use maud::{Markup, html};

/// What the latest figure of a process is.
pub(super) fn variation(mark: ControlMark) -> Markup {
    let path = match mark.letter() {
        "H" => "M9 27L15 20L20 23L29 11",
        "L" => "M9 13L15 20L20 17L29 28",
        _ => "M8 22L14 17L20 23L26 17L32 21",
    };
    html! {
        svg.icon viewBox="0 0 40 40" aria-hidden="true" focusable="false" {
            circle class={ "ring " (mark.class()) } cx="20" cy="20" r="17.5" {}
            path.trace d=(path) {}
            text.b.m x="27" y="35" { (mark.letter()) }
        }
    }
}

/// Whether a process will meet its target, with its words.
pub(super) fn assurance(reach: TargetReach) -> Markup {
    let (letter, class, words) = match reach {
        TargetReach::Pass => ("P", "ki", "The target will be met"),
        TargetReach::Fail => (
            "F",
            "kw",
            "The target will not be met unless the process changes",
        ),
        TargetReach::Inconsistent => (
            "?",
            "kc",
            "The target will be met at times and missed at times",
        ),
    };
    html! {
        svg.icon viewBox="0 0 40 40" aria-hidden="true" focusable="false" {
            circle class={ "ring " (class) } cx="20" cy="20" r="17.5" {}
            text.b.m.big x="20" y="27" { (letter) }
        }
        (words)
    }
}
