//! Reference tables: CSV files that become `reference.<name>`.

use crate::error::{Context, Error, Result};
use crate::functions::need::{CodeLists, ListText, SHIPPED};
use crate::lake::properties::CONTENT;
use crate::lake::{Lake, Table, TableName};
use crate::pipeline::{ColumnChoice, ColumnOf, Pipeline};
use crate::privacy::{check_reference_column, looks_identifying};
use arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Date32Type, Field, Schema};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// The reference tables of a lake.
#[derive(Debug, Default)]
pub struct Loaded {
    /// All.
    pub names: Vec<TableName>,
    /// The damaged files, or logs, of those that were loaded again because of them.
    pub damaged: Vec<String>,
}

/// Loads the files of `sql/reference/` and of `[reference]` that changed, and those whose tables in
/// the lake are damaged.
pub async fn load_reference(pipeline: &Pipeline, lake: &Lake) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    for (name, source) in sources(pipeline)? {
        let table = TableName::new("reference", name);
        let bytes = source.bytes()?;
        let content = content_of(&bytes, &source);
        let (base, damage) = held(lake, &table).await?;
        let known = base.as_ref().and_then(|t| t.property(CONTENT));
        if known != Some(&content) || !damage.is_empty() {
            let rows = read(&source.place(), &bytes, &source.choice())?;
            let properties = BTreeMap::from([(CONTENT.to_string(), content)]);
            if base.is_none() && !damage.is_empty() {
                lake.forget_log(&table).await?;
            }
            lake.replace_rows(&table, base.as_ref(), rows, properties)
                .await?;
        }
        loaded.damaged.extend(damage);
        loaded.names.push(table);
    }
    Ok(loaded)
}

/// A table as the lake holds it, and what of it is damaged: files, or the log, and then there is no
/// table.
async fn held(lake: &Lake, name: &TableName) -> Result<(Option<Table>, Vec<String>)> {
    let table = match lake.table(name).await {
        Ok(table) => table,
        Err(e) => {
            let log = e.damaged_path().map(str::to_string);
            return log.map(|log| (None, vec![log])).ok_or(e);
        }
    };
    let files = table.as_ref().map_or(&[][..], |table| &table.files);
    let damage = lake.damage(files).await?.into_iter();
    let damage = damage.map(|damage| damage.path).collect();
    Ok((table, damage))
}

/// The version that each reference table has when its file, as it is now, has been loaded.
pub(crate) fn reference_versions(pipeline: &Pipeline) -> Result<BTreeMap<TableName, String>> {
    let sources = sources(pipeline)?.into_iter();
    sources
        .map(|(name, source)| {
            let table = TableName::new("reference", name);
            Ok((table, content_of(&source.bytes()?, &source)))
        })
        .collect()
}

fn content_of(bytes: &[u8], source: &ReferenceSource) -> String {
    let mut content = blake3::Hasher::new();
    content.update(b"form 1");
    let choice = source.choice();
    if choice != ColumnChoice::default() {
        content.update(format!("{choice:?}").as_bytes());
    }
    content.update(bytes);
    content.finalize().to_hex()[..32].to_string()
}

/// The rows of every reference table, without loading it into a lake.
pub(crate) fn reference_rows(pipeline: &Pipeline) -> Result<BTreeMap<TableName, RecordBatch>> {
    let mut tables = BTreeMap::new();
    for (name, source) in sources(pipeline)? {
        let bytes = source.bytes()?;
        let rows = read(&source.place(), &bytes, &source.choice())?;
        tables.insert(TableName::new("reference", name), rows);
    }
    Ok(tables)
}

/// The code lists that functions use: the project's own, or those that come with the program.
pub(crate) fn code_lists(pipeline: &Pipeline) -> Result<CodeLists> {
    let sources = sources(pipeline)?;
    CodeLists::read(|name| {
        let source = sources
            .get(name)
            .ok_or("it is not there")
            .usage(|| format!("the code list {name} cannot be read"))?;
        Ok(ListText {
            place: source.place(),
            bytes: source.bytes()?,
        })
    })
}

