//! Tables as views and column files define them.

use super::table::{
    ADDED, ColumnPlan, MERGED_FROM, MergeColumns, OPEN_PSEUDONYM, PersonLink, TablePlan, UNVERIFIED,
};
use crate::decode::csv::{ColumnFile, CsvDecoder};
use crate::decode::fhir::View;
use crate::error::{Context, Error, Result};
use crate::lake::TableName;
use crate::privacy::{Treatment, check_csv_column};
use crate::pull::version::EXTRACT_ORDER;
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
    let mut order = None;
    let (mut other, mut kind) = (None, None);
    let refers = view
        .columns
        .iter()
        .any(|column| column.name == "person_key");
    for (i, column) in view.columns.iter().enumerate() {
        let place = format!("{file}: column {}", column.name);
        let treatment = match column.tags.get("populace/privacy") {
            Some(text) => Treatment::parse(text, &place)?,
            None => Treatment::Clear,
        };
        let stored = match (&treatment, column.name.as_str()) {
            // Whoever refers to a Patient may name the person beside it, or in its place.
            (Treatment::Person, _) if view.resource != "Patient" && refers => {
                logical = Some(i);
                false
            }
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
    table.logical = logical;
    table.one_row = view.gives_one_row();
    table.merges = other
        .zip(kind)
        .map(|(other, kind)| MergeColumns { other, kind });
    if let (Some(salt), PersonLink::Identifier(_)) = (salt, person) {
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
    Ok(table)
}

/// The table of a column file.
pub(super) fn csv_table(file: &ColumnFile) -> Result<TablePlan> {
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
    let mut table = table(
        &file.table,
        &file.file_name,
        &file.text,
        columns,
        PersonLink::Identifier(0),
        file.order.clone(),
        decoder.schema(),
    )?;
    let mut fields = table.schema.fields().to_vec();
    fields.push(Arc::new(Field::new(EXTRACT_ORDER, DataType::Int64, true)));
    table.schema = Arc::new(Schema::new(fields));
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
            fields.push(int(UNVERIFIED, true));
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
            UNVERIFIED,
            OPEN_PSEUDONYM,
            "shard",
            EXTRACT_ORDER,
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
        one_row: false,
        logical: None,
        merges: None,
        order,
        fingerprint,
    })
}
