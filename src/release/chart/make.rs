//! What a chart shows, from released cells, before it is drawn by Excel or as SVG.

use super::frame::{Cell, Frame, FramePart, Shown, Unit};
use super::number::thousands;
use super::report_file::{ChartKind, ChartSpec};
use crate::disclosure::{Figure, SchemeWords};

/// A chart's figures and words.
#[derive(Debug, Clone)]
pub(super) struct Chart {
    pub kind: ChartKind,
    pub title: String,
    /// The heading of the categories.
    pub x_label: String,
    /// What the figures are.
    pub y_label: String,
    pub unit: Unit,
    pub categories: Vec<String>,
    pub series: Vec<ChartSeries>,
    /// What a reader must know beside the picture.
    pub notes: Vec<String>,
    /// What the sign of a withheld figure is, in a few words.
    pub sign: &'static str,
    /// What a gap is, as a sentence.
    pub gap: &'static str,
}

/// One series of points, as many as there are categories.
#[derive(Debug, Clone)]
pub(super) struct ChartSeries {
    pub name: String,
    pub points: Vec<Point>,
}

impl ChartSeries {
    /// Whether any point has confidence limits.
    pub(super) fn has_limits(&self) -> bool {
        self.points
            .iter()
            .any(|point| matches!(point, Point::Value(_, Some(_))))
    }
}

/// A point of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Point {
    /// A figure with its limits.
    Value(f64, Option<(f64, f64)>),
    /// Suppressed: drawn as a sign of its own, never as zero.
    Suppressed,
    /// There is nothing to draw.
    Nothing,
}

impl Point {
    /// The figure, when there is one.
    pub(super) fn value(self) -> Option<f64> {
        match self {
            Point::Value(value, _) => Some(value),
            _ => None,
        }
    }
}

/// More lines than this are drawn as one small chart each.
const LINES_TOGETHER: usize = 5;

/// The chart of a frame. Totals are left out: they would dwarf their parts.
pub(super) fn chart(spec: &ChartSpec, frame: &Frame, words: &SchemeWords) -> Chart {
    let is_y = |name: &String| {
        let of =
            |m: &super::frame::FrameMeasure| m.label == *name || m.column.as_ref() == Some(name);
        frame.measures.iter().position(of)
    };
    let measure = spec.y.as_ref().and_then(is_y).unwrap_or(0);
    let rows: Vec<usize> = (0..frame.rows.len())
        .filter(|r| !frame.rows[*r].is_total)
        .collect();
    let category = |row: &usize| {
        let labels: Vec<&str> = frame.rows[*row]
            .labels
            .iter()
            .map(|label| label.text.as_str())
            .collect();
        labels.join(", ")
    };
    let (series, left_out) = series(spec, frame, &rows, measure);
    let mut notes = Vec::new();
    if series.iter().any(|s| s.points.contains(&Point::Suppressed)) {
        notes.push(words.in_a_chart.clone());
    }
    if !left_out.is_empty() {
        notes.push(format!("Not drawn: {}.", left_out.join(", ")));
    }
    if frame.measures[measure].has_limits {
        notes.push("Thin lines are 95% confidence limits.".to_owned());
    }
    let x_label = frame
        .row_dimensions
        .iter()
        .find(|(column, _)| *column == spec.x);
    Chart {
        kind: spec.kind,
        title: frame.title.clone(),
        x_label: x_label.map_or(String::new(), |(_, label)| label.clone()),
        y_label: spec.y_label.clone(),
        unit: frame.measures[measure].unit,
        categories: rows.iter().map(category).collect(),
        series,
        notes,
        sign: words.sign,
        gap: words.gap,
    }
}

/// The series of a chart, one a value across, and the values that it does not draw.
fn series(
    spec: &ChartSpec,
    frame: &Frame,
    rows: &[usize],
    measure: usize,
) -> (Vec<ChartSeries>, Vec<String>) {
    let mut series = Vec::new();
    let mut left_out = Vec::new();
    for (g, group) in frame.groups.iter().enumerate() {
        let name = group.label.as_ref().map(|label| label.text.clone());
        if group.is_total {
            continue;
        }
        let wanted = |side: &Option<String>| side.is_some() && *side == name;
        if spec.kind == ChartKind::Pyramid && !wanted(&spec.left) && !wanted(&spec.right) {
            left_out.extend(name);
            continue;
        }
        let points = rows
            .iter()
            .map(|row| point(frame.cell(*row, g, measure)))
            .collect();
        let name = name.unwrap_or_else(|| frame.measures[measure].label.clone());
        series.push(ChartSeries { name, points });
    }
    if spec.kind == ChartKind::Pyramid {
        series.sort_by_key(|s| Some(&s.name) != spec.left.as_ref());
    }
    (series, left_out)
}

fn point(cell: Cell) -> Point {
    match (cell.shown(FramePart::Value), cell) {
        (Shown::Count(n), _) => Point::Value(n as f64, None),
        (Shown::Decimal(n), Cell::Figure(Figure::Value(estimate))) => {
            Point::Value(n, estimate.limits())
        }
        (Shown::Suppressed, _) => Point::Suppressed,
        _ => Point::Nothing,
    }
}

impl Chart {
    /// Whether each series is drawn as a small chart of its own.
    pub(super) fn is_panels(&self) -> bool {
        self.kind == ChartKind::Line && self.series.len() > LINES_TOGETHER
    }

    /// The largest figure or upper limit.
    pub(super) fn largest(&self) -> f64 {
        let of = |point: &Point| match point {
            Point::Value(value, limits) => limits.map_or(*value, |(_, upper)| upper),
            _ => 0.0,
        };
        self.series
            .iter()
            .flat_map(|series| series.points.iter().map(of))
            .fold(0.0, f64::max)
    }

    /// What the chart shows, in words, for those who cannot see it.
    pub(super) fn alternative(&self) -> String {
        let form = match self.kind {
            ChartKind::Bar => "Bar chart",
            ChartKind::StackedBar => "Stacked bar chart",
            ChartKind::Pyramid => "Population pyramid",
            ChartKind::Line => "Line chart",
        };
        let mut text = format!(
            "{form} of {} by {}",
            self.y_label,
            self.x_label.to_lowercase()
        );
        let biggest = self.series.iter().flat_map(|series| {
            let points = series.points.iter().zip(&self.categories);
            points.filter_map(move |(p, category)| p.value().map(|v| (v, category, &series.name)))
        });
        if let Some((value, category, name)) = biggest.max_by(|a, b| a.0.total_cmp(&b.0)) {
            let of = if self.series.len() > 1 {
                format!(", {name}")
            } else {
                String::new()
            };
            text.push_str(&format!(
                ". The largest figure is {} ({category}{of})",
                self.figure(value)
            ));
        }
        text.push_str(". All figures are in the table.");
        text
    }

    /// A figure in the chart's unit.
    pub(super) fn figure(&self, value: f64) -> String {
        match self.unit {
            Unit::Count => thousands(value.abs().round() as u64),
            Unit::Percent => format!("{value:.1}%"),
            Unit::Per(_) => super::number::readable(Shown::Decimal(value)),
        }
    }
}
