//! The file of a table of perturbations: CSV with the columns `count`, `released` and `probability`,
//! or as the R package ptable exports it (`i`, `j`, `p`).

use super::perturbation::{Chances, Perturbation};
use crate::error::{Error, Result};
use crate::nearest::nearest;
use std::collections::BTreeMap;

/// The columns, each under its own name and ptable's.
const COLUMNS: [[&str; 2]; 3] = [["count", "i"], ["released", "j"], ["probability", "p"]];

/// Further columns of ptable's, which say the same otherwise.
const PASSED_OVER: [&str; 4] = ["v", "p_int_lb", "p_int_ub", "type"];

/// The line that promises that no small figure is released: `# smallest = 3`.
const PROMISE: &str = "smallest";

/// Reads and checks a table of perturbations.
///
/// # Errors
/// Usage: it is no such table, or not one that protects. Never says a probability.
pub(super) fn read(text: &str) -> Result<Perturbation> {
    let text = text.trim_start_matches('\u{feff}');
    let promised = promise(text)?;
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let unreadable = || Error::usage("it is no CSV file with a header");
    let headers = reader.headers().map_err(|_| unreadable())?.clone();
    let places = places(&headers)?;
    let mut by_count: BTreeMap<u64, Chances> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map_or(0, csv::Position::line);
            Error::usage(format!(
                "line {line} has another number of fields than the header"
            ))
            .hint("the file may be cut off: copy it again")
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let (count, figure, chance) = row(&record, places).map_err(|what| {
            Error::usage(format!("line {line}: {what}")).hint(
                "write a whole count, the whole figure it is released as, and a probability from 0 to 1",
            )
        })?;
        let chances = by_count.entry(count).or_default();
        if chances.contains_key(&figure) {
            return Err(
                Error::usage(format!("line {line}: this count has this figure already"))
                    .hint("name each figure of a count once"),
            );
        }
        chances.insert(figure, chance);
    }
    for chances in by_count.values_mut() {
        chances.retain(|_, chance| *chance > 0.0);
    }
    Perturbation::checked(by_count, promised)
}

/// Where the three columns are.
fn places(headers: &csv::StringRecord) -> Result<[usize; 3]> {
    let known = COLUMNS.iter().flatten().chain(&PASSED_OVER);
    if let Some(other) = headers
        .iter()
        .find(|name| !known.clone().any(|k| k == name))
    {
        return Err(Error::usage("its header has a column that is not known")
            .hint(nearest(other, COLUMNS.map(|[name, _]| name))));
    }
    let mut places = [0; 3];
    for (place, names) in places.iter_mut().zip(COLUMNS) {
        *place = headers
            .iter()
            .position(|name| names.contains(&name))
            .ok_or_else(|| {
                Error::usage(format!("its header has no column `{}`", names[0]))
                    .hint("the first line is count,released,probability")
            })?;
    }
    Ok(places)
}

/// The count, figure and probability of a line.
fn row(
    record: &csv::StringRecord,
    [count, figure, chance]: [usize; 3],
) -> std::result::Result<(u64, u64, f64), &'static str> {
    let field = |place: usize| record.get(place).unwrap_or_default();
    let count = field(count)
        .parse()
        .map_err(|_| "the count is no whole number")?;
    let figure = field(figure)
        .parse()
        .map_err(|_| "the figure is no whole number")?;
    let chance: f64 = field(chance)
        .parse()
        .map_err(|_| "the probability is no number")?;
    match chance {
        _ if chance < 0.0 => Err("the probability is below 0"),
        _ if !(0.0..=1.0).contains(&chance) => Err("the probability is above 1"),
        _ => Ok((count, figure, chance)),
    }
}

/// The smallest figure other than 0 that the file promises; 0 when it promises nothing.
fn promise(text: &str) -> Result<u64> {
    let notes = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix('#'));
    let promises = notes.filter_map(|note| note.split_once('='));
    let mut promises = promises.filter(|(name, _)| name.trim() == PROMISE);
    match promises.next() {
        None => Ok(0),
        Some((_, value)) => value.trim().parse().map_err(|_| {
            Error::usage(format!("its line `# {PROMISE} = …` has no whole number"))
                .hint(format!("write # {PROMISE} = 3, or leave it out"))
        }),
    }
}
