//! Once a week a table that was refreshed is built in full, and the rows of both are compared.
//!
//! Tables that were never refreshed since they were built in full are what a full build makes.

use super::basis::Basis;
use crate::engine::{Engine, LakeTable};
use crate::error::Result;
use crate::lake::properties::REFRESHED_SINCE;
use crate::lake::{DataFile, Table, digest_of_rows};
use arrow::datatypes::SchemaRef;
use chrono::{NaiveDate, TimeDelta};
use futures::TryStreamExt;
use std::sync::Arc;

/// How long a table may be refreshed before it is compared.
const DAYS: TimeDelta = TimeDelta::days(7);

/// The day of the first refresh since a table was built in full by this program, if there was one.
pub(in crate::models) fn refreshed_since(table: &Table) -> Option<NaiveDate> {
    Basis::with(table)?;
    table.property(REFRESHED_SINCE)?.parse().ok()
}

/// Whether it is time to compare a table with a full build.
pub(in crate::models) fn is_due(table: &Table, today: NaiveDate) -> bool {
    refreshed_since(table).is_some_and(|since| is_week_after(since, today))
}

/// Whether what has not been made in full since a day is to be compared on another.
pub(in crate::models) fn is_week_after(since: NaiveDate, today: NaiveDate) -> bool {
    today.signed_duration_since(since) >= DAYS
}

/// The sum of the hashes of the rows that are in these files, whatever is known of them; `place` is what errors
/// call the table.
///
/// # Errors
/// Data: a file cannot be read.
pub(in crate::models) async fn digest_of_files(
    engine: &Engine,
    place: &str,
    schema: &SchemaRef,
    files: &[DataFile],
) -> Result<u128> {
    let table = LakeTable::of_files(engine.lake(), schema, files.to_vec());
    let mut rows = engine.rows(place, Arc::new(table)).await?;
    let mut digest = 0u128;
    while let Some(batch) = rows.try_next().await? {
        digest = digest.wrapping_add(digest_of_rows(&batch)?);
    }
    Ok(digest)
}
