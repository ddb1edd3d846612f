//! An upright plot: figures on the left axis, categories along the bottom.

use super::drawing::px;
use super::scale::{Scale, tick};
use crate::release::chart::{Chart, ChartSeries};
use maud::{Markup, html};

/// Height of the strip above a plot that shows which figures of a series are suppressed.
const STRIP: f64 = 15.0;

/// Where the points of a plot are.
pub(super) struct Plot<'a> {
    chart: &'a Chart,
    scale: Scale,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl<'a> Plot<'a> {
    /// A plot of this size for figures in `range`; `head` is the room of what stands above it, and
    /// `strips` how many series have suppressed figures.
    pub(super) fn new(
        chart: &'a Chart,
        size: (f64, f64),
        head: f64,
        strips: usize,
        range: (f64, f64),
    ) -> Self {
        let (top, bottom) = (head + STRIP * strips as f64, size.1 - 26.0);
        let ticks = if size.0 < 600.0 { 4.0 } else { 5.0 };
        let scale = Scale::between(chart.unit, range, bottom - top, ticks);
        let longest = scale
            .ticks
            .iter()
            .map(|t| tick(chart.unit, *t).chars().count());
        let left = longest.max().unwrap_or(1) as f64 * 7.4 + 14.0;
        Plot {
            chart,
            scale,
            left,
            right: size.0 - 14.0,
            top,
            bottom,
        }
    }

    /// How far along a category is.
    pub(super) fn x(&self, index: usize) -> f64 {
        match self.chart.categories.len() {
            0 | 1 => (self.left + self.right) / 2.0,
            points => {
                let room = self.right - self.left - 12.0;
                self.left + 6.0 + room * index as f64 / (points - 1) as f64
            }
        }
    }

    /// The height of a figure.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom - self.scale.at(value)
    }

    /// Both ends of the plot.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.left, self.right)
    }

    /// The grid, and both axes with their labels.
    pub(super) fn axes(&self) -> Markup {
        let labels = self.chart.categories.iter();
        let widest = labels.map(|label| label.chars().count()).max().unwrap_or(1);
        let each = (widest as f64 * 6.6 + 14.0).max(40.0);
        let fits = ((self.right - self.left) / each).max(1.0) as usize;
        let every = self.chart.categories.len().div_ceil(fits).max(1);
        html! {
            @for value in &self.scale.ticks {
                @let y = self.y(*value);
                path.grid d={ "M" (px(self.left)) " " (px(y)) "H" (px(self.right)) } {}
                text.soft.e x=(px(self.left - 6.0)) y=(px(y + 4.0)) { (tick(self.chart.unit, *value)) }
            }
            @for (index, category) in self.chart.categories.iter().enumerate().step_by(every) {
                @let half = category.chars().count() as f64 * 3.2;
                @let x = self.x(index).clamp(half, (self.right + 12.0 - half).max(half));
                text.soft.m x=(px(x)) y=(px(self.bottom + 18.0)) { (category) }
            }
            path.axis d={ "M" (px(self.left)) " " (px(self.bottom)) "H" (px(self.right)) } {}
        }
    }

    /// Which figures of a series are suppressed: marks above the plot, where no figure can be read.
    pub(super) fn strip(&self, series: &ChartSeries, place: usize, index: usize) -> Markup {
        let y = self.top - 8.0 - STRIP * (place as f64 + 1.0);
        let gap = match self.chart.categories.len() {
            0 | 1 => 14.0,
            points => (self.right - self.left) / points as f64,
        };
        let width = gap.clamp(3.0, 12.0);
        let points = series.points.iter().enumerate();
        let hidden = points.filter(|(_, p)| **p == crate::release::chart::Point::Suppressed);
        html! {
            text.b.e x=(px(self.left - 6.0)) y=(px(y + 12.0)) { "*" }
            @for (point, _) in hidden {
                rect class={ "h o" (index % 6) } x=(px(self.x(point) - width / 2.0)) y=(px(y))
                    width=(px(width)) height=(px(STRIP - 4.0)) {}
            }
        }
    }

    /// The line of a series, broken where a figure is missing.
    pub(super) fn path(&self, series: &ChartSeries) -> String {
        let mut path = String::new();
        let mut is_down = false;
        for (index, point) in series.points.iter().enumerate() {
            is_down = match point.value() {
                Some(value) => {
                    let step = if is_down { 'L' } else { 'M' };
                    let (x, y) = (px(self.x(index)), px(self.y(value)));
                    path.push_str(&format!("{step}{x} {y}"));
                    true
                }
                None => false,
            };
        }
        path
    }
}
