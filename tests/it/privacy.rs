//! Nothing that identifies a person is stored, released, logged or left behind.

mod identifiers;
mod opened;
mod sweep;

use crate::project::{NO_POSTCODES, Project, pipeline, pipeline_over, plain, synth, text};
use std::collections::BTreeSet;

/// Texts that identify somebody in a synthetic record, dates of birth among them.
pub fn identifiers(record: &std::path::Path) -> BTreeSet<String> {
    let found = identifiers::Identifiers::of(record);
    let births = found.births.values().map(ToString::to_string);
    births.chain(found.words.iter().cloned()).collect()
}

#[test]
fn a_view_that_selects_a_name_is_refused() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let view = project.path("pipelines/views/patient.json");
    let text = std::fs::read_to_string(&view).unwrap();
    let added = text.replacen(
        r#"{"name": "person_key""#,
        r#"{"name": "surname", "path": "name.first().family", "type": "string"}, {"name": "person_key""#,
        1,
    );
    assert_ne!(added, text);
    std::fs::write(&view, added).unwrap();
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("column surname selects a person's name"),
        "{error}"
    );
    assert!(error.contains("hint: take the column out"), "{error}");
    project.fails(2, &["pull"]);
}

#[test]
fn the_leak_gate_stops_a_pull_without_saying_the_value() {
    let record = synth(60, 2, false);
    let project = Project::over(record.path());
    // A local list of units in which somebody typed an NHS number.
    let observations = record.path().join("fhir/Observation.900.ndjson");
    std::fs::write(
        &observations,
        r#"{"resourceType":"Observation","id":"typed","meta":{"lastUpdated":"2026-01-01T00:00:00Z"},"status":"final","code":{"coding":[{"system":"x","code":"seen 943 476 5919"}]},"subject":{"reference":"Patient/x"}}"#,
    )
    .unwrap();
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("looks like an NHS number in column code of record.observation"),
        "{error}"
    );
    assert!(error.contains("Observation.900.ndjson, line 1"), "{error}");
    assert!(!error.contains("943"), "{error}");
    assert!(!project.path("lake/record").exists(), "nothing was stored");
}

#[test]
fn opt_outs_reach_what_is_in_the_lake_and_come_back() {
    let record = synth(80, 4, false);
    let project = Project::over(record.path());
    let list = project.path("opt-outs.txt");
    std::fs::write(&list, "").unwrap();
    let pipeline = pipeline_over(record.path());
    let before = format!(
        "{}/opt-outs.txt",
        std::path::absolute(record.path()).unwrap().display()
    );
    project.write_pipeline(&pipeline.replace(&before, &list.display().to_string()));
    project.ok(&["pull"]);
    let all = project.number("select count(*) from record.patient");
    let everything = project.number("select count(*) from record.encounter");

    // Three people opt out.
    let people = std::fs::read(record.path().join("fhir/Patient.001.ndjson.gz")).unwrap();
    let numbers: Vec<String> = text(&plain(&people))
        .lines()
        .take(3)
        .map(|line| {
            let patient: serde_json::Value = serde_json::from_str(line).unwrap();
            let identifiers = patient["identifier"].as_array().unwrap();
            let nhs = identifiers
                .iter()
                .find(|i| i["system"] == "https://fhir.nhs.uk/Id/nhs-number");
            nhs.unwrap()["value"].as_str().unwrap().to_string()
        })
        .collect();
    std::fs::write(&list, numbers.join("\n")).unwrap();
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["opt_outs"][0]["people"], 3);
    assert_eq!(pulled["opted_out_rows"]["record.patient"], 3);
    assert_eq!(
        project.number("select count(*) from record.patient"),
        all - 3
    );
    // What they lost is noted, table by table.
    let lost = everything - project.number("select count(*) from record.encounter");
    assert_eq!(pulled["opted_out_rows"]["record.encounter"], lost);
    assert_eq!(
        project.number(
            "select rows from populace.opt_out_effect where table_name = 'record.encounter'"
        ),
        lost
    );
    assert!(
        project.json(&["pull"])["opted_out_rows"]
            .as_object()
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        project.number("select count(*) from record.encounter where person_key is null"),
        0
    );
    assert!(project.number("select count(*) from record.encounter") < everything);

    // What arrives later for one of them does not wait in the lake.
    let patient: serde_json::Value =
        serde_json::from_str(text(&plain(&people)).lines().next().unwrap()).unwrap();
    let id = patient["id"].as_str().unwrap();
    std::fs::write(
        record.path().join("fhir/Flag.900.ndjson"),
        format!(r#"{{"resourceType":"Flag","id":"late","status":"active","code":{{"coding":[{{"code":"1"}}]}},"subject":{{"reference":"Patient/{id}"}}}}"#),
    )
    .unwrap();
    let flags = project.number("select count(*) from record.flag");
    project.ok(&["pull"]);
    assert_eq!(project.number("select count(*) from record.flag"), flags);

    // They opt in again: the record is whole.
    std::fs::write(&list, "").unwrap();
    project.ok(&["pull", "--confirm-opt-outs", "local=3..0"]);
    assert_eq!(project.number("select count(*) from record.patient"), all);
    assert_eq!(
        project.number("select count(*) from record.encounter"),
        everything
    );
    assert_eq!(
        project.number("select count(*) from record.flag"),
        project.number("select count(*) from record.flag where person_key is not null")
    );
}

