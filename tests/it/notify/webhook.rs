//! What arrives at a webhook.

use super::http_listener::HttpListener;
use super::{break_a_model, project, with_notify};
use crate::project::{Project, synth, text};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "a secret for the tests";

fn settings(url: &str) -> String {
    format!(
        "[notify]\nname = \"north\"\n[notify.webhook]\nurl = \"{url}/hook\"\nsecret = \"file:hook.secret\"\n"
    )
}

/// A project whose nights tell a listener.
fn telling(record: &std::path::Path, listener: &HttpListener) -> Project {
    let project = project(record, &settings(&listener.url));
    std::fs::write(project.path("hook.secret"), format!("{SECRET}\n")).unwrap();
    project
}

fn only(listener: &HttpListener) -> Value {
    let posted = listener.posted();
    assert_eq!(posted.len(), 1);
    posted[0].json()
}

#[test]
fn a_good_night_and_a_refused_one_arrive_signed() {
    let record = synth(30, 7, false);
    let listener = HttpListener::answering(&[]);
    let project = telling(record.path(), &listener);
    project.ok(&["nightly"]);
    let posted = listener.posted();
    assert_eq!(posted.len(), 1);
    let one = &posted[0];
    assert_eq!(one.path, "/hook");
    let (id, seconds) = (
        &one.headers["webhook-id"],
        &one.headers["webhook-timestamp"],
    );
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(&one.body);
    let code = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    assert_eq!(one.headers["webhook-signature"], format!("v1,{code}"));
    let told = one.json();
    assert_eq!(told["type"], "populace.nightly.success");
    assert_eq!(told["text"], "north: populace nightly done");
    let data = &told["data"];
    assert_eq!(
        (&data["exit_code"], &data["outcome"]),
        (&json!(0), &json!("success"))
    );
    assert_eq!(data["run"], id.as_str());
    let release = project.json(&["status"])["releases"][0]["release"].clone();
    assert_eq!(data["release"]["release"], release);
    assert_eq!(data["release"]["written"], true);
    assert!(data["release"]["figures_shown"].as_u64().unwrap() > 0);
    assert!(data["models_built"].as_u64().unwrap() > 10, "{data}");

    break_a_model(&project);
    let said = project.fails(1, &["nightly"]);
    assert!(
        said.contains("17 rows"),
        "the terminal says how many: {said}"
    );
    let told = only(&listener);
    assert_eq!(told["type"], "populace.nightly.refusal");
    let data = &told["data"];
    assert_eq!(
        (&data["exit_code"], &data["step"]),
        (&json!(1), &json!("run"))
    );
    assert_eq!(data["models_failed"], json!(["marts.numbers"]));
    assert!(
        data["what"][0]
            .as_str()
            .unwrap()
            .starts_with("checks of models failed"),
        "{data}"
    );
    for words in [&data["what"], &data["advice"]] {
        assert!(
            !words.to_string().contains("17"),
            "no count leaves: {words}"
        );
    }
}

#[test]
fn a_pipeline_file_that_cannot_be_read_is_told_of() {
    let record = synth(5, 7, false);
    let listener = HttpListener::answering(&[]);
    let project = telling(record.path(), &listener);
    for wrong in ["[laek]\nurl = \"x\"\n", "[sources\nkind = = 1\n"] {
        project.write_pipeline(&format!(
            "{}{wrong}",
            with_notify(record.path(), &settings(&listener.url))
        ));
        project.fails(2, &["nightly"]);
        let told = only(&listener);
        assert_eq!(told["type"], "populace.nightly.failure");
        assert_eq!(
            (&told["data"]["exit_code"], &told["data"]["step"]),
            (&json!(2), &Value::Null)
        );
        let what = told["data"]["what"][0].as_str().unwrap();
        assert!(what.contains("pipelines/nightly.toml:"), "{what}");
    }
}

#[test]
fn a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_said() {
    let record = synth(5, 7, false);
    let listener = HttpListener::answering(&["503 Busy", "429 Slower"]);
    let project = telling(record.path(), &listener);
    project.ok(&["nightly"]);
    let posted = listener.posted();
    assert_eq!(posted.len(), 3);
    assert!(
        posted
            .iter()
            .all(|one| one.headers["webhook-id"] == posted[0].headers["webhook-id"])
    );

    for (status, said) in [
        ("401 Unauthorised", "status 401; check the secret"),
        ("302 Found", "status 302; it sends us elsewhere"),
    ] {
        let listener = HttpListener::answering(&[status]);
        project.write_pipeline(&with_notify(record.path(), &settings(&listener.url)));
        let output = project.run(&["nightly"]);
        assert_eq!(
            output.status.code(),
            Some(0),
            "the night was good all the same"
        );
        let stderr = text(&output.stderr);
        assert!(
            stderr.contains("not told: the webhook at http://127.0.0.1:") && stderr.contains(said),
            "{stderr}"
        );
        assert!(
            !stderr.contains("/hook"),
            "the path may be a secret: {stderr}"
        );
        assert_eq!(listener.posted().len(), 1);
    }
}

#[test]
fn a_night_that_is_told_to_stop_says_so_before_it_ends() {
    let record = synth(5, 7, false);
    let listener = HttpListener::answering(&[]);
    let project = telling(record.path(), &listener);
    // The key never comes, so that the night is at work when the signal does.
    std::fs::write(project.path("key.sh"), "touch asked\nexec sleep 60\n").unwrap();
    let pipeline = with_notify(record.path(), &settings(&listener.url));
    project.write_pipeline(&pipeline.replace("file:test.key", "command:sh key.sh"));
    let mut night = project.command(&["nightly"]);
    let night = night.stderr(std::process::Stdio::piped()).spawn().unwrap();
    while !project.path("asked").exists() {
        std::thread::yield_now();
    }
    let id = nix::unistd::Pid::from_raw(night.id().try_into().unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).unwrap();
    let output = night.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(143), "{}", text(&output.stderr));
    let told = only(&listener);
    assert_eq!(
        told["text"],
        "north: populace nightly stopped (exit code 143)"
    );
    let data = &told["data"];
    assert_eq!(
        (&data["outcome"], &data["stopped"]),
        (&json!("failure"), &json!(true))
    );
    assert_eq!(data["what"], json!(["stopped by SIGTERM during nightly"]));
}

#[test]
fn only_the_ends_that_are_chosen_are_told() {
    let record = synth(5, 7, false);
    let listener = HttpListener::answering(&[]);
    let project = telling(record.path(), &listener);
    let chosen = format!("{}on = [\"refusal\"]\n", settings(&listener.url));
    project.write_pipeline(&with_notify(record.path(), &chosen));
    project.ok(&["nightly"]);
    assert_eq!(listener.posted().len(), 0);
    break_a_model(&project);
    project.fails(1, &["nightly"]);
    assert_eq!(only(&listener)["data"]["outcome"], "refusal");
}

#[test]
fn a_release_is_told_of_and_a_rehearsal_is_not() {
    let record = synth(30, 7, false);
    let listener = HttpListener::answering(&[]);
    let project = telling(record.path(), &listener);
    project.ok(&["pull"]);
    project.ok(&["run"]);
    project.ok(&["release", "--dry-run"]);
    assert_eq!(listener.posted().len(), 0);
    project.ok(&["release"]);
    assert_eq!(only(&listener)["type"], "populace.release.success");
    let mut unsure = project.command(&["release", "no_such_report"]);
    assert_eq!(unsure.output().unwrap().status.code(), Some(2));
    let told = only(&listener);
    assert_eq!(told["type"], "populace.release.failure");
    assert_eq!(told["data"]["exit_code"], 2);
}
