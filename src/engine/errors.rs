//! What went wrong in SQL, in a user's words, without a value of a record.

use super::function_names::nearest_function;
use super::idioms;
use crate::error::Error;
use crate::functions::{BrokenRule, Definition, doc_of, sections};
use crate::nearest::distance;
use crate::panics;
use datafusion::common::DataFusionError;
use datafusion::functions_window::all_default_window_functions;
use datafusion::sql::parser::DFParserBuilder;
use datafusion::sql::resolve::resolve_table_references;
use datafusion::sql::sqlparser::parser::ParserError;

/// The error of a query that could not be planned: its place is file:line:column. The message may
/// quote the query's own text, and never data, which has not been read yet.
pub(crate) fn plan_error(place: &str, error: &DataFusionError) -> Error {
    plan_error_in(place, "", error)
}

fn described(place: &str, error: &DataFusionError) -> Error {
    if let Some(own) = Error::behind(error) {
        return own.clone().at(place);
    }
    if let Some(broken) = BrokenRule::behind(error) {
        return Error::usage(format!("{place}: {broken}")).hint(page(broken.function()));
    }
    if let Some((name, called, syntax)) = wrong_call(&error.to_string()) {
        return Error::usage(format!("{place}: {name} cannot be called as {called}"))
            .hint(format!("write {syntax}; {}", page(name)));
    }
    let at = position(error).map_or_else(String::new, |(line, column)| format!(":{line}:{column}"));
    let (message, hint) = message(error);
    if let Some(name) = window_without_over(&message) {
        return Error::usage(format!(
            "{place}{at}: {name} is a window function, and stands without `over (…)`"
        ))
        .hint(format!(
            "write {name}(…) over (partition by … order by …); `over ()` is all rows"
        ));
    }
    let error = Error::usage(format!("{place}{at}: {message}"));
    match hint.or_else(|| advice(&message).map(str::to_string)) {
        Some(hint) => error.hint(hint),
        None => error.hint(ANY),
    }
}

/// What helps against any mistake.
const ANY: &str =
    "`describe core.person` shows what a table has; docs/functions.md explains our functions";

/// [`plan_error`] with a hint that knows the query: `sql` may be written as another engine has it.
pub(crate) fn plan_error_in(place: &str, sql: &str, error: &DataFusionError) -> Error {
    let error = described(place, error);
    if let Some(cure) = idioms::written_here(error.what(), sql) {
        return error.hint(cure);
    }
    match error.hint_text() {
        Some(ANY) if !sql.is_empty() => error.hint(whose_columns(sql)),
        _ => error,
    }
}

/// Where to see the columns of the tables that a query reads.
fn whose_columns(sql: &str) -> String {
    let statement = DFParserBuilder::new(sql)
        .build()
        .and_then(|mut parser| parser.parse_statement());
    let tables = statement.and_then(|statement| resolve_table_references(&statement, true));
    let tables = tables.map_or_else(|_| Vec::new(), |(tables, _)| tables);
    let mut tables = tables
        .iter()
        .filter_map(|table| Some(format!("`describe {}.{}`", table.schema()?, table.table())));
    let Some(first) = tables.next() else {
        return "docs/functions.md explains our functions".to_string();
    };
    let all = tables
        .take(2)
        .fold(first, |all, one| format!("{all}, {one}"));
    format!(
        "{all} at the prompt of `populace sql` shows what there is to read; docs/functions.md explains our functions"
    )
}

/// The error of a query that failed while it ran: numbers and quoted text could be a record's and
/// are left out. What our functions say of their arguments holds none, and is shown as it is.
pub fn execution_error(place: &str, error: &DataFusionError) -> Error {
    if let Some(own) = Error::behind(error) {
        return own.clone().at(place);
    }
    if let Some(broken) = BrokenRule::behind(error) {
        return Error::data(format!("{place}: a function cannot use what it is given"))
            .cause(broken)
            .hint(page(broken.function()));
    }
    if let DataFusionError::ExecutionJoin(stopped) = error.find_root()
        && stopped.is_panic()
    {
        return panics::error().within(format!("{place}: the query stopped"));
    }
    if let DataFusionError::ResourcesExhausted(_) = error.find_root() {
        return Error::data(format!("{place}: there is not enough memory"))
            .cause(first_line(&error.find_root().to_string()))
            .hint("give more with --memory-limit, or fewer threads with --threads");
    }
    if let Some((path, failure)) = lost_file(error) {
        return Error::data(format!("{place}: a file of the lake {failure}"))
            .cause(path)
            .hint("restore it from a copy of the lake");
    }
    let text = first_line(&error.find_root().to_string());
    let text_shown = without_values(&text);
    let error = Error::data(format!("{place}: the query failed while it ran"))
        .cause(first_clause(&text_shown));
    match advice(&text) {
        Some(advice) => error.hint(advice),
        None => error,
    }
}

