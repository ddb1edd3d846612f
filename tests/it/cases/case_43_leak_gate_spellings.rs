//! Identifiers typed into coded fields, numbers and names of files.

use super::people::{FHIR, number, patient, write};
use crate::project::{NO_POSTCODES, Project, files_below, pipeline, text};
use serde_json::json;

fn project() -> Project {
    let project = Project::empty();
    project.write_pipeline(&pipeline(NO_POSTCODES, FHIR));
    write(
        &project,
        "fhir/Patient.ndjson",
        &[patient("p1", &number(1), "ZW1 1AA")],
    );
    project
}

#[test]
fn case_43_an_identifier_in_a_coded_field_stops_the_pull() {
    let project = project();
    for (typed, kind) in [
        ("ZW1  1AA", "a postcode"),
        ("ZW1\u{a0}1AA", "a postcode"),
        ("ZW1-1AA", "a postcode"),
        ("atZW1 1AA", "a postcode"),
        ("NHS 943.476.5919", "an NHS number"),
        ("943\u{2009}476\u{2009}5919", "an NHS number"),
        ("943/476/5919 F", "an NHS number"),
        ("９４３４７６５９１９", "an NHS number"),
        ("943476\u{200b}5919", "an NHS number"),
        ("ward 7 9434765919", "an NHS number"),
        ("+44 (0)113 496 0000", "a telephone number"),
        ("0044.7700.900123", "a telephone number"),
        ("(0113) 4960000", "a telephone number"),
        ("zoë @ exämple.org", "an e-mail address"),
        ("jo [at] example [dot] org", "an e-mail address"),
    ] {
        let flag = json!({
            "resourceType": "Flag", "id": "f1", "meta": {"lastUpdated": "2026-09-01T02:00:00Z"},
            "status": "active", "subject": {"reference": "Patient/p1"},
            "code": {"coding": [{"code": typed}]}
        });
        write(&project, "fhir/Flag.ndjson", &[flag]);
        let error = project.fails(3, &["pull"]);
        let says =
            format!("the leak gate found what looks like {kind} in column code of record.flag");
        assert!(error.contains(&says), "{typed}: {error}");
        assert!(!error.contains(typed), "{error}");
    }
    // A code of SNOMED CT is none.
    let flag = json!({
        "resourceType": "Flag", "id": "f1", "meta": {"lastUpdated": "2026-09-01T02:00:00Z"},
        "status": "active", "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"code": "1052681000000105"}]}
    });
    write(&project, "fhir/Flag.ndjson", &[flag]);
    project.ok(&["pull", "-q"]);
}

#[test]
fn case_43_a_number_in_a_numeric_column_or_a_birth_date_in_a_clear_one_stops_the_pull() {
    let project = Project::empty();
    let source = "[sources.stays]\nkind = \"csv-folder\"\nurl = \"csv\"\ncolumns = \"columns\"\naccept_test_numbers = true\n";
    project.write_pipeline(&pipeline(NO_POSTCODES, source));
    let columns = r#"
table = "stay"
description = "Stays"
files = "stay*.csv"
key = ["stay_id"]
person = "nhs_number"
updated = "updated"

[columns]
birth_month = { from = "date_of_birth", type = "date", privacy = "month", description = "Month of birth" }
cost        = { type = "decimal", description = "Cost" }
weight      = { type = "integer", description = "Weight" }
seen        = { type = "date", description = "Day" }
reason_code   = { type = "code", description = "A code" }
"#;
    std::fs::create_dir_all(project.path("columns")).unwrap();
    std::fs::create_dir_all(project.path("csv")).unwrap();
    std::fs::write(project.path("columns/stay.toml"), columns).unwrap();
    let write = |cell: &dyn Fn(usize) -> [String; 4]| {
        let rows = (0..6).map(|at| {
            let born = format!("196{at}-04-12");
            let [cost, weight, seen, code] = cell(at);
            format!(
                "{at},{},{born},{cost},{weight},{seen},{code},2026-07-05T02:05:00\n",
                number(at)
            )
        });
        let header = "stay_id,nhs_number,date_of_birth,cost,weight,seen,reason_code,updated\n";
        std::fs::write(
            project.path("csv/stay.csv"),
            header.to_string() + &rows.collect::<String>(),
        )
        .unwrap();
    };
    let day = |at: usize| format!("2026-06-1{at}");
    let plain = |at: usize| ["729.50".to_string(), "70".into(), day(at), "A1".into()];
    for (column, kind, value) in [
        (0, "an NHS number in column cost", "9434765919.00"),
        (0, "an NHS number in column cost", "9434765919"),
        (1, "an NHS number in column weight", "9434765919"),
        (1, "a telephone number in column weight", "447700900123"),
        (3, "the date of birth in column reason_code", "12/04/1963"),
    ] {
        write(&|at| {
            let mut cells = plain(at);
            if at == 3 {
                cells[column] = value.to_string();
            }
            cells
        });
        let error = project.fails(3, &["pull"]);
        assert!(
            error.contains(&format!("the leak gate found what looks like {kind}")),
            "{error}"
        );
        assert!(!error.contains(value), "{error}");
    }
    write(&|at| {
        let mut cells = plain(at);
        cells[2] = format!("196{at}-04-12");
        cells
    });
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("the date of birth in column seen"),
        "{error}"
    );
    write(&plain);
    project.ok(&["pull", "-q"]);
    assert_eq!(project.number("select count(*) from record.stay"), 6);
}

#[test]
fn case_43_the_name_of_a_file_is_stored_and_shown_without_the_identifier_in_it() {
    let project = project();
    let (one, two) = ("943 476 5919", "4010232137");
    write(
        &project,
        &format!("fhir/{one}/Patient.ndjson"),
        &[patient("p2", &number(2), "ZW1 1AA")],
    );
    write(
        &project,
        &format!("fhir/{two}.ndjson"),
        &[patient("p3", &number(3), "ZW1 1AA")],
    );
    std::fs::write(project.path(&format!("fhir/{two}.ndjson")), "{\n").unwrap();
    std::fs::write(project.path(&format!("fhir/{two}.pdf")), "").unwrap();
    let refused = project.fails(3, &["pull"]);
    std::fs::write(
        project.path(&format!("fhir/{two}.ndjson")),
        format!("{}\n", patient("p3", &number(3), "ZW1 1AA")),
    )
    .unwrap();
    let output = project.run(&["pull", "-v", "--json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut all = refused + &text(&output.stdout) + &text(&output.stderr);
    assert_eq!(project.number("select count(*) from record.patient"), 3);
    // Each name stays one name: nothing is read again.
    assert_eq!(project.json(&["pull"])["files_known"], 3);
    for row in project.sql("select file from populace.extract") {
        all.push_str(&row[0]);
    }
    for (_, bytes) in files_below(&project.path("lake")) {
        all.push_str(&text(&bytes));
    }
    for name in [one, two] {
        assert!(!all.contains(name), "{name}");
    }
    assert!(all.contains("withheld-"), "{all}");
}
