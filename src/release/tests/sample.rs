//! Made-up counts of the project's own reports.

use crate::disclosure::attacker::Effort;
use crate::disclosure::protect::protect;
use crate::disclosure::system::{CountOf, Equation, NodeId, TrueFigures, TrueNode};
use crate::disclosure::{Scheme, TrueCount};
use crate::error::Result;
use crate::release::boundaries::BoundarySet;
use crate::release::counted::{CellFigures, PlacedFigure, TablePlace};
use crate::release::dimension::NOT_KNOWN;
use crate::release::manifest::FileOptions;
use crate::release::projection::PopulationProjection;
use crate::release::proof::{Lists, texts};
use crate::release::render::RenderedFrom;
use crate::release::rendered::Rendered;
use crate::release::report_file::ReportTable;
use crate::release::table_data::TableData;
use crate::release::{About, InputUsed, ModelUsed, ReportFile};
use arrow::array::{ArrayRef, AsArray, Date32Array, StringArray};
use arrow::record_batch::RecordBatch;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

/// The files of a report of all, of which readers have none.
pub(crate) fn render(
    report: &ReportFile,
    data: &BTreeMap<String, TableData>,
    scheme: &Scheme,
    about: &About,
    options: &FileOptions,
) -> Result<Rendered> {
    let from = RenderedFrom {
        report,
        of_report: &report.name,
        data,
        scheme,
        about,
        options,
        whole: &[],
        areas: &[],
        before: None,
        boundaries: &BoundarySet::default(),
        population: &PopulationProjection::default(),
    };
    from.all()
}

/// One column of a result.
pub(crate) enum SampleColumn {
    Text(Vec<String>),
    Count(Vec<i64>),
    Date(Vec<i32>),
}

/// The cells of a table with the figures of `hes2018`: a count for each combination of the others.
pub(crate) fn data(columns: Vec<(&str, SampleColumn)>) -> TableData {
    under(&Scheme::Hes2018, columns)
}

/// The same under another scheme.
pub(crate) fn under(scheme: &Scheme, columns: Vec<(&str, SampleColumn)>) -> TableData {
    let (mut dimensions, mut counts): (Vec<(String, ArrayRef)>, _) = (Vec::new(), Vec::new());
    for (name, column) in columns {
        match column {
            SampleColumn::Count(values) => counts.push((name, values)),
            SampleColumn::Text(values) => {
                dimensions.push((name.to_owned(), Arc::new(StringArray::from(values))));
            }
            SampleColumn::Date(values) => {
                dimensions.push((name.to_owned(), Arc::new(Date32Array::from(values))));
            }
        }
    }
    let batch = RecordBatch::try_from_iter(dimensions).unwrap();
    counted(scheme, batch, counts)
}

/// The cells of a table that nobody is in.
pub(crate) fn nobody(table: &ReportTable) -> TableData {
    let dimensions = table.dimensions();
    let counts = table
        .counts()
        .map(|(name, _)| (name, SampleColumn::Count(Vec::new())));
    let columns = dimensions.map(|name| (name, SampleColumn::Text(Vec::new())));
    data(columns.chain(counts).collect())
}

/// The cells of the combinations in `batch`, with the figures of their counts and all totals.
pub(crate) fn counted(
    scheme: &Scheme,
    batch: RecordBatch,
    counts: Vec<(&str, Vec<i64>)>,
) -> TableData {
    let dimensions: Vec<Vec<String>> = (0..batch.num_columns())
        .map(|at| texts(&batch, at).unwrap().into_iter())
        .map(|values| {
            values
                .map(|v| v.unwrap_or_else(|| NOT_KNOWN.to_owned()))
                .collect()
        })
        .collect();
    let of =
        |(name, counts): (&str, Vec<i64>)| (name.to_owned(), placed(scheme, &dimensions, &counts));
    TableData {
        figures: CellFigures::new(counts.into_iter().map(of).collect(), false, 0),
        lists: Arc::new(lists(&batch)),
        across: across(&batch),
        batches: vec![batch],
        ..TableData::default()
    }
}

