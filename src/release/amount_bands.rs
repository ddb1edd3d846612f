//! The bands of an amount by which a percentile is made, or of age by which a life expectancy is.

use super::proof::texts;
use super::report_file::{MeasureKind, ReportTable};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::statistics::life_table::AGES;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use std::collections::BTreeSet;

/// A band: what it is called, its least amount, and the amount that all in it are below.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BandEdges {
    /// What the dimension calls it.
    pub label: String,
    /// The least amount in it.
    pub at_least: f64,
    /// All amounts in it are below this; None in the last band, which has no end.
    pub below: Option<f64>,
}

const HINT: &str = "a list of bands has the columns `at_least` and `below`; each band begins where the one before ends, and only the last may have no end";

/// The bands of the hidden dimension of a table, from the smallest amount on; none where no measure goes by bands.
///
/// # Errors
/// Usage, when the list of bands does not say where they begin and end, or has gaps; data, when it cannot be
/// read.
pub(super) async fn amount_bands(
    engine: &Engine,
    place: &str,
    table: &ReportTable,
) -> Result<Vec<BandEdges>> {
    let hidden = table.hidden().filter(|_| table.kind_by_bands().is_some());
    let values = hidden.and_then(|name| table.dimensions.get(name));
    let Some((list, label)) = values.and_then(|values| values.column()) else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "select distinct \"{label}\", at_least, below from {list} where \"{label}\" is not null order by at_least"
    );
    let frame = engine.query(place, &sql).await;
    let frame = frame.map_err(|e| e.hint(HINT))?;
    let mut bands = Vec::new();
    for batch in engine.collect(place, frame).await? {
        bands.extend(read(&batch).map_err(|e| e.within(format!("{place}: {list}")))?);
    }
    let within = |e: Error| e.within(format!("{place}: {list}"));
    check(&bands).map_err(within)?;
    if table.kind_by_bands() == Some(MeasureKind::LifeExpectancy) {
        check_ages(&bands).map_err(within)?;
    }
    Ok(bands)
}

/// A life table has bands of its own, and no others.
fn check_ages(bands: &[BandEdges]) -> Result<()> {
    let begin = bands.iter().map(|band| band.at_least);
    match begin.eq(AGES.map(f64::from)) && bands.last().is_some_and(|last| last.below.is_none()) {
        true => Ok(()),
        false => Err(
            Error::usage("its bands are not those of a life table").hint(
                "life expectancy is made by 20 bands that begin at 0, 1, 5, 10 and so on to 90, the last without an end, as in reference.life_table_band",
            ),
        ),
    }
}

fn read(batch: &RecordBatch) -> Result<Vec<BandEdges>> {
    let number = |column: usize| {
        let numbers = cast(batch.column(column), &DataType::Float64);
        let numbers =
            numbers.map_err(|e| Error::data("the edges of bands cannot be read").cause(e))?;
        Ok::<_, Error>(numbers.as_primitive::<Float64Type>().clone())
    };
    let (at_least, below) = (number(1)?, number(2)?);
    let labels = texts(batch, 0)?.into_iter().enumerate();
    labels
        .map(|(row, label)| {
            let edge = at_least.is_valid(row).then(|| at_least.value(row));
            let (Some(label), Some(at_least)) = (label, edge) else {
                return Err(Error::usage("a band does not say where it begins").hint(HINT));
            };
            Ok(BandEdges {
                label,
                at_least,
                below: below.is_valid(row).then(|| below.value(row)),
            })
        })
        .collect()
}

fn check(bands: &[BandEdges]) -> Result<()> {
    let labels: BTreeSet<&str> = bands.iter().map(|band| band.label.as_str()).collect();
    if labels.len() != bands.len() {
        return Err(Error::usage("a band has two beginnings or ends").hint(HINT));
    }
    let follow = |pair: &[BandEdges]| match pair {
        [one, next] => one.below == Some(next.at_least),
        _ => true,
    };
    let is_wide = |band: &BandEdges| band.below.is_none_or(|below| below > band.at_least);
    if !bands.windows(2).all(follow) || !bands.iter().all(is_wide) {
        return Err(Error::usage("its bands do not follow each other").hint(HINT));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(label: &str, at_least: f64, below: Option<f64>) -> BandEdges {
        BandEdges {
            label: label.to_owned(),
            at_least,
            below,
        }
    }

    #[test]
    fn bands_follow_each_other_without_a_gap() {
        let good = [
            band("up to 4", 0.0, Some(4.0)),
            band("4 to 8", 4.0, Some(8.0)),
            band("over 8", 8.0, None),
        ];
        assert!(check(&good).is_ok() && check(&[]).is_ok());
        let wrong = |bands: &[BandEdges]| check(bands).unwrap_err().to_string();
        let gap = "its bands do not follow each other";
        assert_eq!(wrong(&[good[0].clone(), good[2].clone()]), gap);
        assert_eq!(wrong(&[good[2].clone(), band("9", 9.0, None)]), gap);
        assert_eq!(wrong(&[band("none", 4.0, Some(4.0))]), gap);
        let ages = |ages: &[u8]| -> Vec<BandEdges> {
            let ends = ages[1..]
                .iter()
                .map(|age| Some(f64::from(*age)))
                .chain([None]);
            let bands = ages.iter().zip(ends);
            bands
                .map(|(age, below)| band("", f64::from(*age), below))
                .collect()
        };
        assert!(check_ages(&ages(&AGES)).is_ok());
        for wrong in [&AGES[1..], &AGES[..19], &[0, 5, 10]] {
            assert!(check_ages(&ages(wrong)).is_err());
        }
        let twice = [good[0].clone(), band("up to 4", 4.0, None)];
        assert_eq!(wrong(&twice), "a band has two beginnings or ends");
    }
}
