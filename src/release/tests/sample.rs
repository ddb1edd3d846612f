//! Made-up results of the SQL of the project's own reports.

use crate::release::proof::Lists;
use crate::release::{About, InputUsed, ModelUsed, ReportFile, TableData};
use arrow::array::{ArrayRef, AsArray, Date32Array, Int64Array, StringArray};
use arrow::record_batch::RecordBatch;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// One column of a result.
pub(crate) enum SampleColumn {
    Text(Vec<String>),
    Count(Vec<i64>),
    Date(Vec<i32>),
}

pub(crate) fn data(columns: Vec<(&str, SampleColumn)>) -> TableData {
    let arrays = columns.into_iter().map(|(name, column)| {
        let array: ArrayRef = match column {
            SampleColumn::Text(values) => Arc::new(StringArray::from(values)),
            SampleColumn::Count(values) => Arc::new(Int64Array::from(values)),
            SampleColumn::Date(values) => Arc::new(Date32Array::from(values)),
        };
        (name.to_owned(), array)
    });
    let batch = RecordBatch::try_from_iter(arrays).unwrap();
    TableData {
        lists: lists(&batch),
        batches: vec![batch],
        ..TableData::default()
    }
}

/// Every value that is there, as if it were in the dimension's list.
pub(crate) fn lists(batch: &RecordBatch) -> Lists {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    let texts = |column: &ArrayRef| {
        let text = arrow::compute::cast(column, &arrow::datatypes::DataType::Utf8).unwrap();
        let text = text.as_string::<i32>().iter().flatten();
        text.map(str::to_owned).collect()
    };
    columns
        .map(|(field, column)| (field.name().clone(), texts(column)))
        .collect()
}

/// Every pair of two dimensions, first-major.
fn pairs(first: &[String], second: &[&str]) -> (SampleColumn, SampleColumn) {
    let mut columns = (Vec::new(), Vec::new());
    for a in first {
        for b in second {
            columns.0.push(a.clone());
            columns.1.push((*b).to_owned());
        }
    }
    (SampleColumn::Text(columns.0), SampleColumn::Text(columns.1))
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Counts that cover zeros, suppressed and large ones, the same every time.
pub(crate) fn counts(size: usize, scale: u64) -> SampleColumn {
    let mut state = 7u64;
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let n = state >> 33;
        (if n.is_multiple_of(11) {
            0
        } else if n.is_multiple_of(5) {
            n % 9
        } else {
            n % scale
        }) as i64
    };
    SampleColumn::Count((0..size).map(next).collect())
}

pub(crate) const SETTINGS: [&str; 13] = [
    "General practice",
    "Emergency department",
    "Emergency admission",
    "Planned admission",
    "Maternity and other admission",
    "Outpatient",
    "Community",
    "Mental health",
    "Social care",
    "Pharmacy",
    "Dental",
    "Optometry",
    "Hospice",
];
const PLACES: [&str; 5] = [
    "Ashcombe",
    "Brackenford",
    "Carrow Vale",
    "Dunmere",
    "Eastwick & Moor",
];
const CONDITIONS: [&str; 12] = [
    "Hypertension",
    "Depression",
    "Asthma",
    "Diabetes",
    "Osteoarthritis",
    "Chronic kidney disease",
    "Ischaemic heart disease",
    "Dementia",
    "Epilepsy",
    "Learning disability",
    "Heart failure",
    "Frailty",
];

