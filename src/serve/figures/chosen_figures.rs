//! Figures of one release that a reader may see, each once. They are counted by their names alone; rows are
//! made of those that are shown.

use super::own_area::{OwnAreas, is_area};
use super::selection::Selection;
use crate::error::Result;
use crate::figures::{BetterWhen, FigureArea, FigureRow, Figures, MeasurePolarity};
use crate::serve::catalogue::ReportKey;
use polars::prelude::{BooleanChunked, DataFrame, PolarsResult, StringChunked};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// The figures of one release that are asked for, each once.
pub(crate) struct ChosenFigures {
    release: String,
    figures: Figures,
    areas: OwnAreas,
    polarity: HashMap<String, MeasurePolarity>,
}

impl ChosenFigures {
    pub(super) fn new(release: &str, figures: Figures, areas: OwnAreas) -> Self {
        ChosenFigures {
            release: release.to_owned(),
            figures,
            areas,
            polarity: HashMap::new(),
        }
    }

    /// The same with what is known of which figures are better, by report.
    pub(super) fn judged_by(self, polarity: HashMap<String, MeasurePolarity>) -> Self {
        ChosenFigures { polarity, ..self }
    }

    /// Which figures of a measure are better.
    pub(super) fn better(&self, figure: &FigureRow) -> Option<BetterWhen> {
        self.polarity.get(&figure.report)?.of(figure)
    }

    /// The release.
    pub(crate) fn release(&self) -> &str {
        &self.release
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.figures.frame().height()
    }

    /// Those of a range, under their reports' own names. No row is made of any other.
    ///
    /// # Errors
    /// Data, when one of them cannot be read.
    pub(crate) fn rows(&self, range: Range<usize>) -> Result<Vec<FigureRow>> {
        let rows = self.figures.slice(range).rows()?;
        Ok(rows.into_iter().map(|row| self.areas.named(row)).collect())
    }

    /// All of them.
    ///
    /// # Errors
    /// As [`ChosenFigures::rows`].
    pub(crate) fn all(&self) -> Result<Vec<FigureRow>> {
        self.rows(0..self.count())
    }
}

/// Which figures of a frame are shown.
pub(super) struct FigureChoice<'a> {
    /// Names of reports that can have what is asked for, as the frame has them.
    pub reports: &'a HashSet<String>,
    /// The areas of packs.
    pub areas: &'a OwnAreas,
    /// What is asked for, where figures of the whole beside it are not.
    pub only: Option<&'a Selection>,
    /// Whether those of what two areas have in common are shown.
    pub within: bool,
}

