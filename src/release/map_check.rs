//! What can be wrong with the map of a report's table.

use super::area_names::is_of_areas;
use super::report_file::{MapSpec, ReportTable};
use crate::error::{Error, Result};
use crate::nearest::nearest;

/// Refuses a map of what is no area, and of counts: where more people live there is more of everything.
pub(super) fn check_map(table: &ReportTable, map: &MapSpec) -> Result<()> {
    match &table.rows[..] {
        [one] if is_of_areas(table, one) => (),
        _ => {
            return Err(Error::usage("the rows of its table are not areas alone")
                .hint("let `rows` be one dimension of areas, such as place_name = { from = \"marts.reporting_area.area_name\", column = \"area_name\" }"));
        }
    }
    let mut measures = table.measures.iter();
    match measures.find(|m| m.label == map.y || m.name() == Some(&map.y)) {
        None => {
            let labels: Vec<&str> = table.measures.iter().map(|m| m.label.as_str()).collect();
            return Err(
                Error::usage(format!("`{}` is not a measure of this table", map.y))
                    .hint(nearest(&map.y, labels)),
            );
        }
        Some(measure) if measure.kind.counts() => {
            return Err(Error::usage(format!("`{}` is a count: a map of it shows where people live", map.y))
                .hint("name a percentage, a rate or another figure that does not grow with the size of an area"));
        }
        Some(_) => (),
    }
    if map.at.is_some() && table.across.is_none() {
        return Err(Error::usage("`at` needs a table with `across`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::release::ReportFile;

    const REPORT: &str = r#"
name = "r"
title = "R"
description = "D"
audience = "A"

[[tables]]
id = "t"
title = "T"
description = "D"
of = "core.person"
rows = ["place_name"]
totals = ["rows"]
dimensions = { place_name = { from = "marts.reporting_area.area_name", column = "area_name" } }
map = { y = "Percentage", y_label = "Percentage" }

[[tables.measures]]
column = "people"
label = "People"
kind = "people"

[[tables.measures]]
column = "active"
label = "Active"
kind = "people"
where = "is_active"

[[tables.measures]]
label = "Percentage"
kind = "percent"
numerator = "active"
denominator = "people"
"#;

    fn fault(from: &str, to: &str) -> String {
        let error = ReportFile::parse(&REPORT.replace(from, to), "r.toml").unwrap_err();
        format!("{} | {}", error.what(), error.causes().join(" | "))
    }

    #[test]
    fn a_map_is_of_areas_and_of_no_count() {
        ReportFile::parse(REPORT, "r.toml").unwrap();
        assert!(
            fault("map = { y = \"Percentage\"", "map = { y = \"people\"")
                .contains("`people` is a count")
        );
        assert!(
            fault("map = { y = \"Percentage\"", "map = { y = \"Percent\"")
                .contains("`Percent` is not a measure of this table")
        );
        let sex = "{ sex = { from = \"reference.sex.sex_name\", by = \"sex\" } }";
        let place = "{ place_name = { from = \"marts.reporting_area.area_name\", column = \"area_name\" } }";
        let of_sex = REPORT
            .replace("[\"place_name\"]", "[\"sex\"]")
            .replace(place, sex);
        let error = ReportFile::parse(&of_sex, "r.toml").unwrap_err();
        assert!(
            error.causes().join(" ").contains("are not areas alone"),
            "{error:?}"
        );
        let at = "map = { at = \"2025/26\", y = \"Percentage\"";
        assert!(
            fault("map = { y = \"Percentage\"", at).contains("`at` needs a table with `across`")
        );
    }
}
