//! The cells of a table that declares what it counts.

use super::counting::{CountKind, CountedTable, Counting};
use super::cube::Cube;
use super::equations::within;
use super::figures::{CellFigures, PlacedFigure, TablePlace};
use super::nodes::{ReleaseNodes, identity};
use crate::disclosure::ledger::CellName;
use crate::disclosure::members::MemberKey;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::release::dimension::NOT_KNOWN;
use crate::release::label_order::{OrderColumns, in_order_of_labels};
use crate::release::pack_area::PackAreas;
use crate::release::report_file::ReportTable;
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The cells of a table before disclosure control.
pub(in crate::release) struct CountedCells {
    /// A row for each combination of the dimensions, in the order of their labels.
    pub batches: Vec<RecordBatch>,
    /// The values across, in the order of their labels.
    pub across: Vec<String>,
    /// The cell of each place, by count.
    cells: BTreeMap<String, HashMap<TablePlace, CellName>>,
    /// Whether a dimension divides it that it does not show.
    by_hidden: bool,
    /// How many levels of areas divide the table.
    levels: usize,
    /// The places, and whether a reader is told their figures.
    places: BTreeMap<TablePlace, bool>,
}

impl CountedCells {
    /// The figures of the places, once those of the release are chosen, but those of areas in whose reports
    /// the table is `left_out`.
    pub(in crate::release) fn figures(
        &self,
        left_out: &BTreeSet<TablePlace>,
        chosen: impl Fn(&CellName) -> Option<PlacedFigure>,
    ) -> CellFigures {
        let of = |cells: &HashMap<TablePlace, CellName>| {
            let cells = cells.iter();
            let cells = cells.filter(|(place, _)| !left_out.contains(self.area(place)));
            let figures = cells.filter_map(|(place, cell)| Some((place.clone(), chosen(cell)?)));
            figures.collect()
        };
        let counts = self.cells.iter();
        let figures = counts.map(|(name, cells)| (name.clone(), of(cells)));
        CellFigures::new(figures.collect(), self.by_hidden, self.levels)
    }

    /// The area of a place: a value for its level, and none for the others; none at all for the whole.
    fn area<'p>(&self, place: &'p [Option<String>]) -> &'p [Option<String>] {
        let first = place.len().saturating_sub(self.levels);
        place.get(first..).unwrap_or_default()
    }

    /// The cells of which a reader is told the figures in the table, in that of the whole and in that of each
    /// area.
    pub(in crate::release) fn told(&self) -> BTreeMap<&[Option<String>], BTreeSet<&CellName>> {
        let mut told: BTreeMap<_, BTreeSet<&CellName>> = BTreeMap::new();
        for (place, cell) in self.cells.values().flatten() {
            if self.places.get(place) == Some(&true) {
                told.entry(self.area(place)).or_default().insert(cell);
            }
        }
        told
    }
}

/// Counts what a table counts, in all and in each area that has a report of its own, and adds its figures
/// to those of the release. `types` are those of its dimensions.
///
/// # Errors
/// Refused or data, as [`Cube::of`]; usage, when no count is divided by all dimensions.
pub(in crate::release) async fn answer(
    engine: &Engine,
    place: &str,
    table: &ReportTable,
    counted: &CountedTable,
    (types, orders): (&[DataType], &OrderColumns),
    (hidden, areas): (&[String], &PackAreas),
    (key, nodes): (&MemberKey, &mut ReleaseNodes),
) -> Result<CountedCells> {
    let countings = counted.countings.iter();
    let countings = countings.map(|counting| counting.with_reports_of(&counted.levels, areas));
    let countings: Vec<Counting> = countings.collect();
    let mut cubes = Vec::new();
    for counting in &countings {
        cubes.push(Cube::of(engine, place, counting, key).await?);
    }
    let combinations = combinations(place, table, counted, &cubes)?;
    let batch = batch(table, &combinations, types)?;
    let ordered = in_order_of_labels(engine, place, table, orders, vec![batch]).await?;
    let mut places = places(table, &combinations);
    if table.hidden().is_some() {
        places = by_hidden(places, hidden);
    }
    let places = in_areas(places, counted, areas);
    for (counting, cube) in countings.iter().zip(&mut cubes) {
        for position in places.keys() {
            cube.include(&divided(position, &counting.places));
        }
    }
    let mut cells: BTreeMap<String, HashMap<TablePlace, CellName>> = BTreeMap::new();
    for (at, (counting, cube)) in countings.iter().zip(&cubes).enumerate() {
        let providers = cube.of_providers(engine, place, counting, key).await?;
        for kind in [CountKind::People, CountKind::Rows, CountKind::Amount] {
            let names: Vec<&String> = counted
                .counts
                .iter()
                .filter(|(_, counting, of)| (*counting, *of) == (at, kind))
                .map(|(name, _, _)| name)
                .collect();
            if names.is_empty() {
                continue;
            }
            let both = (cube, providers.as_ref());
            let known = nodes.of_cube(place, counting, both, kind);
            within(nodes, cube, &known);
            let found = shown(nodes, (counting, cube), &places, kind);
            cells.extend(names.into_iter().map(|name| (name.clone(), found.clone())));
        }
    }
    Ok(CountedCells {
        batches: ordered.batches,
        across: ordered.across,
        cells,
        by_hidden: table.hidden().is_some(),
        levels: counted.levels.len(),
        places,
    })
}

