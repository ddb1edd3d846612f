//! What a pull makes of each source: tables, their columns and what happens to them.

use super::bulk::{self, FhirVersions};
use super::settle::DEFINITION;
use crate::decode::csv::{ColumnFile, CsvDecoder};
use crate::decode::fhir::{Decoder, View};
use crate::error::{Context, Error, Result};
use crate::lake::{Location, Table, TableName};
use crate::pipeline::{FhirBulk, FhirFolder, FhirVersion, Pipeline, Source};
use crate::privacy::{Key, OpenPseudonymiser, Pseudonyms, Treatment, check_csv_column, check_view};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Columns that the pull adds to every table, after the view's own.
pub const ADDED: [&str; 4] = ["source", "updated", "digest", "record_row"];

/// The column that holds who a Patient was by its own number, once it was merged into another.
pub const MERGED_FROM: &str = "merged_from_key";

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
    /// Changes when files must be read again because settings did.
    pub fingerprint: String,
    /// The server, where the source is one.
    pub bulk: Option<FhirBulk>,
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
        let salt = open.as_ref().map(|open| open.fingerprint(key));
        for (name, source) in &pipeline.settings.sources {
            let bulk = match source {
                Source::FhirBulk(bulk) => Some(bulk),
                Source::FhirFolder(_) | Source::CsvFolder(_) => None,
            };
            // A server is read with the settings of a folder, wherever its files come from.
            let source = match bulk {
                Some(bulk) => &Source::FhirFolder(FhirFolder {
                    url: String::new(),
                    fhir_version: FhirVersion::default(),
                    views: Some(bulk::views(bulk, versions.get(name)).to_path_buf()),
                    known_modifier_extensions: bulk.known_modifier_extensions.clone(),
                    person_identifier: bulk.person_identifier.clone(),
                    accept_test_numbers: bulk.accept_test_numbers,
                    reject_threshold: bulk.reject_threshold,
                }),
                None => source,
            };
            let mut source = match source {
                Source::FhirBulk(_) => continue,
                Source::FhirFolder(folder) => {
                    let overrides = BTreeMap::from([(
                        "person_system".to_string(),
                        folder.person_identifier.clone(),
                    )]);
                    let mut tables = Vec::new();
                    let mut views = Vec::new();
                    let mut hash = blake3::Hasher::new();
                    for (file, text) in definitions(&pipeline.path(&folder.views()), "json")? {
                        let view = View::parse_with(&file, &text, &overrides)?;
                        check_view(&file, &view)?;
                        hash.update(text.as_bytes());
                        let table = plan.add(view_table(&file, &text, &view, salt.as_deref())?)?;
                        tables.push((view.resource.clone(), table));
                        views.push(Arc::new(view));
                    }
                    hash.update(folder.person_identifier.as_bytes());
                    hash.update(salt.as_deref().unwrap_or_default().as_bytes());
                    hash.update(&[u8::from(folder.accept_test_numbers)]);
                    let modifiers = &folder.known_modifier_extensions;
                    for url in modifiers {
                        hash.update(url.as_bytes());
                    }
                    SourcePlan {
                        name: name.clone(),
                        location: Location::parse(&folder.url, &pipeline.root)?,
                        kind: SourceKind::Fhir {
                            decoder: Decoder::new(views)
                                .with_known_modifiers(modifiers.iter().cloned()),
                            tables,
                            nhs_numbers: folder.person_identifier
                                == crate::pipeline::NHS_NUMBER_SYSTEM,
                        },
                        pseudonyms: Pseudonyms::new(key, name),
                        open: open.clone(),
                        accept_test_numbers: folder.accept_test_numbers,
                        reject_threshold: folder.reject_threshold,
                        fingerprint: hash.finalize().to_hex()[..32].to_string(),
                        bulk: None,
                    }
                }
                Source::CsvFolder(folder) => {
                    let mut decoders = Vec::new();
                    let mut hash = blake3::Hasher::new();
                    for (file, text) in definitions(&pipeline.path(&folder.columns), "toml")? {
                        let columns = Arc::new(ColumnFile::parse(&file, &text)?);
                        hash.update(text.as_bytes());
                        let table = plan.add(csv_table(&columns)?)?;
                        decoders.push((CsvDecoder::new(columns), table));
                    }
                    hash.update(&[u8::from(folder.accept_test_numbers)]);
                    SourcePlan {
                        name: name.clone(),
                        location: Location::parse(&folder.url, &pipeline.root)?,
                        kind: SourceKind::Csv { decoders },
                        pseudonyms: Pseudonyms::new(key, name),
                        open: open.clone(),
                        accept_test_numbers: folder.accept_test_numbers,
                        reject_threshold: folder.reject_threshold,
                        fingerprint: hash.finalize().to_hex()[..32].to_string(),
                        bulk: None,
                    }
                }
            };
            source.bulk = bulk.map(|bulk| (**bulk).clone());
            plan.sources.push(source);
        }
        Ok(plan)
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

