//! From the released figures of the whole area to the outline over the pyramid of one of its areas.

use super::make::measure;
use super::model::Chart;
use super::outline::Outline;
use super::series::{parts, point};
use crate::figures::FigureRow;
use crate::release::frame::{Frame, Unit};
use crate::release::report_file::{ChartKind, ChartSpec};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A figure with the date of the earlier release that it is from.
type HeldValue = (Option<f64>, Option<NaiveDate>);

impl Chart {
    /// The same with the outline of the whole area, where it has one.
    pub(in crate::release) fn beside_the_whole(
        mut self,
        spec: &ChartSpec,
        frame: &Frame,
        whole: &[FigureRow],
    ) -> Chart {
        self.outline = self.outline(spec, frame, whole);
        self.notes
            .extend(self.outline.iter().flat_map(Outline::notes));
        self
    }

    /// The outline of a pyramid, from the released figures of the whole area; none for another chart, or
    /// where how many there are in all is not shown.
    fn outline(&self, spec: &ChartSpec, frame: &Frame, whole: &[FigureRow]) -> Option<Outline> {
        if self.kind != ChartKind::Pyramid || self.unit != Unit::Count || whole.is_empty() {
            return None;
        }
        let (series, _) = frame.across.as_ref()?;
        let at = measure(frame, spec.y.as_ref()).unwrap_or(0);
        let measure = frame.measures.get(at)?;
        let of_measure: Vec<&FigureRow> = whole
            .iter()
            .filter(|row| row.table == frame.id && row.measure_label == measure.label)
            .filter(|row| row.area.is_none() && row.period.is_none())
            .collect();
        let dated = |labels: BTreeMap<String, String>| -> HeldValue {
            let row = of_measure.iter().find(|row| row.breakdown == labels);
            (
                row.and_then(|row| row.value),
                row.and_then(|row| row.held_from),
            )
        };
        let rows: Vec<usize> = parts(frame);
        let columns = frame.row_dimensions.iter().map(|(column, _)| column);
        let (mut own, mut all) = (0.0, 0.0);
        let (mut sides, mut dates) = (Vec::new(), Vec::new());
        for one in &self.series {
            let group = frame.groups.iter().filter_map(|group| group.label.as_ref());
            let group = group.into_iter().find(|label| label.text == one.name)?;
            let across = (series.clone(), group.value.clone());
            let cells = rows.iter().map(|row| {
                let labels = columns.clone().cloned().zip(&frame.rows[*row].labels);
                let labels = labels.map(|(column, label)| (column, label.value.clone()));
                dated(labels.chain([across.clone()]).collect())
            });
            let cells: Vec<HeldValue> = cells.collect();
            let total = dated(BTreeMap::from([across.clone()]));
            all += total
                .0
                .or_else(|| cells.iter().map(|(value, _)| *value).sum())?;
            own += own_total(frame, at, &group.value)
                .or_else(|| one.points.iter().map(|point| point.value()).sum())?;
            dates.extend(cells.iter().chain([&total]).filter_map(|(_, date)| *date));
            sides.push(cells.into_iter().map(|(value, _)| value).collect());
        }
        if all <= 0.0 || own <= 0.0 {
            return None;
        }
        let scaled = |side: Vec<Option<f64>>| {
            let side = side.into_iter();
            side.map(|value| value.map(|n| n / all * own)).collect()
        };
        Some(Outline {
            sides: sides.into_iter().map(scaled).collect(),
            held_from: dates.into_iter().min(),
        })
    }
}

/// The released total of a column of an area's table.
fn own_total(frame: &Frame, measure: usize, group: &str) -> Option<f64> {
    let row = frame.rows.iter().position(|row| row.is_total)?;
    let group = frame.groups.iter().position(|known| {
        let label = known.label.as_ref();
        !known.is_total && label.is_some_and(|label| label.value == group)
    })?;
    point(frame.cell(row, group, measure)).value()
}
