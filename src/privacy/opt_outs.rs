//! The list of people who have opted out.

use super::{Key, NhsNumber, Pseudonyms};
use crate::error::{Context, Error, Result};
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Reads NHS numbers, one a line, as `person_key`s; blank lines are passed over.
///
/// A line that is no NHS number is an error that names the line: a person whose opt-out was
/// mistyped must not be pulled.
pub fn read_opt_outs(path: &Path, key: &Key) -> Result<HashSet<i64>> {
    let cannot = || format!("the opt-out list {} cannot be read", path.display());
    let file = std::fs::File::open(path)
        .data(cannot)
        .map_err(|e| e.hint("correct opt_outs under [privacy]; nothing was pulled without it"))?;
    let pseudonyms = Pseudonyms::new(key, "");
    let mut people = HashSet::new();
    for (i, line) in BufReader::new(file).lines().enumerate() {
        let line = line.data(cannot)?;
        if line.trim().is_empty() {
            continue;
        }
        let number = NhsNumber::parse(&line, true).map_err(|_| {
            Error::data(cannot())
                .cause(format!("line {} is not an NHS number", i + 1))
                .hint("correct that line: nothing is pulled while an opt-out is unreadable")
        })?;
        people.insert(pseudonyms.person(number.digits()).key);
    }
    Ok(people)
}
