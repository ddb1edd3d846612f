//! `populace init`

use super::printer::Printer;
use crate::error::{Context, Error, Result};
use include_dir::{Dir, include_dir};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `populace init`.
#[derive(Debug, clap::Args)]
pub(super) struct InitArguments {
    /// The folder: absent or empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

static MODELS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sql");
static TESTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/tests/models");
static DEPLOY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/deploy");
static PIPELINES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/pipelines");
const PIPELINE: &str = include_str!("init/nightly.toml");
const IGNORED: &str = "/lake/\n/releases/\n*.key\n";

pub(super) fn main(arguments: &InitArguments, printer: &Printer) -> Result<ExitCode> {
    let folder = &arguments.folder;
    if folder.exists() && !folder.is_dir() {
        return Err(
            Error::usage(format!("{} is not a folder", folder.display()))
                .hint("name a folder that is absent or empty"),
        );
    }
    make(folder).map_err(|e| match e.hint_text() {
        Some(_) => e,
        None => e.hint("name a folder in one that may be written to"),
    })?;
    let lines = [
        format!("made {}: models in sql/, their tests in tests/models/, settings in pipelines/nightly.toml, schedules in deploy/", folder.display()),
        "next: set url of the sources, set POPULACE_KEY (see `populace key new`), then `populace check`"
            .to_string(),
    ];
    printer.summary(&serde_json::json!({ "folder": folder }), &lines)?;
    Ok(ExitCode::SUCCESS)
}

fn make(folder: &Path) -> Result<()> {
    let cannot = || format!("cannot make the project {}", folder.display());
    if folder.exists() && std::fs::read_dir(folder).data(cannot)?.next().is_some() {
        return Err(Error::usage(format!("{} is not empty", folder.display()))
            .hint("name a folder that is absent or empty"));
    }
    copy(&MODELS, &folder.join("sql")).data(cannot)?;
    copy(&TESTS, &folder.join("tests/models")).data(cannot)?;
    copy(&PIPELINES, &folder.join("pipelines")).data(cannot)?;
    copy(&DEPLOY, &folder.join("deploy")).data(cannot)?;
    std::fs::write(folder.join("pipelines/nightly.toml"), PIPELINE).data(cannot)?;
    std::fs::write(folder.join(".gitignore"), IGNORED).data(cannot)
}

fn copy(from: &Dir<'_>, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for file in from.files() {
        std::fs::write(
            to.join(file.path().file_name().unwrap_or_default()),
            file.contents(),
        )?;
    }
    for dir in from.dirs() {
        copy(dir, &to.join(dir.path().file_name().unwrap_or_default()))?;
    }
    Ok(())
}
