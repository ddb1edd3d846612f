//! What a pull makes of each source: tables, their columns and what happens to them.

mod definition;
pub(super) mod feeding;
mod fhir_version;
mod source;
mod table;

use super::bulk;

use crate::decode::csv::{ColumnFile, CsvDecoder};
use crate::decode::fhir::naming_system;
use crate::decode::fhir::{Decoder, View};
use crate::error::{Error, Result};
use crate::lake::Location;
use crate::pipeline::{
    CsvFolder, Dates, Expected, ExtractSettings, FhirReading, NHS_NUMBER_SYSTEM, Pipeline, Source,
};
use crate::privacy::{Asked, Key, Lookup, OpenPseudonymiser, Pseudonyms, Treatment, check_view};
pub(super) use definition::files as definition_files;
use definition::{csv_table, files, view_table};
pub(super) use fhir_version::{FhirVersions, views};
pub(super) use source::{SourceKind, SourcePlan};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
pub(super) use table::{ColumnPlan, MERGED_FROM, MergeColumns, UNVERIFIED};
pub(crate) use table::{OPEN_PSEUDONYM, PersonLink, TablePlan};

/// What a pull makes of the same extracts: raised when it makes something else, so that extracts
/// that were taken before are read again.
const READING: &[u8] = b"6";

/// Everything that a pull brings.
pub(crate) struct PullPlan {
    /// The tables.
    pub tables: Vec<TablePlan>,
    /// The sources.
    pub sources: Vec<SourcePlan>,
}

impl PullPlan {
    /// Reads views and column files, and checks that none selects an identifier untreated.
    pub(crate) fn read(pipeline: &Pipeline, key: &Key) -> Result<Self> {
        let mut stu3 = FhirVersions::new();
        for (name, source) in &pipeline.settings.sources {
            if let Source::FhirBulk(settings) = source {
                bulk::check(name, settings, pipeline)?;
                if pipeline.path(&settings.views_stu3).is_dir() {
                    stu3.insert(name.clone(), "3.0.2".to_string());
                }
            }
        }
        if !stu3.is_empty() {
            Self::read_for(pipeline, key, &stu3)?;
        }
        Self::read_for(pipeline, key, &FhirVersions::new())
    }

    /// The same, with the views for the FHIR versions that servers speak.
    pub(crate) fn read_for(
        pipeline: &Pipeline,
        key: &Key,
        versions: &FhirVersions,
    ) -> Result<Self> {
        let mut plan = PullPlan {
            tables: Vec::new(),
            sources: Vec::new(),
        };
        let open = match &pipeline.settings.privacy.open_pseudonymiser_salt {
            Some(place) => Some(Arc::new(OpenPseudonymiser::load(place, &pipeline.root)?)),
            None => None,
        };
        for (name, source) in &pipeline.settings.sources {
            let shared = Shared {
                pipeline,
                key,
                name,
                open: &open,
                dates: source.dates(),
                extracts: source.extracts(),
                expected: source.expected(),
            };
            let source = match source {
                Source::FhirFolder(folder) => {
                    let location = Location::parse(&folder.url, &pipeline.root)?;
                    plan.fhir(&shared, location, &folder.views(), &folder.reading)?
                }
                // A server is read with the settings of a folder, wherever its files come from.
                Source::FhirBulk(bulk) => {
                    let location = Location::parse("", &pipeline.root)?;
                    let views = views(bulk, versions.get(name));
                    SourcePlan {
                        bulk: Some((**bulk).clone()),
                        ..plan.fhir(&shared, location, views, &bulk.reading)?
                    }
                }
                Source::CsvFolder(folder) => plan.csv(&shared, folder)?,
            };
            source.check_thresholds()?;
            plan.sources.push(source);
        }
        plan.check_lookups(pipeline)?;
        Ok(plan)
    }

    /// Refuses a column that is looked up in what `[privacy.lookups]` does not name.
    fn check_lookups(&self, pipeline: &Pipeline) -> Result<()> {
        let known = &pipeline.settings.privacy.lookups;
        for table in &self.tables {
            for column in &table.columns {
                let Treatment::Lookup(name) = &column.treatment else {
                    continue;
                };
                if !known.contains_key(name) {
                    return Err(Error::usage(format!(
                        "{}: column {}: there is no lookup '{name}'",
                        table.name, column.name
                    ))
                    .hint(format!("add {name} = \"FILE.csv\" under [privacy.lookups]")));
                }
            }
        }
        Ok(())
    }

