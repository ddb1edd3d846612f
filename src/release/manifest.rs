//! The proof of what was released, from what, and under which rule.

use super::about::{About, CodeListUsed, InputUsed, ModelUsed};
use super::counted::CountMade;
use super::difference::shown;
use super::figures::{FrameForm, unit};
use super::file::File;
use super::frame::Frame;
use super::rendered::Rendered;
use crate::disclosure::Scheme;
use crate::disclosure::protect::Certificate;
use crate::disclosure::rule::SchemeRule;
use crate::error::{Context, Error, Result};
use crate::figures::{BetterWhen, DimensionKind, EXCHANGE, FIGURES, TableForm};
use crate::pipeline::{AreaLevel, DisclosureSettings, PipelineSettings, PublisherSettings};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The version of the manifest's form.
const FORMAT: u32 = 5;

/// The files of a table.
const FORMS_OF_A_TABLE: [&str; 3] = ["csv", "csv-metadata.json", "parquet"];

/// What a release is, in a form that can be checked. It holds no clock time, so that making the
/// same release again gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The version of this form.
    pub format_version: u32,
    /// The release.
    pub release: String,
    /// The date the figures describe, ISO.
    pub as_of: String,
    /// The program that made it.
    pub program: String,
    /// Its version.
    pub program_version: String,
    /// The disclosure control scheme.
    pub scheme: SchemeUsed,
    /// Parameters of the run.
    pub parameters: BTreeMap<String, String>,
    /// The reports, by name.
    pub reports: BTreeMap<String, ReportUsed>,
    /// The models behind the figures, sorted by name.
    pub models: Vec<ModelUsed>,
    /// The tables behind the models, sorted by name.
    pub inputs: Vec<InputUsed>,
    /// The code lists that the models name, sorted by name; a release without any does not say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code_lists: Vec<CodeListUsed>,
    /// What is written beside the reports; a release with nothing of it does not say so.
    #[serde(default, skip_serializing_if = "FileOptions::is_default")]
    pub options: FileOptions,
    /// The released files, sorted by name.
    pub files: Vec<FileMade>,
    /// What was proved of the figures before they left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<ReleaseProof>,
    /// The release that readers had, against which figures are marked as revised. It decides no figure,
    /// and is no part of the identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revised_since: Option<RevisedSince>,
    /// Earlier releases that readers had, the latest first, of figures that the later ones have not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revised_since_earlier: Vec<RevisedSince>,
    /// SHA-256, in hexadecimal, of these bytes with nothing between the quotation marks here.
    certificate: String,
}

/// What a site wants of the files of a release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileOptions {
    /// The address of the licence under which the figures may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Whether the figures are also written as metrics, dimensions and values.
    #[serde(default)]
    pub exchange: bool,
    /// Who publishes the release, as its first pages say.
    #[serde(default, skip_serializing_if = "PublisherSettings::is_empty")]
    pub publisher: PublisherSettings,
    /// The boundaries that its maps are drawn from, by the kind of area.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub boundaries: BTreeMap<String, BoundariesUsed>,
}

/// A file of boundaries behind the maps of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoundariesUsed {
    /// Its name.
    pub file: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// What the site says of where it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl FileOptions {
    /// Those of a pipeline file, without boundaries.
    pub(crate) fn of(settings: &PipelineSettings) -> Self {
        FileOptions {
            boundaries: BTreeMap::new(),
            licence: settings.releases.licence.clone(),
            exchange: settings.releases.exchange,
            publisher: settings.publisher.clone(),
        }
    }

    fn is_default(&self) -> bool {
        *self == FileOptions::default()
    }
}

/// A disclosure control scheme and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SchemeUsed {
    /// Its name.
    pub name: String,
    /// Its settings by name.
    pub settings: BTreeMap<String, String>,
}

/// The release that readers had when another was first made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevisedSince {
    /// Its identifier.
    pub release: String,
    /// Its name.
    pub name: String,
    /// SHA-256 of its manifest, in hexadecimal.
    pub manifest_sha256: String,
}

/// The proof that no protected figure follows from the others: those of all tables of all reports together,
/// and what earlier releases have said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseProof {
    /// How many earlier releases it was made beside.
    pub earlier_releases: usize,
    /// What was proved.
    pub certificate: Certificate,
}

