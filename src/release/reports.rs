//! The reports of a project: which there are, and what is wrong with them.

use super::area_names::{AreaColumns, area_columns, compares_areas};
use super::counted::{AddedUp, beside_each_other, counted_table};
use super::projection::projected_from;
use super::proof::prove;
use super::report::{Report, place};
use super::report_file::ReportTable;
use super::standard_population;
use crate::engine::Engine;
use crate::error::{Context, Error, Result};
use crate::lake::TableName;
use crate::models::query_inputs;
use crate::models::sensitivity::{Judged, Sensitivity};
use crate::nearest::nearest;
use crate::pipeline::AreaLevel;
use crate::pipeline::{ParameterValue, Pipeline};
use crate::release::ReportFile;
use datafusion::dataframe::DataFrame;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Reads `names`, or when there are none the reports that the pipeline names.
pub(super) fn reports(pipeline: &Pipeline, names: &[String]) -> Result<Vec<Report>> {
    let folder = pipeline.path(&pipeline.settings.reports.folder);
    let cannot = || format!("the folder of reports {} cannot be read", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&folder).usage(cannot)? {
        let path = entry.usage(cannot)?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut all = Vec::new();
    for file in paths {
        let report = ReportFile::read(&file)?;
        let text = std::fs::read_to_string(&file).usage(cannot)?;
        let levels = levels(&pipeline.settings.reports.for_each, &report);
        all.push(read(file, text, report, levels)?);
    }
    let wanted = if names.is_empty() {
        &pipeline.settings.reports.build
    } else {
        names
    };
    for name in wanted.iter().filter(|n| *n != "*") {
        if !all.iter().any(|r| &r.report.name == name) {
            return Err(Error::usage(format!("there is no report '{name}'"))
                .hint(nearest(name, all.iter().map(|r| &r.report.name))));
        }
    }
    all.retain(|r| {
        wanted
            .iter()
            .any(|name| name == "*" || name == &r.report.name)
    });
    one_sum_each(&all)?;
    divide_by_areas(&mut all);
    for report in &mut all {
        days_of_projections(pipeline, report)?;
        reads(report)?;
    }
    let counted = all.iter_mut().flat_map(|r| r.counted.values_mut());
    beside_each_other(counted);
    Ok(all)
}

/// Refuses two sums of one model: what one has more than the other may be the amount of one person, or as
/// many times the same as there are people.
fn one_sum_each(reports: &[Report]) -> Result<()> {
    let mut known: BTreeMap<&TableName, (&AddedUp, Option<&str>)> = BTreeMap::new();
    for report in reports {
        for counting in report.counted.values().flat_map(|table| &table.countings) {
            let Some(summed) = counting.summed() else {
                continue;
            };
            if *known.entry(&counting.of).or_insert(summed) != summed {
                let (file, of) = (report.file.display(), &counting.of);
                return Err(Error::usage(format!("{file}: a second sum of {of}, of another column or over other rows"))
                    .cause("what one sum has more than another may be the amount of one person")
                    .hint("give all sums of a model the same amount, provider and condition; a dimension divides one sum, and other amounts belong to a model of their own"));
            }
        }
    }
    Ok(())
}

/// The levels of areas that a report is made for, each once; none for one without a table that the report
/// of an area would have.
fn levels(otherwise: &[AreaLevel], report: &ReportFile) -> Vec<AreaLevel> {
    if !report.tables.iter().any(|table| table.in_packs) {
        return Vec::new();
    }
    let levels = report.for_each.as_deref().unwrap_or(otherwise);
    let levels: BTreeSet<AreaLevel> = levels.iter().copied().collect();
    levels.into_iter().collect()
}

/// Divides the tables of all reports by the levels of any of them: where levels cross, what lies in an area
/// of one and not in that of another is often few people, in whichever reports the two stand.
fn divide_by_areas(reports: &mut [Report]) {
    let all = reports.iter().flat_map(|report| report.levels.clone());
    let all: BTreeSet<AreaLevel> = all.collect();
    let all: Vec<AreaLevel> = all.into_iter().collect();
    for report in reports {
        for table in &report.report.tables {
            let told_of: &[AreaLevel] = match table.in_packs && !compares_areas(table) {
                true => &report.levels,
                // In the report of an area it has the figures of all.
                false => &[],
            };
            if let Some(counted) = report.counted.get_mut(&table.id) {
                counted.divide_by_areas(table, &all, told_of);
            }
        }
    }
}

/// A report with what its tables count.
fn read(file: PathBuf, text: String, report: ReportFile, levels: Vec<AreaLevel>) -> Result<Report> {
    let mut made = Report {
        file,
        text,
        report,
        reads: BTreeSet::new(),
        levels,
        counted: BTreeMap::new(),
    };
    for table in &made.report.tables {
        let place = place(&made.file, &table.id);
        let counted = counted_table(table).map_err(|e| e.within(place))?;
        made.counted.insert(table.id.clone(), counted);
    }
    Ok(made)
}

/// Refuses a projection whose period is not of two parameters that are days.
fn days_of_projections(pipeline: &Pipeline, report: &Report) -> Result<()> {
    let values = pipeline.values();
    let is_day = |name: &&String| matches!(values.get(*name), Some(ParameterValue::Date(_)));
    for projection in &report.report.projections {
        if let Some(name) = projection.period.iter().find(|name| !is_day(name)) {
            let days = values.keys().filter(|name| is_day(name));
            return Err(Error::usage(format!(
                "{}: projection `{}`: `{name}` is not a parameter that is a date",
                report.file.display(),
                projection.id
            ))
            .hint(nearest(name, days)));
        }
    }
    Ok(())
}

/// Notes what a report reads.
fn reads(report: &mut Report) -> Result<()> {
    // Their names and populations decide which areas have a report.
    let of_areas = report.levels.iter().map(|level| level.listed().0);
    let mut reads: BTreeSet<TableName> = of_areas.collect();
    for table in &report.report.tables {
        if table.hidden().is_some() && table.kind_by_bands().is_none() {
            reads.insert(standard_population::table());
        }
        for query in report.queries(table) {
            reads.extend(query_inputs(&place(&report.file, &table.id), &query)?);
        }
    }
    if !report.report.projections.is_empty() {
        reads.extend(projected_from());
    }
    report.reads = reads;
    Ok(())
}

/// The tables that the pipeline's reports read.
pub(crate) fn tables_read(pipeline: &Pipeline) -> Result<BTreeSet<TableName>> {
    let reports = reports(pipeline, &[])?.into_iter();
    Ok(reports.flat_map(|report| report.reads).collect())
}

/// The tables of which it has to be known what they tell before the pipeline's reports are proved: those that
/// they read, and those that dimensions take their values from.
pub(crate) fn tables_judged(pipeline: &Pipeline) -> Result<BTreeSet<TableName>> {
    let mut judged = BTreeSet::new();
    for report in reports(pipeline, &[])? {
        judged.extend(report.reads);
        let lists = report.report.tables.iter();
        let lists = lists.flat_map(|table| table.dimensions.values());
        judged.extend(
            lists
                .filter_map(|list| list.column())
                .map(|(table, _)| table),
        );
    }
    Ok(judged)
}

/// Checks what can be checked of all report files without data.
pub(crate) fn check_reports(pipeline: &Pipeline) -> Result<usize> {
    pipeline.scheme()?;
    Ok(reports(pipeline, &[])?.len())
}

/// Plans the queries of all reports over the tables that `engine` knows, and proves that they may
/// leave; gives what is wrong.
pub(crate) async fn check_queries(
    engine: &Engine,
    pipeline: &Pipeline,
    sensitivity: &mut Sensitivity,
) -> Result<Vec<Error>> {
    let mut problems = Vec::new();
    let smallest = pipeline.settings.disclosure.smallest_area;
    for report in reports(pipeline, &[])? {
        for table in &report.report.tables {
            let checked = proved(engine, sensitivity, &report, table, smallest).await;
            problems.extend(checked.err());
        }
    }
    Ok(problems)
}

/// The queries of a table that may leave, and what of it depends on the populations of areas.
pub(super) struct Proved {
    /// The queries that it is judged by.
    pub frames: Vec<DataFrame>,
    /// For each of them, whether the model that it counts has one row for each person.
    pub one_row_each: Vec<bool>,
    /// What depends on the populations of areas.
    pub judged: Judged,
    /// The dimensions that are of areas.
    pub areas: Vec<AreaColumns>,
}

/// Plans the queries of a table, and proves that it may leave.
///
/// # Errors
/// Usage, when a query cannot be planned; refused, when it is not proved.
pub(super) async fn proved(
    engine: &Engine,
    sensitivity: &mut Sensitivity,
    report: &Report,
    table: &ReportTable,
    smallest: u64,
) -> Result<Proved> {
    let place = place(&report.file, &table.id);
    let mut proved = Proved {
        frames: Vec::new(),
        one_row_each: Vec::new(),
        judged: Judged::default(),
        areas: area_columns(table, sensitivity),
    };
    for counting in report.countings(table) {
        sensitivity.counts_people(&place, &counting.of, counting.columns())?;
        let one_row_each = sensitivity.has_one_row_each(&counting.of);
        proved.one_row_each.push(one_row_each);
    }
    for query in report.queries(table) {
        proved
            .frames
            .push(engine.lasting_query(&place, &query).await?);
    }
    for (counting, frame) in report.countings(table).zip(&proved.frames) {
        let plan = frame.logical_plan();
        let counted = report.counted.get(&table.id);
        let levels = counted.map_or(&[][..], |counted| &counted.levels);
        let of_table = (table, levels);
        let judged = prove(sensitivity, &place, of_table, counting, plan, smallest)?;
        proved.judged.areas.extend(judged.areas);
        proved.judged.choices.extend(judged.choices);
    }
    Ok(proved)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
[[tables]]
id = "ID"
title = "A table"
description = "People."
of = "core.person"
rows = ["ROW"]
IN_PACKS

[tables.dimensions]
ROW.from = "reference.lsoa.COLUMN"

[[tables.measures]]
column = "people"
label = "People"
kind = "people"
"#;

    fn report(name: &str, for_each: &str, tables: &[(&str, &str, bool)]) -> Report {
        let head = format!(
            "name = \"{name}\"\ntitle = \"A\"\ndescription = \"A\"\naudience = \"A\"\nfor_each = {for_each}\n"
        );
        let table = |(id, column, in_packs): &(&str, &str, bool)| {
            let text = TABLE.replace("ID", id).replace("ROW", "row");
            text.replace("COLUMN", column)
                .replace("IN_PACKS", &format!("in_packs = {in_packs}"))
        };
        let text = head + &tables.iter().map(table).collect::<String>();
        let report = ReportFile::parse(&text, "a.toml").unwrap();
        let levels = levels(&[], &report);
        read(PathBuf::from("a.toml"), text, report, levels).unwrap()
    }

    #[test]
    fn every_table_is_divided_by_the_levels_of_all_reports() {
        use AreaLevel::{Pcn, Place, Practice};
        let tables = [
            ("deciles", "imd_decile", true),
            ("places", "place_name", true),
            ("whole", "imd_decile", false),
        ];
        let mut reports = [
            report("one", "[\"place\", \"practice\"]", &tables),
            report("two", "[\"pcn\"]", &tables[..1]),
            report("three", "[]", &tables[..1]),
        ];
        divide_by_areas(&mut reports);
        let counted = |report: usize, table: &str| {
            let counted = &reports[report].counted[table];
            assert_eq!(counted.levels, [Place, Pcn, Practice], "{table}");
            assert!((1..4).all(|place| counted.countings[0].divided_by(place)));
            counted.told_of.clone()
        };
        assert_eq!(counted(0, "deciles"), [Place, Practice]);
        // What compares areas has the figures of all in each of their reports.
        assert_eq!(counted(0, "places"), []);
        assert_eq!(counted(0, "whole"), []);
        assert_eq!(counted(1, "deciles"), [Pcn]);
        assert_eq!(counted(2, "deciles"), []);
    }

    #[test]
    fn a_report_without_a_table_for_areas_is_made_for_none() {
        let one = report("one", "[\"place\"]", &[("whole", "imd_decile", false)]);
        assert_eq!(one.levels, []);
        let both = [
            ("whole", "imd_decile", false),
            ("deciles", "imd_decile", true),
        ];
        assert_eq!(
            report("two", "[\"place\"]", &both).levels,
            [AreaLevel::Place]
        );
    }
}
