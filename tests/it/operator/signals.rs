//! SIGTERM, SIGINT and SIGHUP end a command in order.

use crate::project::{Project, files_below, notice, pipeline_over, synth, text};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const SIGNALS: [Signal; 3] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP];
/// Longer than this no command takes to end: it is given four seconds, and the machine may be busy.
const SOON: Duration = Duration::from_secs(10);

/// The process of the program that runs in `folder`.
pub fn running_in(folder: &Path) -> Option<i32> {
    let folder = folder.canonicalize().ok()?;
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    processes
        .filter(|process| {
            let program = std::fs::read_link(process.path().join("exe")).unwrap_or_default();
            program == Path::new(env!("CARGO_BIN_EXE_populace"))
                && std::fs::read_link(process.path().join("cwd")).ok() == Some(folder.clone())
        })
        .find_map(|process| process.file_name().to_str()?.parse().ok())
}

/// A command that hears signals, though whoever runs the tests may ignore some: `nohup` does
/// hang-ups, and a shell interrupts of what it runs in the background.
fn hearing(command: &Command) -> Command {
    let mut hearing = Command::new("env");
    hearing
        .arg("--default-signal=HUP,INT")
        .arg(command.get_program())
        .args(command.get_args())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(folder) = command.get_current_dir() {
        hearing.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => hearing.env(name, value),
            None => hearing.env_remove(name),
        };
    }
    hearing
}

fn start(command: &Command) -> Child {
    hearing(command).spawn().unwrap()
}

#[allow(clippy::disallowed_methods)] // the moment of the signal
fn wait(moment: Duration) {
    std::thread::sleep(moment);
}

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
}

/// Waits for a command that was told to stop; gives what it said, and how long it took.
fn ended(child: Child) -> (Output, Duration) {
    let told = Instant::now();
    let output = child.wait_with_output().unwrap();
    (output, told.elapsed())
}

/// That a command ended by `signal` as it should; gives its standard error.
fn assert_stopped(ended: (Output, Duration), signal: Signal, what: &str) -> String {
    let (output, took) = ended;
    let said = text(&output.stderr);
    let what = format!("{what}, {signal}: {said}");
    assert_eq!(output.status.code(), Some(128 + signal as i32), "{what}");
    assert!(took < SOON, "{what}: took {took:?}");
    let lines: Vec<&str> = said
        .lines()
        .filter(|l| l.contains(signal.as_str()))
        .collect();
    assert_eq!(lines.len(), 1, "{what}");
    assert!(!said.contains("panicked"), "{what}");
    said
}

