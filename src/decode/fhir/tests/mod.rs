//! Tests of the decoder as a whole.

mod bounds;
mod broken;
mod bundles;
mod columns;
mod conformance;
mod errors;
mod lines;
mod modifiers;
mod project;
mod stu3;
mod templates;

use std::sync::Arc;

use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::{Chunk, Decoded, Decoder, View};

/// A view of one select with these columns: name, path, type, `ansi/type`.
fn view(resource: &str, columns: &[(&str, &str, &str, &str)]) -> Arc<View> {
    let columns: Vec<_> = columns
        .iter()
        .map(|(name, path, fhir, ansi)| {
            let mut column = serde_json::json!({"name": name, "path": path});
            if !fhir.is_empty() {
                column["type"] = (*fhir).into();
            }
            if !ansi.is_empty() {
                column["tag"] = serde_json::json!([{"name": "ansi/type", "value": ansi}]);
            }
            column
        })
        .collect();
    let view = serde_json::json!({"resource": resource, "select": [{"column": columns}]});
    Arc::new(View::parse("test.json", &view.to_string()).unwrap())
}

fn decode(views: &[Arc<View>], text: &[u8]) -> Decoded {
    Decoder::new(views.to_vec()).decode(&Chunk {
        bytes: text,
        offset: 0,
        first_line: 1,
    })
}

/// The rows of a table, values separated by `|`.
fn rows(decoded: &Decoded, table: usize) -> Vec<String> {
    let batch = &decoded.tables[table].batch;
    let options = FormatOptions::new().with_null("-");
    let columns: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap())
        .collect();
    let row = |row| {
        let values: Vec<_> = columns
            .iter()
            .map(|column| column.value(row).to_string())
            .collect();
        values.join("|")
    };
    (0..batch.num_rows()).map(row).collect()
}