/// A report in a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportUsed {
    /// SHA-256 of the report file, in hexadecimal.
    pub file_sha256: String,
    /// The models behind its figures.
    pub models: BTreeSet<String>,
    /// The tables behind these.
    pub inputs: BTreeSet<String>,
    /// The code lists that they name.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub code_lists: BTreeSet<String>,
    /// The area that it is of alone; a report of all says none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaUsed>,
    /// The levels of areas of which each has the report for itself too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub for_each: Vec<AreaLevel>,
    /// Those of these levels that have an area of too few people for a report of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas_left_out: Vec<AreaLevel>,
    /// The tables, by identifier.
    pub tables: BTreeMap<String, TableMade>,
}

/// The area of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AreaUsed {
    /// The report that was made for it.
    pub of_report: String,
    /// Its level.
    pub level: AreaLevel,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// How a table came out of disclosure control. Whether, how many and where figures were moved or held
/// to protect others is not said: it would tell what the others stand for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableMade {
    /// The dimensions of its rows, by their columns.
    pub rows: Vec<String>,
    /// The dimension across.
    pub across: Option<String>,
    /// What those dimensions are that are more than words: areas, months, periods.
    pub kinds: BTreeMap<String, DimensionKind>,
    /// Whether it compares areas in the report of one: its figures are those of the whole report, and stand
    /// among the figures of the release as these alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compares_areas: bool,
    /// Whether it has a row of totals.
    pub totals_of_rows: bool,
    /// Whether it has a column of totals.
    pub totals_across: bool,
    /// Its measures, in the order of its files.
    pub measures: Vec<MeasureMade>,
    /// Cells that hold a figure.
    pub cells_shown: usize,
    /// Cells that are suppressed.
    pub cells_suppressed: usize,
}

/// A measure of a released table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MeasureMade {
    /// Its heading.
    pub label: String,
    /// Its unit, as the CSV has it.
    pub unit: String,
    /// What it is a count of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<CountMade>,
    /// Whether it has 95% limits.
    pub has_limits: bool,
    /// Which figures are better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<BetterWhen>,
}

/// A released file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileMade {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: usize,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// A report file as it decides the figures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReportText<'a> {
    /// The report's name.
    pub name: &'a str,
    /// The whole text of its file.
    pub text: &'a str,
    /// The levels of areas that it is made for too.
    pub for_each: &'a [AreaLevel],
}

