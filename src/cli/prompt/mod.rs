//! The prompt of `populace sql`.
//!
//! Ctrl-C there is for what is typed or asked, and not for the prompt: it cancels the query at work.

mod complete;
mod terminal;

use super::audited;
use super::describe::{columns, description};
use super::function_help::help;
use super::printer::Printer;
use super::query::QueryReader;
use super::record_level::{Permitted, counted, permitted};
use super::rows::table;
use crate::error::{Context, Error, Result};
use crate::lake::TableName;
use crate::panics::caught_in;
use crate::stop::{self, Waiting};
use complete::Names;
use futures::future::{Either, select};
use rustyline::Editor;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
pub(crate) use terminal::give_back as give_back_terminal;
use tokio::sync::Notify;

/// Whether there is a prompt.
static OPEN: AtomicBool = AtomicBool::new(false);
static CANCEL: Notify = Notify::const_new();

/// Cancels the query at work, if there is one; false where there is no prompt.
pub(super) fn cancel() -> bool {
    let open = OPEN.load(Ordering::SeqCst);
    if open {
        CANCEL.notify_waiters();
    }
    open
}

/// Reads queries until the end of input; each ends with a semicolon.
/// Records are read for `reason`, where there is one, until another is given.
pub(super) async fn run(
    reader: &QueryReader<'_>,
    printer: Printer,
    reason: Option<String>,
) -> Result<()> {
    printer.say(
        "Query the lake; end a query with ;  \\d lists tables, \\d core.person describes one, \\h lists \
         functions, \\h rate explains one, \\q ends; Ctrl-C cancels a query. Answers are counts under the disclosure \
         scheme; \\record-level REASON asks for records, and \\record-level alone ends that.",
    );
    let mut editor =
        Editor::<Names, DefaultHistory>::new().usage(|| "there is no terminal to prompt on")?;
    editor.set_helper(Some(Names::of(reader.engine).await?));
    terminal::remember();
    OPEN.store(true, Ordering::SeqCst);
    let read = read_queries(reader, printer, reason, &mut editor).await;
    OPEN.store(false, Ordering::SeqCst);
    read
}

async fn read_queries(
    reader: &QueryReader<'_>,
    printer: Printer,
    mut reason: Option<String>,
    editor: &mut Editor<Names, DefaultHistory>,
) -> Result<()> {
    let mut query = String::new();
    loop {
        stop::check()?;
        let prompt = if query.is_empty() {
            "populace> "
        } else {
            "       -> "
        };
        let typed = {
            let _waiting = Waiting::begin();
            editor.readline(prompt)
        };
        match typed {
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
                if let Some(given) = reason_given(&asked) {
                    match given {
                        Ok(given) => reason = given,
                        Err(e) => printer.error(&e),
                    }
                    continue;
                }
                let answer = answer(reader, &asked, reason.as_deref(), printer);
                match unless_cancelled(caught_in(answer)).await {
                    Some(Ok(text)) => printer.data(&text)?,
                    Some(Err(e)) => printer.error(&e),
                    None => printer.say("cancelled"),
                }
            }
            Err(ReadlineError::Interrupted) => query.clear(),
            Err(ReadlineError::Eof) => return Ok(()),
            Err(e) => return Err(e).usage(|| "the prompt cannot be read"),
        }
    }
}

/// Does `work` until it ends or Ctrl-C cancels it.
async fn unless_cancelled<T>(work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), pin!(CANCEL.notified())).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// What a line that begins with a backslash asks for, without the backslash.
pub(super) fn command(line: &str) -> Option<&str> {
    let line = line.trim().trim_end_matches(';').trim_end();
    line.strip_prefix('\\')
}

/// The reason for which records are read from here on, where a line gives one or takes it back.
fn reason_given(line: &str) -> Option<Result<Option<String>>> {
    let given = command(line)?.strip_prefix("record-level")?;
    if !given.is_empty() && !given.starts_with(char::is_whitespace) {
        return None;
    }
    Some(match given.trim().trim_matches(['"', '\'']) {
        "" => Ok(None),
        given => audited::reason(given).map(Some),
    })
}

async fn answer(
    reader: &QueryReader<'_>,
    asked: &str,
    reason: Option<&str>,
    printer: Printer,
) -> Result<String> {
    if let Some(command) = command(asked) {
        return run_command(Some(reader), command).await;
    }
    let planned = reader.ask("query", asked).await?;
    match permitted(reader, "query", asked, planned, reason).await? {
        Permitted::Rows(frame) => {
            let schema = std::sync::Arc::new(frame.schema().as_arrow().clone());
            let rows = reader.engine.collect("query", frame).await?;
            table(&schema, &rows)
        }
        Permitted::Counts(frame, counts) => {
            let rows = counted(reader, "query", frame, &counts, true).await?;
            printer.say(&rows.notice);
            table(&rows.schema, &[rows.rows])
        }
    }
}

/// The answer to a command.
pub(super) async fn run_command(reader: Option<&QueryReader<'_>>, command: &str) -> Result<String> {
    let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
    match (name, reader) {
        ("h", _) => help(rest.trim()),
        ("d", Some(reader)) if !rest.trim().is_empty() => {
            let name = rest.trim().to_lowercase();
            let name = TableName::parse(&name).unwrap_or(TableName::new("", name));
            let described = reader.table("\\d", &name).await?;
            let rows = columns(reader.pipeline, &described)?;
            let what = description(reader.pipeline, &name).table;
            let title = if what.is_empty() { String::new() } else { format!("{name}: {what}\n") };
            Ok(title + &table(&rows.schema(), &[rows])?)
        }
        ("d", Some(reader)) => {
            let tables = reader.engine.lake().tables().await?;
            Ok(tables.iter().map(|table| format!("{table}\n")).collect())
        }
        _ => Err(Error::usage(format!("there is no command \\{name}"))
            .hint("\\h lists functions, \\h NAME explains one, \\d lists tables, \\d TABLE describes one; at the prompt \\q ends")),
    }
}