    /// A lookup of `[privacy.lookups]`, read for the columns that it fills.
    ///
    /// # Errors
    /// As [`Lookup::load`].
    pub(crate) fn lookup(&self, pipeline: &Pipeline, name: &str) -> Result<Lookup> {
        let settings = pipeline.settings.privacy.lookups.get(name);
        let mut settings = settings.cloned().ok_or_else(|| {
            Error::usage(format!("there is no lookup '{name}'"))
                .hint(format!("add {name} = \"FILE.csv\" under [privacy.lookups]"))
        })?;
        settings.file = pipeline.path(&settings.file);
        let wanted = Treatment::Lookup(name.to_string());
        let columns = self.tables.iter().flat_map(|table| &table.columns);
        let filled = columns.filter(|column| column.treatment == wanted);
        let asked = Asked {
            name,
            columns: filled.map(|column| column.name.as_str()).collect(),
        };
        Lookup::load(&settings, &asked)
    }

    /// The tables alone: what they hold needs no key.
    pub(crate) fn tables(pipeline: &Pipeline) -> Result<Vec<TablePlan>> {
        let mut plan = PullPlan {
            tables: Vec::new(),
            sources: Vec::new(),
        };
        let salt = pipeline.settings.privacy.open_pseudonymiser_salt.is_some();
        let salt = salt.then_some("");
        for source in pipeline.settings.sources.values() {
            let folders = match source {
                Source::FhirFolder(folder) => vec![folder.views()],
                Source::FhirBulk(bulk) => [None, Some(&"3.0.2".to_string())]
                    .map(|version| views(bulk, version).to_path_buf())
                    .to_vec(),
                Source::CsvFolder(folder) => {
                    for (file, text) in files(&pipeline.path(&folder.columns), "toml")? {
                        plan.add(csv_table(&ColumnFile::parse(&file, &text)?)?)?;
                    }
                    continue;
                }
            };
            for folder in folders {
                let folder = pipeline.path(&folder);
                if !folder.is_dir() {
                    continue;
                }
                for (file, text) in files(&folder, "json")? {
                    let system = crate::pipeline::NHS_NUMBER_SYSTEM.to_string();
                    let overrides = BTreeMap::from([("person_system".to_string(), system)]);
                    let view = View::parse_with(&file, &text, &overrides)?;
                    plan.add(view_table(&file, &text, &view, salt)?)?;
                }
            }
        }
        Ok(plan.tables)
    }

    fn fhir(
        &mut self,
        shared: &Shared,
        location: Location,
        views: &Path,
        reading: &FhirReading,
    ) -> Result<SourcePlan> {
        let salt = shared
            .open
            .as_ref()
            .map(|open| open.fingerprint(shared.key));
        let system = reading.person_identifier.clone();
        let overrides = BTreeMap::from([("person_system".to_string(), system)]);
        let mut tables = Vec::new();
        let mut decoded = Vec::new();
        let mut hash = blake3::Hasher::new();
        for (file, text) in files(&shared.pipeline.path(views), "json")? {
            let view = View::parse_with(&file, &text, &overrides)?;
            check_view(&file, &view)?;
            hash.update(text.as_bytes());
            let table = self.add(view_table(&file, &text, &view, salt.as_deref())?)?;
            tables.push((view.resource.clone(), table));
            decoded.push(Arc::new(view));
        }
        hash.update(READING);
        shared.hash_dates(&mut hash);
        hash.update(reading.person_identifier.as_bytes());
        hash.update(salt.as_deref().unwrap_or_default().as_bytes());
        hash.update(&[u8::from(reading.accept_test_numbers)]);
        hash.update(&[u8::from(reading.several_servers)]);
        for status in &reading.verified_statuses {
            hash.update(status.as_bytes());
        }
        let modifiers = &reading.known_modifier_extensions;
        for url in modifiers {
            hash.update(url.as_bytes());
        }
        let kind = SourceKind::Fhir {
            decoder: Decoder::new(decoded)
                .with_known_modifiers(modifiers.iter().cloned())
                .with_several_unknown()
                .with_zone(shared.dates.time_zone)
                .with_several_servers(reading.several_servers),
            tables,
            nhs_numbers: naming_system::same(
                reading.person_identifier.as_bytes(),
                NHS_NUMBER_SYSTEM.as_bytes(),
            ),
            verified_statuses: reading.verified_statuses.clone(),
        };
        let accepts = (reading.accept_test_numbers, reading.reject_threshold);
        Ok(shared.source(location, kind, accepts, &hash))
    }

