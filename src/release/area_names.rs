//! Which dimensions of a table are areas, and their codes.

use super::proof::texts;
use super::report_file::ReportTable;
use crate::engine::Engine;
use crate::error::Result;
use crate::figures::FigureArea;
use crate::lake::TableName;
use crate::models::sensitivity::Sensitivity;
use std::collections::BTreeMap;

/// The kinds of area whose names reports show: the columns `place_name` and `place_code`.
const KINDS: [&str; 15] = [
    "area",
    "icb",
    "lad",
    "locality",
    "lsoa",
    "ltla",
    "msoa",
    "neighbourhood",
    "organisation",
    "pcn",
    "place",
    "practice",
    "region",
    "utla",
    "ward",
];

/// More characters are no code of an area.
const LONGEST_CODE: usize = 12;

/// The areas of each dimension that is one of areas, by their names.
pub(super) type NamedAreas = BTreeMap<String, BTreeMap<String, FigureArea>>;

/// The kind of area of a column of their names.
fn kind_of(listed: &str) -> Option<&'static str> {
    let kind = listed.strip_suffix("_name")?;
    KINDS.into_iter().find(|known| *known == kind)
}

/// Whether a table compares areas: one of its dimensions is of them.
pub(super) fn compares_areas(table: &ReportTable) -> bool {
    table.dimensions().any(|name| is_of_areas(table, name))
}

/// Whether a dimension of a table is of areas.
pub(super) fn is_of_areas(table: &ReportTable, dimension: &str) -> bool {
    let list = table.dimensions.get(dimension);
    let column = list.and_then(|list| list.column());
    column.is_some_and(|(_, listed)| kind_of(listed).is_some())
}

/// The column of the names of a dimension's areas, and that of their codes.
#[derive(Debug, Clone)]
pub(super) struct AreaColumns {
    dimension: String,
    kind: &'static str,
    table: TableName,
    name: String,
    code: Option<String>,
    level: Option<String>,
}

/// The dimensions of a table that are of areas. Codes are taken from where the names come from, when they
/// are proved to be nobody's as the names are.
pub(super) fn area_columns(table: &ReportTable, sensitivity: &Sensitivity) -> Vec<AreaColumns> {
    let mut found = Vec::new();
    for dimension in table.dimensions() {
        let listed = table
            .dimensions
            .get(dimension)
            .and_then(|list| list.column());
        let Some((name, listed)) = listed else {
            continue;
        };
        let Some(kind) = kind_of(listed) else {
            continue;
        };
        let column = |column: String| {
            let fit = sensitivity.list_column(&name, &column).is_ok();
            fit.then_some(column)
        };
        found.push(AreaColumns {
            dimension: dimension.to_string(),
            kind,
            name: listed.to_string(),
            code: column(format!("{kind}_code")),
            level: column(format!("{kind}_level")),
            table: name,
        });
    }
    found
}

/// The areas of those dimensions.
///
/// # Errors
/// Data, when a table of areas cannot be read.
pub(super) async fn named_areas(
    engine: &Engine,
    place: &str,
    dimensions: &[AreaColumns],
) -> Result<NamedAreas> {
    let mut all = NamedAreas::new();
    for of in dimensions {
        let column = |name: &Option<String>| match name {
            Some(name) => format!("\"{name}\""),
            None => "cast(null as varchar)".to_string(),
        };
        let sql = format!(
            "select distinct \"{}\" as name, {} as code, {} as level from {} order by name, code, level",
            of.name,
            column(&of.code),
            column(&of.level),
            of.table
        );
        let frame = engine.query(place, &sql).await?;
        let mut areas: BTreeMap<String, FigureArea> = BTreeMap::new();
        for batch in &engine.collect(place, frame).await? {
            let (names, codes, levels) = (texts(batch, 0)?, texts(batch, 1)?, texts(batch, 2)?);
            for ((name, code), level) in names.into_iter().zip(codes).zip(levels) {
                let Some(name) = name else { continue };
                let area = FigureArea {
                    code: code.filter(|code| is_code(code)),
                    level: level.unwrap_or_else(|| of.kind.to_string()),
                    name: name.clone(),
                };
                let known = areas.entry(name).or_insert_with(|| area.clone());
                // A name of two codes stands for neither.
                if known.code != area.code {
                    known.code = None;
                }
            }
        }
        all.insert(of.dimension.clone(), areas);
    }
    Ok(all)
}

/// Whether a text has the form of a code of an area or organisation.
fn is_code(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    starts && text.len() <= LONGEST_CODE && text.chars().all(fits)
}
