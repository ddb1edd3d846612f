use super::*;

/// A manifest, as far as readers are told of it.
fn manifest(id: &str, sql: &str, patients: &str) -> serde_json::Value {
    serde_json::json!({
        "format_version": 4,
        "release": id,
        "as_of": &id[..10],
        "program": "populace",
        "program_version": "0.1.0",
        "scheme": {"name": "hes2018", "settings": {"hold_below": "8"}},
        "parameters": {"as_of": &id[..10]},
        "reports": {"population_profile": {"file_sha256": "a", "tables": {}}},
        "models": [{"name": "core.person", "description": "d", "fingerprint": "f", "sql_sha256": sql}],
        "inputs": [{"table": "record.patient", "version": patients}],
        "files": [],
        "certificate": "",
    })
}

async fn made(store: &dyn ObjectStore, manifest: &serde_json::Value) {
    let id = manifest["release"].as_str().unwrap();
    let path = Path::from(format!("{id}/manifest.json"));
    store.put(&path, manifest.to_string().into()).await.unwrap();
}

#[tokio::test]
async fn the_changelog_says_what_is_different_and_why() {
    let store = InMemory::new();
    let [first, second, third] = [
        "2026-07-31-aaaaaaaaaaaa",
        "2026-08-31-aaaaaaaaaaaa",
        "2026-09-30-aaaaaaaaaaaa",
    ];
    made(&store, &manifest(first, "1", "7")).await;
    let mut other = manifest(second, "2", "8");
    other["scheme"]["name"] = "midpoint6".into();
    other["reports"]["waiting"] = serde_json::json!({"file_sha256": "w", "tables": {}});
    made(&store, &other).await;
    made(&store, &manifest(third, "1", "7")).await;
    // What was never published is in no changelog.
    made(&store, &manifest(ID, "1", "7")).await;
    taken(&store, ID, &to(Approved)).await.unwrap();
    for (hour, id) in (1..).zip([first, second, third]) {
        for state in [Approved, Published] {
            let before = read(&store, &root(), id).await.unwrap();
            let when = now() + Duration::hours(hour);
            step(&store, &root(), &before, &to(state), when)
                .await
                .unwrap();
        }
    }
    let log = changelog(&store, &root(), now() + Duration::hours(9))
        .await
        .unwrap();
    let names: Vec<String> = log.iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!(
        names,
        [
            "e54000051-2026-09-2",
            "e54000051-2026-08-1",
            "e54000051-2026-07-1"
        ]
    );
    let what = |n: usize| {
        log[n]
            .changes
            .iter()
            .map(|c| c.what.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        what(1),
        [
            "The report waiting is new.",
            "The SQL of the model core.person has changed.",
            "Figures follow the scheme midpoint6; they followed hes2018.",
            "The parameter as_of is 2026-08-31; it was 2026-07-31.",
            "The table record.patient has new data (version 8; it was 7).",
        ]
    );
    let concerned = |n: usize| log[1].changes[n].reports.iter().collect::<Vec<_>>();
    assert_eq!(concerned(0), ["waiting"]);
    assert_eq!(concerned(1), ["population_profile"]);
    assert_eq!(
        log[1].follows.as_ref().unwrap().to_string(),
        "e54000051-2026-07-1"
    );
    let kinds: Vec<ChangeKind> = log[1].changes.iter().map(|c| c.kind).collect();
    use ChangeKind::{Data, Definition, Reports, Rule};
    assert_eq!(kinds, [Reports, Definition, Rule, Data, Data]);
    assert_eq!(log[2].follows, None);
    assert_eq!(what(0)[0], "The report waiting is not in this release.");

    // A release is compared with one that was there when it came out; one that was withdrawn stays told.
    let seen = read(&store, &root(), second).await.unwrap();
    let end = now() + Duration::hours(5);
    step(&store, &root(), &seen, &to(Withdrawn), end)
        .await
        .unwrap();
    let log = changelog(&store, &root(), now() + Duration::hours(9))
        .await
        .unwrap();
    assert_eq!(log.len(), 3);
    assert_eq!(
        log[0].follows.as_ref().unwrap().to_string(),
        "e54000051-2026-08-1"
    );
    let withdrawn = log[1].withdrawn.as_ref().unwrap();
    assert_eq!(
        (withdrawn.at, withdrawn.reason.as_str()),
        (end, "figures of August were missing")
    );
}

#[tokio::test]
async fn a_release_that_was_withdrawn_under_embargo_was_never_seen() {
    let store = InMemory::new();
    made(&store, &manifest(ID, "1", "7")).await;
    let held = WantedStep {
        embargo: Some(now() + Duration::days(2)),
        ..to(Approved)
    };
    taken(&store, ID, &held).await.unwrap();
    taken(&store, ID, &to(Published)).await.unwrap();
    let later = now() + Duration::days(9);
    assert_eq!(changelog(&store, &root(), now()).await.unwrap(), []);
    assert_eq!(changelog(&store, &root(), later).await.unwrap().len(), 1);
    let published = read(&store, &root(), ID).await.unwrap();
    assert!(!published.was_public(now()) && published.was_public(later));
    let withdrawn = taken(&store, ID, &to(Withdrawn)).await.unwrap();
    assert!(!withdrawn.was_public(later));
    assert_eq!(changelog(&store, &root(), later).await.unwrap(), []);
}

/// What two manifests say, after something was done to the later one.
fn changed(alter: impl Fn(&mut serde_json::Value)) -> Vec<ReleaseChange> {
    let whole = |sql| {
        let mut whole = manifest(ID, sql, "7");
        whole["parameters"]["period_start"] = "2025-10-01".into();
        whole["code_lists"] = serde_json::json!([{"name": "asthma", "codes": 3, "version": "1"}]);
        let bed = serde_json::json!({"table": "record.bed", "version": "1"});
        whole["inputs"].as_array_mut().unwrap().push(bed);
        whole["reports"] = serde_json::json!({
            "a": {"file_sha256": "a", "tables": {}, "models": ["core.person"], "inputs": ["record.patient"]},
            "b": {"file_sha256": "b", "tables": {}, "models": ["core.bed"], "inputs": ["record.bed"], "code_lists": ["asthma"]},
        });
        whole
    };
    let facts = |manifest: &serde_json::Value| {
        ReleaseFacts::of(manifest.to_string().as_bytes(), ID).unwrap()
    };
    let mut now = whole("1");
    alter(&mut now);
    changes(&facts(&whole("1")), &facts(&now))
}

#[test]
fn a_change_names_the_thing_and_the_reports_that_it_concerns() {
    use ChangeKind::{Data, Definition, Parameter, Program, Rule};
    type Alter = fn(&mut serde_json::Value);
    let cases: [(Alter, ChangeKind, &str, &[&str]); 10] = [
        (
            |m| m["parameters"]["period_start"] = "2026-04-01".into(),
            Parameter,
            "The parameter period_start is 2026-04-01; it was 2025-10-01.",
            &["a", "b"],
        ),
        (
            |m| m["parameters"]["as_of"] = "2026-10-31".into(),
            Data,
            "The parameter as_of is 2026-10-31; it was 2026-09-30.",
            &["a", "b"],
        ),
        (
            |m| m["scheme"]["settings"]["hold_below"] = "10".into(),
            Rule,
            "The setting hold_below of the scheme hes2018 is 10; it was 8.",
            &["a", "b"],
        ),
        (
            |m| m["reports"]["b"]["file_sha256"] = "c".into(),
            Definition,
            "The definition of the report b has changed.",
            &["b"],
        ),
        (
            |m| m["models"][0]["sql_sha256"] = "2".into(),
            Definition,
            "The SQL of the model core.person has changed.",
            &["a"],
        ),
        (
            |m| m["code_lists"][0]["version"] = "2".into(),
            Definition,
            "The code list asthma is version 2; it was 1.",
            &["b"],
        ),
        (
            |m| m["code_lists"][0]["codes"] = 4.into(),
            Definition,
            "The code list asthma has changed.",
            &["b"],
        ),
        (
            |m| m["inputs"][1]["version"] = "0123456789abcdef".into(),
            Data,
            "The table record.bed has new data (version 0123456789ab; it was 1).",
            &["b"],
        ),
        (
            |m| m["program_version"] = "0.2.0\nFigures follow nothing.".into(),
            Program,
            "The program is version 0.2.0\\nFigures follow nothing.; it was 0.1.0.",
            &["a", "b"],
        ),
        (
            |m| m["inputs"][0]["published"] = serde_json::json!({"source": "ONS"}),
            Data,
            "The table record.patient has another source or edition.",
            &["a"],
        ),
    ];
    for (alter, kind, what, reports) in cases {
        let reports = reports.iter().map(|name| (*name).to_string()).collect();
        let what = what.to_string();
        assert_eq!(
            changed(alter),
            [ReleaseChange {
                kind,
                what,
                reports
            }]
        );
    }
    assert_eq!(changed(|_| ()), []);
    // What only a report of one release is made of is said with the report.
    let more = changed(|m| {
        m["reports"]["c"] = serde_json::json!({"file_sha256": "c", "tables": {}, "models": ["core.new"], "inputs": []});
        let new = serde_json::json!({"name": "core.new", "sql_sha256": "1"});
        m["models"].as_array_mut().unwrap().push(new);
    });
    let more: Vec<&str> = more.iter().map(|change| change.what.as_str()).collect();
    assert_eq!(more, ["The report c is new."]);
}

#[test]
fn a_report_and_those_of_its_areas_are_told_once() {
    let with_areas = |sql: &str, areas: &[&str]| {
        let mut whole = manifest(ID, "1", "7");
        for area in areas {
            whole["reports"][format!("population_profile-{area}")] = serde_json::json!({
                "file_sha256": sql, "tables": {}, "area": {"of_report": "population_profile"},
            });
        }
        whole["reports"]["population_profile"]["file_sha256"] = sql.into();
        ReleaseFacts::of(whole.to_string().as_bytes(), ID).unwrap()
    };
    let told = |was: &ReleaseFacts, is: &ReleaseFacts| -> Vec<(String, Vec<String>)> {
        let changes = changes(was, is).into_iter();
        changes
            .map(|change| (change.what, change.reports.into_iter().collect()))
            .collect()
    };
    let (one, two) = (
        with_areas("1", &["WHM", "WTM"]),
        with_areas("2", &["WHM", "WTM"]),
    );
    let own = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let all = [
        "population_profile",
        "population_profile-WHM",
        "population_profile-WTM",
    ];
    assert_eq!(
        told(&one, &two),
        [(
            "The definition of the report population_profile has changed.".to_string(),
            own(&all)
        )]
    );
    // That of an area may be new alone.
    assert_eq!(
        told(&with_areas("1", &["WHM"]), &one),
        [(
            "The report population_profile-WTM is new.".to_string(),
            own(&["population_profile-WTM"])
        )]
    );
}

#[tokio::test]
async fn a_damaged_manifest_is_named_and_the_changelog_goes_on() {
    let store = InMemory::new();
    let [first, second, third] = [
        "2026-07-31-aaaaaaaaaaaa",
        "2026-08-31-aaaaaaaaaaaa",
        "2026-09-30-aaaaaaaaaaaa",
    ];
    made(&store, &manifest(first, "1", "7")).await;
    let damaged = Path::from(format!("{second}/manifest.json"));
    store.put(&damaged, "{".into()).await.unwrap();
    made(&store, &manifest(third, "1", "8")).await;
    for (hour, id) in (1..).zip([first, second, third, OTHER]) {
        for state in [Approved, Published] {
            let before = read(&store, &root(), id).await.unwrap();
            let when = now() + Duration::hours(hour);
            step(&store, &root(), &before, &to(state), when)
                .await
                .unwrap();
        }
    }
    let later = now() + Duration::hours(9);
    let log = changelog(&store, &root(), later).await.unwrap();
    let told: Vec<_> = log
        .iter()
        .map(|entry| (entry.release.as_str(), entry.not_read))
        .collect();
    assert_eq!(
        told,
        [
            (OTHER, Some("its folder is gone")),
            (third, None),
            (second, Some("its manifest is not as it was made")),
            (first, None),
        ]
    );
    // The next one is compared with the last that says what it is.
    assert_eq!(
        log[1].follows.as_ref().unwrap().to_string(),
        "e54000051-2026-07-1"
    );
    assert_eq!(log[1].changes.len(), 2);
    assert_eq!((&log[2].follows, log[2].changes.len()), (&None, 0));
}

#[tokio::test]
async fn an_altered_manifest_is_no_manifest() {
    let store = InMemory::new();
    let found = ReleaseFacts::read(&store, &root(), ID).await.unwrap();
    assert_eq!(found, FactsFound::Nothing);
    for text in ["", "[]", "{}", "{\"release\":1}"] {
        store
            .put(&Path::from(format!("{ID}/manifest.json")), text.into())
            .await
            .unwrap();
        let found = ReleaseFacts::read(&store, &root(), ID).await.unwrap();
        assert_eq!(found, FactsFound::Damaged, "{text}");
    }
    let other = manifest(OTHER, "1", "7").to_string();
    store
        .put(&Path::from(format!("{ID}/manifest.json")), other.into())
        .await
        .unwrap();
    let found = ReleaseFacts::read(&store, &root(), ID).await.unwrap();
    assert_eq!(found, FactsFound::Damaged);
}
