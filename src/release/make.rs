//! From the lake to a release: each report's tables are asked for, rendered and published together.

use super::areas::Areas;
use super::asked::{Answers, AskedReports, Asking};
use super::boundaries::BoundarySet;
use super::decide::may_be_replaced;
use super::difference::differences;
use super::earlier::Earlier;
use super::inspect::{Alteration, inspect};
use super::manifest::{FileOptions, ReleaseProof, ReportText, sha256};
use super::pack::Packs;
use super::pack_area::PackAreas;
use super::place::ReleasePlace;
use super::projection::PopulationProjection;
use super::provenance::provenance;
use super::publish::publish;
use super::record::{self, Record};
use super::refused::{Refused, nothing_left, refusal, together};
use super::refused_file;
use super::render::RenderedFrom;
use super::report::Report;
use super::reports::{Proved, proved, reports};
use super::revised::BeforeFigures;
use crate::audit::{AuditEvent, AuditLog};
use crate::disclosure::Scheme;
use crate::disclosure::ledger::LedgerEntry;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::figures::{EXCHANGE, FIGURES, Figures};
use crate::lake::{DecisionLock, Lake, Location, TableName};
use crate::models::sensitivity::Sensitivity;
use crate::models::{Freshness, Library, UsedCodeLists, reference_orders, reference_versions};
use crate::pipeline::Pipeline;
use crate::pull::PullPlan;
use crate::release::{About, File, Manifest};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a release step did.
#[derive(Debug, Clone, Serialize)]
pub struct Made {
    /// The release's identifier: the as-of date and a fingerprint.
    pub release: String,
    /// Its folder.
    pub folder: String,
    /// Its files, without the manifest.
    pub files: Vec<String>,
    /// Whether it was written now, or was there already.
    pub written: bool,
    /// What was wrong with the one that was there, when it had to be written again.
    pub repaired: Vec<Alteration>,
    /// Where the one that was there has been kept.
    pub kept_aside: Option<String>,
    /// Cells with a figure, over all reports.
    pub cells_shown: usize,
    /// Cells suppressed, over all reports.
    pub cells_suppressed: usize,
    /// Reports that were not released, because tables that they read are out of date.
    pub refused: Vec<Refused>,
}

/// What is asked of a release step.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Reports; the pipeline's when empty.
    pub reports: &'a [String],
    /// Write nothing.
    pub dry_run: bool,
    /// Publish also what has other figures than the release of the same name had.
    pub replace: bool,
    /// Where it is noted before anything is published; nowhere for none.
    pub log: Option<&'a AuditLog>,
}

