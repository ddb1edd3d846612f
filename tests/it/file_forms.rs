//! Files of FHIR resources in the forms in which they are saved: arrays, documents one behind the other,
//! UTF-16; ids and references as some servers write them.

use crate::cases::people::{FHIR, number, patient};
use crate::project::{NO_POSTCODES, Project, pipeline};
use serde_json::{Value, json};
use std::fs;

fn observation(id: &str, patient: &str) -> Value {
    json!({
        "resourceType": "Observation", "id": id, "meta": {"lastUpdated": "2026-09-01T02:00:00Z"},
        "status": "final", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "27113001"}]},
        "subject": {"reference": patient}, "effectiveDateTime": "2026-06-01T10:00:00Z",
        "valueQuantity": {"value": 80}
    })
}

/// A project over files of the source.
fn project(files: &[(&str, Vec<u8>)]) -> Project {
    let project = Project::empty();
    // Of a few lines one is a large share.
    let source = format!("{FHIR}reject_threshold = 1.0\n");
    project.write_pipeline(&pipeline(NO_POSTCODES, &source));
    fs::create_dir(project.path("fhir")).unwrap();
    for (name, bytes) in files {
        fs::write(project.path("fhir").join(name), bytes).unwrap();
    }
    project.ok(&["pull"]);
    project
}

/// Rejected lines, people, Observations, and those among them that found their person.
fn counts(project: &Project) -> [i64; 4] {
    [
        project.number("select count(*) from populace.reject"),
        project.number("select count(*) from record.patient"),
        project.number("select count(*) from record.observation"),
        project.number("select count(person_key) from record.observation"),
    ]
}

#[test]
fn documents_are_read_however_they_stand_in_a_file() {
    let people = [0, 1].map(|at| patient(&format!("p{at}"), &number(at), "ZW1 1AA"));
    let results = [
        observation("o0", "Patient/p0"),
        observation("o1", "Patient/p1"),
    ];
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let array = |all: &[Value]| Value::from(all.to_vec());
    let utf_16 = |text: &str, mark: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let text = [mark, text].concat();
        text.encode_utf16().flat_map(bytes).collect()
    };
    let lines = |all: &[Value]| {
        all.iter()
            .map(|one| format!("{one}\r\n"))
            .collect::<String>()
    };
    let forms: [(&str, &str, Vec<u8>, Vec<u8>); 6] = [
        (
            "an array in one line",
            "json",
            array(&people).to_string().into(),
            array(&results).to_string().into(),
        ),
        (
            "an array over many lines",
            "json",
            pretty(&array(&people)).into(),
            format!("\u{feff}{}\n", pretty(&array(&results))).into(),
        ),
        (
            "documents one behind the other",
            "JSON",
            people
                .iter()
                .map(pretty)
                .collect::<Vec<_>>()
                .join("\n")
                .into(),
            results
                .iter()
                .map(pretty)
                .collect::<Vec<_>>()
                .join("\r\n\r\n")
                .into(),
        ),
        (
            "an array in a file of lines",
            "ndjson",
            array(&people).to_string().into(),
            lines(&results).into(),
        ),
        (
            "UTF-16 with a mark",
            "ndjson",
            utf_16(&lines(&people), "\u{feff}", u16::to_le_bytes),
            utf_16(&lines(&results), "\u{feff}", u16::to_be_bytes),
        ),
        (
            "UTF-16 without a mark, over many lines",
            "json",
            utf_16(&pretty(&array(&people)), "", u16::to_le_bytes),
            utf_16(&pretty(&array(&results)), "", u16::to_be_bytes),
        ),
    ];
    for (form, ending, people, results) in forms {
        let files = [
            (format!("Patient.{ending}"), people),
            (format!("Observation.{ending}"), results),
        ];
        let files = files
            .each_ref()
            .map(|(name, bytes)| (name.as_str(), bytes.clone()));
        assert_eq!(counts(&project(&files)), [0, 2, 2, 2], "{form}");
    }
}

#[test]
fn an_array_that_is_cut_off_between_documents_is_said() {
    let person = patient("p", &number(0), "ZW1 1AA");
    for end in [",\n", ""] {
        let cut = format!("[{}{end}", observation("o", "Patient/p"));
        let project = project(&[
            ("Patient.ndjson", format!("{person}\n").into()),
            ("Observation.json", cut.into()),
        ]);
        assert_eq!(counts(&project), [1, 1, 1, 1]);
        assert_eq!(
            project.sql("select line, reason from populace.reject"),
            [["2", "not-json"]]
        );
        // It is not read again.
        project.ok(&["pull"]);
        assert_eq!(counts(&project), [1, 1, 1, 1]);
    }
}

#[test]
fn ids_without_quotes_and_references_with_parameters_name_their_records() {
    let mut person = patient("p", &number(0), "ZW1 1AA");
    person["id"] = json!(1740);
    let mut numbered = observation("", "Patient/1740");
    numbered["id"] = json!(5);
    let broken = {
        let mut broken = observation("", "Patient/1740");
        broken["id"] = json!(5.5);
        broken
    };
    let results = [
        numbered,
        observation("o1", "Patient/1740?_format=json"),
        observation(
            "o2",
            "https://fhir.example/r4/Patient/1740/_history/3?_pretty=true",
        ),
        // Another record, and a search, are not it.
        observation("o3", "Patient/174?_format=json"),
        observation("o4", "Patient?_id=1740"),
        broken,
    ];
    let lines = results.map(|one| format!("{one}\n")).concat();
    let project = project(&[
        ("Patient.ndjson", format!("{person}\n").into()),
        ("Observation.ndjson", lines.into()),
    ]);
    assert_eq!(counts(&project), [1, 1, 5, 3]);
    assert_eq!(
        project.sql("select line, reason from populace.reject"),
        [["6", "no-id"]]
    );
}
