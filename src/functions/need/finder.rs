//! From a code, or a condition's name, to what it stands for, by a look into a table.

use super::icd10::{CATEGORIES, bare};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use std::collections::HashMap;

/// A set of conditions: bit n stands for condition n of a scheme.
pub(super) type Conditions = u128;

/// The conditions that codes or names stand for.
#[derive(Debug)]
pub(super) struct Finder {
    by: By,
    /// The different sets of conditions; the first is empty.
    sets: Vec<Conditions>,
}

/// Where the number of a set is found.
#[derive(Debug)]
enum By {
    /// For each category eleven places: a fourth character 0 to 9, and none.
    Code(Box<[u16]>),
    Name(HashMap<Box<[u8]>, u16>),
}

const PLACES: usize = 11;
const NO_FOURTH: usize = 10;

impl Finder {
    /// Finds by ICD-10 code: all codes that begin with a prefix (three characters, or four that a
    /// code must have) stand for its condition. What is no code is passed over.
    pub(super) fn by_code<'a>(prefixes: impl Iterator<Item = (&'a str, usize)>) -> Self {
        let mut conditions = vec![0; CATEGORIES * PLACES];
        for (prefix, condition) in prefixes {
            let Some(code) = bare(prefix.as_bytes()) else {
                continue;
            };
            let first = usize::from(code.category) * PLACES;
            let places = match code.fourth {
                None => first..first + PLACES,
                Some(fourth) => first + usize::from(fourth)..first + usize::from(fourth) + 1,
            };
            for place in &mut conditions[places] {
                *place |= 1 << condition;
            }
        }
        let mut sets: Vec<Conditions> = vec![0];
        let mut numbers = HashMap::new();
        let number = |set| match set {
            // Most codes stand for nothing.
            0 => 0,
            _ => *numbers.entry(set).or_insert_with(|| {
                sets.push(set);
                // There are fewer places than numbers.
                (sets.len() - 1) as u16
            }),
        };
        let by = By::Code(conditions.into_iter().map(number).collect());
        Finder { by, sets }
    }

    /// Finds by name, exactly as it is written.
    pub(super) fn by_name(names: &[String]) -> Self {
        let mut sets = vec![0];
        let mut numbers = HashMap::new();
        for (condition, name) in names.iter().enumerate() {
            numbers.insert(name.as_bytes().into(), sets.len() as u16);
            sets.push(1 << condition);
        }
        let by = By::Name(numbers);
        Finder { by, sets }
    }

    /// The conditions of a set that [`Finder::find`] gave.
    pub(super) fn conditions(&self, set: u16) -> Conditions {
        self.sets.get(usize::from(set)).copied().unwrap_or_default()
    }

    fn set(&self, text: &[u8]) -> u16 {
        match &self.by {
            By::Name(numbers) => numbers.get(text).copied().unwrap_or_default(),
            By::Code(numbers) => bare(text).map_or(0, |code| {
                let fourth = code.fourth.map_or(NO_FOURTH, usize::from);
                let place = usize::from(code.category) * PLACES + fourth;
                numbers.get(place).copied().unwrap_or_default()
            }),
        }
    }

    /// For each text the number of its set: that of the empty set for NULL and what is not known.
    pub(super) fn find(&self, texts: &ArrayRef) -> Result<Vec<u16>> {
        let found = |text: Option<&str>| text.map_or(0, |text| self.set(text.as_bytes()));
        Ok(match texts.data_type() {
            DataType::Utf8 => texts.as_string::<i32>().iter().map(found).collect(),
            DataType::LargeUtf8 => texts.as_string::<i64>().iter().map(found).collect(),
            DataType::Utf8View => texts.as_string_view().iter().map(found).collect(),
            DataType::Dictionary(_, _) => {
                let dictionary = texts.as_any_dictionary();
                let sets = self.find(dictionary.values())?;
                if sets.is_empty() {
                    return Ok(vec![0; texts.len()]);
                }
                let keys = dictionary.normalized_keys();
                let of_row = |(row, key): (usize, usize)| match texts.is_null(row) {
                    true => 0,
                    false => sets.get(key).copied().unwrap_or_default(),
                };
                keys.into_iter().enumerate().map(of_row).collect()
            }
            _ => self.find(&cast(texts, &DataType::Utf8)?)?,
        })
    }
}
