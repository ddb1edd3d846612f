//! `populace release --approve` and its like: releases are approved, published, withdrawn and returned
//! by people with names, as their publication and the audit log say.

use crate::project::{Project, files_below, synth};
use serde_json::Value;

/// A project with a release that a night has made, and its identifier.
pub(crate) fn released() -> (tempfile::TempDir, Project, String) {
    let record = synth(60, 9, false);
    let project = Project::over(record.path());
    let night = project.json(&["nightly"]);
    let release = night["release"]["release"].as_str().unwrap().to_string();
    (record, project, release)
}

/// Adds lines to `[releases]`.
fn set(project: &Project, lines: &str) {
    let file = project.path("pipelines/nightly.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, after) = text.split_once("url = \"releases\"\n").unwrap();
    project.write_pipeline(&format!("{before}url = \"releases\"\n{lines}\n{after}"));
}

pub(crate) fn decided(project: &Project, what: &str, release: &str) -> Value {
    project.json(&["release", what, release, "--by", "Ann Example"])
}

/// What the list says of a release.
pub(crate) fn listed(project: &Project, release: &str) -> Value {
    let all = project.json(&["release", "--list"]);
    let mut all = all.as_array().unwrap().iter();
    all.find(|one| one["release"] == release).unwrap().clone()
}