/// The values of those dimensions that divide a count.
fn divided(place: &TablePlace, by: &[usize]) -> TablePlace {
    by.iter()
        .map(|at| place.get(*at).cloned().flatten())
        .collect()
}

fn shown(
    nodes: &mut ReleaseNodes,
    (counting, cube): (&Counting, &Cube),
    places: &BTreeMap<TablePlace, bool>,
    kind: CountKind,
) -> HashMap<TablePlace, CellName> {
    let mut found = HashMap::new();
    for (place, told) in places {
        if let Some((set, key)) = cube.place(&divided(place, &counting.places)) {
            let cell = identity(counting, cube, &set, &key, kind);
            if *told {
                nodes.show(&cell);
            }
            found.insert(place.clone(), cell);
        }
    }
    found
}

/// The combinations of values that somebody has.
fn combinations(
    place: &str,
    table: &ReportTable,
    counted: &CountedTable,
    cubes: &[Cube],
) -> Result<BTreeSet<Vec<String>>> {
    let width = table.dimensions().count();
    let mut found = BTreeSet::new();
    let mut whole = false;
    for (counting, cube) in counted.countings.iter().zip(cubes) {
        if (0..width).all(|place| counting.divided_by(place)) {
            whole = true;
            found.extend(cube.leaves(width));
        }
    }
    if !whole {
        return Err(Error::usage(format!(
            "{place}: no measure is divided by all of its dimensions"
        ))
        .hint("leave `without` out of one measure"));
    }
    Ok(found)
}

/// The dimensions of the combinations, in the types that their columns have.
fn batch(
    table: &ReportTable,
    combinations: &BTreeSet<Vec<String>>,
    types: &[DataType],
) -> Result<RecordBatch> {
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    for (at, (name, kind)) in table.dimensions().zip(types).enumerate() {
        let values = combinations.iter().map(|values| {
            let value = values.get(at)?;
            (value != NOT_KNOWN).then_some(value.as_str())
        });
        let texts: ArrayRef = Arc::new(StringArray::from_iter(values));
        let typed = cast(&texts, kind)
            .map_err(|e| Error::data(format!("dimension `{name}` cannot be read")).cause(e))?;
        columns.push((name.to_string(), typed));
    }
    RecordBatch::try_from_iter(columns)
        .map_err(|e| Error::data("the dimensions of a table cannot be put together").cause(e))
}

/// The places of a table of all ages or amounts together, and those of each of the `hidden` groups: figures
/// that are made of these tell them.
fn by_hidden(whole: BTreeMap<TablePlace, bool>, hidden: &[String]) -> BTreeMap<TablePlace, bool> {
    let mut places = BTreeMap::new();
    for (place, told) in whole {
        let groups = hidden.iter().cloned().map(Some);
        for group in std::iter::once(None).chain(groups) {
            let mut place = place.clone();
            place.push(group);
            places.insert(place, told);
        }
    }
    places
}

/// The places of a table of all areas together, and those of each area whose report has them.
fn in_areas(
    whole: BTreeMap<TablePlace, bool>,
    counted: &CountedTable,
    areas: &PackAreas,
) -> BTreeMap<TablePlace, bool> {
    let levels = &counted.levels;
    let mut of: Vec<TablePlace> = vec![vec![None; levels.len()]];
    let told_of = areas.at(&counted.told_of);
    of.extend(told_of.map(|area| area.place(levels)));
    let mut places = BTreeMap::new();
    for (place, told) in whole {
        for area in &of {
            let place = place.iter().chain(area).cloned().collect();
            places.insert(place, told);
        }
    }
    places
}

/// Every place of a table with all totals, and whether a reader is told its figure.
fn places(table: &ReportTable, combinations: &BTreeSet<Vec<String>>) -> BTreeMap<TablePlace, bool> {
    let width = table.rows.len();
    let mut rows: BTreeSet<Vec<Option<String>>> = BTreeSet::new();
    let mut across: BTreeSet<Option<String>> = BTreeSet::new();
    for values in combinations {
        rows.insert(values.iter().take(width).cloned().map(Some).collect());
        across.extend(values.get(width).cloned().map(Some));
    }
    let total: TablePlace = vec![None; width];
    let mut places = BTreeMap::new();
    for row in rows.iter().chain([&total]) {
        let told = row != &total || table.tells_totals_of_rows();
        if table.across.is_none() {
            places.insert(row.clone(), told);
            continue;
        }
        for value in across.iter().chain([&None]) {
            let told =
                told && (value.is_some() || table.tells_totals_across() || table.order.is_some());
            let mut place = row.clone();
            place.push(value.clone());
            places.insert(place, told);
        }
    }
    places
}
