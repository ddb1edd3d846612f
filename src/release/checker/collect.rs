//! Collecting what the checker's report says.

use crate::disclosure::Scheme;
use crate::disclosure::rule::SchemeRule;
use crate::error::{Error, Result};
use crate::figures::derive::{FigureChange, figure_changes};
use crate::lake::{Lake, Location};
use crate::publication::{FactsFound, Publication, ReleaseChange, ReleaseFacts, changes, read};
use crate::release::manifest::{MANIFEST, Manifest};
use crate::release::place::ReleasePlace;
use crate::release::read_release::ReadRelease;
use crate::release::readers_have::{ReadersHave, readers_have};
use crate::release::recheck::scheme_of;
use crate::release::refused::Refused;
use crate::release::verify::verify;
use crate::release::{CodeListUsed, InputUsed, refused_file};
use object_store::path::Path;
use serde::Serialize;
use std::collections::BTreeMap;

/// What whoever approves a release has to know.
#[derive(Debug, Serialize)]
pub(crate) struct CheckersReport {
    /// What has been decided about it.
    pub publication: Publication,
    /// The day that the figures describe, ISO.
    pub as_of: String,
    /// The program that made it.
    pub program: String,
    /// When it was made, ISO, UTC, as the lake has it.
    pub made: Option<String>,
    /// Its files, without the manifest.
    pub files: usize,
    /// What is not as it was made.
    pub problems: Vec<String>,
    /// The disclosure control scheme.
    pub scheme: CheckedScheme,
    /// How many earlier releases it was proved beside; None for a release without a proof.
    pub proved_beside: Option<usize>,
    /// Its tables.
    pub tables: Vec<CheckersTable>,
    /// Reports that were refused when it was made, and why.
    pub refused: Vec<Refused>,
    /// The release against which figures are marked as revised.
    pub revised_since: Option<String>,
    /// Earlier ones, for figures that the later ones have not.
    pub revised_since_earlier: Vec<String>,
    /// The release that readers have now, with which it is compared.
    pub compared: Option<ComparedRelease>,
    /// Why it is not compared with what readers have, though they have something.
    pub not_compared: Option<String>,
    /// What is wrong with the sources and checks of the lake today.
    pub quality: Vec<String>,
    /// Parameters of the run.
    pub parameters: BTreeMap<String, String>,
    /// The tables that it was made from.
    pub inputs: Vec<InputUsed>,
    /// The code lists that its models name.
    pub code_lists: Vec<CodeListUsed>,
    /// How many models are behind the figures.
    pub models: usize,
}

/// What a scheme did.
#[derive(Debug, Serialize)]
pub(crate) struct CheckedScheme {
    /// Its name.
    pub name: String,
    /// Its settings, thresholds among them, by name.
    pub settings: BTreeMap<String, String>,
    /// What it does, in its own words.
    pub words: Vec<String>,
}

/// What came of a table.
#[derive(Debug, Serialize)]
pub(crate) struct CheckersTable {
    /// The report.
    pub report: String,
    /// The table.
    pub table: String,
    /// Cells that hold a figure.
    pub shown: usize,
    /// Cells that are suppressed.
    pub suppressed: usize,
    /// Figures that stand from an earlier release.
    pub held: usize,
}

/// The release with which another is compared.
#[derive(Debug, Serialize)]
pub(crate) struct ComparedRelease {
    /// Its identifier.
    pub release: String,
    /// Its name.
    pub name: Option<String>,
    /// What is different, and why.
    pub changes: Vec<ReleaseChange>,
    /// How the figures differ; None where those of one of the two cannot be read.
    pub figures: Option<ComparedFigures>,
    /// Why they cannot.
    pub figures_not_read: Option<String>,
}

/// How the figures of two releases differ.
#[derive(Debug, Serialize)]
pub(crate) struct ComparedFigures {
    /// How many figures there are of each outcome.
    #[serde(flatten)]
    pub outcomes: BTreeMap<String, u64>,
    /// The largest changes in proportion, the largest first.
    pub largest: Vec<FigureChange>,
}

/// The largest changes that are told.
const TOLD: usize = 20;

/// The checker's report of release `id` below `releases`. `own` is the scheme of the pipeline, for the
/// words of one whose secrets only the site has; `quality` what is wrong today.
///
/// # Errors
/// Usage, when there is no such release; data, when it, its manifest or the lake cannot be read.
pub(crate) async fn checkers_report(
    releases: &Location,
    lake: &Lake,
    id: &str,
    own: Option<&Scheme>,
    quality: Vec<String>,
) -> Result<CheckersReport> {
    let (store, root) = (releases.store(false)?, Path::default());
    let publication = read(&*store, &root, id).await?;
    let place = ReleasePlace::open(releases, id)?;
    let Some(bytes) = place.read(MANIFEST).await? else {
        return Err(Error::usage(format!("there is no release {id}"))
            .hint("`populace release --list` shows all releases"));
    };
    let manifest = Manifest::read(&bytes).map_err(|what| {
        Error::data(format!("the manifest of {id} {what}"))
            .hint("make the release again: `populace release`")
    })?;
    let verified = verify(releases, id, Some(lake), None).await?;
    let held = held(&place, &manifest).await?;
    let (compared, not_compared) = compared(releases, id).await?;
    Ok(CheckersReport {
        compared,
        not_compared,
        publication,
        program: format!("{} {}", manifest.program, manifest.program_version),
        made: verified.proof.map(|proof| proof.made),
        files: manifest.files.len(),
        problems: verified.problems.iter().map(ToString::to_string).collect(),
        scheme: CheckedScheme {
            words: words(&manifest, own),
            name: manifest.scheme.name.clone(),
            settings: manifest.scheme.settings.clone(),
        },
        proved_beside: manifest.proof.as_ref().map(|proof| proof.earlier_releases),
        tables: tables(&manifest, &held),
        refused: refused_file::find(releases, id).await?,
        revised_since: manifest.revised_since.map(|since| since.name),
        revised_since_earlier: manifest
            .revised_since_earlier
            .into_iter()
            .map(|since| since.name)
            .collect(),
        quality,
        as_of: manifest.as_of,
        parameters: manifest.parameters,
        inputs: manifest.inputs,
        code_lists: manifest.code_lists,
        models: manifest.models.len(),
    })
}

