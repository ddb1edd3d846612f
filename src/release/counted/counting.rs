//! What the measures of a table count.

use super::condition::condition;
use crate::error::{Error, Result};
use crate::lake::TableName;
use crate::pipeline::AreaLevel;
use crate::release::dimension::ValuesOf;
use crate::release::report_file::{Measure, MeasureKind, ReportTable};
use std::collections::BTreeSet;

/// A dimension as one model has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CountedDimension {
    /// The column of the model.
    pub column: String,
    /// Where its values are looked up by that column, unless they are the column's own.
    pub lookup: Option<LabelLookup>,
    /// Whether the column is that of the person in `core.person`, and not of the model.
    pub of_person: bool,
}

/// Where the areas of a level come from, by which cells of all releases are told apart.
pub(in crate::release) fn area_source(level: AreaLevel) -> String {
    CountedDimension::of_area(level).source()
}

/// A reference table that gives the value of a dimension for that of a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LabelLookup {
    /// The table.
    pub table: TableName,
    /// Its column that is looked up.
    pub by: String,
    /// Its column that has the dimension's value.
    pub gives: String,
}

impl CountedDimension {
    /// Where its values come from, by which cells of all releases are told apart.
    pub(super) fn source(&self) -> String {
        let column = &self.column;
        match &self.lookup {
            Some(lookup) => format!(
                "{column} in {}.{} by {}",
                lookup.table, lookup.gives, lookup.by
            ),
            None if self.of_person => format!("{column} of the person"),
            None => column.clone(),
        }
    }

    fn of(name: &str, values: &ValuesOf) -> Self {
        let lookup = values.by.as_ref().zip(values.column());
        CountedDimension {
            column: values.model_column(name).to_string(),
            lookup: lookup.map(|(by, (table, gives))| LabelLookup {
                table,
                by: by.clone(),
                gives: gives.to_string(),
            }),
            of_person: false,
        }
    }

    /// The area of a level that a person belongs to.
    fn of_area(level: AreaLevel) -> Self {
        CountedDimension {
            column: level.column_of_person().to_string(),
            lookup: None,
            of_person: true,
        }
    }
}

/// The kinds of count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CountKind {
    /// Different people.
    People,
    /// Rows.
    Rows,
    /// An amount, added up over rows.
    Amount,
}

/// What is added up over the rows of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AddedUp {
    /// The column that has the amount of each row.
    pub column: String,
    /// The column that names the provider, where one is at risk too.
    pub provider: Option<String>,
}

/// One query of a table: the people or rows of a model, or the sum of an amount over them, by dimensions.
#[derive(Debug, Clone)]
pub(crate) struct Counting {
    /// The model.
    pub of: TableName,
    /// Which of its rows.
    pub condition: Option<String>,
    /// The places, among the dimensions of the table, of those that divide it.
    pub(super) places: Vec<usize>,
    /// What these are in this model.
    pub(super) by: Vec<CountedDimension>,
    /// The dimensions of other tables over this model: where they group one of its own, tables meet.
    pub(super) beside: Vec<CountedDimension>,
    /// What the table calls the count of people, if there is one.
    pub people: Option<String>,
    /// What the table calls the count of rows, if there is one.
    pub rows: Option<String>,
    /// What is added up, in place of people and rows.
    pub amount: Option<AddedUp>,
    /// What the table calls the sum, if there is one.
    pub sum: Option<String>,
}

impl Counting {
    /// What is counted, by which cells of all releases are told apart.
    pub(super) fn what(&self, kind: CountKind) -> String {
        let what = match (kind, &self.amount) {
            (CountKind::Amount, Some(amount)) => format!("sum of {}", amount.column),
            (CountKind::People, _) => "people".to_string(),
            _ => "rows".to_string(),
        };
        let condition = self.condition.as_deref().unwrap_or("true");
        format!("{what} of {} where {condition}", self.of)
    }

    /// Whether the dimension in this place of the table divides it.
    pub(in crate::release) fn divided_by(&self, place: usize) -> bool {
        self.places.contains(&place)
    }

    /// The columns of the model by which values of dimensions are looked up, each with the name that it
    /// has in the query by which the table is judged.
    pub(in crate::release) fn looked_up_by(&self, dimensions: &[&str]) -> Vec<(&str, String)> {
        let by = self.by.iter().zip(&self.places);
        let looked_up = by.filter(|(dimension, _)| dimension.lookup.is_some());
        let named = looked_up.map(|(dimension, place)| {
            let name = dimensions.get(*place).copied().unwrap_or_default();
            let column = dimension.column.as_str();
            (column, format!("{column} behind {name}"))
        });
        named.collect()
    }

    /// The columns of the model that it reads beside its condition.
    pub(in crate::release) fn columns(&self) -> impl Iterator<Item = &str> {
        let own = self.by.iter().filter(|dimension| !dimension.of_person);
        let amount = self.amount.iter();
        let amount = amount.flat_map(|amount| [Some(&amount.column), amount.provider.as_ref()]);
        own.map(|dimension| dimension.column.as_str())
            .chain(amount.flatten().map(String::as_str))
    }

    /// What is added up, as the cells of all releases say it.
    pub(in crate::release) fn what_is_summed(&self) -> Option<String> {
        self.amount
            .is_some()
            .then(|| format!("{} by ", self.what(CountKind::Amount)))
    }

    /// What each sum of its model has to be the same in: what is added up, and over which rows.
    pub(in crate::release) fn summed(&self) -> Option<(&AddedUp, Option<&str>)> {
        let amount = self.amount.as_ref()?;
        Some((amount, self.condition.as_deref()))
    }
}