/// Makes the reports that are wanted.
///
/// A report of which a table is not what its model would make now, with the parameters of the
/// pipeline, is left out.
///
/// # Errors
/// Refused, when no report is left, or a figure may not leave; data, when the lake or the releases
/// cannot be read or written, or a release comes out otherwise than before.
pub async fn make(
    engine: &Engine,
    pipeline: &Pipeline,
    library: &Library,
    wanted: Wanted<'_>,
) -> Result<Made> {
    let lake = engine.lake();
    let mut reports = reports(pipeline, wanted.reports)?;
    let reads = reports.iter().flat_map(|report| report.reads.clone());
    let reads = reads.collect();
    let lists = UsedCodeLists::of(pipeline, library, &reads)?;
    let mut versions = reference_versions(pipeline)?;
    versions.extend(lists.versions());
    let mut fresh = Freshness::of(lake, library, &reads, &versions, &pipeline.values()).await?;
    let releases = pipeline.releases()?;
    let mut refused = Vec::new();
    let (mut manifest, about, recorded) = loop {
        refused.extend(refuse(&fresh, pipeline, &mut reports));
        if reports.is_empty() && !refused.is_empty() {
            return Err(nothing_left(&refused));
        }
        let (manifest, about) = described(lake, &fresh, pipeline, &reports, &lists).await?;
        let recorded = record::find(lake, &manifest.release).await?;
        if let Some(recorded) = &recorded
            && let Some(mut made) = whole(&releases, recorded).await?
        {
            if !wanted.dry_run {
                refused_file::keep(&releases, &manifest.release, &refused).await?;
            }
            made.refused = refused;
            return Ok(made);
        }
        // What is to be read is looked at first: damage stops those reports that read it.
        let reads = reports.iter().flat_map(|report| report.reads.clone());
        if !fresh.look_at_files(lake, &reads.collect()).await? {
            break (manifest, about, recorded);
        }
    };
    let hold_below = pipeline.settings.disclosure.hold_below;
    let earlier = Earlier::read(lake, &manifest, &pipeline.scheme()?, hold_below).await?;
    let first = recorded.as_ref().filter(|_| !wanted.replace);
    let before = BeforeFigures::of(&releases, lake, &manifest, first).await?;
    let rendering = Rendering {
        engine,
        pipeline,
        library,
        fresh: &fresh,
        earlier: &earlier,
        before: before.as_ref(),
    };
    let (files, said) = rendering.all(&reports, &about, &mut manifest).await?;
    if let Some(before) = &before {
        manifest.compared_with(before.since());
    }
    let bytes = manifest.to_bytes()?;
    let mut made = describe(&releases, &manifest);
    made.refused = refused;
    if let Some(recorded) = recorded.as_ref().filter(|_| !wanted.replace) {
        as_before(&manifest.release, recorded.manifest.as_bytes(), &bytes)?;
    }
    let replaces = recorded
        .as_ref()
        .is_some_and(|r| r.manifest.as_bytes() != bytes);
    // Nobody approves the old figures while the new ones take their place.
    let _replacing = match replaces {
        true => {
            let lock = DecisionLock::take(lake.location()).await?;
            may_be_replaced(&releases, &manifest.release).await?;
            Some(lock)
        }
        false => None,
    };
    if wanted.dry_run {
        made.written = false;
        return Ok(made);
    }
    if let Some(log) = wanted.log {
        leaves(log, &manifest.release, &bytes).await?;
    }
    // What was written down and not published holds figures back; the other way round it would not.
    earlier.keep(lake, said).await?;
    let published = publish(&releases, &manifest.release, &files, &bytes).await?;
    refused_file::keep(&releases, &manifest.release, &made.refused).await?;
    made.written = published.written;
    made.repaired = published.altered;
    made.kept_aside = published.aside;
    if published.written || recorded.is_none_or(|r| r.manifest.as_bytes() != bytes) {
        record::keep(lake, &manifest.release, &bytes).await?;
        lake.keep_newest().await?;
    }
    Ok(made)
}

/// Notes that a release is about to be published.
async fn leaves(log: &AuditLog, release: &str, manifest: &[u8]) -> Result<()> {
    let manifest_sha256 = sha256(manifest);
    let event = AuditEvent::Release {
        release,
        manifest_sha256: &manifest_sha256,
    };
    let noted = log.add(event).await;
    noted.map_err(|e| e.within("nothing is released: the audit log cannot be written"))
}

/// What the reports are made of, and the manifest that says so, without files yet.
async fn described(
    lake: &Lake,
    fresh: &Freshness<'_>,
    pipeline: &Pipeline,
    reports: &[Report],
    lists: &UsedCodeLists,
) -> Result<(Manifest, Vec<About>)> {
    let disclosure = &pipeline.settings.disclosure;
    let mut about = Vec::new();
    for report in reports {
        about.push(provenance(lake, fresh, pipeline, report, lists).await?);
    }
    let named = reports.iter().zip(&about);
    let named = named.map(|(report, about)| {
        let text = ReportText {
            name: &report.report.name,
            text: &report.text,
            for_each: &report.levels,
        };
        (text, about)
    });
    let mut options = FileOptions::of(&pipeline.settings);
    if has_maps(reports) {
        options.boundaries = BoundarySet::used(pipeline)?;
    }
    let manifest = Manifest::of(&pipeline.scheme()?, disclosure, options, named)?;
    Ok((manifest, about))
}

/// Whether any table of the reports has a map.
fn has_maps(reports: &[Report]) -> bool {
    let mut tables = reports.iter().flat_map(|report| &report.report.tables);
    tables.any(|table| table.map.is_some())
}

/// Proves the queries of the reports, asks them, and renders their files, which the manifest then names.
struct Rendering<'a> {
    engine: &'a Engine,
    pipeline: &'a Pipeline,
    library: &'a Library,
    fresh: &'a Freshness<'a>,
    earlier: &'a Earlier,
    before: Option<&'a BeforeFigures>,
}

