//! The last look before anything is written: no small or unrounded count in what was made.
//!
//! Nothing here should ever be found, because released cells can only come from the scheme. It is
//! kept apart from the code that makes the figures, so that one mistake is not enough.

use super::dimension::NOT_KNOWN;
use super::frame::{Frame, FramePart, Shown};
use super::proof::Lists;
use super::table_data::Label;
use crate::disclosure::{SUPPRESSED, Scheme};
use crate::error::{Context, Error, Result};
use crate::figures::{ALL, TOTAL, unescaped};

/// Refuses a table with a cell that the scheme cannot have released, or a label that is in no list.
///
/// # Errors
/// Refused, naming the table and the place but not the figure.
pub(crate) fn audit(frame: &Frame, csv: &[u8], scheme: &Scheme, lists: &Lists) -> Result<()> {
    labels(frame, lists)?;
    for (r, _) in frame.rows.iter().enumerate() {
        for column in frame.columns() {
            if let Shown::Count(n) = frame.shown(r, &column)
                && (column.part != FramePart::Value || !scheme.allows(n))
            {
                return Err(refused(
                    frame,
                    &format!("row {}, `{}`", r + 1, column.heading),
                ));
            }
        }
    }
    let mut reader = csv::Reader::from_reader(csv);
    let headers = reader.headers().data(|| "cannot read back a CSV")?.clone();
    let at = |name: &str| headers.iter().position(|header| header == name);
    let (Some(unit), Some(value)) = (at("unit"), at("value")) else {
        return Err(refused(frame, "its CSV has no unit or value"));
    };
    let dimensions = frame.row_dimensions.iter().chain(&frame.across);
    let place = |dimension: &(String, String)| at(&dimension.0).unwrap_or_default();
    let dimensions: Vec<(usize, &(String, String))> = dimensions
        .map(|dimension| (place(dimension), dimension))
        .collect();
    for (line, record) in reader.records().enumerate() {
        let record = record.data(|| "cannot read back a CSV")?;
        for (at, (column, heading)) in &dimensions {
            if !may_stand(unescaped(&record[*at]), column, heading, lists) {
                return Err(refused(
                    frame,
                    &format!("line {} of its CSV, label", line + 2),
                ));
            }
        }
        let figure = &record[value];
        let allowed = figure == SUPPRESSED || figure.parse().is_ok_and(|n| scheme.allows(n));
        if &record[unit] == "count" && !allowed {
            return Err(refused(frame, &format!("line {} of its CSV", line + 2)));
        }
    }
    Ok(())
}

/// The labels of rows and of values across: XLSX and HTML write them from here.
fn labels(frame: &Frame, lists: &Lists) -> Result<()> {
    let fits = |label: &Label, (column, heading): &(String, String)| {
        let date = chrono::NaiveDate::parse_from_str(&label.value, "%Y-%m-%d").is_ok();
        may_stand(&label.value, column, heading, lists) && (date || label.text == label.value)
    };
    for (r, row) in frame.rows.iter().enumerate() {
        let mut labels = row.labels.iter().zip(&frame.row_dimensions);
        if !labels.all(|(label, dimension)| fits(label, dimension)) {
            return Err(refused(frame, &format!("row {}, label", r + 1)));
        }
    }
    let across = frame.groups.iter().filter_map(|group| group.label.as_ref());
    for (label, dimension) in across.zip(std::iter::repeat(frame.across.as_ref())) {
        if !dimension.is_some_and(|dimension| fits(label, dimension)) {
            return Err(refused(frame, "a label across"));
        }
    }
    Ok(())
}

/// Whether a label is in its list, perhaps after its heading, or is a word of the program's own.
fn may_stand(label: &str, column: &str, heading: &str, lists: &Lists) -> bool {
    let listed = |value: &str| lists.get(column).is_some_and(|list| list.contains(value));
    let numbered = label
        .strip_prefix(heading)
        .and_then(|rest| rest.strip_prefix(' '));
    [NOT_KNOWN, TOTAL, ALL].contains(&label) || listed(label) || numbered.is_some_and(listed)
}

fn refused(frame: &Frame, place: &str) -> Error {
    Error::refused(format!(
        "table `{}` holds a figure the scheme does not allow",
        frame.id
    ))
    .cause(place)
    .hint("this is a bug in Populace: nothing was released; please report it")
}
