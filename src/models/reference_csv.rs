//! Reading the CSV file of a reference table, each column as what it is declared to be.

use super::declared_columns::{DeclaredColumns, null_columns};
use super::row_keys::RowKeys;
use crate::decode::csv::{boolean, day, decimal, integer};
use crate::error::{Context, Error, Result};
use crate::pipeline::{ColumnChoice, ColumnOf, ReferenceType};
use crate::privacy::{check_reference_column, looks_identifying};
use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, RecordBatch,
    StringBuilder,
};
use arrow::datatypes::{Field, Schema};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Reads a CSV file; `place` is its name, for errors.
///
/// # Errors
/// Data: it cannot be read, its columns are not those that are declared, or a value is not of the type
/// of its column. Refused: something of a person is in it.
pub(super) fn read(
    place: &str,
    bytes: &[u8],
    choice: &ColumnChoice,
    declared: &DeclaredColumns,
) -> Result<RecordBatch> {
    let cannot = || format!("the reference file {place} cannot be read");
    let mut reader = reader(bytes, choice);
    let chosen = chosen(place, reader.headers().data(cannot)?, choice)?;
    let names: Vec<String> = chosen.iter().map(|(name, _)| name.clone()).collect();
    if names.is_empty() {
        return Err(Error::data(cannot()).cause("it has no columns").hint(
            "a reference table begins with a line of column names: correct the file, or its path under [reference]",
        ));
    }
    let mut seen = BTreeSet::new();
    for name in &names {
        check_reference_column(place, name)?;
        if !seen.insert(name) {
            return Err(
                Error::data(format!("{place}:1: column {name} is there twice"))
                    .hint("rename one of them, or choose columns by `columns` under [reference]"),
            );
        }
    }
    let lacking = declared.lacking(place, &names)?;
    let mut columns: Vec<TypedColumn> = Vec::with_capacity(names.len());
    for name in &names {
        let kind = declared.column(name).map(|column| column.kind);
        columns.push(TypedColumn::of(kind.unwrap_or(ReferenceType::String)));
    }
    let mut keys = RowKeys::of(declared.key(), &chosen);
    let mut rows = 0;
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).data(cannot)? {
        let line = row.position().map_or(0, csv::Position::line);
        for (column, (name, at)) in columns.iter_mut().zip(&chosen) {
            let value = row.get(*at).unwrap_or_default().trim();
            if let Some(kind) = looks_identifying(value) {
                return Err(identifying(place, line, name, kind));
            }
            if !column.append(value) {
                return Err(column.misfit(place, line, name, value));
            }
        }
        keys.add(place, line, &row)?;
        rows += 1;
    }
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for (name, column) in names.iter().zip(columns) {
        fields.push(Field::new(name.as_str(), column.kind.data_type(), true));
        arrays.push(column.finish());
    }
    for (field, nulls) in null_columns(&lacking, rows) {
        fields.push(field);
        arrays.push(nulls);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).data(cannot)
}

/// The columns that a file would have, each with a type that all of its values have: for whoever writes
/// the sidecar. None where it cannot be read.
pub(super) fn proposed(
    bytes: &[u8],
    choice: &ColumnChoice,
) -> Option<Vec<(String, ReferenceType)>> {
    const KINDS: [ReferenceType; 4] = [
        ReferenceType::Integer,
        ReferenceType::Decimal,
        ReferenceType::Date,
        ReferenceType::Boolean,
    ];
    let mut reader = reader(bytes, choice);
    let chosen = chosen("", reader.headers().ok()?, choice).ok()?;
    let mut fitting = vec![KINDS.to_vec(); chosen.len()];
    let mut empty = vec![true; chosen.len()];
    for row in reader.records() {
        let row = row.ok()?;
        for (at, (_, place)) in chosen.iter().enumerate() {
            let value = row.get(*place).unwrap_or_default().trim();
            if !value.is_empty() {
                empty[at] = false;
                fitting[at].retain(|kind| TypedColumn::of(*kind).append(value));
            }
        }
    }
    let kinds = fitting.iter().zip(empty).zip(chosen);
    let kinds = kinds.map(|((fitting, empty), (name, _))| {
        let code = empty || name.ends_with("code") || name.ends_with("_id");
        let kind = fitting.first().copied().filter(|_| !code);
        (name, kind.unwrap_or(ReferenceType::String))
    });
    Some(kinds.collect())
}

