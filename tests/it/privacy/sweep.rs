//! What a night leaves behind is searched for everything that identifies anybody.

use super::identifiers::Identifiers;
use super::opened::Opened;
use crate::notify::http_listener::HttpListener;
use crate::project::{KEY, Project, files_below, pipeline_over, synth};
use arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use chrono::{Datelike, NaiveDate};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// How a day can be written.
const FORMS: [&str; 14] = [
    "%Y-%m-%d",
    "%Y%m%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d%m%Y",
    "%m/%d/%Y",
    "%-d/%-m/%Y",
    "%-d %B %Y",
    "%-d %b %Y",
    "%d-%b-%Y",
    "%B %-d, %Y",
];

/// What is looked for, in the shape in which it is found quickly.
struct Search<'a> {
    identifiers: &'a Identifiers,
    days: HashSet<String>,
    /// Lengths of `days`.
    lengths: BTreeSet<usize>,
    /// Dates of birth by pseudonym, as days since 1970.
    births: BTreeMap<i64, i64>,
}

impl<'a> Search<'a> {
    fn new(identifiers: &'a Identifiers) -> Self {
        let days = identifiers.days_of_birth();
        let written = |day: &NaiveDate| FORMS.map(|form| day.format(form).to_string());
        let days: HashSet<String> = days.iter().flat_map(written).collect();
        let births = identifiers.births.iter();
        Search {
            identifiers,
            lengths: days.iter().map(String::len).collect(),
            days,
            births: births
                .map(|(number, day)| (person_key(number), since_1970(*day)))
                .collect(),
        }
    }

    /// What a file gives away, each in a few words that do not say it.
    fn found(&self, opened: &Opened, raw: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        let mut say = |kind: &str, count: usize| {
            if count > 0 {
                found.push(format!("{count} {kind}"));
            }
        };
        let raw = String::from_utf8_lossy(raw);
        say("identifiers", self.words(&opened.text));
        say("identifiers as they are stored", self.words(&raw));
        let tokens = tokens(&opened.text);
        let names = self.identifiers.short_names.iter();
        let names = names.filter(|name| tokens.contains(name.as_str()));
        say("short given names", names.count());
        say("dates of birth", self.days_in(&opened.text));
        for column in columns_of_births(&opened.rows, &self.births) {
            found.push(format!("dates of birth in the column {column}"));
        }
        found
    }

    fn words(&self, text: &str) -> usize {
        // Looking words up is quicker than searching for thousands of them one by one.
        let tokens = tokens(text);
        let words = self.identifiers.words.iter();
        let found = words.filter(|word| match word.contains([' ', '@', '.', '/']) {
            true => text.contains(word.as_str()),
            false => tokens.contains(word.as_str()),
        });
        found.count()
    }

    fn days_in(&self, text: &str) -> usize {
        let bytes = text.as_bytes();
        let is_start = |at: &usize| {
            bytes[*at].is_ascii_alphanumeric() && (*at == 0 || !bytes[at - 1].is_ascii_digit())
        };
        let is_day = |at: &usize| {
            self.lengths.iter().any(|length| {
                let ends = !bytes.get(at + length).is_some_and(u8::is_ascii_digit);
                let found = text.get(*at..at + length);
                ends && found.is_some_and(|found| self.days.contains(found))
            })
        };
        (0..bytes.len()).filter(is_start).filter(is_day).count()
    }
}

fn tokens(text: &str) -> HashSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '-')
        .collect()
}

fn since_1970(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce()) - 719_163
}

/// The pseudonym that tests of projects give a person.
fn person_key(number: &str) -> i64 {
    let key: Vec<u8> = (0..KEY.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&KEY[at..at + 2], 16).unwrap())
        .collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(number.as_bytes());
    let first: [u8; 8] = mac.finalize().into_bytes()[..8].try_into().unwrap();
    (u64::from_be_bytes(first) >> 1).cast_signed()
}

/// A column as numbers, dates and moments as days since 1970; None for others.
fn numbers(column: &dyn Array) -> Option<Int64Array> {
    let days = match column.data_type() {
        DataType::Timestamp(..) => arrow::compute::cast(column, &DataType::Date32).ok()?,
        DataType::Date32 | DataType::Date64 => {
            arrow::compute::cast(column, &DataType::Date32).ok()?
        }
        of if of.is_integer() => {
            let numbers = arrow::compute::cast(column, &DataType::Int64).ok()?;
            return Some(numbers.as_primitive::<Int64Type>().clone());
        }
        _ => return None,
    };
    let days = days.as_primitive::<Date32Type>();
    Some(days.unary::<_, Int64Type>(i64::from))
}

