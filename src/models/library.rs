//! The models of a project: every `<layer>/<name>.sql`.

use super::header::{self, Header};
use crate::error::{Context, Error, Result};
use crate::lake::TableName;
use crate::pipeline::settings_file::nearest;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::resolve::resolve_table_references;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A model.
#[derive(Debug, Clone)]
pub struct Model {
    /// The table that it makes.
    pub name: TableName,
    /// Its file, as messages name it.
    pub file: PathBuf,
    /// The whole text.
    pub sql: String,
    /// What it says about itself.
    pub header: Header,
    /// The tables that it reads.
    pub reads: BTreeSet<TableName>,
}

/// All models of a project.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// By table.
    pub models: BTreeMap<TableName, Model>,
}

/// Layers that models may not make: what is pulled, loaded and kept by the program.
const RESERVED: [&str; 3] = ["record", "reference", "populace"];

impl Library {
    /// Reads every model below `folder`.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut library = Library::default();
        let cannot = || format!("the folder of models {} cannot be read", folder.display());
        for layer in sorted(folder, cannot)? {
            let Some(layer_name) = layer.file_name().and_then(|n| n.to_str()) else {
                continue;
            };
            if !layer.is_dir() || RESERVED.contains(&layer_name) {
                continue;
            }
            for file in sorted(&layer, cannot)? {
                if file.extension().is_some_and(|e| e == "sql")
                    && let Some(name) = file.file_stem().and_then(|n| n.to_str())
                {
                    let model = read_model(TableName::new(layer_name, name), &file)?;
                    library.models.insert(model.name.clone(), model);
                }
            }
        }
        Ok(library)
    }

    /// The models that `patterns` (`layer.name`, `layer.*`, `name` or `*`) choose.
    pub fn choose(&self, patterns: &[String]) -> Result<BTreeSet<TableName>> {
        let mut chosen = BTreeSet::new();
        for pattern in patterns {
            let found: Vec<_> = self
                .models
                .keys()
                .filter(|name| {
                    pattern == "*"
                        || *pattern == name.to_string()
                        || *pattern == name.name
                        || pattern.strip_suffix(".*") == Some(&name.layer)
                })
                .cloned()
                .collect();
            if found.is_empty() {
                let names: Vec<String> = self.models.keys().map(TableName::to_string).collect();
                return Err(Error::usage(format!("there is no model '{pattern}'"))
                    .hint(nearest(pattern, names.iter().map(String::as_str))));
            }
            chosen.extend(found);
        }
        Ok(chosen)
    }
}

fn sorted<D: std::fmt::Display>(folder: &Path, cannot: impl Fn() -> D) -> Result<Vec<PathBuf>> {
    let mut paths = std::fs::read_dir(folder)
        .usage(&cannot)?
        .map(|entry| entry.map(|e| e.path()).usage(&cannot))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn read_model(name: TableName, file: &Path) -> Result<Model> {
    let shown = file.display().to_string();
    let sql = std::fs::read_to_string(file).usage(|| format!("{shown} cannot be read"))?;
    let header = header::read(&shown, &sql)?;
    let reads = references(&shown, &sql)?;
    for table in &reads {
        if table.layer.is_empty() {
            return Err(
                Error::usage(format!("{shown}: table '{}' has no layer", table.name))
                    .hint("write layer.name, such as record.patient"),
            );
        }
    }
    Ok(Model {
        name,
        file: file.to_path_buf(),
        sql,
        header,
        reads,
    })
}

/// The tables that a query reads, without its own common table expressions. `place` is for errors.
pub fn references(place: &str, sql: &str) -> Result<BTreeSet<TableName>> {
    let parsed = DFParserBuilder::new(sql)
        .build()
        .and_then(|mut parser| parser.parse_statements());
    let mut statements = parsed.map_err(|e| crate::engine::plan_error(place, &e))?;
    let (Some(statement), true) = (statements.pop_front(), statements.is_empty()) else {
        return Err(Error::usage(format!("{place}: this is not one query"))
            .hint("a model, report table or question is a single select"));
    };
    if !matches!(&statement, Statement::Statement(s) if matches!(**s, datafusion::sql::sqlparser::ast::Statement::Query(_)))
    {
        return Err(Error::usage(format!("{place}: this is not a query"))
            .hint("only select statements are run; tables change through pull and run"));
    }
    let (tables, _) = resolve_table_references(&statement, true)
        .map_err(|e| crate::engine::plan_error(place, &e))?;
    Ok(tables
        .into_iter()
        .map(|table| TableName::new(table.schema().unwrap_or_default(), table.table()))
        .collect())
}
