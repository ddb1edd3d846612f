//! Test files: `tests/models/<layer>.<model>.yml`.

use crate::error::{Context, Error, Result};
use crate::lake::TableName;
use crate::models::Library;
use crate::nearest::nearest;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The cases of one model.
#[derive(Debug)]
pub(crate) struct TestFile {
    /// The model.
    pub model: TableName,
    /// The file, as messages name it.
    pub place: String,
    /// Its cases, in the order of the file; each has a name of its own.
    pub cases: Vec<TestCase>,
}

/// A case: what a model reads, and what it should make of it.
#[derive(Debug)]
pub(crate) struct TestCase {
    /// What the case shows.
    pub name: String,
    /// Values of parameters, as `--set` takes them, that differ from those of the pipeline file.
    pub parameters: Vec<String>,
    /// Tables that the model reads.
    pub given: BTreeMap<TableName, GivenRows>,
    /// What should come.
    pub expected: ExpectedOutcome,
}

/// The rows of a table that a model reads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum GivenRows {
    /// CSV with a header; an empty value, and a column that is not named, is NULL.
    Csv(String),
    /// What the project's own file of a reference table holds.
    OfProject,
}

/// What a case expects.
#[derive(Debug)]
pub(crate) enum ExpectedOutcome {
    /// These rows, as CSV with a header, in any order. Columns that are not named are not compared.
    Rows(String),
    /// An error, or a check that fails, which says this.
    Error(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    #[serde(default)]
    parameters: BTreeMap<String, WrittenValue>,
    #[serde(default)]
    given: BTreeMap<String, String>,
    cases: Vec<WrittenCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCase {
    name: String,
    #[serde(default)]
    parameters: BTreeMap<String, WrittenValue>,
    #[serde(default)]
    given: BTreeMap<String, String>,
    expect: Option<String>,
    expect_error: Option<String>,
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum WrittenValue {
    Integer(i64),
    Number(f64),
    Text(String),
}

impl std::fmt::Display for WrittenValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WrittenValue::Integer(number) => write!(f, "{number}"),
            WrittenValue::Number(number) => write!(f, "{number}"),
            WrittenValue::Text(text) => f.write_str(text),
        }
    }
}

/// The test files in `folder` of the models of `library`, in the order of their names. No folder is
/// no tests.
///
/// # Errors
/// Usage: a file that cannot be read, names no model, or gives a table that its model does not read.
pub(crate) fn test_files(folder: &Path, library: &Library) -> Result<Vec<TestFile>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let cannot = || format!("the folder of tests {} cannot be read", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).usage(cannot)? {
        let path = entry.usage(cannot)?.path();
        if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut seen = BTreeSet::new();
    let mut files = Vec::new();
    for path in paths {
        let file = test_file(&path, library)?;
        if !seen.insert(file.model.clone()) {
            return Err(Error::usage(format!("two files test {}", file.model))
                .hint("write all cases of a model into one file"));
        }
        files.push(file);
    }
    Ok(files)
}

fn test_file(path: &PathBuf, library: &Library) -> Result<TestFile> {
    let place = path.display().to_string();
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let stem = stem.unwrap_or_default();
    let model = TableName::parse(stem).filter(|name| library.models.contains_key(name));
    let Some(model) = model else {
        return Err(
            Error::usage(format!("{place} tests '{stem}', which is no model"))
                .hint(nearest(stem, library.models.keys())),
        );
    };
    let text = std::fs::read_to_string(path).usage(|| format!("{place} cannot be read"))?;
    let written: WrittenFile = serde_norway::from_str(&text).map_err(|e| {
        let line = e.location().map_or(1, |at| at.line());
        let message = e.to_string();
        let what = message.split(" at line").next().unwrap_or_default();
        Error::usage(format!("{place}:{line}: {what}"))
            .hint("docs/models.md shows a whole test file")
    })?;
    let reads = library.models.get(&model).map(|model| &model.reads);
    let mut names = BTreeSet::new();
    let mut cases = Vec::new();
    for case in &written.cases {
        let place = format!("{place}: case '{}'", case.name);
        if !names.insert(&case.name) {
            return Err(Error::usage(format!("{place} appears twice"))
                .hint("give each case a name of its own"));
        }
        let shared = written.given.iter().chain(&case.given);
        let given = shared
            .map(|(name, rows)| Ok((read_table(&place, name, reads)?, given_rows(rows))))
            .collect::<Result<_>>()?;
        let mut parameters = written.parameters.clone();
        parameters.extend(case.parameters.clone());
        let parameters = parameters.iter();
        cases.push(TestCase {
            name: case.name.clone(),
            parameters: parameters
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
            given,
            expected: expected(&place, case)?,
        });
    }
    if cases.is_empty() {
        return Err(Error::usage(format!("{place} has no case"))
            .hint("docs/models.md shows a whole test file"));
    }
    Ok(TestFile {
        model,
        place,
        cases,
    })
}

/// A table that a case gives has to be one that the model reads, or the case shows nothing.
fn read_table(place: &str, name: &str, reads: Option<&BTreeSet<TableName>>) -> Result<TableName> {
    let read = TableName::parse(name).filter(|name| reads.is_some_and(|r| r.contains(name)));
    read.ok_or_else(|| {
        Error::usage(format!(
            "{place} gives {name}, which the model does not read"
        ))
        .hint(nearest(name, reads.into_iter().flatten()))
    })
}

fn given_rows(text: &str) -> GivenRows {
    match text.trim() {
        "project" => GivenRows::OfProject,
        _ => GivenRows::Csv(text.to_string()),
    }
}

fn expected(place: &str, case: &WrittenCase) -> Result<ExpectedOutcome> {
    match (&case.expect, &case.expect_error) {
        (Some(rows), None) => Ok(ExpectedOutcome::Rows(rows.clone())),
        (None, Some(text)) if !text.trim().is_empty() => {
            Ok(ExpectedOutcome::Error(text.trim().to_string()))
        }
        _ => Err(
            Error::usage(format!("{place} does not say what it expects"))
                .hint("write either expect, with rows, or expect_error, with a part of its text"),
        ),
    }
}
