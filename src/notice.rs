//! What a test says even when it passes: how much it checked, or that it was not run.

use std::io::Write;

/// Writes a line past the test runner, which keeps back what passing tests print.
pub(crate) fn notice(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Says that the running test, or a part of it, is not run because something is absent that this
/// machine would have to have: `input` names it in one word.
///
/// The test runner knows no such outcome and counts the test as passed. So it is also written to the
/// file that `POPULACE_TEST_MISSING` names, which `.ci/run` counts and prints. Panics when
/// `POPULACE_TEST_REQUIRE` lists the input (words between commas) or is `all`.
pub(crate) fn missing(input: &str, why: &str) {
    let thread = std::thread::current();
    let line = format!(
        "not run: {} ({input}: {why})",
        thread.name().unwrap_or("a test")
    );
    notice(&line);
    if let Some(list) = std::env::var_os("POPULACE_TEST_MISSING") {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.create(true).append(true).open(list).unwrap();
        file.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
    let required = std::env::var("POPULACE_TEST_REQUIRE").unwrap_or_default();
    let is_required = required
        .split(',')
        .any(|word| word == "all" || word == input);
    assert!(
        !is_required,
        "{line}, but POPULACE_TEST_REQUIRE asks for it"
    );
}
