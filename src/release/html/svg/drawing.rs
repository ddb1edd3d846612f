//! What all drawings share: their frame, lengths, labels and marks.

use maud::{Markup, html};

/// Width of a drawing in its own units, which are pixels at full size.
pub(super) const WIDTH: f64 = 860.0;

/// Width of an average character of a label.
pub(super) const LETTER: f64 = 6.4;

/// Width of the mark of a suppressed figure.
pub(super) const MARK: f64 = 14.0;

/// The frame of a drawing, with its words for those who cannot see it.
pub(super) fn drawing(
    id: &str,
    size: (f64, f64),
    title: &str,
    description: &str,
    inside: Markup,
) -> Markup {
    html! {
        svg viewBox={ "0 0 " (px(size.0)) " " (px(size.1)) } role="img"
            aria-labelledby={ (id) "-t " (id) "-d" } {
            title id={ (id) "-t" } { (title) }
            desc id={ (id) "-d" } { (description) }
            (inside)
        }
    }
}

/// The class of a series' fill.
pub(super) fn fill(index: usize) -> String {
    format!("f{}", index % 6)
}

/// A length with at most one decimal.
pub(super) fn px(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Room for the longest of some labels, within reason.
pub(super) fn room<'a>(labels: impl Iterator<Item = &'a String>) -> f64 {
    let longest = labels.map(|label| label.chars().count()).max().unwrap_or(0);
    (longest as f64 * LETTER + 12.0).clamp(40.0, 250.0)
}

/// A label cut to fit its room; the table has it whole.
pub(super) fn cut(label: &str, room: f64) -> String {
    let fits = ((room - 12.0) / LETTER) as usize;
    if label.chars().count() <= fits {
        return label.to_owned();
    }
    let start: String = label.chars().take(fits.saturating_sub(1)).collect();
    format!("{start}…")
}

/// The mark of a suppressed figure in a series' colour, growing right from `x`, or left when asked.
pub(super) fn mark(x: f64, y: f64, height: f64, is_left: bool, index: usize) -> Markup {
    let (left, sign) = if is_left {
        (x - MARK, x - MARK - 8.0)
    } else {
        (x, x + MARK + 3.0)
    };
    html! {
        rect class={ "h o" (index % 6) } x=(px(left)) y=(px(y)) width=(px(MARK)) height=(px(height)) {}
        text.b x=(px(sign)) y=(px(y + height / 2.0 + 6.0)) { "*" }
    }
}
