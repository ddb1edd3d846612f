//! What happens to a column's values before they may be stored.

use super::Lookup;
use crate::decode::Zone;
use crate::error::{Error, Result};
use arrow::array::{ArrayRef, AsArray, Date32Array, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};
use arrow::error::ArrowError;
use chrono::Datelike;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The privacy treatment of a column (`populace/privacy` in a view, `privacy` in a CSV file).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Treatment {
    /// Stored as it is, after the leak gate.
    Clear,
    /// Becomes a keyed hash.
    Pseudonym,
    /// The person's own identifier: becomes the `person_key`.
    Person,
    /// A date becomes the first day of its month.
    Month,
    /// A date becomes the first day of its year.
    Year,
    /// Becomes what the named lookup says, or NULL.
    Lookup(String),
}

impl Treatment {
    /// Reads a tag's value; `place` is for the error.
    pub(crate) fn parse(text: &str, place: &str) -> Result<Self> {
        match text {
            "clear" => Ok(Treatment::Clear),
            "pseudonym" => Ok(Treatment::Pseudonym),
            "person" => Ok(Treatment::Person),
            "month" => Ok(Treatment::Month),
            "year" => Ok(Treatment::Year),
            other => match other.split_once(':') {
                Some(("lookup", table)) if !table.is_empty() => {
                    Ok(Treatment::Lookup(table.to_string()))
                }
                _ => Err(
                    Error::usage(format!("{place}: unknown privacy treatment '{other}'")).hint(
                        "treatments are clear, pseudonym, person, month, year and lookup:<name>",
                    ),
                ),
            },
        }
    }

    /// The type of the column after the treatment.
    pub(crate) fn output_type(&self, input: &DataType) -> DataType {
        match self {
            Treatment::Clear => match input {
                DataType::Dictionary(_, value) => (**value).clone(),
                other => other.clone(),
            },
            Treatment::Pseudonym | Treatment::Person => DataType::Int64,
            Treatment::Month | Treatment::Year => DataType::Date32,
            Treatment::Lookup(_) => DataType::Utf8,
        }
    }
}

/// Applies `month`, `year` or `lookup` to a column; other treatments give it back.
pub(crate) fn generalise(
    treatment: &Treatment,
    values: &ArrayRef,
    zone: Zone,
    lookups: &BTreeMap<String, Lookup>,
) -> Result<ArrayRef> {
    let failed = |e| Error::data("a column cannot be generalised").cause(e);
    match treatment {
        Treatment::Month | Treatment::Year => {
            let year = *treatment == Treatment::Year;
            let dates = days(values, zone).map_err(failed)?;
            let dates = dates.as_primitive::<Date32Type>();
            let cut: Date32Array = dates
                .iter()
                .map(|day| {
                    let date = Date32Type::to_naive_date_opt(day?)?;
                    let first = if year {
                        date.with_ordinal(1)?
                    } else {
                        date.with_day(1)?
                    };
                    Some(Date32Type::from_naive_date(first))
                })
                .collect();
            Ok(Arc::new(cut))
        }
        Treatment::Lookup(name) => {
            let lookup = lookups.get(name).ok_or_else(|| {
                Error::usage(format!("there is no lookup '{name}'"))
                    .hint(format!("add {name} = \"FILE.csv\" under [privacy.lookups]"))
            })?;
            let text = cast(values, &DataType::Utf8).map_err(failed)?;
            let found: StringArray = text
                .as_string::<i32>()
                .iter()
                .map(|key| lookup.get(key?))
                .collect();
            Ok(Arc::new(found))
        }
        Treatment::Clear | Treatment::Pseudonym | Treatment::Person => Ok(values.clone()),
    }
}

/// The days of a column of dates, or of times by the clock of `zone`: midnight in summer is of the day
/// before in UTC.
fn days(values: &ArrayRef, zone: Zone) -> std::result::Result<ArrayRef, ArrowError> {
    let DataType::Timestamp(TimeUnit::Microsecond, None) = values.data_type() else {
        return cast(values, &DataType::Date32);
    };
    let moments = values.as_primitive::<TimestampMicrosecondType>().iter();
    let days: Date32Array = moments.map(|moment| zone.day(moment?)).collect();
    Ok(Arc::new(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Array, TimestampMicrosecondArray};

    #[test]
    fn dates_lose_their_day() {
        let birth: ArrayRef = Arc::new(Date32Array::from(vec![Some(20_000), None]));
        let zone = Zone::default();
        let month = generalise(&Treatment::Month, &birth, zone, &BTreeMap::new()).unwrap();
        // 20,000 days after 1970-01-01 is 2024-10-04; 19,997 is 2024-10-01.
        assert_eq!(month.as_primitive::<Date32Type>().value(0), 19_997);
        assert!(month.is_null(1));
        let year = generalise(&Treatment::Year, &birth, zone, &BTreeMap::new()).unwrap();
        assert_eq!(year.as_primitive::<Date32Type>().value(0), 19_723);
        // 23:00 UTC of 31 December 1970, when England kept summer time all year.
        let birth = TimestampMicrosecondArray::from(vec![365 * 86_400_000_000 - 3_600_000_000]);
        let birth: ArrayRef = Arc::new(birth);
        for treatment in [Treatment::Month, Treatment::Year] {
            let first = |zone| {
                let cut = generalise(&treatment, &birth, zone, &BTreeMap::new()).unwrap();
                cut.as_primitive::<Date32Type>().value(0)
            };
            assert_eq!(first(zone), 365);
            assert!(first(Zone::UTC) < 365);
        }
    }

    #[test]
    fn an_unknown_treatment_names_its_place() {
        let err = Treatment::parse("hidden", "view patient.json: column x").unwrap_err();
        assert!(err.to_string().contains("column x"));
    }
}