/// Where a reference table comes from.
enum ReferenceSource {
    File(PathBuf),
    /// A file of which columns are chosen.
    Chosen(PathBuf, ColumnChoice),
    /// A code list that comes with the program, and its file in the program's own sources.
    Shipped(String, &'static str),
}

impl ReferenceSource {
    fn place(&self) -> String {
        match self {
            ReferenceSource::File(path) | ReferenceSource::Chosen(path, _) => {
                path.display().to_string()
            }
            ReferenceSource::Shipped(place, _) => place.clone(),
        }
    }

    fn choice(&self) -> ColumnChoice {
        match self {
            ReferenceSource::Chosen(_, choice) => choice.clone(),
            _ => ColumnChoice::default(),
        }
    }

    fn bytes(&self) -> Result<Vec<u8>> {
        match self {
            ReferenceSource::File(path) | ReferenceSource::Chosen(path, _) => {
                crate::regular_file::read(path)
                    .data(|| format!("the reference file {} cannot be read", path.display()))
                    .map_err(|e| e.hint("correct its path under [reference]"))
            }
            ReferenceSource::Shipped(_, text) => Ok(text.as_bytes().to_vec()),
        }
    }
}

/// Where reference tables come from, by name: the pipeline's own files win over the project's, and
/// these over the code lists that come with the program.
fn sources(pipeline: &Pipeline) -> Result<BTreeMap<String, ReferenceSource>> {
    let shipped = SHIPPED.iter().map(|(name, text)| {
        let place = format!("sql/reference/{name}.csv");
        (name.to_string(), ReferenceSource::Shipped(place, text))
    });
    let mut sources: BTreeMap<String, ReferenceSource> = shipped.collect();
    let folder = pipeline
        .path(&pipeline.settings.models.folder)
        .join("reference");
    if folder.is_dir() {
        for entry in
            std::fs::read_dir(&folder).usage(|| format!("{} cannot be read", folder.display()))?
        {
            let path = entry
                .usage(|| format!("{} cannot be read", folder.display()))?
                .path();
            if path.extension().is_some_and(|e| e == "csv")
                && let Some(name) = path.file_stem().and_then(|n| n.to_str())
            {
                sources.insert(name.to_string(), ReferenceSource::File(path));
            }
        }
    }
    for (name, settings) in &pipeline.settings.reference {
        let path = pipeline.path(&settings.file);
        sources.insert(
            name.clone(),
            ReferenceSource::Chosen(path, settings.choice.clone()),
        );
    }
    Ok(sources)
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

/// Reads a CSV file with a header. A column is whole numbers, numbers or dates when all of its
/// values are; codes stay text, so that `01` keeps its zero.
fn read(place: &str, bytes: &[u8], choice: &ColumnChoice) -> Result<RecordBatch> {
    let cannot = || format!("the reference file {place} cannot be read");
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(choice.header)
        .from_reader(bytes);
    let chosen = chosen(place, reader.headers().data(cannot)?, choice)?;
    let names: Vec<&String> = chosen.iter().map(|(name, _)| name).collect();
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); names.len()];
    for name in &names {
        check_reference_column(place, name)?;
    }
    for row in reader.records() {
        let row = row.data(cannot)?;
        let line = row.position().map_or(0, csv::Position::line);
        for (column, (name, at)) in columns.iter_mut().zip(&chosen) {
            let value = row.get(*at).unwrap_or_default().trim();
            if let Some(kind) = looks_identifying(value) {
                return Err(identifying(place, line, name, kind));
            }
            column.push((!value.is_empty()).then(|| value.to_string()));
        }
    }
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for (name, values) in names.iter().zip(&columns) {
        let array = typed(name, values);
        fields.push(Field::new(name.as_str(), array.data_type().clone(), true));
        arrays.push(array);
    }
    if names.is_empty() {
        return Err(Error::data(cannot()).cause("it has no columns").hint(
            "a reference table begins with a line of column names: correct the file, or its path under [reference]",
        ));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).data(cannot)
}

/// Reference tables are not record level, and their values may be released as labels.
fn identifying(place: &str, line: u64, column: &str, kind: &str) -> Error {
    Error::refused(format!(
        "{place}:{line}: column {column} holds {kind}"
    ))
    .cause("a reference table holds nothing of a person")
    .hint("take the rows or the column out; people's records come in through [sources], a postcode lookup through [privacy.lookups]")
}

