//! From the lake to a release: each report's tables are asked for, rendered and published together.

use super::shelf::Shelf;
use crate::disclosure::Scheme;
use crate::engine::{Engine, execution_error};
use crate::error::{Context, Error, Result};
use crate::lake::{Lake, Location, Table, TableName};
use crate::models::{CONTENT, FINGERPRINT, Library, record_level, references, refuse_record_level};
use crate::pipeline::{Pipeline, Value, settings_file::nearest};
use crate::release::{
    About, File, FileMade, InputUsed, MANIFEST, Manifest, ModelUsed, Outcome, ReportFile,
    TableData, render, write, write_to_store,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

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
}

struct Report {
    file: PathBuf,
    text: String,
    report: ReportFile,
    reads: BTreeSet<TableName>,
}

/// Makes `names` (the pipeline's reports when empty); with `dry_run` nothing is written.
pub async fn make(
    engine: &Engine,
    pipeline: &Pipeline,
    library: &Library,
    names: &[String],
    dry_run: bool,
) -> Result<Made> {
    let lake = engine.lake();
    let scheme = Scheme::from_name(&pipeline.settings.disclosure.scheme)?;
    let reports = reports(pipeline, names)?;
    let mut about = BTreeMap::new();
    for report in &reports {
        let used = provenance(lake, library, pipeline, &report.reads).await?;
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
            ..found
        });
    }
    for table in lake.tables().await? {
        if let Some(table) = lake.table(&table).await? {
            engine.register(&table)?;
        }
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

/// Reads the report files that the pipeline names.
fn reports(pipeline: &Pipeline, names: &[String]) -> Result<Vec<Report>> {
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
        for table in &report.tables {
            reads.extend(references(&place(&file, &table.id), &table.sql)?);
        }
        all.push(Report {
            file,
            text,
            report,
            reads,
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
                .hint(nearest(name, all.iter().map(|r| r.report.name.as_str()))));
        }
    }
    all.retain(|r| {
        wanted
            .iter()
            .any(|name| name == "*" || name == &r.report.name)
    });
    Ok(all)
}

/// Checks what can be checked of all report files without data.
pub fn check_reports(pipeline: &Pipeline) -> Result<usize> {
    Scheme::from_name(&pipeline.settings.disclosure.scheme)?;
    Ok(reports(pipeline, &[])?.len())
}

/// Plans the queries of all reports over the tables that `engine` knows; gives what is wrong.
pub async fn check_queries(
    engine: &Engine,
    pipeline: &Pipeline,
    record_level: &BTreeSet<TableName>,
) -> Result<Vec<Error>> {
    let mut problems = Vec::new();
    for report in reports(pipeline, &[])? {
        for table in &report.report.tables {
            let place = place(&report.file, &table.id);
            let checked = match engine.query(&place, &table.sql).await {
                Ok(frame) => refuse_record_level(&place, frame.logical_plan(), record_level),
                Err(e) => Err(e),
            };
            problems.extend(checked.err());
        }
    }
    Ok(problems)
}

fn place(file: &Path, table: &str) -> String {
    format!("{}: table {table}", file.display())
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
        let batches = frame
            .collect()
            .await
            .map_err(|e| execution_error(&place, &e))?;
        data.insert(table.id.clone(), TableData { batches });
    }
    Ok(data)
}

/// Everything that a report's figures come from.
async fn provenance(
    lake: &Lake,
    library: &Library,
    pipeline: &Pipeline,
    reads: &BTreeSet<TableName>,
) -> Result<About> {
    let mut models = Vec::new();
    let mut inputs = Vec::new();
    let mut waiting: Vec<TableName> = reads.iter().cloned().collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let table = lake
            .table(&name)
            .await?
            .ok_or_else(|| not_built(&name, library))?;
        match library.models.get(&name) {
            Some(model) => {
                models.push(ModelUsed {
                    name: name.to_string(),
                    description: model.header.description.trim().to_string(),
                    fingerprint: version(&table),
                    sql_sha256: hex(&Sha256::digest(model.sql.as_bytes())),
                });
                waiting.extend(model.reads.iter().cloned());
            }
            None => inputs.push(InputUsed {
                table: name.to_string(),
                version: version(&table),
            }),
        }
    }
    models.sort();
    inputs.sort();
    let values = pipeline.values();
    let Some(Value::Date(as_of)) = values.get("as_of") else {
        return Err(Error::usage("the parameter as_of is not a date"));
    };
    let parameters = values.iter();
    let mut parameters: BTreeMap<String, String> = parameters
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect();
    // Whoever reads a figure can see when those behind it were last asked.
    if let Some(day) = crate::pull::ndoo_checked_on(lake).await? {
        parameters.insert("ndoo_checked_on".to_string(), day.to_string());
    }
    Ok(About {
        as_of: *as_of,
        parameters,
        program_version: env!("CARGO_PKG_VERSION").to_string(),
        models,
        inputs,
    })
}

fn not_built(name: &TableName, library: &Library) -> Error {
    let error = Error::data(format!("there is no table {name}"));
    if library.models.contains_key(name) {
        return error.hint("build it first with `populace run`");
    }
    let names: Vec<String> = library.models.keys().map(TableName::to_string).collect();
    error.hint(nearest(&name.to_string(), names.iter().map(String::as_str)))
}

fn version(table: &Table) -> String {
    table
        .property(FINGERPRINT)
        .or_else(|| table.property(CONTENT))
        .map_or_else(|| table.version.to_string(), str::to_string)
}

/// The as-of date and a fingerprint of all that decides the bytes: a release of other figures has
/// another name, and the same release always has this one.
fn identifier(
    reports: &[Report],
    about: &BTreeMap<String, About>,
    scheme: Scheme,
) -> Result<String> {
    let mut hash = Sha256::new();
    for report in reports {
        hash.update(report.text.as_bytes());
        hash.update([0]);
    }
    hash.update(scheme.name());
    let mut day = None;
    for about in about.values() {
        let facts = serde_json::json!({
            "parameters": about.parameters, "program": about.program_version,
            "models": about.models, "inputs": about.inputs,
        });
        hash.update(facts.to_string());
        day = Some(about.as_of);
    }
    let day = day.ok_or_else(|| {
        Error::usage("there is no report to release")
            .hint("name reports under [reports] in the pipeline file")
    })?;
    Ok(format!("{day}-{}", &hex(&hash.finalize())[..12]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
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
    }))
}
