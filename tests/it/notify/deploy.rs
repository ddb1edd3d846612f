//! The files with which others start a night.

use crate::project::{Project, missing, populace, repository, text};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

fn shipped(file: &str) -> String {
    std::fs::read_to_string(repository().join("deploy").join(file)).unwrap()
}

/// The program must know each argument: with `--help` it says so without doing anything.
fn is_a_command(arguments: &[&str]) {
    let output = populace().args(arguments).arg("--help").output().unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
    assert!(
        text(&output.stdout).contains("populace nightly"),
        "{arguments:?}"
    );
}

/// The values of a key of a systemd unit.
fn values<'u>(unit: &'u str, key: &str) -> Vec<&'u str> {
    let lines = unit.lines().filter_map(|line| line.split_once('='));
    lines
        .filter(|(name, _)| *name == key)
        .map(|(_, value)| value)
        .collect()
}

#[test]
fn the_service_is_closed_and_takes_a_refusal_for_no_crash() {
    let unit = shipped("systemd/populace-nightly.service");
    for (key, value) in [
        ("Type", "oneshot"),
        ("SuccessExitStatus", "1 143"),
        ("RestartPreventExitStatus", "2"),
        ("NoNewPrivileges", "yes"),
        ("PrivateTmp", "yes"),
        ("ProtectSystem", "strict"),
        ("CapabilityBoundingSet", ""),
        ("LoadCredential", "populace.key:/etc/populace/populace.key"),
    ] {
        assert_eq!(values(&unit, key), [value], "{key}");
    }
    assert!(values(&unit, "ReadOnlyPaths").contains(&"/srv/populace/project"));
    let command: Vec<&str> = values(&unit, "ExecStart")[0].split(' ').collect();
    assert_eq!(command[0], "/usr/local/bin/populace");
    is_a_command(&command[1..]);
    let timer = shipped("systemd/populace-nightly.timer");
    assert_eq!(values(&timer, "Persistent"), ["yes"]);
}

#[test]
fn systemd_reads_the_units() {
    if Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_err()
    {
        missing("systemd", "there is no systemd-analyze");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let here = std::env::current_exe().unwrap();
    for file in ["populace-nightly.service", "populace-nightly.timer"] {
        // The program and its account are not on this machine.
        let unit = shipped(&format!("systemd/{file}"));
        let unit = unit.replace(
            "ExecStart=/usr/local/bin/populace",
            &format!("ExecStart={}", here.display()),
        );
        let unit = unit.replace("User=populace\nGroup=populace\n", "DynamicUser=yes\n");
        std::fs::write(folder.path().join(file), unit).unwrap();
    }
    let verify = |folder: &Path| {
        let mut command = Command::new("systemd-analyze");
        command.args(["verify", "--man=no"]).current_dir(folder);
        let read = command
            .args(["./populace-nightly.timer", "./populace-nightly.service"])
            .output()
            .unwrap();
        (read.status.success(), text(&read.stderr))
    };
    let (good, said) = verify(folder.path());
    assert!(good && !said.contains("populace-nightly"), "{said}");
    // What it finds wrong it says, and this test would see it.
    let file = folder.path().join("populace-nightly.service");
    let unit = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, unit.replace("PrivateTmp=yes", "PrivateTpm=yes")).unwrap();
    let (_, said) = verify(folder.path());
    assert!(said.contains("PrivateTpm"), "{said}");
}

#[test]
fn the_line_of_cron_is_one() {
    let file = shipped("cron/populace");
    let lines: Vec<&str> = file
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    let [shell, mail, line] = lines[..] else {
        panic!("{lines:?}");
    };
    assert_eq!((shell, mail), ("SHELL=/bin/sh", "MAILTO=\"\""));
    let fields: Vec<&str> = line.splitn(7, char::is_whitespace).collect();
    assert_eq!(&fields[..5], ["0", "2", "*", "*", "*"]);
    let (user, command) = fields[6].trim_start().split_once("  ").unwrap();
    assert_eq!(user, "populace");
    assert!(
        !command.contains('%'),
        "cron takes it for the end of a line"
    );
    let (_, words) = command.split_once("exec /usr/local/bin/populace ").unwrap();
    let (words, log) = words.split_once(" 2>> ").unwrap();
    assert!(log.starts_with("/var/log/"));
    is_a_command(&words.split(' ').collect::<Vec<_>>());
}

#[test]
fn the_cron_job_of_kubernetes_forbids_two_at_once_and_tries_no_refusal_again() {
    let job: Value = serde_norway::from_str(&shipped("kubernetes/cronjob.yaml")).unwrap();
    assert_eq!(
        (&job["apiVersion"], &job["kind"]),
        (&json!("batch/v1"), &json!("CronJob"))
    );
    let spec = &job["spec"];
    assert_eq!(spec["concurrencyPolicy"], "Forbid");
    assert_eq!(spec["schedule"].as_str().unwrap().split(' ').count(), 5);
    let job = &spec["jobTemplate"]["spec"];
    let rule = &job["podFailurePolicy"]["rules"][0];
    assert_eq!(rule["action"], "FailJob");
    assert_eq!(
        rule["onExitCodes"],
        json!({"containerName": "populace", "operator": "In", "values": [1, 2]})
    );
    let pod = &job["template"]["spec"];
    // A policy on exit codes is allowed with this one only.
    assert_eq!(pod["restartPolicy"], "Never");
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    let container = &pod["containers"][0];
    assert_eq!(container["name"], "populace");
    assert_eq!(
        container["securityContext"],
        json!({"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "privileged": false, "capabilities": {"drop": ["ALL"]}})
    );
    let names = |list: &Value| -> Vec<String> {
        let mut names: Vec<String> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_string())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(&container["volumeMounts"]), names(&pod["volumes"]));
    let arguments: Vec<&str> = container["args"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a.as_str().unwrap())
        .collect();
    is_a_command(&arguments);
}

#[test]
fn a_new_project_has_them() {
    let project = Project::with_library();
    for file in [
        "systemd/populace-nightly.service",
        "systemd/populace-nightly.timer",
        "cron/populace",
        "kubernetes/cronjob.yaml",
    ] {
        let copied = std::fs::read_to_string(project.path(&format!("deploy/{file}"))).unwrap();
        assert_eq!(copied, shipped(file), "{file}");
    }
}
