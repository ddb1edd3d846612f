//! Queries whose values grow: each is answered or ends for want of memory, and none takes the
//! machine's.

use crate::project::{Project, missing, notice, synth, text};
use std::process::{Child, Stdio};
use std::time::Duration;

/// What the machine may see of a query with `--memory-limit 256MB`, code and files included.
const MOST: u64 = 1 << 30;

/// The largest size that a process had, in bytes, watched until it ends.
fn peak(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let now = std::fs::read_to_string(&status).unwrap_or_default();
        let now = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = now.and_then(|kilobytes| kilobytes.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(now.unwrap_or(0) * 1024);
        #[allow(clippy::disallowed_methods)] // between two looks
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

/// Runs one query; gives its exit code, its peak and what it said.
fn ask(project: &Project, sql: &str) -> (Option<i32>, u64, String) {
    let arguments = [
        "sql",
        "--record-level",
        "a test",
        "--memory-limit",
        "256MB",
        "--format",
        "csv",
        "-c",
        sql,
    ];
    let mut command = project.command(&arguments);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let peak = peak(&mut child);
    let output = child.wait_with_output().unwrap();
    (output.status.code(), peak, text(&output.stderr))
}

/// A dozen of the queries; all of them with `POPULACE_HUNGRY=all`, which takes minutes.
#[test]
fn expressions_that_grow_end_the_query_and_not_the_machine() {
    let record = synth(700, 5, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let all = std::env::var_os("POPULACE_HUNGRY").is_some();
    let queries: Vec<&str> = include_str!("hungry.sql").lines().collect();
    assert!(queries.len() >= 60);
    let (mut answered, mut ended, mut largest) = (0, 0, 0);
    for sql in queries.iter().step_by(if all { 1 } else { 6 }) {
        let (code, peak, said) = ask(&project, sql);
        assert!(peak < MOST, "{sql}: {peak} bytes");
        largest = largest.max(peak);
        match code {
            Some(0) => answered += 1,
            Some(3) => {
                let memory = said.contains("not enough memory") || said.contains("size overflow");
                assert!(memory, "{sql}: {said}");
                ended += 1;
            }
            other => panic!("{sql}: {other:?}: {said}"),
        }
    }
    assert!(answered > 2 && ended > 2, "{answered} {ended}");
    let left = std::fs::read_dir(project.path("tmp")).unwrap().count();
    assert_eq!(
        left, 0,
        "the temporary folder of a query that ended is removed"
    );
    if largest == 0 {
        missing("proc", "the memory of the queries was not seen");
    }
    notice(&format!(
        "{answered} hungry queries answered, {ended} ended, the largest took {} MB",
        largest >> 20
    ));
}

#[test]
fn a_text_repeated_too_often_hits_the_limit_of_the_process() {
    let record = synth(50, 5, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let sql = "select sum(length(repeat(practice_code, 100000000))) from record.patient";
    let (code, peak, said) = ask(&project, sql);
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.starts_with("error: query: there is not enough memory"),
        "{said}"
    );
    assert!(said.contains("--memory-limit"), "{said}");
    assert!(peak < MOST / 2, "{peak}");
    // A literal is computed while the query is planned.
    let (code, peak, said) = ask(&project, "select length(repeat('xyz', 700000000))");
    assert_eq!(code, Some(3), "{said}");
    assert!(peak < MOST / 2, "{peak}");
}
