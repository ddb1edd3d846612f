//! Rows of state tables: a row type lists its columns once, and is written and read by that list.
//!
//! A column that a table of an earlier Populace lacks is NULL, so it is an `Option` in the row.

use super::rows::conform;
use super::{Lake, Table, TableName};
use crate::error::{Context, Error, Result};
use crate::privacy::{PatientKey, PersonKey, RecordKey};
use arrow::array::{
    Array, ArrayBuilder, BinaryArray, BinaryBuilder, Date32Array, Date32Builder, Int64Array,
    Int64Builder, RecordBatch, StringArray, StringBuilder, TimestampMicrosecondArray,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Date32Type, Field, Schema, SchemaRef, TimeUnit};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A row of a state table. Its default is what is filled when a row is read.
pub(crate) trait StateRow: Default {
    /// The table's name, without its schema `populace`.
    const TABLE: &'static str;

    /// Visits each column in the order of the table.
    fn columns(&mut self, visit: &mut impl VisitColumns);
}

/// Does something with each column of a row.
pub(crate) trait VisitColumns {
    /// Does it with the column of this name, of which `cell` is the row's.
    fn column<C: StateCell>(&mut self, name: &'static str, cell: &mut C);
}

/// A value of a row: how a column holds it.
pub(crate) trait StateCell: Sized {
    /// What columns are made with.
    type Builder: ArrayBuilder + Default;
    /// What columns are.
    type Array: Array + 'static;
    /// Whether it may be NULL.
    const NULLABLE: bool = false;

    /// The type of the column.
    fn data_type() -> DataType;

    /// Adds the value to a column; NULL for none.
    fn write(cell: Option<&Self>, column: &mut Self::Builder);

    /// The value that a column holds in a row, where it is not NULL.
    fn read(column: &Self::Array, row: usize) -> Self;
}

/// A moment, in microseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(pub i64);

/// A value that a column holds as a whole number.
pub(crate) trait Number: Copy {
    /// As the column holds it.
    fn stored(self) -> i64;
    /// What a column holds.
    fn of(stored: i64) -> Self;
}

impl Number for i64 {
    fn stored(self) -> i64 {
        self
    }

    fn of(stored: i64) -> Self {
        stored
    }
}

impl Number for u64 {
    fn stored(self) -> i64 {
        i64::try_from(self).unwrap_or(i64::MAX)
    }

    fn of(stored: i64) -> Self {
        u64::try_from(stored).unwrap_or_default()
    }
}

macro_rules! keys {
    ($($key:ident),*) => {$(
        impl Number for $key {
            fn stored(self) -> i64 {
                self.get()
            }

            fn of(stored: i64) -> Self {
                $key::new(stored)
            }
        }
    )*};
}

keys!(PersonKey, PatientKey, RecordKey);

impl<N: Number> StateCell for N {
    type Builder = Int64Builder;
    type Array = Int64Array;

    fn data_type() -> DataType {
        DataType::Int64
    }

    fn write(cell: Option<&Self>, column: &mut Int64Builder) {
        column.append_option(cell.map(|number| number.stored()));
    }

    fn read(column: &Int64Array, row: usize) -> Self {
        N::of(column.value(row))
    }
}

impl StateCell for Cow<'_, str> {
    type Builder = StringBuilder;
    type Array = StringArray;

    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn write(cell: Option<&Self>, column: &mut StringBuilder) {
        column.append_option(cell);
    }

    fn read(column: &StringArray, row: usize) -> Self {
        Cow::Owned(column.value(row).to_string())
    }
}

impl StateCell for String {
    type Builder = StringBuilder;
    type Array = StringArray;

    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn write(cell: Option<&Self>, column: &mut StringBuilder) {
        column.append_option(cell);
    }

    fn read(column: &StringArray, row: usize) -> Self {
        column.value(row).to_string()
    }
}

impl StateCell for Vec<u8> {
    type Builder = BinaryBuilder;
    type Array = BinaryArray;

    fn data_type() -> DataType {
        DataType::Binary
    }

    fn write(cell: Option<&Self>, column: &mut BinaryBuilder) {
        column.append_option(cell);
    }

    fn read(column: &BinaryArray, row: usize) -> Self {
        column.value(row).to_vec()
    }
}

impl StateCell for Timestamp {
    type Builder = TimestampMicrosecondBuilder;
    type Array = TimestampMicrosecondArray;

    fn data_type() -> DataType {
        DataType::Timestamp(TimeUnit::Microsecond, None)
    }

    fn write(cell: Option<&Self>, column: &mut TimestampMicrosecondBuilder) {
        column.append_option(cell.map(|moment| moment.0));
    }

    fn read(column: &TimestampMicrosecondArray, row: usize) -> Self {
        Timestamp(column.value(row))
    }
}

impl StateCell for NaiveDate {
    type Builder = Date32Builder;
    type Array = Date32Array;

