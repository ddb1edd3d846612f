//! The stored columns of a table's rows.

use super::named_person::NamedPerson;
use super::{KeptRow, LineKey, Preparer, TableRows, text};
use crate::decode::Decoded;
use crate::error::{Context, Error, Result};
use crate::privacy::{BirthDates, LeakGate, PatientKey, Person, RecordKey, Treatment, generalise};
use crate::pull::plan::{ColumnPlan, OPEN_PSEUDONYM, PersonLink};
use crate::pull::version::{VERSION_ORDER, VersionId};
use arrow::array::{
    ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt32Array, new_null_array,
};
use arrow::compute::{cast, take};
use arrow::datatypes::DataType;
use std::sync::Arc;

impl Preparer<'_> {
    /// The `kept` rows with the table's stored columns.
    pub(super) fn stored_rows(
        &self,
        table: &TableRows,
        kept: &[KeptRow],
        decoded: &Decoded,
        keys: &[LineKey],
        file: &str,
    ) -> Result<RecordBatch> {
        let plan = table.plan;
        let failed = || format!("cannot prepare rows of {}", plan.name);
        let mut columns = self.key_columns(table, kept, keys)?;
        let births = self.birth_dates(table, kept)?;
        for (i, column) in plan.columns.iter().enumerate().filter(|(_, c)| c.stored) {
            let lines = kept.iter().map(|row| row.line as usize);
            let own = lines.map(|at| (decoded.reference(&decoded.lines[at]), keys[at].record));
            let treated = self.treated(column, &table.picked(i, kept)?, own)?;
            let birth = || {
                let clear = column.treatment == Treatment::Clear;
                births.as_ref().filter(|_| clear)?.scan(&treated)
            };
            let leak = match column.treatment {
                // A keyed hash is a number of nobody.
                Treatment::Pseudonym => None,
                _ => LeakGate.scan(&treated).or_else(birth),
            };
            if let Some(leak) = leak {
                let line = decoded.lines[kept[leak.row].line as usize].number;
                return Err(Error::data(format!(
                    "the leak gate found what looks like {} in column {} of {}",
                    leak.kind, column.name, plan.name
                ))
                .cause(format!("source {}, file {file}, line {line}", self.source.name))
                .hint("nothing was stored; take the column out of the view, or give it a privacy treatment"));
            }
            columns.push(treated);
        }
        columns.extend(self.version_columns(kept, decoded, keys));
        if plan.schema.index_of(VERSION_ORDER).is_ok() {
            let ids = kept.iter().map(|row| keys[row.line as usize].version.id);
            columns.push(Arc::new(Int64Array::from_iter_values(
                ids.map(VersionId::stored),
            )));
        }
        let orders = kept.iter().map(|row| keys[row.line as usize].version.order);
        columns.push(Arc::new(Int64Array::from_iter_values(orders)));
        columns.push(Arc::new(Int64Array::from_value(self.file, kept.len())));
        let columns = columns
            .into_iter()
            .zip(plan.schema.fields())
            .map(
                |(column, field)| match column.data_type() == field.data_type() {
                    true => Ok(column),
                    false => cast(&column, field.data_type()).data(failed),
                },
            )
            .collect::<Result<Vec<_>>>()?;
        RecordBatch::try_new(plan.schema.clone(), columns).data(failed)
    }

    /// The pseudonyms in front of the view's own columns.
    fn key_columns(
        &self,
        table: &TableRows,
        kept: &[KeptRow],
        keys: &[LineKey],
    ) -> Result<Vec<ArrayRef>> {
        let records = kept.iter().map(|row| keys[row.line as usize].record);
        let records: ArrayRef = Arc::new(Int64Array::from_iter_values(
            records.map(|record| record.get()),
        ));
        match table.plan.person {
            PersonLink::None => Ok(vec![records]),
            PersonLink::Identifier(_) => {
                let of = |part: &dyn Fn(KeptRow) -> Option<i64>| -> ArrayRef {
                    Arc::new(kept.iter().map(|row| part(*row)).collect::<Int64Array>())
                };
                let named = |row: KeptRow| table.named[row.row as usize];
                let key = |person: Person| person.key.get();
                let mut columns = vec![
                    of(&|row| named(row).verified().map(key)),
                    records,
                    of(&|row| named(row).verified().map(|person| person.check)),
                    // Nobody is merged yet.
                    new_null_array(&DataType::Int64, kept.len()),
                    of(&|row| named(row).unverified().map(key)),
                ];
                if table.plan.schema.index_of(OPEN_PSEUDONYM).is_ok() {
                    columns.push(self.open_pseudonyms(table, kept)?);
                }
                Ok(columns)
            }
            PersonLink::Patient(column) => {
                let references = text(&table.picked(column, kept)?)?;
                let patients = self.source.pseudonyms.records(references.iter());
                let mut people = self.people.of(&patients);
                if table.plan.logical.is_some() {
                    let rows = people.iter().zip(&patients).zip(kept);
                    people = rows
                        .map(|((found, patient), kept)| {
                            let named = table.named[kept.row as usize];
                            let beside = || self.person_beside(patient?, named);
                            let alone = || named.verified();
                            let person = || beside().or_else(alone);
                            found.or_else(|| person().map(|person| person.key.get()))
                        })
                        .collect();
                }
                let people = Arc::new(people);
                Ok(vec![people, records, Arc::new(patients)])
            }
        }
    }

    /// Whom a row names beside a reference to a Patient of whom nothing is known.
    fn person_beside(&self, patient: i64, named: NamedPerson) -> Option<Person> {
        let is_known = self.people.is_known(PatientKey::new(patient));
        named.beside().filter(|_| !is_known)
    }

    /// When the people of the `kept` rows were born, where a column of the table says it.
    fn birth_dates(&self, table: &TableRows, kept: &[KeptRow]) -> Result<Option<BirthDates>> {
        let column = table.plan.columns.iter().position(|column| {
            let dated = matches!(column.treatment, Treatment::Month | Treatment::Year);
            dated && BirthDates::are_in(&column.name)
        });
        Ok(match column {
            Some(column) => BirthDates::of(&table.picked(column, kept)?, self.clock.today()),
            None => None,
        })
    }

    /// The values of a column of the view, as they may be stored; `own` are the records that they are of.
    fn treated<'a>(
        &self,
        column: &ColumnPlan,
        values: &ArrayRef,
        own: impl Iterator<Item = (&'a str, RecordKey)>,
    ) -> Result<ArrayRef> {
        match &column.treatment {
            Treatment::Pseudonym => {
                let references = text(values)?;
                let references = references.iter().zip(own.map(Some));
                let pseudonyms = self.source.pseudonyms.records_beside(references);
                Ok(Arc::new(pseudonyms))
            }
            treatment => {
                let zone = self.source.dates.time_zone;
                generalise(treatment, values, zone, self.lookups)
            }
        }
    }

    /// Which source and version each row is of, behind the view's own columns.
    fn version_columns(
        &self,
        kept: &[KeptRow],
        decoded: &Decoded,
        keys: &[LineKey],
    ) -> [ArrayRef; 4] {
        let sources = std::iter::repeat_n(&self.source.name, kept.len());
        let lines = || kept.iter().map(|row| row.line as usize);
        let updated: TimestampMicrosecondArray =
            lines().map(|line| decoded.lines[line].updated).collect();
        let digests = lines().map(|line| keys[line].version.digest.stored());
        let mut rows_before = 0;
        let record_rows = kept.iter().enumerate().map(|(at, row)| {
            let same = at > 0 && kept[at - 1].line == row.line;
            rows_before = if same { rows_before + 1 } else { 0 };
            rows_before
        });
        [
            Arc::new(StringArray::from_iter_values(sources)),
            Arc::new(updated),
            Arc::new(Int64Array::from_iter_values(digests)),
            Arc::new(Int32Array::from_iter_values(record_rows)),
        ]
    }
}

impl TableRows<'_> {
    /// A decoded column of the `kept` rows.
    fn picked(&self, column: usize, kept: &[KeptRow]) -> Result<ArrayRef> {
        let column = self.rows.batch.column(column);
        if kept.len() == self.rows.line.len() {
            return Ok(column.clone());
        }
        let indices = UInt32Array::from_iter_values(kept.iter().map(|kept| kept.row));
        take(column, &indices, None).data(|| format!("cannot prepare rows of {}", self.plan.name))
    }
}