/// The kind of an error and what it says first. Behind the next colon may stand a value without
/// quotation marks: `map key must be unique, duplicate key found: …`.
fn first_clause(text: &str) -> &str {
    let mut from = 0;
    while let Some(colon) = text[from..].find(": ") {
        let end = from + colon;
        if !text[from..end].ends_with("rror") {
            return &text[..end];
        }
        from = end + 2;
    }
    text
}

/// What helps against a failure of a query that runs. Of what comes from the disk the error itself
/// knows ([`Error::hint_text`]).
fn advice(text: &str) -> Option<&'static str> {
    const SMALLER: &str =
        "make it smaller: a text or list repeats too often, or too many are joined";
    const ADVICE: [(&str, &str); 14] = [
        (
            "representable i",
            "such a time has no place among nanoseconds, from 1677 to 2262: compare dates with dates, and cast times to arrow_cast(…, 'Timestamp(Microsecond, None)')",
        ),
        (
            "as nanoseconds",
            "such a time has no place among nanoseconds, from 1677 to 2262: compare dates with dates, and cast times to arrow_cast(…, 'Timestamp(Microsecond, None)')",
        ),
        (
            "to store in a Decimal",
            "a number passes its type: cast to a wider decimal, or use try_cast, which gives NULL",
        ),
        (
            "many places passes",
            "a double has some 17 digits: round to fewer places",
        ),
        (
            "Cast error",
            "use try_cast, which gives NULL for a value that does not fit, or leave such values out first",
        ),
        (
            "Parser error",
            "use try_cast, which gives NULL for a text that cannot be read, or leave such texts out first",
        ),
        (
            "Error parsing",
            "use try_cast, which gives NULL for a text that cannot be read, or leave such texts out first",
        ),
        ("Divide by zero", "divide by nullif(…, 0), which gives NULL"),
        ("size overflow", SMALLER),
        ("too large", SMALLER),
        ("exceeds the maximum", SMALLER),
        (
            "verflow",
            "a number passes its type: cast to bigint, double or a wider decimal before the arithmetic",
        ),
        (
            "more than one row",
            "a query in the place of a value gives one row: add an aggregate, or `limit 1`",
        ),
        (
            "not implemented",
            "the engine cannot do that; write the query in another way",
        ),
    ];
    let (_, advice) = ADVICE.iter().find(|(words, _)| text.contains(words))?;
    Some(advice)
}

/// Where it stands what a function takes, NULL and impossible values among them.
fn page(name: &str) -> String {
    format!(
        "`populace sql -c '\\h {name}'` says what {name} takes, and what gives NULL or an error"
    )
}

/// A call that a function of ours does not understand: its name, the call with its types, and how it
/// is written.
fn wrong_call(text: &str) -> Option<(&'static str, String, &'static str)> {
    let (_, rest) = text.split_once("given name and argument types '")?;
    let (call, _) = rest.split_once("'.")?;
    let (name, _) = call.split_once('(')?;
    let doc = doc_of(name)?;
    Some((doc.name, call.to_string(), doc.syntax))
}

/// The function of an "Invalid function" that is one, of windows.
fn window_without_over(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("Invalid function '")?;
    let (name, _) = rest.split_once('\'')?;
    let engine = all_default_window_functions();
    let ours = sections().into_iter().flat_map(|section| section.functions);
    let mut ours = ours.filter_map(|function| match function.definition {
        Definition::Window(_) => Some(function.doc.name),
        _ => None,
    });
    let lower = name.to_lowercase();
    let known = engine
        .iter()
        .any(|window| window.name() == lower || window.aliases().contains(&lower));
    (known || ours.any(|window| window == lower)).then_some(lower)
}

/// The parameter that [`plan_error`] says has no value.
pub(super) fn missing_parameter(error: &Error) -> Option<String> {
    let (_, name) = error.what().split_once("placeholder with name $")?;
    Some(name.to_string())
}

/// The table that [`plan_error`] says is not there.
pub(super) fn missing_table(error: &Error) -> Option<&str> {
    let (_, name) = error.what().rsplit_once("table '")?;
    name.strip_suffix("' not found")
}