    fn data_type() -> DataType {
        DataType::Date32
    }

    fn write(cell: Option<&Self>, column: &mut Date32Builder) {
        column.append_option(cell.map(|day| Date32Type::from_naive_date(*day)));
    }

    fn read(column: &Date32Array, row: usize) -> Self {
        column.value_as_date(row).unwrap_or_default()
    }
}

impl<C: StateCell> StateCell for Option<C> {
    type Builder = C::Builder;
    type Array = C::Array;
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        C::data_type()
    }

    fn write(cell: Option<&Self>, column: &mut C::Builder) {
        C::write(cell.and_then(Option::as_ref), column);
    }

    fn read(column: &C::Array, row: usize) -> Self {
        column.is_valid(row).then(|| C::read(column, row))
    }
}

/// Collects the columns themselves.
#[derive(Default)]
struct ColumnFields(Vec<Field>);

impl VisitColumns for ColumnFields {
    fn column<C: StateCell>(&mut self, name: &'static str, _: &mut C) {
        self.0.push(Field::new(name, C::data_type(), C::NULLABLE));
    }
}

/// Adds a row to columns.
struct CellWriter {
    columns: Vec<Box<dyn ArrayBuilder>>,
    at: usize,
}

impl VisitColumns for CellWriter {
    fn column<C: StateCell>(&mut self, _: &'static str, cell: &mut C) {
        if self.at == self.columns.len() {
            self.columns.push(Box::new(C::Builder::default()));
        }
        let column = &mut self.columns[self.at];
        if let Some(column) = column.as_any_mut().downcast_mut::<C::Builder>() {
            C::write(Some(cell), column);
        }
        self.at += 1;
    }
}

/// Fills a row from columns, which have the types of its cells.
struct CellReader<'r> {
    rows: &'r RecordBatch,
    row: usize,
    at: usize,
}

impl VisitColumns for CellReader<'_> {
    fn column<C: StateCell>(&mut self, _: &'static str, cell: &mut C) {
        let column = self.rows.column(self.at).as_any();
        if let Some(column) = column.downcast_ref::<C::Array>() {
            *cell = C::read(column, self.row);
        }
        self.at += 1;
    }
}

/// The name of the table of these rows.
pub(crate) fn state_table_name<R: StateRow>() -> TableName {
    TableName::new("populace", R::TABLE)
}

/// The columns of the table of these rows.
pub(crate) fn state_schema<R: StateRow>() -> SchemaRef {
    let mut fields = ColumnFields::default();
    R::default().columns(&mut fields);
    Arc::new(Schema::new(fields.0))
}

/// The names of these columns.
fn names(shape: &SchemaRef) -> Vec<&str> {
    let fields = shape.fields().iter();
    fields.map(|field| field.name().as_str()).collect()
}

/// Rows as columns.
///
/// # Errors
/// Data, when the columns are longer than a batch can be.
pub(crate) fn state_batch<R: StateRow>(rows: impl IntoIterator<Item = R>) -> Result<RecordBatch> {
    let mut writer = CellWriter {
        columns: Vec::new(),
        at: 0,
    };
    for mut row in rows {
        writer.at = 0;
        row.columns(&mut writer);
    }
    if writer.columns.is_empty() {
        return Ok(RecordBatch::new_empty(state_schema::<R>()));
    }
    let columns = writer.columns.iter_mut().map(|column| column.finish());
    RecordBatch::try_new(state_schema::<R>(), columns.collect())
        .data(|| format!("cannot store rows of {}", state_table_name::<R>()))
}

/// Columns as rows, whichever Populace wrote them.
fn from_batch<R: StateRow>(batch: &RecordBatch) -> Result<impl Iterator<Item = R>> {
    let rows = conform(batch, &state_schema::<R>())
        .map_err(|e: Error| e.within(format!("{} cannot be read", state_table_name::<R>())))?;
    Ok((0..rows.num_rows()).map(move |row| {
        let mut one = R::default();
        one.columns(&mut CellReader {
            rows: &rows,
            row,
            at: 0,
        });
        one
    }))
}

impl Lake {
    /// The state table of these rows; None before its first commit.
    pub(crate) async fn state_table<R: StateRow>(&self) -> Result<Option<Table>> {
        self.table(&state_table_name::<R>()).await
    }

    /// All rows of a state table; none when there is no table yet.
    ///
    /// # Errors
    /// Data, when a file cannot be read or lacks a column that every Populace has written.
    pub(crate) async fn state_rows<R: StateRow>(&self, table: Option<&Table>) -> Result<Vec<R>> {
        let mut rows = Vec::new();
        self.each_state_row(table, |row| rows.push(row)).await?;
        Ok(rows)
    }

