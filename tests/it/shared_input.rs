//! Real FHIR that nobody on this project wrote.

use crate::project::{NO_POSTCODES, Project, pipeline, shared};

#[test]
fn american_synthea_records_are_accounted_for() {
    let Some(folder) = shared("fhir/synthea-us-50") else {
        return;
    };
    let project = Project::empty();
    let sections = format!(
        r#"
[sources.synthea]
kind = "fhir-folder"
url = "{}"
person_identifier = "http://hl7.org/fhir/sid/us-ssn"
[sources.none]
kind = "csv-folder"
url = "csv"
[reference]
lsoa = "lsoa.csv"
organisation = "organisation.csv"
population = "population.csv"
"#,
        folder.display()
    );
    let parameters = r#"
period_start = { type = "date", default = "2018-04-01" }
period_end = { type = "date", default = "2020-03-31" }
"#;
    let pipeline = pipeline(NO_POSTCODES, &sections) + parameters;
    project.write_pipeline(&pipeline.replace("2026-09-30", "2020-06-30"));
    std::fs::create_dir(project.path("csv")).unwrap();
    std::fs::write(
        project.path("lsoa.csv"),
        "lsoa21_code,lsoa21_name,place_code,place_name,ltla_code,ltla_name,icb_code,icb_name,imd_rank,imd_decile\nE01000001,A,E1,A,E07,A,E54,A,1,1\n",
    )
    .unwrap();
    std::fs::write(
        project.path("organisation.csv"),
        "ods_code,name,kind,pcn_code,pcn_name,icb_code,connected\nX1,A,gp_practice,,,E54,yes\n",
    )
    .unwrap();
    std::fs::write(
        project.path("population.csv"),
        "year,lsoa21_code,age,sex,persons\n2020,E01000001,1,female,1\n",
    )
    .unwrap();
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["lines"], 14_950);
    assert_eq!(
        pulled["rejected"].as_object().unwrap().len(),
        0,
        "{}",
        pulled["rejected"]
    );
    let count = |key: &str| pulled[key].as_u64().unwrap();
    assert_eq!(count("accepted") + count("without_view"), 14_950);
    assert_eq!(
        project.number("select count(*) from record.patient where person_key is not null"),
        50
    );
    assert_eq!(
        project.number("select count(*) from record.encounter where person_key is null"),
        0
    );
    project.ok(&["nightly"]);
    assert!(project.number("select count(*) from core.contact") > 1_000);
}
