//! The pipeline file: what a night pulls, builds and releases.

mod area_level;
mod boundaries;
pub(crate) mod bounds;
mod bulk;
mod census;
mod codes;
mod column_of;
mod confirmed_gone;
mod date_rule;
mod dates;
mod disclosure;
mod expected;
mod extracts;
mod name_pattern;
mod notify;
mod parameters;
pub(crate) mod parts;
mod place;
mod publisher;
mod reading;
mod reference;
mod reference_column;
mod reference_part;
mod section;
mod settings_file;
mod source;

pub use area_level::AreaLevel;
pub use boundaries::BoundarySettings;
pub(crate) use boundaries::of_this_census;
pub(crate) use bulk::{BulkAuth, ExportLevel, FhirBulk};
pub(crate) use codes::CodesSettings;
pub(crate) use column_of::ColumnOf;
pub use confirmed_gone::ConfirmedGone;
pub(crate) use dates::Dates;
pub use disclosure::DisclosureSettings;
pub(crate) use expected::Expected;
pub(crate) use extracts::{ExtractKind, ExtractSettings, PeriodLength, SameName};
pub(crate) use name_pattern::NamePattern;
pub use notify::NotifySettings;
pub(crate) use notify::{
    EmailSettings, NotifyOn, OpenLineageSettings, SmtpEncryption, TextfileSettings,
    WebhookSettings, timeout,
};
pub(crate) use parameters::{Parameter, ParameterType, ParameterValue};
pub use publisher::PublisherSettings;
pub(crate) use reading::{FhirReading, NHS_NUMBER_SYSTEM};
pub(crate) use reference::{ColumnChoice, ReferenceSettings};
pub(crate) use reference_column::{ReferenceColumn, ReferenceType};
pub(crate) use reference_part::{
    AddedColumns, FilterValues, PickedColumns, ReferencePart, Unpivot, WORKBOOKS,
};
pub(crate) use settings_file::parse as parse_settings;
pub(crate) use source::{CsvFolder, FhirFolder, Source};

use crate::disclosure::Scheme;
use crate::error::{Context, Error, Result};
use crate::lake::{FilesFor, Location};
use crate::privacy::{Confirmed, LookupSettings, OptOutLists, SecretPlace};
use crate::serve::{ServeSection, ServeSettings};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A pipeline file, read and checked.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// The file.
    pub file: PathBuf,
    /// The project folder, from which paths in the file start: the nearest one at or above the
    /// file's folder that holds `sql/`.
    pub root: PathBuf,
    /// Its sections.
    pub settings: PipelineSettings,
    /// What `--set` gave other values, as `name=value`.
    pub set: Vec<String>,
}

/// The sections of a pipeline file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineSettings {
    /// Where tables are kept.
    pub lake: LakeSettings,
    /// Where releases are kept.
    pub releases: ReleasesSettings,
    /// Who publishes them.
    #[serde(default)]
    pub publisher: PublisherSettings,
    /// Key, opt-outs and lookups.
    pub privacy: PrivacySettings,
    /// Where extracts come from, by name.
    #[serde(default)]
    pub sources: BTreeMap<String, Source>,
    /// CSV files that become `reference.<name>`.
    #[serde(default)]
    pub reference: BTreeMap<String, ReferenceSettings>,
    /// Files of boundaries for maps, by the kind of area.
    #[serde(default)]
    pub boundaries: BTreeMap<String, BoundarySettings>,
    /// Where code lists are.
    #[serde(default)]
    pub codes: CodesSettings,
    /// Parameters of models and reports.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    /// Which models to build.
    #[serde(default)]
    pub models: ModelsSettings,
    /// Which reports to release.
    #[serde(default)]
    pub reports: ReportsSettings,
    /// How outputs are controlled.
    #[serde(default)]
    pub disclosure: DisclosureSettings,
    /// Who is told how a night or a release ended.
    #[serde(default)]
    pub notify: NotifySettings,
    /// How the planners' page is served.
    #[serde(default)]
    pub serve: ServeSection,
    /// Losses of rows that a person has confirmed on the command line.
    #[serde(skip)]
    pub confirmed_gone: Vec<ConfirmedGone>,
}

