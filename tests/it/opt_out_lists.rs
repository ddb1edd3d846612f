//! Opt-out lists: one that shrinks is refused until a person confirms it, what a list took is said, and
//! every row of a listed person goes.

use crate::project::{NO_POSTCODES, Project, pipeline, pipeline_over, plain, synth, text};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const SYSTEM: &str = "https://fhir.nhs.uk/Id/nhs-number";
const STATUS: &str =
    "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus";

/// NHS numbers of the people of a synthetic record, each once.
fn numbers(record: &Path) -> Vec<String> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(record.join("fhir")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("Patient.") {
            continue;
        }
        for line in text(&plain(&fs::read(&path).unwrap())).lines() {
            let patient: Value = serde_json::from_str(line).unwrap();
            for identifier in patient["identifier"].as_array().into_iter().flatten() {
                // A number that ended was replaced by another one.
                if identifier["system"] == SYSTEM && identifier["period"]["end"].is_null() {
                    numbers.push(identifier["value"].as_str().unwrap().to_string());
                }
            }
        }
    }
    numbers.sort();
    numbers.dedup();
    numbers
}

/// A project over a synthetic record whose opt-out lists are these settings.
fn with_lists(record: &Path, settings: &str) -> Project {
    let project = Project::over(record);
    write_lists(&project, record, settings);
    project
}

fn write_lists(project: &Project, record: &Path, settings: &str) {
    let record = std::path::absolute(record).unwrap();
    let shipped = format!("opt_outs = \"{}/opt-outs.txt\"\n", record.display());
    let text = pipeline_over(&record);
    assert!(text.contains(&shipped));
    let text = text.replace(&shipped, "");
    project.write_pipeline(&text.replace("[releases]", &format!("{settings}\n[releases]")));
}

const ONE: &str = "[privacy.opt_outs.local]\nfile = \"list.txt\"";

fn patients(project: &Project) -> i64 {
    project.number("select count(distinct person_key) from record.patient")
}