/// A table that declares what it counts.
#[derive(Debug, Clone)]
pub(crate) struct CountedTable {
    /// Its queries.
    pub countings: Vec<Counting>,
    /// For each count of the table, in their order: its name, its query, and its kind.
    pub(super) counts: Vec<(String, usize, CountKind)>,
    /// The levels of areas that divide each count too, after the dimensions of the table.
    pub levels: Vec<AreaLevel>,
    /// Those of them of whose areas readers are told the figures of the table.
    pub told_of: Vec<AreaLevel>,
}

impl CountedTable {
    /// What the places of its counts are called in the queries that it is judged by: the dimensions that
    /// the table shows, the one of ages, and the levels of areas.
    pub(in crate::release) fn names<'a>(&self, table: &'a ReportTable) -> Vec<&'a str> {
        let levels = self.levels.iter().map(|level| level.dimension());
        table
            .dimensions()
            .chain(table.ages())
            .chain(levels)
            .collect()
    }

    /// Divides every count by the areas of these levels too, after the dimensions of the table, and tells
    /// readers the figures of the areas of those `told_of`.
    pub(in crate::release) fn divide_by_areas(
        &mut self,
        table: &ReportTable,
        levels: &[AreaLevel],
        told_of: &[AreaLevel],
    ) {
        let width = table.dimensions().chain(table.ages()).count();
        for counting in &mut self.countings {
            for (at, level) in levels.iter().enumerate() {
                counting.places.push(width + at);
                counting.by.push(CountedDimension::of_area(*level));
            }
        }
        self.levels = levels.to_vec();
        self.told_of = told_of.to_vec();
    }
}

/// What a table counts.
///
/// # Errors
/// Usage, when a condition cannot be read.
pub(in crate::release) fn counted_table(table: &ReportTable) -> Result<CountedTable> {
    let mut counted = CountedTable {
        countings: Vec::new(),
        counts: Vec::new(),
        levels: Vec::new(),
        told_of: Vec::new(),
    };
    for (name, measure) in table.counts() {
        let within = |e: Error| e.within(format!("measure `{}`", measure.label));
        let counting = counting(table, measure).map_err(within)?;
        let kind = match measure.kind {
            MeasureKind::Sum => CountKind::Amount,
            MeasureKind::Rows => CountKind::Rows,
            _ => CountKind::People,
        };
        let same = |known: &Counting| {
            (&known.of, &known.condition, &known.places, &known.amount)
                == (
                    &counting.of,
                    &counting.condition,
                    &counting.places,
                    &counting.amount,
                )
        };
        let at = match counted.countings.iter().position(same) {
            Some(at) => at,
            None => {
                counted.countings.push(counting);
                counted.countings.len() - 1
            }
        };
        if let Some(known) = counted.countings.get_mut(at) {
            let place = match kind {
                CountKind::People => &mut known.people,
                CountKind::Rows => &mut known.rows,
                CountKind::Amount => &mut known.sum,
            };
            place.get_or_insert_with(|| name.to_string());
        }
        counted.counts.push((name.to_string(), at, kind));
    }
    Ok(counted)
}

fn counting(table: &ReportTable, measure: &Measure) -> Result<Counting> {
    let own = measure.of.as_deref();
    let (layer, name) = own.unwrap_or(&table.of).split_once('.').unwrap_or_default();
    // The table's condition is over the table's model; a measure's own takes its place.
    let text = match (&measure.condition, own) {
        (Some(text), _) => Some(text),
        (None, None) => table.condition.as_ref(),
        (None, Some(_)) => None,
    };
    let mut places = Vec::new();
    let mut by = Vec::new();
    for (place, name) in table.dimensions().enumerate() {
        if measure.without.iter().any(|without| without == name) {
            continue;
        }
        if let Some(values) = table.dimensions.get(name) {
            places.push(place);
            by.push(CountedDimension::of(name, values));
        }
    }
    let ages = table.ages().filter(|_| {
        let name = measure.name();
        name.is_some_and(|name| table.is_standardised(name))
    });
    if let Some((name, values)) = ages.and_then(|name| table.dimensions.get_key_value(name)) {
        places.push(table.dimensions().count());
        by.push(CountedDimension::of(name, values));
    }
    Ok(Counting {
        of: TableName::new(layer, name),
        condition: text.map(|text| condition(text)).transpose()?,
        places,
        by,
        beside: Vec::new(),
        people: None,
        rows: None,
        amount: measure.amount.as_ref().map(|column| AddedUp {
            column: column.clone(),
            provider: measure.provider.clone(),
        }),
        sum: None,
    })
}

/// Tells each count of a release which dimensions other counts of the same model have.
pub(in crate::release) fn beside_each_other<'a>(
    tables: impl IntoIterator<Item = &'a mut CountedTable>,
) {
    let mut tables: Vec<&mut CountedTable> = tables.into_iter().collect();
    let mut all: BTreeSet<(TableName, CountedDimension)> = BTreeSet::new();
    for counting in tables.iter().flat_map(|table| &table.countings) {
        let by = counting.by.iter();
        all.extend(by.map(|dimension| (counting.of.clone(), dimension.clone())));
    }
    for counting in tables.iter_mut().flat_map(|table| &mut table.countings) {
        let others = all
            .iter()
            .filter(|(of, dimension)| *of == counting.of && !counting.by.contains(dimension));
        counting.beside = others.map(|(_, dimension)| dimension.clone()).collect();
    }
}
