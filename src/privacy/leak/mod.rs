//! The leak gate: nothing stored may hold an NHS number, postcode, e-mail or telephone number.
//!
//! Views say what is selected; the gate looks at what comes out, because people type identifiers
//! into fields made for something else. Decision 88 says what is looked for and what is not.

mod birth_dates;
mod cleared;
mod email;
mod masks;
mod numbers;
mod postcode;
mod snomed;
#[cfg(test)]
mod spellings;
mod tags;

use super::spelling::{Census, folded, plain};
use arrow::array::{Array, AsArray, PrimitiveArray};
use arrow::compute::cast;
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Decimal128Type, Decimal256Type, Float32Type, Float64Type,
    Int32Type, Int64Type, UInt32Type, UInt64Type,
};
use std::borrow::Cow;

pub(crate) use birth_dates::BirthDates;
use cleared::Cleared;
pub(crate) use snomed::verhoeff;

/// What the gate found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leak {
    /// In which row of the column.
    pub row: usize,
    /// What it looks like.
    pub kind: &'static str,
}

/// Looks through columns.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LeakGate;

impl LeakGate {
    /// The first leak in a column of text or of numbers.
    pub(crate) fn scan(self, column: &dyn Array) -> Option<Leak> {
        match column.data_type() {
            DataType::Utf8 => {
                let mut cleared = Cleared::new();
                column
                    .as_string::<i32>()
                    .iter()
                    .enumerate()
                    .find_map(|(row, text)| {
                        let kind = cleared.look(text?, looks_identifying)?;
                        Some(Leak { row, kind })
                    })
            }
            DataType::LargeUtf8 | DataType::Utf8View => {
                let text = cast(column, &DataType::Utf8).ok()?;
                self.scan(&text)
            }
            DataType::Dictionary(_, _) => {
                let column = column.as_any_dictionary_opt()?;
                let bad = self.values(column.values().as_ref());
                if bad.iter().all(Option::is_none) {
                    return None;
                }
                let keys = column.normalized_keys();
                keys.into_iter().enumerate().find_map(|(row, key)| {
                    let kind = bad.get(key).copied().flatten()?;
                    column.keys().is_valid(row).then_some(Leak { row, kind })
                })
            }
            _ => in_numbers(column),
        }
    }

    /// What each value of a dictionary gives away.
    fn values(self, values: &dyn Array) -> Vec<Option<&'static str>> {
        let one = |at: usize| {
            self.scan(values.slice(at, 1).as_ref())
                .map(|leak| leak.kind)
        };
        (0..values.len()).map(one).collect()
    }
}

/// The first number of a numeric column that is somebody's.
fn in_numbers(column: &dyn Array) -> Option<Leak> {
    match column.data_type() {
        DataType::Int32 => first::<Int32Type>(column, |n| whole(i128::from(n)), true),
        DataType::Int64 => first::<Int64Type>(column, |n| whole(i128::from(n)), true),
        DataType::UInt32 => first::<UInt32Type>(column, |n| whole(i128::from(n)), true),
        DataType::UInt64 => first::<UInt64Type>(column, |n| whole(i128::from(n)), true),
        DataType::Float32 => first::<Float32Type>(column, |n| rounded(f64::from(n)), false),
        DataType::Float64 => first::<Float64Type>(column, rounded, false),
        DataType::Decimal128(_, scale) => {
            let unit = 10i128.checked_pow(u32::try_from(*scale).unwrap_or_default())?;
            first::<Decimal128Type>(column, move |n| whole(n / unit), false)
        }
        DataType::Decimal256(_, scale) => {
            let unit = 10i128.checked_pow(u32::try_from(*scale).unwrap_or_default())?;
            let number = move |n: arrow::datatypes::i256| whole(n.to_i128()? / unit);
            first::<Decimal256Type>(column, number, false)
        }
        _ => None,
    }
}

/// The least and the greatest number that can be an NHS number or a telephone number.
const NUMBERS: std::ops::Range<u64> = 1_000_000_000..1_000_000_000_000;

fn whole(number: i128) -> Option<u64> {
    let number = u64::try_from(number.unsigned_abs()).ok()?;
    NUMBERS.contains(&number).then_some(number)
}

fn rounded(number: f64) -> Option<u64> {
    let number = number.abs();
    (number < 1e12)
        .then_some(number as u64)
        .filter(|n| NUMBERS.contains(n))
}

fn first<T: ArrowPrimitiveType>(
    column: &dyn Array,
    number: impl Fn(T::Native) -> Option<u64>,
    code: bool,
) -> Option<Leak> {
    let column: &PrimitiveArray<T> = column.as_primitive_opt()?;
    let values = column.values().iter().enumerate();
    values
        .filter_map(|(row, value)| Some((row, numbers::of_number(number(*value)?, code)?)))
        .find(|(row, _)| column.is_valid(*row))
        .map(|(row, kind)| Leak { row, kind })
}

