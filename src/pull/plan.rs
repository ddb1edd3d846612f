//! What a pull makes of each source: tables, their columns and what happens to them.

mod definition;

use super::bulk::{self, FhirVersions};
use super::settle::DEFINITION;
use crate::decode::csv::{ColumnFile, CsvDecoder};
use crate::decode::fhir::{Decoder, View};
use crate::error::{Error, Result};
use crate::lake::{Location, Table, TableName};
use crate::pipeline::{
    CsvFolder, Expected, FhirBulk, FhirReading, NHS_NUMBER_SYSTEM, Pipeline, Source,
};
use crate::privacy::{Key, OpenPseudonymiser, Pseudonyms, Treatment, check_view};
use arrow::datatypes::{Field, SchemaRef};
pub use definition::files as definition_files;
use definition::{csv_table, files, view_table};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Columns that the pull adds to every table, after the view's own.
pub const ADDED: [&str; 4] = ["source", "updated", "digest", "record_row"];

/// The column that holds who a Patient was by its own number, once it was merged into another.
pub const MERGED_FROM: &str = "merged_from_key";

/// The column that holds whom a row is of by a number that is not verified. It links nothing: it is
/// there so that an opt-out finds the row.
pub const UNVERIFIED: &str = "unverified_person_key";

/// What a pull makes of the same extracts: raised when it makes something else, so that extracts
/// that were taken before are read again.
const READING: &[u8] = b"2";

/// The column of the people themselves by which older data can be linked.
pub const OPEN_PSEUDONYM: &str = "open_pseudonym";

/// A table that a pull fills.
#[derive(Debug, Clone)]
pub struct TablePlan {
    /// `record.<name>`.
    pub name: TableName,
    /// The stored columns.
    pub schema: SchemaRef,
    /// How each decoded column is treated, in the order of the decoded batch.
    pub columns: Vec<ColumnPlan>,
    /// How rows find their person.
    pub person: PersonLink,
    /// Where the table says which Patients were merged, when it does.
    pub merges: Option<MergeColumns>,
    /// The column that rows of a person are sorted by.
    pub order: Option<String>,
    /// Changes when a definition of the table does.
    pub fingerprint: String,
    /// The fingerprint of each definition: sources of two versions of FHIR fill one table.
    definitions: BTreeSet<String>,
}

/// The property that says which columns of a table are pseudonyms and which one it is sorted by, for
/// whoever has the table and not its view.
pub const COLUMNS: &str = "populace.columns";

impl TablePlan {
    /// Another definition of the same table: the order in which sources are read does not matter.
    fn also_defined_by(&mut self, other: &TablePlan) {
        self.definitions.extend(other.definitions.iter().cloned());
        if self.definitions.len() > 1 {
            let mut hash = blake3::Hasher::new();
            for definition in &self.definitions {
                hash.update(definition.as_bytes());
            }
            self.fingerprint = hash.finalize().to_hex()[..32].to_string();
        }
    }

    /// Whether `table` was made by another definition, or by a program that had fewer columns for it.
    pub fn redefines(&self, table: &Table) -> bool {
        let lacks = |field: &Arc<Field>| table.schema.index_of(field.name()).is_err();
        table.property(DEFINITION) != Some(&self.fingerprint)
            || self.schema.fields().iter().any(lacks)
    }

    /// The value of [`COLUMNS`]: the pseudonyms among the view's own columns, with `,` between them,
    /// and the sort column after `;`.
    pub fn keyed_columns(&self) -> String {
        let columns = self.columns.iter();
        let pseudonyms: Vec<&str> = columns
            .filter(|c| c.stored && c.treatment == Treatment::Pseudonym)
            .map(|c| c.name.as_str())
            .collect();
        let order = self.order.as_deref().unwrap_or_default();
        format!("{};{order}", pseudonyms.join(","))
    }
}

/// The columns of `Patient.link`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeColumns {
    /// The pseudonym of the other Patient.
    pub other: String,
    /// FHIR's link-type.
    pub kind: String,
}

/// How the rows of a table find their person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonLink {
    /// They belong to nobody (organisations).
    None,
    /// This decoded column refers to a Patient.
    Patient(usize),
    /// This decoded column is the person's own identifier.
    Identifier(usize),
}

/// What happens to a decoded column.
#[derive(Debug, Clone)]
pub struct ColumnPlan {
    /// Its name.
    pub name: String,
    /// Its treatment.
    pub treatment: Treatment,
    /// Whether a value after the record's own last update is a mistake.
    pub not_after: bool,
    /// Whether it is stored (the person's columns are not, their pseudonym is).
    pub stored: bool,
}