impl Rendering<'_> {
    /// Gives the files, and what is published with them for the first time.
    async fn all(
        &self,
        reports: &[Report],
        about: &[About],
        manifest: &mut Manifest,
    ) -> Result<(Vec<File>, Vec<LedgerEntry>)> {
        let Rendering {
            engine,
            pipeline,
            library,
            fresh,
            earlier,
            before,
        } = *self;
        let scheme = pipeline.scheme()?;
        // What is wrong with them is told before anything is counted.
        let boundaries = match has_maps(reports) {
            true => BoundarySet::read(pipeline)?,
            false => BoundarySet::default(),
        };
        boundaries.as_used(&manifest.options.boundaries)?;
        let tables = registered(engine).await?;
        // The reports read what was looked at, also when another command has changed it since.
        for table in fresh.tables() {
            engine.register(table)?;
        }
        let smallest = pipeline.settings.disclosure.smallest_area;
        let areas = Areas::read(engine, &tables, smallest).await?;
        let pulled = PullPlan::tables(pipeline)?;
        let references = areas.references()?;
        let mut sensitivity = Sensitivity::of(engine, library, &pulled, &references).await?;
        let proved = prove_all(engine, reports, &mut sensitivity, &areas).await?;
        let orders = reference_orders(pipeline)?;
        let levels = reports
            .iter()
            .flat_map(|report| report.levels.iter().copied());
        let packs = areas.packs(engine, &levels.collect()).await?;
        for report in reports {
            packs.codes_differ(&report.levels)?;
        }
        let day = about.first().map(|about| about.as_of);
        let population =
            PopulationProjection::read(engine, reports, day.unwrap_or_default()).await?;
        let asking = Asking {
            engine,
            areas: &areas,
            packs: &packs,
            orders: &orders,
            scheme: &scheme,
            key: &earlier.key,
            earlier: earlier.ledger.as_ref(),
        };
        let asked = asking.all(reports, proved).await?;
        let AskedReports {
            answers,
            published,
            certificate,
        } = asked;
        tracing::info!(
            figures = certificate.unknowns,
            equations = certificate.equations,
            protected = certificate.protected,
            apart = certificate.apart,
            by_witness = certificate.by_witness,
            exactly = certificate.exactly,
            held = certificate.held,
            work = certificate.work,
            "no protected figure of the release follows from the others"
        );
        manifest.proof = Some(ReleaseProof {
            earlier_releases: earlier.releases,
            certificate,
        });
        let made = WholeAndAreas {
            scheme: &scheme,
            packs: &packs,
            before,
            share: pipeline.settings.disclosure.largest_suppressed_share,
            boundaries: &boundaries,
            population: &population,
        };
        let files = made.files(reports, about, &answers, manifest)?;
        Ok((files, published))
    }
}

/// What the files of reports are written with.
struct WholeAndAreas<'a> {
    scheme: &'a Scheme,
    packs: &'a PackAreas,
    before: Option<&'a BeforeFigures>,
    /// The largest share of a count's cells that may be suppressed.
    share: f64,
    boundaries: &'a BoundarySet,
    population: &'a PopulationProjection,
}

impl WholeAndAreas<'_> {
    /// The files of all reports, each of the whole and of its areas, which the manifest then names.
    fn files(
        &self,
        reports: &[Report],
        about: &[About],
        answers: &[Answers],
        manifest: &mut Manifest,
    ) -> Result<Vec<File>> {
        let mut files: Vec<File> = Vec::new();
        let mut figures = Vec::new();
        for ((report, about), answers) in reports.iter().zip(about).zip(answers) {
            let options = &manifest.options;
            let of_all = self.population.noted(&report.report);
            let whole = RenderedFrom {
                report: &of_all,
                of_report: &report.report.name,
                data: answers,
                scheme: self.scheme,
                about,
                options,
                whole: &[],
                areas: &[],
                before: self.before,
                boundaries: self.boundaries,
                population: self.population,
            };
            let rendered = whole.all()?;
            for frame in &rendered.frames {
                frame.enough_shown(self.share)?;
            }
            let whole = match report.levels.is_empty() {
                true => Vec::new(),
                false => rendered.figures.rows()?,
            };
            let of_areas = Packs {
                report: &of_all,
                levels: &report.levels,
                areas: self.packs,
                answers,
                scheme: self.scheme,
                about,
                options,
                whole: &whole,
                before: self.before,
                boundaries: self.boundaries,
                population: self.population,
                share: self.share,
            };
            let of_areas = of_areas.all()?;
            for rendered in std::iter::once(rendered).chain(of_areas) {
                manifest.add(&rendered);
                files.extend(rendered.files);
                figures.push(rendered.figures);
            }
            let left_out = self.packs.left_out(&report.levels);
            manifest.leave_out(&report.report.name, left_out);
        }
        let of_release = of_release(&Figures::together(&figures)?, manifest)?;
        manifest.add_files(&of_release);
        files.extend(of_release);
        different_names(&files)?;
        Ok(files)
    }
}