fn reader<'a>(bytes: &'a [u8], choice: &ColumnChoice) -> csv::Reader<&'a [u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    csv::ReaderBuilder::new()
        .has_headers(choice.header)
        .from_reader(bytes)
}

/// The columns of the table: their names, and their places in the file.
fn chosen(
    place: &str,
    first: &csv::StringRecord,
    choice: &ColumnChoice,
) -> Result<Vec<(String, usize)>> {
    let cannot = || Error::data(format!("the reference file {place} cannot be read"));
    let name = |text: &str| text.trim().to_ascii_lowercase();
    // An official file without a header, such as the ODS's, begins with somebody's address.
    if choice.header && first.iter().any(|text| looks_identifying(text).is_some()) {
        return Err(cannot()
            .cause("its first line does not name columns: it holds a postcode, a number or an address")
            .hint("say so, and choose columns by their places: NAME = { file = \"FILE.csv\", header = false, columns = { practice_code = 1, practice_name = 2 } }"));
    }
    if choice.columns.is_empty() {
        return match choice.header {
            true => Ok(first.iter().map(name).zip(0..).collect()),
            false => Err(Error::usage(format!(
                "the reference file {place} has no header, and no columns are named"
            ))
            .hint("name them by their places: columns = { practice_code = 1, practice_name = 2 }")),
        };
    }
    let columns = choice.columns.iter().map(|(wanted, of)| {
        let at = match of {
            ColumnOf::Place(at) => at.checked_sub(1).filter(|at| *at < first.len()),
            ColumnOf::Name(_) if !choice.header => None,
            ColumnOf::Name(column) => first.iter().position(|text| name(text) == name(column)),
        };
        let shown = match of {
            ColumnOf::Place(at) => at.to_string(),
            ColumnOf::Name(column) => column.clone(),
        };
        let at = at.ok_or_else(|| {
            cannot()
                .cause(format!("it has no column {shown}"))
                .hint("correct columns of this table under [reference]")
        })?;
        Ok((name(wanted), at))
    });
    columns.collect()
}

/// Reference tables are not record level, and their values may be released as labels.
fn identifying(place: &str, line: u64, column: &str, kind: &str) -> Error {
    Error::refused(format!(
        "{place}:{line}: column {column} holds {kind}"
    ))
    .cause("a reference table holds nothing of a person")
    .hint("take the rows or the column out; people's records come in through [sources], a postcode lookup through [privacy.lookups]")
}

/// A column while it grows.
struct TypedColumn {
    kind: ReferenceType,
    values: ColumnValues,
}

enum ColumnValues {
    Text(StringBuilder),
    Integer(Int64Builder),
    Decimal(Float64Builder),
    Date(Date32Builder),
    Boolean(BooleanBuilder),
}

impl TypedColumn {
    fn of(kind: ReferenceType) -> Self {
        let values = match kind {
            ReferenceType::String => ColumnValues::Text(StringBuilder::new()),
            ReferenceType::Integer => ColumnValues::Integer(Int64Builder::new()),
            ReferenceType::Decimal => ColumnValues::Decimal(Float64Builder::new()),
            ReferenceType::Date => ColumnValues::Date(Date32Builder::new()),
            ReferenceType::Boolean => ColumnValues::Boolean(BooleanBuilder::new()),
        };
        TypedColumn { kind, values }
    }

    /// Adds the next value, NULL for an empty text; false where it is not of the type.
    fn append(&mut self, text: &str) -> bool {
        let is = !text.is_empty();
        let number = is && !has_leading_zero(text);
        match &mut self.values {
            ColumnValues::Text(column) => {
                column.append_option(is.then_some(text));
                true
            }
            ColumnValues::Integer(column) => {
                let value = number.then(|| integer(text)).flatten();
                column.append_option(value);
                value.is_some() || !is
            }
            ColumnValues::Decimal(column) => {
                let value = number.then(|| decimal(text)).flatten();
                column.append_option(value);
                value.is_some() || !is
            }
            ColumnValues::Date(column) => {
                let value = is.then(|| day(text)).flatten();
                column.append_option(value);
                value.is_some() || !is
            }
            ColumnValues::Boolean(column) => {
                let value = is.then(|| boolean(text)).flatten();
                column.append_option(value);
                value.is_some() || !is
            }
        }
    }

