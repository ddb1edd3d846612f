//! Reference tables: CSV files that become `reference.<name>`.

use super::absent::AbsentTable;
use super::declared_columns::DeclaredColumns;
use super::official;
use super::reference_csv::{proposed, read};
use super::sidecar::Sidecar;
use crate::error::{Context, Error, Result};
use crate::functions::need::{CodeLists, ListText, SHIPPED};
use crate::lake::properties::CONTENT;
use crate::lake::{Lake, Table, TableName};
use crate::pipeline::{ColumnChoice, Pipeline, ReferenceSettings};
use arrow::array::RecordBatch;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The reference tables of a lake.
#[derive(Debug, Default)]
pub struct Loaded {
    /// All.
    pub names: Vec<TableName>,
    /// The damaged files, or logs, of those that were loaded again because of them.
    pub damaged: Vec<String>,
}

/// Loads the files of `sql/reference/` and of `[reference]` that changed, and those whose tables in
/// the lake are damaged; those whose files are not there stay as they are.
pub async fn load_reference(pipeline: &Pipeline, lake: &Lake) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    for (name, source) in sources(pipeline)? {
        if !source.makes_a_table()? || source.absent_file().is_some() {
            continue;
        }
        let declared = source.declared()?;
        let table = TableName::new("reference", &name);
        let bytes = source.bytes()?;
        let content = content_of(&bytes, &source, &declared);
        let rows = || source.rows(&name, &bytes, &declared);
        let damage = load_rows(lake, &table, content, rows).await?;
        loaded.damaged.extend(damage);
        loaded.names.push(table);
    }
    Ok(loaded)
}

/// Loads a reference table of this content where the lake has another, or a damaged one; gives the files
/// that were damaged.
pub(super) async fn load_rows(
    lake: &Lake,
    table: &TableName,
    content: String,
    rows: impl FnOnce() -> Result<RecordBatch>,
) -> Result<Vec<String>> {
    let (base, damage) = held(lake, table).await?;
    let known = base.as_ref().and_then(|t| t.property(CONTENT));
    if known != Some(&content) || !damage.is_empty() {
        let rows = rows()?;
        let properties = BTreeMap::from([(CONTENT.to_string(), content)]);
        if base.is_none() && !damage.is_empty() {
            lake.forget_log(table).await?;
        }
        lake.replace_rows(table, base.as_ref(), rows, properties)
            .await?;
    }
    Ok(damage)
}

/// The reference tables whose files `[reference]` names and that are not there.
///
/// # Errors
/// Usage, when a sidecar cannot be read.
pub(crate) fn absent_references(pipeline: &Pipeline) -> Result<Vec<AbsentTable>> {
    let mut absent = Vec::new();
    for (name, source) in sources(pipeline)? {
        if let Some(file) = source.absent_file() {
            absent.push(AbsentTable {
                reason: format!("the reference file {} is not there", file.display()),
                hint: format!(
                    "put it there, or correct {name} under [reference] in {}",
                    pipeline.file.display()
                ),
                table: TableName::new("reference", name),
            });
        }
    }
    Ok(absent)
}

/// Whether a file is the reference table of a name.
pub(super) fn is_reference(pipeline: &Pipeline, name: &str) -> Result<bool> {
    Ok(sources(pipeline)?.contains_key(name))
}

/// A table as the lake holds it, and what of it is damaged: files, or the log, and then there is no
/// table.
async fn held(lake: &Lake, name: &TableName) -> Result<(Option<Table>, Vec<String>)> {
    let table = match lake.table(name).await {
        Ok(table) => table,
        Err(e) => {
            let log = e.damaged_path().map(str::to_string);
            return log.map(|log| (None, vec![log])).ok_or(e);
        }
    };
    let files = table.as_ref().map_or(&[][..], |table| &table.files);
    let damage = lake.damage(files).await?.into_iter();
    let damage = damage.map(|damage| damage.path).collect();
    Ok((table, damage))
}

