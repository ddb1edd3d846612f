//! A funnel plot: each place by its size, between the limits of chance.

use super::drawing::{Canvas, LETTER, LINE, drawing, px, told};
use super::scale::{Scale, tick};
use crate::release::chart::{Chart, FunnelChart, FunnelLine, FunnelPlace};
use crate::release::frame::Unit;
use maud::{Markup, html};

/// Places outside of the outer limits that are named in the picture.
const NAMED: usize = 8;

/// The axes of a plot.
struct Axes {
    x: Scale,
    y: Scale,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Axes {
    fn new(chart: &Chart, funnel: &FunnelChart, canvas: Canvas) -> Self {
        let height = if canvas.is_narrow() { 300.0 } else { 400.0 };
        let (top, bottom) = (28.0, height - 46.0);
        let (left, right) = (58.0, canvas.width - 16.0);
        let sizes = funnel.lines.iter().flatten().map(|line| line.size);
        let values = || funnel.places.iter().map(|place| place.value);
        let most = values().chain([chart.largest()]).fold(0.0, f64::max);
        let least = values().fold(f64::INFINITY, f64::min);
        // As far as the figures go: the curves leave the picture where sizes are small.
        let least = if least > most / 3.0 {
            least - (most - least) / 8.0
        } else {
            0.0
        };
        let ticks = if canvas.is_narrow() { 3.0 } else { 6.0 };
        Axes {
            x: Scale::between(
                Unit::Count,
                (0.0, sizes.fold(0.0, f64::max)),
                right - left,
                ticks,
            ),
            y: Scale::between(chart.unit, (least, most * 1.02), bottom - top, 5.0),
            left,
            right,
            top,
            bottom,
        }
    }

    fn at(&self, size: f64, value: f64) -> (f64, f64) {
        let y = (self.bottom - self.y.at(value)).clamp(self.top, self.bottom);
        (self.left + self.x.at(size), y)
    }

    fn line(&self, points: impl Iterator<Item = (f64, f64)>) -> String {
        let mut path = String::new();
        for (size, value) in points {
            let (x, y) = self.at(size, value);
            let step = if path.is_empty() { 'M' } else { 'L' };
            path.push_str(&format!("{step}{} {}", px(x), px(y)));
        }
        path
    }

    /// Whether a limit lies within the picture.
    fn shows(&self, value: f64) -> bool {
        let y = self.bottom - self.y.at(value);
        y >= self.top && y <= self.bottom
    }
}

/// Draws the funnel.
pub(super) fn draw(chart: &Chart, funnel: &FunnelChart, canvas: Canvas, number: usize) -> Markup {
    let axes = Axes::new(chart, funnel, canvas);
    let benchmark = chart.benchmark.as_ref().map(|benchmark| benchmark.value);
    let names = names(chart, funnel, &axes, canvas);
    let inside = html! {
        text.soft x="2" y="13" { (chart.y_label) }
        @for value in &axes.y.ticks {
            @let (_, y) = axes.at(0.0, *value);
            path.grid d={ "M" (px(axes.left)) " " (px(y)) "H" (px(axes.right)) } {}
            text.soft.e x=(px(axes.left - 6.0)) y=(px(y + 4.0)) { (tick(chart.unit, *value)) }
        }
        @for value in &axes.x.ticks {
            @let (x, _) = axes.at(*value, 0.0);
            text.soft.m x=(px(x)) y=(px(axes.bottom + 18.0)) { (tick(Unit::Count, *value)) }
        }
        path.axis d={ "M" (px(axes.left)) " " (px(axes.bottom)) "H" (px(axes.right)) } {}
        text.soft.m x=(px((axes.left + axes.right) / 2.0)) y=(px(axes.bottom + 38.0)) {
            (funnel.size_label)
        }
        @if let Some(benchmark) = benchmark {
            @let (_, y) = axes.at(0.0, benchmark);
            path.mean d={ "M" (px(axes.left)) " " (px(y)) "H" (px(axes.right)) } {}
        }
        @for (class, lines) in ["process", "process outer"].iter().zip(&funnel.lines) {
            path class=(class) d=(axes.line(lower(lines).filter(|(_, v)| axes.shows(*v)))) {}
            path class=(class) d=(axes.line(upper(lines).filter(|(_, v)| axes.shows(*v)))) {}
        }
        @for place in &funnel.places { (told(chart, 0, place.category, point(&axes, place))) }
        @for name in &names {
            text class=(if name.is_left { "e" } else { "" }) x=(px(name.x)) y=(px(name.y + 4.0)) { (name.text) }
        }
    };
    let size = (canvas.width, axes.bottom + 46.0);
    drawing(
        &canvas.id(number),
        size,
        &chart.title,
        &chart.alternative(),
        inside,
    )
}

fn lower(lines: &[FunnelLine]) -> impl Iterator<Item = (f64, f64)> {
    lines.iter().map(|line| (line.size, line.lower))
}

fn upper(lines: &[FunnelLine]) -> impl Iterator<Item = (f64, f64)> {
    lines
        .iter()
        .filter_map(|line| Some((line.size, line.upper?)))
}

/// A place: round within the inner limits, a square outside of them, a diamond outside of the outer ones.
fn point(axes: &Axes, place: &FunnelPlace) -> Markup {
    let (x, y) = axes.at(place.size, place.value);
    let class = match place.outside {
        0 => "vs",
        outside if outside > 0 => "vh",
        _ => "vl",
    };
    html! {
        @match place.outside.abs() {
            0 => circle class=(class) cx=(px(x)) cy=(px(y)) r="4.5" {},
            1 => rect class=(class) x=(px(x - 4.5)) y=(px(y - 4.5)) width="9" height="9" {},
            _ => path class=(class) d={ "M" (px(x)) " " (px(y - 7.0)) "l7 7l-7 7l-7-7z" } {},
        }
    }
}

/// The name of a place beside its point.
struct PlaceName<'a> {
    text: &'a str,
    x: f64,
    y: f64,
    is_left: bool,
}

