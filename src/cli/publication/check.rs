//! `populace release --check`

use super::named::identifier;
use crate::cli::complete_file::CompleteFile;
use crate::cli::global::Global;
use crate::cli::printer::Printer;
use crate::cli::session;
use crate::cli::status::quality;
use crate::error::{Context, Error, Result};
use crate::lake::Lake;
use crate::release::checker::{CheckersReport, checkers_report, page, text};
use crate::visible;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

pub(super) async fn main(
    global: &Global,
    release: &str,
    output: Option<&Path>,
    printer: &Printer,
) -> Result<ExitCode> {
    let form = output.map(CheckedForm::of).transpose()?;
    let pipeline = session::pipeline(global)?;
    let releases = pipeline.releases()?;
    let id = identifier(&releases, release).await?;
    let lake = Lake::open(pipeline.lake()?).await?;
    let quality = quality(&pipeline, &lake).await?;
    // A scheme whose secrets are not at hand has no words here.
    let own = pipeline.scheme().ok();
    let report = checkers_report(&releases, &lake, &id, own.as_ref(), quality).await?;
    if let (Some(path), Some(form)) = (output, form) {
        let shown = || format!("cannot write {}", path.display());
        let mut file = CompleteFile::create(path)?;
        file.write_all(&form.bytes(&report)?).data(shown)?;
        file.keep()?;
        printer.say(&format!(
            "release  the checker's report is in {}",
            path.display()
        ));
    } else if global.json {
        printer.summary(&report, &[])?;
    } else {
        printer.data(&visible::lines(&text(&report)))?;
    }
    Ok(match report.problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

/// The form of a file.
#[derive(Debug, Clone, Copy)]
enum CheckedForm {
    Html,
    Json,
    Text,
}

impl CheckedForm {
    fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|end| end.to_str()) {
            Some("html") => Ok(CheckedForm::Html),
            Some("json") => Ok(CheckedForm::Json),
            Some("txt") => Ok(CheckedForm::Text),
            _ => Err(Error::usage("the name of the file does not say its form")
                .hint("let it end in .html, .json or .txt")),
        }
    }

    fn bytes(self, report: &CheckersReport) -> Result<Vec<u8>> {
        Ok(match self {
            CheckedForm::Html => page(report),
            CheckedForm::Text => visible::lines(&text(report)).into_owned().into_bytes(),
            CheckedForm::Json => {
                let mut json = serde_json::to_vec_pretty(report).data(|| "cannot write JSON")?;
                json.push(b'\n');
                json
            }
        })
    }
}
