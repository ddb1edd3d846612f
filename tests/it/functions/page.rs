//! docs/functions.md is what the functions' sources say. POPULACE_UPDATE=1 writes it.

use super::engine::engine;
use crate::project::repository;
use arrow::util::display::FormatOptions;
use arrow::util::pretty::pretty_format_batches_with_options;
use populace::functions::{Doc, sections};
use std::fmt::Write;

#[test]
fn the_page_of_functions_is_up_to_date() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let engine = runtime.block_on(engine());
    let mut page = String::from(
        "# Functions\n\nSQL functions of Populace, for models, report tables and the prompt \
         (`\\h dsr` shows one). Made from their sources; `POPULACE_UPDATE=1 cargo test --test it \
         functions` writes it again.\n",
    );
    let sections = sections();
    for section in &sections {
        let names = section.functions.iter().map(|function| {
            let name = function.doc.name;
            format!("[`{name}`](#{name})")
        });
        let names: Vec<_> = names.collect();
        write!(page, "\n- {}: {}", section.title, names.join(", ")).unwrap();
    }
    page.push('\n');
    for section in &sections {
        write!(page, "\n## {}\n", section.title).unwrap();
        for function in &section.functions {
            let result = runtime.block_on(async {
                let example = function.doc.example;
                let frame = engine.engine.query("example", example).await;
                let batches = frame
                    .unwrap_or_else(|e| panic!("{example}: {e:?}"))
                    .collect();
                let options = FormatOptions::new().with_null("NULL");
                let batches = batches.await.unwrap();
                pretty_format_batches_with_options(&batches, &options)
                    .unwrap()
                    .to_string()
            });
            explain(&mut page, function.doc, &result);
        }
    }
    let file = repository().join("docs/functions.md");
    if std::env::var_os("POPULACE_UPDATE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == page,
        "docs/functions.md is not what the sources say"
    );
}

fn explain(page: &mut String, doc: &Doc, result: &str) {
    write!(
        page,
        "\n### {}\n\n`{}`\n\n{}\n",
        doc.name, doc.syntax, doc.summary
    )
    .unwrap();
    page.push('\n');
    for (name, meaning) in doc.arguments {
        writeln!(page, "- `{name}`: {meaning}").unwrap();
    }
    for (title, text) in doc.parts() {
        write!(page, "\n**{title}.** {text}\n").unwrap();
    }
    write!(
        page,
        "\n```sql\n{}\n```\n\n```text\n{result}\n```\n",
        doc.example
    )
    .unwrap();
}