    fn finish(self) -> ArrayRef {
        match self.values {
            ColumnValues::Text(mut column) => Arc::new(column.finish()),
            ColumnValues::Integer(mut column) => Arc::new(column.finish()),
            ColumnValues::Decimal(mut column) => Arc::new(column.finish()),
            ColumnValues::Date(mut column) => Arc::new(column.finish()),
            ColumnValues::Boolean(mut column) => Arc::new(column.finish()),
        }
    }

    /// The error that a value is not of the type; it does not hold the value.
    fn misfit(&self, place: &str, line: u64, name: &str, value: &str) -> Error {
        let is_number = matches!(self.kind, ReferenceType::Integer | ReferenceType::Decimal);
        let zero = is_number && has_leading_zero(value);
        let (what, wanted) = match self.kind {
            _ if zero => (
                "begins with a zero, which a number would lose",
                "declare the column a string, if it is a code",
            ),
            ReferenceType::Integer => ("is no whole number", "write whole numbers, such as 1250"),
            ReferenceType::Decimal => ("is no number", "write numbers, such as 0.25"),
            ReferenceType::Date => ("is no date", "write days as 2026-11-22"),
            ReferenceType::Boolean => ("is not yes or no", "write yes or no, or true or false"),
            ReferenceType::String => ("is no text", "save the file as UTF-8"),
        };
        Error::data(format!("{place}:{line}: column {name} {what}"))
            .cause(format!("it is declared as {}", self.kind.name()))
            .hint(format!("{wanted}; or declare another type in the sidecar"))
    }
}

