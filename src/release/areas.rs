//! Areas and organisations of few people are not shown by themselves.

use super::pack_area::{PackArea, PackAreas};
use super::proof::texts;
use super::report_file::ReportTable;
use super::table_data::TableData;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::TableName;
use crate::models::sensitivity::{Judged, ReferenceRows, link, one_row_each};
use crate::pipeline::AreaLevel;
use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use std::collections::{BTreeMap, BTreeSet};

/// How many people each value of a column has.
type People = BTreeMap<String, u64>;

/// The reference tables of a lake, and the people of their areas.
pub(super) struct Areas {
    /// The rows of every reference table.
    rows: BTreeMap<TableName, RecordBatch>,
    /// People by the columns that link them to reference tables.
    people: BTreeMap<&'static str, People>,
    smallest: u64,
}

impl Areas {
    /// Reads the reference tables, and counts people by what links them. Tables are registered.
    pub(super) async fn read(engine: &Engine, tables: &[TableName], smallest: u64) -> Result<Self> {
        let mut areas = Areas {
            rows: BTreeMap::new(),
            people: BTreeMap::new(),
            smallest,
        };
        for table in tables.iter().filter(|t| t.layer == "reference") {
            let sql = format!("select * from {table}");
            let rows = collect(engine, &sql).await?;
            if let Some(link) = link(&rows)
                && smallest > 0
                && !areas.people.contains_key(link)
            {
                areas.people.insert(link, people_by(engine, link).await);
            }
            areas.rows.insert(table.clone(), rows);
        }
        Ok(areas)
    }

    /// The fewest people of an area that may be told apart; 0 for no limit.
    pub(super) fn smallest(&self) -> u64 {
        self.smallest
    }

    /// The areas of these levels that reports are made for.
    ///
    /// # Errors
    /// Usage, when a level has no areas, or an area two names or a code that cannot be in a file's name;
    /// data, when people cannot be counted.
    pub(super) async fn packs(
        &self,
        engine: &Engine,
        levels: &BTreeSet<AreaLevel>,
    ) -> Result<PackAreas> {
        let mut packs = PackAreas::default();
        for level in levels {
            let column = level.column_of_person();
            let sql = format!(
                "select {column} as value, count(*) as people from core.person where is_active and {column} is not null group by {column}"
            );
            let people = counted(&collect(engine, &sql).await?)?;
            let listed = self.of_level(*level, &people)?;
            if listed.is_empty() {
                let (table, code, _) = level.listed();
                return Err(Error::usage(format!(
                    "reports are made for each {}, and {table}.{code} lists none",
                    level.word()
                ))
                .hint("add the column to the site's list, or take the level out of `for_each`"));
            }
            packs.add(*level, listed, self.smallest)?;
        }
        Ok(packs)
    }

    /// The areas of a level, in the order of their codes, each with its people.
    fn of_level(&self, level: AreaLevel, people: &People) -> Result<Vec<(PackArea, u64)>> {
        let (table, code, name) = level.listed();
        let Some(rows) = self.rows.get(&table) else {
            return Ok(Vec::new());
        };
        let at = |column: &str| rows.schema().index_of(column).ok();
        let Some((code_at, name_at)) = at(code).zip(at(name)) else {
            return Ok(Vec::new());
        };
        let pairs = texts(rows, code_at)?.into_iter().zip(texts(rows, name_at)?);
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for (area, named) in pairs {
            let Some(area) = area else { continue };
            let named = named.unwrap_or_else(|| area.clone());
            let known = names.entry(area).or_insert_with(|| named.clone());
            if *known != named {
                return Err(
                    Error::usage(format!("{table} gives a {} two names", level.word()))
                        .hint(format!("let each `{code}` have one `{name}`")),
                );
            }
        }
        let areas = names.into_iter().map(|(code, name)| {
            let people = people.get(&code).copied().unwrap_or(0);
            (PackArea { level, code, name }, people)
        });
        Ok(areas.collect())
    }

    /// The reference tables as the analysis reads them.
    pub(super) fn references(&self) -> Result<BTreeMap<TableName, ReferenceRows>> {
        let mut references = BTreeMap::new();
        for (name, rows) in &self.rows {
            let small = self.small(rows)?;
            let rows = rows.clone();
            references.insert(name.clone(), ReferenceRows { rows, small });
        }
        Ok(references)
    }

