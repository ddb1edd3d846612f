//! The prompt of `populace sql`.

mod complete;

use super::as_of_version::Past;
use super::function_help::help;
use super::printer::Printer;
use super::rows::table;
use super::sql::ask;
use crate::engine::Engine;
use crate::error::{Context, Error, Result};
use crate::panics::caught_in;
use complete::Names;
use rustyline::Editor;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;

/// Reads queries until the end of input; each ends with a semicolon.
pub async fn run(engine: &Engine, past: &Past, printer: Printer) -> Result<()> {
    printer.say(
        "Ask the lake; end a query with ;  \\d lists tables, \\h functions, \\h rate explains one, \
         \\q ends.",
    );
    let mut editor =
        Editor::<Names, DefaultHistory>::new().usage(|| "there is no terminal to prompt on")?;
    editor.set_helper(Some(Names::of(engine).await?));
    let mut query = String::new();
    loop {
        let prompt = if query.is_empty() {
            "populace> "
        } else {
            "       -> "
        };
        match editor.readline(prompt) {
            Ok(line) if line.trim() == "\\q" => return Ok(()),
            Ok(line) => {
                let command = line.trim_start().starts_with('\\');
                if !command {
                    query.push_str(&line);
                    query.push('\n');
                    if !line.trim_end().ends_with(';') {
                        continue;
                    }
                }
                let asked = if command {
                    line
                } else {
                    std::mem::take(&mut query)
                };
                let _ = editor.add_history_entry(asked.trim());
                match caught_in(answer(engine, past, &asked)).await {
                    Ok(text) => printer.data(&text)?,
                    Err(e) => printer.error(&e),
                }
            }
            Err(ReadlineError::Interrupted) => query.clear(),
            Err(ReadlineError::Eof) => return Ok(()),
            Err(e) => return Err(e).usage(|| "the prompt cannot be read"),
        }
    }
}

/// What a line that begins with a backslash asks for, without the backslash.
pub fn command(line: &str) -> Option<&str> {
    let line = line.trim().trim_end_matches(';').trim_end();
    line.strip_prefix('\\')
}

async fn answer(engine: &Engine, past: &Past, asked: &str) -> Result<String> {
    if let Some(command) = command(asked) {
        return run_command(Some(engine), command).await;
    }
    let frame = ask(engine, past, "query", asked).await?;
    let schema = std::sync::Arc::new(frame.schema().as_arrow().clone());
    let rows = engine.collect("query", frame).await?;
    table(&schema, &rows)
}

/// The answer to a command.
pub async fn run_command(engine: Option<&Engine>, command: &str) -> Result<String> {
    let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
    match (name, engine) {
        ("h", _) => help(rest.trim()),
        ("d", Some(_)) if !rest.trim().is_empty() => {
            let name = rest.trim();
            Err(Error::usage("\\d lists all tables, and takes no name")
                .hint(format!("`describe {name}` shows the columns of a table")))
        }
        ("d", Some(engine)) => {
            let tables = engine.lake().tables().await?;
            Ok(tables.iter().map(|table| format!("{table}\n")).collect())
        }
        _ => Err(Error::usage(format!("there is no command \\{name}"))
            .hint("\\h lists functions, \\h NAME explains one; at the prompt \\d lists tables and \\q ends")),
    }
}
