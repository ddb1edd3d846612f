//! What a source brings on a good night.

use super::bounds::share;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// What a source brings on a good night; a pull that finds something else ends with a warning, or goes
/// on without the source.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Expected {
    /// Whether it may offer nothing although it brought something before.
    pub allow_empty: bool,
    /// Whether a night is a good one although the source failed, or did not bring what it should.
    pub allow_failure: bool,
    /// The share of a table's new rows, or of all of its rows, that may have no person.
    #[serde(deserialize_with = "share")]
    pub unlinked_threshold: f64,
    /// The share of the lines of one resource type, table or file that may be rejected, by the type's or
    /// table's name or by a pattern of file names.
    #[serde(deserialize_with = "shares")]
    pub reject_thresholds: BTreeMap<String, f64>,
    /// The most days from one extract to the next.
    #[serde(deserialize_with = "days")]
    pub expect_every_days: Option<u32>,
    /// The least share of the usual number of lines that an extract has.
    #[serde(deserialize_with = "least_share")]
    pub expect_share_of_usual: Option<f64>,
}

impl Default for Expected {
    fn default() -> Self {
        Expected {
            allow_empty: false,
            allow_failure: false,
            unlinked_threshold: 0.2,
            reject_thresholds: BTreeMap::new(),
            expect_every_days: None,
            expect_share_of_usual: None,
        }
    }
}

impl Expected {
    /// Whether a key of `reject_thresholds` is a pattern of file names, and not a type or table.
    pub(crate) fn is_pattern(key: &str) -> bool {
        key.contains(['*', '.', '/'])
    }
}

/// A share from 0 to 1.
#[derive(Deserialize)]
struct Share(#[serde(deserialize_with = "share")] f64);

fn shares<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let shares = BTreeMap::<String, Share>::deserialize(deserializer)?;
    Ok(shares
        .into_iter()
        .map(|(of, Share(share))| (of, share))
        .collect())
}

fn least_share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    share(deserializer).map(Some)
}

fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let number = u32::deserialize(deserializer)?;
    match (1..=3660).contains(&number) {
        true => Ok(Some(number)),
        false => Err(D::Error::custom(format!(
            "{number} is not a number of days from 1 to 3660"
        ))),
    }
}
