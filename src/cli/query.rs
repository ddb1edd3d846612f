//! A query as a user writes it: over tables as they are or were, or one of the words that show them.

use super::as_of_version::Past;
use super::{describe, session};
use crate::engine::{Engine, plan_error, table_written_here};
use crate::error::{Error, Result};
use crate::functions::list_of_functions;
use crate::lake::{Table, TableName};
use crate::models::asked_tables;
use crate::nearest::nearest;
use crate::pipeline::Pipeline;
use datafusion::prelude::DataFrame;
use std::collections::BTreeSet;

/// Who reads the lake: the engine, the project that explains its tables, and of which time.
pub(super) struct QueryReader<'a> {
    /// The engine over the lake.
    pub engine: &'a Engine,
    /// The project.
    pub pipeline: &'a Pipeline,
    /// The state that is read.
    pub past: &'a Past,
}

/// A planned query.
pub(super) struct AskedQuery {
    /// The query, whose types are not resolved yet.
    pub frame: DataFrame,
    /// The tables that it reads; none where it asks which tables and functions there are.
    pub tables: Vec<Table>,
}

impl QueryReader<'_> {
    /// Plans one query over the tables that it names, as they are or were.
    pub(super) async fn ask(&self, place: &str, sql: &str) -> Result<AskedQuery> {
        let (engine, lake) = (self.engine, self.engine.lake());
        let sql = sql.trim().trim_end_matches(';');
        let failed = |e| plan_error(place, &e);
        if is_show_functions(sql) {
            let rows = list_of_functions().map_err(failed)?;
            let frame = engine.context().read_batch(rows).map_err(failed)?;
            return Ok(AskedQuery {
                frame,
                tables: Vec::new(),
            });
        }
        if let Some(name) = described(sql) {
            let table = self.table(place, &name).await?;
            let rows = describe::columns(self.pipeline, &table)?;
            let frame = engine.context().read_batch(rows).map_err(failed)?;
            return Ok(AskedQuery {
                frame,
                tables: Vec::new(),
            });
        }
        let names = if is_show(sql) {
            BTreeSet::from([TableName::new(CATALOGUE, "tables")])
        } else {
            asked_tables(place, sql)?
        };
        let (of_catalogue, names): (Vec<_>, Vec<_>) =
            names.iter().partition(|name| name.layer == CATALOGUE);
        if !of_catalogue.is_empty() {
            for name in lake.tables().await? {
                if let Some(table) = lake.table(&name).await? {
                    engine.register(&table)?;
                }
            }
        }
        let mut tables = Vec::new();
        for name in names {
            let table = self.table(place, name).await?;
            engine.register(&table)?;
            tables.push(table);
        }
        let frame = engine.query(place, sql).await?;
        Ok(AskedQuery { frame, tables })
    }

    /// Whether the project has a model of that name. Of models that cannot be read nobody knows.
    fn is_model(&self, name: &TableName) -> bool {
        let library = session::library(self.pipeline);
        library.is_ok_and(|library| library.models.contains_key(name))
    }

    /// A table as it is or was; an error names the nearest one where there is none.
    pub(super) async fn table(&self, place: &str, name: &TableName) -> Result<Table> {
        let lake = self.engine.lake();
        if name.layer.is_empty() {
            let known = lake.tables().await?;
            let hint = match known.iter().find(|known| known.name == name.name) {
                Some(known) => format!("did you mean '{known}'?"),
                None => table_written_here(&name.name)
                    .unwrap_or("write layer.name, such as core.person")
                    .to_string(),
            };
            let wrong = format!("{place}: table '{}' has no layer", name.name);
            return Err(Error::usage(wrong).hint(hint));
        }
        match self.past.table(lake, name).await? {
            Some(table) => Ok(table),
            None => {
                let hint = match self.is_model(name) {
                    true => format!("it is a model that is not built yet: `populace run {name}`"),
                    false => nearest(name, lake.tables().await?),
                };
                Err(Error::usage(format!("{place}: there is no table {name}")).hint(hint))
            }
        }
    }
}

/// The table that `describe core.person` asks about.
fn described(sql: &str) -> Option<TableName> {
    let mut words = sql.split_whitespace();
    let (verb, name, None) = (words.next()?, words.next()?, words.next()) else {
        return None;
    };
    let is_verb = ["describe", "desc"]
        .iter()
        .any(|v| verb.eq_ignore_ascii_case(v));
    let name = name.to_lowercase();
    let name = TableName::parse(&name).unwrap_or(TableName::new("", name));
    (is_verb && name.layer != CATALOGUE).then_some(name)
}

/// Our own functions; `show functions like '%'` lists the engine's too.
pub(super) fn is_show_functions(sql: &str) -> bool {
    sql.trim_end()
        .trim_end_matches(';')
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .eq(["show", "functions"])
}

fn is_show(sql: &str) -> bool {
    let word = sql
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    matches!(word.as_str(), "show" | "describe" | "desc")
}

/// The layer that describes tables.
const CATALOGUE: &str = "information_schema";
