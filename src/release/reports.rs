//! The reports of a project: which there are, and what is wrong with them.

use super::area_names::{AreaColumns, area_columns};
use super::counted::{beside_each_other, counted_table};
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
use crate::pipeline::Pipeline;
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
        let levels = levels(pipeline, &report);
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
    let counted = all.iter_mut().flat_map(|r| r.counted.values_mut());
    beside_each_other(counted);
    Ok(all)
}

/// The levels of areas that a report is made for, each once.
fn levels(pipeline: &Pipeline, report: &ReportFile) -> Vec<AreaLevel> {
    let own = report.for_each.as_ref();
    let levels = own.unwrap_or(&pipeline.settings.reports.for_each);
    let levels: BTreeSet<AreaLevel> = levels.iter().copied().collect();
    levels.into_iter().collect()
}

/// A report with what its tables count and read.
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
        let mut counted = counted_table(table).map_err(|e| e.within(place))?;
        if table.in_packs {
            counted.divide_by_areas(table, &made.levels);
        }
        made.counted.insert(table.id.clone(), counted);
    }
    // Their names and populations decide which areas have a report.
    let of_areas = made.levels.iter().map(|level| level.listed().0);
    made.reads.extend(of_areas);
    if made
        .report
        .tables
        .iter()
        .any(|table| table.ages().is_some())
    {
        made.reads.insert(standard_population::table());
    }
    for table in &made.report.tables {
        for query in made.queries(table) {
            let named = query_inputs(&place(&made.file, &table.id), &query)?;
            made.reads.extend(named);
        }
    }
    Ok(made)
}

/// The tables that the pipeline's reports read.
pub(crate) fn tables_read(pipeline: &Pipeline) -> Result<BTreeSet<TableName>> {
    let reports = reports(pipeline, &[])?.into_iter();
    Ok(reports.flat_map(|report| report.reads).collect())
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
