//! Every cell of a count with all its totals, in one pass over the people.

use super::counting::{AddedUp, Counting};
use super::level::{Divided, divided};
use super::query;
use crate::disclosure::members::{MemberKey, Members};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::release::dimension::NOT_KNOWN;
use arrow::array::{Array, ArrayRef, AsArray, PrimitiveArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use arrow::error::ArrowError;
use futures::TryStreamExt;
use std::collections::{BTreeMap, HashMap};

/// More cells than this, totals among them, are not computed for one count.
const MOST_CELLS: usize = 1_000_000;

/// A larger amount of one row is no amount.
const MOST: i64 = 1 << 40;

/// The numbers of a cell's groups, one for each dimension.
pub(super) type CubeKey = Box<[u16]>;

/// A cell of a cube: the level of each dimension, and the groups.
pub(super) type CubePlace = (Vec<usize>, CubeKey);

/// What is known of a cell.
#[derive(Clone, Default)]
pub(super) struct CellTally {
    /// Rows of the model, or the sum of an amount over them.
    pub rows: u64,
    /// The people behind them; of a sum, those who have any of it.
    pub people: Members,
    /// The same with how many rows each has, or how much.
    pub weighted: Members,
    /// The most that two of them have, and the least that one has.
    pub extremes: ([u64; 2], u64),
}

/// All cells of a count.
pub(super) struct Cube {
    /// Its dimensions.
    pub dimensions: Vec<Divided>,
    /// Its cells, by the level of each dimension.
    pub sets: BTreeMap<Vec<usize>, HashMap<CubeKey, CellTally>>,
    /// Those without totals of the people who are in one of them alone, until they are
    /// [rolled up](Self::roll_up).
    alone: HashMap<CubeKey, CellTally>,
    /// Of a sum, what the amounts of all rows are multiples of.
    pub unit: u64,
}

/// The rows of one person, or of one provider.
#[derive(Default)]
struct OnePerson {
    key: Option<i64>,
    /// Where they have rows, and how many, or how much.
    rows: Vec<(CubeKey, u64)>,
    /// The numbers of providers.
    providers: HashMap<String, i64>,
}

impl Cube {
    /// Counts the people and rows of `counting`.
    ///
    /// # Errors
    /// Refused, when somebody or too many things would be counted; data, when the model cannot be read.
    pub(super) async fn of(
        engine: &Engine,
        place: &str,
        counting: &Counting,
        key: &MemberKey,
    ) -> Result<Self> {
        one_parent_each(engine, place, counting).await?;
        let mut dimensions = Vec::new();
        for at in 0..counting.by.len() {
            dimensions.push(divided(engine, place, counting, at).await?);
        }
        let whole = Cube::empty(dimensions);
        whole.read_all(engine, place, counting, key, None).await
    }

    /// The same cells with the providers behind a sum in the place of people, where they are at risk.
    ///
    /// # Errors
    /// As [`Cube::of`].
    pub(super) async fn of_providers(
        &self,
        engine: &Engine,
        place: &str,
        counting: &Counting,
        key: &MemberKey,
    ) -> Result<Option<Self>> {
        let amount = counting.amount.as_ref();
        let Some(provider) = amount.and_then(|amount| amount.provider.as_deref()) else {
            return Ok(None);
        };
        let cube = Cube::empty(self.dimensions.clone());
        let read = cube.read_all(engine, place, counting, key, Some(provider));
        Ok(Some(read.await?))
    }

    async fn read_all(
        mut self,
        engine: &Engine,
        place: &str,
        counting: &Counting,
        key: &MemberKey,
        provider: Option<&str>,
    ) -> Result<Self> {
        let frame = engine
            .query(place, &query::rows(counting, provider))
            .await?;
        let mut batches = engine.run(place, frame).await?;
        let mut person = OnePerson::default();
        while let Some(batch) = batches.try_next().await? {
            self.read(&batch, &mut person, place, counting, key)?;
        }
        self.flush(&mut person, place, key)?;
        self.roll_up();
        self.few_enough(place)?;
        Ok(self)
    }

    /// A cube without cells yet.
    pub(super) fn empty(dimensions: Vec<Divided>) -> Self {
        let mut sets = vec![Vec::new()];
        for dimension in &dimensions {
            sets = sets
                .into_iter()
                .flat_map(|set: Vec<usize>| {
                    (0..dimension.levels.len()).map(move |level| {
                        let mut more = set.clone();
                        more.push(level);
                        more
                    })
                })
                .collect();
        }
        Cube {
            dimensions,
            sets: sets.into_iter().map(|set| (set, HashMap::new())).collect(),
            alone: HashMap::new(),
            unit: 0,
        }
    }

    /// Where the cell of these values is; none for all of a dimension together. None where a value is
    /// nobody's.
    pub(super) fn place(&self, values: &[Option<String>]) -> Option<CubePlace> {
        let mut set = Vec::with_capacity(values.len());
        let mut key = Vec::with_capacity(values.len());
        for (dimension, value) in self.dimensions.iter().zip(values) {
            match value {
                None => {
                    set.push(dimension.whole());
                    key.push(0);
                }
                Some(value) => {
                    set.push(0);
                    key.push(dimension.number(value)?);
                }
            }
        }
        Some((set, key.into()))
    }

    /// Makes sure that there is a cell of these values: one that is shown may have nobody in it.
    pub(super) fn include(&mut self, values: &[Option<String>]) {
        for (dimension, value) in self.dimensions.iter_mut().zip(values) {
            if let Some(value) = value {
                dimension.include(value);
            }
        }
        if let Some((set, key)) = self.place(values)
            && let Some(cells) = self.sets.get_mut(&set)
        {
            cells.entry(key).or_default();
        }
    }

    /// The values that somebody has of the first `width` dimensions, all others taken together.
    pub(super) fn leaves(&self, width: usize) -> Vec<Vec<String>> {
        let all = self.dimensions.iter().enumerate();
        let set: Vec<usize> = all
            .map(|(at, dimension)| if at < width { 0 } else { dimension.whole() })
            .collect();
        let keys = self.sets.get(&set).into_iter().flat_map(HashMap::keys);
        let name = |(dimension, value): (&Divided, &u16)| {
            let level = dimension.levels.first()?;
            level.names.get(usize::from(*value)).cloned()
        };
        let names = keys.map(|key| {
            let own = self.dimensions.iter().zip(key).take(width);
            own.filter_map(name).collect()
        });
        names.collect()
    }

    fn read(
        &mut self,
        batch: &RecordBatch,
        person: &mut OnePerson,
        place: &str,
        counting: &Counting,
        key: &MemberKey,
    ) -> Result<()> {
        let unreadable = |e| Error::data(format!("{place}: its people cannot be read")).cause(e);
        let whose = whose(batch.column(0), person).map_err(unreadable)?;
        if whose.null_count() > 0 {
            return Err(Error::refused(format!(
                "{place}: rows of {} are nobody's: their person_key is NULL",
                counting.of
            ))
            .hint("leave them out with `where = \"person_key is not null\"`, or in the model"));
        }
        let columns: Vec<ArrayRef> = (1..=self.dimensions.len())
            .map(|column| cast(batch.column(column), &DataType::Utf8).map_err(unreadable))
            .collect::<Result<_>>()?;
        let amounts = match &counting.amount {
            Some(amount) => Some(amounts(batch, place, counting, amount)?),
            None => None,
        };
        for (row, someone) in whose.values().iter().enumerate() {
            if person.key != Some(*someone) {
                self.flush(person, place, key)?;
                person.key = Some(*someone);
            }
            let leaf = self.leaf(&columns, row, place)?;
            let adds = amounts
                .as_ref()
                .map_or(1, |amounts| amounts.value(row).unsigned_abs());
            self.unit = divisor(self.unit, adds);
            match person.rows.iter_mut().find(|(known, _)| *known == leaf) {
                Some((_, rows)) => *rows = rows.saturating_add(adds),
                None => person.rows.push((leaf, adds)),
            }
        }
        Ok(())
    }

    fn leaf(&self, columns: &[ArrayRef], row: usize, place: &str) -> Result<CubeKey> {
        let number = |(column, dimension): (&ArrayRef, &Divided)| {
            let column = column.as_string::<i32>();
            let value = match column.is_null(row) {
                true => NOT_KNOWN,
                false => column.value(row),
            };
            dimension.number(value)
        };
        let numbers = columns.iter().zip(&self.dimensions).map(number);
        let leaf: Option<CubeKey> = numbers.collect();
        leaf.ok_or_else(|| Error::data(format!("{place}: the table changed while it was counted")))
    }

    /// Counts a person in every cell that they are in, once in each.
    fn flush(&mut self, person: &mut OnePerson, place: &str, key: &MemberKey) -> Result<()> {
        let Some(someone) = person.key.take() else {
            return Ok(());
        };
        let rows = std::mem::take(&mut person.rows);
        self.add(someone, &rows, key);
        self.few_enough(place)
    }

    fn few_enough(&self, place: &str) -> Result<()> {
        let cells: usize = self.sets.values().map(HashMap::len).sum();
        if cells + self.alone.len() > MOST_CELLS {
            return Err(Error::refused(format!(
                "{place}: it has more than {MOST_CELLS} cells with its totals"
            ))
            .hint("use broader groups, or fewer dimensions"));
        }
        Ok(())
    }

    /// Counts one person, who has these rows. Cells are complete once they are rolled up.
    pub(super) fn add(&mut self, person: i64, rows: &[(CubeKey, u64)], key: &MemberKey) {
        let mut one = Members::default();
        one.add(key, Some(person), 1);
        if let [(leaf, rows)] = rows {
            let tally = self.alone.entry(leaf.clone()).or_default();
            tally.count(&one, person, *rows, key);
            return;
        }
        let Cube {
            dimensions, sets, ..
        } = self;
        let mut cells: Vec<(CubeKey, u64)> = Vec::with_capacity(rows.len());
        for (set, tallies) in sets {
            cells.clear();
            for (leaf, rows) in rows {
                let cell = project(dimensions, set, leaf);
                match cells.iter_mut().find(|(known, _)| *known == cell) {
                    Some((_, known)) => *known += rows,
                    None => cells.push((cell, *rows)),
                }
            }
            for (cell, rows) in cells.drain(..) {
                let tally = tallies.entry(cell).or_default();
                tally.count(&one, person, rows, key);
            }
        }
    }

    /// Counts those who are in one cell alone in every total too: no total has them from two parts.
    pub(super) fn roll_up(&mut self) {
        let Cube {
            dimensions,
            sets,
            alone,
            ..
        } = self;
        for (leaf, tally) in std::mem::take(alone) {
            for (set, tallies) in sets.iter_mut() {
                let cell = project(dimensions, set, &leaf);
                tallies.entry(cell).or_default().merge(&tally);
            }
        }
    }
}

impl CellTally {
    /// Counts a person with rows, or with an amount; who has nothing of it adds nothing.
    fn count(&mut self, one: &Members, person: i64, rows: u64, key: &MemberKey) {
        if rows == 0 {
            return;
        }
        self.extremes = extremes(self.extremes, ([rows, 0], rows));
        self.rows = self.rows.saturating_add(rows);
        self.people = self.people.plus(one);
        match rows {
            1 => self.weighted = self.weighted.plus(one),
            rows => {
                let rows = i64::try_from(rows).unwrap_or(i64::MAX);
                self.weighted.add(key, Some(person), rows);
            }
        }
    }

    /// Counts the people and rows of a cell that shares nobody with this one.
    fn merge(&mut self, other: &CellTally) {
        self.extremes = extremes(self.extremes, other.extremes);
        self.rows = self.rows.saturating_add(other.rows);
        self.people = self.people.plus(&other.people);
        self.weighted = self.weighted.plus(&other.weighted);
    }
}

/// The two largest of both, and the smaller of the two smallest; 0 stands for nobody.
fn extremes(one: ([u64; 2], u64), other: ([u64; 2], u64)) -> ([u64; 2], u64) {
    let ([a, b], [c, d]) = (one.0, other.0);
    let second = a.min(c).max(b).max(d);
    let smallest = match (one.1, other.1) {
        (0, least) | (least, 0) => least,
        (one, other) => one.min(other),
    };
    ([a.max(c), second], smallest)
}

/// The greatest number that divides both.
fn divisor(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// Whose each row is: a person's pseudonym, or the number of a provider.
fn whose(
    column: &ArrayRef,
    known: &mut OnePerson,
) -> std::result::Result<PrimitiveArray<Int64Type>, ArrowError> {
    if !matches!(
        column.data_type(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
    ) {
        let people = cast(column, &DataType::Int64)?;
        return Ok(people.as_primitive::<Int64Type>().clone());
    }
    let names = cast(column, &DataType::Utf8)?;
    let number = |name: Option<&str>| {
        let next = known.providers.len() as i64;
        let name = name.unwrap_or_default().to_string();
        *known.providers.entry(name).or_insert(next)
    };
    Ok(names.as_string::<i32>().iter().map(number).collect())
}

/// The amounts of rows: whole numbers, from 0 on.
fn amounts(
    batch: &RecordBatch,
    place: &str,
    counting: &Counting,
    amount: &AddedUp,
) -> Result<PrimitiveArray<Int64Type>> {
    let (of, name) = (&counting.of, &amount.column);
    let last = batch.num_columns().saturating_sub(1);
    let column = batch.column(last);
    if !column.data_type().is_integer() {
        return Err(
            Error::usage(format!("{place}: `{name}` of {of} is no whole number"))
                .hint("add up days, minutes or whole pounds: cast(round(cost) as bigint)"),
        );
    }
    let refused = |what: &str| {
        Err(
            Error::refused(format!("{place}: `{name}` of {of} is {what} in some rows")).hint(
                format!("leave them out with a condition, such as where = \"{name} >= 0\""),
            ),
        )
    };
    if column.null_count() > 0 {
        return refused("NULL");
    }
    let amounts = cast(column, &DataType::Int64).map_err(|e| {
        Error::data(format!("{place}: `{name}` of {of} cannot be added up")).cause(e)
    })?;
    let amounts = amounts.as_primitive::<Int64Type>().clone();
    if amounts.null_count() > 0 || amounts.values().iter().any(|one| *one < 0 || *one > MOST) {
        return refused("below zero, or too large to be added up");
    }
    Ok(amounts)
}

/// The groups that a leaf is in.
fn project(dimensions: &[Divided], set: &[usize], leaf: &CubeKey) -> CubeKey {
    let groups = dimensions.iter().zip(set).zip(leaf);
    let group = |((dimension, level), value): ((&Divided, &usize), &u16)| {
        let level = dimension.levels.get(*level);
        level.and_then(|level| level.groups.get(usize::from(*value)).copied())
    };
    groups.map(|each| group(each).unwrap_or(0)).collect()
}

/// Refuses lookups in which a value lies in two others: its people would be counted in both.
async fn one_parent_each(engine: &Engine, place: &str, counting: &Counting) -> Result<()> {
    for dimension in counting.by.iter().chain(&counting.beside) {
        let Some(lookup) = &dimension.lookup else {
            continue;
        };
        let frame = engine.query(place, &query::in_two(lookup)).await?;
        let mut children = Vec::new();
        for batch in engine.collect(place, frame).await? {
            children.extend(
                crate::release::proof::texts(&batch, 0)?
                    .into_iter()
                    .flatten(),
            );
        }
        if children.is_empty() {
            continue;
        }
        let table = &lookup.table;
        let mut error = Error::refused(format!(
            "{place}: {table} puts a value of `{}` into two of `{}`: its people would be counted twice",
            lookup.by, lookup.gives
        ));
        // Values of models are not named: they may be somebody's.
        if table.layer == "reference" {
            error = error.cause(format!("such as {}", children.join(", ")));
        }
        return Err(error.hint("give each value one, or take another column with `by`"));
    }
    Ok(())
}
