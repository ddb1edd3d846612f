//! A spine chart: each indicator of an area between the worst and the best area of its level, with the
//! whole area in the middle.

use super::compared::Compared;
use crate::capital::capital;
use crate::figures::BetterWhen;
use crate::headlines::{ProfileLine, number};

/// A spine chart.
#[derive(Debug, Clone)]
pub(crate) struct SpineChart {
    /// An indicator a row.
    pub rows: Vec<SpineRow>,
    /// Indicators of which there is no spine.
    left_out: Vec<String>,
}

/// An indicator between the worst and the best area. Places are from 0 to 1, the whole area at a half.
#[derive(Debug, Clone)]
pub(crate) struct SpineRow {
    /// What it is.
    pub label: String,
    /// The area's figure, that of the whole, and those of the worst and of the best area, as they are shown.
    pub own: String,
    pub whole: String,
    pub worst: String,
    pub best: String,
    /// Where the worst and the best area are.
    pub ends: (f64, f64),
    /// Where half of the areas are.
    pub quarters: Option<(f64, f64)>,
    /// Where the area is.
    pub place: f64,
    /// How it stands to the whole.
    pub compared: Compared,
    /// Whether higher or lower figures are better.
    has_better: bool,
}

/// Where the whole area stands.
const MIDDLE: f64 = 0.5;

impl SpineChart {
    /// The chart of an area's indicators; none where none of them has a spine.
    pub(crate) fn of(lines: &[ProfileLine]) -> Option<SpineChart> {
        let mut chart = SpineChart {
            rows: Vec::new(),
            left_out: Vec::new(),
        };
        for line in lines {
            match SpineRow::of(line) {
                Some(row) => chart.rows.push(row),
                None => chart.left_out.push(line.label.clone()),
            }
        }
        (!chart.rows.is_empty()).then_some(chart)
    }

    /// What the ends of its lines are, left and right: where no figures are better, the lowest and the
    /// highest.
    pub(crate) fn ends(&self) -> (&'static str, &'static str) {
        match self.rows.iter().any(|row| row.has_better) {
            true => ("worst", "best"),
            false => ("lowest", "highest"),
        }
    }

    /// Whether any line has the quarters of the areas.
    pub(crate) fn has_quarters(&self) -> bool {
        self.rows.iter().any(|row| row.quarters.is_some())
    }

    /// What it shows, in words, for those who cannot see it.
    pub(crate) fn alternative(&self) -> String {
        let (worst, best) = self.ends();
        let mut text = format!(
            "Spine chart of {} of this area between the {worst} and the {best} area of its kind, with the whole area in the middle",
            crate::plural::things(self.rows.len(), "indicator")
        );
        for compared in Compared::ALL {
            let rows = self.rows.iter().filter(|row| row.compared == compared);
            let names: Vec<&str> = rows.map(|row| row.label.as_str()).collect();
            if let (Some(word), false) = (compared.word(), names.is_empty()) {
                text.push_str(&format!(". {}: {}", capital(word), names.join("; ")));
            }
        }
        text.push_str(". All figures are in the table.");
        text
    }

    /// What a reader must know beside the picture.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = Self::how_to_read();
        notes.extend(self.not_drawn());
        notes
    }

    /// What a reader must know of any such picture.
    pub(crate) fn how_to_read() -> Vec<String> {
        let mut notes = vec![
            "Each line runs from the worst area of its kind to the best or, where neither high nor low figures are better, from the lowest to the highest. The line down the middle is the whole area, so each indicator has a scale of its own. The darker band holds the middle half of the areas, where there are four or more.".to_owned(),
        ];
        notes.extend(Self::table_notes());
        notes
    }

    /// Which indicators it does not have.
    pub(crate) fn not_drawn(&self) -> Option<String> {
        let names = Some(self.left_out.join("; ")).filter(|names| !names.is_empty());
        names.map(|names| format!("Not drawn: {names}."))
    }

    /// What a reader must know beside the figures.
    pub(crate) fn table_notes() -> Vec<String> {
        vec![
            "An indicator is better or worse, higher or lower, where its 95% interval lies wholly on one side of the whole area; otherwise it is similar.".to_owned(),
            "Areas whose figure is suppressed, or of another date, are left out: the worst or the best may be one of them. Percentiles are given where there are four areas or more.".to_owned(),
        ]
    }

    /// How areas stand to the whole, without repetition, in the order of the key.
    pub(crate) fn compared(&self) -> impl Iterator<Item = Compared> {
        let is_there = |compared: &Compared| self.rows.iter().any(|row| row.compared == *compared);
        Compared::ALL.into_iter().filter(is_there)
    }
}

