//! `populace key`

use super::printer::Printer;
use super::{Global, session};
use crate::error::Result;
use crate::privacy::Key;
use std::process::ExitCode;

/// Arguments of `populace key`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print a new random key: keep it in a vault or a file away from the lake
    New,
    /// Print which key the pipeline uses, without giving it away
    Fingerprint,
}

pub fn main(global: &Global, arguments: &Arguments, printer: &Printer) -> Result<ExitCode> {
    match arguments.what {
        What::New => printer.data(&format!("{}\n", Key::generate()?.as_str()))?,
        What::Fingerprint => {
            let key = session::key(&session::pipeline(global)?)?;
            printer.data(&format!("{}\n", key.fingerprint()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
