//! The area that a lake is about, for the names of its releases.

use crate::error::{Context, Error, Result};
use crate::lake::{Lake, TableName};
use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use std::collections::BTreeSet;

/// The code of the integrated care board of a lake's areas, in small letters.
///
/// # Errors
/// Usage, when its areas have none, or more than one; data, when the lake cannot be read.
pub(super) async fn named_area(lake: &Lake) -> Result<String> {
    let unknown = |why: &str| {
        Error::usage("the release has no area to be named by")
            .cause(why)
            .hint("name the area under [releases] in the pipeline file: area = \"my-area\"")
    };
    let table = lake.table(&TableName::new("reference", "lsoa")).await?;
    let Some(table) = table else {
        return Err(unknown("the lake has no table reference.lsoa"));
    };
    let mut codes = BTreeSet::new();
    for file in &table.files {
        for rows in lake.read_file(file, None).await? {
            let Some(column) = rows.column_by_name("icb_code") else {
                return Err(unknown("reference.lsoa has no column icb_code"));
            };
            let texts = cast(column, &DataType::Utf8).data(|| "cannot read reference.lsoa")?;
            let texts = texts.as_string::<i32>().iter().flatten();
            codes.extend(texts.map(str::to_ascii_lowercase));
        }
    }
    let mut codes = codes.into_iter();
    match (codes.next(), codes.next()) {
        (Some(code), None) => Ok(code),
        (None, _) => Err(unknown("reference.lsoa names no integrated care board")),
        _ => Err(unknown(
            "reference.lsoa names more than one integrated care board",
        )),
    }
}
