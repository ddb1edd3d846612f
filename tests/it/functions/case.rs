//! The form of a file of cases: that of SQLite's sqllogictest, as far as it is needed here.
//!
//! ```text
//! # A comment.
//! query
//! select 1 as one, 'x' as text
//! ----
//! 1 x
//!
//! statement error the beginning of what it says
//! select broken
//!
//! statement ok
//! create table t as select 1 as one
//! ```

/// A statement and what it must do.
pub struct Case {
    pub line: usize,
    pub sql: String,
    pub expected: Expected,
}

pub enum Expected {
    Success,
    /// Rows, values divided by one space.
    Rows(Vec<String>),
    /// A part of the error.
    Error(String),
}

/// The cases of a file. Panics where it is not of the form.
pub fn cases(text: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let rest: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| !line.trim().is_empty())
            .collect();
        let (sql, rows) = match rest.iter().position(|line| *line == "----") {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (&rest[..], &[][..]),
        };
        let spaced = |row: &&str| row.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = if line == "statement ok" {
            Expected::Success
        } else if let Some(text) = line.strip_prefix("statement error ") {
            Expected::Error(text.to_string())
        } else if line == "query" || line.starts_with("query ") {
            Expected::Rows(rows.iter().map(spaced).collect())
        } else {
            panic!("line {} begins no case: {line}", at + 1)
        };
        cases.push(Case {
            line: at + 1,
            sql: sql.join("\n"),
            expected,
        });
    }
    cases
}
