//! Values that are not known although something was written, counted for `populace.data_quality`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a value is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueRule {
    /// Its text does not have the form of its column.
    WrongType,
    /// It is a code that a program took for a number, and cut digits from.
    LostDigits,
    /// It is a date that stands for a date that is not known.
    UnknownDate,
    /// It is a date of birth in the future.
    BirthInFuture,
    /// It is a date of birth that would make somebody older than 120, today or when they died.
    AgeOver120,
    /// It is a date of birth after the date of death.
    DeathBeforeBirth,
    /// It is the end of something that begins later.
    EndBeforeStart,
    /// It is no code that there is.
    UnknownCode,
    /// It is the date of something that would have happened after the record's own last update.
    DateInFuture,
}

impl ValueRule {
    /// Its name in `populace.data_quality`.
    pub const fn name(self) -> &'static str {
        match self {
            ValueRule::WrongType => "wrong-type",
            ValueRule::LostDigits => "lost-digits",
            ValueRule::UnknownDate => "unknown-date",
            ValueRule::BirthInFuture => "birth-in-future",
            ValueRule::AgeOver120 => "age-over-120",
            ValueRule::DeathBeforeBirth => "death-before-birth",
            ValueRule::EndBeforeStart => "end-before-start",
            ValueRule::UnknownCode => "unknown-code",
            ValueRule::DateInFuture => "date-in-future",
        }
    }
}

/// How many values of a column of a table are not known, by rule.
pub type ValueCounts = BTreeMap<(String, ValueRule), u64>;

/// What the dates of a column say about the order of their numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DateOrder {
    /// Dates that can only have the day first, as 22/11/2026.
    pub day_first: u64,
    /// Dates that can only have the month first, as 11/22/2026.
    pub month_first: u64,
}

impl DateOrder {
    /// Adds what other dates say.
    pub fn add(&mut self, other: DateOrder) {
        self.day_first += other.day_first;
        self.month_first += other.month_first;
    }
}

/// What the numbers of a file say about the mark before their decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DecimalMarks {
    /// Numbers that can only have a point, as 12.5 and 1,234.50.
    pub point: u64,
    /// Numbers that can only have a comma, as 12,5 and 1.234,50.
    pub comma: u64,
    /// Numbers that can have either, as 1,234.
    pub either: u64,
}

impl DecimalMarks {
    /// Adds what other numbers say.
    pub fn add(&mut self, other: DecimalMarks) {
        self.point += other.point;
        self.comma += other.comma;
        self.either += other.either;
    }
}