impl SpineRow {
    fn of(line: &ProfileLine) -> Option<SpineRow> {
        let (own, whole, spread) = (line.own.value?, line.whole.value?, line.spread?);
        let lower_is_better = line.better == Some(BetterWhen::Lower);
        let (worst, best) = match lower_is_better {
            true => (spread.largest, spread.smallest),
            false => (spread.smallest, spread.largest),
        };
        // The end that is farther from the whole is at the edge.
        let reach = (worst - whole).abs().max((best - whole).abs());
        let place = |value: f64| match reach > 0.0 {
            true if lower_is_better => MIDDLE - (value - whole) / reach * MIDDLE,
            true => MIDDLE + (value - whole) / reach * MIDDLE,
            false => MIDDLE,
        };
        let between = |(low, high): (f64, f64)| {
            let (low, high) = (place(low), place(high));
            (low.min(high), low.max(high))
        };
        let shown = |value: f64| number(value, &line.own.unit);
        Some(SpineRow {
            label: line.label.clone(),
            own: shown(own),
            whole: shown(whole),
            worst: shown(worst),
            best: shown(best),
            ends: between((worst, best)),
            quarters: spread.quarters.map(between),
            place: place(own),
            compared: Compared::judged(line.compared, line.better),
            has_better: line.better.is_some(),
        })
    }

    /// The indicator with its figures, as a reader is told it.
    pub(crate) fn told(&self) -> String {
        let word = self.compared.word().unwrap_or_default();
        format!(
            "{}: {}, {word}; the whole area {}; areas from {} to {}",
            self.label, self.own, self.whole, self.worst, self.best
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::tests::sample::percentage;
    use crate::headlines::AreaSpread;
    use std::cmp::Ordering;

    /// 30% of an area whose like have from 10 to 50%; the whole has 20%.
    fn line(better: Option<BetterWhen>) -> ProfileLine {
        ProfileLine {
            label: "Asthma".to_owned(),
            own: percentage(Some(30.0), None),
            whole: percentage(Some(20.0), None),
            compared: Ordering::Greater,
            better,
            spread: Some(AreaSpread {
                areas: 5,
                smallest: 10.0,
                largest: 50.0,
                quarters: Some((15.0, 35.0)),
            }),
        }
    }

    #[test]
    fn the_whole_is_in_the_middle_and_the_farther_end_at_the_edge() {
        let chart = SpineChart::of(&[line(None)]).unwrap();
        let row = &chart.rows[0];
        // 50 is 30 from the whole, and 10 a third of that on the other side.
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        near(row.ends.0, 0.5 - 0.5 / 3.0);
        near(row.ends.1, 1.0);
        near(row.place, 0.5 + 0.5 / 3.0);
        near(row.quarters.unwrap().0, 0.5 - 0.5 / 6.0);
        near(row.quarters.unwrap().1, 0.75);
        assert_eq!((row.worst.as_str(), row.best.as_str()), ("10%", "50%"));
        assert_eq!(row.compared, Compared::Higher);
        assert_eq!(chart.ends(), ("lowest", "highest"));
    }

    #[test]
    fn the_best_is_on_the_right_whichever_figures_are_better() {
        let chart = SpineChart::of(&[line(Some(BetterWhen::Lower))]).unwrap();
        let row = &chart.rows[0];
        assert_eq!(row.ends.0, 0.0);
        assert!(row.ends.1 > 0.66 && row.ends.1 < 0.67, "{:?}", row.ends);
        assert!(row.place < 0.5);
        assert_eq!((row.worst.as_str(), row.best.as_str()), ("50%", "10%"));
        assert_eq!(row.compared, Compared::Worse);
        assert_eq!(chart.ends(), ("worst", "best"));
        assert!(chart.alternative().contains(". Worse: Asthma."));
        assert_eq!(
            row.told(),
            "Asthma: 30%, worse; the whole area 20%; areas from 50% to 10%"
        );
    }

    #[test]
    fn an_indicator_of_one_area_has_no_spine() {
        let alone = ProfileLine {
            label: "Rare".to_owned(),
            spread: None,
            ..line(None)
        };
        assert!(SpineChart::of(std::slice::from_ref(&alone)).is_none());
        let chart = SpineChart::of(&[line(None), alone]).unwrap();
        assert!(chart.notes().iter().any(|note| note == "Not drawn: Rare."));
    }
}