/// A source and all that is needed to read it.
pub struct SourcePlan {
    /// Its name in the pipeline file.
    pub name: String,
    /// Its folder, on this machine or on an object store.
    pub location: Location,
    /// What its files are.
    pub kind: SourceKind,
    /// Makes the pseudonyms of its records and people.
    pub pseudonyms: Pseudonyms,
    /// Makes the column `open_pseudonym` of the people themselves, when that is wanted.
    pub open: Option<Arc<OpenPseudonymiser>>,
    /// Whether test numbers are people.
    pub accept_test_numbers: bool,
    /// The share of lines that may be rejected.
    pub reject_threshold: f64,
    /// What it brings on a good night.
    pub expected: Expected,
    /// Changes when files must be read again because settings did.
    pub fingerprint: String,
    /// The server, where the source is one.
    pub bulk: Option<FhirBulk>,
}

impl SourcePlan {
    /// Whether it fills a pull table.
    pub fn fills(&self, table: usize) -> bool {
        match &self.kind {
            SourceKind::Fhir { tables, .. } => tables.iter().any(|(_, at)| *at == table),
            SourceKind::Csv { decoders } => decoders.iter().any(|(_, at)| *at == table),
        }
    }
}

/// The two kinds of folder.
pub enum SourceKind {
    /// FHIR resources.
    Fhir {
        /// Decodes all types at once.
        decoder: Decoder,
        /// Resource type and pull table of each decoder table.
        tables: Vec<(String, usize)>,
        /// Whether identifiers are NHS numbers, with their rules.
        nhs_numbers: bool,
    },
    /// CSV rows.
    Csv {
        /// A decoder and its pull table a column file.
        decoders: Vec<(CsvDecoder, usize)>,
    },
}

/// Everything that a pull brings.
pub struct PullPlan {
    /// The tables.
    pub tables: Vec<TablePlan>,
    /// The sources.
    pub sources: Vec<SourcePlan>,
}

impl PullPlan {
    /// Reads views and column files, and checks that none selects an identifier untreated.
    pub fn read(pipeline: &Pipeline, key: &Key) -> Result<Self> {
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
    pub fn read_for(pipeline: &Pipeline, key: &Key, versions: &FhirVersions) -> Result<Self> {
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
            };
            let source = match source {
                Source::FhirFolder(folder) => {
                    let location = Location::parse(&folder.url, &pipeline.root)?;
                    SourcePlan {
                        expected: folder.expected,
                        ..plan.fhir(&shared, location, &folder.views(), &folder.reading)?
                    }
                }
                // A server is read with the settings of a folder, wherever its files come from.
                Source::FhirBulk(bulk) => {
                    let location = Location::parse("", &pipeline.root)?;
                    let views = bulk::views(bulk, versions.get(name));
                    SourcePlan {
                        bulk: Some((**bulk).clone()),
                        expected: bulk.expected,
                        ..plan.fhir(&shared, location, views, &bulk.reading)?
                    }
                }
                Source::CsvFolder(folder) => SourcePlan {
                    expected: folder.expected,
                    ..plan.csv(&shared, folder)?
                },
            };
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

    /// The tables alone: what they hold needs no key.
    pub fn tables(pipeline: &Pipeline) -> Result<Vec<TablePlan>> {
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
                    .map(|version| bulk::views(bulk, version).to_path_buf())
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
        hash.update(reading.person_identifier.as_bytes());
        hash.update(salt.as_deref().unwrap_or_default().as_bytes());
        hash.update(&[u8::from(reading.accept_test_numbers)]);
        let modifiers = &reading.known_modifier_extensions;
        for url in modifiers {
            hash.update(url.as_bytes());
        }
        let kind = SourceKind::Fhir {
            decoder: Decoder::new(decoded).with_known_modifiers(modifiers.iter().cloned()),
            tables,
            nhs_numbers: reading.person_identifier == NHS_NUMBER_SYSTEM,
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
            decoders.push((CsvDecoder::new(columns), table));
        }
        hash.update(READING);
        hash.update(&[u8::from(folder.accept_test_numbers)]);
        let location = Location::parse(&folder.url, &shared.pipeline.root)?;
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
}

impl Shared<'_> {
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
            expected: Expected::default(),
            fingerprint: settings.finalize().to_hex()[..32].to_string(),
            bulk: None,
        }
    }
}
