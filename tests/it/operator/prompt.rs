//! The prompt of `populace sql`, on a terminal.

use super::signals::running_in;
use super::terminal::Terminal;
use crate::project::{Project, synth};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::time::{Duration, Instant};

const LONG: &str = "select sum(a.v * b.v % 7) from (select unnest(range(300000)) as v) as a cross join (select unnest(range(300000)) as v) as b;\n";

fn pause(milliseconds: u64) {
    std::thread::park_timeout(Duration::from_millis(milliseconds));
}

/// The prompt soon takes next to no processor time: what was cancelled has ended.
fn assert_idle(project: &Project) {
    let prompt = running_in(&project.path("")).unwrap();
    let ticks = || -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{prompt}/stat")).unwrap();
        let (_, numbers) = stat.rsplit_once(')').unwrap();
        let times = numbers.split_whitespace().skip(11).take(2);
        times.map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    };
    for _ in 0..30 {
        let before = ticks();
        pause(1_000);
        // A hundred ticks are a second of one processor.
        if ticks() - before < 10 {
            return;
        }
    }
    panic!("a cancelled query is still at work");
}

#[test]
fn ctrl_c_cancels_a_query_and_not_the_prompt() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let Some(mut terminal) = Terminal::start(&project, &[], "sql --temp-dir tmp") else {
        return;
    };
    terminal.wait_for("populace> ", 1);
    let started = Instant::now();
    for times in 1..=2 {
        terminal.keys(LONG);
        // A key that comes before the query has begun is one of the line editor's: on a busy machine
        // it has to be pressed again, as anybody would.
        while terminal.shown().matches("cancelled").count() < times {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "{}",
                terminal.shown()
            );
            pause(700);
            terminal.keys("\u{3}");
        }
        assert_idle(&project);
    }
    // At the prompt it forgets what was typed so far, and no more.
    terminal.keys("select 1 as\n");
    pause(200);
    terminal.keys("\u{3}");
    pause(200);
    terminal.keys("select 41 + 1 as answer;\n");
    terminal.wait_for("| 42 ", 1);
    terminal.keys("describe record.patient;\n");
    terminal.wait_for("Pseudonym of the record", 1);
    terminal.keys("\\d record.patient\n");
    terminal.wait_for("Pseudonym of the record", 2);
    terminal.keys("explain select 1;\n");
    terminal.wait_for("physical_plan", 1);
    terminal.keys("show tables;\n");
    terminal.wait_for("| patient ", 1);
    terminal.keys("show functions;\n");
    terminal.wait_for("age_band", 1);
    terminal.keys("\\q\n");
    let (status, shown) = terminal.end();
    assert_eq!(status.code(), Some(0), "{shown}");
    assert!(!shown.contains("panicked"), "{shown}");
    assert_eq!(std::fs::read_dir(project.path("tmp")).unwrap().count(), 0);
}

/// SIGTERM ends it in the middle of typing, and the terminal has its echo back.
#[test]
fn a_prompt_that_is_told_to_stop_gives_the_terminal_back() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let Some(mut terminal) = Terminal::start(
        &project,
        &[],
        "sql --temp-dir tmp; echo code $?; stty -a | grep -o ' echo '; echo over",
    ) else {
        return;
    };
    terminal.wait_for("populace> ", 1);
    terminal.keys("select 1 as");
    pause(300);
    let prompt = running_in(&project.path("")).unwrap();
    kill(Pid::from_raw(prompt), Signal::SIGTERM).unwrap();
    terminal.wait_for("over", 1);
    let (_, shown) = terminal.end();
    assert!(shown.contains("stopped by SIGTERM during sql"), "{shown}");
    assert!(shown.contains("code 143"), "{shown}");
    assert!(shown.contains(" echo "), "{shown}");
    assert_eq!(std::fs::read_dir(project.path("tmp")).unwrap().count(), 0);
}
