//! How the figures of two releases differ, from the files that readers have.

use serde::Serialize;
use std::collections::BTreeMap;

/// The largest changes that are told.
const TOLD: usize = 20;
/// The columns that say what a figure is; all others say which figure it is.
const SAID: [&str; 4] = ["value", "lower_95", "upper_95", "status"];

/// How figures of the same table and labels differ.
#[derive(Debug, Default, Serialize)]
pub(crate) struct FigureDifferences {
    /// Figures that are as they were, withheld ones among them.
    pub same: usize,
    /// Figures with another value.
    pub changed: usize,
    /// Figures that were withheld.
    pub newly_shown: usize,
    /// Figures that are withheld now.
    pub newly_suppressed: usize,
    /// Figures that were not there.
    pub new: usize,
    /// Figures that are there no more.
    pub gone: usize,
    /// The largest changes in proportion, the largest first.
    pub largest: Vec<DifferingFigure>,
}

/// A figure with another value.
#[derive(Debug, Serialize)]
pub(crate) struct DifferingFigure {
    /// The report.
    pub report: String,
    /// The table.
    pub table: String,
    /// Its labels and measure.
    pub figure: String,
    /// Its value in the earlier release.
    pub before: String,
    /// Its value in the later one.
    pub now: String,
    #[serde(skip)]
    ratio: f64,
}

impl FigureDifferences {
    /// Adds those of a table, from its CSV files. A file that cannot be read has no figures: that it is
    /// not as it was made is told as a problem.
    pub(super) fn table(&mut self, report: &str, table: &str, old: &[u8], new: &[u8]) {
        let (mut old, new) = (read(old), read(new));
        for (figure, now) in new {
            let Some(before) = old.remove(&figure) else {
                self.new += 1;
                continue;
            };
            match (before.parse::<f64>().ok(), now.parse::<f64>().ok()) {
                (Some(_), None) => self.newly_suppressed += 1,
                (None, Some(_)) => self.newly_shown += 1,
                (Some(was), Some(is)) if was != is => {
                    self.changed += 1;
                    self.largest.push(DifferingFigure {
                        report: report.to_string(),
                        table: table.to_string(),
                        figure,
                        before,
                        now,
                        ratio: (is - was).abs() / was.abs().max(is.abs()),
                    });
                }
                _ => self.same += 1,
            }
        }
        self.gone += old.len();
    }

    /// Keeps the largest changes.
    pub(super) fn keep_largest(&mut self) {
        self.largest.sort_by(|a, b| {
            let key = |f: &DifferingFigure| (f.report.clone(), f.table.clone(), f.figure.clone());
            b.ratio
                .total_cmp(&a.ratio)
                .then_with(|| key(a).cmp(&key(b)))
        });
        self.largest.truncate(TOLD);
    }
}

/// The values of a table by labels, measure and unit.
fn read(csv: &[u8]) -> BTreeMap<String, String> {
    let mut reader = csv::Reader::from_reader(csv);
    let Ok(head) = reader.headers().cloned() else {
        return BTreeMap::new();
    };
    let records = reader.records().map_while(Result::ok);
    let figure = |record: csv::StringRecord| {
        let of = |(name, cell): (&str, &str)| (!SAID.contains(&name)).then(|| cell.to_string());
        let labels: Vec<String> = head.iter().zip(&record).filter_map(of).collect();
        let value = head.iter().zip(&record).find(|(name, _)| *name == "value");
        Some((labels.join(", "), value?.1.to_string()))
    };
    records.filter_map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_the_same_changed_shown_withheld_new_or_gone() {
        let head = "sex,measure,unit,value,lower_95,upper_95,status\n";
        let old = "female,People,count,20,,,rounded\nmale,People,count,100,,,rounded\nother,People,count,*,,,suppressed\nunknown,People,count,10,,,rounded\nall,People,count,130,,,rounded\n";
        let new = "female,People,count,40,,,rounded\nmale,People,count,105,,,held from 2026-09-30\nother,People,count,10,,,rounded\nunknown,People,count,*,,,suppressed\nnew,People,count,5,,,rounded\n";
        let file = |rows: &str| format!("{head}{rows}").into_bytes();
        let mut found = FigureDifferences::default();
        found.table("r", "t", &file(old), &file(new));
        found.table("r", "u", &file(old), &file(old));
        found.keep_largest();
        let told = (
            found.same,
            found.changed,
            found.newly_shown,
            found.newly_suppressed,
        );
        assert_eq!(told, (5, 2, 1, 1));
        assert_eq!((found.new, found.gone), (1, 1));
        let largest: Vec<_> = found
            .largest
            .iter()
            .map(|f| (f.figure.as_str(), f.before.as_str(), f.now.as_str()))
            .collect();
        assert_eq!(
            largest,
            [
                ("female, People, count", "20", "40"),
                ("male, People, count", "100", "105")
            ]
        );
        // What is no table of figures has none, and stops nobody.
        found.table("r", "v", b"\xff\xfe", b"a,b\n1,2\n");
    }
}