/// `[lake]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LakeSettings {
    /// A folder.
    pub url: String,
    /// Ranges of `person_key` that a new lake is cut into; a power of two.
    #[serde(default = "LakeSettings::default_shards")]
    pub shards: u32,
    /// Days for which older versions of tables can still be read.
    #[serde(default = "LakeSettings::default_keep_days")]
    pub keep_days: u16,
}

impl LakeSettings {
    fn default_shards() -> u32 {
        16
    }

    fn default_keep_days() -> u16 {
        30
    }
}

/// `[releases]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasesSettings {
    /// A folder.
    pub url: String,
    /// What their names begin with: small letters, digits and hyphens.
    #[serde(default)]
    pub area: Option<String>,
    /// Whether whoever makes a release may not be the only one to approve it.
    #[serde(default)]
    pub four_eyes: bool,
    /// The address of the licence under which the figures may be used.
    #[serde(default)]
    pub licence: Option<String>,
    /// Whether the figures are also written as metrics, dimensions and values.
    #[serde(default)]
    pub exchange: bool,
}

/// `[privacy]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivacySettings {
    /// Where the key of the pseudonyms is.
    pub key: SecretPlace,
    /// Where the keys are that it took over from, the oldest first.
    #[serde(default)]
    pub key_before: Vec<SecretPlace>,
    /// Lists of NHS numbers whose records are kept out: one path, or lists by name.
    #[serde(default)]
    pub opt_outs: OptOutLists,
    /// Changes of these lists that a person has confirmed on the command line.
    #[serde(skip)]
    pub confirmed_opt_outs: Vec<Confirmed>,
    /// Where the salt is under which people get an `open_pseudonym` too, to link with older data.
    pub open_pseudonymiser_salt: Option<SecretPlace>,
    /// For whom the files are that commands write on this machine.
    #[serde(default)]
    pub files_for: FilesFor,
    /// CSV files in which values are looked up, by the name that `lookup:<name>` uses.
    #[serde(default)]
    pub lookups: BTreeMap<String, LookupSettings>,
}

/// `[models]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelsSettings {
    /// The folder of SQL files.
    pub folder: PathBuf,
    /// Which models, as `layer.name`, `layer.*` or `*`; what they need is built too.
    pub build: Vec<String>,
}

impl Default for ModelsSettings {
    fn default() -> Self {
        ModelsSettings {
            folder: PathBuf::from("sql"),
            build: vec!["*".to_string()],
        }
    }
}

/// `[reports]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportsSettings {
    /// The folder of report files.
    pub folder: PathBuf,
    /// Which reports, by name, or `*`.
    pub build: Vec<String>,
    /// The levels of areas of which each has every report for itself too.
    pub for_each: Vec<AreaLevel>,
}

impl Default for ReportsSettings {
    fn default() -> Self {
        ReportsSettings {
            folder: PathBuf::from("pipelines/reports"),
            build: vec!["*".to_string()],
            for_each: Vec::new(),
        }
    }
}

impl Pipeline {
    /// Reads a pipeline file and applies `--set name=value` to its parameters.
    pub fn load(file: &Path, set: &[String]) -> Result<Self> {
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .usage(|| format!("the pipeline file {shown} cannot be read"))
            .map_err(|e| {
                e.hint(match file.is_file() {
                    true => "save it as UTF-8, and let this account read it",
                    false => "name one with --pipeline, or make a project with `populace init DIR`",
                })
            })?;
        let mut settings: PipelineSettings = parse_settings(&shown, &text)?;
        for setting in set {
            parameters::set(&mut settings.parameters, setting)?;
        }
        let pipeline = Pipeline {
            file: file.to_path_buf(),
            root: root_of(file)?,
            settings,
            set: set.to_vec(),
        };
        pipeline.check(|path| format!("{shown}{}", place::of_setting(&text, path)))?;
        Ok(pipeline)
    }

