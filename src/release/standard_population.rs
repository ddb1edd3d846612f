//! The standard population of rates that are standardised for age.

use super::proof::texts;
use super::report_file::ReportTable;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::TableName;
use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};

/// Age groups, and how many of the standard population are in each.
pub(super) type StandardWeights = Vec<(String, f64)>;

/// The European Standard Population of 2013, by five-year band up to 90 and over.
pub(super) fn table() -> TableName {
    TableName::new("reference", "european_standard_population_19")
}

/// The weights of the age groups by which the rates of a table are standardised; none where it has no such
/// rate.
///
/// # Errors
/// Data, when the standard population cannot be read.
pub(super) async fn standard_weights(
    engine: &Engine,
    place: &str,
    table: &ReportTable,
) -> Result<StandardWeights> {
    let ages = table.hidden().filter(|_| table.kind_by_bands().is_none());
    let ages = ages.and_then(|ages| table.dimensions.get(ages));
    let Some((bands, group)) = ages.and_then(|ages| ages.column()) else {
        return Ok(Vec::new());
    };
    let standard = self::table();
    let sql = format!(
        "select bands.\"{group}\" as age_group, sum(standard.weight) as weight from {standard} as standard inner join {bands} as bands on standard.age_band = bands.age_band group by bands.\"{group}\" order by bands.\"{group}\""
    );
    let frame = engine.query(place, &sql).await?;
    let mut weights = Vec::new();
    for batch in engine.collect(place, frame).await? {
        let unreadable = |e| Error::data(format!("{place}: {standard} cannot be read")).cause(e);
        let numbers = cast(batch.column(1), &DataType::Float64).map_err(unreadable)?;
        let numbers = numbers.as_primitive::<Float64Type>();
        for (group, weight) in texts(&batch, 0)?.into_iter().zip(numbers) {
            weights.extend(group.zip(weight));
        }
    }
    Ok(weights)
}
