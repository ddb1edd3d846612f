//! A chart's figures and words.

use super::benchmark::Benchmark;
use super::control::ControlChart;
use super::funnel::FunnelChart;
use super::outline::Outline;
use super::point::{ChartSeries, Point};
use crate::drawing::Compared;
use crate::release::frame::Unit;
use crate::release::report_file::ChartKind;

/// A chart's figures and words.
#[derive(Debug, Clone)]
pub(in crate::release) struct Chart {
    pub kind: ChartKind,
    pub title: String,
    /// The heading of the categories.
    pub x_label: String,
    /// What the figures are.
    pub y_label: String,
    pub unit: Unit,
    pub categories: Vec<String>,
    pub series: Vec<ChartSeries>,
    /// What the figures are compared with.
    pub benchmark: Option<Benchmark>,
    /// How each category of the only series stands to the benchmark; empty where none is compared.
    pub compared: Vec<Compared>,
    /// The limits and signals of each series of a control chart.
    pub controls: Vec<ControlChart>,
    /// The points and lines of a funnel plot.
    pub funnel: Option<FunnelChart>,
    /// The shape of the whole area over the pyramid of one of its areas.
    pub outline: Option<Outline>,
    /// What a reader must know beside the picture.
    pub notes: Vec<String>,
    /// What the sign of a withheld figure is, in a few words.
    pub sign: &'static str,
    /// What a gap is, as a sentence.
    pub gap: &'static str,
}

/// More lines than this are drawn as one small chart each.
const LINES_TOGETHER: usize = 5;

impl Chart {
    /// Whether each series is drawn as a small chart of its own.
    pub(in crate::release) fn is_panels(&self) -> bool {
        match self.kind {
            ChartKind::Line => self.series.len() > LINES_TOGETHER,
            ChartKind::Control => true,
            _ => false,
        }
    }

    /// The same chart of some of its series.
    pub(in crate::release) fn panel(&self, which: &[usize]) -> Chart {
        let series = which
            .iter()
            .filter_map(|index| self.series.get(*index).cloned());
        let controls = which
            .iter()
            .filter_map(|index| self.controls.get(*index).cloned());
        Chart {
            series: series.collect(),
            controls: controls.collect(),
            ..self.clone()
        }
    }

    /// Whether there is nothing to draw.
    pub(in crate::release) fn is_empty(&self) -> bool {
        self.categories.is_empty() || self.series.is_empty()
    }

    /// Says in words that all its figures are withheld; nothing where one of them is shown. An axis without
    /// figures would be of nothing.
    pub(in crate::release) fn withheld(&self) -> Option<String> {
        let is_shown = |series: &ChartSeries| series.points.iter().any(|p| p.value().is_some());
        let is_withheld = self.series.iter().any(ChartSeries::has_suppressed);
        (is_withheld && !self.series.iter().any(is_shown)).then(|| {
            format!(
                "Nothing is drawn: all figures are withheld ({}).",
                self.sign
            )
        })
    }

    /// Whether its categories stand on the upright axis.
    pub(in crate::release) fn lies_down(&self) -> bool {
        !matches!(
            self.kind,
            ChartKind::Line | ChartKind::Control | ChartKind::Funnel | ChartKind::Fan
        )
    }

    /// The largest figure, upper limit, benchmark or width of the outline.
    pub(in crate::release) fn largest(&self) -> f64 {
        let of = |point: &Point| match point {
            Point::Value(value, limits) => limits.map_or(*value, |(_, upper)| upper),
            _ => 0.0,
        };
        let points = self.series.iter().flat_map(|series| &series.points);
        let benchmark = self.benchmark.iter().map(|benchmark| benchmark.value);
        let outline = self.outline.iter().flat_map(|outline| &outline.sides);
        let outline = outline.flatten().filter_map(|width| *width);
        let all = points.map(of).chain(benchmark).chain(outline);
        all.fold(0.0, f64::max)
    }

    /// A category with its figure, as a reader is told it.
    pub(in crate::release) fn told(&self, series: usize, category: usize) -> String {
        let mut text = self.categories.get(category).cloned().unwrap_or_default();
        let Some(one) = self.series.get(series) else {
            return text;
        };
        if self.series.len() > 1 {
            text = format!("{text}, {}", one.name);
        }
        let said = match one.points.get(category) {
            Some(Point::Value(value, limits)) => {
                let limits = limits.map(|(lower, upper)| {
                    let (lower, upper) = (self.figure(lower), self.figure(upper));
                    format!(" (95% limits {lower} to {upper})")
                });
                format!("{}{}", self.figure(*value), limits.unwrap_or_default())
            }
            Some(Point::Suppressed) => format!("* ({})", self.sign),
            _ => "no figure".to_owned(),
        };
        let compared = self.compared.get(category).and_then(|c| c.word());
        let compared = compared.map_or(String::new(), |word| format!(", {word}"));
        let outline = self.outline.as_ref();
        let outline = outline.map_or(String::new(), |outline| {
            let shape = outline.told(series, category);
            format!("; with the shape of the whole area {shape}")
        });
        format!("{text}: {said}{compared}{outline}")
    }

    /// A figure in the chart's unit.
    pub(in crate::release) fn figure(&self, value: f64) -> String {
        use crate::release::frame::Shown;
        use crate::release::number::{readable, thousands};
        match self.unit {
            Unit::Count => thousands(value.abs().round() as u64),
            Unit::Percent => format!("{}%", readable(Shown::Decimal(value))),
            Unit::Per(_) | Unit::Mean | Unit::Percentile | Unit::Years | Unit::Projected => {
                readable(Shown::Decimal(value))
            }
        }
    }
}