/// The definition files of a folder, by name.
fn definitions(folder: &Path, extension: &str) -> Result<Vec<(String, String)>> {
    let cannot = || format!("the folder {} cannot be read", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).usage(cannot)? {
        let path = entry.usage(cannot)?.path();
        if path.extension().is_some_and(|e| e == extension) {
            let text = std::fs::read_to_string(&path)
                .usage(|| format!("{} cannot be read", path.display()))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}

/// The column of the people themselves by which older data can be linked.
pub const OPEN_PSEUDONYM: &str = "open_pseudonym";

/// The table of a view; with the fingerprint of a `salt`, people get an [`OPEN_PSEUDONYM`].
fn view_table(file: &str, text: &str, view: &View, salt: Option<&str>) -> Result<TablePlan> {
    let mut columns = Vec::with_capacity(view.columns.len());
    let mut person = PersonLink::None;
    let mut order = None;
    let (mut other, mut kind) = (None, None);
    for (i, column) in view.columns.iter().enumerate() {
        let place = format!("{file}: column {}", column.name);
        let treatment = match column.tags.get("populace/privacy") {
            Some(text) => Treatment::parse(text, &place)?,
            None => Treatment::Clear,
        };
        let stored = match (&treatment, column.name.as_str()) {
            (Treatment::Person, _) => {
                person = PersonLink::Identifier(i);
                false
            }
            (_, "person_key") => {
                if !matches!(person, PersonLink::Identifier(_)) {
                    person = PersonLink::Patient(i);
                }
                false
            }
            _ => true,
        };
        match column.tags.get("populace/merge").map(String::as_str) {
            Some("other") => other = Some(column.name.clone()),
            Some("type") => kind = Some(column.name.clone()),
            _ => {}
        }
        if column.tags.contains_key("populace/order") {
            order = Some(column.name.clone());
        }
        columns.push(ColumnPlan {
            name: column.name.clone(),
            treatment,
            not_after: column.tags.contains_key("populace/not-after"),
            stored,
        });
    }
    let mut table = table(
        &view.name,
        file,
        text,
        columns,
        person,
        order,
        &view.schema(),
    )?;
    table.merges = other
        .zip(kind)
        .map(|(other, kind)| MergeColumns { other, kind });
    if let (Some(salt), PersonLink::Identifier(_)) = (salt, person) {
        let mut fields = table.schema.fields().to_vec();
        // After person_key, record_key, person_check and merged_from_key.
        fields.insert(
            4,
            Arc::new(Field::new(OPEN_PSEUDONYM, DataType::Utf8, true)),
        );
        table.schema = Arc::new(Schema::new(fields));
        table.fingerprint.push_str(salt);
        table.definitions = BTreeSet::from([table.fingerprint.clone()]);
    }
    Ok(table)
}

fn csv_table(file: &ColumnFile) -> Result<TablePlan> {
    let decoder = CsvDecoder::new(Arc::new(file.clone()));
    let unstored = |name: &str, treatment| ColumnPlan {
        name: name.to_string(),
        treatment,
        not_after: false,
        stored: false,
    };
    let mut columns = vec![
        unstored("person_identifier", Treatment::Person),
        unstored("nhs_number_status", Treatment::Clear),
    ];
    for column in &file.columns {
        check_csv_column(&file.file_name, column)?;
        columns.push(ColumnPlan {
            name: column.name.clone(),
            treatment: column.privacy.clone(),
            not_after: column.not_after,
            stored: true,
        });
    }
    table(
        &file.table,
        &file.file_name,
        &file.text,
        columns,
        PersonLink::Identifier(0),
        file.order.clone(),
        decoder.schema(),
    )
}

fn table(
    name: &str,
    file: &str,
    text: &str,
    columns: Vec<ColumnPlan>,
    person: PersonLink,
    order: Option<String>,
    decoded: &SchemaRef,
) -> Result<TablePlan> {
    let int = |name: &str, nullable| Field::new(name, DataType::Int64, nullable);
    let mut fields = Vec::new();
    if person != PersonLink::None {
        fields.push(int("person_key", true));
    }
    fields.push(int("record_key", false));
    match person {
        PersonLink::Patient(_) => fields.push(int("patient_key", true)),
        PersonLink::Identifier(_) => {
            fields.push(int("person_check", true));
            fields.push(int(MERGED_FROM, true));
        }
        PersonLink::None => {}
    }
    for (column, field) in columns.iter().zip(decoded.fields()) {
        if !column.stored {
            continue;
        }
        let taken = [
            "person_key",
            "record_key",
            "patient_key",
            "person_check",
            MERGED_FROM,
            OPEN_PSEUDONYM,
            "shard",
        ];
        if taken.contains(&column.name.as_str()) || ADDED.contains(&column.name.as_str()) {
            return Err(Error::usage(format!(
                "{file}: column {} has a name that the pull uses",
                column.name
            ))
            .hint("rename the column"));
        }
        fields.push(Field::new(
            &column.name,
            column.treatment.output_type(field.data_type()),
            true,
        ));
    }
    fields.push(Field::new("source", DataType::Utf8, false));
    fields.push(Field::new(
        "updated",
        DataType::Timestamp(TimeUnit::Microsecond, None),
        true,
    ));
    fields.push(int("digest", false));
    fields.push(Field::new("record_row", DataType::Int32, false));
    let fingerprint = blake3::hash(text.as_bytes()).to_hex()[..32].to_string();
    Ok(TablePlan {
        definitions: BTreeSet::from([fingerprint.clone()]),
        name: TableName::new("record", name),
        schema: Arc::new(Schema::new(fields)),
        columns,
        person,
        merges: None,
        order,
        fingerprint,
    })
}