/// The version that each reference table has when its file, as it is now, has been loaded.
pub(crate) fn reference_versions(pipeline: &Pipeline) -> Result<BTreeMap<TableName, String>> {
    let mut versions = BTreeMap::new();
    for (name, source) in sources(pipeline)? {
        if source.makes_a_table()? && source.absent_file().is_none() {
            let content = content_of(&source.bytes()?, &source, &source.declared()?);
            versions.insert(TableName::new("reference", name), content);
        }
    }
    Ok(versions)
}

fn content_of(bytes: &[u8], source: &ReferenceSource, declared: &DeclaredColumns) -> String {
    let mut content = blake3::Hasher::new();
    content.update(b"form 2");
    let choice = source.choice();
    if choice != ColumnChoice::default() {
        content.update(format!("{choice:?}").as_bytes());
    }
    content.update(declared.content().as_bytes());
    content.update(bytes);
    content.finalize().to_hex()[..32].to_string()
}

/// The rows of every reference table, without loading it into a lake; none where its file is not on
/// this machine and the columns are declared.
pub(crate) fn reference_rows(pipeline: &Pipeline) -> Result<ReferenceTables> {
    let mut tables = ReferenceTables::default();
    for (name, source) in sources(pipeline)? {
        let declared = source.declared()?;
        let table = TableName::new("reference", &name);
        let rows = match source.is_absent() && !declared.is_empty() {
            true => {
                tables.absent.push(table.clone());
                declared.without_rows()
            }
            false => source.rows(&name, &source.bytes()?, &declared)?,
        };
        tables.rows.insert(table, rows);
    }
    Ok(tables)
}

/// The reference tables of a project, as far as their files are on this machine.
#[derive(Debug, Default)]
pub(crate) struct ReferenceTables {
    /// The rows of each.
    pub rows: BTreeMap<TableName, RecordBatch>,
    /// Those of which only the columns are known.
    pub absent: Vec<TableName>,
}

/// The column that each reference table is ordered by, where its sidecar names one.
pub(crate) fn reference_orders(pipeline: &Pipeline) -> Result<BTreeMap<TableName, String>> {
    let mut orders = BTreeMap::new();
    for (name, source) in sources(pipeline)? {
        if let Some(order) = source.declared()?.order() {
            orders.insert(TableName::new("reference", name), order.clone());
        }
    }
    Ok(orders)
}

/// What is said of where each reference table is from; None of one that has no sidecar.
pub(crate) fn reference_sidecars(
    pipeline: &Pipeline,
) -> Result<BTreeMap<TableName, Option<Sidecar>>> {
    let mut sidecars = BTreeMap::new();
    for (name, source) in sources(pipeline)? {
        sidecars.insert(TableName::new("reference", name), source.sidecar()?);
    }
    Ok(sidecars)
}

/// The code lists that scores use: the project's own, or those that come with the program.
pub(super) fn lists_of_scores(pipeline: &Pipeline) -> Result<CodeLists> {
    let sources = sources(pipeline)?;
    CodeLists::read(|name| {
        let source = sources
            .get(name)
            .ok_or("it is not there")
            .usage(|| format!("the code list {name} cannot be read"))?;
        Ok(ListText {
            place: source.place(),
            bytes: source.bytes()?,
        })
    })
}

/// Where a reference table comes from.
enum ReferenceSource {
    /// A file of the project, with a sidecar beside it.
    File(PathBuf),
    /// What `[reference]` names: a file, or the files that the table is made of, and the sidecar that the
    /// project has for a table of this name.
    Named {
        name: String,
        root: PathBuf,
        file: PathBuf,
        settings: ReferenceSettings,
        pipeline: String,
        sidecar: PathBuf,
    },
    /// A code list that comes with the program: its file in the program's own sources, its text, and
    /// its sidecar.
    Shipped(String, &'static str, &'static str),
    /// Nowhere: the project has only the sidecar, and [reference] names no file.
    Sidecar(PathBuf),
}