#[test]
fn an_empty_or_shortened_opt_out_list_is_refused_until_confirmed() {
    let record = synth(150, 41, false);
    let all = numbers(record.path());
    let project = with_lists(record.path(), ONE);
    let list = project.path("list.txt");
    let write = |numbers: &[String]| fs::write(&list, numbers.join("\n")).unwrap();
    write(&all[..40]);
    project.ok(&["nightly", "-q"]);
    let people = patients(&project);
    let releases = project.released();

    // Emptied, cut short, another list of as many people, and blanks only.
    for (wrong, says) in [
        (String::new(), "is empty; 40 people were on it"),
        ("\n\n  \n".to_string(), "is empty; 40 people were on it"),
        (all[..35].join("\n"), "5 of the 40 people"),
        (all[60..100].join("\n"), "40 of the 40 people"),
    ] {
        fs::write(&list, wrong).unwrap();
        for command in [&["pull"][..], &["pull", "record"], &["nightly"]] {
            let error = project.fails(1, command);
            assert!(
                error.contains("people who have opted out would come back"),
                "{error}"
            );
            assert!(error.contains(says), "{error}");
            assert!(error.contains("--confirm-opt-outs local=40.."), "{error}");
        }
        assert_eq!(patients(&project), people);
    }
    assert_eq!(project.released(), releases, "nothing was released");

    // A file that is cut within a number, or is no file, is an error; nobody comes back.
    let text = all[..40].join("\n");
    fs::write(&list, &text[..text.len() - 4]).unwrap();
    assert!(
        project
            .fails(3, &["pull"])
            .contains("line 40 is not an NHS number")
    );
    fs::remove_file(&list).unwrap();
    assert!(project.fails(3, &["pull"]).contains("cannot be read"));
    fs::create_dir(&list).unwrap();
    assert!(project.fails(3, &["pull"]).contains("cannot be read"));
    fs::remove_dir(&list).unwrap();

    // A list that is not named any more, or is named otherwise.
    for (settings, says) in [
        ("", "names no list local any more"),
        (
            "[privacy.opt_outs.area]\nfile = \"list.txt\"",
            "names no list local any more",
        ),
        (
            "[privacy.opt_outs.local]\nfile = \"other.txt\"",
            "40 of the 40 people",
        ),
    ] {
        write(&all[..40]);
        fs::write(project.path("other.txt"), all[60..].join("\n")).unwrap();
        write_lists(&project, record.path(), settings);
        let error = project.fails(1, &["pull"]);
        assert!(error.contains(says), "{error}");
        assert_eq!(patients(&project), people);
    }
    // Two lists of one file: the people of one of them are missing.
    let twice = format!("{ONE}\n[privacy.opt_outs.other]\nfile = \"./list.txt\"");
    write_lists(&project, record.path(), &twice);
    let error = project.fails(2, &["pull"]);
    assert!(
        error.contains("lists local and other are the same file"),
        "{error}"
    );

    // A few may change their minds; that, and who is new, is said.
    write_lists(&project, record.path(), ONE);
    write(&[&all[..36], &all[100..103]].concat());
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["people_back"], 4);
    assert_eq!(pulled["people_opted_out"], 3);
    assert_eq!(pulled["people_on_lists"], 39);
    assert_eq!(pulled["opt_outs"][0]["joined"], 3);
    assert_eq!(pulled["opt_outs"][0]["withdrawn"], 4);
    assert_eq!(patients(&project), people + 1);

    // What is not the change that was looked at is not confirmed.
    fs::write(&list, "").unwrap();
    for wrong in ["local=40..0", "local=39..1", "other=39..0"] {
        project.fails(1, &["pull", "--confirm-opt-outs", wrong]);
    }
    project.fails(2, &["pull", "--confirm-opt-outs", "local"]);
    let said = project.run(&["nightly", "--confirm-opt-outs", "local=39..0"]);
    assert!(said.status.success(), "{}", text_of(&said.stderr));
    assert!(
        text_of(&said.stderr).contains("0 new, 39 came back"),
        "{}",
        text_of(&said.stderr)
    );
    assert_eq!(patients(&project), all.len() as i64);
    let history = project.sql(
        "select effect, list, sum(people) from populace.opt_out_effect where people is not null group by effect, list order by effect",
    );
    assert_eq!(
        history,
        [["joined", "local", "43"], ["withdrawn", "local", "43"]]
    );
    // The flag that stays in a script confirms nothing more.
    write(&all[..39]);
    project.ok(&["pull", "-q"]);
    fs::write(&list, "").unwrap();
    let again = project.run(&["pull", "--confirm-opt-outs", "local=40..0"]);
    assert_eq!(again.status.code(), Some(1));
}

fn text_of(bytes: &[u8]) -> String {
    text(bytes)
}

#[test]
fn the_first_pull_says_what_opt_outs_took() {
    let record = synth(80, 42, false);
    let all = numbers(record.path());
    let project = with_lists(record.path(), ONE);
    fs::write(project.path("list.txt"), "").unwrap();
    project.ok(&["pull", "-q"]);
    let rows =
        |project: &Project, table: &str| project.number(&format!("select count(*) from {table}"));
    let whole = [
        rows(&project, "record.patient"),
        rows(&project, "record.encounter"),
    ];

    let project = with_lists(record.path(), ONE);
    fs::write(project.path("list.txt"), all[..10].join("\n")).unwrap();
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["people_opted_out"], 10);
    let left = [
        rows(&project, "record.patient"),
        rows(&project, "record.encounter"),
    ];
    assert!(left[0] < whole[0] && left[1] < whole[1]);
    assert_eq!(
        pulled["kept_out_rows"]["record.patient"],
        whole[0] - left[0]
    );
    assert_eq!(
        pulled["kept_out_rows"]["record.encounter"],
        whole[1] - left[1]
    );
    let noted = "select rows from populace.opt_out_effect where effect = 'kept_out' and table_name = 'record.encounter'";
    assert_eq!(project.number(noted), whole[1] - left[1]);
    let said = project.run(&["pull"]);
    let said = text_of(&said.stderr);
    assert!(
        said.contains("opt-outs: 10 people (10 on local); 0 new, 0 came back"),
        "{said}"
    );
}

