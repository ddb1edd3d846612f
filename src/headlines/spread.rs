//! Where the areas of a level lie with an indicator.

use super::table::is_of_one_date;
use crate::figures::FigureRow;

/// Of fewer areas, a quarter is none.
const FEWEST_FOR_QUARTERS: usize = 4;

/// Where the areas of a level lie with an indicator, as far as their figures are shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AreaSpread {
    /// How many areas have the figure.
    pub areas: usize,
    /// The smallest of them.
    pub smallest: f64,
    /// The largest.
    pub largest: f64,
    /// The 25th and the 75th percentile, where there are four areas.
    pub quarters: Option<(f64, f64)>,
}

impl AreaSpread {
    /// That of the same indicator as `own` in the reports of areas; none of fewer than two areas. Figures of
    /// another date take no part.
    pub(super) fn of(own: &FigureRow, areas: &[Vec<FigureRow>]) -> Option<Self> {
        let same = |row: &&FigureRow| {
            row.table == own.table
                && row.measure == own.measure
                && row.unit == own.unit
                && row.period == own.period
                && row.breakdown == own.breakdown
                && is_of_one_date(row, own)
        };
        let of_area = |rows: &Vec<FigureRow>| rows.iter().find(same).and_then(|row| row.value);
        let mut values: Vec<f64> = areas.iter().filter_map(of_area).collect();
        values.sort_by(f64::total_cmp);
        let (smallest, largest) = (*values.first()?, *values.last()?);
        (values.len() > 1).then(|| AreaSpread {
            areas: values.len(),
            smallest,
            largest,
            quarters: (values.len() >= FEWEST_FOR_QUARTERS)
                .then(|| (percentile(&values, 0.25), percentile(&values, 0.75))),
        })
    }
}

/// A percentile of sorted values: between two of them, in proportion (type 7, as Excel's PERCENTILE.INC).
fn percentile(sorted: &[f64], share: f64) -> f64 {
    #[allow(clippy::cast_precision_loss)] // areas
    let at = share * sorted.len().saturating_sub(1) as f64;
    let value = |at: f64| sorted.get(at as usize).copied().unwrap_or(f64::NAN);
    value(at.floor()) + (value(at.ceil()) - value(at.floor())) * at.fract()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::tests::sample::percentage;

    fn spread(values: &[Option<f64>]) -> Option<AreaSpread> {
        let areas = values.iter().map(|value| vec![percentage(*value, None)]);
        AreaSpread::of(&percentage(Some(1.0), None), &areas.collect::<Vec<_>>())
    }

    #[test]
    fn quarters_are_between_the_areas_that_are_there() {
        let five = [Some(8.0), Some(1.0), Some(2.0), None, Some(4.0)];
        let expected = AreaSpread {
            areas: 4,
            smallest: 1.0,
            largest: 8.0,
            quarters: Some((1.75, 5.0)),
        };
        assert_eq!(spread(&five), Some(expected));
        let three = spread(&five[..3]).unwrap();
        assert_eq!((three.areas, three.quarters), (3, None));
        assert_eq!(spread(&five[2..4]), None);
    }

    #[test]
    fn other_figures_and_those_of_another_date_take_no_part() {
        let held = FigureRow {
            held_from: chrono::NaiveDate::from_ymd_opt(2026, 2, 1),
            ..percentage(Some(90.0), None)
        };
        let other = FigureRow {
            measure: "other".to_owned(),
            ..percentage(Some(80.0), None)
        };
        let areas = [
            vec![other, percentage(Some(3.0), None)],
            vec![percentage(Some(5.0), None)],
            vec![held],
        ];
        let spread = AreaSpread::of(&percentage(Some(3.0), None), &areas).unwrap();
        assert_eq!((spread.smallest, spread.largest), (3.0, 5.0));
    }
}