#[test]
fn a_report_that_reads_a_person_is_refused() {
    let record = synth(60, 6, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    for (code, of, values, says) in [
        (
            1,
            "of = \"core.person\"",
            "column = \"person_key\"",
            "`sex` of `rows` comes from a pseudonym",
        ),
        (
            1,
            "of = \"core.contact\"",
            "column = \"contact_key\"",
            "`sex` of `rows` comes from a pseudonym",
        ),
        (
            1,
            "of = \"core.person\"\nwhere = \"age = 97\"",
            "column = \"birth_month\"",
            "`sex` of `rows` comes from a date of birth",
        ),
        (
            1,
            "of = \"record.patient\"",
            "column = \"sex\"",
            "`of` names record.patient, which is no model",
        ),
        (
            2,
            "sql = \"select sex, max(age) as people from core.person group by sex\"",
            "column = \"sex\"",
            "it has `sql`, and a table says what it counts",
        ),
    ] {
        let report = format!(
            "name = \"leak\"\ntitle = \"Leak\"\ndescription = \"x\"\naudience = \"x\"\n[[tables]]\nid = \"t\"\ntitle = \"T\"\ndescription = \"x\"\n{of}\nrows = [\"sex\"]\n[tables.dimensions]\nsex = {{ values = [\"female\", \"male\"], {values} }}\n[[tables.measures]]\nlabel = \"People\"\nkind = \"people\"\n"
        );
        std::fs::write(project.path("pipelines/reports/leak.toml"), report).unwrap();
        let error = project.fails(code, &["check"]);
        assert!(error.contains(says), "{of}: {error}");
    }
}

#[test]
fn named_lists_say_when_the_national_opt_out_was_checked() {
    let record = synth(30, 5, false);
    let project = Project::over(record.path());
    std::fs::write(project.path("ndoo.txt"), "# checked on 2026-01-02\n").unwrap();
    std::fs::write(project.path("practices.txt"), "").unwrap();
    let pipeline = pipeline_over(record.path());
    let single = pipeline
        .lines()
        .find(|line| line.starts_with("opt_outs"))
        .unwrap();
    let lists = "[privacy.opt_outs.ndoo]\nkind = \"national\"\nfile = \"ndoo.txt\"\n[privacy.opt_outs.practices]\nkind = \"type-1\"\nfile = \"practices.txt\"\n[privacy.lookups]";
    project.write_pipeline(
        &pipeline
            .replace(single, "")
            .replace("[privacy.lookups]", lists),
    );
    let output = project.run(&["pull"]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("the opt-out list ndoo is of 2026-01-02, more than 21 days ago"),
        "{said}"
    );
    assert!(
        said.contains("checked against the National Data Opt-out on 2026-01-02"),
        "{said}"
    );
    assert_eq!(project.json(&["pull"])["ndoo_checked_on"], "2026-01-02");
    assert_eq!(
        project.sql("select list, kind, checked_on, people from populace.opt_out_list where kind = 'national'"),
        [["ndoo", "national", "2026-01-02", "0"]]
    );
    // Every release says so.
    project.ok(&["nightly", "-q"]);
    let released = project.released();
    let (_, manifest) = released
        .iter()
        .find(|(name, _)| name.ends_with("manifest.json"))
        .unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(manifest).unwrap();
    assert_eq!(manifest["parameters"]["ndoo_checked_on"], "2026-01-02");
}

#[test]
fn older_data_can_be_linked_by_open_pseudonyms_and_a_pull_warns_of_them() {
    let record = tempfile::tempdir().unwrap();
    let fhir = record.path().join("fhir");
    std::fs::create_dir(&fhir).unwrap();
    std::fs::write(
        fhir.join("Patient.ndjson"),
        r#"{"resourceType":"Patient","id":"a","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"943 476 5919"}]}"#,
    )
    .unwrap();
    let project = Project::empty();
    std::fs::write(project.path("salt.txt"), "mackerel\n").unwrap();
    let source = format!(
        "[sources.record]\nkind = \"fhir-folder\"\nurl = \"{}\"\n",
        fhir.display()
    );
    let pipeline = pipeline(NO_POSTCODES, &source);
    project.write_pipeline(&pipeline);
    project.ok(&["pull"]);
    let with_salt = pipeline.replace(
        "[privacy.lookups]",
        "open_pseudonymiser_salt = \"file:salt.txt\"\n[privacy.lookups]",
    );
    project.write_pipeline(&with_salt);
    let output = project.run(&["pull"]);
    let said = text(&output.stderr);
    assert!(
        said.contains("people get an open_pseudonym too, which is weak"),
        "{said}"
    );
    assert!(!said.contains("mackerel"), "{said}");
    // The digest is the one that OpenPseudonymiser's own tests expect.
    assert_eq!(
        project.sql("select open_pseudonym from record.patient"),
        [["643574A0AEFDA8DAC01EEBE45F7E8CFE814B15BBC3F654AC934518A34A53D575"]]
    );
    let again = project.json(&["pull"]);
    assert_eq!(again["files_read"], 0);
    // Without the salt, it goes.
    project.write_pipeline(&pipeline);
    project.ok(&["pull"]);
    let error = project.fails(
        2,
        &["sql", "-c", "select open_pseudonym from record.patient"],
    );
    assert!(error.contains("open_pseudonym"), "{error}");
}

#[test]
fn a_key_comes_from_a_program_whose_answer_is_never_shown() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let pipeline = pipeline_over(record.path());
    let before = project.ok(&["key", "fingerprint"]);
    project.write_pipeline(&pipeline.replace("file:test.key", "command:cat 'test.key'"));
    assert_eq!(project.ok(&["key", "fingerprint"]), before);
    let output = project.run(&["pull", "-vvv"]);
    assert!(output.status.success());
    let key = std::fs::read_to_string(project.path("test.key")).unwrap();
    assert!(!text(&output.stderr).contains(&key));
    // What it says on standard error is passed on, and its failure is one of configuration.
    project.write_pipeline(&pipeline.replace("file:test.key", "command:cat absent.key"));
    let error = project.fails(2, &["pull"]);
    assert!(error.contains("cat: absent.key: "), "{error}");
    assert!(
        error.contains("error: cat, which should give the key, failed"),
        "{error}"
    );
    assert!(error.contains("cause: exit status: 1"), "{error}");
}