pub(crate) fn report(name: &str) -> ReportFile {
    let file = format!(
        "{}/pipelines/reports/{name}.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    ReportFile::read(Path::new(&file)).unwrap()
}

pub(crate) fn population_profile() -> BTreeMap<String, TableData> {
    let bands: Vec<String> = (0..18)
        .map(|b| format!("{} to {}", b * 5, b * 5 + 4))
        .chain(["90+".to_owned()])
        .collect();
    let sexes = ["Female", "Male", "Other or not known"];
    let (band, sex) = pairs(&bands, &sexes);
    let mut people = Vec::new();
    for b in 0..19i64 {
        let base = 900 - (b - 7) * (b - 7) * 7;
        people.extend([base.max(4) + b * 3, base.max(2), (b * 5) % 4]);
    }
    let by_age = [
        ("age_band", band),
        ("sex", sex),
        ("people", SampleColumn::Count(people)),
    ];
    let (place, group) = pairs(
        &names(&PLACES),
        &["0 to 14", "15 to 64", "65 to 84", "85 and over"],
    );
    let by_place = [
        ("place_name", place),
        ("age_group", group),
        ("people", counts(20, 3000)),
    ];
    let ethnic = names(&[
        "White",
        "Mixed",
        "Asian or Asian British",
        "Black or Black British",
        "Other Ethnic Groups",
        "Not known",
    ]);
    let by_ethnic = [
        ("ethnic_group", SampleColumn::Text(ethnic)),
        (
            "people",
            SampleColumn::Count(vec![15_313, 412, 1_888, 640, 6, 0]),
        ),
    ];
    let quintiles = names(&[
        "Quintile 1 (most deprived)",
        "Quintile 2",
        "Quintile 3",
        "Quintile 4",
        "Quintile 5 (least deprived)",
        "Not known",
    ]);
    let by_quintile = [
        ("quintile", SampleColumn::Text(quintiles)),
        (
            "people",
            SampleColumn::Count(vec![4012, 3891, 3555, 3411, 3388, 2]),
        ),
    ];
    let with = SampleColumn::Count(vec![
        2777, 1790, 1301, 1208, 1633, 702, 560, 222, 131, 88, 5, 0,
    ]);
    let conditions = [
        ("condition_name", SampleColumn::Text(names(&CONDITIONS))),
        ("people_with_condition", with),
        ("population", SampleColumn::Count(vec![18_259; 12])),
    ];
    BTreeMap::from([
        ("by_age_and_sex".to_owned(), data(by_age.into())),
        ("by_place_and_age".to_owned(), data(by_place.into())),
        ("by_ethnic_group".to_owned(), data(by_ethnic.into())),
        ("by_deprivation".to_owned(), data(by_quintile.into())),
        ("conditions".to_owned(), data(conditions.into())),
    ])
}

pub(crate) fn use_of_services() -> BTreeMap<String, TableData> {
    let first = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
    let mut months = (Vec::new(), Vec::new(), Vec::new());
    for m in 0..24u32 {
        let date =
            NaiveDate::from_ymd_opt(2024 + (3 + m as i32) / 12, (3 + m) % 12 + 1, 1).unwrap();
        for (s, setting) in SETTINGS.iter().enumerate() {
            months.0.push((date - first).num_days() as i32);
            months.1.push((*setting).to_owned());
            let season = 100 + 12 * i64::from(m % 12 > 6) + i64::from(m * 7 % 9);
            months.2.push(
                [42, 6, 2, 3, 1, 9, 8, 4, 3, 5, 4, 2, 0][s] * season
                    + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1][s] * i64::from(m * 5 % 14),
            );
        }
    }
    let by_month = [
        ("month", SampleColumn::Date(months.0)),
        ("setting", SampleColumn::Text(months.1)),
        ("contacts", SampleColumn::Count(months.2)),
    ];
    let by_setting = [
        ("setting", SampleColumn::Text(names(&SETTINGS))),
        ("contacts", counts(13, 90_000)),
    ];
    let (place, year) = pairs(&names(&PLACES), &["2024/25", "2025/26"]);
    let admissions = [
        ("place_name", place),
        ("financial_year", year),
        (
            "admissions",
            SampleColumn::Count(vec![410, 432, 388, 371, 3, 6, 240, 251, 0, 12]),
        ),
        (
            "people",
            SampleColumn::Count(vec![4100, 4120, 3500, 3510, 160, 163, 2900, 2910, 88, 91]),
        ),
    ];
    let (setting, place) = pairs(&names(&SETTINGS), &PLACES);
    let by_place = [
        ("setting", setting),
        ("place_name", place),
        ("contacts", counts(65, 20_000)),
    ];
    BTreeMap::from([
        ("contacts_by_month".to_owned(), data(by_month.into())),
        ("contacts_by_setting".to_owned(), data(by_setting.into())),
        ("emergency_admissions".to_owned(), data(admissions.into())),
        ("contacts_by_place".to_owned(), data(by_place.into())),
    ])
}

pub(crate) fn about() -> About {
    About {
        as_of: NaiveDate::from_ymd_opt(2026, 3, 31).unwrap(),
        publisher: crate::pipeline::PublisherSettings::default(),
        parameters: BTreeMap::from([("as_of".to_owned(), "2026-03-31".to_owned())]),
        program_version: "0.1.0".to_owned(),
        models: vec![ModelUsed {
            name: "marts.population_profile".to_owned(),
            description: "People registered and alive at the as-of date.".to_owned(),
            fingerprint: "c0ffee".repeat(10),
            sql_sha256: "ab".repeat(32),
        }],
        inputs: vec![InputUsed {
            published: None,
            table: "record.patient".to_owned(),
            version: "12".to_owned(),
        }],
        code_lists: Vec::new(),
    }
}