/// Whether a number is written as codes are: 01.
fn has_leading_zero(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']).as_bytes();
    digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};

    fn declared(columns: &str) -> DeclaredColumns {
        let mut declared = DeclaredColumns::default();
        declared.declare("r.toml".to_string(), toml::from_str(columns).unwrap());
        declared
    }

    fn read_as(columns: &str, text: &str) -> Result<RecordBatch> {
        read(
            "r.csv",
            text.as_bytes(),
            &ColumnChoice::default(),
            &declared(columns),
        )
    }

    #[test]
    fn a_direct_identifier_in_a_reference_file_is_refused() {
        for (text, says) in [
            (
                "code,note\nA,x\nB,9434765919\n",
                "r.csv:3: column note holds an NHS number",
            ),
            (
                "code,note\nA,943 476 5919\n",
                "r.csv:2: column note holds an NHS number",
            ),
            (
                "code,note\nA,ZW1 1AA\n",
                "r.csv:2: column note holds a postcode",
            ),
            (
                "code,note\nA,a.b@example.org\n",
                "r.csv:2: column note holds an e-mail",
            ),
            (
                "code,note\nA,07700 900123\n",
                "r.csv:2: column note holds a telephone",
            ),
            ("code,surname\nA,x\n", "column surname"),
            ("NHS_Number\n1\n", "column nhs_number"),
            ("code,home_address\nA,x\n", "column home_address"),
            ("code,date_of_birth\nA,2000-01-01\n", "column date_of_birth"),
        ] {
            let error = read_as("code = 'string'\nnote = 'string'", text).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
            assert_eq!(error.kind().exit_code(), 1);
            assert!(!error.to_string().contains("9434765919"));
        }
        let fine = "snomed_code,name,place_name\n44054006,Abbot's Yard Surgery,Harrowmere\n";
        let columns = "snomed_code = 'string'\nname = 'string'\nplace_name = 'string'";
        assert!(read_as(columns, fine).is_ok());
    }

    #[test]
    fn values_are_read_as_they_are_declared() {
        let columns = "code = 'string'\npeople = 'integer'\nweight = 'decimal'\nopened = 'date'\nis_open = 'boolean'\nclosed = { type = 'date', optional = true }";
        let text = "code,people,weight,opened,is_open\n01,\"1,250\",0.5,2026-09-30,yes\n,,,,\n7,0,2,19740401,no\n";
        let rows = read_as(columns, text).unwrap();
        let column = |name: &str| rows.column_by_name(name).unwrap();
        let codes = column("code").as_string::<i32>();
        assert_eq!(
            codes.iter().collect::<Vec<_>>(),
            [Some("01"), None, Some("7")]
        );
        let people = column("people").as_primitive::<Int64Type>();
        assert_eq!(
            people.iter().collect::<Vec<_>>(),
            [Some(1250), None, Some(0)]
        );
        let weights = column("weight").as_primitive::<Float64Type>();
        assert_eq!(
            weights.iter().collect::<Vec<_>>(),
            [Some(0.5), None, Some(2.0)]
        );
        let days = column("opened").as_primitive::<Date32Type>();
        assert_eq!(
            days.iter().collect::<Vec<_>>(),
            [Some(20_726), None, Some(1_551)]
        );
        let open = column("is_open").as_boolean();
        assert_eq!(
            open.iter().collect::<Vec<_>>(),
            [Some(true), None, Some(false)]
        );
        assert_eq!(column("closed").null_count(), 3);
        assert_eq!(column("closed").data_type(), &DataType::Date32);
    }

    #[test]
    fn rows_of_one_key_are_placed() {
        let keyed = |key: &[&str], text: &str| {
            let mut columns = declared("code = 'string'\nyear = 'integer'\nname = 'string'");
            columns.keyed_by(key.iter().map(ToString::to_string).collect());
            read("r.csv", text.as_bytes(), &ColumnChoice::default(), &columns)
        };
        let text = "code,year,name\nA,2024,x\n,,x\nA,2025,y\n,,x\nA, 2024 ,z\n";
        assert_eq!(keyed(&[], text).unwrap().num_rows(), 5);
        let error = keyed(&["code", "year"], text).unwrap_err().to_string();
        assert!(
            error.contains("r.csv:6: code and year are those of line 2 again"),
            "{error}"
        );
        let error = keyed(&["code"], text).unwrap_err().to_string();
        assert!(
            error.contains("r.csv:4: code is that of line 2 again"),
            "{error}"
        );
    }

    #[test]
    fn a_value_that_does_not_fit_is_placed_and_not_shown() {
        for (kind, value, says) in [
            ("integer", "secret", "r.csv:3: column x is no whole number"),
            ("integer", "1.5", "r.csv:3: column x is no whole number"),
            (
                "integer",
                "01",
                "r.csv:3: column x begins with a zero, which a number would lose",
            ),
            ("decimal", "secret", "r.csv:3: column x is no number"),
            ("decimal", "00.5", "r.csv:3: column x begins with a zero"),
            ("decimal", "NaN", "r.csv:3: column x is no number"),
            ("date", "2026-02-30", "r.csv:3: column x is no date"),
            ("date", "2026-02-03 10:00", "r.csv:3: column x is no date"),
            ("boolean", "perhaps", "r.csv:3: column x is not yes or no"),
        ] {
            let columns = format!("a = 'string'\nx = '{kind}'");
            let error = read_as(&columns, &format!("a,x\n1,\n2,{value}\n")).unwrap_err();
            assert!(error.what().starts_with(says), "{error}");
            assert_eq!(error.causes(), [format!("it is declared as {kind}")]);
            let all = format!("{error:?}");
            assert!(!all.contains("secret") && !all.contains("perhaps"), "{all}");
        }
    }

    #[test]
    fn a_file_has_the_columns_that_are_declared() {
        let error = read_as("a = 'string'", "a,imd_rank\n1,2\n").unwrap_err();
        assert_eq!(
            error.what(),
            "r.csv:1: column imd_rank is not declared in r.toml"
        );
        assert!(
            error
                .hint_text()
                .unwrap()
                .contains("`imd_rank = \"string\"`")
        );
        let error = read_as("a = 'string'\nplace_code = 'string'", "a\n1\n").unwrap_err();
        assert_eq!(error.what(), "r.csv:1: there is no column place_code");
        assert_eq!(error.causes(), ["r.toml declares it"]);
        let error = read_as("a = 'string'", "a,A\n1,2\n").unwrap_err();
        assert_eq!(error.what(), "r.csv:1: column a is there twice");
        let error = read_as("a = 'string'\nb = 'string'", "a,b\n1,2\n3\n").unwrap_err();
        assert!(error.to_string().contains("line: 3"), "{error}");
    }

    #[test]
    fn columns_of_official_files_are_chosen() {
        let choice = |text: &str| {
            let settings: crate::pipeline::ReferenceSettings =
                toml::from_str(&format!("file = 'r.csv'\n{text}")).unwrap();
            settings.choice
        };
        // Practices as the ODS has them: no header, an address, a telephone number.
        let practices = "\"W99001\",\"KETTLEGATE SURGERY\",\"Y99\",\"QZZ\",\"1 HIGH STREET\",\"\",\"\",\"\",\"\",\"ZW1 1AA\",\"19740401\",\"\",\"A\",\"B\",\"99Z\",\"20200401\",\"\",\"0113 4960000\"\n\"W99002\",\"ABBOT'S YARD\",\"Y99\",\"QZZ\",\"2 HIGH STREET\",\"\",\"\",\"\",\"\",\"ZW1 1AB\",\"19740401\",\"20240331\",\"C\",\"B\",\"99Z\",\"20200401\",\"\",\"0113 4960001\"\n";
        let none = DeclaredColumns::default();
        let error = read("epraccur.csv", practices.as_bytes(), &choice(""), &none).unwrap_err();
        assert!(
            error.hint_text().unwrap().contains("header = false"),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("KETTLEGATE"));
        let by_place =
            choice("header = false\ncolumns = { practice_code = 1, icb_code = 4, closed = 12 }");
        let columns = declared("practice_code = 'code'\nicb_code = 'code'\nclosed = 'date'");
        let rows = read("epraccur.csv", practices.as_bytes(), &by_place, &columns).unwrap();
        assert_eq!((rows.num_rows(), rows.num_columns()), (2, 3));
        let closed = rows.column_by_name("closed").unwrap();
        assert_eq!(closed.null_count(), 1);
        assert_eq!(closed.data_type(), &DataType::Date32);
        // The Index of Multiple Deprivation, file 7.
        let imd = "LSOA code (2011),LSOA name (2011),Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)\nE01000001,City of London 001A,\"29,199\"\n";
        let by_name = choice(
            "columns = { lsoa11_code = 'LSOA code (2011)', imd_rank = 'Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)' }",
        );
        let columns = declared("lsoa11_code = 'string'\nimd_rank = 'integer'");
        let rows = read("file7.csv", imd.as_bytes(), &by_name, &columns).unwrap();
        let ranks = rows.column_by_name("imd_rank").unwrap();
        assert_eq!(ranks.as_primitive::<Int64Type>().value(0), 29_199);
        for wrong in [
            "columns = { a = 4 }",
            "columns = { a = 0 }",
            "columns = { a = 'b' }",
            "header = false",
        ] {
            let read = read("file7.csv", imd.as_bytes(), &choice(wrong), &columns);
            assert!(read.is_err(), "{wrong}");
        }
    }

    #[test]
    fn types_are_proposed_and_codes_keep_their_zeros() {
        let text = "lower_age,department,snomed_code,weight,month_start,is_open,note\n0,01,44054006,0.5,2000-01-01,yes,\n15,02,44054007,2,2000-02-01,no,\n";
        let found = proposed(text.as_bytes(), &ColumnChoice::default()).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|(name, kind)| (name.as_str(), kind.name()))
            .collect();
        assert_eq!(
            found,
            [
                ("lower_age", "integer"),
                ("department", "string"),
                ("snomed_code", "string"),
                ("weight", "decimal"),
                ("month_start", "date"),
                ("is_open", "boolean"),
                ("note", "string"),
            ]
        );
    }
}