    /// Refuses settings that do not fit together; `at` is where one stands.
    fn check(&self, at: impl Fn(&[&str]) -> String) -> Result<()> {
        let settings = &self.settings;
        if !settings.lake.shards.is_power_of_two() || settings.lake.shards > 4096 {
            return Err(Error::usage(format!(
                "{}: [lake] shards is not a power of two up to 4096",
                at(&["lake", "shards"])
            ))
            .hint("use 16 for a few million records, 64 for a whole care record"));
        }
        let as_of = settings.parameters.get("as_of");
        if !as_of.is_some_and(|p| p.kind == ParameterType::Date) {
            return Err(Error::usage(format!(
                "{}: [parameters] has no date as_of",
                at(&["parameters", "as_of"])
            ))
            .hint("add as_of = { type = \"date\", default = \"2026-09-30\" }"));
        }
        if let Some((first, last)) = backwards(&settings.parameters) {
            return Err(Error::usage(format!(
                "{}: [parameters] {first} is after {last}",
                at(&["parameters", first])
            ))
            .hint("give the first day and the last; both count"));
        }
        settings
            .publisher
            .check()
            .map_err(|e| e.at(at(&["publisher"])))?;
        settings.notify.check(&at)?;
        for (kind, boundaries) in &settings.boundaries {
            let checked = boundaries.check(kind);
            checked.map_err(|e| e.at(at(&["boundaries", kind])))?;
        }
        self.check_places(at)
    }

    /// Refuses a lake, releases or sources without a place, or one within another: a planner would
    /// be given the lake, or a pull read what it wrote.
    fn check_places(&self, at: impl Fn(&[&str]) -> String) -> Result<()> {
        let settings = &self.settings;
        let mut places = vec![
            (
                "[lake]".to_string(),
                ["lake", "url", ""],
                &settings.lake.url,
            ),
            (
                "[releases]".to_string(),
                ["releases", "url", ""],
                &settings.releases.url,
            ),
        ];
        for (name, source) in &settings.sources {
            if let Source::FhirFolder(FhirFolder { url, .. })
            | Source::CsvFolder(CsvFolder { url, .. }) = source
            {
                places.push((format!("source {name}"), ["sources", name, "url"], url));
            }
        }
        let mut known: Vec<(String, bool, Location)> = Vec::new();
        for (of, path, url) in places {
            if url.trim().is_empty() {
                return Err(Error::usage(format!("{}: url of {of} is empty", at(&path)))
                    .hint("name a folder, or an address on an object store"));
            }
            let place = Location::parse(url, &self.root).map_err(|e| e.at(at(&path)))?;
            // Two sources may share a folder: each reads the files that it knows.
            let is_source = path[0] == "sources";
            let mut others = known.iter().filter(|(_, other, _)| !(*other && is_source));
            if let Some((other, _, _)) = others.find(|(_, _, other)| other.overlaps(&place)) {
                return Err(Error::usage(format!(
                    "{}: the folders of {other} and {of} are the same, or one is inside the other",
                    at(&path)
                ))
                .hint(
                    "give each a folder of its own: releases are handed out, and the lake is not",
                ));
            }
            known.push((of, is_source, place));
        }
        Ok(())
    }

    /// Where the lake of the pipeline `file` is, by its section `[lake]` alone.
    pub(crate) fn lake_of(file: &Path) -> Result<Location> {
        let shown = file.display();
        let text = std::fs::read_to_string(file)
            .usage(|| format!("the pipeline file {shown} cannot be read"))?;
        let url = section::alone(&text, "lake");
        let url = url.as_ref().and_then(|lake| lake.get("url")?.as_str());
        let url = url.ok_or_else(|| Error::usage(format!("{shown}: [lake] has no url")))?;
        Location::parse(url, &root_of(file)?)
    }

    /// Who is told of what the pipeline `file` does, by its section `[notify]` alone, and where
    /// relative paths start; None where it names nobody or cannot be read.
    pub(crate) fn notify_of(file: &Path) -> Option<(NotifySettings, PathBuf)> {
        let text = std::fs::read_to_string(file).ok()?;
        let settings = section::alone(&text, "notify")?;
        let settings: NotifySettings = settings.try_into().ok()?;
        settings.check(|_| String::new()).ok()?;
        Some((settings, root_of(file).ok()?))
    }

