//! Everything that identifies somebody in a synthetic record.

use crate::project::{files_below, plain, text};
use chrono::{Datelike, NaiveDate};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The system of NHS numbers in FHIR.
const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";

/// What identifies the people of a record.
#[derive(Default)]
pub struct Identifiers {
    /// Numbers, ids of records, names, addresses and contacts, of five letters or more: a shorter one
    /// can be a part of compressed bytes by chance.
    pub words: BTreeSet<String>,
    /// Given names of fewer letters, which no organisation has in its name.
    pub short_names: BTreeSet<String>,
    /// Dates of birth by NHS number.
    pub births: BTreeMap<String, NaiveDate>,
    /// Dates that something else than a birth has.
    other_dates: BTreeSet<NaiveDate>,
}

impl Identifiers {
    /// Those of a record that `populace synth` made.
    pub fn of(record: &Path) -> Self {
        let mut found = Self::default();
        let mut names = BTreeSet::new();
        let mut organisations = String::new();
        for (_, bytes) in files_below(&record.join("fhir")) {
            for line in text(&plain(&bytes)).lines() {
                let Ok(resource) = serde_json::from_str::<Value>(line) else {
                    continue;
                };
                match resource["resourceType"].as_str() {
                    Some("Organization") => organisations += line,
                    Some("Patient") => found.patient(&resource, &mut names),
                    _ => found.record(&resource, line),
                }
            }
        }
        for (_, bytes) in files_below(&record.join("csv")) {
            found.extract(&plain(&bytes));
        }
        let (words, short): (BTreeSet<_>, BTreeSet<_>) =
            names.into_iter().partition(|name: &String| name.len() >= 5);
        found.words.extend(words);
        found.words.retain(|word| word.len() >= 5);
        let of_organisations: BTreeSet<&str> = organisations
            .split(|c: char| !c.is_alphanumeric())
            .collect();
        found.short_names = short;
        found
            .short_names
            .retain(|name| !of_organisations.contains(name.as_str()));
        found
    }

    fn add(&mut self, value: &Value) {
        self.words.extend(value.as_str().map(str::to_string));
    }

    fn patient(&mut self, patient: &Value, given_names: &mut BTreeSet<String>) {
        let each = |value: &Value| value.as_array().cloned().unwrap_or_default();
        self.add(&patient["id"]);
        let birth = patient["birthDate"].as_str().and_then(day);
        for identifier in each(&patient["identifier"]) {
            self.add(&identifier["value"]);
            if let (true, Some(birth)) = (identifier["system"] == NHS_NUMBER, birth) {
                let number = identifier["value"].as_str().unwrap_or_default();
                self.births.insert(number.replace(' ', ""), birth);
            }
        }
        for name in each(&patient["name"]) {
            if let Some(family) = name["family"].as_str() {
                self.words.insert(family.to_string());
                self.words.insert(family.to_uppercase());
            }
            let given = each(&name["given"]);
            given_names.extend(given.iter().filter_map(|g| g.as_str().map(str::to_string)));
        }
        for address in each(&patient["address"]) {
            self.add(&address["postalCode"]);
            each(&address["line"])
                .iter()
                .for_each(|line| self.add(line));
            self.other_dates
                .extend(dates(&address["period"].to_string()));
        }
        for contact in each(&patient["telecom"]) {
            self.add(&contact["value"]);
        }
        self.other_dates.extend(dates(&patient["meta"].to_string()));
        let death = patient["deceasedDateTime"].as_str().unwrap_or_default();
        self.other_dates.extend(dates(death));
    }

    fn record(&mut self, resource: &Value, line: &str) {
        self.add(&resource["id"]);
        self.other_dates.extend(dates(line));
    }

    /// Ids and dates of a CSV file; its people are those of the FHIR files.
    fn extract(&mut self, bytes: &[u8]) {
        // Planted faults are in the encodings of real senders too.
        let decoded = match bytes {
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
            _ => text(bytes),
        };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(decoded.as_bytes());
        let headers = reader.headers().unwrap().clone();
        for row in reader.byte_records().map_while(Result::ok) {
            for (name, value) in headers.iter().zip(&row) {
                let value = text(value);
                match name {
                    "date_of_birth" => {}
                    name if name.ends_with("_id") => {
                        self.words.insert(value);
                    }
                    _ => self.other_dates.extend(dates(&value)),
                }
            }
        }
    }

    /// Days on which somebody was born and that are no other date of the record: where one of them is
    /// found, it is a date of birth. The first of a month is what a date of birth is generalised to.
    pub fn days_of_birth(&self) -> BTreeSet<NaiveDate> {
        let births = self.births.values().copied();
        births
            .filter(|day| day.day() != 1 && !self.other_dates.contains(day))
            .collect()
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|b| unit([b[0], b[1]])).collect();
    String::from_utf16_lossy(&units)
}

/// A date as FHIR and the extracts write it.
fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

/// All dates in a text.
fn dates(text: &str) -> Vec<NaiveDate> {
    let bytes = text.as_bytes();
    let ends = bytes.windows(10).enumerate();
    let dates = ends.filter(|(_, at)| at[4] == b'-' && at[7] == b'-');
    dates
        .filter_map(|(at, _)| day(text.get(at..at + 10)?))
        .collect()
}