impl Manifest {
    /// The manifest of these reports before they are made: what decides the figures and whether they
    /// may leave, and with it the identifier of the release. Each comes with its name, the text of
    /// its report file and what it is made from.
    ///
    /// # Errors
    /// Usage, when there is no report; data, when they are of different days.
    pub(crate) fn of<'a>(
        scheme: &Scheme,
        disclosure: &DisclosureSettings,
        options: FileOptions,
        reports: impl IntoIterator<Item = (ReportText<'a>, &'a About)>,
    ) -> Result<Self> {
        // Under other limits a release has another identifier, so that they are applied to it.
        let limits = [
            ("hold_below", disclosure.hold_below.to_string()),
            ("smallest_area", disclosure.smallest_area.to_string()),
            (
                "largest_suppressed_share",
                disclosure.largest_suppressed_share.to_string(),
            ),
        ];
        let settings = scheme
            .settings()
            .into_iter()
            .chain(limits)
            .map(|(name, value)| (name.to_owned(), value));
        let mut manifest = Manifest {
            format_version: FORMAT,
            release: String::new(),
            as_of: String::new(),
            program: "populace".to_owned(),
            program_version: String::new(),
            scheme: SchemeUsed {
                name: scheme.name().to_owned(),
                settings: settings.collect(),
            },
            parameters: BTreeMap::new(),
            reports: BTreeMap::new(),
            models: Vec::new(),
            inputs: Vec::new(),
            code_lists: Vec::new(),
            options,
            files: Vec::new(),
            proof: None,
            revised_since: None,
            revised_since_earlier: Vec::new(),
            certificate: String::new(),
        };
        for (report, about) in reports {
            manifest.report(&report, about)?;
        }
        if manifest.reports.is_empty() {
            return Err(Error::usage("there is no report to release")
                .hint("name reports under [reports] in the pipeline file"));
        }
        manifest.release = manifest.identifier()?;
        Ok(manifest)
    }

    fn report(&mut self, report: &ReportText<'_>, about: &About) -> Result<()> {
        let as_of = about.as_of.format("%Y-%m-%d").to_string();
        if !self.as_of.is_empty() && self.as_of != as_of {
            return Err(Error::data("reports of one release are of different days"));
        }
        self.as_of = as_of;
        self.program_version.clone_from(&about.program_version);
        self.parameters.extend(about.parameters.clone());
        self.models.extend(about.models.iter().cloned());
        self.models.sort();
        self.models.dedup();
        self.inputs.extend(about.inputs.iter().cloned());
        self.inputs.sort();
        self.inputs.dedup();
        self.code_lists.extend(about.code_lists.iter().cloned());
        self.code_lists.sort();
        self.code_lists.dedup();
        let used = ReportUsed {
            file_sha256: sha256(report.text.as_bytes()),
            models: about.models.iter().map(|m| m.name.clone()).collect(),
            inputs: about.inputs.iter().map(|i| i.table.clone()).collect(),
            code_lists: about.code_lists.iter().map(|l| l.name.clone()).collect(),
            area: None,
            for_each: report.for_each.to_vec(),
            areas_left_out: Vec::new(),
            tables: BTreeMap::new(),
        };
        self.reports.insert(report.name.to_owned(), used);
        Ok(())
    }

    /// The as-of date and a digest of all that decides the figures: a release of other figures has
    /// another identifier, and the same release always has this one.
    ///
    /// # Errors
    /// Data, when it cannot be written as JSON.
    pub(crate) fn identifier(&self) -> Result<String> {
        // Which areas have reports of their own follows from the rest.
        let whole = self.reports.iter().filter(|(_, r)| r.area.is_none());
        let levels = whole.clone().filter(|(_, r)| !r.for_each.is_empty());
        let levels: BTreeMap<_, _> = levels.map(|(name, r)| (name, &r.for_each)).collect();
        let reports: BTreeMap<_, _> = whole.map(|(name, r)| (name, &r.file_sha256)).collect();
        let facts = (
            (FORMAT, &self.as_of, &self.program, &self.program_version),
            (&self.scheme, &self.parameters, reports),
            (&self.models, &self.inputs),
        );
        let mut facts = serde_json::to_vec(&facts).data(|| "cannot write the manifest")?;
        // A release without code lists keeps the identifier that it had before there were any.
        if !self.code_lists.is_empty() {
            let lists = serde_json::to_vec(&self.code_lists);
            facts.extend(lists.data(|| "cannot write the manifest")?);
        }
        if !self.options.is_default() {
            let options = serde_json::to_vec(&self.options);
            facts.extend(options.data(|| "cannot write the manifest")?);
        }
        if !levels.is_empty() {
            let levels = serde_json::to_vec(&levels);
            facts.extend(levels.data(|| "cannot write the manifest")?);
        }
        Ok(format!("{}-{}", self.as_of, &sha256(&facts)[..12]))
    }

    /// The releases against which figures are marked as revised, the latest first.
    pub(super) fn all_revised_since(&self) -> Vec<RevisedSince> {
        let latest = self.revised_since.iter();
        latest.chain(&self.revised_since_earlier).cloned().collect()
    }

    /// Notes the releases against which figures are marked as revised, the latest first.
    pub(super) fn compared_with(&mut self, releases: Vec<RevisedSince>) {
        let mut releases = releases.into_iter();
        self.revised_since = releases.next();
        self.revised_since_earlier = releases.collect();
    }

    /// Notes of which levels an area has too few people for a report of its own.
    pub(super) fn leave_out(&mut self, of_report: &str, levels: Vec<AreaLevel>) {
        if let Some(report) = self.reports.get_mut(of_report) {
            report.areas_left_out = levels;
        }
    }

    /// The entry of the report of an area.
    fn pack(&self, rendered: &Rendered) -> Option<ReportUsed> {
        let area = rendered.area.as_ref()?;
        let whole = self.reports.get(&rendered.of_report)?;
        Some(ReportUsed {
            area: Some(AreaUsed {
                of_report: rendered.of_report.clone(),
                level: area.level,
                code: area.code.clone(),
                name: area.name.clone(),
            }),
            for_each: Vec::new(),
            areas_left_out: Vec::new(),
            tables: BTreeMap::new(),
            ..whole.clone()
        })
    }

    /// Adds the tables and files of a report that was made.
    pub(super) fn add(&mut self, rendered: &Rendered) {
        let tables = rendered.frames.iter().zip(&rendered.forms);
        let tables = tables.map(|(frame, form)| (frame.id.clone(), TableMade::of(frame, form)));
        if let Some(pack) = self.pack(rendered) {
            self.reports.insert(rendered.report.clone(), pack);
        }
        if let Some(report) = self.reports.get_mut(&rendered.report) {
            report.tables = tables.collect();
        }
        self.add_files(&rendered.files);
    }

    /// Names files.
    pub(super) fn add_files(&mut self, files: &[File]) {
        self.files.extend(files.iter().map(FileMade::of));
        self.files.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// The manifest's own bytes: JSON in the order of this form, with names sorted, and certified.
    ///
    /// # Errors
    /// Data, when it cannot be written as JSON.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let bytes = |certificate: String| {
            let manifest = Manifest {
                certificate,
                ..self.clone()
            };
            let bytes = serde_json::to_vec_pretty(&manifest);
            let mut bytes = bytes.data(|| "cannot write the manifest")?;
            bytes.push(b'\n');
            Ok::<_, Error>(bytes)
        };
        bytes(sha256(&bytes(String::new())?))
    }

    /// Reads a manifest that somebody may have altered; otherwise says what is wrong with it.
    pub(super) fn read(bytes: &[u8]) -> std::result::Result<Self, String> {
        #[derive(Deserialize)]
        struct Form {
            format_version: u32,
        }
        let form: Form =
            serde_json::from_slice(bytes).map_err(|_| "is no manifest of a release".to_string())?;
        if form.format_version != FORMAT {
            return Err(format!(
                "has form {}, and this populace reads form {FORMAT}",
                form.format_version
            ));
        }
        serde_json::from_slice(bytes)
            .map_err(|e| format!("has not the form of a manifest: {}", shown(&e.to_string())))
    }

    /// Whether `bytes`, from which this was read, are as they were certified.
    pub(super) fn certified(&self, bytes: &[u8]) -> bool {
        self.to_bytes().is_ok_and(|certified| certified == bytes)
    }

    /// The files that the reports of this manifest have.
    pub(super) fn files_of_reports(&self) -> Vec<String> {
        let mut names = vec![FIGURES.to_owned()];
        if self.options.exchange {
            names.extend(EXCHANGE.map(str::to_owned));
        }
        for (report, used) in &self.reports {
            names.extend(["html", "xlsx"].map(|kind| format!("{report}.{kind}")));
            let tables = used.tables.keys();
            let of = |id| FORMS_OF_A_TABLE.map(|form| format!("{report}-{id}.{form}"));
            names.extend(tables.flat_map(of));
        }
        names
    }

    /// Cells that are shown and suppressed, over all tables.
    pub(super) fn cells(&self) -> (usize, usize) {
        let tables = self.reports.values().flat_map(|r| r.tables.values());
        tables.fold((0, 0), |(shown, suppressed), table| {
            (
                shown + table.cells_shown,
                suppressed + table.cells_suppressed,
            )
        })
    }
}

