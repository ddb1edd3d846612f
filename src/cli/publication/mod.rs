//! `populace release --approve`, `--publish`, `--withdraw`, `--return`, `--list`, `--changelog` and
//! `--check`.

mod arguments;
mod changes;
mod check;
mod decided;
mod listed;
mod named;

pub(super) use arguments::{AskedOfReleases, PublicationArguments};

use super::global::Global;
use super::printer::Printer;
use crate::error::Result;
use std::process::ExitCode;

/// Does what was asked about releases that were made.
pub(super) async fn main(
    global: &Global,
    arguments: &PublicationArguments,
    asked: AskedOfReleases<'_>,
    printer: &Printer,
) -> Result<ExitCode> {
    match asked {
        AskedOfReleases::Decide(state, release) => {
            decided::main(global, arguments, state, release, printer).await
        }
        AskedOfReleases::Check(release) => {
            check::main(global, release, arguments.output(), printer).await
        }
        AskedOfReleases::List => listed::main(global, printer).await,
        AskedOfReleases::Changelog => changes::main(global, arguments.output(), printer).await,
    }
}