    /// Gives each row of a state table to `take`, so that a large table is not held as rows. Only the columns
    /// of these rows are decoded: another type may have fewer of the same table.
    ///
    /// # Errors
    /// As of [`Lake::state_rows`].
    pub(crate) async fn each_state_row<R: StateRow>(
        &self,
        table: Option<&Table>,
        mut take: impl FnMut(R),
    ) -> Result<()> {
        let shape = state_schema::<R>();
        for file in table.iter().flat_map(|table| &table.files) {
            for batch in self.read_file(file, Some(&names(&shape))).await? {
                from_batch(&batch)?.for_each(&mut take);
            }
        }
        Ok(())
    }

    /// The rows of a state table of which the columns of `K` are `wanted`. Nothing else of the others is
    /// decoded.
    ///
    /// # Errors
    /// As of [`Lake::state_rows`].
    pub(crate) async fn state_rows_of<K: StateRow, R: StateRow>(
        &self,
        table: Option<&Table>,
        wanted: impl Fn(&K) -> bool,
    ) -> Result<Vec<R>> {
        let (keys, shape) = (state_schema::<K>(), state_schema::<R>());
        let mut found = Vec::new();
        for file in table.iter().flat_map(|table| &table.files) {
            let (mut places, mut next) = (Vec::new(), 0_u32);
            for batch in self.read_file(file, Some(&names(&keys))).await? {
                for key in from_batch::<K>(&batch)? {
                    places.extend(wanted(&key).then_some(next));
                    next += 1;
                }
            }
            if !places.is_empty() {
                for batch in self.read_as(file, &shape, Some(&places)).await? {
                    found.extend(from_batch::<R>(&batch)?);
                }
            }
        }
        Ok(found)
    }

    /// Puts `rows` and `properties` in the place of all that a state table held at version `base`. The
    /// same ones again commit nothing.
    pub(crate) async fn replace_state<R: StateRow>(
        &self,
        base: Option<&Table>,
        rows: impl IntoIterator<Item = R>,
        properties: BTreeMap<String, String>,
    ) -> Result<()> {
        let rows = state_batch(rows)?;
        self.replace_rows(&state_table_name::<R>(), base, rows, properties)
            .await
    }

    /// Adds `rows` to what a state table held at version `base`, with these `properties`.
    pub(crate) async fn add_state<R: StateRow>(
        &self,
        base: Option<&Table>,
        rows: impl IntoIterator<Item = R>,
        properties: BTreeMap<String, String>,
    ) -> Result<()> {
        let rows = state_batch(rows)?;
        self.add_rows(&state_table_name::<R>(), base, rows, properties)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Clone, PartialEq)]
    struct Row {
        name: String,
        lines: u64,
        made: Timestamp,
        day: NaiveDate,
        person: Option<PersonKey>,
        note: Option<String>,
        bytes: Vec<u8>,
    }

    impl StateRow for Row {
        const TABLE: &'static str = "thing";

        fn columns(&mut self, visit: &mut impl VisitColumns) {
            visit.column("name", &mut self.name);
            visit.column("lines", &mut self.lines);
            visit.column("made", &mut self.made);
            visit.column("day", &mut self.day);
            visit.column("person_key", &mut self.person);
            visit.column("note", &mut self.note);
            visit.column("bytes", &mut self.bytes);
        }
    }

    fn rows() -> Vec<Row> {
        let whole = Row {
            name: "gp.csv".to_string(),
            lines: 7,
            made: Timestamp(-5),
            day: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
            person: Some(PersonKey::new(12)),
            note: Some(String::new()),
            bytes: vec![0, 255],
        };
        vec![whole, Row::default()]
    }

    #[test]
    fn rows_are_the_same_after_columns() {
        let batch = state_batch(rows()).unwrap();
        let back: Vec<Row> = from_batch(&batch).unwrap().collect();
        assert_eq!(back, rows());
        let named: Vec<(&str, bool)> = batch
            .schema_ref()
            .fields()
            .iter()
            .map(|field| (field.name().as_str(), field.is_nullable()))
            .collect();
        let expected = [
            ("name", false),
            ("lines", false),
            ("made", false),
            ("day", false),
            ("person_key", true),
            ("note", true),
            ("bytes", false),
        ];
        assert_eq!(named, expected);
        assert_eq!(state_batch(Vec::<Row>::new()).unwrap().num_columns(), 7);
    }

    #[test]
    fn columns_of_an_earlier_populace_are_enough() {
        let batch = state_batch(rows()).unwrap();
        // In another order, and without columns that may be NULL.
        let earlier = batch.project(&[6, 3, 2, 1, 0]).unwrap();
        let back: Vec<Row> = from_batch(&earlier).unwrap().collect();
        assert_eq!((back[0].name.as_str(), back[0].lines), ("gp.csv", 7));
        assert_eq!((back[0].person, back[0].note.clone()), (None, None));
        let damaged = batch.project(&[0]).unwrap();
        let error = from_batch::<Row>(&damaged).err().unwrap();
        assert_eq!(error.what(), "populace.thing cannot be read");
    }
}
