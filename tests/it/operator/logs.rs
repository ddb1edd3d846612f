//! What is logged at which level, and what never reaches a file.

use super::terminal::Terminal;
use crate::project::{Project, synth, text};

/// The modules that logged, by the first word of their path.
fn crates(log: &str) -> std::collections::BTreeSet<String> {
    let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
    let of_line = |line: &str| {
        let rest = levels
            .iter()
            .find_map(|level| line.split_once(&format!(" {level} ")))?
            .1;
        // Spans come first: `span{field=1}: target: message`.
        let target = rest
            .split(": ")
            .find(|part| !part.contains(['{', '}', ' ']))?;
        Some(target.split("::").next()?.to_string())
    };
    log.lines().filter_map(of_line).collect()
}

#[test]
fn two_v_show_populace_and_three_its_libraries_too() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let logged = |arguments: &[&str]| {
        let output = project.run(arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        crates(&text(&output.stderr))
    };
    assert_eq!(logged(&["nightly"]), crates(""));
    let own = std::collections::BTreeSet::from(["populace".to_string()]);
    for verbose in ["-v", "-vv"] {
        std::fs::remove_dir_all(project.path("lake")).unwrap();
        assert_eq!(logged(&["nightly", verbose]), own, "{verbose}");
    }
    std::fs::remove_dir_all(project.path("lake")).unwrap();
    let all = logged(&["nightly", "-vvv"]);
    assert!(all.contains("populace") && all.len() > 2, "{all:?}");
}

#[test]
fn files_and_pipes_get_no_escape_codes() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    for arguments in [
        &["nightly"][..],
        &["nightly", "-vvv"],
        &["nightly", "--no-progress", "-v"],
        &["nigtly"],
        &["run", "absent"],
        &["status"],
        &["--help"],
    ] {
        let mut command = project.command(arguments);
        let output = command.env("TERM", "xterm-256color").output().unwrap();
        for bytes in [&output.stdout, &output.stderr] {
            assert!(!bytes.contains(&0x1b), "{arguments:?}: {}", text(bytes));
        }
    }
}

#[test]
fn a_terminal_that_is_asked_for_none_gets_no_escape_codes() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    for (variables, options, coloured) in [
        (&[][..], "", true),
        (&[("NO_COLOR", "1")], "", false),
        (&[("TERM", "dumb")], "", false),
        (&[], "--no-progress", false),
    ] {
        for command in ["run absent -v", "pull --set x"] {
            let arguments = format!("{command} {options}");
            let Some(terminal) = Terminal::start(&project, variables, &arguments) else {
                return;
            };
            let (_, shown) = terminal.end();
            assert!(shown.contains("error:"), "{shown}");
            let said = format!("{variables:?} {arguments}: {shown:?}");
            assert_eq!(shown.contains('\u{1b}'), coloured, "{said}");
        }
    }
    // Bars are drawn with escape codes: none on a terminal that has none of them.
    for (variables, options) in [(&[("TERM", "dumb")][..], ""), (&[], "--no-progress")] {
        let arguments = format!("nightly {options}");
        let Some(terminal) = Terminal::start(&project, variables, &arguments) else {
            return;
        };
        let (status, shown) = terminal.end();
        assert!(status.success(), "{shown}");
        assert!(
            !shown.contains('\u{1b}'),
            "{variables:?} {arguments}: {shown:?}"
        );
    }
}