/// The files that have the figures of all reports.
fn of_release(figures: &Figures, manifest: &Manifest) -> Result<Vec<File>> {
    let mut files = vec![File {
        name: FIGURES.to_owned(),
        bytes: figures.write()?,
    }];
    if manifest.options.exchange {
        let made = figures.exchange(&manifest.as_of)?;
        files.extend(EXCHANGE.into_iter().zip(made).map(|(name, bytes)| File {
            name: name.to_owned(),
            bytes,
        }));
    }
    Ok(files)
}

/// Refuses files of one name, also where names differ in the case of letters alone: one would be written
/// over the other.
fn different_names(files: &[File]) -> Result<()> {
    let mut known = BTreeSet::new();
    let twice = files
        .iter()
        .find(|file| !known.insert(file.name.to_lowercase()));
    match twice {
        None => Ok(()),
        Some(file) => Err(Error::usage(format!(
            "two reports, or the reports of two areas, would make the file {}",
            file.name
        ))
        .hint("give the report, the table or the area another name")),
    }
}

/// Takes out the reports that may not be released, and says why.
fn refuse(fresh: &Freshness<'_>, pipeline: &Pipeline, reports: &mut Vec<Report>) -> Vec<Refused> {
    let refused: Vec<Refused> = reports
        .iter()
        .filter_map(|report| refusal(fresh, pipeline, report))
        .collect();
    reports.retain(|report| refused.iter().all(|r| r.report != report.report.name));
    refused
}

/// Registers all tables of the lake, since lists of values and the populations of areas are read beside
/// what the reports read. A damaged table that no report reads is left out, but for reference tables,
/// which decide what may leave.
async fn registered(engine: &Engine) -> Result<Vec<TableName>> {
    let lake = engine.lake();
    let mut registered = Vec::new();
    for name in lake.tables().await? {
        match lake.table(&name).await {
            Err(e) if e.damaged_path().is_some() && name.layer != "reference" => (),
            Err(e) => return Err(e),
            Ok(None) => (),
            Ok(Some(table)) => {
                engine.register(&table)?;
                registered.push(name);
            }
        }
    }
    Ok(registered)
}

/// The release that a manifest is of, as if it were there already.
fn describe(releases: &Location, manifest: &Manifest) -> Made {
    let (cells_shown, cells_suppressed) = manifest.cells();
    let id = &manifest.release;
    Made {
        release: id.clone(),
        folder: match releases.folder() {
            Some(folder) => folder.join(id).display().to_string(),
            None => format!("{releases}/{id}"),
        },
        files: manifest.files.iter().map(|f| f.name.clone()).collect(),
        written: false,
        repaired: Vec::new(),
        kept_aside: None,
        cells_shown,
        cells_suppressed,
        refused: Vec::new(),
    }
}

/// A release that is there as the lake recorded it; None when anything about it is not.
async fn whole(releases: &Location, recorded: &Record) -> Result<Option<Made>> {
    let place = ReleasePlace::open(releases, &recorded.release)?;
    let made = recorded.manifest.as_bytes();
    let found = inspect(&place, &recorded.release, Some(made)).await?;
    let manifest = found.manifest.filter(|_| found.alterations.is_empty());
    Ok(manifest.map(|manifest| describe(releases, &manifest)))
}

/// Refuses a release that comes out otherwise than it once did: its identifier says that all that
/// decides the figures is as it was, so one of the two has wrong figures.
fn as_before(id: &str, before: &[u8], now: &[u8]) -> Result<()> {
    if before == now {
        return Ok(());
    }
    let mut error = Error::data(format!(
        "the release {id} comes out otherwise than when it was first made, from the same tables, SQL and program"
    ));
    for difference in differences(before, now) {
        error = error.cause(format!("its manifest {difference}"));
    }
    Err(error.hint("run `populace verify lake`: a file of the lake may be damaged; if the lake is whole and the figures were wrong before, publish these with `populace release --replace`"))
}

/// Proves that all tables of all reports may leave, before any row is read.
async fn prove_all(
    engine: &Engine,
    reports: &[Report],
    sensitivity: &mut Sensitivity,
    areas: &Areas,
) -> Result<Vec<Vec<Proved>>> {
    let mut all = Vec::new();
    let mut problems = Vec::new();
    for report in reports {
        let mut of_report = Vec::new();
        for table in &report.report.tables {
            match proved(engine, sensitivity, report, table, areas.smallest()).await {
                Ok(proved) => of_report.push(proved),
                Err(e) => problems.push(e),
            }
        }
        all.push(of_report);
    }
    match together(problems) {
        Some(error) => Err(error),
        None => Ok(all),
    }
}
