//! Which columns of a table are pseudonyms, and their values under the next key.

use crate::error::{Context, Error, Result};
use crate::lake::Table;
use crate::lake::properties::{COLUMNS, DEFINITION};
use crate::privacy::{Person, PersonKey, RecordKey, Rekey};

use crate::pull::plan::{MERGED_FROM, TablePlan, UNVERIFIED};
use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Int64Type, SchemaRef};
use std::sync::Arc;

/// What kind of pseudonym a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// A `person_key`.
    Person,
    /// The check beside it.
    Check,
    /// A record's key, or a reference to one.
    Record,
    /// The digest of a line.
    Digest,
}

/// The pseudonyms of a table, and how its rows are sorted.
#[derive(Debug)]
pub(super) struct KeyedColumns {
    kinds: Vec<(String, Option<KeyKind>)>,
    /// The column that rows of a person are sorted by.
    pub order: Option<String>,
}

impl KeyedColumns {
    /// Of a pulled table: as the table itself says, or `plan` when it was pulled before tables did.
    pub(super) fn of_record(table: &Table, plan: Option<&TablePlan>) -> Result<Self> {
        let same = |plan: &&TablePlan| table.property(DEFINITION) == Some(&plan.fingerprint);
        let said = match (table.property(COLUMNS), plan.filter(same)) {
            (Some(said), _) => said.to_string(),
            (None, Some(plan)) => plan.keyed_columns(),
            (None, None) => {
                return Err(Error::data(format!(
                    "which columns of table {} are pseudonyms is not known",
                    table.name
                ))
                .hint("put back the view or column file that made it and pull, or remove the folder of the table; then rotate"));
            }
        };
        let (pseudonyms, order) = said.split_once(';').unwrap_or((&said, ""));
        let pseudonyms: Vec<&str> = pseudonyms.split(',').collect();
        let kind = |name: &str| match name {
            "person_key" | MERGED_FROM | UNVERIFIED => Some(KeyKind::Person),
            "person_check" => Some(KeyKind::Check),
            "digest" => Some(KeyKind::Digest),
            "record_key" | "patient_key" => Some(KeyKind::Record),
            name => pseudonyms.contains(&name).then_some(KeyKind::Record),
        };
        Ok(KeyedColumns {
            kinds: kinds(&table.schema, kind),
            order: (!order.is_empty()).then(|| order.to_string()),
        })
    }

    /// Of a table of Populace's own state: columns called `…person_key` are people, and any other
    /// `…_key` is a record; `digest` is of a line.
    pub(super) fn of_state(table: &Table) -> Self {
        let kind = |name: &str| match name {
            name if name.ends_with("person_key") => Some(KeyKind::Person),
            name if name.ends_with("_key") => Some(KeyKind::Record),
            "digest" => Some(KeyKind::Digest),
            _ => None,
        };
        KeyedColumns {
            kinds: kinds(&table.schema, kind),
            order: None,
        }
    }

    /// Whether there is any.
    pub(super) fn any(&self) -> bool {
        self.kinds.iter().any(|(_, kind)| kind.is_some())
    }

    /// The columns of a kind.
    pub(super) fn named(&self, kind: KeyKind) -> Vec<&str> {
        let of_kind = self.kinds.iter().filter(|(_, k)| *k == Some(kind));
        of_kind.map(|(name, _)| name.as_str()).collect()
    }

    /// Rows under the next key.
    pub(super) fn rekey(&self, rows: &RecordBatch, rekey: &Rekey) -> Result<RecordBatch> {
        let number = |name: &str| -> Result<&Int64Array> {
            let column = rows.column_by_name(name);
            let numbers = column.and_then(|c| c.as_primitive_opt::<Int64Type>());
            numbers
                .ok_or("it is missing, or no whole number")
                .data(|| format!("column {name} cannot be rekeyed"))
        };
        let columns = rows
            .columns()
            .iter()
            .zip(&self.kinds)
            .map(|(column, (name, kind))| {
                Ok(match kind {
                    None => column.clone(),
                    Some(KeyKind::Person) => mapped(number(name)?, |key| {
                        rekey.person_key(PersonKey::new(key)).get()
                    }),
                    Some(KeyKind::Record) => mapped(number(name)?, |record| {
                        rekey.record(RecordKey::new(record)).get()
                    }),
                    Some(KeyKind::Digest) => mapped(number(name)?, |digest| rekey.digest(digest)),
                    Some(KeyKind::Check) => {
                        let (people, checks) = (number("person_key")?, number(name)?);
                        // Once a Patient was merged, its check is still that of its own number.
                        let people: Int64Array = match rows.column_by_name(MERGED_FROM) {
                            Some(_) => number(MERGED_FROM)?
                                .iter()
                                .zip(people)
                                .map(|(own, now)| own.or(now))
                                .collect(),
                            None => people.clone(),
                        };
                        let pairs = people.values().iter().zip(checks.values());
                        let checks: Vec<i64> = pairs
                            .map(|(key, check)| {
                                let (key, check) = (PersonKey::new(*key), *check);
                                rekey.person(Person { key, check }).check
                            })
                            .collect();
                        Arc::new(Int64Array::new(checks.into(), people.nulls().cloned()))
                    }
                })
            })
            .collect::<Result<Vec<ArrayRef>>>()?;
        RecordBatch::try_new(rows.schema(), columns).data(|| "rows cannot be rekeyed")
    }
}

fn kinds(
    schema: &SchemaRef,
    kind: impl Fn(&str) -> Option<KeyKind>,
) -> Vec<(String, Option<KeyKind>)> {
    let fields = schema.fields().iter();
    fields
        .map(|field| {
            let number = field.data_type() == &DataType::Int64;
            let kind = kind(field.name()).filter(|_| number);
            (field.name().clone(), kind)
        })
        .collect()
}

/// Maps numbers. Equal ones that follow each other, as those of a person do, are mapped once.
fn mapped(values: &Int64Array, map: impl Fn(i64) -> i64) -> ArrayRef {
    let mut last: Option<(i64, i64)> = None;
    let made: Vec<i64> = values
        .values()
        .iter()
        .map(|value| match last {
            Some((old, new)) if old == *value => new,
            _ => {
                let new = map(*value);
                last = Some((*value, new));
                new
            }
        })
        .collect();
    Arc::new(Int64Array::new(made.into(), values.nulls().cloned()))
}
