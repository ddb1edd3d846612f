//! A ViewDefinition, read and checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};

use super::column::Column;
use super::definition::{Each, Select, ViewDefinition};
use super::parts::{DefinitionPlace, Misplaced};
use super::path::Expr;
use super::view_versions::ViewVersions;
use crate::error::{Error, Result};

/// A SQL on FHIR ViewDefinition: how one resource type becomes a table.
#[derive(Debug)]
pub struct View {
    /// The view's `name`, or the name of its file.
    pub name: String,
    /// The resource type it reads.
    pub resource: String,
    /// The columns, in the order of the table.
    pub columns: Vec<Column>,
    /// The versions of FHIR that it is for.
    pub(super) versions: ViewVersions,
    pub(super) select: Select,
    pub(super) conditions: Vec<Expr>,
    schema: SchemaRef,
}

impl View {
    /// Reads a view from `json`; `file_name` is what errors call it.
    ///
    /// # Errors
    /// Usage, naming the file, the place in it, and the column: not JSON, not a view, an unknown
    /// function, type or constant, columns that do not fit together.
    pub fn parse(file_name: &str, json: &str) -> Result<View> {
        View::parse_with(file_name, json, &BTreeMap::new())
    }

    /// As [`View::parse`], with other values for constants the view defines. Names the view does not
    /// define are ignored, so that one set of values serves all views of a source.
    ///
    /// # Errors
    /// As [`View::parse`]; also a value that does not fit its constant's type.
    pub fn parse_with(
        file_name: &str,
        json: &str,
        overrides: &BTreeMap<String, String>,
    ) -> Result<View> {
        let definition =
            ViewDefinition::read(json, overrides).map_err(|at| error(file_name, at))?;
        let stem = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let stem = stem.strip_suffix(".json").unwrap_or(stem);
        let fields = definition
            .columns
            .iter()
            .map(|column| Field::new(&column.name, column.data_type.clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Ok(View {
            name: definition.name.unwrap_or_else(|| stem.to_owned()),
            resource: definition.resource,
            columns: definition.columns,
            versions: ViewVersions::of(&definition.versions),
            select: definition.select,
            conditions: definition.conditions,
            schema,
        })
    }

    /// Whether no resource can have more than one row: the view goes through no list.
    pub(crate) fn gives_one_row(&self) -> bool {
        let mut selects = vec![&self.select];
        while let Some(select) = selects.pop() {
            if !matches!(select.each, Each::Once) || !select.union.is_empty() {
                return false;
            }
            selects.extend(&select.selects);
        }
        true
    }

    /// The schema of the rows that [`super::Decoder`] makes; every column can be null.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

/// How much of a path an error shows.
const SHOWN_OF_PATH: usize = 200;

fn error(file_name: &str, misplaced: Misplaced) -> Error {
    let Misplaced {
        place,
        fault,
        column,
        path,
    } = misplaced;
    let place = match place {
        DefinitionPlace::Position(line, column) => format!(":{line}:{column}"),
        DefinitionPlace::Element(place) if place.is_empty() => place,
        DefinitionPlace::Element(place) => format!(": {place}"),
    };
    let mut what = format!("view {file_name}{place}: {}", fault.what);
    if let Some(column) = column {
        what.push_str(&format!(" (column {column})"));
    }
    let mut error = Error::usage(what);
    if let Some(path) = path.filter(|path| !path.is_empty()) {
        let shown: String = path.chars().take(SHOWN_OF_PATH).collect();
        let cut = if shown.len() < path.len() { "…" } else { "" };
        error = error.cause(format!("in the path {shown}{cut}"));
    }
    match fault.hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