    fn csv(&mut self, shared: &Shared, folder: &CsvFolder) -> Result<SourcePlan> {
        let mut decoders = Vec::new();
        let mut hash = blake3::Hasher::new();
        for (file, text) in files(&shared.pipeline.path(&folder.columns), "toml")? {
            let columns = Arc::new(ColumnFile::parse(&file, &text)?);
            hash.update(text.as_bytes());
            let table = self.add(csv_table(&columns)?)?;
            let decoder = CsvDecoder::new(columns).with_zone(shared.dates.time_zone);
            decoders.push((decoder, table));
        }
        hash.update(READING);
        shared.hash_dates(&mut hash);
        hash.update(&[u8::from(folder.accept_test_numbers)]);
        let location = Location::parse(&folder.url, &shared.pipeline.root)?;
        let tables = decoders
            .iter()
            .map(|(_, table)| self.tables[*table].clone());
        shared.check_period(&tables.collect::<Vec<_>>())?;
        let kind = SourceKind::Csv { decoders };
        let accepts = (folder.accept_test_numbers, folder.reject_threshold);
        Ok(shared.source(location, kind, accepts, &hash))
    }

    /// Adds a table, or finds the same one that another source fills too.
    fn add(&mut self, table: TablePlan) -> Result<usize> {
        if let Some(i) = self.tables.iter().position(|t| t.name == table.name) {
            if self.tables[i].schema != table.schema {
                return Err(Error::usage(format!(
                    "two definitions of table {} differ",
                    table.name
                ))
                .hint("give the tables different names, or the same columns"));
            }
            self.tables[i].also_defined_by(&table);
            return Ok(i);
        }
        self.tables.push(table);
        Ok(self.tables.len() - 1)
    }
}

/// What the plans of all sources are made with.
struct Shared<'a> {
    pipeline: &'a Pipeline,
    key: &'a Key,
    name: &'a str,
    open: &'a Option<Arc<OpenPseudonymiser>>,
    dates: &'a Dates,
    extracts: &'a ExtractSettings,
    expected: &'a Expected,
}

impl Shared<'_> {
    /// Refuses columns of a period that no table has.
    fn check_period(&self, tables: &[TablePlan]) -> Result<()> {
        let period = &self.extracts.period;
        match period.is_empty() || tables.iter().any(|table| table.has_all(period)) {
            true => Ok(()),
            false => Err(Error::usage(format!(
                "source {}: no column file has all columns of period: {}",
                self.name,
                period.join(", ")
            ))
            .hint("name columns of its tables; tables without them take extracts as deltas")),
        }
    }

    /// What dates become is a part of the settings that files are read with.
    fn hash_dates(&self, hash: &mut blake3::Hasher) {
        hash.update(self.dates.time_zone.name().as_bytes());
        for day in &self.dates.unknown_dates {
            hash.update(day.to_string().as_bytes());
        }
    }

    /// A source that accepts test numbers or not, and a share of rejects.
    fn source(
        &self,
        location: Location,
        kind: SourceKind,
        (accept_test_numbers, reject_threshold): (bool, f64),
        settings: &blake3::Hasher,
    ) -> SourcePlan {
        SourcePlan {
            name: self.name.to_string(),
            location,
            kind,
            pseudonyms: Pseudonyms::new(self.key, self.name),
            open: self.open.clone(),
            accept_test_numbers,
            reject_threshold,
            dates: self.dates.clone(),
            extracts: self.extracts.clone(),
            expected: self.expected.clone(),
            fingerprint: settings.finalize().to_hex()[..32].to_string(),
            bulk: None,
        }
    }
}