impl FigureChoice<'_> {
    /// A mark for each row. Each figure is marked once: a pack and the report of the whole may both have it.
    /// Areas are told apart by their codes: two may have one name, and one may have two. `may_read` says
    /// whether the reader may read a report of an area.
    pub(super) fn marks(
        &self,
        frame: &DataFrame,
        mut may_read: impl FnMut(&str, Option<&str>) -> bool,
    ) -> PolarsResult<BooleanChunked> {
        let text = |name: &str| frame.column(name)?.str();
        let (report, table, measure) = (text("report")?, text("table")?, text("measure")?);
        let (code, name, level) = (text("area_code")?, text("area_name")?, text("area_level")?);
        let (period, breakdown) = (text("period")?, text("breakdown")?);
        let packs = self.packs(report);
        let mut allowed: HashMap<(&str, Option<&str>), bool> = HashMap::new();
        let mut may_read = |report, area| {
            let allowed = allowed.entry((report, area));
            *allowed.or_insert_with(|| may_read(report, area))
        };
        let mut seen = HashSet::new();
        let marks = (0..frame.height()).map(|at| {
            let (key, own) = packs.get(report.get(at)?)?;
            let named = name.get(at).map(|name| code.get(at).unwrap_or(name));
            let (area, other) = match own {
                None => (named, None),
                Some(own) => {
                    let (name, level) = (name.get(at), level.get(at).unwrap_or_default());
                    let other = name.filter(|name| !is_area(own, (code.get(at), name, level)));
                    let other = other.and(named).map(|named| (level, named));
                    (own.code.as_deref(), other)
                }
            };
            let wanted = self.only.is_none_or(|only| only.takes_area(area));
            let shown = wanted
                && (self.within || other.is_none())
                && may_read(&key.report, area)
                // Of what two areas have in common, both must be theirs to read.
                && other.is_none_or(|(_, other)| may_read(&key.report, Some(other)));
            let figure = (area, other, period.get(at), breakdown.get(at));
            let of = (key.report.as_str(), table.get(at), measure.get(at));
            Some(shown && seen.insert((of, figure)))
        });
        Ok(marks.map(Option::unwrap_or_default).collect())
    }

    /// The reports of a frame that can have what is asked for: what each is, and its area.
    fn packs<'b>(
        &self,
        reports: &'b StringChunked,
    ) -> HashMap<&'b str, (ReportKey, Option<FigureArea>)> {
        let mut packs = HashMap::new();
        for report in reports.iter().flatten() {
            if self.reports.contains(report) && !packs.contains_key(report) {
                let key = ReportKey::parse(report);
                let own = key.area.as_deref().map(|code| self.areas.own(code));
                packs.insert(report, (key, own));
            }
        }
        packs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::directory::Directory;
    use crate::serve::tests::sample::figure;
    use polars::prelude::{IntoLazy, col, lit, when};

    fn marks(rows: &[FigureRow], choice: &FigureChoice<'_>, denied: &str) -> Vec<bool> {
        let figures = Figures::of_rows(rows).unwrap();
        let may_read = |_: &str, area: Option<&str>| area != Some(denied);
        let marks = choice.marks(figures.frame(), may_read).unwrap();
        marks.iter().map(Option::unwrap).collect()
    }

    #[test]
    fn areas_are_told_apart_by_their_codes() {
        let of = |code: Option<&str>, name: &str, level: &str| {
            let mut row = figure(Some(name), "", "2026", Some(1.0));
            let area = row.area.as_mut().unwrap();
            area.code = code.map(str::to_string);
            area.level = level.to_string();
            row
        };
        let rows = [
            of(Some("U1"), "Central", "pcn"),
            of(Some("U2"), "Central", "place"),
            // A pack says its area's name another way than a table does.
            of(Some("U1"), "Central (U1)", ""),
            of(None, "Central", "practice"),
        ];
        let areas = OwnAreas::of([], &Directory::default());
        let reports = HashSet::from(["conditions".to_string()]);
        let mut choice = FigureChoice {
            reports: &reports,
            areas: &areas,
            only: None,
            within: true,
        };
        assert_eq!(marks(&rows, &choice, ""), [true, true, false, true]);
        assert_eq!(marks(&rows, &choice, "U2"), [true, false, false, true]);
        let only = Selection {
            area: Some("U2".to_string()),
            ..Selection::default()
        };
        choice.only = Some(&only);
        assert_eq!(marks(&rows, &choice, ""), [false, true, false, false]);
    }

    #[test]
    fn what_two_areas_have_in_common_is_of_both() {
        let areas = OwnAreas::of([], &Directory::default());
        let reports = HashSet::from(["conditions-E6".to_string(), "conditions".to_string()]);
        let mut common = figure(Some("Wigan"), "", "2026", Some(1.0));
        common.report = "conditions-E6".to_string();
        let mut own = figure(None, "", "2026", Some(2.0));
        own.report = "conditions-E6".to_string();
        // The same figure as the pack's own: Bolton has the code E6.
        let line = figure(Some("Bolton"), "", "2026", Some(2.0));
        let rows = [common, own, line];
        let mut choice = FigureChoice {
            reports: &reports,
            areas: &areas,
            only: None,
            within: true,
        };
        assert_eq!(marks(&rows, &choice, ""), [true, true, false]);
        assert_eq!(marks(&rows, &choice, "E5"), [false, true, false]);
        choice.within = false;
        assert_eq!(marks(&rows, &choice, ""), [false, true, false]);
    }

    #[test]
    fn rows_are_made_of_what_is_shown_alone() {
        let periods = ["2022", "2023", "2024", "2025", "2026"];
        let rows = periods.map(|period| figure(Some("Wigan"), "", period, Some(1.0)));
        let frame = Figures::of_rows(&rows).unwrap().frame().clone();
        // A row that cannot be read stops only the pages that have it.
        let broken = when(col("period").eq(lit("2022")))
            .then(lit("no object"))
            .otherwise(col("breakdown"))
            .alias("breakdown");
        let frame = frame.lazy().with_column(broken).collect().unwrap();
        let areas = OwnAreas::of([], &Directory::default());
        let chosen = ChosenFigures::new("one", Figures::of(frame).unwrap(), areas);
        assert_eq!(chosen.count(), 5);
        let shown: Vec<_> = chosen
            .rows(1..3)
            .unwrap()
            .into_iter()
            .map(|row| row.period)
            .collect();
        assert_eq!(shown, [Some("2023".to_string()), Some("2024".to_string())]);
        assert!(chosen.rows(0..2).is_err());
        assert_eq!(chosen.rows(4..9).unwrap().len(), 1);
    }
}
