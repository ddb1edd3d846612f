//! Bundles are read as the resources that they hold.

use super::fhir_record::{NUMBERS, patient, project, resource};

fn condition(id: &str, subject: &str) -> String {
    let own = format!(
        r#""subject":{{"reference":"{subject}"}},"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"44054006"}}]}}"#
    );
    resource("Condition", id, &own)
}

fn bundle(kind: &str, entries: &[(&str, String)]) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(url, resource)| format!(r#"{{"fullUrl":"{url}","resource":{resource}}}"#))
        .collect();
    format!(
        r#"{{"resourceType":"Bundle","id":"b","type":"{kind}","entry":[{}]}}"#,
        entries.join(",")
    )
}

fn pretty(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

#[test]
fn a_bundle_a_line_or_a_file_is_read_as_its_resources() {
    let urn = "urn:uuid:7c1b3c7e-0000-4000-8000-000000000001";
    // The Patient is known by its entry's address alone.
    let nameless = patient("x", NUMBERS[1], "").replacen(r#""id":"x","#, "", 1);
    let lines = [
        bundle(
            "searchset",
            &[
                (
                    "https://gp.example/Patient/p1",
                    patient("p1", NUMBERS[0], ""),
                ),
                (
                    "https://gp.example/Condition/c1",
                    condition("c1", "Patient/p1"),
                ),
            ],
        ),
        bundle(
            "transaction",
            &[(urn, nameless), ("urn:uuid:c2", condition("c2", urn))],
        ),
        // A line of its own, between Bundles, and a Bundle with a resource that cannot be used.
        condition("c3", "https://gp.example/Patient/p1"),
        bundle(
            "batch",
            &[
                ("urn:uuid:c4", condition("c4", "Patient/p1")),
                ("", r#"{"resourceType":"Condition"}"#.to_string()),
            ],
        ),
    ];
    let project = project(&[("bundles.NDJSON", &lines)]);
    let whole = bundle(
        "collection",
        &[("urn:uuid:c5", condition("c5", "Patient/p1"))],
    );
    std::fs::write(project.path("fhir/Whole.JSON"), pretty(&whole)).unwrap();
    let one = pretty(&condition("c6", "Patient/p1")).replace('\n', "\r\n");
    std::fs::write(project.path("fhir/one.json"), one).unwrap();
    std::fs::write(
        project.path("fhir/manifest.json"),
        "{\n\"transactionTime\": 1\n}",
    )
    .unwrap();
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let lenient = pipeline.replace(
        "unlinked_threshold",
        "reject_threshold = 0.5\nunlinked_threshold",
    );
    project.write_pipeline(&lenient);
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["files_read"], 3);
    assert_eq!(pulled["accepted"], 8);
    assert_eq!(pulled["rejected"], serde_json::json!({"no-id": 1}));
    assert_eq!(pulled["without_view"], 0);
    let of_people =
        "select count(*), count(person_key), count(distinct person_key) from record.condition";
    assert_eq!(project.sql(of_people), [["6", "6", "2"]]);
    let again = project.json(&["pull"]);
    assert_eq!(again["files_read"], 0);
}

/// A Patient and a condition that refers to it by its id alone, from a server.
fn of_server(base: &str, number: &str, condition_id: &str) -> Vec<(String, String)> {
    vec![
        (format!("{base}/Patient/1"), patient("1", number, "")),
        (
            format!("{base}/Condition/{condition_id}"),
            condition(condition_id, "Patient/1"),
        ),
    ]
}

fn collection(entries: &[(String, String)]) -> String {
    let entries: Vec<_> = entries
        .iter()
        .map(|(url, resource)| (url.as_str(), resource.clone()))
        .collect();
    bundle("collection", &entries)
}

const PEOPLE_OF_CONDITIONS: &str = "select (select count(*) from record.patient) as patients, (select count(distinct person_key) from record.patient) as people, count(*) as conditions, count(distinct person_key) as ill from record.condition";

#[test]
fn ids_of_two_servers_in_one_bundle_are_two_records() {
    let (one, other) = ("https://a.example/fhir", "https://b.example/fhir");
    let mut entries = of_server(one, NUMBERS[0], "1");
    entries.extend(of_server(other, NUMBERS[1], "1"));
    // A reference to the other server by its whole address.
    let across = condition("2", &format!("{other}/Patient/1"));
    entries.push((format!("{one}/Condition/2"), across));
    let project = project(&[("two.ndjson", &[collection(&entries)])]);
    let pulled = project.json(&["pull"]);
    assert_eq!(project.sql(PEOPLE_OF_CONDITIONS), [["2", "2", "3", "2"]]);
    assert_eq!(pulled["patients_of_two_people"], 0);
    let of_other = "select count(*) from record.condition group by person_key order by 1";
    assert_eq!(project.sql(of_other), [["1"], ["2"]]);
}

#[test]
fn ids_of_several_servers_are_told_apart_in_bundles_of_one_each() {
    let one = of_server("https://a.example/fhir", NUMBERS[0], "1");
    let other = of_server("http://b.example", NUMBERS[1], "1");
    let files = [collection(&one), collection(&other)];
    let apart =
        super::fhir_record::project_with(&[("bundles.ndjson", &files)], "several_servers = true");
    apart.ok(&["pull"]);
    assert_eq!(project_rows(&apart), ["2", "2", "2", "2"]);
    // Taken for one server, the id has two numbers: that is said, and nobody is merged.
    let together = project(&[("bundles.ndjson", &files)]);
    let pulled = together.json(&["pull"]);
    assert_eq!(pulled["patients_of_two_people"], 1);
    assert_eq!(project_rows(&together), ["1", "1", "1", "1"]);
    let said = crate::project::text(&together.run(&["pull", "--again"]).stdout);
    assert!(!said.contains(NUMBERS[0]), "{said}");
}

fn project_rows(project: &crate::project::Project) -> Vec<String> {
    project.sql(PEOPLE_OF_CONDITIONS).remove(0)
}

#[test]
fn ids_of_two_sources_are_two_records() {
    let lines = [patient("1", NUMBERS[0], ""), condition("1", "Patient/1")];
    let project = project(&[("a.ndjson", &lines)]);
    std::fs::create_dir(project.path("second")).unwrap();
    let lines = [patient("1", NUMBERS[1], ""), condition("1", "Patient/1")];
    std::fs::write(project.path("second/b.ndjson"), lines.join("\n")).unwrap();
    let settings = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let second = "[sources.second]\nkind = \"fhir-folder\"\nurl = \"second\"\naccept_test_numbers = true\n[sources.extracts]";
    project.write_pipeline(&settings.replace("[sources.extracts]", second));
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["patients_of_two_people"], 0);
    assert_eq!(project_rows(&project), ["2", "2", "2", "2"]);
}

/// The codes of the conditions that a pull of one Bundle stores.
fn codes(kind: &str, entries: &[String]) -> Vec<String> {
    let bundle = format!(
        r#"{{"resourceType":"Bundle","id":"b","type":"{kind}","entry":[{}]}}"#,
        entries.join(",")
    );
    let project = project(&[("bundle.ndjson", &[bundle])]);
    project.ok(&["pull"]);
    let rows = project.sql("select code from record.condition order by 1");
    rows.into_iter().flatten().collect()
}

/// An entry with a condition that does not say when it was last updated, and what its response says.
fn version(code: &str, response: &str) -> String {
    let id = "c1";
    let own = condition(id, "Patient/p1").replace("44054006", code);
    let undated = own.replace(r#""meta":{"lastUpdated":"2026-09-01T02:00:00Z"},"#, "");
    assert_ne!(own, undated);
    format!(
        r#"{{"resource":{undated},"request":{{"method":"PUT","url":"Condition/{id}"}}{response}}}"#
    )
}

#[test]
fn the_place_in_a_bundle_tells_versions_apart_that_nothing_else_does() {
    for (first, second) in [
        ("111", "222"),
        ("222", "111"),
        ("333", "444"),
        ("444", "333"),
    ] {
        let entries = [version(first, ""), version(second, "")];
        assert_eq!(codes("searchset", &entries), [second]);
        // A history has the newest version first.
        assert_eq!(codes("history", &entries), [first]);
        let dated = |day| {
            format!(r#","response":{{"status":"200","lastModified":"2026-08-0{day}T00:00:00Z"}}"#)
        };
        let entries = [version(first, &dated(1)), version(second, &dated(2))];
        assert_eq!(codes("history", &entries), [second]);
    }
}

#[test]
fn a_record_that_a_history_restored_stays() {
    let deleted = |response: &str| {
        format!(r#"{{"request":{{"method":"DELETE","url":"Condition/c1"}}{response}}}"#)
    };
    let dated = r#","response":{"status":"204","lastModified":"2026-08-02T00:00:00Z"}"#;
    let later = r#","response":{"status":"201","lastModified":"2026-08-03T00:00:00Z"}"#;
    let restored = [version("222", later), deleted(dated), version("111", "")];
    assert_eq!(codes("history", &restored), ["222"]);
    let undated = [version("222", ""), deleted(""), version("111", "")];
    assert_eq!(codes("history", &undated), ["222"]);
    let gone = [deleted(""), version("222", ""), version("111", "")];
    assert_eq!(codes("history", &gone), [""; 0]);
    let gone = [deleted(dated), version("222", ""), version("111", "")];
    assert_eq!(codes("history", &gone), [""; 0]);
}

#[test]
fn a_page_whose_next_page_did_not_come_is_said() {
    let page = |id: &str, own: &str, next: &str| {
        let entry = ("https://gp.example/Patient/p", patient(id, NUMBERS[0], ""));
        let links = format!(
            r#""type":"searchset","link":[{{"relation":"self","url":"https://gp.example/Patient?page={own}"}},{{"relation":"next","url":"https://gp.example/Patient?page={next}"}}]"#
        );
        bundle("searchset", &[entry]).replace(r#""type":"searchset""#, &links)
    };
    // The second page is there, wherever it stands; the third and the ninth are not.
    let first = [page("p1", "2", "3")];
    let rest = [page("p2", "1", "2"), page("p3", "8", "9")];
    let project = project(&[("a.ndjson", &first), ("b.ndjson", &rest)]);
    let output = project.run(&["pull", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let pulled: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let warnings = pulled["warnings"].as_array().unwrap();
    let what = "2 Bundles link to a next page that was not among what was read; ask the sender for all pages";
    let said = |warning: &&serde_json::Value| warning["what"] == what;
    assert_eq!(warnings.iter().filter(said).count(), 1, "{pulled}");
    assert_eq!(project.number("select count(*) from record.patient"), 3);
    let again = project.json(&["pull"]);
    assert_eq!(again["warnings"], serde_json::json!([]), "{again}");
}
