//! Exports that hold everything: what the server no longer has is gone.

use super::export::Export;
use super::record::served;
use super::server::Server;
use crate::cases::csv_sender::nhs_number;
use crate::project::{NO_POSTCODES, Project, pipeline};

fn patients(people: std::ops::Range<u32>) -> Vec<u8> {
    let line = |n: u32| {
        let number = nhs_number(n);
        format!(
            r#"{{"resourceType":"Patient","id":"p{n}","meta":{{"lastUpdated":"2026-08-01T00:00:00Z"}},"identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{number}"}}],"gender":"female"}}"#
        ) + "\n"
    };
    people.map(line).collect::<String>().into_bytes()
}

#[test]
fn what_a_full_export_does_not_have_is_gone() {
    let server = Server::start(Export::good(vec![served("Patient", patients(0..20))]));
    let project = Project::empty();
    let source = format!(
        "[sources.record]\nkind = \"fhir-bulk\"\nurl = \"{}\"\naccept_test_numbers = true\nextract = \"full\"\nlongest_wait_seconds = 0.1\n",
        server.url()
    );
    project.write_pipeline(&pipeline(NO_POSTCODES, &source));
    project.ok(&["pull"]);
    server.change(|export| {
        export.files = vec![served("Patient", patients(2..20))];
        export.transaction_time = "2026-10-02T02:00:00.000Z".to_string();
    });
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["gone_rows"]["record"]["record.patient"], 2);
    assert_eq!(project.number("select count(*) from record.patient"), 18);
    // Everything is asked for each time.
    for asked in server.asked("GET", "/fhir/$export") {
        assert!(!asked.target.contains("_since"), "{}", asked.target);
    }
    // An export that is cut is refused, and asked for anew the next time.
    server.change(|export| {
        export.files = vec![served("Patient", patients(2..12))];
        export.transaction_time = "2026-10-03T02:00:00.000Z".to_string();
    });
    let error = project.fails(1, &["pull"]);
    assert!(
        error.contains("8 of the 18 rows of record.patient"),
        "{error}"
    );
    assert_eq!(project.number("select count(*) from record.patient"), 18);
    project.ok(&["pull", "--confirm-gone", "record.patient=8"]);
    assert_eq!(project.number("select count(*) from record.patient"), 10);
}