/// Columns whose values are the days of birth of most people, counted from whatever day, forwards or
/// (as an age in days) backwards.
fn columns_of_births(rows: &[RecordBatch], births: &BTreeMap<i64, i64>) -> Vec<String> {
    let mut distances: BTreeMap<(String, bool), BTreeMap<i64, BTreeSet<i64>>> = BTreeMap::new();
    for batch in rows {
        let Some(people) = batch.column_by_name("person_key") else {
            continue;
        };
        let people = people.as_primitive::<Int64Type>();
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            let Some(numbers) = numbers(column) else {
                continue;
            };
            for (person, number) in people.iter().zip(&numbers) {
                let (Some(person), Some(number)) = (person, number) else {
                    continue;
                };
                let Some(birth) = births.get(&person) else {
                    continue;
                };
                for (backwards, sign) in [(false, -1), (true, 1)] {
                    let distances = distances.entry((field.name().clone(), backwards));
                    let distance = number.wrapping_add(sign * birth);
                    let people = distances.or_default().entry(distance).or_default();
                    people.insert(person);
                }
            }
        }
    }
    let most = |people: &BTreeMap<i64, BTreeSet<i64>>| {
        let all: BTreeSet<_> = people.values().flatten().collect();
        let most = people.values().map(BTreeSet::len).max();
        all.len() >= 5 && most.is_some_and(|most| most * 2 > all.len())
    };
    let found = distances.into_iter().filter(|(_, people)| most(people));
    found.map(|((column, _), _)| column).collect()
}

#[test]
fn nothing_identifiable_is_left_anywhere() {
    let record = synth(120, 11, false);
    let identifiers = Identifiers::of(record.path());
    assert!(
        identifiers.words.len() > 5_000,
        "{}",
        identifiers.words.len()
    );
    assert!(
        identifiers.short_names.len() >= 8,
        "{:?}",
        identifiers.short_names
    );
    assert!(identifiers.days_of_birth().len() >= 90);
    let search = Search::new(&identifiers);
    let project = Project::over(record.path());
    let listener = HttpListener::answering(&[]);
    let notify = format!(
        "[notify.webhook]\nurl = \"{}\"\n[notify.textfile]\nfolder = \"told\"\n[notify.openlineage]\nfile = \"told/lineage.ndjson\"\n",
        listener.url
    );
    std::fs::create_dir(project.path("told")).unwrap();
    project.write_pipeline(&format!("{}{notify}", pipeline_over(record.path())));
    let output = project.run(&["nightly", "-vv"]);
    assert!(output.status.success());
    let posted = listener.posted();
    assert_eq!(posted.len(), 1);
    let mut places = vec![
        ("standard output".to_string(), output.stdout),
        ("standard error".to_string(), output.stderr),
    ];
    places.extend(
        posted
            .into_iter()
            .map(|one| ("webhook".to_string(), one.body)),
    );
    for folder in ["lake", "releases", "tmp", "told"] {
        for (name, bytes) in files_below(&project.path(folder)) {
            places.push((format!("{folder}/{name}"), bytes));
        }
    }
    let mut people = BTreeSet::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut looked = 0;
    for (place, bytes) in places {
        let opened = Opened::new(&place, &bytes);
        let found = search.found(&opened, &bytes);
        assert!(found.is_empty(), "{place} holds {}", found.join(", "));
        looked += opened.text.len();
        let ending = place.rsplit_once('.').map_or("", |(_, ending)| ending);
        *kinds.entry(ending.to_string()).or_default() += 1;
        for batch in &opened.rows {
            let keys = batch.column_by_name("person_key");
            let keys = keys.map(|keys| keys.as_primitive::<Int64Type>().iter().flatten());
            people.extend(keys.into_iter().flatten());
        }
    }
    // The search saw what it is meant to see: every file is opened, and people are known again.
    assert!(looked > 1_000_000, "{looked}");
    assert!(kinds["parquet"] >= 50 && kinds["xlsx"] == 2, "{kinds:?}");
    assert_eq!((kinds["prom"], kinds["ndjson"]), (1, 1), "{kinds:?}");
    let known = people.iter().filter(|key| search.births.contains_key(key));
    assert!(known.count() >= 100);
}

/// Dates of tables with a row for each person: months, or the moment of an update.
#[test]
fn no_date_of_a_person_table_is_a_day_of_birth() {
    let record = synth(120, 11, false);
    let identifiers = Identifiers::of(record.path());
    let births: BTreeSet<i64> = identifiers
        .births
        .values()
        .map(|d| since_1970(*d))
        .collect();
    let project = Project::over(record.path());
    project.ok(&["nightly", "-q"]);
    let mut columns = BTreeSet::new();
    for (name, bytes) in files_below(&project.path("lake")) {
        if !name.ends_with(".parquet") {
            continue;
        }
        for batch in Opened::new(&name, &bytes).rows {
            let schema = batch.schema();
            let table = name.split("/part").next().unwrap_or_default();
            if schema.column_with_name("birth_month").is_none() {
                continue;
            }
            for (field, column) in schema.fields().iter().zip(batch.columns()) {
                if !field.data_type().is_temporal() || field.name() == "updated" {
                    continue;
                }
                columns.insert(format!("{table} {}", field.name()));
                for day in numbers(column).unwrap().iter().flatten() {
                    let day_of_month = (NaiveDate::default() + chrono::TimeDelta::days(day)).day();
                    let is_birth = births.contains(&day) && day_of_month != 1;
                    assert!(!is_birth, "{name} {}", field.name());
                    if field.name() == "birth_month" {
                        assert_eq!(day_of_month, 1, "{name}");
                    }
                }
            }
        }
    }
    assert!(columns.len() >= 6, "{columns:?}");
}