    /// The columns of a table of areas that stand for one: another value in every row or, where they
    /// are places to live in, a value of too few people.
    fn small(&self, rows: &RecordBatch) -> Result<BTreeSet<String>> {
        let mut small = BTreeSet::new();
        let Some(link) = link(rows).filter(|_| self.smallest > 0) else {
            return Ok(small);
        };
        small.extend(one_row_each(rows));
        if ["ods_code", "practice_code", "provider_code"].contains(&link) {
            return Ok(small);
        }
        for (index, field) in rows.schema().fields().iter().enumerate() {
            let people = self.people_of(rows, index)?;
            let few = |n: &u64| *n > 0 && *n < self.smallest;
            if people.values().any(few) {
                small.insert(field.name().clone());
            }
        }
        Ok(small)
    }

    /// People of each value of a column of a table of areas.
    fn people_of(&self, rows: &RecordBatch, column: usize) -> Result<People> {
        let mut found = People::new();
        let Some(link) = link(rows) else {
            return Ok(found);
        };
        let Some(people) = self.people.get(link) else {
            return Ok(found);
        };
        let at = rows.schema().index_of(link).unwrap_or(0);
        let pairs: BTreeSet<(Option<String>, Option<String>)> = texts(rows, column)?
            .into_iter()
            .zip(texts(rows, at)?)
            .collect();
        for (value, code) in pairs {
            let Some(value) = value else { continue };
            let code = code.unwrap_or_default();
            *found.entry(value).or_default() += people.get(&code).copied().unwrap_or(0);
        }
        Ok(found)
    }

    /// Refuses an answer to a query that shows, or whose SQL picks out, areas or organisations of too
    /// few people. `shown` are the values of each column that is no count.
    ///
    /// # Errors
    /// Refused, naming the column or the place in the SQL, and never a value of a row.
    pub(super) fn check_answer(
        &self,
        place: &str,
        shown: &BTreeMap<String, BTreeSet<String>>,
        judged: &Judged,
    ) -> Result<()> {
        if self.smallest == 0 {
            return Ok(());
        }
        self.choices(place, judged)?;
        for (column, values) in shown {
            let mut few = self.few_anywhere(values)?;
            if judged.areas.contains(column) {
                for value in values {
                    few |= !self.is_large(value)?;
                }
            }
            if few {
                return Err(self.too_few(place, column));
            }
        }
        Ok(())
    }

    /// Refuses SQL that picks out areas or organisations of too few people.
    fn choices(&self, place: &str, judged: &Judged) -> Result<()> {
        for choice in &judged.choices {
            if !self.is_large(&choice.code)? {
                return Err(Error::refused(format!(
                    "{place}: the SQL picks out an area or organisation that is not known to have {} people",
                    self.smallest
                ))
                .cause(&choice.why)
                .cause("[disclosure] smallest_area of the pipeline file")
                .hint("pick larger areas: by a column of a reference table with lsoa21_code or ods_code that groups them"));
            }
        }
        Ok(())
    }

    fn too_few(&self, place: &str, column: &str) -> Error {
        Error::refused(format!(
            "{place}: dimension `{column}` shows an area or organisation that is not known to have {} people",
            self.smallest
        ))
        .cause("[disclosure] smallest_area of the pipeline file")
        .hint("show larger areas: a column of a reference table with lsoa21_code or ods_code that groups them")
    }

    /// Refuses a table with a dimension that shows areas or organisations of too few people, or whose
    /// condition, or the SQL of a model that it reads, picks some out. `judged` says which dimensions come
    /// from codes of areas.
    ///
    /// # Errors
    /// Refused, naming the column or the place in the SQL, and never a value of a row.
    pub(super) fn check(
        &self,
        place: &str,
        table: &ReportTable,
        data: &TableData,
        judged: &Judged,
    ) -> Result<()> {
        if self.smallest == 0 {
            return Ok(());
        }
        self.choices(place, judged)?;
        for column in table.dimensions() {
            let shown = shown(data, column)?;
            let listed = table.dimensions.get(column).and_then(|list| list.column());
            let few = match listed {
                Some((name, from)) => {
                    self.few_of(&name, from, &shown, judged.areas.contains(column))?
                }
                None => self.few_anywhere(&shown)?,
            };
            if few {
                return Err(self.too_few(place, column));
            }
        }
        Ok(())
    }