/// What a text gives away, if anything: the words of a report and of a reference table are looked at
/// too.
pub(crate) fn looks_identifying(text: &str) -> Option<&'static str> {
    let census = Census::of(text);
    if census.digits < 2 && !census.is_disguised() && !census.may_hold_email() {
        return None;
    }
    // Most codes are digits alone.
    if census.digits == text.len() {
        return numbers::of_digits(text.as_bytes());
    }
    let text = plain(text, census);
    let census = match &text {
        Cow::Borrowed(_) => census,
        Cow::Owned(text) => Census::of(text),
    };
    // The tags themselves may hold an identifier too.
    let tagged = census.may_hold_tags();
    in_plain(&text, census).or_else(|| {
        let seen = tagged.then(|| tags::without_tags(&text)).flatten()?;
        in_plain(&seen, Census::of(&seen))
    })
}

/// What a text gives away that has one form for each sign.
fn in_plain(text: &str, census: Census) -> Option<&'static str> {
    if census.may_hold_email() && email::found(text) {
        return Some("an e-mail address");
    }
    let (number, postcode) = (census.digits > 9, census.digits > 1 && census.letters > 2);
    if !number && !postcode {
        return None;
    }
    let folded = folded(text);
    let masked = masks::masks(&folded);
    let found = number.then(|| numbers::find(&folded, &masked)).flatten();
    found.or_else(|| (postcode && postcode::found(&folded, &masked)).then_some("a postcode"))
}

/// A path without the parts that give somebody away: `pseudonym` makes another name of them, where
/// there is one to tell them apart by.
pub(crate) fn unnamed(path: &str, pseudonym: impl Fn(&str) -> Option<i64>) -> Cow<'_, str> {
    if looks_identifying(path).is_none() {
        return Cow::Borrowed(path);
    }
    let other = |part: &str| match pseudonym(part) {
        Some(key) => format!("withheld-{key:016x}"),
        None => "(name withheld)".to_string(),
    };
    let one = |part: &str| match looks_identifying(part) {
        None => part.to_string(),
        Some(_) => {
            let ending = part.find('.').map_or("", |at| &part[at..]);
            let plain = ending.len() < 12 && !ending.bytes().any(|b| b.is_ascii_digit());
            other(part) + if plain { ending } else { "" }
        }
    };
    let parts: Vec<String> = path.split('/').map(one).collect();
    let parts = parts.join("/");
    // A number that goes over several folders.
    match looks_identifying(&parts) {
        None => Cow::Owned(parts),
        Some(_) => Cow::Owned(other(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::nhs_number::checksum_valid;
    use arrow::array::StringArray;

    #[test]
    fn identifiers_are_found() {
        assert_eq!(looks_identifying("9434765919"), Some("an NHS number"));
        assert_eq!(
            looks_identifying("pt 943 476 5919 seen"),
            Some("an NHS number")
        );
        assert_eq!(
            looks_identifying("call 07700 900123"),
            Some("a telephone number")
        );
        assert_eq!(
            looks_identifying("+447700900123"),
            Some("a telephone number")
        );
        assert_eq!(looks_identifying("lives at LS1 4AP"), Some("a postcode"));
        assert_eq!(looks_identifying("sw1a1aa"), Some("a postcode"));
        assert_eq!(
            looks_identifying("a.b@example.org"),
            Some("an e-mail address")
        );
    }

    #[test]
    fn codes_are_not_identifiers() {
        for code in [
            "44054006",
            "1052681000000105",
            "840539006",
            "E11",
            "N18.9A",
            "mm[Hg]",
            "RX1",
        ] {
            assert_eq!(looks_identifying(code), None, "{code}");
        }
        // A ten-digit SNOMED CT concept whose digits also pass the NHS check stays a code.
        let both = (0..10_000_000u64)
            .map(|n| format!("{:010}", 1_000_000_000 + n * 97))
            .find(|s| {
                let ten: &[u8; 10] = s.as_bytes().try_into().unwrap();
                checksum_valid(ten) && snomed::is_concept_identifier(ten)
            })
            .unwrap();
        assert_eq!(looks_identifying(&both), None);
    }

    #[test]
    fn the_row_is_named() {
        let column = StringArray::from(vec![Some("E11"), None, Some("9434765919")]);
        assert_eq!(
            LeakGate.scan(&column),
            Some(Leak {
                row: 2,
                kind: "an NHS number"
            })
        );
    }
}
