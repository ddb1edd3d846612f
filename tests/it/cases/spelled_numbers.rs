//! NHS numbers as keys, in the spellings of spreadsheets and people.

use super::people::{CSV, FHIR, number, patient, write};
use crate::project::{NO_POSTCODES, Project, pipeline};

const HEADER: &str = "nhs_number,nhs_number_status,provider_code,spell_id,admission_date,tariff_cost,extract_datetime,postcode,gp_practice,site_code,admission_method,admission_source,patient_classification,discharge_date,discharge_method,discharge_destination,main_specialty,treatment_function,diag_01,diag_02,diag_03,diag_04,diag_05,diag_06,proc_01,proc_02,proc_03,hrg,episode_count\n";

#[test]
fn a_number_in_another_spelling_links_its_row() {
    let project = Project::empty();
    project.write_pipeline(&pipeline(NO_POSTCODES, &format!("{FHIR}{CSV}")));
    let people: Vec<String> = (0..6).map(number).collect();
    let patients = people.iter().enumerate();
    let patients: Vec<_> = patients
        .map(|(at, number)| patient(&format!("p{at}"), number, "ZW1 1AA"))
        .collect();
    write(&project, "fhir/Patient.ndjson", &patients);
    let spaced = format!(
        "{} {} {}",
        &people[3][..3],
        &people[3][3..6],
        &people[3][6..]
    );
    let rows = [
        (people[0].clone(), "1"),
        (format!("{}.0", people[1]), "1.0"),
        (format!("'{}", people[2]), "'01"),
        (spaced.replace(' ', "\u{a0}"), "01"),
        (spaced.replace(' ', "."), " 1"),
        // Not verified: the row waits for nobody.
        (people[5].clone(), "2"),
    ];
    let rows = rows.iter().enumerate().map(|(at, (number, status))| {
        format!(
            "{number},{status},RZ1,S{at},2026-06-20,729.00,2026-07-05T02:05:00{}\n",
            ",".repeat(22)
        )
    });
    let text = HEADER.to_string() + &rows.collect::<String>();
    std::fs::create_dir_all(project.path("csv")).unwrap();
    std::fs::write(project.path("csv/apc_spell.001.csv"), text).unwrap();
    project.run(&["pull", "-q"]);
    let linked = "select count(*) from record.apc_spell s join record.patient p on p.person_key = s.person_key";
    assert_eq!(project.number(linked), 5);
    assert_eq!(project.number("select count(*) from record.apc_spell"), 6);
    assert_eq!(project.number("select count(*) from populace.reject"), 0);
}