impl ReferenceSource {
    fn place(&self) -> String {
        match self {
            // Its lines are those of the table that is made of the files.
            ReferenceSource::Named { name, settings, .. } if !settings.parts.is_empty() => {
                format!("[reference] {name}")
            }
            ReferenceSource::File(file)
            | ReferenceSource::Named { file, .. }
            | ReferenceSource::Sidecar(file) => file.display().to_string(),
            ReferenceSource::Shipped(place, ..) => place.clone(),
        }
    }

    fn choice(&self) -> ColumnChoice {
        match self {
            ReferenceSource::Named { settings, .. } => settings.choice.clone(),
            _ => ColumnChoice::default(),
        }
    }

    fn bytes(&self) -> Result<Vec<u8>> {
        match self {
            ReferenceSource::Named {
                name,
                root,
                settings,
                ..
            } if !settings.parts.is_empty() => official::assembled(name, &settings.parts, root),
            ReferenceSource::File(file) | ReferenceSource::Named { file, .. } => {
                crate::regular_file::read(file)
                    .data(|| format!("the reference file {} cannot be read", file.display()))
                    .map_err(|e| e.hint("correct its path under [reference]"))
            }
            ReferenceSource::Shipped(_, text, _) => Ok(text.as_bytes().to_vec()),
            ReferenceSource::Sidecar(_) => Ok(Vec::new()),
        }
    }

    /// Whether its file is not on this machine.
    fn is_absent(&self) -> bool {
        matches!(self, ReferenceSource::Sidecar(_)) || self.absent_file().is_some()
    }

    /// The file that it is made of and that is not on this machine.
    fn absent_file(&self) -> Option<PathBuf> {
        match self {
            ReferenceSource::Named { root, settings, .. } if !settings.parts.is_empty() => {
                official::files(&settings.parts, root).find(|file| !file.exists())
            }
            ReferenceSource::File(file) | ReferenceSource::Named { file, .. } => {
                (!file.exists()).then(|| file.clone())
            }
            ReferenceSource::Shipped(..) | ReferenceSource::Sidecar(_) => None,
        }
    }

    /// Whether there is a table of it in a lake: without a file only where the sidecar allows that.
    fn makes_a_table(&self) -> Result<bool> {
        match self {
            ReferenceSource::Sidecar(file) => {
                Ok(Sidecar::read(file)?.is_some_and(|sidecar| sidecar.optional))
            }
            _ => Ok(true),
        }
    }

    /// The sidecar that says where it is from: of a site's own file the one beside it, else the project's.
    fn sidecar(&self) -> Result<Option<Sidecar>> {
        match self {
            ReferenceSource::File(file) => Sidecar::read(&file.with_extension("toml")),
            ReferenceSource::Sidecar(file) => Sidecar::read(file),
            ReferenceSource::Shipped(place, _, text) => Sidecar::parse(place, text).map(Some),
            ReferenceSource::Named { file, sidecar, .. } => {
                match Sidecar::read(&file.with_extension("toml"))? {
                    Some(own) => Ok(Some(own)),
                    None => Sidecar::read(sidecar),
                }
            }
        }
    }

    /// What is declared of its columns: by the project's sidecar, by one beside a site's own file, and
    /// by the pipeline file, each of which goes before the last.
    fn declared(&self) -> Result<DeclaredColumns> {
        let mut declared = DeclaredColumns::default();
        let mut add = |file: &Path| -> Result<()> {
            if let Some(sidecar) = Sidecar::read(file)? {
                declared.declare(file.display().to_string(), sidecar.columns);
                declared.order_by(sidecar.order);
                declared.keyed_by(sidecar.key);
            }
            Ok(())
        };
        match self {
            ReferenceSource::File(file) => add(&file.with_extension("toml"))?,
            ReferenceSource::Sidecar(file) => add(file)?,
            ReferenceSource::Shipped(place, _, text) => {
                let place = place.replace(".csv", ".toml");
                let sidecar = Sidecar::parse(&place, text)?;
                declared.declare(place, sidecar.columns);
                declared.order_by(sidecar.order);
                declared.keyed_by(sidecar.key);
            }
            ReferenceSource::Named {
                file,
                settings,
                pipeline,
                sidecar,
                ..
            } => {
                add(sidecar)?;
                add(&file.with_extension("toml"))?;
                declared.declare(pipeline.clone(), settings.types.clone());
            }
        }
        Ok(declared)
    }