fn assert_nothing_left(project: &Project, what: &str) {
    let left: Vec<_> = std::fs::read_dir(project.path("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{what}: {left:?}");
}

/// Nights that are told to stop at moments spread over the time of a whole one: each ends at once
/// with its code, leaves no temporary folder and a lake that opens, and says in its log what ended it.
/// The night after it makes the release that an undisturbed one makes.
#[test]
fn a_night_ends_in_order_at_any_moment() {
    let moments: u32 = std::env::var("POPULACE_SIGNALS").map_or(10, |n| n.parse().unwrap());
    let record = synth(60, 3, false);
    let undisturbed = Project::over(record.path());
    let started = Instant::now();
    undisturbed.ok(&["nightly"]);
    let whole = started.elapsed();
    let (mut stopped, mut late) = (0, 0);
    for signal in SIGNALS {
        for moment in 1..=moments {
            let project = Project::over(record.path());
            let child = start(&project.command(&["nightly"]));
            wait(whole.mul_f64(f64::from(moment) / f64::from(moments + 1)));
            send(&child, signal);
            let (output, took) = ended(child);
            let what = format!("moment {moment} of {moments}");
            // A machine that was faster than before had ended already.
            if output.status.success() {
                late += 1;
                continue;
            }
            let said = assert_stopped((output, took), signal, &what);
            assert_nothing_left(&project, &what);
            stopped += 1;
            if project.path("lake/populace.json").exists() {
                let status = project.run(&["status", "--json"]);
                let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
                let night = status["nights"].as_array().unwrap().last().cloned();
                if said.contains("when all was done") {
                    assert_eq!(night.unwrap()["outcome"], "ok", "{what}");
                } else if let Some(night) = night {
                    assert_eq!(night["outcome"], "stopped", "{what}: {night}");
                    let last = night["steps"].as_array().unwrap().last().unwrap();
                    let detail = last["detail"].as_str().unwrap();
                    let step = last["step"].as_str().unwrap();
                    assert_eq!(
                        detail,
                        format!("stopped by {signal} during {step}"),
                        "{what}"
                    );
                    assert_eq!(status["exit_code"], 1, "{what}");
                }
            }
            if moment.is_multiple_of(3) {
                project.ok(&["nightly"]);
                assert_eq!(project.released(), undisturbed.released(), "{what}");
                project.ok(&["status"]);
            }
        }
    }
    notice(&format!(
        "nights stopped by signals: {stopped}; ended before: {late}"
    ));
    assert!(stopped >= moments * 2, "{stopped} of {}", moments * 3);
}

/// Each command, at work on something that takes long.
#[test]
fn every_command_ends_in_order() {
    let record = synth(60, 4, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    let long = "select sum(a.v * b.v % 7) as total from (select unnest(range(300000)) as v) as a cross join (select unnest(range(300000)) as v) as b";
    // A model that takes long, for run; the tables of reports do not.
    let model = format!("/*\ndescription: x\n*/\nselect total from ({long}) as t\n");
    std::fs::write(project.path("sql/core/long.sql"), model).unwrap();
    for signal in SIGNALS {
        for (arguments, step) in [
            (&["sql", "-c", long][..], "sql"),
            (&["sql", "-o", "rows.csv", "-c", long], "sql"),
            (&["run", "core.long"], "run"),
            (&["nightly"], "run"),
            (&["synth", "--people", "400000", "-o", "people"], "synth"),
        ] {
            let child = start(&project.command(arguments));
            wait(Duration::from_millis(1_500));
            send(&child, signal);
            let said = assert_stopped(ended(child), signal, &format!("{arguments:?}"));
            let line = format!("stopped by {signal} during {step}; run it again");
            assert!(said.contains(&line), "{arguments:?}: {said}");
            assert_nothing_left(&project, &format!("{arguments:?}"));
        }
        let left = files_below(&project.path(""));
        let partial = left
            .keys()
            .find(|name| name.ends_with(".partial") || name.starts_with(".populace-synth"));
        assert_eq!(partial, None, "{signal}");
        assert!(!project.path("rows.csv").exists() && !project.path("people").exists());
    }
}

/// Commands whose work is short are told to stop in the middle of it; the next one goes on where it
/// was, and ends where an undisturbed one does.
#[test]
fn a_pull_a_release_and_a_rotation_are_finished_by_the_next() {
    let record = synth(60, 5, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    let released = project.released();
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let links = || {
        project.sql(
            "select count(*), count(person_key), count(distinct person_key) from record.condition",
        )
    };
    let before = links();
    let mut stopped = 0;
    for (number, signal) in SIGNALS.into_iter().enumerate() {
        for arguments in [
            &["pull"][..],
            &["run"],
            &["release"],
            &["verify", "lake"],
            &["vacuum", "--keep-days", "0"],
            &["key", "rotate"],
        ] {
            match arguments[0] {
                "pull" => std::fs::remove_dir_all(project.path("lake")).unwrap(),
                "release" => std::fs::remove_dir_all(project.path("releases")).unwrap(),
                "key" => project.write_pipeline(&pipeline.replace(
                    "key = \"file:test.key\"",
                    "key = \"file:new.key\"\nkey_before = [\"file:test.key\"]",
                )),
                _ => {}
            }
            let new_key = format!("{number}").repeat(64);
            std::fs::write(project.path("new.key"), new_key.replace('0', "a")).unwrap();
            let child = start(&project.command(arguments));
            wait(Duration::from_millis(150));
            send(&child, signal);
            let (output, took) = ended(child);
            let what = format!("{arguments:?}");
            if !output.status.success() {
                assert_stopped((output, took), signal, &what);
                stopped += 1;
            }
            assert_nothing_left(&project, &what);
            project.ok(arguments);
        }
        assert_eq!(links(), before, "{signal}");
        project.write_pipeline(&pipeline);
        std::fs::remove_dir_all(project.path("lake")).unwrap();
        project.ok(&["nightly"]);
        assert_eq!(project.released(), released, "{signal}");
    }
    assert!(stopped >= 3, "{stopped}");
}

/// A key command that waits for ever is ended with the command that started it.
#[test]
fn a_program_that_gives_the_key_ends_with_the_command() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    // A length that no other process sleeps.
    let sleep = format!("sleep 98765.{}", std::process::id());
    let with_command =
        pipeline_over(record.path()).replace("file:test.key", &format!("command:{sleep}"));
    project.write_pipeline(&with_command);
    let asleep = || {
        let found = Command::new("sh")
            .args(["-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"])
            .output();
        text(&found.unwrap().stdout).contains(&sleep)
    };
    for signal in SIGNALS {
        for command in ["pull", "nightly"] {
            let child = start(&project.command(&[command]));
            let started = Instant::now();
            while !asleep() && started.elapsed() < SOON {
                wait(Duration::from_millis(20));
            }
            send(&child, signal);
            assert_stopped(ended(child), signal, command);
            assert!(!asleep(), "{command}");
        }
    }
}

/// Who waits for input that does not come is stuck: it is ended all the same, and at once when it is
/// told again.
#[test]
fn a_second_signal_ends_at_once() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let arguments = [
        "view",
        "pipelines/views/patient.json",
        "-",
        "-o",
        "rows.csv",
    ];
    for twice in [false, true] {
        let mut command = hearing(&project.command(&arguments));
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input
            .write_all(b"{\"resourceType\":\"Patient\",\"id\":\"a\"}\n")
            .unwrap();
        wait(Duration::from_millis(700));
        send(&child, Signal::SIGTERM);
        if twice {
            wait(Duration::from_millis(100));
            send(&child, Signal::SIGTERM);
        }
        let ended = ended(child);
        let took = ended.1;
        assert_stopped(ended, Signal::SIGTERM, "view");
        assert!(!twice || took < Duration::from_secs(3), "{took:?}");
        let left = files_below(&project.path(""));
        assert!(
            !left.keys().any(|name| name.contains("rows.csv")),
            "{twice}"
        );
        drop(input);
    }
}

/// `nohup populace nightly`: the terminal may go.
#[test]
fn a_hang_up_that_is_ignored_stays_ignored() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let program = env!("CARGO_BIN_EXE_populace");
    let mut command = Command::new("sh");
    command.current_dir(project.path("")).args([
        "-c",
        "trap '' HUP; exec \"$0\" nightly --temp-dir tmp",
        program,
    ]);
    let child = start(&command);
    wait(Duration::from_millis(300));
    send(&child, Signal::SIGHUP);
    let (output, _) = ended(child);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// `populace sql … | head`: a reader that goes away ends the query, without a word.
#[test]
fn a_reader_that_goes_away_ends_a_query_quietly() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    for format in ["csv", "json", "table"] {
        let query = "select unnest(range(3000000)) as number";
        let mut child = start(&project.command(&["sql", "--format", format, "-c", query]));
        let mut rows = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        rows.read_line(&mut first).unwrap();
        assert!(!first.is_empty(), "{format}");
        drop(rows);
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(said, "", "{format}");
        assert_eq!(child.wait().unwrap().code(), Some(0), "{format}");
        assert_nothing_left(&project, format);
    }
    // Nor does a closed standard error stop anything.
    let mut command = project.command(&["nightly", "-vvv"]);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// `ulimit -f`, or a quota: the write fails as on a full disk, and the process is not killed.
#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_no_kill() {
    let record = synth(60, 9, false);
    let project = Project::over(record.path());
    let mut limited = Command::new("bash");
    let command = project.command(&["nightly"]);
    limited
        .args(["-c", "ulimit -f 8; exec \"$@\"", "bash"])
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(project.path(""));
    let output = limited.output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("File too large"), "{said}");
    assert_eq!(files_below(&project.path("tmp")).len(), 0);
    project.ok(&["nightly"]);
}