/// The path of a file that the lake's log names and its store does not have, or no longer has as
/// it was written. Between the store and the query only the text of the error is handed on.
fn lost_file(error: &DataFusionError) -> Option<(String, &'static str)> {
    let text = error.to_string();
    let between = |before: &str, after: &str| {
        let (_, rest) = text.split_once(before)?;
        let (path, _) = rest.split_once(after)?;
        Some(path.to_string())
    };
    if let Some(path) = between("Object at location ", " not found") {
        return Some((path, "is not there"));
    }
    let path = between("Failed to fetch metadata for file ", ": ")?;
    Some((path, "cannot be read"))
}

fn message(error: &DataFusionError) -> (String, Option<String>) {
    if let DataFusionError::Diagnostic(diagnostic, _) = innermost_diagnostic(error) {
        let helps = diagnostic.helps.iter().map(|help| help.message.as_str());
        let notes = diagnostic.notes.iter().map(|note| note.message.as_str());
        let said = helps.chain(notes).collect::<Vec<_>>();
        let message = diagnostic.message.split(" at Line: ").next();
        let message = message.unwrap_or_default().to_string();
        let hint = in_our_words(&message, &said);
        return (message, hint);
    }
    if let DataFusionError::SQL(wrong, _) = error.find_root() {
        let (ParserError::ParserError(text) | ParserError::TokenizerError(text)) = &**wrong else {
            return ("it is nested too deeply".to_string(), None);
        };
        let text = text.split(" at Line: ").next().unwrap_or_default();
        return (first_line(text), None);
    }
    let text = first_line(&error.find_root().to_string());
    if let Some(said) = idioms::not_implemented(&text) {
        return (said, None);
    }
    let text = [
        "Arrow error: ",
        "Execution error: ",
        "Optimizer rule failed: ",
        "Schema error: ",
        "Error during planning: ",
        "Internal error: ",
    ]
    .iter()
    .fold(text.as_str(), |text, prefix| {
        text.strip_prefix(prefix).unwrap_or(text)
    });
    // What follows lists every way that the arguments do not fit.
    let text = text.split(", errors: ").next().unwrap_or_default();
    let text = text.split(" at Line: ").next().unwrap_or_default();
    let (text, near) = match text.split_once(". Did you mean '") {
        Some((text, near)) => (text, near.split('\'').next()),
        None => (text.trim_end_matches('.'), None),
    };
    if let Some(name) = text.strip_prefix("No field named ") {
        let name = name.split(['.', ' ']).next().unwrap_or(name);
        let near =
            near.filter(|near| distance(name, near.rsplit('.').next().unwrap_or(near)).is_some());
        let hint = near.map(|near| format!("did you mean '{near}'?"));
        return (format!("column '{name}' not found"), hint);
    }
    // Users write no catalogue.
    (text.replace("table 'datafusion.", "table '"), None)
}

/// What the engine says beside an error: "Possible column x" reads better as a question, and is one
/// only where x is near what was written.
fn in_our_words(wrong: &str, said: &[&str]) -> Option<String> {
    let wrong = wrong.split('\'').nth(1).unwrap_or_default();
    let ambiguous = said.len() > 1;
    let (mut meant, mut other) = (Vec::new(), Vec::new());
    for text in said {
        if text.starts_with("Possible function ") {
            // The engine counts letters alone, and of two as near takes any.
            meant.extend(nearest_function(wrong).map(|name| format!("'{name}'")));
            continue;
        }
        match text.strip_prefix("possible column ") {
            None => other.push((*text).to_string()),
            Some(name) => {
                let name = name.trim_matches('\'');
                let last = name.rsplit('.').next().unwrap_or(name);
                if distance(wrong, last).is_some() {
                    meant.push(format!("'{name}'"));
                }
            }
        }
    }
    if let [one, another] = other.as_slice()
        && one.starts_with("has type ")
    {
        return Some(format!("one {one}, the other {another}: cast one of them"));
    }
    let same = |name: &String| name.ends_with(&format!(".{wrong}'"));
    match meant.is_empty() {
        true => (!other.is_empty()).then(|| other.join("; ")),
        false if ambiguous && meant.iter().all(same) => {
            Some(format!("write {}", meant.join(" or ")))
        }
        false => Some(format!("did you mean {}?", meant.join(" or "))),
    }
}

fn innermost_diagnostic(error: &DataFusionError) -> &DataFusionError {
    match error {
        DataFusionError::Context(_, inner) => innermost_diagnostic(inner),
        DataFusionError::Collection(all) => all.first().map_or(error, innermost_diagnostic),
        DataFusionError::Shared(inner) => innermost_diagnostic(inner),
        other => other,
    }
}

