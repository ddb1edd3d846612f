//! Maps: the shape of each area in the colour, pattern and mark of its class.

use super::drawing::{Canvas, LETTER, LINE, both, drawing, px};
use crate::drawing::Compared;
use crate::release::boundaries::MapShape;
use crate::release::chart::{MapChart, MapClass};
use maud::{Markup, html};

/// Tallest map on a narrow surface.
const TALLEST: f64 = 440.0;

/// Room that a mark needs, along and down.
const MARK: f64 = 15.0;

/// The patterns of maps, once a page that has one. They are drawn in steps of the grid, of which ten are a
/// pixel of a wide drawing.
pub(super) fn patterns() -> Markup {
    let pattern = |id: &str, transform: &str, d: &str| {
        html! {
            pattern id=(id) width="7" height="7" patternUnits="userSpaceOnUse" patternTransform=(transform) {
                path d=(d) {}
            }
        }
    };
    html! {
        svg.defs aria-hidden="true" focusable="false" {
            defs {
                (pattern("area-withheld", "scale(10) rotate(45)", "M0 0V7"))
                (pattern("area-worse", "scale(10) rotate(-45)", "M0 0V7"))
                (pattern("area-better", "scale(10)", "M3 3h1.5"))
                (pattern("area-higher", "scale(10)", "M0 0V7"))
                (pattern("area-lower", "scale(10)", "M0 0H7"))
            }
        }
    }
}

/// The figure of a map: key, drawing, and what to know about it.
pub(in crate::release::html) fn map(map: &MapChart, number: usize) -> Markup {
    let of = &map.figures;
    let series = of.series.first().map(|series| series.name.as_str());
    let at = series.filter(|name| *name != of.y_label && !name.is_empty());
    let at = at.map_or(String::new(), |name| format!(", {name}"));
    let caption = format!(
        "Map of {} by {}{at}.",
        of.y_label,
        of.x_label.to_lowercase()
    );
    if let Some(words) = of.withheld() {
        return html! { figure { figcaption { (caption) " " (words) } } };
    }
    html! {
        figure.map {
            (key(map))
            svg.defs aria-hidden="true" focusable="false" {
                defs {
                    @for (category, shape) in map.drawn() {
                        path.shape id=(id(number, category)) d=(shape.path) {}
                    }
                }
            }
            (both(|canvas| draw(map, canvas, number)))
            figcaption {
                (caption)
                @for note in map.notes() { " " (note) }
            }
        }
    }
}

fn id(number: usize, category: usize) -> String {
    format!("area-{number}-{category}")
}

fn draw(map: &MapChart, canvas: Canvas, number: usize) -> Markup {
    let (width, height) = map.size();
    let (width, height) = (f64::from(width), f64::from(height));
    let scale = match canvas.is_narrow() {
        true => (canvas.width / width).min(TALLEST / height),
        // The grid is made for it.
        false => 0.1,
    };
    // The borders at the edges have their whole width.
    let scale = scale * 0.99;
    let left = (canvas.width - width * scale) / 2.0;
    let place = format!("translate({} 2) scale({scale:.4})", px(left));
    let inside = html! {
        @for (category, _) in map.drawn() {
            @let class = map.class(category);
            @let address = format!("#{}", id(number, category));
            g.k data-k=(map.figures.categories[category]) data-t=(map.figures.told(0, category)) {
                g transform=(place) {
                    use.(fill(class)).own[map.is_own(category)] href=(address) {}
                    @if let Some(pattern) = pattern(class) { use.(pattern) href=(address) {} }
                }
            }
        }
        // Over all shapes: a mark near a border would lie under the neighbour.
        @for (category, shape) in map.drawn() {
            g.k.mark data-k=(map.figures.categories[category]) {
                (mark(map, category, shape, (left, scale)))
            }
        }
    };
    let id = format!("map-{}", canvas.id(number));
    let title = format!("Map: {}", map.figures.title);
    let size = (canvas.width, height * scale + 4.0);
    drawing(&id, size, &title, &map.alternative(), inside)
}

