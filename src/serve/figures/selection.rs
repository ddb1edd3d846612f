//! Which figures are asked for.

use crate::figures::FigureRow;
use crate::serve::catalogue::ReportKey;
use polars::prelude::{Expr, col, lit};
use std::collections::{BTreeSet, HashSet};

/// Which figures are asked for; None for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The report's name, for packs too.
    pub report: Option<String>,
    /// The table's identifier.
    pub table: Option<String>,
    /// The measure.
    pub measure: Option<String>,
    /// The code of the area, or the name of one without a code; `whole` for the whole area.
    pub area: Option<String>,
    /// The period.
    pub period: Option<String>,
}

/// The word for the whole area of a release.
pub(crate) const WHOLE: &str = "whole";

impl Selection {
    /// The condition on the rows of a frame. With `benchmark` figures of the whole area are taken too.
    pub(super) fn condition(&self, benchmark: bool) -> Expr {
        let is = |column: &str, value: &Option<String>| {
            value
                .as_ref()
                .map(|value| col(column.to_owned()).eq(lit(value.clone())))
        };
        let conditions = [
            is("table", &self.table),
            is("measure", &self.measure),
            is("period", &self.period),
            self.of_area(benchmark),
        ];
        let all = conditions.into_iter().flatten().reduce(Expr::and);
        all.unwrap_or_else(|| lit(true))
    }

    /// Whether a figure is of the area that is asked for.
    pub(crate) fn takes(&self, row: &FigureRow) -> bool {
        self.takes_area(area_of(row))
    }

    /// Whether figures of an area are asked for: its code, or its name where it has none; None for the
    /// whole area.
    pub(super) fn takes_area(&self, area: Option<&str>) -> bool {
        match self.area.as_deref() {
            None => true,
            Some(WHOLE) => area.is_none(),
            wanted => area == wanted,
        }
    }

    /// The names of those reports that can have what is asked for, as frames have them.
    pub(super) fn reports(&self, keys: &BTreeSet<&ReportKey>) -> HashSet<String> {
        let names = keys.iter().filter(|key| {
            let report = self
                .report
                .as_ref()
                .is_none_or(|report| *report == key.report);
            report && self.takes_pack(key.area.as_deref())
        });
        names.map(ToString::to_string).collect()
    }

    /// Whether a report that was made for an area, or for the whole, can have what is asked for.
    fn takes_pack(&self, pack: Option<&str>) -> bool {
        match (self.area.as_deref(), pack) {
            (None, _) => true,
            (Some(WHOLE), pack) => pack.is_none(),
            (Some(area), Some(pack)) => area == pack,
            // The table of areas of the report of the whole, and the benchmark.
            (Some(_), None) => true,
        }
    }

    fn of_area(&self, benchmark: bool) -> Option<Expr> {
        let whole = || col("area_name").is_null();
        match self.area.as_deref() {
            None => None,
            Some(WHOLE) => Some(whole()),
            Some(area) => {
                let own = col("area_code")
                    .eq(lit(area.to_owned()))
                    .fill_null(lit(false));
                let named = col("area_code").is_null().and(
                    col("area_name")
                        .eq(lit(area.to_owned()))
                        .fill_null(lit(false)),
                );
                // All figures of a report that was made for the area are of it.
                let suffix = lit(format!("-{area}"));
                let of_pack = col("report").str().ends_with(suffix);
                let own = own.or(named).or(of_pack);
                Some(if benchmark { own.or(whole()) } else { own })
            }
        }
    }
}

/// The code of a figure's area, or the name of one without a code; None for the whole area.
pub(crate) fn area_of(row: &FigureRow) -> Option<&str> {
    let area = row.area.as_ref()?;
    Some(area.code.as_deref().unwrap_or(&area.name))
}
