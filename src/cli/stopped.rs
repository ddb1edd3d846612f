//! What is said of a command that a signal ended.

use super::printer::Printer;
use super::wrong_use;
use crate::error::Error;
use crate::stop;
use std::process::ExitCode;
use std::sync::OnceLock;

/// How this command prints, for whoever ends it from outside.
pub(super) static PRINTER: OnceLock<Printer> = OnceLock::new();

pub(super) fn stopped_too_late(signal: stop::Signal) -> Error {
    let what = format!("told to stop by {}, when all was done", signal.name());
    Error::stopped(signal.number(), what).hint("nothing was cut short")
}

/// Says in one line what ended this command.
pub(super) fn say_stopped(error: &Error) -> ExitCode {
    let printer = PRINTER.get().copied();
    printer
        .unwrap_or_else(|| Printer::of_json(wrong_use::wants_json()))
        .error(error);
    ExitCode::from(error.kind().exit_code())
}
