//! The last look before anything is written: no small or unrounded count in what was made.
//!
//! Nothing here should ever be found, because released cells can only come from the scheme. It is
//! kept apart from the code that makes the figures, so that one mistake is not enough.

use super::frame::{Frame, Part, Shown};
use crate::disclosure::{SUPPRESSED, Scheme};
use crate::error::{Context, Error, Result};

/// Refuses a table with a cell that the scheme cannot have released.
///
/// # Errors
/// Refused, naming the table and the place but not the figure.
pub fn audit(frame: &Frame, csv: &[u8], scheme: Scheme) -> Result<()> {
    for (r, _) in frame.rows.iter().enumerate() {
        for column in frame.columns() {
            if let Shown::Count(n) = frame.shown(r, &column)
                && (column.part != Part::Value || !scheme.allows(n))
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
    for (line, record) in reader.records().enumerate() {
        let record = record.data(|| "cannot read back a CSV")?;
        let figure = &record[value];
        let allowed = figure == SUPPRESSED || figure.parse().is_ok_and(|n| scheme.allows(n));
        if &record[unit] == "count" && !allowed {
            return Err(refused(frame, &format!("line {} of its CSV", line + 2)));
        }
    }
    Ok(())
}

fn refused(frame: &Frame, place: &str) -> Error {
    Error::refused(format!(
        "table `{}` holds a figure the scheme does not allow",
        frame.id
    ))
    .cause(place)
    .hint("this is a fault of Populace: nothing was released; please report it")
}
