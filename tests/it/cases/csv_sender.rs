//! A project whose only source is a folder of CSV files, and rows of hospital spells and attendances.

use crate::project::{NO_POSTCODES, Project, pipeline};
use std::fs;

/// The columns of `apc_spell.toml`, and some that nobody reads.
pub const SPELL: [&str; 28] = [
    "nhs_number",
    "nhs_number_status",
    "patient_name",
    "provider_code",
    "site_code",
    "spell_id",
    "admission_date",
    "admission_method",
    "admission_source",
    "patient_classification",
    "discharge_date",
    "discharge_method",
    "discharge_destination",
    "main_specialty",
    "treatment_function",
    "diag_01",
    "diag_02",
    "diag_03",
    "diag_04",
    "diag_05",
    "diag_06",
    "proc_01",
    "proc_02",
    "proc_03",
    "hrg",
    "tariff_cost",
    "episode_count",
    "extract_datetime",
];

/// The columns that stand after those of [`SPELL`].
const REST: [&str; 2] = ["gp_practice", "postcode"];

/// An NHS number of the test range.
pub fn nhs_number(person: u32) -> String {
    let digits = format!("999{:06}", person * 7);
    let sum: u32 = (0u32..)
        .zip(digits.bytes())
        .map(|(at, d)| (10 - at) * u32::from(d - b'0'))
        .sum();
    match (11 - sum % 11) % 11 {
        10 => nhs_number(person + 1000),
        check => format!("{digits}{check}"),
    }
}

/// A spell as a list of values, with some of them set.
pub fn spell(person: u32, set: &[(&str, &str)]) -> Vec<String> {
    let (number, id) = (nhs_number(person), format!("S{person}"));
    let usual = [
        ("nhs_number", number.as_str()),
        ("nhs_number_status", "01"),
        ("provider_code", "RZ1"),
        ("spell_id", &id),
        ("admission_date", "2026-06-20"),
        ("admission_method", "21"),
        ("patient_classification", "1"),
        ("discharge_date", "2026-06-22"),
        ("diag_01", "E119"),
        ("tariff_cost", "729.00"),
        ("episode_count", "1"),
        ("extract_datetime", "2026-07-05T02:05:00"),
    ];
    let value = |name: &&str| {
        let of = |(own, _): &&(&str, &str)| own == name;
        let found = set.iter().find(of).or(usual.iter().find(of));
        found.map_or("", |(_, value)| value).to_string()
    };
    columns().iter().map(value).collect()
}

/// All columns of a file of spells.
pub fn columns() -> Vec<&'static str> {
    SPELL.into_iter().chain(REST).collect()
}

/// A file of spells: a header and rows, separated by commas.
pub fn file(rows: &[Vec<String>]) -> String {
    let mut text = columns().join(",");
    for row in rows {
        text.push('\n');
        text.push_str(&row.join(","));
    }
    text.push('\n');
    text
}

/// A project with these files in its one source, which takes `settings`.
pub fn project(settings: &str, files: &[(&str, &[u8])]) -> Project {
    let project = Project::empty();
    fs::create_dir(project.path("in")).unwrap();
    for (name, bytes) in files {
        fs::write(project.path("in").join(name), bytes).unwrap();
    }
    let source = format!(
        "[sources.extracts]\nkind = \"csv-folder\"\nurl = \"in\"\naccept_test_numbers = true\n{settings}\n"
    );
    project.write_pipeline(&pipeline(NO_POSTCODES, &source));
    project
}

/// The values of some columns of all spells, by spell.
pub fn spells(project: &Project, columns: &str) -> Vec<Vec<String>> {
    project.sql(&format!(
        "select {columns} from record.apc_spell order by record_key"
    ))
}
