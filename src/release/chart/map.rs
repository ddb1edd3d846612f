//! Maps: the released figure of each area as a class of its shape.

use super::make::chart;
use super::model::Chart;
use super::names::listed;
use super::point::Point;
use crate::capital::capital;
use crate::disclosure::SchemeWords;
use crate::drawing::Compared;
use crate::error::Result;
use crate::figures::FigureArea;
use crate::plural::things;
use crate::release::boundaries::{BoundarySet, MapShape, MapShapes};
use crate::release::frame::Frame;
use crate::release::report_file::{ChartKind, ChartSpec, MapSpec};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Names that are listed before the others are counted.
const NAMED: usize = 10;

/// Classes of a map by value, at most.
const MOST_CLASSES: usize = 5;

/// A map of the areas of a table.
#[derive(Debug)]
pub(in crate::release) struct MapChart {
    /// The figures, one an area, compared with the benchmark where there is one.
    pub figures: Chart,
    shapes: Arc<MapShapes>,
    /// The code of each category that has a shape.
    codes: Vec<Option<String>>,
    /// The category of the area that the report is of.
    own: Option<usize>,
    /// The least and the largest figure of each class, where areas are not compared.
    pub classes: Vec<(f64, f64)>,
    source: Option<String>,
}

/// How an area is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::release) enum MapClass {
    /// By how it stands to the benchmark.
    Compared(Compared),
    /// By the class of its figure.
    Value(usize),
    /// Its figure is withheld.
    Withheld,
    /// It has no figure.
    Nothing,
}

impl MapChart {
    /// The map of a frame; none where the site gives no boundaries of its areas, or none of them has a figure
    /// or a sign of one.
    ///
    /// # Errors
    /// Refused, when the boundaries are those of other areas.
    pub(in crate::release) fn of(
        spec: &MapSpec,
        frame: &Frame,
        words: &SchemeWords,
        areas: &BTreeMap<String, FigureArea>,
        boundaries: &BoundarySet,
    ) -> Result<Option<MapChart>> {
        let Some((x, _)) = frame.row_dimensions.first() else {
            return Ok(None);
        };
        let mut figures = chart(&as_forest(spec, x), frame, words);
        if figures.is_empty() {
            return Ok(None);
        }
        // Without limits nothing differs from anything: the figures have classes of their own.
        if !figures
            .compared
            .iter()
            .any(|compared| compared.word().is_some())
        {
            figures.compared.clear();
            figures.benchmark = None;
        }
        let parts: Vec<_> = frame.rows.iter().filter(|row| !row.is_total).collect();
        let area = |at: usize| areas.get(&parts.get(at)?.labels.first()?.value);
        let found: Vec<Option<&FigureArea>> = (0..figures.categories.len()).map(area).collect();
        let coded = |of: &&FigureArea| of.code.is_some() && boundaries.has(&of.level);
        let Some(level) = found.iter().flatten().find(|of| coded(of)) else {
            return Ok(None);
        };
        let level = &level.level;
        let codes: BTreeSet<String> = found
            .iter()
            .flatten()
            .filter_map(|of| of.code.clone())
            .collect();
        let Some(shapes) = boundaries.shapes(level, &codes)? else {
            return Ok(None);
        };
        let code = |of: &Option<&FigureArea>| {
            let code = of.and_then(|of| of.code.clone());
            code.filter(|code| shapes.shapes.contains_key(code))
        };
        let codes = found.iter().map(code).collect();
        let classes = match figures.compared.is_empty() {
            true => classes(&figures),
            false => Vec::new(),
        };
        let is_own = |at: &usize| {
            parts
                .get(*at)
                .is_some_and(|row| row.labels.iter().any(|l| l.is_own))
        };
        Ok(Some(MapChart {
            own: (0..figures.categories.len()).find(is_own),
            figures,
            codes,
            classes,
            source: boundaries.source(level).map(str::to_owned),
            shapes,
        }))
    }

    /// Its width and height, in steps of its grid.
    pub(in crate::release) fn size(&self) -> (i32, i32) {
        self.shapes.size
    }

    /// The areas that are drawn: the category of each, and its shape. The one that the report is of comes
    /// last, so that its border lies over those of its neighbours.
    pub(in crate::release) fn drawn(&self) -> Vec<(usize, &MapShape)> {
        let shape = |(at, code): (usize, &Option<String>)| {
            Some((at, self.shapes.shapes.get(code.as_ref()?)?))
        };
        let mut drawn: Vec<_> = self.codes.iter().enumerate().filter_map(shape).collect();
        drawn.sort_by_key(|(at, _)| self.is_own(*at));
        drawn
    }

    /// Whether the report is of this area.
    pub(in crate::release) fn is_own(&self, category: usize) -> bool {
        self.own == Some(category)
    }