impl PlaceName<'_> {
    /// From where to where it goes.
    fn ends(&self) -> (f64, f64) {
        let width = self.text.chars().count() as f64 * (LETTER + 0.8);
        match self.is_left {
            true => (self.x - width, self.x),
            false => (self.x, self.x + width),
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        let ((a, b), (c, d)) = (self.ends(), other.ends());
        (self.y - other.y).abs() < LINE && a < d && c < b
    }
}

/// The names of places outside of the outer limits, as far as they can stand without lying over each
/// other: all are in the table and in the words of the chart.
fn names<'a>(
    chart: &'a Chart,
    funnel: &FunnelChart,
    axes: &Axes,
    canvas: Canvas,
) -> Vec<PlaceName<'a>> {
    let mut names: Vec<PlaceName<'_>> = Vec::new();
    for place in funnel
        .places
        .iter()
        .filter(|place| place.outside.abs() == 2)
    {
        let (x, y) = axes.at(place.size, place.value);
        let text = chart.categories.get(place.category);
        let text = text.map_or("", String::as_str);
        let sides = [false, true].map(|is_left| PlaceName {
            text,
            x: if is_left { x - 10.0 } else { x + 10.0 },
            y,
            is_left,
        });
        let fits = |name: &PlaceName<'_>| {
            let (start, end) = name.ends();
            let hits = |other: &FunnelPlace| {
                let (x, y) = axes.at(other.size, other.value);
                (y - name.y).abs() < LINE / 2.0 && x > start - 2.0 && x < end + 2.0
            };
            start >= axes.left
                && end <= canvas.width
                && !names.iter().any(|n| n.overlaps(name))
                && !funnel.places.iter().any(hits)
        };
        if let Some(name) = sides.into_iter().find(fits) {
            names.push(name);
        }
        if names.len() == NAMED {
            break;
        }
    }
    names
}
