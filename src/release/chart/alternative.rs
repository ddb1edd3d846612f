//! What a chart shows, in words, for those who cannot see it.

use super::control::ControlMark;
use super::model::Chart;
use super::names::listed;
use super::outline::Outline;
use crate::capital::capital;
use crate::drawing::Compared;
use crate::release::report_file::ChartKind;

/// Names that a text lists before it counts the others.
const NAMED: usize = 5;

impl Chart {
    /// What the chart shows, in words, for those who cannot see it.
    pub(in crate::release) fn alternative(&self) -> String {
        let form = match self.kind {
            ChartKind::Bar => "Bar chart",
            ChartKind::StackedBar => "Stacked bar chart",
            ChartKind::Pyramid => "Population pyramid",
            ChartKind::Line => "Line chart",
            ChartKind::Ranked => "Ranked bar chart with 95% limits",
            ChartKind::Forest => "Forest plot with 95% limits",
            ChartKind::Control => "Control chart",
            ChartKind::Funnel => "Funnel plot",
            ChartKind::Fan => "Fan chart",
        };
        let x = match &self.funnel {
            Some(funnel) => &funnel.size_label,
            None => &self.x_label,
        };
        let mut text = format!("{form} of {} by {}", self.y_label, x.to_lowercase());
        text.push_str(&match self.kind {
            ChartKind::Ranked | ChartKind::Forest => self.comparison(),
            ChartKind::Control => self.process(),
            ChartKind::Funnel => self.outliers(),
            ChartKind::Pyramid => self.beside_the_outline(),
            ChartKind::Fan => self.first_and_last(),
            _ => String::new(),
        });
        if let Some(largest) = self.largest_in_words() {
            text.push_str(&format!(". The largest figure is {largest}"));
        }
        text.push_str(". All figures are in the table.");
        text
    }

    /// The same in at most this many characters: whole sentences from the first on.
    pub(in crate::release) fn short_alternative(&self, most: usize) -> String {
        let whole = self.alternative();
        let last = "All figures are in the table.";
        let mut text = String::new();
        for sentence in whole.split_inclusive(". ") {
            let length = text.chars().count() + sentence.chars().count() + last.len();
            if sentence != last && length > most {
                break;
            }
            text.push_str(sentence);
        }
        match text.ends_with(last) {
            true => text,
            false => format!("{text}{last}"),
        }
    }

    fn largest_in_words(&self) -> Option<String> {
        let figures = self.series.iter().flat_map(|series| {
            let points = series.points.iter().zip(&self.categories);
            points.filter_map(move |(p, category)| p.value().map(|v| (v, category, &series.name)))
        });
        let (value, category, name) = figures.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let of = match self.series.len() > 1 {
            true => format!(", {name}"),
            false => String::new(),
        };
        Some(format!("{} ({category}{of})", self.figure(value)))
    }

    /// Who differs from the benchmark.
    fn comparison(&self) -> String {
        let Some(benchmark) = &self.benchmark else {
            return String::new();
        };
        let figure = self.figure(benchmark.value);
        let mut text = format!(
            ". The line is that of {} ({figure})",
            benchmark.in_a_sentence()
        );
        for compared in Compared::ALL {
            let of = self.compared.iter().zip(&self.categories);
            let names = of
                .filter(|(c, _)| **c == compared)
                .map(|(_, name)| name.as_str());
            let names: Vec<&str> = names.collect();
            if let (Some(word), false) = (compared.word(), names.is_empty()) {
                text.push_str(&format!(". {}: {}", capital(word), listed(&names, NAMED)));
            }
        }
        text
    }

    /// Which bars differ most from the outline.
    fn beside_the_outline(&self) -> String {
        let Some(outline) = &self.outline else {
            return String::new();
        };
        let mut text = ". The outline is the shape of the whole area".to_owned();
        let [above, below] = self.farthest(outline);
        for (found, side) in [(above, "above"), (below, "below")] {
            if let Some((series, category)) = found {
                text.push_str(&format!(
                    ". Most {side} it: {}, {}",
                    self.categories[category], self.series[series].name
                ));
            }
        }
        text
    }

    /// The bars that differ most from the outline, above and below: series and category of each.
    fn farthest(&self, outline: &Outline) -> [Option<(usize, usize)>; 2] {
        let mut differences: Vec<(f64, (usize, usize))> = Vec::new();
        for (s, series) in self.series.iter().enumerate() {
            for (c, point) in series.points.iter().enumerate() {
                let difference = point.value().zip(outline.at(s, c));
                differences.extend(difference.map(|(own, shape)| (own - shape, (s, c))));
            }
        }
        differences.sort_by(|a, b| a.0.total_cmp(&b.0));
        let far = |found: Option<&(f64, (usize, usize))>, sign: f64| {
            // Less than what the figures are told to is no difference.
            found
                .filter(|(by, _)| by * sign >= Outline::TOLD_TO)
                .map(|(_, at)| *at)
        };
        [far(differences.last(), 1.0), far(differences.first(), -1.0)]
    }

    /// Which series show special causes.
    fn process(&self) -> String {
        let special = self.controls.iter().zip(&self.series);
        let special = special.filter(|(control, _)| control.latest != ControlMark::Common);
        let names: Vec<String> = special
            .map(|(control, series)| format!("{} ({})", series.name, control.latest.words()))
            .collect();
        match names.is_empty() {
            true => ". The latest figures show no special cause".to_owned(),
            false => format!(". The latest figure is a signal in {}", names.join("; ")),
        }
    }

    /// Who lies outside of the outer limits.
    fn outliers(&self) -> String {
        let Some(funnel) = &self.funnel else {
            return String::new();
        };
        let name = |category: usize| self.categories.get(category).map_or("", String::as_str);
        let of = |high: bool| {
            let places = funnel.places.iter();
            let places = places.filter(|place| place.outside == if high { 2 } else { -2 });
            places.map(|place| name(place.category)).collect::<Vec<_>>()
        };
        let mut text = String::new();
        for (high, side) in [(true, "Above"), (false, "Below")] {
            let names = of(high);
            if !names.is_empty() {
                text.push_str(&format!(
                    ". {side} the 99.8% limits: {}",
                    listed(&names, NAMED)
                ));
            }
        }
        match text.is_empty() {
            true => ". No place lies outside of the 99.8% limits".to_owned(),
            false => text,
        }
    }
}