    /// Whether a code, or a name, is known to be that of an area or organisation of enough people.
    fn is_large(&self, code: &str) -> Result<bool> {
        // One or two letters are part of a code.
        if code.len() < 3 {
            return Ok(false);
        }
        let of = |people: &People| -> Vec<u64> {
            let same = people
                .iter()
                .filter(|(value, _)| value.eq_ignore_ascii_case(code));
            same.map(|(_, n)| *n).collect()
        };
        let mut known: Vec<u64> = self.people.values().flat_map(of).collect();
        for rows in self.rows.values().filter(|rows| link(rows).is_some()) {
            let small = self.small(rows)?;
            for (index, field) in rows.schema().fields().iter().enumerate() {
                if small.contains(field.name()) && !field.data_type().is_numeric() {
                    known.extend(of(&self.people_of(rows, index)?));
                }
            }
        }
        // A practice has patients who are registered, and is a provider of contacts too.
        Ok(known.iter().any(|n| *n >= self.smallest))
    }

    fn few_of(
        &self,
        table: &TableName,
        column: &str,
        shown: &BTreeSet<String>,
        of_areas: bool,
    ) -> Result<bool> {
        let Some(rows) = self.rows.get(table) else {
            // A model over reference tables: its values are areas where one of these has them.
            return Ok(of_areas || self.few_anywhere(shown)?);
        };
        if link(rows).is_none() {
            return Ok(of_areas);
        }
        let Ok(index) = rows.schema().index_of(column) else {
            return Ok(true);
        };
        let people = self.people_of(rows, index)?;
        let few = |value: &String| people.get(value).is_none_or(|n| *n < self.smallest);
        Ok(shown.iter().any(few))
    }

    /// Whether a value is that of an area in any table, with too few people.
    fn few_anywhere(&self, shown: &BTreeSet<String>) -> Result<bool> {
        for rows in self.rows.values().filter(|rows| link(rows).is_some()) {
            let small = self.small(rows)?;
            for (index, field) in rows.schema().fields().iter().enumerate() {
                if field.data_type().is_numeric() || !small.contains(field.name()) {
                    continue;
                }
                let people = self.people_of(rows, index)?;
                let few = |value: &String| people.get(value).is_some_and(|n| *n < self.smallest);
                if shown.iter().any(few) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// The values of a dimension that are there.
fn shown(data: &TableData, column: &str) -> Result<BTreeSet<String>> {
    let mut values = BTreeSet::new();
    for batch in &data.batches {
        if let Ok(index) = batch.schema().index_of(column) {
            values.extend(texts(batch, index)?.into_iter().flatten());
        }
    }
    values.remove(super::dimension::NOT_KNOWN);
    Ok(values)
}

async fn collect(engine: &Engine, sql: &str) -> Result<RecordBatch> {
    let place = "reference tables";
    let frame = engine.query(place, sql).await?;
    let schema = std::sync::Arc::new(frame.schema().as_arrow().clone());
    let batches = engine.collect(place, frame).await?;
    arrow::compute::concat_batches(&schema, &batches)
        .map_err(|e| Error::data("a reference table cannot be read").cause(e))
}

/// Active people by the column that links them. Where the models that say so are not there, nobody
/// is known to belong anywhere.
async fn people_by(engine: &Engine, link: &str) -> People {
    let person = |column: &str| {
        format!(
            "select {column} as value, count(*) as people from core.person where is_active and {column} is not null group by {column}"
        )
    };
    let provider = "select provider_code as value, count(*) as people from (select distinct provider_code, person_key from core.contact where provider_code is not null) as seen group by provider_code";
    let queries = match link {
        "ods_code" | "provider_code" => vec![person("practice_code"), provider.to_string()],
        other => vec![person(other)],
    };
    let mut people = People::new();
    for sql in queries {
        let Ok(rows) = collect(engine, &sql).await else {
            continue;
        };
        for (value, count) in counted(&rows).unwrap_or_default() {
            let known = people.entry(value).or_default();
            *known = (*known).max(count);
        }
    }
    people
}

/// Values, and how many people each has.
fn counted(rows: &RecordBatch) -> Result<People> {
    let counts = cast(rows.column(1), &DataType::Int64)
        .map_err(|e| Error::data("people of areas cannot be counted").cause(e))?;
    let counts = counts.as_primitive::<Int64Type>().iter();
    let both = texts(rows, 0)?.into_iter().zip(counts);
    let count = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    Ok(both
        .map(|(value, n)| (value.unwrap_or_default(), count(n)))
        .collect())
}
