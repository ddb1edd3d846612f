//! What `show functions` lists.

use super::{Doc, sections};
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::common::Result;
use std::sync::{Arc, OnceLock};

/// What is said of the function of a name. The list is made once: sections come with their code
/// lists, which take longer to read than most queries to plan.
pub(crate) fn doc_of(name: &str) -> Option<&'static Doc> {
    static DOCS: OnceLock<Vec<&'static Doc>> = OnceLock::new();
    let docs = DOCS.get_or_init(|| {
        let functions = sections().into_iter().flat_map(|section| section.functions);
        functions.map(|function| function.doc).collect()
    });
    docs.iter().copied().find(|doc| doc.name == name)
}

/// Each function with its section, how it is called and what it is for, as rows.
pub(crate) fn list_of_functions() -> Result<RecordBatch> {
    let mut columns: [Vec<&str>; 4] = Default::default();
    for section in sections() {
        for function in section.functions {
            let doc = function.doc;
            let row = [doc.name, section.title, doc.syntax, doc.summary];
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
    }
    let names = ["function", "section", "syntax", "description"];
    let columns = columns.map(|column| Arc::new(StringArray::from(column)) as ArrayRef);
    Ok(RecordBatch::try_from_iter(names.into_iter().zip(columns))?)
}