impl TableMade {
    /// The form in which its figures are written.
    pub(super) fn form(&self) -> TableForm<'_> {
        TableForm {
            rows: &self.rows,
            across: self.across.as_deref(),
            kinds: &self.kinds,
            limits: self.measures.iter().map(|m| m.has_limits).collect(),
        }
    }

    /// The form of a table, from which its equations can be made again.
    fn of(frame: &Frame, form: &FrameForm) -> Self {
        let (cells_shown, cells_suppressed) = frame.tally();
        let measures = frame.measures.iter().map(|measure| MeasureMade {
            label: measure.label.clone(),
            unit: unit(measure.unit),
            counted: measure.counted.clone(),
            has_limits: measure.has_limits,
            better: measure.better,
        });
        TableMade {
            rows: form.rows.clone(),
            across: form.across.clone(),
            kinds: form.kinds.clone(),
            compares_areas: frame.own_area.is_some(),
            totals_of_rows: frame.rows.iter().any(|row| row.is_total),
            totals_across: frame.groups.iter().any(|group| group.is_total),
            measures: measures.collect(),
            cells_shown,
            cells_suppressed,
        }
    }
}

impl FileMade {
    /// The entry of a file.
    pub(crate) fn of(file: &File) -> Self {
        FileMade {
            name: file.name.clone(),
            bytes: file.bytes.len(),
            sha256: sha256(&file.bytes),
        }
    }
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The name of the manifest in a release's folder.
pub(crate) const MANIFEST: &str = "manifest.json";
