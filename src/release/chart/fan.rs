//! Fan charts: the lines of a projection within their limits.

use super::make::chart;
use super::model::Chart;
use super::point::Point;
use crate::disclosure::SchemeWords;
use crate::release::frame::Frame;
use crate::release::report_file::{ChartKind, ChartSpec};

/// Years that follow each other, with the lowest and the highest that is drawn in each.
pub(in crate::release) type FanBand = Vec<(usize, (f64, f64))>;

/// The fan of a projection; None for a frame of observed figures.
pub(in crate::release) fn fan_chart(frame: &Frame, words: &SchemeWords) -> Option<Chart> {
    let measure = frame.measures.first().filter(|_| frame.is_projection())?;
    let spec = ChartSpec {
        kind: ChartKind::Fan,
        x: frame.row_dimensions.first()?.0.clone(),
        series: frame.across.as_ref().map(|(column, _)| column.clone()),
        y: None,
        y_label: measure.label.clone(),
        left: None,
        right: None,
        at: None,
        benchmark: None,
        better: None,
        size: None,
        target: None,
    };
    let mut chart = chart(&spec, frame, words);
    chart.notes.push(
        "The dark band has the 95% limits of the likeliest variant, the wide one the limits of all of them."
            .to_owned(),
    );
    if chart.fan_range().0 > 0.0 {
        chart
            .notes
            .push("The axis does not begin at zero.".to_owned());
    }
    Some(chart)
}

impl Chart {
    /// From the lowest to the highest that a fan draws, so that its width can be seen; from zero where it is
    /// wide enough for that.
    pub(in crate::release) fn fan_range(&self) -> (f64, f64) {
        let points = self.series.iter().flat_map(|series| &series.points);
        let lows = points.filter_map(|point| Some(point.limits().map_or(point.value()?, |l| l.0)));
        let (least, most) = (lows.fold(f64::INFINITY, f64::min), self.largest());
        match least.is_finite() && least > most / 3.0 {
            true => (least, most),
            false => (0.0, most),
        }
    }

    /// The bands of a fan: the limits of the likeliest variant, or of `all`.
    pub(in crate::release) fn bands(&self, all: bool) -> Vec<FanBand> {
        let of = if all { self.series.len() } else { 1 };
        let mut bands: Vec<FanBand> = Vec::new();
        let mut is_open = false;
        for year in 0..self.categories.len() {
            let points = self.series.iter().take(of);
            let points: Vec<Point> = points.filter_map(|s| s.points.get(year).copied()).collect();
            let limits = points.iter().filter_map(|point| point.limits());
            let limits = limits.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
            // A variant that is withheld may lie outside of the others.
            let limits = limits.filter(|_| !points.contains(&Point::Suppressed));
            match (limits, bands.last_mut().filter(|_| is_open)) {
                (Some(limits), Some(band)) => band.push((year, limits)),
                (Some(limits), None) => bands.push(vec![(year, limits)]),
                (None, _) => (),
            }
            is_open = limits.is_some();
        }
        bands
    }

    /// The first and the last figure of each variant, for those who cannot see them.
    pub(super) fn first_and_last(&self) -> String {
        let told = self.series.iter().enumerate().filter_map(|(at, series)| {
            let shown = |year: &usize| series.points.get(*year)?.value();
            let mut years = (0..self.categories.len()).filter(|year| shown(year).is_some());
            let first = years.next()?;
            let last = years.next_back().unwrap_or(first);
            let (from, to) = (self.told(at, first), self.told(at, last));
            Some(format!(". From {from} to {to}"))
        });
        told.collect()
    }
}
