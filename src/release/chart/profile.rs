//! An area's profile: its indicators beside those of the whole, each as an index of it, so that
//! percentages and rates stand on one scale.

use super::benchmark::Benchmark;
use super::model::Chart;
use super::point::{ChartSeries, Point};
use crate::drawing::Compared;
use crate::headlines::ProfileLine;
use crate::release::frame::Unit;
use crate::release::report_file::ChartKind;

/// The index of the whole.
const WHOLE: f64 = 100.0;

/// The chart of an area's indicators; None where none can be drawn.
pub(in crate::release) fn profile_chart(lines: &[ProfileLine]) -> Option<Chart> {
    let (mut categories, mut points, mut compared) = (Vec::new(), Vec::new(), Vec::new());
    for line in lines {
        let Some(whole) = line.whole.value.filter(|whole| *whole > 0.0) else {
            continue;
        };
        let index = |value: Option<f64>| value.map(|value| value / whole * WHOLE);
        let limits = index(line.own.lower_95).zip(index(line.own.upper_95));
        let Some(value) = index(line.own.value) else {
            continue;
        };
        categories.push(line.label.clone());
        points.push(Point::Value(value, limits));
        compared.push(Compared::judged(line.compared, line.better));
    }
    (!points.is_empty()).then(|| Chart {
        kind: ChartKind::Forest,
        title: "This area beside the whole area".to_owned(),
        x_label: "Indicator".to_owned(),
        y_label: "Index (the whole area is 100)".to_owned(),
        unit: Unit::Per(100),
        categories,
        series: vec![ChartSeries {
            name: String::new(),
            points,
            is_whole: false,
        }],
        benchmark: Some(Benchmark {
            label: "The whole area".to_owned(),
            value: WHOLE,
        }),
        compared,
        controls: Vec::new(),
        funnel: None,
        outline: None,
        notes: vec!["An indicator is better or worse, higher or lower, when its whole 95% interval is above or below the line; otherwise it is similar. Thin lines are 95% confidence limits.".to_owned()],
        sign: "",
        gap: "",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::tests::sample::percentage;
    use std::cmp::Ordering;

    #[test]
    fn indicators_are_indices_of_the_whole() {
        let line = |whole: f64| ProfileLine {
            label: "M".to_owned(),
            own: percentage(Some(30.0), Some((27.0, 33.0))),
            whole: percentage(Some(whole), None),
            compared: Ordering::Greater,
            better: None,
            spread: None,
        };
        let chart = profile_chart(&[line(20.0), line(0.0)]).unwrap();
        assert_eq!(
            chart.series[0].points,
            [Point::Value(150.0, Some((135.0, 165.0)))]
        );
        assert_eq!(chart.compared, [Compared::Higher]);
        assert!(profile_chart(&[line(0.0)]).is_none());
        let worse = ProfileLine {
            better: Some(crate::figures::BetterWhen::Lower),
            ..line(20.0)
        };
        assert_eq!(profile_chart(&[worse]).unwrap().compared, [Compared::Worse]);
    }
}
