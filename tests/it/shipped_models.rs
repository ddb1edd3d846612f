//! The shipped models, and what docs/models.md says of them.

use crate::project::{files_below, repository, text};
use serde_norway::Value;

const BEGINNING: &str = "<!-- models -->\n";
const END: &str = "<!-- end of models -->";
/// The layers in the order in which they are built.
const LAYERS: [&str; 4] = ["staging", "intermediate", "core", "marts"];

/// The comment that opens a model's file.
fn header(model: &str) -> Value {
    let (_, rest) = model.split_once("/*").unwrap();
    let (header, _) = rest.split_once("*/").unwrap();
    serde_norway::from_str(header).unwrap()
}

/// The columns that tell rows apart; a model without any may have the same row twice.
fn grain(header: &Value) -> String {
    match &header["grain"] {
        Value::String(column) => column.clone(),
        Value::Sequence(columns) => {
            let columns = columns.iter().map(|column| column.as_str().unwrap());
            columns.collect::<Vec<_>>().join(", ")
        }
        _ => "–".to_string(),
    }
}

/// The first sentence of the description, without its full stop.
fn contents(header: &Value) -> String {
    let description = header["description"].as_str().unwrap();
    let words: Vec<&str> = description.split_whitespace().collect();
    let end = words.iter().position(|word| word.ends_with('.')).unwrap();
    let sentence = words[..=end].join(" ");
    sentence.trim_end_matches('.').replace('|', "\\|")
}

/// The table in docs/models.md is what the headers say. POPULACE_UPDATE=1 writes it.
#[test]
fn every_shipped_model_is_listed() {
    let mut rows = Vec::new();
    for (path, bytes) in files_below(&repository().join("sql")) {
        let Some(path) = path.strip_suffix(".sql") else {
            continue;
        };
        let (layer, rest) = path.split_once('/').unwrap();
        let name = rest.rsplit('/').next().unwrap();
        let place = LAYERS.iter().position(|known| *known == layer);
        let place = place.unwrap_or_else(|| panic!("{layer} is missing in LAYERS"));
        let header = header(&text(&bytes));
        let row = format!(
            "| `{layer}.{name}` | {} | {} |\n",
            grain(&header),
            contents(&header)
        );
        rows.push((place, row));
    }
    rows.sort();
    let rows = rows.into_iter().map(|(_, row)| row);
    let table =
        "| model | grain | contents |\n|---|---|---|\n".to_string() + &rows.collect::<String>();
    let file = repository().join("docs/models.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = page.split_once(BEGINNING).unwrap();
    let (kept, after) = rest.split_once(END).unwrap();
    if std::env::var_os("POPULACE_UPDATE").is_some() {
        let page = format!("{before}{BEGINNING}{table}{END}{after}");
        std::fs::write(&file, page).unwrap();
        return;
    }
    assert!(kept == table, "docs/models.md does not list the models");
}
