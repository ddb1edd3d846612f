//! What all drawings share: their surface and frame, lengths and labels.

use maud::{Markup, html};

/// The surface of a drawing. Each chart is drawn for wide surfaces, and again for narrow ones, so that
/// its words are as large on a telephone as on a desk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Canvas {
    /// Width in its own units, which are pixels at full size.
    pub width: f64,
    /// What the identifiers of its drawings begin with.
    pub prefix: &'static str,
}

impl Canvas {
    /// For a desk and for paper.
    pub(crate) const WIDE: Canvas = Canvas {
        width: 860.0,
        prefix: "chart",
    };

    /// For a telephone.
    pub(crate) const NARROW: Canvas = Canvas {
        width: 340.0,
        prefix: "small-chart",
    };

    /// Whether labels need lines of their own.
    pub(crate) fn is_narrow(self) -> bool {
        self.width < 600.0
    }

    /// The identifier of a chart's drawing.
    pub(crate) fn id(self, number: usize) -> String {
        format!("{}-{number}", self.prefix)
    }
}

/// A drawing for each surface, of which the style sheet shows one.
pub(crate) fn both(draw: impl Fn(Canvas) -> Markup) -> Markup {
    html! {
        div.on-wide { (draw(Canvas::WIDE)) }
        div.on-narrow { (draw(Canvas::NARROW)) }
    }
}

/// Width of an average character of a label.
pub(crate) const LETTER: f64 = 6.4;

/// Height of a line of a label.
pub(crate) const LINE: f64 = 15.0;

/// The frame of a drawing, with its words for those who cannot see it.
pub(crate) fn drawing(
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

/// A length with at most one decimal.
pub(crate) fn px(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Room for the longest of some labels, within reason: longer ones take several lines.
pub(crate) fn room<'a>(labels: impl Iterator<Item = &'a String>, most: f64) -> f64 {
    let longest = labels.map(|label| label.chars().count()).max().unwrap_or(0);
    (longest as f64 * LETTER + 12.0).clamp(40.0, most)
}

/// A label in lines that fit their room: whole words where they can be, and all of them.
pub(crate) fn wrapped(label: &str, room: f64) -> Vec<String> {
    // Room for nine letters is room for nine, whatever arithmetic made of it.
    let fits = ((room / LETTER + 0.01) as usize).max(4);
    let mut lines: Vec<String> = Vec::new();
    for word in label.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(fits) {
            let piece: String = piece.iter().collect();
            match lines.last_mut() {
                Some(line) if line.chars().count() + piece.chars().count() < fits => {
                    line.push(' ');
                    line.push_str(&piece);
                }
                _ => lines.push(piece),
            }
        }
    }
    lines
}

/// A label in lines around the height `middle`, ending at `x`.
pub(crate) fn label_left(label: &str, x: f64, middle: f64, room: f64) -> Markup {
    let lines = wrapped(label, room);
    let first = middle + 4.0 - LINE * (lines.len().saturating_sub(1)) as f64 / 2.0;
    html! {
        @for (index, line) in lines.iter().enumerate() {
            text.e x=(px(x)) y=(px(first + LINE * index as f64)) { (line) }
        }
    }
}

/// A label in lines from the top `y` on, beginning at the left edge.
pub(crate) fn label_above(label: &str, y: f64, room: f64) -> Markup {
    html! {
        @for (index, line) in wrapped(label, room).iter().enumerate() {
            text x="0" y=(px(y + 12.0 + LINE * index as f64)) { (line) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_whole() {
        let label = "Maternity, and other admission to a hospital of the area";
        let lines = wrapped(label, 100.0);
        assert_eq!(lines.join(" "), label);
        assert!(lines.iter().all(|line| line.chars().count() <= 15));
        for letters in 5..30 {
            let longest = "m".repeat(letters);
            let room = room([&longest].into_iter(), 250.0) - 12.0;
            assert_eq!(wrapped(&longest, room), [longest.as_str()]);
        }
        assert_eq!(
            wrapped("Llanfairpwllgwyngyll", 64.0),
            ["Llanfairpw", "llgwyngyll"]
        );
    }
}
