//! Changes that come together over two or three nights end in the tables of one pull of all of it, and in
//! the persons that are right.

use crate::cases::csv_sender::{self, file, nhs_number, spell};
use crate::cases::fhir_record::{NUMBERS, identifier};
use crate::project::{NO_POSTCODES, Project, pipeline};
use std::fs::{self, File};
use std::time::{Duration, SystemTime};

/// Files of one night: a name and its text.
type Night<'a> = &'a [(&'a str, String)];

fn put(project: &Project, night: usize, files: Night<'_>) {
    for (name, text) in files {
        let path = project.path("in").join(name);
        fs::write(&path, text).unwrap();
        let seconds = 1_788_220_800 + 86_400 * night as u64;
        let when = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(when)
            .unwrap();
    }
}

/// Pulls each night, and all of them at once; both end in the same tables. Gives the project of nights.
fn pulled(new: impl Fn() -> Project, nights: &[Night<'_>]) -> Project {
    let (project, whole) = (new(), new());
    for (night, files) in nights.iter().enumerate() {
        put(&project, night, files);
        project.ok(&["pull"]);
        put(&whole, night, files);
    }
    whole.ok(&["pull"]);
    assert_eq!(project.record_tables(), whole.record_tables());
    project
}

fn fhir() -> Project {
    let project = Project::empty();
    fs::create_dir(project.path("in")).unwrap();
    let source = "[sources.record]\nkind = \"fhir-folder\"\nurl = \"in\"\naccept_test_numbers = true\nunlinked_threshold = 1.0\nreject_threshold = 1.0\n";
    project.write_pipeline(&pipeline(NO_POSTCODES, source));
    project
}

/// A resource that was last updated on a day of August 2026.
fn of(kind: &str, id: &str, day: u32, more: &str) -> String {
    format!(
        r#"{{"resourceType":"{kind}","id":"{id}","meta":{{"lastUpdated":"2026-08-{day:02}T02:00:00Z"}},{more}}}"#
    ) + "\n"
}

fn patient(id: &str, day: u32, number: usize) -> String {
    let number = identifier(NUMBERS[number], "01");
    of("Patient", id, day, &format!(r#""identifier":[{number}]"#))
}

fn merged(id: &str, day: u32, into: &str) -> String {
    let link =
        format!(r#""link":[{{"other":{{"reference":"Patient/{into}"}},"type":"replaced-by"}}]"#);
    of("Patient", id, day, &link)
}

fn condition(id: &str, day: u32, patient: &str) -> String {
    let subject = format!(r#""subject":{{"reference":"Patient/{patient}"}}"#);
    of("Condition", id, day, &subject)
}

fn deletion(day: u32, reference: &str) -> String {
    format!(
        r#"{{"resourceType":"Bundle","type":"transaction","meta":{{"lastUpdated":"2026-08-{day:02}T02:00:00Z"}},"entry":[{{"request":{{"method":"DELETE","url":"{reference}"}}}}]}}"#
    ) + "\n"
}

/// Conditions that are of the person of the newest Patient, and all.
fn of_newest(project: &Project) -> Vec<String> {
    project
        .sql("select count(*) filter (where c.person_key = p.person_key), count(*) from record.condition c cross join (select person_key from record.patient order by updated desc limit 1) p")
        .remove(0)
}

#[test]
fn a_patient_that_is_merged_a_night_later_takes_its_rows_along() {
    let first = [
        ("a.ndjson", patient("p1", 1, 0) + &condition("c1", 1, "p1")),
        ("b.ndjson", condition("c2", 2, "p1")),
    ];
    let survivor = [("c.ndjson", patient("p2", 9, 1))];
    let link = [("d.ndjson", merged("p1", 3, "p2"))];
    let late = [("e.ndjson", condition("c3", 4, "p1"))];
    for nights in [
        [&first[..], &survivor, &link, &late],
        [&first, &link, &late, &survivor],
        [&link, &survivor, &late, &first],
        [&late, &link, &first, &survivor],
    ] {
        let project = pulled(fhir, &nights);
        assert_eq!(of_newest(&project), ["3", "3"]);
    }
    // The merge is undone.
    let undone = [("f.ndjson", patient("p1", 5, 0))];
    let project = pulled(fhir, &[&first, &link, &survivor, &undone]);
    assert_eq!(of_newest(&project), ["0", "2"]);
    let linked = "select count(distinct person_key), count(person_key) from record.condition";
    assert_eq!(project.sql(linked), [["1", "2"]]);
}

#[test]
fn what_is_deleted_and_added_again_is_there_once() {
    let first = [("a.ndjson", patient("p1", 1, 0) + &condition("c1", 1, "p1"))];
    let gone = [("b.ndjson", deletion(3, "Condition/c1"))];
    let again = [("c.ndjson", condition("c1", 4, "p1"))];
    let early = [("d.ndjson", condition("c1", 2, "p1"))];
    let both = [(
        "e.ndjson",
        deletion(3, "Condition/c1") + &condition("c1", 4, "p1"),
    )];
    let count = |project: &Project| project.number("select count(*) from record.condition");
    for (nights, left) in [
        (vec![&first[..], &gone, &again], 1),
        (vec![&first, &again, &gone], 1),
        (vec![&first, &gone, &early], 0),
        (vec![&gone, &first], 0),
        (vec![&first, &both], 1),
        (vec![&both, &first], 1),
    ] {
        assert_eq!(count(&pulled(fhir, &nights)), left);
    }
    // A Patient who comes back as another person takes the rows along.
    let patient_gone = [("b.ndjson", deletion(3, "Patient/p1"))];
    let other = [("c.ndjson", patient("p1", 4, 1))];
    let project = pulled(fhir, &[&first, &patient_gone, &other]);
    assert_eq!(of_newest(&project), ["1", "1"]);
}

#[test]
fn a_corrected_file_moves_its_rows_to_other_people() {
    let spells = |people: [u32; 3], extracted: &str| {
        let rows: Vec<_> = ["S1", "S2", "S3"]
            .into_iter()
            .zip(people)
            .map(|(id, person)| {
                let set = [("spell_id", id), ("extract_datetime", extracted)];
                spell(person, &set)
            })
            .collect();
        file(&rows)
    };
    let (early, late) = ("2026-08-01T02:00:00", "2026-08-05T02:00:00");
    let new = || csv_sender::project("", &[]);
    // Two people change places, and one row moves to somebody new; the times say nothing, or the wrong.
    for (wrong, right) in [(early, late), (late, early), ("", "")] {
        let first = [("apc_spell.1.csv", spells([1, 2, 3], wrong))];
        let corrected = [("apc_spell.1.csv", spells([2, 1, 4], right))];
        let twice = pulled(new, &[&first, &corrected]);
        let once = pulled(new, &[&corrected]);
        let people = |project: &Project| {
            project.sql("select record_key, person_key from record.apc_spell order by 1")
        };
        assert_eq!(people(&twice), people(&once));
        assert_ne!(nhs_number(3), nhs_number(4));
        // What another file has of the same spells counts by its own time.
        let other = [("apc_spell.2.csv", spells([5, 5, 5], "2026-08-09T02:00:00"))];
        let project = pulled(new, &[&other, &first, &corrected]);
        let found = "select count(*), count(distinct person_key) from record.apc_spell";
        match wrong.is_empty() {
            // Without a time a row is as old as its file, which came later.
            true => assert_eq!(project.sql(found), [["3", "3"]]),
            false => assert_eq!(project.sql(found), [["3", "1"]]),
        }
    }
}