#[test]
fn a_release_goes_from_draft_to_published_to_withdrawn() {
    let (_record, project, release) = released();
    let before = project.released();
    let draft = listed(&project, &release);
    assert_eq!(
        (&draft["state"], &draft["name"]),
        (&"draft".into(), &Value::Null)
    );

    let said = project.fails(
        1,
        &["release", "--publish", &release, "--by", "Ann Example"],
    );
    assert!(
        said.contains("is draft, and cannot become published"),
        "{said}"
    );
    let approved = decided(&project, "--approve", &release);
    let name = approved["name"].as_str().unwrap().to_string();
    assert!(name.ends_with("-2026-09-1"), "{name}");
    assert_eq!(
        (&approved["state"], &approved["public"]),
        (&"approved".into(), &false.into())
    );
    // By its name too.
    let published = decided(&project, "--publish", &name);
    assert_eq!(
        (&published["state"], &published["public"]),
        (&"published".into(), &true.into())
    );
    let withdraw = ["release", "--withdraw", &name, "--by", "Ben Example"];
    let said = project.fails(2, &withdraw);
    assert!(said.contains("--reason"), "{said}");
    let reason = ["--reason", "deaths of August were missing"];
    project.ok(&[&withdraw[..], &reason].concat());
    let last = listed(&project, &release);
    assert_eq!(last["state"], "withdrawn");
    assert_eq!(last["by"], "Ben Example");
    assert_eq!(last["reason"], "deaths of August were missing");
    assert_eq!(last["public"], false);
    let said = project.fails(1, &["release", "--approve", &name, "--by", "Ann Example"]);
    assert!(
        said.contains("is withdrawn, and cannot become approved"),
        "{said}"
    );

    // Nothing of the release itself changed, and each step is a file.
    let after = project.released();
    let of_release = after.iter().filter(|(path, _)| path.starts_with(&release));
    assert!(of_release.eq(before.iter()));
    let steps = files_below(&project.path("releases/publication"));
    let steps: Vec<&String> = steps
        .keys()
        .filter(|name| name.starts_with(&release))
        .collect();
    assert_eq!(
        steps,
        [1, 2, 3]
            .map(|n| format!("{release}.{n}.json"))
            .iter()
            .collect::<Vec<_>>()
    );
    let log = project.json(&["audit"]);
    assert_eq!(log["broken"], Value::Null);
    let log = log["log"].as_array().unwrap().iter();
    let decisions: Vec<(&str, &str)> = log
        .filter(|entry| entry["release"] == release.as_str() && entry["event"] != "release")
        .map(|entry| {
            (
                entry["event"].as_str().unwrap(),
                entry["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        decisions,
        [
            ("approved", "by Ann Example"),
            ("published", "by Ann Example"),
            ("withdrawn", "by Ben Example: deaths of August were missing"),
        ]
    );
}

#[test]
fn an_edited_release_is_neither_approved_nor_published() {
    let (_record, project, release) = released();
    let folder = project.path("releases").join(&release);
    let csv = files_below(&folder)
        .into_keys()
        .find(|name| name.ends_with(".csv"))
        .unwrap();
    let whole = std::fs::read(folder.join(&csv)).unwrap();
    let edited = || std::fs::write(folder.join(&csv), [&whole[..], b"x"].concat()).unwrap();
    edited();
    let approve = ["release", "--approve", &release, "--by", "Ann Example"];
    let said = project.fails(1, &approve);
    assert!(said.contains("is not as it was made"), "{said}");
    assert!(said.contains(&csv), "{said}");
    assert_eq!(listed(&project, &release)["state"], "draft");
    assert!(
        !project
            .path("releases/publication")
            .join(format!("{release}.1.json"))
            .exists()
    );

    std::fs::write(folder.join(&csv), &whole).unwrap();
    decided(&project, "--approve", &release);
    edited();
    let said = project.fails(
        1,
        &["release", "--publish", &release, "--by", "Ann Example"],
    );
    assert!(said.contains("is not as it was made"), "{said}");
    std::fs::write(folder.join(&csv), &whole).unwrap();
    decided(&project, "--publish", &release);
    // What is altered can still be withdrawn, and what is gone too.
    std::fs::remove_dir_all(&folder).unwrap();
    project.ok(&[
        "release",
        "--withdraw",
        &release,
        "--by",
        "Ann Example",
        "--reason",
        "it is gone",
    ]);
    assert_eq!(listed(&project, &release)["there"], false);
}

#[test]
fn an_embargo_holds_a_release_back() {
    let (_record, project, release) = released();
    let approve = [
        "release",
        "--approve",
        &release,
        "--by",
        "Ann Example",
        "--embargo",
    ];
    for (wrong, what) in [
        (
            "2020-01-01T00:00:00Z",
            "over already: 1 January 2020, 00:00 GMT",
        ),
        ("tomorrow", "RFC 3339"),
        ("2026-12-10T09:30:00", "RFC 3339"),
        ("9999-12-31T00:00:00Z", "more than a year"),
    ] {
        let said = project.fails(2, &[&approve[..], &[wrong]].concat());
        assert!(said.contains(what), "{said}");
    }
    assert_eq!(listed(&project, &release)["state"], "draft");
    let end = (chrono::Utc::now() + chrono::Duration::days(3))
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string();
    project.ok(&[&approve[..], &[&end]].concat());
    let published = decided(&project, "--publish", &release);
    assert_eq!(published["embargo"], end.as_str());
    assert_eq!(published["public"], false);
    assert_eq!(
        project.json(&["release", "--changelog"]),
        serde_json::json!([])
    );
    let output = project.run(&["release", "--changelog"]);
    assert_eq!(crate::project::text(&output.stdout), "");
    let said = crate::project::text(&output.stderr);
    assert!(said.contains("readers have seen no release yet"), "{said}");
}

#[test]
fn wrong_uses_decide_nothing() {
    let (_record, project, release) = released();
    let unknown = "2026-09-30-000000000000";
    for (arguments, code, what) in [
        (
            &["--approve", unknown, "--by", "Ann"][..],
            2,
            "there is no release",
        ),
        (
            &["--approve", "../lake", "--by", "Ann"],
            2,
            "not the identifier of a release",
        ),
        (
            &["--approve", "..", "--by", "Ann"],
            2,
            "not the identifier of a release",
        ),
        (
            &["--approve", "wold-2026-09-7", "--by", "Ann"],
            2,
            "there is no release wold-2026-09-7",
        ),
        (&["--approve", &release], 2, "--by"),
        (&["--approve", &release, "--by", ""], 2, "says nothing"),
        (
            &["--approve", &release, "--by", "a\u{1b}[2Jbc"],
            2,
            "control character",
        ),
        (
            &["--approve", &release, "--by", "943 476 5919 Ann"],
            2,
            "number or an address",
        ),
        (
            &["--approve", &release, "--publish", &release, "--by", "Ann"],
            2,
            "cannot be used with",
        ),
        (
            &["--approve", &release, "--by", "Ann", "--dry-run"],
            2,
            "cannot be used with",
        ),
        (&["population_profile", "--list"], 2, "cannot be used with"),
        (&["--list", "-o", "list.json"], 2, "cannot be used with"),
        (&["--list", "--by", "Ann"], 2, "cannot be used with"),
        (&["--changelog", "--by", "Ann"], 2, "cannot be used with"),
        (
            &["--check", &release, "--by", "Ann"],
            2,
            "cannot be used with",
        ),
        (&["--by", "Ann"], 2, "required"),
    ] {
        let said = project.fails(code, &[&["release"], arguments].concat());
        assert!(said.contains(what), "{arguments:?}: {said}");
        assert!(!said.contains("943"), "{said}");
    }
    assert_eq!(listed(&project, &release)["state"], "draft");
    set(&project, "area = \"North Wold\"");
    let said = project.fails(2, &["release", "--approve", &release, "--by", "Ann"]);
    assert!(said.contains("cannot be named by its area"), "{said}");
}

#[test]
fn two_who_approve_at_once_end_in_one_state() {
    let (_record, project, release) = released();
    let mut running = Vec::new();
    for by in ["Ann Example", "Ben Example", "Cat Example"] {
        let mut command = project.command(&["release", "--approve", &release, "--by", by]);
        command
            .stderr(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped());
        running.push(command.spawn().unwrap());
    }
    let done: Vec<_> = running
        .into_iter()
        .map(|child| child.wait_with_output().unwrap())
        .collect();
    let steps = files_below(&project.path("releases/publication"));
    let steps = steps.iter().filter(|(name, _)| name.starts_with(&release));
    let steps: Vec<Value> = steps
        .map(|(_, bytes)| serde_json::from_slice(bytes).unwrap())
        .collect();
    // One after the other they are approvals of several; at once, one is taken and the others told.
    let taken = done.iter().filter(|output| output.status.success()).count();
    assert_eq!(steps.len(), taken);
    assert!(taken >= 1);
    for output in done.iter().filter(|output| !output.status.success()) {
        let said = crate::project::text(&output.stderr);
        assert!(
            said.contains("decided about") && said.contains("at the same moment"),
            "{said}"
        );
        assert_eq!(output.status.code(), Some(1));
    }
    assert!(
        steps
            .iter()
            .all(|step| step["state"] == "approved" && step["name"] == steps[0]["name"])
    );
}

#[test]
fn with_four_eyes_who_made_it_needs_another() {
    let (_record, project, release) = released();
    set(&project, "area = \"north-wold\"\nfour_eyes = true");
    // A night is nobody in person.
    decided(&project, "--approve", &release);
    let published = decided(&project, "--publish", &release);
    assert_eq!(published["name"], "north-wold-2026-09-1");
    project.ok(&["run", "--set", "as_of=2026-08-31"]);
    let made = project.json(&["release", "--set", "as_of=2026-08-31"]);
    let own = made["release"].as_str().unwrap();
    assert_eq!(
        decided(&project, "--approve", own)["name"],
        "north-wold-2026-08-1"
    );
    let publish = ["release", "--publish", own, "--by", "Ann Example"];
    let said = project.fails(1, &publish);
    assert!(
        said.contains("approved by nobody but who made it"),
        "{said}"
    );
    // A file in the folder of releases is no approval: the audit log has none of it.
    let first = project
        .path("releases/publication")
        .join(format!("{own}.1.json"));
    let mut step: Value = serde_json::from_slice(&std::fs::read(first).unwrap()).unwrap();
    step["account"] = "another".into();
    step["by"] = "Ben Example".into();
    let second = project
        .path("releases/publication")
        .join(format!("{own}.2.json"));
    std::fs::write(second, step.to_string()).unwrap();
    let said = project.fails(1, &publish);
    assert!(
        said.contains("approved by nobody but who made it"),
        "{said}"
    );
    project.ok(&[
        "release",
        "--return",
        own,
        "--by",
        "Ann Example",
        "--reason",
        "somebody wrote a file",
    ]);
    assert_eq!(listed(&project, own)["state"], "draft");
}

#[test]
fn a_clock_that_goes_back_and_a_damaged_step_stop_a_decision() {
    let (_record, project, release) = released();
    decided(&project, "--approve", &release);
    let file = project
        .path("releases/publication")
        .join(format!("{release}.1.json"));
    let whole = std::fs::read_to_string(&file).unwrap();
    let mut step: Value = serde_json::from_str(&whole).unwrap();
    step["at"] = "2199-01-01T00:00:00Z".into();
    std::fs::write(&file, step.to_string()).unwrap();
    let publish = ["release", "--publish", &release, "--by", "Ann Example"];
    let said = project.fails(1, &publish);
    assert!(said.contains("the clock of this machine says"), "{said}");
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let said = project.fails(3, &publish);
    assert!(
        said.contains("is damaged: step 1 is no step of a publication"),
        "{said}"
    );
    assert_eq!(listed(&project, &release)["public"], false);
    // The operator is told without asking for it.
    let output = project.run(&["status"]);
    assert_eq!(output.status.code(), Some(3));
    let told = crate::project::text(&output.stdout);
    let damage = "damaged: step 1 is no step of a publication";
    assert!(told.contains(damage), "{told}");
    let said = crate::project::text(&output.stderr);
    assert!(
        said.contains(&format!("error: the publication of {release} is {damage}")),
        "{said}"
    );
    std::fs::write(&file, whole).unwrap();
    assert_eq!(project.run(&["status"]).status.code(), Some(0));
    decided(&project, "--publish", &release);
}

#[test]
fn a_damaged_manifest_stops_neither_the_changelog_nor_the_next_release() {
    let (_record, project, release) = released();
    decided(&project, "--approve", &release);
    let name = decided(&project, "--publish", &release)["name"].clone();
    let manifest = project
        .path("releases")
        .join(&release)
        .join("manifest.json");
    std::fs::write(manifest, "{").unwrap();
    let log = project.json(&["release", "--changelog"]);
    assert_eq!(log[0]["name"], name);
    assert_eq!(log[0]["not_read"], "its manifest is not as it was made");
    project.ok(&["run", "--set", "as_of=2026-10-31"]);
    let output = project.run(&["release", "--set", "as_of=2026-10-31", "--json"]);
    let said = crate::project::text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("figures are not marked as revised") && said.contains(&release),
        "{said}"
    );
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    let next = made["release"].as_str().unwrap();
    let report = project.json(&["release", "--check", next]);
    let why = format!(
        "The manifest of {}, which readers have, is not as it was made.",
        name.as_str().unwrap()
    );
    assert_eq!(report["not_compared"], why);
    assert_eq!(report["problems"], serde_json::json!([]));
}

#[test]
fn the_changelog_says_what_is_different() {
    let (_record, project, release) = released();
    project.ok(&["run", "--set", "as_of=2026-08-31"]);
    let made = project.json(&["release", "--set", "as_of=2026-08-31"]);
    let august = made["release"].as_str().unwrap();
    for one in [august, &release] {
        decided(&project, "--approve", one);
        decided(&project, "--publish", one);
    }
    let log = project.json(&["release", "--changelog"]);
    assert_eq!(log.as_array().unwrap().len(), 2);
    assert_eq!(log[0]["release"], release.as_str());
    assert_eq!(log[0]["follows"], log[1]["name"]);
    let changes = log[0]["changes"].as_array().unwrap().iter();
    let changes: Vec<&str> = changes
        .map(|change| change["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        changes,
        ["The parameter as_of is 2026-09-30; it was 2026-08-31."]
    );
    project.ok(&["release", "--changelog", "-o", "changelog.json"]);
    let written = std::fs::read(project.path("changelog.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), log);
    let said = project.ok(&["release", "--changelog"]);
    assert!(
        said.contains("The parameter as_of is 2026-09-30; it was 2026-08-31."),
        "{said}"
    );
}

#[test]
fn the_checkers_report_says_what_was_done_and_what_is_different() {
    let record = synth(60, 9, false);
    let project = Project::over(record.path());
    let file = project.path("pipelines/nightly.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("hold_below = 0"));
    project.write_pipeline(&text.replace("hold_below = 0", "hold_below = 8"));
    let night = project.json(&["nightly"]);
    let release = night["release"]["release"].as_str().unwrap().to_string();
    let report = project.json(&["release", "--check", &release]);
    let path = project.path(&format!("releases/{release}/manifest.json"));
    let manifest: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(report["scheme"]["name"], "hes2018");
    assert_eq!(report["scheme"]["settings"], manifest["scheme"]["settings"]);
    assert!(!report["scheme"]["words"].as_array().unwrap().is_empty());
    let tables = report["tables"].as_array().unwrap();
    for table in tables {
        let (of, id) = (
            table["report"].as_str().unwrap(),
            table["table"].as_str().unwrap(),
        );
        let made = &manifest["reports"][of]["tables"][id];
        assert_eq!(table["shown"], made["cells_shown"], "{of} {id}");
        assert_eq!(table["suppressed"], made["cells_suppressed"], "{of} {id}");
        assert_eq!(table["held"], 0, "nothing was released before");
    }
    assert_eq!(report["compared"], Value::Null);
    assert_eq!(report["inputs"], manifest["inputs"]);
    assert_eq!(report["problems"], serde_json::json!([]));
    decided(&project, "--approve", &release);
    let name = decided(&project, "--publish", &release)["name"]
        .as_str()
        .unwrap()
        .to_string();

    project.ok(&["run", "--set", "as_of=2026-10-31"]);
    let made = project.json(&["release", "--set", "as_of=2026-10-31"]);
    let next = made["release"].as_str().unwrap();
    let text = project.ok(&["release", "--check", next]);
    for words in [
        "State: draft.".to_string(),
        "Scheme: hes2018.".to_string(),
        format!("Compared with {name} ({release})."),
        "The parameter as_of is 2026-10-31; it was 2026-09-30.".to_string(),
        "No report was refused when it was made.".to_string(),
        "Parameter as_of: 2026-10-31.".to_string(),
        "record.patient".to_string(),
    ] {
        assert!(text.contains(&words), "{words}: {text}");
    }
    project.ok(&["release", "--check", next, "-o", "check.html"]);
    let page = std::fs::read_to_string(project.path("check.html")).unwrap();
    assert!(
        page.contains("<h2>What disclosure control did</h2>"),
        "{page}"
    );
    assert!(
        !page.contains("<script") && !page.contains("http"),
        "{page}"
    );
    project.ok(&["release", "--check", next, "-o", "check.json"]);
    let written = std::fs::read(project.path("check.json")).unwrap();
    let report: Value = serde_json::from_slice(&written).unwrap();
    assert_eq!(report["compared"]["name"], name.as_str());
    assert!(
        report["tables"]
            .as_array()
            .unwrap()
            .iter()
            .any(|t| t["held"].as_u64() > Some(0))
    );
    let said = project.fails(2, &["release", "--check", next, "-o", "check.pdf"]);
    assert!(said.contains("does not say its form"), "{said}");
    let said = project.fails(2, &["release", "--check", "2026-09-30-000000000000"]);
    assert!(said.contains("there is no release"), "{said}");
    // A release that was altered is told as one.
    let csv = files_below(&project.path("releases").join(next)).into_keys();
    let csv = csv.into_iter().find(|file| file.ends_with(".csv")).unwrap();
    std::fs::write(project.path("releases").join(next).join(&csv), "x").unwrap();
    let output = project.run(&["release", "--check", next]);
    assert_eq!(output.status.code(), Some(1));
    assert!(crate::project::text(&output.stdout).contains("It cannot be approved or published"));
}