/// The search finds each kind of thing that it looks for: without this it could find nothing because
/// it cannot.
#[test]
fn the_search_finds_what_it_looks_for() {
    use arrow::array::{ArrayRef, Date32Array, StringArray, TimestampMicrosecondArray};
    use std::sync::Arc;
    let record = synth(60, 11, false);
    let identifiers = Identifiers::of(record.path());
    let search = Search::new(&identifiers);
    let clean = search.found(&Opened::new("x.txt", b"Nothing of 2026-09-30."), b"");
    assert_eq!(clean, [""; 0]);
    let day = *identifiers.days_of_birth().first().unwrap();
    for form in FORMS {
        let said = format!("born {}T00:00, of course", day.format(form));
        let found = search.found(&Opened::new("x.txt", said.as_bytes()), b"");
        assert_eq!(found, ["1 dates of birth"], "{form}");
    }
    let family = "Ahmed";
    for said in [family.to_string(), family.to_uppercase()] {
        let found = search.found(&Opened::new("x.txt", said.as_bytes()), b"");
        assert_eq!(found, ["1 identifiers"], "{said}");
    }
    let given = identifiers.short_names.first().unwrap();
    let said = format!("<td>{given}</td>");
    let found = search.found(&Opened::new("x.txt", said.as_bytes()), b"");
    assert_eq!(found, ["1 short given names"]);

    // A workbook, in a cell, as a date and in what no sheet shows.
    let workbook = |write: &dyn Fn(&mut rust_xlsxwriter::Workbook)| {
        let mut book = rust_xlsxwriter::Workbook::new();
        write(&mut book);
        let bytes = book.save_to_buffer().unwrap();
        search.found(&Opened::new("x.xlsx", &bytes), &bytes)
    };
    let in_a_cell = workbook(&|book| {
        book.add_worksheet().write(3, 4, family).unwrap();
    });
    assert_eq!(in_a_cell, ["1 identifiers"]);
    let as_a_date = workbook(&|book| {
        let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        let moment = rust_xlsxwriter::ExcelDateTime::parse_from_str(&day.to_string()).unwrap();
        let sheet = book.add_worksheet();
        sheet.write_with_format(0, 0, &moment, &format).unwrap();
    });
    assert_eq!(as_a_date, ["1 dates of birth"]);
    let not_shown = workbook(&|book| {
        book.add_worksheet();
        book.set_properties(&rust_xlsxwriter::DocProperties::new().set_author(family));
    });
    assert_eq!(not_shown, ["1 identifiers"]);

    // Parquet, as text, date, moment, number of that form, days since 1970 and age in days.
    let people: Vec<i64> = search.births.keys().copied().collect();
    let births: Vec<i64> = search.births.values().copied().collect();
    let days = || births.iter().map(|day| i32::try_from(*day).unwrap());
    let written = |form: &str| {
        let days = identifiers.births.iter();
        let by_key: BTreeMap<i64, String> = days
            .map(|(number, day)| (person_key(number), day.format(form).to_string()))
            .collect();
        by_key.into_values()
    };
    let moments = births
        .iter()
        .map(|day| day * 86_400_000_000 + 3_600_000_000);
    let columns: [(&str, ArrayRef); 6] = [
        (
            "text",
            Arc::new(StringArray::from_iter_values(written("%Y-%m-%d"))),
        ),
        ("date", Arc::new(Date32Array::from_iter_values(days()))),
        (
            "moment",
            Arc::new(TimestampMicrosecondArray::from_iter_values(moments)),
        ),
        (
            "number",
            Arc::new(Int64Array::from_iter_values(
                written("%Y%m%d").map(|day| day.parse::<i64>().unwrap()),
            )),
        ),
        (
            "since",
            Arc::new(arrow::array::Int32Array::from_iter_values(days())),
        ),
        (
            "age",
            Arc::new(Int64Array::from_iter_values(
                births.iter().map(|day| 20_726 - day),
            )),
        ),
    ];
    for (name, column) in columns {
        let keys: ArrayRef = Arc::new(Int64Array::from(people.clone()));
        let batch = RecordBatch::try_from_iter([("person_key", keys), (name, column)]).unwrap();
        let mut bytes = Vec::new();
        let mut writer =
            parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let found = search
            .found(&Opened::new("x.parquet", &bytes), b"")
            .join(", ");
        let expected = match name {
            "text" | "number" => "dates of birth".to_string(),
            name => format!("dates of birth in the column {name}"),
        };
        assert!(found.contains(&expected), "{name}: {found}");
    }
}
