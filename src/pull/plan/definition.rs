//! Tables as views and column files define them.

use super::table::{
    ADDED, ColumnPlan, MERGED_FROM, MergeColumns, OPEN_PSEUDONYM, PersonLink, TablePlan, UNVERIFIED,
};
use crate::decode::csv::{ColumnFile, CsvDecoder};
use crate::decode::fhir::View;
use crate::error::{Context, Error, Result};
use crate::lake::TableName;
use crate::privacy::{Treatment, check_csv_column};
use crate::pull::version::{EXTRACT_FILE, EXTRACT_ORDER, VERSION_ORDER};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The definition files of a folder, by name: their paths and texts.
pub(crate) fn files(folder: &Path, extension: &str) -> Result<Vec<(String, String)>> {
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

/// The table of a view; with the fingerprint of a `salt`, people get an [`OPEN_PSEUDONYM`].
pub(super) fn view_table(
    file: &str,
    text: &str,
    view: &View,
    salt: Option<&str>,
) -> Result<TablePlan> {
    let mut columns = Vec::with_capacity(view.columns.len());
    let mut person = PersonLink::None;
    let mut logical = None;
    let refers = view
        .columns
        .iter()
        .any(|column| column.name == "person_key");
    for (i, column) in view.columns.iter().enumerate() {
        let treatment = match column.tags.get("populace/privacy") {
            Some(text) => Treatment::parse(text, &format!("{file}: column {}", column.name))?,
            None => Treatment::Clear,
        };
        let link = match (&treatment, column.name.as_str()) {
            // Whoever refers to a Patient may name the person beside it, or in its place.
            (Treatment::Person, _) if view.resource != "Patient" && refers => {
                logical = Some(i);
                None
            }
            (Treatment::Person, _) => Some(PersonLink::Identifier(i)),
            (_, "person_key") => Some(PersonLink::Patient(i)),
            _ => None,
        };
        // A person's own identifier says more than a reference to a Patient.
        if let Some(link) = link
            && !matches!(
                (person, link),
                (PersonLink::Identifier(_), PersonLink::Patient(_))
            )
        {
            person = link;
        }
        columns.push(ColumnPlan {
            name: column.name.clone(),
            treatment,
            not_after: column.tags.contains_key("populace/not-after"),
            needed: column.is_needed(),
            stored: link.is_none() && logical != Some(i),
        });
    }
    let order = tagged(view, "populace/order", None);
    let schema = view.schema();
    let mut table = table(&view.name, file, text, columns, person, order, &schema)?;
    table.add_numbers(&[VERSION_ORDER, EXTRACT_ORDER, EXTRACT_FILE]);
    table.logical = logical;
    table.one_row = view.gives_one_row();
    let other = tagged(view, "populace/merge", Some("other"));
    let kind = tagged(view, "populace/merge", Some("type"));
    table.merges = other
        .zip(kind)
        .map(|(other, kind)| MergeColumns { other, kind });
    if let (Some(salt), PersonLink::Identifier(_)) = (salt, person) {
        add_open_pseudonym(&mut table, salt);
    }
    Ok(table)
}

/// The name of the view's column with a tag, of this value where one is given; of several the last.
fn tagged(view: &View, tag: &str, value: Option<&str>) -> Option<String> {
    let mut columns = view.columns.iter().rev();
    let column = columns.find(|column| {
        let found = column.tags.get(tag);
        found.is_some_and(|found| value.is_none_or(|value| value == found))
    });
    column.map(|column| column.name.clone())
}

/// Gives people a pseudonym by which older data can be linked, with the fingerprint of a `salt`.
fn add_open_pseudonym(table: &mut TablePlan, salt: &str) {
    let mut fields = table.schema.fields().to_vec();
    // After person_key, record_key, person_check and those of merges and unverified numbers.
    fields.insert(
        5,
        Arc::new(Field::new(OPEN_PSEUDONYM, DataType::Utf8, true)),
    );
    table.schema = Arc::new(Schema::new(fields));
    table.fingerprint.push_str(salt);
    table.definitions = BTreeSet::from([table.fingerprint.clone()]);
}

/// The table of a column file.
pub(super) fn csv_table(file: &ColumnFile) -> Result<TablePlan> {
    let decoder = CsvDecoder::new(Arc::new(file.clone()));
    let unstored = |name: &str, treatment| ColumnPlan {
        name: name.to_string(),
        treatment,
        not_after: false,
        needed: true,
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
            needed: column.needed,
            stored: true,
        });
    }
    let mut table = table(
        &file.table,
        &file.file_name,
        &file.text,
        columns,
        PersonLink::Identifier(0),
        file.order.clone(),
        decoder.schema(),
    )?;
    table.add_numbers(&[EXTRACT_ORDER, EXTRACT_FILE]);
    Ok(table)
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
    let mut fields = key_fields(person);
    for (column, field) in columns.iter().zip(decoded.fields()) {
        if column.stored {
            refuse_taken_name(file, &column.name)?;
            let stored = column.treatment.output_type(field.data_type());
            fields.push(Field::new(&column.name, stored, true));
        }
    }
    let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
    fields.extend([
        Field::new("source", DataType::Utf8, false),
        Field::new("updated", moment, true),
        Field::new("digest", DataType::Int64, false),
        Field::new("record_row", DataType::Int32, false),
    ]);
    let fingerprint = blake3::hash(text.as_bytes()).to_hex()[..32].to_string();
    Ok(TablePlan {
        definitions: BTreeSet::from([fingerprint.clone()]),
        name: TableName::new("record", name),
        schema: Arc::new(Schema::new(fields)),
        columns,
        person,
        one_row: false,
        logical: None,
        merges: None,
        order,
        fingerprint,
    })
}

/// The pseudonyms in front of a table's own columns.
fn key_fields(person: PersonLink) -> Vec<Field> {
    let names: &[&str] = match person {
        PersonLink::None => &["record_key"],
        PersonLink::Patient(_) => &["person_key", "record_key", "patient_key"],
        PersonLink::Identifier(_) => &[
            "person_key",
            "record_key",
            "person_check",
            MERGED_FROM,
            UNVERIFIED,
        ],
    };
    let names = names.iter();
    names
        .map(|name| Field::new(*name, DataType::Int64, *name != "record_key"))
        .collect()
}

/// Refuses a column whose name the pull itself uses.
fn refuse_taken_name(file: &str, name: &str) -> Result<()> {
    let taken = [
        "person_key",
        "record_key",
        "patient_key",
        "person_check",
        MERGED_FROM,
        UNVERIFIED,
        OPEN_PSEUDONYM,
        "shard",
        EXTRACT_ORDER,
        EXTRACT_FILE,
        VERSION_ORDER,
    ];
    if taken.contains(&name) || ADDED.contains(&name) {
        return Err(Error::usage(format!(
            "{file}: column {name} has a name that the pull uses"
        ))
        .hint("rename the column"));
    }
    Ok(())
}