/// A Patient by this number; `status` is of its verification.
fn patient(id: &str, number: &str, status: &str, updated: &str) -> Value {
    json!({
        "resourceType": "Patient", "id": id, "meta": { "lastUpdated": updated },
        "identifier": [{
            "extension": [{ "url": STATUS, "valueCodeableConcept": { "coding": [{ "code": status }] } }],
            "system": SYSTEM, "value": number,
        }],
    })
}

/// A record of a Patient that can be found by its code.
fn flag(patient: &str, code: &str) -> Value {
    json!({
        "resourceType": "Flag", "id": code, "status": "active",
        "meta": { "lastUpdated": "2026-01-01T00:00:00Z" },
        "code": { "coding": [{ "code": code }] },
        "subject": { "reference": format!("Patient/{patient}") },
    })
}

fn deletion(patient: &str, when: &str) -> Value {
    json!({
        "resourceType": "Bundle", "type": "transaction", "meta": { "lastUpdated": when },
        "entry": [{ "request": { "method": "DELETE", "url": format!("Patient/{patient}") } }],
    })
}

fn write(project: &Project, name: &str, resources: &[Value]) {
    let lines: String = resources.iter().map(|r| format!("{r}\n")).collect();
    fs::write(project.path("fhir").join(name), lines).unwrap();
}

/// The codes of the flags, and how many people and contacts there are.
fn found(project: &Project) -> (Vec<String>, i64, i64) {
    let flags = project.sql("select code from record.flag order by code");
    (
        flags.into_iter().map(|row| row[0].clone()).collect(),
        project.number("select count(*) from record.patient"),
        project.number("select count(*) from record.dental_contact"),
    )
}

const LISTED: &str = "9434765919";
const OTHER: &str = "9434765870";

/// A project of a person who opts out, known in all ways that there are, and of somebody else.
fn known_in_all_ways() -> Project {
    let project = Project::empty();
    fs::create_dir_all(project.path("fhir")).unwrap();
    fs::create_dir_all(project.path("csv")).unwrap();
    fs::write(project.path("list.txt"), "").unwrap();
    let sources = "[sources.record]\nkind = \"fhir-folder\"\nurl = \"fhir\"\n[sources.extracts]\nkind = \"csv-folder\"\nurl = \"csv\"\nreject_threshold = 1.0\n";
    project.write_pipeline(&pipeline(
        &format!("opt_outs = \"list.txt\"\n{NO_POSTCODES}"),
        sources,
    ));
    let early = "2025-01-01T00:00:00Z";
    let mut merged = patient("merged", LISTED, "01", early);
    merged["link"] = json!([{ "other": { "reference": "Patient/other" }, "type": "replaced-by" }]);
    write(
        &project,
        "a.ndjson",
        &[
            patient("verified", LISTED, "01", early),
            flag("verified", "f-verified"),
            patient("unverified", LISTED, "02", early),
            flag("unverified", "f-unverified"),
            patient("deleted", LISTED, "01", early),
            flag("deleted", "f-deleted"),
            merged,
            flag("merged", "f-merged"),
            patient("lapsed", LISTED, "01", early),
            flag("lapsed", "f-lapsed"),
            patient("other", OTHER, "01", early),
            flag("other", "o-other"),
            patient("doubtful", OTHER, "03", early),
            flag("doubtful", "o-doubtful"),
            flag("late", "f-late"),
            flag("late-unverified", "f-late-unverified"),
            flag("never", "o-never"),
        ],
    );
    let row = |id: u32, number: &str, status: &str| {
        format!("{number},{status},V1,{id},2025-09-09,2,N,3.0,2025-10-05T02:05:00\n")
    };
    let head = "nhs_number,nhs_number_status,provider_code,contact_id,contact_date,treatment_band,urgent,units,extract_datetime\n";
    let mut csv = head.to_string();
    for (id, status) in [(1, "01"), (2, "02"), (3, "08"), (4, "")] {
        csv += &row(id, LISTED, status);
        csv += &row(id + 10, OTHER, status);
    }
    csv += &row(5, "943 476 5919", "07");
    let file = project.path("csv/dental_contact.csv");
    fs::write(&file, csv).unwrap();
    // Rows keep when their extract was made: of the same day in every project.
    let made = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_760_000_000);
    let file = fs::File::options().write(true).open(file).unwrap();
    file.set_modified(made).unwrap();
    project.ok(&["pull", "-q"]);
    // Later a Patient is deleted, and another's number is not verified any more.
    write(
        &project,
        "b.ndjson",
        &[
            deletion("deleted", "2026-02-01T00:00:00Z"),
            patient("lapsed", LISTED, "05", "2026-02-01T00:00:00Z"),
        ],
    );
    project.ok(&["pull", "-q"]);
    project
}

