//! What a test says even when it passes: what it skipped, or how much it checked.

use std::io::Write;

/// Writes a line past the test runner, which keeps back what passing tests print.
pub(crate) fn notice(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