    /// How an area is drawn.
    pub(in crate::release) fn class(&self, category: usize) -> MapClass {
        let point = self
            .figures
            .series
            .first()
            .and_then(|one| one.points.get(category));
        let value = match point {
            Some(Point::Value(value, _)) => *value,
            Some(Point::Suppressed) => return MapClass::Withheld,
            _ => return MapClass::Nothing,
        };
        if let Some(compared) = self.figures.compared.get(category) {
            return match compared {
                // A figure without limits cannot be compared.
                Compared::Unknown => MapClass::Nothing,
                compared => MapClass::Compared(*compared),
            };
        }
        let class = self.classes.iter().position(|(_, most)| value <= *most);
        class.map_or(MapClass::Nothing, MapClass::Value)
    }

    /// Whether any area that is drawn is of this class.
    pub(in crate::release) fn has(&self, class: MapClass) -> bool {
        self.drawn().iter().any(|(at, _)| self.class(*at) == class)
    }

    /// From which figure to which a class goes, as a reader is told it.
    pub(in crate::release) fn range(&self, class: usize) -> String {
        let Some((least, most)) = self.classes.get(class) else {
            return String::new();
        };
        let (least, most) = (self.figures.figure(*least), self.figures.figure(*most));
        match least == most {
            true => least,
            false => format!("{least} to {most}"),
        }
    }

    /// What it shows, in words, for those who cannot see it.
    pub(in crate::release) fn alternative(&self) -> String {
        let x = self.figures.x_label.to_lowercase();
        let mut text = format!("Map of {} by {x}", self.figures.y_label);
        let mut told = |word: &str, class: MapClass| {
            let drawn = self.drawn();
            let names = drawn.iter().filter(|(at, _)| self.class(*at) == class);
            let names: Vec<&str> = names
                .map(|(at, _)| self.figures.categories[*at].as_str())
                .collect();
            if !names.is_empty() {
                text.push_str(&format!(". {}: {}", capital(word), listed(&names, NAMED)));
            }
        };
        for compared in Compared::ALL {
            if let Some(word) = compared.word() {
                told(word, MapClass::Compared(compared));
            }
        }
        for class in (0..self.classes.len()).rev() {
            told(&self.range(class), MapClass::Value(class));
        }
        told("withheld", MapClass::Withheld);
        text.push_str(". All figures are in the table.");
        text
    }

    /// What a reader must know beside the picture.
    pub(in crate::release) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(benchmark) = &self.figures.benchmark {
            let figure = self.figures.figure(benchmark.value);
            notes.push(format!("The comparison is with {} ({figure}): an area is higher or lower, better or worse, when its whole 95% interval is above or below that; otherwise it is similar.", benchmark.label.to_lowercase()));
        }
        if !self.classes.is_empty() {
            notes.push(
                "Each class has about as many areas, from its smallest figure to its largest."
                    .to_owned(),
            );
        }
        if self.has(MapClass::Withheld) {
            notes.push(format!(
                "Hatched areas: {}; nothing of their figures is shown.",
                self.figures.sign
            ));
        }
        let without = self.codes.iter().zip(&self.figures.categories);
        let without = without.filter(|(code, _)| code.is_none());
        let without: Vec<&str> = without.map(|(_, name)| name.as_str()).collect();
        if !without.is_empty() {
            notes.push(format!(
                "Without a boundary, so not on the map: {}.",
                listed(&without, NAMED)
            ));
        }
        if self.shapes.others > 0 {
            let others = things(self.shapes.others, "more area");
            notes.push(format!(
                "The file of boundaries has {others}, without a figure in this table, not drawn."
            ));
        }
        notes.push("Borders are simplified.".to_owned());
        notes.extend(
            self.source
                .iter()
                .map(|source| format!("Boundaries: {source}")),
        );
        notes
    }
}

/// A map shows the figures that a forest plot would, compared in the same way.
fn as_forest(spec: &MapSpec, x: &str) -> ChartSpec {
    ChartSpec {
        kind: ChartKind::Forest,
        x: x.to_owned(),
        series: None,
        y: Some(spec.y.clone()),
        y_label: spec.y_label.clone(),
        left: None,
        right: None,
        at: spec.at.clone(),
        benchmark: spec.benchmark.clone(),
        better: spec.better,
        size: None,
        target: None,
    }
}

/// Classes of about as many areas each, at most five, with no figure in two: the least and the largest
/// figure of each.
fn classes(figures: &Chart) -> Vec<(f64, f64)> {
    let points = figures.series.iter().flat_map(|one| &one.points);
    let mut values: Vec<f64> = points.filter_map(|point| point.value()).collect();
    values.sort_by(f64::total_cmp);
    let mut classes: Vec<(f64, f64)> = Vec::new();
    let count = values.len();
    let mut taken = 0;
    for class in 1..=MOST_CLASSES {
        let Some(first) = values.get(taken) else {
            break;
        };
        let wanted = (count * class).div_ceil(MOST_CLASSES).max(taken + 1);
        let last = values.get(wanted - 1).copied().unwrap_or(*first);
        // Equal figures are of one class.
        taken = values.partition_point(|value| *value <= last);
        classes.push((*first, last));
    }
    classes
}
