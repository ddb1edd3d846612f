//! `populace verify`

use super::damage::{way_back, words};
use super::global::Global;
use super::missing_release::expect_release;
use super::printer::Printer;
use super::project::pipeline_file;
use super::session;
use super::size::{count, show};
use crate::error::{Context, Error, Kind, Result};
use crate::lake::{Lake, Location, TableName, Verified};
use crate::pipeline::Pipeline;
use crate::plural::{things, verb};
use crate::pull::feeding;
use crate::release::{LedgerChecked, MANIFEST, VerifiedRelease, verify};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `populace verify`.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArguments {
    /// `lake`, or a release: its identifier, its folder, or its address on an object store
    #[arg(value_name = "RELEASE|lake")]
    what: String,
    /// Check the release beside all that its lake has published until then
    #[arg(long)]
    ledger: bool,
}

pub(super) async fn main(
    global: &Global,
    arguments: &VerifyArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    match arguments.what.as_str() {
        "lake" if arguments.ledger => Err(Error::usage("--ledger is for a release")
            .hint("name the release by its identifier; `populace verify lake` reads the files of the ledger with all others")),
        "lake" => verify_lake(global, printer).await,
        release => verify_release(global, release, arguments.ledger, printer).await,
    }
}

async fn verify_release(
    global: &Global,
    what: &str,
    ledger: bool,
    printer: &Printer,
) -> Result<ExitCode> {
    let named = NamedVersion::read(what);
    // Whoever has only the release has no pipeline file.
    let alone = named.is_some() && global.pipeline.is_none() && pipeline_file(None).is_err();
    let pipeline = match alone {
        true => None,
        false => Some(session::pipeline(global)?),
    };
    let by_identifier = named.is_none();
    let (releases, id) = match (named, &pipeline) {
        (Some(named), _) => named.place()?,
        (None, Some(pipeline)) => (pipeline.releases()?, what.to_string()),
        (None, None) => return Err(unnamed(what)),
    };
    let lake = match &pipeline {
        Some(pipeline) => lake_of(pipeline).await?,
        None => None,
    };
    let scheme = match (&pipeline, &lake) {
        _ if !ledger => None,
        (Some(pipeline), Some(_)) => Some(pipeline.scheme()?),
        _ => return Err(without_ledger()),
    };
    let verified = verify(&releases, &id, lake.as_ref(), scheme.as_ref()).await?;
    // What the lake has made and is not there has lost its files; what it never made was mistyped.
    let is_absent = |folder: &Path| folder.join(&id).symlink_metadata().is_err();
    if by_identifier && verified.proof.is_none() && releases.folder().is_none_or(is_absent) {
        expect_release(&releases, &id).await?;
    }
    printer.summary(&verified, &release_lines(&verified))?;
    Ok(match verified.problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

/// A release that is named by its place.
pub(super) enum NamedVersion<'a> {
    Address(&'a str),
    Path(PathBuf),
}

impl<'a> NamedVersion<'a> {
    /// None when `what` is an identifier, which the pipeline's releases have.
    pub(super) fn read(what: &'a str) -> Option<Self> {
        if what.contains("://") {
            return Some(NamedVersion::Address(what));
        }
        let path = Path::new(what);
        let is_path = path.components().count() > 1 || path.symlink_metadata().is_ok();
        is_path.then(|| NamedVersion::Path(path.to_path_buf()))
    }

    /// The folder of releases, and the release in it.
    pub(super) fn place(self) -> Result<(Location, String)> {
        let (parent, id) = match &self {
            NamedVersion::Address(address) => {
                let address = address.trim_end_matches('/');
                let address = address
                    .strip_suffix(&format!("/{MANIFEST}"))
                    .unwrap_or(address);
                let (parent, id) = address.rsplit_once('/').ok_or_else(|| unnamed(address))?;
                (parent.to_string(), id.to_string())
            }
            NamedVersion::Path(path) => {
                let shown = path.display().to_string();
                let mut path = std::path::absolute(path).usage(|| format!("{shown} is no path"))?;
                if path.file_name().is_some_and(|name| name == MANIFEST) {
                    path.pop();
                }
                let id = path.file_name().and_then(|name| name.to_str());
                let (Some(parent), Some(id)) = (path.parent(), id) else {
                    return Err(unnamed(&shown));
                };
                (parent.display().to_string(), id.to_string())
            }
        };
        Ok((Location::parse(&parent, Path::new(""))?, id))
    }
}

fn without_ledger() -> Error {
    Error::usage("--ledger needs the lake that the release is from").hint(
        "run it in the project of the lake, or name its pipeline file with --pipeline; without --ledger a release is checked from its files alone",
    )
}

fn unnamed(what: &str) -> Error {
    Error::usage(format!("'{what}' names no release")).hint(
        "give the folder of a release, its address on an object store, or its identifier and the pipeline file that it is from",
    )
}

/// The lake of a pipeline; None when it is a folder that is not there.
async fn lake_of(pipeline: &Pipeline) -> Result<Option<Lake>> {
    let location = pipeline.lake()?;
    if location.folder().is_some_and(|folder| !folder.is_dir()) {
        return Ok(None);
    }
    Lake::open(location).await.map(Some)
}

fn release_lines(verified: &VerifiedRelease) -> Vec<String> {
    let (release, files) = (&verified.release, things(verified.files, "file"));
    let are = verb(verified.files as u64, "is", "are");
    let mut lines = Vec::new();
    match (verified.problems.len(), &verified.proof) {
        (0, Some(proof)) => lines.push(format!(
            "verify   {release} is whole: {files}, as {} made them from the lake at {} ({})",
            proof.program, proof.lake, proof.made
        )),
        (0, None) => {
            lines.push(format!(
                "verify   {release} fits together: {files} {are} as its manifest says"
            ));
            lines.push(
                "         There is no lake here, so nothing proves who made it: whoever alters a file and the"
                    .to_string(),
            );
            lines.push(
                "         manifest together is not found. `populace verify` in the project of its lake proves it."
                    .to_string(),
            );
        }
        (problems, _) => {
            lines.push(format!(
                "verify   {release} is not as it was made: {}",
                things(problems, "problem")
            ));
            let problems = verified.problems.iter();
            lines.extend(problems.map(|problem| format!("         {problem}")));
        }
    }
    lines.extend(verified.ledger.as_ref().map(ledger_line));
    let not_checked = verified.not_checked.iter();
    lines.extend(not_checked.map(|what| format!("         {what}")));
    lines.push(format!("         {}", verified.place));
    lines
}

fn ledger_line(ledger: &LedgerChecked) -> String {
    let earlier = things(ledger.earlier_releases, "earlier release");
    format!(
        "         {} {} of the ledger; {} attacked together, with {earlier} and {}",
        things(ledger.figures, "figure"),
        verb(ledger.figures as u64, "is that", "are those"),
        format_args!(
            "{} {}",
            count(ledger.attacked as u64),
            verb(ledger.attacked as u64, "was", "were")
        ),
        things(ledger.equations, "equation")
    )
}

async fn verify_lake(global: &Global, printer: &Printer) -> Result<ExitCode> {
    let pipeline = session::pipeline(global)?;
    let lake = Lake::open(pipeline.lake()?).await?;
    let mut verified = lake.verify().await?;
    for problem in &mut verified.problems {
        let Some(table) = TableName::parse(&problem.table).filter(|t| t.layer == "record") else {
            continue;
        };
        let sources = feeding(&pipeline, &lake, &table).await?;
        if !sources.is_empty() {
            problem.hint = way_back(&sources);
            problem.sources = sources.iter().map(words).collect();
        }
    }
    printer.summary(&verified, &lake_lines(&verified))?;
    Ok(match verified.problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(Kind::Data.exit_code()),
    })
}

fn lake_lines(verified: &Verified) -> Vec<String> {
    let outcome = match verified.problems.len() {
        0 => "as they were written".to_string(),
        problems => things(problems, "problem"),
    };
    let mut lines = vec![format!(
        "verify   {} of {}, {}: {outcome}",
        things(verified.files, "file"),
        things(verified.tables, "table"),
        show(verified.bytes),
    )];
    for problem in &verified.problems {
        let file = problem.file.as_deref().unwrap_or(&problem.table);
        let table = &problem.table;
        lines.push(format!("         {table}: {file} {}", problem.what));
        let sources = problem.sources.iter();
        lines.extend(sources.map(|source| format!("           it is filled from {source}")));
        lines.push(format!("           {}", problem.hint));
    }
    if let Some(first) = verified.not_checked.first() {
        lines.push(format!(
            "         not checked: {} without a checksum, which another program wrote, such as {first}",
            things(verified.not_checked.len(), "file")
        ));
    }
    if verified.unnamed > 0 {
        lines.push(format!(
            "         {} {} to older versions or to none; `populace vacuum` removes {} in time",
            things(verified.unnamed, "file"),
            verb(verified.unnamed as u64, "belongs", "belong"),
            verb(verified.unnamed as u64, "it", "them")
        ));
    }
    lines
}
