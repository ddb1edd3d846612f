//! Every night a slice of all people is made anew, and compared with what is stored of them.

use super::hashed_rows::HashedRows;
use super::people::{ByPerson, ChosenPeople, SLICES, rows_of};
use super::restricted::rows_made;
use crate::engine::Engine;
use crate::error::Result;
use crate::lake::{DataFile, Table};
use crate::models::library::Model;
use arrow::datatypes::SchemaRef;
use chrono::{DateTime, Utc};

/// The slice whose turn it is: in as many days as there are slices, each has one.
pub(in crate::models) fn slice_of_day(moment: DateTime<Utc>) -> u64 {
    let day = moment.timestamp().unsigned_abs() / (24 * 60 * 60);
    // Odd, so that it reaches all; not one, so that slices of days that follow are not beside each other.
    day.wrapping_mul(37) % SLICES
}

/// Whether the rows of the people of a slice in `files`, a refreshed table of `model`, are what its query
/// makes of `read`, the tables that it reads, now.
///
/// # Errors
/// As of a refresh.
pub(in crate::models) async fn holds(
    engine: &Engine,
    model: &Model,
    schema: &SchemaRef,
    files: &[DataFile],
    read: &[Table],
    slice: u64,
) -> Result<bool> {
    let people = ChosenPeople::Slice(slice);
    let mut tally = ByPerson::default();
    for found in rows_of(engine.lake(), files, &people).await? {
        let rows = engine.lake().read_as(found.file, schema, Some(&found.rows));
        HashedRows::of(rows.await?)?.tally(&mut tally, false)?;
    }
    // Too many to be made here: nothing is known against them.
    let Some(new) = rows_made(engine, model, schema, read, &people).await? else {
        return Ok(true);
    };
    HashedRows::of(new)?.tally(&mut tally, true)?;
    Ok(tally.values().all(|tally| tally.is_even()))
}
