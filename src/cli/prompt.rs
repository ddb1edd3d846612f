//! The prompt of `populace sql`.

use super::as_of_version::Past;
use super::printer::Printer;
use super::rows::table;
use super::sql::ask;
use crate::engine::{Engine, execution_error};
use crate::error::{Context, Result};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

/// Reads queries until the end of input; each ends with a semicolon.
pub async fn run(engine: &Engine, past: &Past, printer: Printer) -> Result<()> {
    printer.say("Ask the lake; end a query with ;  \\d lists tables, \\q ends.");
    let mut editor = DefaultEditor::new().usage(|| "there is no terminal to prompt on")?;
    let mut query = String::new();
    loop {
        let prompt = if query.is_empty() {
            "populace> "
        } else {
            "       -> "
        };
        match editor.readline(prompt) {
            Ok(line) => {
                match line.trim() {
                    "\\q" => return Ok(()),
                    "\\d" => {
                        let names: Vec<String> = engine
                            .lake()
                            .tables()
                            .await?
                            .iter()
                            .map(|t| format!("{t}\n"))
                            .collect();
                        printer.data(&names.concat())?;
                        continue;
                    }
                    _ => {}
                }
                query.push_str(&line);
                query.push('\n');
                if !line.trim_end().ends_with(';') {
                    continue;
                }
                let _ = editor.add_history_entry(query.trim());
                match answer(engine, past, &query).await {
                    Ok(text) => printer.data(&text)?,
                    Err(e) => printer.error(&e),
                }
                query.clear();
            }
            Err(ReadlineError::Interrupted) => query.clear(),
            Err(ReadlineError::Eof) => return Ok(()),
            Err(e) => return Err(e).usage(|| "the prompt cannot be read"),
        }
    }
}

async fn answer(engine: &Engine, past: &Past, query: &str) -> Result<String> {
    let frame = ask(engine, past, "query", query).await?;
    let schema = std::sync::Arc::new(frame.schema().as_arrow().clone());
    let rows = frame.collect().await;
    table(&schema, &rows.map_err(|e| execution_error("query", &e))?)
}
