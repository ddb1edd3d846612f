//! The series of a chart: which rows and columns of a released table each is made of.

use super::point::{ChartSeries, Point};
use crate::disclosure::Figure;
use crate::release::frame::{Cell, Frame, FramePart, Shown, Unit};
use crate::release::report_file::{ChartKind, ChartSpec};
use crate::release::table_data::Label;

/// The categories and series of a chart, and the values that it leaves out.
pub(super) struct Drawn {
    pub categories: Vec<String>,
    pub series: Vec<ChartSeries>,
    pub left_out: Vec<String>,
}

/// What a chart draws of a measure.
pub(super) fn drawn(spec: &ChartSpec, frame: &Frame, measure: usize) -> Drawn {
    match spec.kind {
        ChartKind::Line | ChartKind::Control | ChartKind::Fan => over_time(spec, frame, measure),
        ChartKind::Ranked | ChartKind::Forest | ChartKind::Funnel => one(spec, frame, measure),
        ChartKind::Bar | ChartKind::StackedBar | ChartKind::Pyramid => side(spec, frame, measure),
    }
}

/// The rows that are no totals.
pub(super) fn parts(frame: &Frame) -> Vec<usize> {
    let rows = 0..frame.rows.len();
    rows.filter(|r| !frame.rows[*r].is_total).collect()
}

/// The label of a row.
fn row_label(frame: &Frame, row: usize) -> String {
    let labels = frame.rows[row].labels.iter();
    let labels: Vec<String> = labels.map(Label::shown).collect();
    labels.join(", ")
}

/// The column of a chart that draws one: that which the report names, or the last. A part of a year
/// says so in its label and is not compared with anything unless it is the only one.
pub(super) fn column(spec: &ChartSpec, frame: &Frame) -> Option<usize> {
    let text = |g: usize| {
        frame.groups[g]
            .label
            .as_ref()
            .map(|label| label.text.as_str())
    };
    let groups = (0..frame.groups.len()).filter(|g| !frame.groups[*g].is_total);
    if let Some(at) = &spec.at {
        return groups.clone().find(|g| text(*g) == Some(at));
    }
    let is_whole = |g: &usize| !text(*g).is_some_and(|text| text.contains("(part"));
    let whole = groups.clone().rfind(is_whole);
    whole.or_else(|| groups.clone().next_back())
}

/// One column of the table.
fn one(spec: &ChartSpec, frame: &Frame, measure: usize) -> Drawn {
    let rows = parts(frame);
    let Some(group) = column(spec, frame) else {
        return Drawn {
            categories: Vec::new(),
            series: Vec::new(),
            left_out: Vec::new(),
        };
    };
    let label = frame.groups[group].label.as_ref();
    let points = rows.iter();
    let points = points.map(|row| point(frame.cell(*row, group, measure)));
    Drawn {
        categories: rows.iter().map(|row| row_label(frame, *row)).collect(),
        series: vec![ChartSeries {
            name: label.map_or(frame.measures[measure].label.clone(), Label::shown),
            points: points.collect(),
            is_whole: false,
        }],
        left_out: Vec::new(),
    }
}

/// A category a row, and a series a column.
fn side(spec: &ChartSpec, frame: &Frame, measure: usize) -> Drawn {
    let rows = parts(frame);
    let (mut series, mut left_out) = (Vec::new(), Vec::new());
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
        let points = rows.iter();
        let points = points.map(|row| point(frame.cell(*row, g, measure)));
        series.push(ChartSeries {
            name: name.unwrap_or_else(|| frame.measures[measure].label.clone()),
            points: points.collect(),
            is_whole: false,
        });
    }
    if spec.kind == ChartKind::Pyramid {
        series.sort_by_key(|s| Some(&s.name) != spec.left.as_ref());
    }
    Drawn {
        categories: rows.iter().map(|row| row_label(frame, *row)).collect(),
        series,
        left_out,
    }
}

/// A category each value of `x`, and a series each combination of everything else: rows of other
/// dimensions are lines of their own, not points of the same line.
fn over_time(spec: &ChartSpec, frame: &Frame, measure: usize) -> Drawn {
    let x = frame.row_dimensions.iter().position(|(c, _)| *c == spec.x);
    let x = x.unwrap_or(0);
    let rows = parts(frame);
    let mut categories: Vec<String> = Vec::new();
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut places = Vec::new();
    for row in &rows {
        let labels = &frame.rows[*row].labels;
        let category = labels.get(x).map_or("", |label| label.text.as_str());
        let others = labels.iter().enumerate().filter(|(d, _)| *d != x);
        let others: Vec<String> = others.map(|(_, label)| label.shown()).collect();
        let c = categories.iter().position(|known| known == category);
        let l = lines.iter().position(|known| *known == others);
        places.push((
            c.unwrap_or(categories.len()),
            l.unwrap_or(lines.len()),
            *row,
        ));
        if c.is_none() {
            categories.push(category.to_owned());
        }
        if l.is_none() {
            lines.push(others);
        }
    }
    let mut series = Vec::new();
    for (l, line) in lines.iter().enumerate() {
        for (g, group) in frame.groups.iter().enumerate() {
            // A total of counts would dwarf its parts; that of rates lies among them.
            if group.is_total && frame.measures[measure].unit == Unit::Count {
                continue;
            }
            let mut points = vec![Point::Nothing; categories.len()];
            for (c, _, row) in places.iter().filter(|(_, at, _)| *at == l) {
                points[*c] = point(frame.cell(*row, g, measure));
            }
            let across = group.label.iter().map(Label::shown);
            let name: Vec<String> = line.iter().cloned().chain(across).collect();
            series.push(ChartSeries {
                name: match name.is_empty() {
                    true => frame.measures[measure].label.clone(),
                    false => name.join(", "),
                },
                points,
                is_whole: group.is_total,
            });
        }
    }
    Drawn {
        categories,
        series,
        left_out: Vec::new(),
    }
}

/// A cell as a point.
pub(super) fn point(cell: Cell) -> Point {
    match (cell.shown(FramePart::Value), cell) {
        (Shown::Count(n), _) => Point::Value(n as f64, None),
        (Shown::Decimal(n), Cell::Figure(Figure::Value(estimate))) => {
            Point::Value(n, estimate.limits())
        }
        (Shown::Suppressed, _) => Point::Suppressed,
        _ => Point::Nothing,
    }
}
