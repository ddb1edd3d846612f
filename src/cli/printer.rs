//! The one printer: data on standard output, everything else on standard error.

use super::global::Global;
use crate::error::{Error, Kind, Result};
use crate::progress::Progress;
use crate::visible::{json, lines};
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::io::Write;

/// Prints for people, or one summary for machines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Printer {
    quiet: bool,
    json: bool,
    progress: bool,
}

const RED: Style = AnsiColor::Red.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();

impl Printer {
    /// A printer as the options say. Without progress bars there are no colours either: who asks
    /// for that keeps what is printed.
    pub(super) fn new(global: &Global) -> Self {
        if global.no_progress {
            anstream::ColorChoice::Never.write_global();
        }
        Printer {
            quiet: global.quiet,
            json: global.json,
            progress: !(global.quiet || global.no_progress || global.json),
        }
    }

    /// A printer for a command line that could not be read.
    pub(super) fn of_json(json: bool) -> Self {
        Printer {
            quiet: false,
            json,
            progress: false,
        }
    }

    /// Progress bars as the options say.
    pub(super) fn progress(self) -> Progress {
        Progress::new(self.progress)
    }

    /// What a command did: `lines` for people, `summary` for machines.
    pub(super) fn summary(self, summary: &impl Serialize, lines: &[String]) -> Result<()> {
        if self.json {
            let text = serde_json::to_string(summary)
                .map_err(|e| Error::data("cannot print the summary").cause(e))?;
            self.data(&format!("{}\n", json(&text)))
        } else {
            for line in lines {
                self.say(line);
            }
            Ok(())
        }
    }

    /// Data, to standard output. A reader that went away (`| head`) is no error.
    pub(super) fn data(self, text: &str) -> Result<()> {
        match anstream::stdout().write_all(text.as_bytes()) {
            Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Error::data("cannot write to standard output").cause(e))
            }
            _ => Ok(()),
        }
    }

    /// A line for people.
    pub(super) fn say(self, line: &str) {
        if !self.quiet && !self.json {
            let _ = writeln!(anstream::stderr(), "{}", lines(line));
        }
    }

    /// A line that goes with a failure, whatever the options say.
    pub(super) fn remark(self, line: &str) {
        let _ = writeln!(anstream::stderr(), "{}", lines(line));
    }

    /// The failure that ends a command: as a tired operator reads it, and for machines with `--json`.
    pub(super) fn error(self, error: &Error) {
        self.problem(error);
        if self.json {
            let _ = writeln!(
                anstream::stdout(),
                "{}",
                json(&described(error).to_string())
            );
        }
    }

    /// One of several failures, for people. What a signal ended is said in one line.
    pub(super) fn problem(self, error: &Error) {
        let mut out = anstream::stderr();
        if let (Kind::Stopped(_), Some(hint)) = (error.kind(), error.hint_text()) {
            let _ = writeln!(out, "{}; {}", lines(error.what()), lines(hint));
            return;
        }
        let _ = writeln!(out, "{RED}error:{RED:#} {}", lines(error.what()));
        for cause in error.causes() {
            let _ = writeln!(out, "{RED}cause:{RED:#} {}", lines(cause));
        }
        if let Some(hint) = error.hint_text() {
            let _ = writeln!(out, "\n{CYAN}hint:{CYAN:#} {}", lines(hint));
        }
    }
}

/// A failure for machines.
pub(super) fn described(error: &Error) -> serde_json::Value {
    let cause = (!error.causes().is_empty()).then(|| error.causes().join(": "));
    serde_json::json!({
        "error": {
            "kind": error.kind().name(),
            "message": error.what(),
            "cause": cause,
            "hint": error.hint_text(),
            "exit_code": error.kind().exit_code(),
        }
    })
}