    /// Where the releases of the pipeline `file` are, how they are served, and the project folder, by
    /// its sections `[releases]`, `[publisher]` and `[serve]` alone: where the page is served there may be
    /// no lake and no key.
    ///
    /// # Errors
    /// Usage: the file cannot be read, or one of these sections is wrong.
    pub(crate) fn to_serve(file: &Path) -> Result<(Location, ServeSection, PathBuf)> {
        #[derive(Deserialize)]
        struct Served {
            releases: ReleasesSettings,
            #[serde(default)]
            publisher: PublisherSettings,
            #[serde(default)]
            serve: ServeSection,
        }
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .usage(|| format!("the pipeline file {shown} cannot be read"))?;
        let served: Served = parse_settings(&shown, &text)?;
        let root = root_of(file)?;
        let releases = Location::parse(&served.releases.url, &root)?;
        let publisher = served.publisher;
        publisher.check().map_err(|e| e.at(&shown))?;
        let mut section = served.serve;
        section.page = ServeSettings {
            area: publisher.area,
            publisher: publisher.name,
            contact: publisher.contact,
            ..section.page
        };
        Ok((releases, section, root))
    }

    /// The disclosure scheme of the pipeline, with its settings and secrets.
    ///
    /// # Errors
    /// Usage: the settings make no scheme, or a secret cannot be read.
    pub(crate) fn scheme(&self) -> Result<Scheme> {
        let disclosure = &self.settings.disclosure;
        let files_for = self.settings.privacy.files_for;
        disclosure.scheme(&self.root, files_for).map_err(|e| {
            let setting = disclosure.spoken_of(e.what());
            let text = std::fs::read_to_string(&self.file).unwrap_or_default();
            let place = place::of_setting(&text, &["disclosure", setting]);
            e.at(format!("{}{place}", self.file.display()))
        })
    }

    /// A path of the file, from the project folder.
    pub(crate) fn path(&self, relative: &Path) -> PathBuf {
        self.root.join(relative)
    }

    /// Where the lake is.
    pub(crate) fn lake(&self) -> Result<Location> {
        Location::parse(&self.settings.lake.url, &self.root)
    }

    /// Where releases are.
    pub(crate) fn releases(&self) -> Result<Location> {
        Location::parse(&self.settings.releases.url, &self.root)
    }

    /// The same pipeline with other values of parameters, each as `name=value`.
    ///
    /// # Errors
    /// Usage: there is no such parameter, or the value is not of its type.
    pub(crate) fn with_parameters(&self, set: &[String]) -> Result<Self> {
        let mut other = self.clone();
        for setting in set {
            parameters::set(&mut other.settings.parameters, setting)?;
        }
        Ok(other)
    }

    /// The day by which extracts are late: `clock`, or `as_of` where that is later.
    pub(crate) fn today(&self, clock: NaiveDate) -> NaiveDate {
        match self
            .settings
            .parameters
            .get("as_of")
            .map(|as_of| &as_of.default)
        {
            Some(ParameterValue::Date(as_of)) => clock.max(*as_of),
            _ => clock,
        }
    }

    /// The parameters whose values follow a rule, in words: `as_of is 2026-10-31 (end of last month)`.
    pub(crate) fn ruled(&self) -> Vec<String> {
        let parameters = self.settings.parameters.iter();
        let ruled = parameters.filter_map(|(name, parameter)| {
            let rule = parameter.rule?;
            Some(format!("{name} is {} ({rule})", parameter.default))
        });
        ruled.collect()
    }

    /// The parameters' values.
    pub fn values(&self) -> BTreeMap<String, ParameterValue> {
        self.settings
            .parameters
            .iter()
            .map(|(name, parameter)| (name.clone(), parameter.default.clone()))
            .collect()
    }
}

/// The names of two parameters, `…_start` and `…_end`, that make a period which ends before it begins.
fn backwards(parameters: &BTreeMap<String, Parameter>) -> Option<(&String, String)> {
    parameters.iter().find_map(|(start, first)| {
        let end = format!("{}_end", start.strip_suffix("_start")?);
        match (&first.default, &parameters.get(&end)?.default) {
            (ParameterValue::Date(first), ParameterValue::Date(last)) if first > last => {
                Some((start, end))
            }
            _ => None,
        }
    })
}

fn root_of(file: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(file)
        .usage(|| format!("the pipeline file {} cannot be found", file.display()))?;
    let folder = absolute.parent().unwrap_or(Path::new("/"));
    let root = folder
        .ancestors()
        .find(|f| f.join("sql").is_dir())
        .unwrap_or(folder);
    // A path relative to where the user stands reads better in messages.
    let here = std::env::current_dir().unwrap_or_default();
    Ok(if root == here {
        PathBuf::new()
    } else {
        root.to_path_buf()
    })
}