#[test]
fn every_row_of_a_listed_person_goes() {
    let project = known_in_all_ways();
    let (flags, _, contacts) = found(&project);
    assert_eq!((flags.len(), contacts), (10, 9));
    fs::write(project.path("list.txt"), LISTED).unwrap();
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["opted_out_rows"]["record.dental_contact"], 5);
    assert_eq!(pulled["opted_out_rows"]["record.flag"], 5);
    let left = [
        "f-late",
        "f-late-unverified",
        "o-doubtful",
        "o-never",
        "o-other",
    ];
    let (flags, people, contacts) = found(&project);
    assert_eq!(flags, left);
    assert_eq!((people, contacts), (2, 4));

    // What was waiting for their Patients goes when these arrive, verified or not.
    write(
        &project,
        "c.ndjson",
        &[
            patient("late", LISTED, "01", "2026-03-01T00:00:00Z"),
            patient("late-unverified", LISTED, "02", "2026-03-01T00:00:00Z"),
            flag("unverified", "f-again"),
            flag("merged", "f-again-merged"),
            flag("deleted", "f-again-deleted"),
            flag("late-unverified", "f-again-late"),
            patient("unverified", LISTED, "02", "2026-03-01T00:00:00Z"),
        ],
    );
    let pulled = project.json(&["pull"]);
    let left = ["o-doubtful", "o-never", "o-other"];
    assert_eq!(found(&project), (left.map(String::from).to_vec(), 2, 4));
    assert!(
        pulled["kept_out_rows"]["record.flag"].as_i64().unwrap() >= 4,
        "{pulled}"
    );

    // No table of rows holds their key, in any column.
    fs::write(project.path("fresh.txt"), "").unwrap();
    let listed = project.sql("select distinct person_key from populace.opt_out");
    assert_eq!(listed.len(), 1);
    let key = &listed[0][0];
    for (table, rows) in project.record_tables() {
        assert!(rows.iter().flatten().all(|value| value != key), "{table}");
    }

    // On a first pull of the same files it is the same.
    let fresh = known_in_all_ways();
    for file in ["a.ndjson", "b.ndjson", "c.ndjson"] {
        fs::copy(
            project.path("fhir").join(file),
            fresh.path("fhir").join(file),
        )
        .unwrap();
    }
    fs::remove_dir_all(fresh.path("lake")).unwrap();
    fs::write(fresh.path("list.txt"), LISTED).unwrap();
    fresh.ok(&["pull", "-q"]);
    assert_eq!(found(&fresh), (left.map(String::from).to_vec(), 2, 4));
    assert_eq!(fresh.record_tables(), project.record_tables());

    // They opt in again: all is as if they had never opted out.
    fs::write(project.path("list.txt"), "").unwrap();
    project.ok(&["pull", "-q", "--confirm-opt-outs", "local=1..0"]);
    fs::remove_dir_all(fresh.path("lake")).unwrap();
    fs::write(fresh.path("list.txt"), "").unwrap();
    fresh.ok(&["pull", "-q"]);
    assert_eq!(project.record_tables(), fresh.record_tables());
    assert_eq!(found(&project).0.len(), 14);
}