fn position(error: &DataFusionError) -> Option<(u64, u64)> {
    if let DataFusionError::Diagnostic(diagnostic, _) = innermost_diagnostic(error) {
        let start = diagnostic.span?.start;
        return Some((start.line, start.column));
    }
    // The parser says "... at Line: 3, Column: 7".
    let text = error.to_string();
    let number = |label: &str| -> Option<u64> {
        let rest = &text[text.find(label)? + label.len()..];
        rest.chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .ok()
    };
    Some((number("Line: ")?, number("Column: ")?))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_string()
}

/// Puts … in the place of quoted text and of numbers.
fn without_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    // Its apostrophe opens no quotation.
    let text = text.replace("Can't ", "Cannot ");
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => {
                quote = None;
                out.push('…');
                out.push(c);
            }
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => {
                quote = Some(c);
                out.push(c);
            }
            (None, c) if c.is_ascii_digit() => {
                if !out.ends_with('…') {
                    out.push('…');
                }
            }
            (None, c) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::error::ArrowError;
    use datafusion::prelude::SessionContext;
    use std::sync::Arc;

    #[test]
    fn values_are_left_out() {
        assert_eq!(
            without_values("Cannot cast string '9434765919' to value of Int32 type"),
            "Cannot cast string '…' to value of Int… type"
        );
    }

    #[test]
    fn what_may_be_a_value_without_quotation_marks_is_left_out() {
        for (text, shown) in [
            (
                "Execution error: map key must be unique, duplicate key found: Smith",
                "Execution error: map key must be unique, duplicate key found",
            ),
            (
                "Arrow error: Compute error: Regular expression did not compile: (Smith",
                "Arrow error: Compute error: Regular expression did not compile",
            ),
            (
                "Arrow error: Divide by zero error",
                "Arrow error: Divide by zero error",
            ),
        ] {
            assert_eq!(first_clause(text), shown);
        }
    }

    /// The error of a query over our functions, when it runs.
    async fn failure(sql: &str) -> DataFusionError {
        let context = SessionContext::new();
        crate::functions::register(&context);
        let frame = context.sql(sql).await.unwrap();
        frame.collect().await.unwrap_err()
    }

    #[tokio::test]
    async fn a_rule_of_our_functions_is_shown_as_it_is_however_deep_it_lies() {
        let error = failure(
            "select charlson(code, weights) from (values ('I50', 'quan'), ('E11', 'shmi'))
             as t(code, weights)",
        )
        .await;
        let said = "charlson: weights must be one of quan2011, original, shmi";
        let shown = execution_error("query", &error);
        assert_eq!(shown.causes(), [said]);
        assert!(shown.hint_text().unwrap().contains("\\h charlson"));

        let shared = DataFusionError::Shared(Arc::new(error));
        let within = ArrowError::ExternalError(Box::new(shared));
        let deep = DataFusionError::ArrowError(Box::new(within), None).context("a part");
        assert_eq!(execution_error("query", &deep).causes(), [said]);
        assert_eq!(plan_error("query", &deep).what(), format!("query: {said}"));
    }

    #[tokio::test]
    async fn a_wrong_call_is_told_the_right_one() {
        let context = SessionContext::new();
        crate::functions::register(&context);
        let error = context.sql("select rate(1)").await.unwrap_err();
        let shown = plan_error("query", &error);
        assert_eq!(shown.what(), "query: rate cannot be called as rate(Int64)");
        let hint = shown.hint_text().unwrap();
        assert!(hint.starts_with("write rate(x, n [, multiplier [, confidence]]); "));
        // The engine's own functions have messages of the engine.
        let error = context.sql("select sum('a')").await.unwrap_err();
        assert_eq!(
            plan_error("query", &error).what(),
            "query: Function 'sum' failed to match any signature"
        );
    }

    #[tokio::test]
    async fn a_value_in_any_other_error_is_not_shown() {
        // Of the engine itself, of a value that our functions were given, and of a text that looks
        // like one of our rules.
        let cast = failure("select cast(n as int) from (values ('9434765919')) as t(n)").await;
        let rate = failure("select rate(9434765919, n) from (values (-9434765919)) as t(n)").await;
        let alike = DataFusionError::Execution("rate: n must be a number, not 9434765919".into());
        for error in [cast, rate, alike] {
            let shown = execution_error("query", &error);
            assert!(!format!("{shown:?}").contains("9434765919"), "{shown:?}");
        }
    }
}
