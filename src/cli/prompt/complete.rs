//! Names that the tab key completes.

use crate::engine::Engine;
use crate::error::Result;
use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};
use std::collections::BTreeSet;

/// Functions, and tables with their layer.
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// The names of the functions and tables that there are now.
    pub(super) async fn of(engine: &Engine) -> Result<Self> {
        let state = engine.context().state();
        let mut names = BTreeSet::new();
        names.extend(state.scalar_functions().keys().cloned());
        names.extend(state.aggregate_functions().keys().cloned());
        names.extend(state.window_functions().keys().cloned());
        let tables = engine.lake().tables().await?;
        names.extend(tables.iter().map(ToString::to_string));
        Ok(Names(names))
    }

    /// Where the word begins that ends at `position`, and the names that begin with it.
    fn matching(&self, line: &str, position: usize) -> (usize, Vec<String>) {
        let typed = &line[..position];
        let start = typed
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .map_or(0, |at| {
                at + typed[at..].chars().next().map_or(1, char::len_utf8)
            });
        let word = typed[start..].to_lowercase();
        if word.is_empty() {
            return (start, Vec::new());
        }
        let names = self.0.range(word.clone()..);
        let names = names.take_while(|name| name.starts_with(&word));
        (start, names.cloned().collect())
    }
}

impl Completer for Names {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.matching(line, position))
    }
}

impl Hinter for Names {
    type Hint = String;
}

impl Highlighter for Names {}

impl Validator for Names {}

impl Helper for Names {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_before_the_cursor_is_completed() {
        let names = ["rate", "rank", "record.patient", "record.practice"];
        let names = Names(names.map(String::from).into());
        let line = "select RA from record.p";
        assert_eq!(
            names.matching(line, 9),
            (7, vec!["rank".to_string(), "rate".to_string()])
        );
        assert_eq!(
            names.matching(line, line.len()),
            (
                15,
                vec!["record.patient".to_string(), "record.practice".to_string()]
            )
        );
        assert_eq!(names.matching(line, 7), (7, Vec::new()));
    }
}
