//! What the columns of a table are: as the header of its model, its view or its column file says.

use crate::decode::csv::ColumnFile;
use crate::decode::fhir::View;
use crate::error::{Context, Result};
use crate::lake::{Table, TableName};
use crate::models::Library;
use crate::pipeline::{Pipeline, Source};
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a project says of a table.
#[derive(Debug, Default)]
pub(super) struct Description {
    /// Of the table; empty where nothing is said.
    pub table: String,
    columns: BTreeMap<String, String>,
}

/// Columns that the pull gives to the tables of views and column files.
const OF_THE_PULL: [(&str, &str); 15] = [
    (
        "person_key",
        "Pseudonym of the person; NULL until it is known who it is",
    ),
    ("record_key", "Pseudonym of the record"),
    (
        "patient_key",
        "Pseudonym of the Patient resource that the record names",
    ),
    (
        "person_check",
        "More bits of the person's pseudonym, against collisions",
    ),
    (
        "merged_from_key",
        "Pseudonym that the person had before records were merged",
    ),
    (
        "unverified_person_key",
        "Pseudonym of an NHS number that is not verified: it links to nobody, and opt-outs find the row by it",
    ),
    (
        "open_pseudonym",
        "OpenPseudonymiser's pseudonym of the person",
    ),
    ("source", "The source that sent the record"),
    ("updated", "When the sender last changed the record (UTC)"),
    ("digest", "Digest of the line, which tells versions apart"),
    ("record_row", "Number of the row among those of its record"),
    (
        "extract_order",
        "Place of the row in the extracts, by which the later of two of one time counts",
    ),
    (
        "version_order",
        "Place of the version among those of its server, by which the later of two of one time counts",
    ),
    ("extract_file", "Number of the file that the row came from"),
    ("shard", "Range of person_key that the row is stored in"),
];

/// The columns of `table` with their types and what they are, a row each.
pub(super) fn columns(pipeline: &Pipeline, table: &Table) -> Result<RecordBatch> {
    let said = description(pipeline, &table.name);
    let fields = table.schema.fields();
    let text = |of: &dyn Fn(&Field) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(fields.iter().map(|f| of(f))))
    };
    let of_column = |field: &Field| said.columns.get(field.name()).cloned().unwrap_or_default();
    let field = |name: &str, kind| Field::new(name, kind, false);
    let schema = Schema::new(vec![
        field("column_name", DataType::Utf8),
        field("data_type", DataType::Utf8),
        field("is_nullable", DataType::Utf8),
        field("description", DataType::Utf8),
    ]);
    let columns: Vec<ArrayRef> = vec![
        text(&|f| f.name().clone()),
        text(&|f| f.data_type().to_string()),
        text(&|f| if f.is_nullable() { "YES" } else { "NO" }.to_string()),
        text(&of_column),
    ];
    RecordBatch::try_new(Arc::new(schema), columns)
        .data(|| format!("cannot describe table {}", table.name))
}

/// What the project says of a table. A file that cannot be read says nothing: `populace check` tells
/// why.
pub(super) fn description(pipeline: &Pipeline, name: &TableName) -> Description {
    match name.layer.as_str() {
        "record" => of_record(pipeline, &name.name),
        "reference" | "populace" => Description::default(),
        _ => of_model(pipeline, name),
    }
}

fn of_model(pipeline: &Pipeline, name: &TableName) -> Description {
    let library = Library::read(&pipeline.path(&pipeline.settings.models.folder));
    let library = library.unwrap_or_else(|e| {
        tracing::warn!("the models cannot be read, so nothing is known of {name}: {e}");
        Library::default()
    });
    let Some(model) = library.models.get(name) else {
        return Description::default();
    };
    Description {
        table: model.header.description.trim().to_string(),
        columns: model.header.columns.clone(),
    }
}

fn of_record(pipeline: &Pipeline, table: &str) -> Description {
    let of_the_pull = OF_THE_PULL.map(|(name, what)| (name.to_string(), what.to_string()));
    let mut said = Description {
        table: String::new(),
        columns: of_the_pull.into(),
    };
    for source in pipeline.settings.sources.values() {
        let folders: Vec<PathBuf> = match source {
            Source::FhirFolder(folder) => vec![folder.views()],
            Source::FhirBulk(bulk) => vec![bulk.views_stu3.clone(), bulk.views.clone()],
            Source::CsvFolder(folder) => vec![folder.columns.clone()],
        };
        for folder in folders {
            for (file, text) in texts(&pipeline.path(&folder)) {
                match source {
                    Source::CsvFolder(_) => add_csv(&mut said, table, &file, &text),
                    _ => add_view(&mut said, table, &file, &text),
                }
            }
        }
    }
    said
}

/// The files of a folder, by name.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let text = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).ok()?;
        Some((path.display().to_string(), text))
    };
    paths.into_iter().filter_map(text).collect()
}

/// Characters of a path that is shown: a longer one, which looks in the places of several profiles, makes
/// the table of columns too wide to read.
const LONGEST_PATH: usize = 100;

fn add_view(said: &mut Description, table: &str, file: &str, text: &str) {
    let Ok(view) = View::parse(file, text) else {
        return;
    };
    if view.name != table {
        return;
    }
    let json: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let told = |key: &str| json[key].as_str().map(str::to_string);
    if let Some(what) = told("description").or_else(|| told("title")) {
        said.table = what;
    }
    for column in view.columns {
        // What the pull makes of the person is said above.
        if column.name == "person_key" {
            continue;
        }
        let treatment = column.tags.get("populace/privacy").map(String::as_str);
        let treatment = match treatment {
            None | Some("clear") => String::new(),
            Some(treatment) => format!(", as {treatment}"),
        };
        let from = match column.path.chars().count() {
            0..=LONGEST_PATH => format!("{}: {}{treatment}", view.resource, column.path),
            _ => format!("{}: see {}{treatment}", view.resource, name_of(file)),
        };
        let what = match column.description {
            Some(description) => format!("{description} ({from})"),
            None => from,
        };
        said.columns.insert(column.name, what);
    }
}

/// The name of a file, without its folders.
fn name_of(file: &str) -> &str {
    let name = Path::new(file).file_name().and_then(|name| name.to_str());
    name.unwrap_or(file)
}

fn add_csv(said: &mut Description, table: &str, file: &str, text: &str) {
    let Ok(columns) = ColumnFile::parse(file, text) else {
        return;
    };
    if columns.table != table {
        return;
    }
    said.table = columns.description.unwrap_or_default();
    for column in columns.columns {
        let what = column
            .description
            .unwrap_or_else(|| format!("column {} of the file", column.from));
        said.columns.insert(column.name, what);
    }
}
