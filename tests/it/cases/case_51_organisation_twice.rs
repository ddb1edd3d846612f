//! An organisation may be listed once for each of its roles.

use super::fhir_record::{NUMBERS, patient, project, resource};
use crate::project::repository;

#[test]
fn an_organisation_that_is_listed_twice_counts_nobody_twice() {
    let encounter = |id: &str, provider: &str| {
        let own = format!(
            r#""status":"finished","class":{{"code":"AMB"}},"subject":{{"reference":"Patient/p1"}},"period":{{"start":"2026-06-10T09:00:00Z"}},"serviceProvider":{{"identifier":{{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"{provider}"}}}}"#
        );
        resource("Encounter", id, &own)
    };
    let project = project(&[
        (
            "Patient.ndjson",
            &[patient("p1", NUMBERS[0], ""), patient("p2", NUMBERS[1], "")],
        ),
        (
            "Encounter.ndjson",
            &[encounter("e1", "W99001"), encounter("e2", "RZ1")],
        ),
    ]);
    let list = repository().join("data-samples/reference/organisation.csv");
    let mut list = std::fs::read_to_string(list).unwrap();
    list.push_str(
        "W99001,Kettlegate Surgery (branch),gp_practice,U99001,Harrowmere PCN 1,99Z,QZZ,no\n",
    );
    list.push_str("RZ1,Harrowmere Teaching Hospitals NHS Trust,community_trust,,,99Z,QZZ,yes\n");
    std::fs::write(project.path("organisation.csv"), list).unwrap();
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let line = pipeline
        .lines()
        .find(|line| line.starts_with("organisation ="))
        .unwrap();
    project.write_pipeline(&pipeline.replace(line, "organisation = \"organisation.csv\""));
    project.ok(&["pull"]);
    project.ok(&["run"]);
    assert_eq!(project.number("select count(*) from core.contact"), 2);
    let people = "select practice_name, count(*) from core.person group by 1";
    assert_eq!(project.sql(people), [["Kettlegate Surgery", "2"]]);
    let coverage = "select count(*), count(distinct setting) from marts.source_coverage where organisation_code = 'RZ1'";
    assert_eq!(project.sql(coverage)[0][0], project.sql(coverage)[0][1]);
}
