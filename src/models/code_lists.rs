//! The code lists that models and reports name: reference tables, as far as they are used.

use super::code_list_table::{list_of, table_of};
use super::library::Library;
use super::reference::{Loaded, is_reference, lists_of_scores, load_rows};
use crate::codes::{DeclaredList, ListFolder, NamedCodeList, NamedCodeLists};
use crate::error::{Context, Error, Result};
use crate::functions::need::CodeLists;
use crate::lake::{Lake, TableName};
use crate::pipeline::Pipeline;
use arrow::array::RecordBatch;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// All code lists of a project: those in `reference/codes` below its models, in the folder of the
/// pipeline file, and those that the file names.
///
/// # Errors
/// Usage: a folder or a file cannot be read.
pub(crate) fn named_code_lists(pipeline: &Pipeline) -> Result<NamedCodeLists> {
    let settings = &pipeline.settings.codes;
    let own = pipeline.path(&pipeline.settings.models.folder);
    let mut folders = vec![ListFolder {
        path: own.join("reference").join("codes"),
        required: false,
    }];
    folders.extend(settings.folder.iter().map(|folder| ListFolder {
        path: pipeline.path(folder),
        required: true,
    }));
    let placed = |list: &DeclaredList| DeclaredList {
        file: pipeline.path(&list.file),
        ..list.clone()
    };
    let lists = settings.lists.iter();
    let lists = lists.map(|(name, list)| (name.clone(), placed(list)));
    let clusters: Vec<_> = settings.clusters.iter().map(placed).collect();
    NamedCodeLists::open(&folders, &lists.collect(), &clusters)
}

/// The code lists that functions use: those of scores, and those that queries name.
///
/// # Errors
/// Usage: a list of scores, or a folder of lists, cannot be read.
pub(crate) fn code_lists(pipeline: &Pipeline) -> Result<CodeLists> {
    let lists = lists_of_scores(pipeline)?;
    Ok(lists.with_named(Arc::new(named_code_lists(pipeline)?)))
}

/// The code lists that models and reports name.
pub(crate) struct UsedCodeLists(BTreeMap<TableName, Arc<NamedCodeList>>);

impl UsedCodeLists {
    /// The lists behind the models of `library`, and behind `also`, the tables that reports read.
    ///
    /// # Errors
    /// Usage: a model names a list that is not there, or one that cannot be used.
    pub(crate) fn of(
        pipeline: &Pipeline,
        library: &Library,
        also: &BTreeSet<TableName>,
    ) -> Result<Self> {
        let all = named_code_lists(pipeline)?;
        let mut wanted = BTreeSet::new();
        let mut readers: BTreeMap<String, PathBuf> = BTreeMap::new();
        for model in library.models.values() {
            for (table, list) in model.reads.iter().filter_map(|t| Some((t, list_of(t)?))) {
                // A site may have a table of that name.
                if !all.has(list)? && is_reference(pipeline, &table.name)? {
                    continue;
                }
                wanted.insert(list.to_string());
                readers.insert(list.to_string(), model.file.clone());
            }
        }
        for list in also.iter().filter_map(list_of) {
            if all.has(list)? {
                wanted.insert(list.to_string());
            }
        }
        let lists = all.read_all(&wanted).or_else(|_| {
            // Which model it is that names the list that cannot be read.
            let mut lists = BTreeMap::new();
            for list in &wanted {
                let read = all.get(list).map_err(|e| match readers.get(list) {
                    Some(file) => e.at(file.display()),
                    None => e,
                })?;
                lists.insert(list.clone(), read);
            }
            Ok::<_, Error>(lists)
        })?;
        let mut used = BTreeMap::new();
        for (name, list) in lists {
            let table = table_of(&name);
            if is_reference(pipeline, &table.name)? {
                return Err(Error::usage(format!(
                    "{table} is both a reference table and the code list '{name}'"
                ))
                .hint("rename one of them"));
            }
            used.insert(table, list);
        }
        Ok(UsedCodeLists(used))
    }

    /// Loads those that changed into their tables.
    ///
    /// # Errors
    /// Data: the lake cannot be read or written.
    pub(crate) async fn load(&self, lake: &Lake) -> Result<Loaded> {
        let mut loaded = Loaded::default();
        for (table, list) in &self.0 {
            let rows = || rows(list);
            let damage = load_rows(lake, table, list.content(), rows).await?;
            loaded.damaged.extend(damage);
            loaded.names.push(table.clone());
        }
        Ok(loaded)
    }

    /// The version that each table has when its list, as it is now, has been loaded.
    pub(crate) fn versions(&self) -> BTreeMap<TableName, String> {
        let lists = self.0.iter();
        lists
            .map(|(table, list)| (table.clone(), list.content()))
            .collect()
    }

    /// The rows of each table.
    pub(crate) fn rows(&self) -> Result<BTreeMap<TableName, RecordBatch>> {
        let lists = self.0.iter();
        lists
            .map(|(table, list)| Ok((table.clone(), rows(list)?)))
            .collect()
    }

    /// The list of a table.
    pub(crate) fn list(&self, table: &TableName) -> Option<&NamedCodeList> {
        self.0.get(table).map(Arc::as_ref)
    }
}

fn rows(list: &NamedCodeList) -> Result<RecordBatch> {
    list.rows()
        .data(|| format!("the code list '{}' cannot be used", list.name))
}