    /// The rows of the table `reference.<name>`.
    fn rows(&self, name: &str, bytes: &[u8], declared: &DeclaredColumns) -> Result<RecordBatch> {
        if let ReferenceSource::Sidecar(_) = self {
            return Ok(declared.without_rows());
        }
        if declared.is_empty() {
            return Err(self.undeclared(name, bytes));
        }
        read(&self.place(), bytes, &self.choice(), declared)
    }

    /// Nothing says what the columns are: the hint shows what to write.
    fn undeclared(&self, name: &str, bytes: &[u8]) -> Error {
        let place = self.place();
        let columns = proposed(bytes, &self.choice()).unwrap_or_default();
        let columns = columns
            .iter()
            .map(|(column, kind)| format!("{column} = \"{}\"", kind.name()));
        let columns: Vec<String> = columns.collect();
        let error = Error::usage(format!(
            "{place}: nothing declares the types of its columns"
        ))
        .cause("types of columns are never guessed from values");
        if let ReferenceSource::Named { .. } = self {
            return error.hint(format!(
                "add types under [reference], and check them: {name} = {{ file = \"FILE.csv\", types = {{ {} }} }}",
                columns.join(", ")
            ));
        }
        let sidecar = Path::new(&place).with_extension("toml");
        error.hint(format!(
            "write {}, and check it:\n\n    description = \"…\"\n    source = \"…\"\n    version = \"…\"\n    licence = \"…\"\n\n    [columns]\n    {}",
            sidecar.display(),
            columns.join("\n    ")
        ))
    }
}

/// Where reference tables come from, by name: the pipeline's own files win over the project's, and
/// these over the code lists that come with the program.
fn sources(pipeline: &Pipeline) -> Result<BTreeMap<String, ReferenceSource>> {
    let shipped = SHIPPED.iter().map(|(name, text, sidecar)| {
        let place = format!("sql/reference/{name}.csv");
        let source = ReferenceSource::Shipped(place, text, sidecar);
        (name.to_string(), source)
    });
    let mut sources: BTreeMap<String, ReferenceSource> = shipped.collect();
    let folder = pipeline
        .path(&pipeline.settings.models.folder)
        .join("reference");
    let mut sidecars = Vec::new();
    if folder.is_dir() {
        for entry in
            std::fs::read_dir(&folder).usage(|| format!("{} cannot be read", folder.display()))?
        {
            let path = entry
                .usage(|| format!("{} cannot be read", folder.display()))?
                .path();
            let Some(name) = path.file_stem().and_then(|n| n.to_str()) else {
                continue;
            };
            let name = name.to_string();
            match path.extension().and_then(|e| e.to_str()) {
                Some("csv") => drop(sources.insert(name, ReferenceSource::File(path))),
                Some("toml") => sidecars.push((name, path)),
                _ => {}
            }
        }
    }
    for (name, settings) in &pipeline.settings.reference {
        let source = ReferenceSource::Named {
            name: name.clone(),
            root: pipeline.root.clone(),
            file: pipeline.path(&settings.file),
            settings: settings.clone(),
            pipeline: pipeline.file.display().to_string(),
            sidecar: folder.join(format!("{name}.toml")),
        };
        sources.insert(name.clone(), source);
    }
    for (name, sidecar) in sidecars {
        let source = sources.entry(name);
        source.or_insert(ReferenceSource::Sidecar(sidecar));
    }
    Ok(sources)
}
