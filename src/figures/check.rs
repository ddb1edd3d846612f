//! Whether a frame is one of figures.

use super::schema::{KEY, columns, without_value};
use crate::error::{Context, Error, Result};
use polars::prelude::{DataFrame, Float64Chunked, PolarsResult, StringChunked};
use std::collections::HashSet;

/// Checks the columns of a frame, and that its rows can be figures.
///
/// Row by row and without a query: a release has thousands of small tables, and planning a query for each
/// takes longer than all of their rows.
///
/// # Errors
/// Data, naming the column or the rule and no value.
pub(super) fn check(frame: &DataFrame) -> Result<()> {
    form(frame)?;
    let columns = FigureColumns::of(frame).data(|| "cannot check figures")?;
    let mut known = HashSet::with_capacity(frame.height());
    for at in 0..frame.height() {
        if let Some((_, what)) = columns.rules(at).into_iter().find(|(broken, _)| *broken) {
            return Err(wrong(what));
        }
        if !known.insert(columns.key(at)) {
            return Err(wrong("two rows are of the same figure"));
        }
    }
    Ok(())
}

/// The columns that rules are about.
struct FigureColumns<'a> {
    /// What names a figure. Areas of two releases may have one name, and not one code.
    key: [&'a StringChunked; KEY.len()],
    area: [&'a StringChunked; 3],
    status: &'a StringChunked,
    numbers: [&'a Float64Chunked; 3],
}

impl<'a> FigureColumns<'a> {
    fn of(frame: &'a DataFrame) -> PolarsResult<Self> {
        let text = |name: &str| frame.column(name)?.str();
        let number = |name: &str| frame.column(name)?.f64();
        let area = [text("area_name")?, text("area_code")?, text("area_level")?];
        let mut key = [area[0]; KEY.len()];
        for (column, name) in key.iter_mut().zip(KEY) {
            *column = text(name)?;
        }
        Ok(FigureColumns {
            key,
            area,
            status: text("status")?,
            numbers: [number("value")?, number("lower_95")?, number("upper_95")?],
        })
    }

    /// What no two rows have alike.
    fn key(&self, at: usize) -> ([Option<&str>; KEY.len()], Option<&str>) {
        (self.key.map(|column| column.get(at)), self.area[1].get(at))
    }

    /// Whether each rule is broken, and what is wrong then.
    fn rules(&self, at: usize) -> [(bool, &'static str); 6] {
        let numbers = self.numbers.map(|column| column.get(at));
        let [value, lower, upper] = numbers;
        let [name, code, level] = self.area.map(|column| column.get(at).is_some());
        let is_shown = !without_value(self.status.get(at).unwrap_or_default());
        [
            (
                !is_shown && numbers.iter().any(Option::is_some),
                "a figure that is suppressed or not applicable has a number",
            ),
            (
                is_shown && value.is_none(),
                "a figure that is shown has no value",
            ),
            (
                numbers.iter().flatten().any(|number| !number.is_finite()),
                "a value or limit is no finite number",
            ),
            (
                lower.is_some() != upper.is_some(),
                "a figure has one limit of two",
            ),
            (
                lower.zip(upper).is_some_and(|(lower, upper)| lower > upper),
                "a lower limit is above the upper one",
            ),
            (
                name != level || code && !name,
                "an area has no name or no level",
            ),
        ]
    }
}

/// The columns, their types, and that those which may not be null are not.
fn form(frame: &DataFrame) -> Result<()> {
    let expected = columns();
    for (name, kind, nullable) in &expected {
        let Ok(column) = frame.column(name) else {
            return Err(wrong(format!("there is no column `{name}`")));
        };
        if column.dtype() != kind {
            return Err(wrong(format!(
                "column `{name}` is of type {}, and not {kind}",
                column.dtype()
            )));
        }
        if !nullable && column.null_count() > 0 {
            return Err(wrong(format!("column `{name}` has a null")));
        }
    }
    let names = frame.get_column_names();
    let same = names.iter().map(|name| name.as_str());
    if !same.eq(expected.iter().map(|(name, ..)| *name)) {
        return Err(wrong(
            "there are other columns, or they are in another order",
        ));
    }
    Ok(())
}

fn wrong(what: impl std::fmt::Display) -> Error {
    Error::data("these are no released figures").cause(what)
}