#[test]
fn the_reidentification_report_counts_who_stands_alone() {
    let record = synth(200, 12, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    // Counted here from the people themselves.
    let people = project.sql(
        "select age_band, sex, coalesce(lsoa21_code, '-'), ethnic_group, coalesce(practice_code, '-') from core.person where is_active",
    );
    for (known, without) in [
        ("all five", None),
        ("all but LSOA", Some(2)),
        ("all but sex", Some(1)),
    ] {
        let mut sizes: std::collections::BTreeMap<Vec<String>, i64> = Default::default();
        for person in &people {
            let mut person = person.clone();
            if let Some(at) = without {
                person.remove(at);
            }
            *sizes.entry(person).or_default() += 1;
        }
        let class = |size: i64| match size {
            1 => "1 (unique)",
            2..=4 => "2-4",
            5..=9 => "5-9",
            _ => "10+",
        };
        for k_class in ["1 (unique)", "2-4", "5-9", "10+"] {
            let of_class: Vec<i64> = sizes
                .values()
                .copied()
                .filter(|s| class(*s) == k_class)
                .collect();
            let row = project.sql(&format!("select people, group_count, all_people, smallest_group from marts.reidentification_risk where known = '{known}' and k_class = '{k_class}'"));
            let expected = [
                of_class.iter().sum::<i64>(),
                i64::try_from(of_class.len()).unwrap(),
                i64::try_from(people.len()).unwrap(),
                *sizes.values().min().unwrap(),
            ];
            assert_eq!(row, [expected.map(|n| n.to_string())], "{known} {k_class}");
        }
    }
    assert!(people.len() > 100);
}

/// Addresses and registrations of a baby begin on the day of birth.
#[test]
fn the_day_of_birth_of_a_baby_is_in_no_column() {
    for views in ["pipelines/views", "pipelines/views-stu3"] {
        let project = Project::empty();
        let folder = project.path("extracts");
        std::fs::create_dir(&folder).unwrap();
        let updated = "\"meta\":{\"lastUpdated\":\"2026-06-01T09:00:00Z\"}";
        let system = "https://fhir.nhs.uk/Id/nhs-number";
        let patient = format!(
            r#"{{"resourceType":"Patient","id":"p1",{updated},"identifier":[{{"system":"{system}","value":"9990000018"}}],"birthDate":"2026-05-14","address":[{{"use":"home","postalCode":"ZZ1 1ZZ","period":{{"start":"2026-05-14"}}}},{{"use":"old","postalCode":"ZZ1 1ZZ","period":{{"start":"2026-05-20","end":"2026-05-25"}}}}]}}"#
        );
        let episode = format!(
            r#"{{"resourceType":"EpisodeOfCare","id":"e1",{updated},"status":"active","patient":{{"reference":"Patient/p1"}},"period":{{"start":"2026-05-14"}}}}"#
        );
        std::fs::write(folder.join("Patient.ndjson"), patient).unwrap();
        std::fs::write(folder.join("EpisodeOfCare.ndjson"), episode).unwrap();
        let source = format!(
            "[sources.record]\nkind = \"fhir-folder\"\nurl = \"extracts\"\nviews = \"{views}\"\naccept_test_numbers = true\n"
        );
        project.write_pipeline(&pipeline(NO_POSTCODES, &source));
        project.ok(&["pull"]);
        let started = |table: &str| {
            let sql = format!("select cast(started as varchar) from {table} order by record_row");
            project.sql(&sql).concat()
        };
        assert_eq!(
            started("record.patient_address"),
            ["", "2026-05-20"],
            "{views}"
        );
        assert_eq!(started("record.episode_of_care"), ["2026-05-01"], "{views}");
        for (table, rows) in project.record_tables() {
            let rows = rows.concat().join(" ");
            assert!(!rows.contains("2026-05-14"), "{views}: {table}");
        }
    }
}
