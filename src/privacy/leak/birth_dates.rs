//! Dates of birth that another column of the same rows gives away.

use super::Leak;
use arrow::array::{Array, ArrayRef, AsArray, Date32Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type};
use chrono::{Datelike, NaiveDate};

/// The fewest people whose dates say something of a column of dates: some are registered, or admitted,
/// on the day on which they are born.
const FEWEST: usize = 5;
/// Younger people, in days, are not counted among these.
const INFANCY: i32 = 366;

/// The dates of birth of the rows of a table, before they become months.
pub(crate) struct BirthDates {
    dates: Date32Array,
    today: i32,
}

impl BirthDates {
    /// Takes the values of the column that says when people were born; None when it has no dates.
    /// `today` is in days since 1970.
    pub(crate) fn of(values: &ArrayRef, today: i32) -> Option<Self> {
        let dates = cast(values, &DataType::Date32).ok()?;
        let dates = dates.as_primitive::<Date32Type>().clone();
        (dates.null_count() < dates.len()).then_some(BirthDates { dates, today })
    }

    /// Whether a column of this name holds dates of birth.
    pub(crate) fn are_in(column: &str) -> bool {
        let name = column.to_ascii_lowercase();
        name.contains("birth") || name.split('_').any(|part| part == "dob")
    }

    /// The first row in which a column that is stored as it is holds the row's date of birth. One such
    /// text is enough; a column of dates must agree in more than half of its rows.
    pub(crate) fn scan(&self, column: &ArrayRef) -> Option<Leak> {
        let row = match column.data_type() {
            DataType::Utf8 => self.in_texts(column),
            DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => self.in_dates(column),
            _ => None,
        };
        row.map(|row| Leak {
            row,
            kind: "the date of birth",
        })
    }

    fn in_texts(&self, column: &ArrayRef) -> Option<usize> {
        let texts = column.as_string::<i32>();
        (0..texts.len().min(self.dates.len())).find(|row| {
            self.dates.is_valid(*row)
                && texts.is_valid(*row)
                && Date32Type::to_naive_date_opt(self.dates.value(*row))
                    .is_some_and(|birth| says(texts.value(*row), birth))
        })
    }

    fn in_dates(&self, column: &ArrayRef) -> Option<usize> {
        let days = cast(column, &DataType::Date32).ok()?;
        let days = days.as_primitive::<Date32Type>();
        let (mut people, mut same, mut first) = (0, 0, None);
        for row in 0..days.len().min(self.dates.len()) {
            let birth = self.dates.value(row);
            let counts = days.is_valid(row) && self.dates.is_valid(row);
            if !counts || birth > self.today - INFANCY {
                continue;
            }
            people += 1;
            if days.value(row) == birth {
                same += 1;
                first = first.or(Some(row));
            }
        }
        first.filter(|_| people >= FEWEST && same * 2 > people)
    }
}

/// Whether a text holds a date in one of the usual forms: `1961-04-12`, `19610412`, `12/04/1961`,
/// `12.4.61`, `12 April 1961`.
fn says(text: &str, date: NaiveDate) -> bool {
    if text.len() < 6 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    let (year, month, day) = (date.year().unsigned_abs(), date.month(), date.day());
    let parts: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    // `12T00` of a date with a time.
    let number = |part: &str| {
        let digits = part.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse::<u32>().ok()
    };
    let is_month = |part: &str| {
        let name = date.format("%b").to_string();
        let named = part.get(..3).is_some_and(|p| p.eq_ignore_ascii_case(&name));
        named || number(part) == Some(month)
    };
    let is_year = |part: &str| {
        number(part) == Some(year) || part.len() == 2 && number(part) == Some(year % 100)
    };
    let whole = [
        format!("{year:04}{month:02}{day:02}"),
        format!("{day:02}{month:02}{year:04}"),
    ];
    parts
        .iter()
        .any(|part| whole.iter().any(|date| part.starts_with(date)))
        || parts.windows(3).any(|three| {
            let [a, b, c] = [three[0], three[1], three[2]];
            let is_day = |part: &str| number(part) == Some(day);
            number(a) == Some(year) && is_month(b) && is_day(c)
                || is_day(a) && is_month(b) && is_year(c)
                || is_month(a) && is_day(b) && is_year(c)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::StringArray;
    use std::sync::Arc;

    fn births(days: Vec<i32>) -> BirthDates {
        let dates: ArrayRef = Arc::new(Date32Array::from(days));
        BirthDates::of(&dates, 20_000).unwrap()
    }

    #[test]
    fn a_date_is_known_in_its_usual_forms() {
        let date = NaiveDate::from_ymd_opt(1961, 4, 12).unwrap();
        for text in [
            "1961-04-12",
            "19610412",
            "12041961",
            "12/04/1961",
            "12.4.61",
            "12 April 1961",
            "12-Apr-1961",
            "1961-04-12T00:00:00Z",
            "04/12/1961",
            "DOB 12/04/1961",
        ] {
            assert!(says(text, date), "{text}");
        }
        for text in [
            "1961-04-13",
            "E11.9",
            "44054006",
            "April 1961",
            "1961-04",
            "120461",
        ] {
            assert!(!says(text, date), "{text}");
        }
    }

    #[test]
    fn one_text_and_most_dates_give_birth_away() {
        let births = births(vec![-3186, 100, 200, 300, 400, 500]);
        let text: ArrayRef = Arc::new(StringArray::from(vec![
            Some("E11"),
            None,
            Some("20/07/1970"),
        ]));
        assert_eq!(births.scan(&text).map(|leak| leak.row), Some(2));
        let dates = |days: Vec<i32>| -> ArrayRef { Arc::new(Date32Array::from(days)) };
        let all = dates(vec![-3186, 100, 200, 300, 999, 998]);
        assert_eq!(births.scan(&all).map(|leak| leak.row), Some(0));
        let few = dates(vec![-3186, 100, 999, 998, 997, 996]);
        assert_eq!(births.scan(&few), None);
    }

    #[test]
    fn the_newborn_may_be_registered_on_their_day_of_birth() {
        let days = vec![19_990, 19_991, 19_992, 19_993, 19_994, 19_995];
        let same: ArrayRef = Arc::new(Date32Array::from(days.clone()));
        assert_eq!(births(days).scan(&same), None);
    }

    #[test]
    fn columns_of_birth_are_known_by_name() {
        assert!(BirthDates::are_in("birth_month") && BirthDates::are_in("dob_year"));
        assert!(!BirthDates::are_in("death_month"));
    }
}