/// The values of the last dimension, each where it is first.
pub(crate) fn across(batch: &RecordBatch) -> Vec<String> {
    let mut across: Vec<String> = Vec::new();
    let values = texts(batch, batch.num_columns().saturating_sub(1)).unwrap();
    for value in values {
        let value = value.unwrap_or_else(|| NOT_KNOWN.to_owned());
        if !across.contains(&value) {
            across.push(value);
        }
    }
    across
}

/// The figures of all places of a table, with its totals, chosen together.
fn placed(
    scheme: &Scheme,
    dimensions: &[Vec<String>],
    counts: &[i64],
) -> HashMap<TablePlace, PlacedFigure> {
    let mut places: Vec<TablePlace> = vec![Vec::new()];
    for values in dimensions {
        let different: BTreeSet<&String> = values.iter().collect();
        let values = || different.iter().map(|v| Some((*v).clone())).chain([None]);
        let longer = |place: &TablePlace| {
            let place = place.clone();
            values().map(move |v| place.iter().cloned().chain([v]).collect())
        };
        places = places.iter().flat_map(longer).collect();
    }
    let node = |(at, place): (usize, &TablePlace)| {
        let is_in = |row: &usize| {
            let mut values = place.iter().zip(dimensions);
            values.all(|(v, column)| v.as_ref().is_none_or(|v| *v == column[*row]))
        };
        let count: i64 = (0..counts.len()).filter(is_in).map(|row| counts[row]).sum();
        let people = TrueCount::new(count.try_into().unwrap());
        TrueNode {
            count: people,
            people,
            counted: CountOf::People,
            contributors: None,
            key: (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            shown: true,
            stands: None,
            worth: count as f64,
        }
    };
    let figures = TrueFigures {
        nodes: places.iter().enumerate().map(node).collect(),
        equations: equations(&places),
    };
    let protected = protect(scheme, &figures, &Effort::default()).unwrap();
    let placed = places.into_iter().zip(protected.released);
    placed
        .map(|(place, figure)| {
            (
                place,
                PlacedFigure {
                    figure,
                    since: None,
                },
            )
        })
        .collect()
}

/// Each total and its parts, dimension by dimension.
fn equations(places: &[TablePlace]) -> Vec<Equation> {
    let id = |at: usize| NodeId(at.try_into().unwrap());
    let mut parts: BTreeMap<usize, BTreeMap<usize, Vec<NodeId>>> = BTreeMap::new();
    let known: HashMap<&TablePlace, usize> = places.iter().zip(0..).collect();
    for (at, place) in places.iter().enumerate() {
        for dimension in (0..place.len()).filter(|d| place[*d].is_some()) {
            let mut total = place.clone();
            total[dimension] = None;
            let of_dimension = parts.entry(dimension).or_default();
            of_dimension.entry(known[&total]).or_default().push(id(at));
        }
    }
    let all = parts.into_values().flatten();
    all.map(|(total, parts)| Equation {
        total: id(total),
        parts,
    })
    .collect()
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
    let kinds = ["Elective ordinary", "Day case", "Emergency", "Maternity"];
    let stays = [
        ("point_of_delivery", SampleColumn::Text(names(&kinds))),
        ("spells", SampleColumn::Count(vec![212, 640, 415, 31])),
        ("nights", SampleColumn::Count(vec![689, 0, 3_402, 74])),
    ];
    BTreeMap::from([
        ("contacts_by_month".to_owned(), data(by_month.into())),
        ("contacts_by_setting".to_owned(), data(by_setting.into())),
        ("emergency_admissions".to_owned(), data(admissions.into())),
        ("contacts_by_place".to_owned(), data(by_place.into())),
        ("length_of_stay".to_owned(), data(stays.into())),
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
