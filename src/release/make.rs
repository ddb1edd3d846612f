//! From the lake to a release: each report's tables are asked for, rendered and published together.

use super::manifest::sha256;
use super::provenance::provenance;
use super::refused::{Refused, nothing_left, refusal};
use super::reports::{Report, place, reports};
use super::shelf::Shelf;
use crate::disclosure::Scheme;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::{Location, TableName};
use crate::models::{Freshness, Library, record_level, reference_versions, refuse_record_level};
use crate::pipeline::Pipeline;
use crate::release::{
    About, File, FileMade, MANIFEST, Manifest, Outcome, TableData, render, write, write_to_store,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a release step did.
#[derive(Debug, Clone, Serialize)]
pub struct Made {
    /// The release's identifier: the as-of date and a fingerprint.
    pub release: String,
    /// Its folder.
    pub folder: String,
    /// Its files, without the manifest.
    pub files: Vec<String>,
    /// Whether it was written now, or was there already.
    pub written: bool,
    /// Why it had to be written again, when it was there but not whole.
    pub repaired: Vec<String>,
    /// Cells with a figure, over all reports.
    pub cells_shown: usize,
    /// Cells suppressed, over all reports.
    pub cells_suppressed: usize,
    /// Reports that were not released, because tables that they read are out of date.
    pub refused: Vec<Refused>,
}

/// Makes `names` (the pipeline's reports when empty); with `dry_run` nothing is written.
///
/// A report of which a table is not what its model would make now, with the parameters of the
/// pipeline, is left out.
///
/// # Errors
/// Refused, when no report is left, or a figure may not leave; data, when the lake or the releases
/// cannot be read or written.
pub async fn make(
    engine: &Engine,
    pipeline: &Pipeline,
    library: &Library,
    names: &[String],
    dry_run: bool,
) -> Result<Made> {
    let lake = engine.lake();
    let scheme = Scheme::from_name(&pipeline.settings.disclosure.scheme)?;
    let mut reports = reports(pipeline, names)?;
    let reads = reports.iter().flat_map(|report| report.reads.clone());
    let fresh = Freshness::of(
        lake,
        library,
        &reads.collect(),
        &reference_versions(pipeline)?,
        &pipeline.values(),
    )
    .await?;
    let refused: Vec<Refused> = reports
        .iter()
        .filter_map(|report| refusal(&fresh, pipeline, report))
        .collect();
    reports.retain(|report| refused.iter().all(|r| r.report != report.report.name));
    if reports.is_empty() && !refused.is_empty() {
        return Err(nothing_left(&refused));
    }
    let mut about = BTreeMap::new();
    for report in &reports {
        let used = provenance(lake, &fresh, pipeline, report).await?;
        about.insert(report.report.name.clone(), used);
    }
    let id = identifier(&reports, &about, scheme)?;
    let releases = pipeline.releases()?;
    let place = match releases.folder() {
        Some(folder) => folder.join(&id).display().to_string(),
        None => format!("{releases}/{id}"),
    };
    if let Some(found) = whole(&releases, &id).await? {
        return Ok(Made {
            release: id,
            folder: place,
            refused,
            ..found
        });
    }
    for table in lake.tables().await? {
        if let Some(table) = lake.table(&table).await? {
            engine.register(&table)?;
        }
    }
    // The reports read what was looked at, also when another command has changed it since.
    for table in fresh.tables() {
        engine.register(table)?;
    }
    let record_level = record_level(engine, library).await?;
    let mut manifest: Option<Manifest> = None;
    let mut files: Vec<File> = Vec::new();
    let (mut shown, mut suppressed) = (0, 0);
    for report in &reports {
        let Some(about) = about.get(&report.report.name) else {
            continue;
        };
        let data = ask(engine, report, &record_level).await?;
        let rendered = render(&report.report, &data, scheme, about)?;
        let manifest = manifest.get_or_insert_with(|| Manifest::new(&id, about, scheme));
        manifest.add(&rendered, &report.text, about);
        for frame in &rendered.frames {
            let (s, x) = frame.tally();
            shown += s;
            suppressed += x;
        }
        files.extend(rendered.files);
    }
    let Some(manifest) = manifest else {
        return Err(Error::usage("there is no report to release")
            .hint("name reports under [reports] in the pipeline file"));
    };
    let mut made = Made {
        release: id.clone(),
        folder: place,
        files: files.iter().map(|f| f.name.clone()).collect(),
        written: !dry_run,
        repaired: Vec::new(),
        cells_shown: shown,
        cells_suppressed: suppressed,
        refused,
    };
    if dry_run {
        return Ok(made);
    }
    let outcome = match releases.folder() {
        Some(folder) => write(folder, &id, &files, &manifest)?,
        None => write_to_store(&releases, &id, &files, &manifest).await?,
    };
    match outcome {
        Outcome::Written => {}
        Outcome::Unchanged => made.written = false,
        Outcome::Replaced(reason) => made.repaired = vec![reason.to_string()],
    }
    Ok(made)
}

async fn ask(
    engine: &Engine,
    report: &Report,
    record_level: &BTreeSet<TableName>,
) -> Result<BTreeMap<String, TableData>> {
    let mut data = BTreeMap::new();
    for table in &report.report.tables {
        let place = place(&report.file, &table.id);
        let frame = engine.query(&place, &table.sql).await?;
        refuse_record_level(&place, frame.logical_plan(), record_level)?;
        let batches = engine.collect(&place, frame).await?;
        data.insert(table.id.clone(), TableData { batches });
    }
    Ok(data)
}

/// The as-of date and a fingerprint of all that decides the bytes: a release of other figures has
/// another name, and the same release always has this one.
fn identifier(
    reports: &[Report],
    about: &BTreeMap<String, About>,
    scheme: Scheme,
) -> Result<String> {
    let mut told = Vec::new();
    for report in reports {
        told.extend_from_slice(report.text.as_bytes());
        told.push(0);
    }
    told.extend_from_slice(scheme.name().as_bytes());
    let mut day = None;
    for about in about.values() {
        let facts = serde_json::json!({
            "parameters": about.parameters, "program": about.program_version,
            "models": about.models, "inputs": about.inputs,
        });
        told.extend_from_slice(facts.to_string().as_bytes());
        day = Some(about.as_of);
    }
    let day = day.ok_or_else(|| {
        Error::usage("there is no report to release")
            .hint("name reports under [reports] in the pipeline file")
    })?;
    Ok(format!("{day}-{}", &sha256(&told)[..12]))
}

/// A release that is there with every file as its manifest says.
async fn whole(releases: &Location, id: &str) -> Result<Option<Made>> {
    #[derive(serde::Deserialize)]
    struct Found {
        files: Vec<FoundFile>,
        reports: BTreeMap<String, FoundReport>,
    }
    #[derive(serde::Deserialize)]
    struct FoundFile {
        name: String,
        sha256: String,
    }
    #[derive(serde::Deserialize)]
    struct FoundReport {
        tables: BTreeMap<String, FoundTable>,
    }
    #[derive(serde::Deserialize)]
    struct FoundTable {
        cells_shown: usize,
        cells_suppressed: usize,
    }
    // Releases that have no folder yet hold none.
    if releases.folder().is_some_and(|folder| !folder.is_dir()) {
        return Ok(None);
    }
    let shelf = Shelf::open(releases, id)?;
    let manifest = shelf.read(MANIFEST).await?;
    let Some(found) = manifest.and_then(|bytes| serde_json::from_slice::<Found>(&bytes).ok())
    else {
        return Ok(None);
    };
    for file in &found.files {
        let Some(bytes) = shelf.read(&file.name).await? else {
            return Ok(None);
        };
        let name = file.name.clone();
        if FileMade::of(&File { name, bytes }).sha256 != file.sha256 {
            return Ok(None);
        }
    }
    let tables = || found.reports.values().flat_map(|r| r.tables.values());
    Ok(Some(Made {
        release: String::new(),
        folder: String::new(),
        files: found.files.iter().map(|f| f.name.clone()).collect(),
        written: false,
        repaired: Vec::new(),
        cells_shown: tables().map(|t| t.cells_shown).sum(),
        cells_suppressed: tables().map(|t| t.cells_suppressed).sum(),
        refused: Vec::new(),
    }))
}
