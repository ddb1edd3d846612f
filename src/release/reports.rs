//! The reports of a project: which there are, and what is wrong with them.

use super::proof::prove;
use super::report::{Report, place};
use crate::engine::Engine;
use crate::error::{Context, Error, Result};
use crate::lake::TableName;
use crate::models::query_inputs;
use crate::models::sensitivity::Sensitivity;
use crate::nearest::nearest;
use crate::pipeline::Pipeline;
use crate::release::ReportFile;
use std::collections::{BTreeMap, BTreeSet};

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
        let mut reads = BTreeSet::new();
        let mut reads_by = BTreeMap::new();
        for table in &report.tables {
            let named = query_inputs(&place(&file, &table.id), &table.sql)?;
            reads.extend(named.iter().cloned());
            reads_by.insert(table.id.clone(), named);
        }
        all.push(Report {
            file,
            text,
            report,
            reads,
            reads_by,
        });
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
    Ok(all)
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
            let place = place(&report.file, &table.id);
            let checked = match engine.lasting_query(&place, &table.sql).await {
                Ok(frame) => {
                    prove(sensitivity, &report, table, frame.logical_plan(), smallest).map(drop)
                }
                Err(e) => Err(e),
            };
            problems.extend(checked.err());
        }
    }
    Ok(problems)
}