fn typed(name: &str, values: &[Option<String>]) -> ArrayRef {
    let code = name.ends_with("code") || name == "icd10" || name.ends_with("_id");
    let given = || values.iter().flatten();
    let some = given().next().is_some();
    if some && !code {
        let whole = |v: &str| v.parse::<i64>().ok().filter(|n| n.to_string() == v);
        if given().all(|v| whole(v).is_some()) {
            return Arc::new(
                values
                    .iter()
                    .map(|v| whole(v.as_deref()?))
                    .collect::<Int64Array>(),
            );
        }
        let number = |v: &str| v.parse::<f64>().ok().filter(|n| n.is_finite());
        let leading = |v: &str| v.len() > 1 && v.starts_with('0') && !v.starts_with("0.");
        if given().all(|v| number(v).is_some() && !leading(v)) {
            return Arc::new(
                values
                    .iter()
                    .map(|v| number(v.as_deref()?))
                    .collect::<Float64Array>(),
            );
        }
        let day = |v: &str| {
            NaiveDate::parse_from_str(v, "%Y-%m-%d")
                .ok()
                .map(Date32Type::from_naive_date)
        };
        if given().all(|v| day(v).is_some()) {
            return Arc::new(
                values
                    .iter()
                    .map(|v| day(v.as_deref()?))
                    .collect::<Date32Array>(),
            );
        }
    }
    Arc::new(values.iter().map(|v| v.as_deref()).collect::<StringArray>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::Array;
    use arrow::datatypes::DataType;

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
            let error = read("r.csv", text.as_bytes(), &ColumnChoice::default()).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
            assert_eq!(error.kind().exit_code(), 1);
            assert!(!error.to_string().contains("9434765919"));
        }
        let fine = "snomed_code,name,place_name\n44054006,Abbot's Yard Surgery,Harrowmere\n";
        assert!(read("r.csv", fine.as_bytes(), &ColumnChoice::default()).is_ok());
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
        let error = read("epraccur.csv", practices.as_bytes(), &choice("")).unwrap_err();
        assert!(
            error.hint_text().unwrap().contains("header = false"),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("KETTLEGATE"));
        let by_place =
            choice("header = false\ncolumns = { practice_code = 1, icb_code = 4, closed = 12 }");
        let rows = read("epraccur.csv", practices.as_bytes(), &by_place).unwrap();
        assert_eq!((rows.num_rows(), rows.num_columns()), (2, 3));
        assert_eq!(rows.column_by_name("closed").unwrap().null_count(), 1);
        // The Index of Multiple Deprivation, file 7.
        let imd = "LSOA code (2011),LSOA name (2011),Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)\nE01000001,City of London 001A,29199\n";
        let by_name = choice(
            "columns = { lsoa11_code = 'LSOA code (2011)', imd_rank = 'Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)' }",
        );
        let rows = read("file7.csv", imd.as_bytes(), &by_name).unwrap();
        let ranks = rows.column_by_name("imd_rank").unwrap();
        assert_eq!(ranks.data_type(), &DataType::Int64);
        for wrong in [
            "columns = { a = 4 }",
            "columns = { a = 0 }",
            "columns = { a = 'b' }",
            "header = false",
        ] {
            assert!(
                read("file7.csv", imd.as_bytes(), &choice(wrong)).is_err(),
                "{wrong}"
            );
        }
    }

    fn kind(name: &str, values: &[&str]) -> DataType {
        let values: Vec<_> = values.iter().map(|v| Some((*v).to_string())).collect();
        typed(name, &values).data_type().clone()
    }

    #[test]
    fn codes_keep_their_zeros() {
        assert_eq!(kind("lower_age", &["0", "15"]), DataType::Int64);
        assert_eq!(kind("department", &["01", "02"]), DataType::Utf8);
        assert_eq!(kind("snomed_code", &["44054006"]), DataType::Utf8);
        assert_eq!(kind("weight", &["0.5", "2"]), DataType::Float64);
        assert_eq!(kind("month_start", &["2000-01-01"]), DataType::Date32);
    }
}
