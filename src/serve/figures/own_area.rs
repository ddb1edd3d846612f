//! Figures of a pack, the report that was made for one area: under the report's own name, and of its area.

use crate::figures::{FigureArea, FigureRow, TOTAL};
use crate::serve::catalogue::{ListedArea, ReportKey};
use crate::serve::directory::Directory;
use std::collections::BTreeMap;

/// The areas of packs.
pub(super) struct OwnAreas(BTreeMap<String, FigureArea>);

impl OwnAreas {
    /// Those of a release, as its manifest lists them; by the name that the site calls them, where there are
    /// two of one name.
    pub(super) fn of<'a>(
        listed: impl IntoIterator<Item = &'a ListedArea>,
        directory: &Directory,
    ) -> Self {
        let area = |listed: &ListedArea| FigureArea {
            code: Some(listed.code.clone()),
            name: match directory.areas.get(&listed.code) {
                Some(known) => known.name.clone(),
                None => listed.name.clone(),
            },
            level: listed.level.clone(),
        };
        let listed = listed.into_iter();
        OwnAreas(listed.map(|own| (own.code.clone(), area(own))).collect())
    }

    /// The area of a pack.
    pub(super) fn own(&self, code: &str) -> FigureArea {
        let unlisted = || FigureArea {
            code: Some(code.to_owned()),
            name: code.to_owned(),
            level: String::new(),
        };
        self.0.get(code).cloned().unwrap_or_else(unlisted)
    }

    /// A figure under its report's own name. That of a pack is of the pack's area; one of another area
    /// within a pack is a part of it, which is named among its other dimensions.
    pub(super) fn named(&self, mut row: FigureRow) -> FigureRow {
        let key = ReportKey::parse(&row.report);
        let Some(code) = key.area else {
            return row;
        };
        let own = self.own(&code);
        let is_own = |area: &FigureArea| {
            let area = (
                area.code.as_deref(),
                area.name.as_str(),
                area.level.as_str(),
            );
            is_area(&own, area)
        };
        let other = row.area.take().filter(|area| !is_own(area));
        if let Some(other) = other {
            row.breakdown_words = match row.breakdown_words.as_str() {
                "" | TOTAL => other.name.clone(),
                words => format!("{}, {words}", other.name),
            };
            row.breakdown.insert(other.level, other.name);
        }
        row.area = Some(own);
        row.report = key.report;
        row
    }
}

/// Whether an area is the one with this code, name and level.
pub(super) fn is_area(area: &FigureArea, (code, name, level): (Option<&str>, &str, &str)) -> bool {
    match code {
        Some(code) => area.code.as_deref() == Some(code),
        None => (area.level.as_str(), area.name.as_str()) == (level, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::tests::sample::figure;

    #[test]
    fn every_figure_of_a_pack_is_of_its_area_and_report() {
        let listed = ListedArea {
            level: "place".to_string(),
            code: "E6".to_string(),
            name: "Bolton".to_string(),
        };
        let areas = OwnAreas::of([&listed], &Directory::default());
        let named = |area: Option<&str>, condition: &str, report: &str| {
            let mut row = figure(area, condition, "2026", Some(1.0));
            row.report = report.to_string();
            areas.named(row)
        };
        // Its whole area, and its own line of a table of areas, are one figure.
        let whole = named(None, "asthma", "conditions-E6");
        let line = named(Some("Bolton"), "asthma", "conditions-E6");
        for own in [&whole, &line] {
            assert_eq!(own.report, "conditions");
            let area = own.area.as_ref().unwrap();
            assert_eq!(
                (area.code.as_deref(), area.name.as_str()),
                (Some("E6"), "Bolton")
            );
            assert_eq!(own.breakdown_words, "asthma");
        }
        assert_eq!(whole.breakdown, line.breakdown);
        // Those of Bolton who are of Wigan too are some of Bolton's.
        let common = named(Some("Wigan"), "asthma", "conditions-E6");
        assert_eq!(common.area, whole.area);
        assert_eq!(common.breakdown["place"], "Wigan");
        assert_eq!(common.breakdown_words, "Wigan, asthma");
        let of_all = named(Some("Wigan"), "", "conditions-E6");
        assert_eq!(of_all.breakdown_words, "Wigan");
        // A pack that the manifest does not list has its code.
        let unlisted = named(None, "", "conditions-E7").area.unwrap();
        assert_eq!(
            (unlisted.name.as_str(), unlisted.level.as_str()),
            ("E7", "")
        );
        // A report of the whole stays as it is.
        let table = named(Some("Wigan"), "", "conditions");
        assert_eq!(table.area.unwrap().name, "Wigan");
    }
}