/// The name and figure of an area, or its mark alone; nothing where there is no room.
fn mark(map: &MapChart, category: usize, shape: &MapShape, (left, scale): (f64, f64)) -> Markup {
    let class = map.class(category);
    let sign = sign(class);
    let name = map.figures.categories[category].as_str();
    let figure = map
        .figures
        .series
        .first()
        .and_then(|one| one.points.get(category)?.value());
    let figure = match (figure, sign.is_empty()) {
        (Some(value), false) => format!("{sign} {}", map.figures.figure(value)),
        _ => sign.clone(),
    };
    let room = [shape.width, shape.height].map(|length| f64::from(length) * scale);
    let x = left + f64::from(shape.mark[0]) * scale;
    let y = 2.0 + f64::from(shape.mark[1]) * scale;
    let longest = name.chars().count().max(figure.chars().count()) as f64;
    if longest * LETTER + 8.0 <= room[0] && room[1] >= 3.0 * LINE {
        return html! {
            text.m.b[map.is_own(category)] x=(px(x)) y=(px(y - 3.0)) { (name) }
            text.m x=(px(x)) y=(px(y + LINE - 3.0)) { (figure) }
        };
    }
    html! {
        @if room[0] >= MARK && room[1] >= MARK {
            text.m x=(px(x)) y=(px(y + 4.0)) { (sign) }
        }
    }
}

/// The mark of a class: a shape or, of a class of figures, a letter, which cannot be read as a figure.
fn sign(class: MapClass) -> String {
    match class {
        MapClass::Compared(compared) => compared.shape().to_owned(),
        MapClass::Value(class) => letter(class).to_string(),
        MapClass::Withheld => "*".to_owned(),
        MapClass::Nothing => String::new(),
    }
}

fn letter(class: usize) -> char {
    let letters = ['A', 'B', 'C', 'D', 'E'];
    letters[class.min(letters.len() - 1)]
}

/// The class of its colour.
fn fill(class: MapClass) -> String {
    match class {
        MapClass::Compared(compared) => compared.class().to_owned(),
        MapClass::Value(class) => format!("m{class}"),
        MapClass::Withheld => "withheld".to_owned(),
        MapClass::Nothing => "no-figure".to_owned(),
    }
}

/// The class of the pattern over its colour.
fn pattern(class: MapClass) -> Option<&'static str> {
    match class {
        MapClass::Compared(Compared::Better) => Some("p-better"),
        MapClass::Compared(Compared::Worse) => Some("p-worse"),
        MapClass::Compared(Compared::Higher) => Some("p-higher"),
        MapClass::Compared(Compared::Lower) => Some("p-lower"),
        _ => None,
    }
}

/// The classes that are on the map, in words.
fn key(map: &MapChart) -> Markup {
    let compared = Compared::ALL.into_iter().filter_map(|compared| {
        let word = compared.word()?;
        Some((
            MapClass::Compared(compared),
            format!("{} {word}", compared.shape()),
        ))
    });
    let values = (0..map.classes.len()).map(|class| {
        (
            MapClass::Value(class),
            format!("{} {}", letter(class), map.range(class)),
        )
    });
    let others = [
        (MapClass::Withheld, format!("* {}", map.figures.sign)),
        (MapClass::Nothing, "no figure".to_owned()),
    ];
    let all = compared.chain(values).chain(others);
    html! {
        ul.key {
            @for (class, words) in all.filter(|(class, _)| map.has(*class)) {
                li {
                    svg viewBox="0 0 140 140" aria-hidden="true" focusable="false" {
                        rect.(fill(class)) width="140" height="140" {}
                        @if let Some(pattern) = pattern(class) { rect.(pattern) width="140" height="140" {} }
                    }
                    (words)
                }
            }
        }
    }
}