/// What the scheme of a release does, in its own words.
fn words(manifest: &Manifest, own: Option<&Scheme>) -> Vec<String> {
    let used = &manifest.scheme;
    let public = scheme_of(used).ok().flatten();
    let own = own.filter(|own| own.name() == used.name);
    let scheme = public.as_ref().or(own);
    scheme.map_or_else(Vec::new, |scheme| scheme.words().notes)
}

fn tables(manifest: &Manifest, held: &BTreeMap<(String, String), usize>) -> Vec<CheckersTable> {
    let reports = manifest.reports.iter();
    let tables = reports.flat_map(|(report, used)| {
        used.tables
            .iter()
            .map(move |(table, made)| (report, table, made))
    });
    tables
        .map(|(report, table, made)| CheckersTable {
            held: held
                .get(&(report.clone(), table.clone()))
                .copied()
                .unwrap_or(0),
            report: report.clone(),
            table: table.clone(),
            shown: made.cells_shown,
            suppressed: made.cells_suppressed,
        })
        .collect()
}

/// How many figures of each table stand from an earlier release, as its CSV file says.
async fn held(
    place: &ReleasePlace,
    manifest: &Manifest,
) -> Result<BTreeMap<(String, String), usize>> {
    let mut held = BTreeMap::new();
    for (report, used) in &manifest.reports {
        for table in used.tables.keys() {
            let Some(bytes) = place.read(&format!("{report}-{table}.csv")).await? else {
                continue;
            };
            // What is no CSV is told as a problem.
            let mut reader = csv::Reader::from_reader(&bytes[..]);
            let head = reader.headers().cloned().unwrap_or_default();
            let unit = head.iter().position(|name| name == "unit");
            let records = reader.records().map_while(std::result::Result::ok);
            let of_earlier = |record: &csv::StringRecord| {
                // What is made from a count that stands is held with it, and is not another.
                let is_count = unit.and_then(|at| record.get(at)) == Some("count");
                let status = record.iter().next_back().unwrap_or_default();
                is_count && status.starts_with("held from ")
            };
            let figures = records.filter(of_earlier).count();
            held.insert((report.clone(), table.clone()), figures);
        }
    }
    Ok(held)
}

/// The release that readers have now of a report that this one has too, and what is different; or why
/// that cannot be said.
async fn compared(
    releases: &Location,
    id: &str,
) -> Result<(Option<ComparedRelease>, Option<String>)> {
    let found = ReleaseFacts::read(&*releases.store(false)?, &Path::default(), id).await?;
    // That this one is not as it was made is told as a problem.
    let FactsFound::Facts(now) = found else {
        return Ok((None, None));
    };
    let reports = now.reports.keys().map(String::as_str).collect();
    let (other, was) = match readers_have(releases, id, &reports).await? {
        ReadersHave::Nothing => return Ok((None, None)),
        ReadersHave::Unreadable(other) => {
            let name = other.name().map(ToString::to_string);
            let name = name.unwrap_or_else(|| other.release.clone());
            let why = format!("The manifest of {name}, which readers have, is not as it was made.");
            return Ok((None, Some(why)));
        }
        ReadersHave::Release(other, was) => (other, was),
    };
    let (figures, figures_not_read) = match figures(releases, &was.release, id).await {
        Ok(figures) => (Some(figures), None),
        Err(e) => (None, Some(e.to_string())),
    };
    let compared = ComparedRelease {
        changes: changes(&was, &now),
        figures,
        figures_not_read,
        name: other.name().map(ToString::to_string),
        release: other.release,
    };
    Ok((Some(compared), None))
}

/// How the figures of two releases differ.
async fn figures(releases: &Location, was: &str, now: &str) -> Result<ComparedFigures> {
    let was = ReadRelease::read(releases, was).await?;
    let now = ReadRelease::read(releases, now).await?;
    let found = figure_changes(&was.figures, &now.figures)?;
    let changed = found.figures.into_iter();
    let changed = changed.filter(|figure| figure.what == "changed");
    Ok(ComparedFigures {
        outcomes: found.outcomes,
        largest: changed.take(TOLD).collect(),
    })
}
