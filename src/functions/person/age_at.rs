//! `age_at(birth, day)`: completed years.

use super::days::{DATE, each_pair};
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::{DataType, Date32Type};
use chrono::Datelike;

const DOC: Doc = Doc {
    name: "age_at",
    syntax: "age_at(birth, day)",
    summary: "Completed years of age on a day.",
    arguments: &[("birth", "date of birth"), ("day", "the day")],
    gives: "Whole years; negative before birth.",
    formula: "The difference of the years, less one before the birthday. Born on 29 February, a person is a year older on 1 March of other years.",
    rules: "NULL in either argument gives NULL.",
    source: "The law of England counts a year as completed at the beginning of the birthday.",
    example: "select age_at(date '1950-06-15', date '2026-06-14') as before, age_at(date '1950-06-15', date '2026-06-15') as birthday",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &[&[DATE, DATE]], DataType::Int32, |arguments| {
        each_pair(arguments, age)
    })
}

fn age(birth: i32, day: i32) -> Option<i32> {
    let birth = Date32Type::to_naive_date_opt(birth)?;
    let day = Date32Type::to_naive_date_opt(day)?;
    let before = (day.month(), day.day()) < (birth.month(), birth.day());
    Some(day.year() - birth.year() - i32::from(before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn at(birth: (i32, u32, u32), day: (i32, u32, u32)) -> i32 {
        let days =
            |(y, m, d)| Date32Type::from_naive_date(NaiveDate::from_ymd_opt(y, m, d).unwrap());
        age(days(birth), days(day)).unwrap()
    }

    #[test]
    fn birthdays() {
        assert_eq!(at((1950, 6, 15), (2026, 6, 14)), 75);
        assert_eq!(at((1950, 6, 15), (2026, 6, 15)), 76);
        assert_eq!(at((2024, 2, 29), (2025, 2, 28)), 0);
        assert_eq!(at((2024, 2, 29), (2025, 3, 1)), 1);
        assert_eq!(at((2026, 1, 1), (2025, 12, 31)), -1);
    }
}
