//! Opt-out lists in the form of MESH, and the file that MESH returns.

use super::people::{FHIR, number, patient, write};
use crate::project::{NO_POSTCODES, Project, pipeline};

fn project(lists: &str) -> Project {
    let project = Project::empty();
    project.write_pipeline(&pipeline(&format!("{lists}\n{NO_POSTCODES}"), FHIR));
    let patients = (0..20).map(|at| patient(&format!("p{at}"), &number(at), "ZW1 1AA"));
    write(
        &project,
        "fhir/Patient.ndjson",
        &patients.collect::<Vec<_>>(),
    );
    project
}

fn people(project: &Project) -> i64 {
    project.number("select count(distinct person_key) from record.patient")
}

fn mesh(people: impl Iterator<Item = usize>) -> String {
    people
        .map(|person| format!("{},\r\n", number(person)))
        .collect()
}

#[test]
fn case_35_a_list_in_the_form_of_mesh_is_read() {
    let project = project("opt_outs = \"opt-outs.dat\"");
    let list = project.path("opt-outs.dat");
    std::fs::write(&list, format!("NHS Number,\r\n{}", mesh(0..2))).unwrap();
    let summary = project.json(&["pull"]);
    assert_eq!(summary["people_on_lists"], 2);
    assert_eq!(people(&project), 18);
}

#[test]
fn case_35_a_list_of_those_who_may_be_used_is_not_taken_for_opt_outs() {
    let project = project("opt_outs = \"opt-outs.dat\"");
    let list = project.path("opt-outs.dat");
    std::fs::write(&list, mesh(2..20)).unwrap();
    let error = project.fails(1, &["pull"]);
    for says in [
        "error: an opt-out list would take out more people than opt out",
        "the list local would newly take out 18 of 20 people, more than 30 in a hundred",
        "holds = \"may-be-used\"",
        "--confirm-opt-outs local=0..18",
    ] {
        assert!(error.contains(says), "{says}: {error}");
    }
    assert!(
        !project
            .run(&[
                "sql",
                "--record-level",
                "a test",
                "-c",
                "select 1 from record.patient"
            ])
            .status
            .success()
    );
    project.ok(&["pull", "-q", "--confirm-opt-outs", "local=0..18"]);
    assert_eq!(people(&project), 2);
    // It has been confirmed once.
    project.ok(&["pull", "-q"]);
    assert_eq!(people(&project), 2);
}

#[test]
fn case_35_the_file_that_comes_back_is_a_kind_of_its_own() {
    let project = project(
        "[privacy.opt_outs.ndoo]\nkind = \"national\"\nholds = \"may-be-used\"\nfile = \"back.dat\"\nsubmitted = \"sent.dat\"",
    );
    std::fs::write(project.path("sent.dat"), mesh(0..20)).unwrap();
    std::fs::write(project.path("back.dat"), mesh(2..20)).unwrap();
    project.ok(&["pull", "-q"]);
    assert_eq!(people(&project), 18);
}

#[test]
fn case_35_a_grown_list_is_judged_by_the_people_of_the_lake() {
    let project = project("opt_outs = \"opt-outs.dat\"");
    let list = project.path("opt-outs.dat");
    std::fs::write(&list, mesh(0..2)).unwrap();
    project.ok(&["pull", "-q"]);
    std::fs::write(&list, mesh(0..9)).unwrap();
    let error = project.fails(1, &["pull"]);
    assert!(
        error.contains("would newly take out 7 of 18 people"),
        "{error}"
    );
    assert_eq!(people(&project), 18);
    std::fs::write(&list, mesh(0..6)).unwrap();
    project.ok(&["pull", "-q"]);
    assert_eq!(people(&project), 14);
}

#[test]
fn case_35_every_form_of_a_list_takes_out_the_same_people() {
    let (one, two) = (number(0), number(1));
    let spaced = |number: &str| format!("{} {} {}", &number[..3], &number[3..6], &number[6..]);
    for (form, list) in [
        ("with a comma", format!("{one},\n{two},\n")),
        (
            "header and CRLF",
            format!("NHS Number,\r\n{one},\r\n{two},\r\n"),
        ),
        (
            "byte order mark",
            format!("\u{feff}NHS_NUMBER\r\n{one}\r\n{two}\r\n"),
        ),
        ("spaces", format!("{}\n{}\n", spaced(&one), spaced(&two))),
        (
            "spaces, commas and CRLF",
            format!("{},\r\n{},\r\n", spaced(&one), spaced(&two)),
        ),
        ("quotes", format!("\"NHS Number\"\n\"{one}\"\n\"{two}\"\n")),
    ] {
        let project = project("opt_outs = \"opt-outs.dat\"");
        std::fs::write(project.path("opt-outs.dat"), list).unwrap();
        let summary = project.json(&["pull"]);
        assert_eq!(summary["people_on_lists"], 2, "{form}");
        assert_eq!(summary["sources"]["record"]["opted_out"], 2, "{form}");
        assert_eq!(people(&project), 18, "{form}");
    }
}

#[test]
fn case_35_every_row_of_a_listed_person_goes_whatever_the_status_of_its_number() {
    let project = Project::empty();
    let lists = "opt_outs = \"opt-outs.dat\"";
    let source = format!("{FHIR}unlinked_threshold = 1.0\n");
    project.write_pipeline(&pipeline(&format!("{lists}\n{NO_POSTCODES}"), &source));
    std::fs::write(project.path("opt-outs.dat"), mesh(0..1)).unwrap();
    let statuses = ["01", "02", "03", "04", "07", "08"];
    let of = |person: usize, at: usize| {
        let mut patient = patient(&format!("p{person}-{at}"), &number(person), "ZW1 1AA");
        let code = "/identifier/0/extension/0/valueCodeableConcept/coding/0/code";
        *patient.pointer_mut(code).unwrap() = statuses[at].into();
        patient
    };
    let rows = (0..6).flat_map(|at| (0..4).map(move |person| (person, at)));
    let rows: Vec<_> = rows.map(|(person, at)| of(person, at)).collect();
    write(&project, "fhir/Patient.ndjson", &rows);
    let summary = project.json(&["pull"]);
    assert_eq!(summary["sources"]["record"]["opted_out"], 6);
    assert_eq!(project.number("select count(*) from record.patient"), 18);
}
