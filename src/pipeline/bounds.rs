//! Numbers of the pipeline file that mean something within bounds only: shares, seconds, counts.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::fmt::Display;

/// A share from 0 to 1.
pub(crate) fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    within(deserializer, 0.0, 1.0, "a share from 0 to 1, such as 0.05")
}

/// A time in seconds, up to a hundred days.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let what = "a number of seconds from 0.01 to 8640000";
    within(deserializer, 0.01, 8_640_000.0, what)
}

/// At least one of something.
pub(crate) fn at_least_one<'de, D, N>(deserializer: D) -> Result<N, D::Error>
where
    D: Deserializer<'de>,
    N: Deserialize<'de> + PartialOrd + From<u8> + Display,
{
    let number = N::deserialize(deserializer)?;
    match number >= N::from(1) {
        true => Ok(number),
        false => Err(D::Error::custom(format!("{number} is not 1 or more"))),
    }
}

/// How many hours a reader of the planners' page stays signed in.
pub(crate) fn session_hours<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let number = u16::deserialize(deserializer)?;
    match (1..=168).contains(&number) {
        true => Ok(number),
        false => Err(D::Error::custom(format!(
            "{number} is not a number from 1 to 168"
        ))),
    }
}

/// How many files are downloaded at once.
pub(super) fn downloads<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let number = usize::deserialize(deserializer)?;
    match (1..=256).contains(&number) {
        true => Ok(number),
        false => Err(D::Error::custom(format!(
            "{number} is not a number from 1 to 256"
        ))),
    }
}

/// How many people have to change before a figure does: as many as sketches tell apart.
pub(super) fn changes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(deserializer)?;
    match (0..=8).contains(&number) {
        true => Ok(number),
        false => Err(D::Error::custom(format!(
            "{number} is not a number from 0 to 8"
        ))),
    }
}

/// KiB of a piece of a file.
pub(super) fn piece<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = u32::deserialize(deserializer)?;
    match (1..=65_536).contains(&number) {
        true => Ok(number),
        false => Err(D::Error::custom(format!(
            "{number} is not a number from 1 to 65536"
        ))),
    }
}

fn within<'de, D: Deserializer<'de>>(
    deserializer: D,
    least: f64,
    most: f64,
    what: &str,
) -> Result<f64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    // Not a number is in no range.
    match (least..=most).contains(&number) {
        true => Ok(number),
        false => Err(D::Error::custom(format!("{number} is not {what}"))),
    }
}
