//! What leaves: how much every column tells of people, carried through the plans from the pulled
//! tables up, and the proof that what a report releases is a label or an honest count.
//!
//! Nothing here is a list of what must not be. A column of a report passes when its plan proves that
//! it may; a step, an expression or a table that is not known tells the worst.
//!
//! - A *label* comes from no count, no pseudonym, no place in an order and no date of birth or death.
//! - A *count* is made by counting, and by adding up counts; nobody is in it twice.
//! - *Which rows there are* depends on no count and no pseudonym: a filter tells what it tests. It
//!   picks out no small area or organisation either.

mod aggregate;
mod analyst;
mod answer;
mod attribute;
mod codes;
mod comparison;
mod dates;
mod expression;
mod facts;
mod join;
mod people_behind;
mod reference;
mod relation;
mod taint;
mod union;
mod verdict;
mod window;

pub(crate) use answer::{CountedAnswer, QueryAnswer};
pub(crate) use reference::{link, one_row_each};
pub(crate) use verdict::{Dimension, Judged, Question};

use super::graph;
use super::library::{Library, Model};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::TableName;
use crate::pull::TablePlan;
use analyst::Analyst;
use arrow::array::RecordBatch;
use attribute::{Attributes, Attrs};
use datafusion::logical_expr::LogicalPlan;
use facts::Facts;
use relation::{Level, Relation};
use std::collections::{BTreeMap, BTreeSet};

/// A reference table as the analysis reads it.
pub(crate) struct ReferenceRows {
    /// Its rows.
    pub rows: RecordBatch,
    /// Its columns that have a value of too few people to be shown.
    pub small: BTreeSet<String>,
}

/// What every table of a project tells.
pub(crate) struct Sensitivity {
    facts: BTreeMap<TableName, Facts>,
    attributes: Attributes,
    /// Reference tables whose rows are not known to be areas, and may be joined to some.
    unlinked: BTreeSet<TableName>,
    /// Models that are not analysed, as nothing that is judged reads them: for hints.
    passed_over: BTreeSet<TableName>,
}

impl Sensitivity {
    /// Analyses all models of `library` in the order of building, over the tables that a pull makes
    /// and reference tables. Tables must be registered. A model that cannot be planned, because its
    /// inputs are not there, is not known: whatever reads it cannot be proved.
    ///
    /// # Errors
    /// Usage, when models read each other in a cycle.
    pub(crate) async fn of(
        engine: &Engine,
        library: &Library,
        tables: &[TablePlan],
        references: &BTreeMap<TableName, ReferenceRows>,
    ) -> Result<Self> {
        let all = library.models.keys().cloned().collect();
        Self::of_models(engine, library, &all, tables, references).await
    }

    /// The same for some models and all that they read.
    ///
    /// # Errors
    /// As of [`Sensitivity::of`].
    pub(crate) async fn of_models(
        engine: &Engine,
        library: &Library,
        wanted: &BTreeSet<TableName>,
        tables: &[TablePlan],
        references: &BTreeMap<TableName, ReferenceRows>,
    ) -> Result<Self> {
        let mut known = Self::of_tables(tables, references);
        for name in graph::order(library, wanted)? {
            let Some(model) = library.models.get(&name) else {
                continue;
            };
            let place = model.file.display().to_string();
            if let Ok(frame) = engine.query(&place, &model.sql).await {
                known.learn(model, frame.logical_plan());
            }
        }
        Ok(known)
    }

    /// The same before any model is analysed.
    pub(crate) fn of_tables(
        tables: &[TablePlan],
        references: &BTreeMap<TableName, ReferenceRows>,
    ) -> Self {
        let mut known = Sensitivity {
            facts: BTreeMap::new(),
            attributes: Attributes::default(),
            unlinked: BTreeSet::new(),
            passed_over: BTreeSet::new(),
        };
        for table in tables {
            let facts = Facts::pulled(&mut known.attributes, table);
            known.facts.insert(table.name.clone(), facts);
        }
        for (name, table) in references {
            let facts = reference::facts(&mut known.attributes, name, &table.rows, &table.small);
            known.facts.insert(name.clone(), facts);
            if link(&table.rows).is_none() {
                known.unlinked.insert(name.clone());
            }
        }
        known
    }

    /// Analyses a model by its plan, after those that it reads.
    pub(crate) fn learn(&mut self, model: &Model, plan: &LogicalPlan) {
        let relation = self.relation(&model.file.display().to_string(), plan);
        let facts = Facts::model(plan, relation, &model.header);
        self.facts.insert(model.name.clone(), facts);
    }

    /// Notes a model that nothing reads which will be judged.
    pub(crate) fn pass_over(&mut self, model: &TableName) {
        self.passed_over.insert(model.clone());
    }

    fn relation(&mut self, place: &str, plan: &LogicalPlan) -> Relation {
        let mut analyst = Analyst {
            facts: &self.facts,
            attributes: &mut self.attributes,
            unlinked: &self.unlinked,
            place: place.to_string(),
            outer: Vec::new(),
            work: BTreeMap::new(),
        };
        analyst.plan(plan)
    }

    /// Refuses a table whose people cannot be counted: no model, or one without the pseudonyms of people
    /// as they were pulled; and columns that it does not have.
    ///
    /// # Errors
    /// Usage, when there is no such model or column; refused, when it does not say whose its rows are.
    pub(crate) fn counts_people<'a>(
        &self,
        place: &str,
        of: &TableName,
        columns: impl Iterator<Item = &'a str>,
    ) -> Result<()> {
        if ["record", "reference"].contains(&of.layer.as_str()) {
            return Err(
                Error::refused(format!("{place}: `of` names {of}, which is no model")).hint(
                    "count the people or rows of a model over it: a model says what its rows are",
                ),
            );
        }
        let facts = self.facts.get(of).ok_or_else(|| {
            Error::usage(format!(
                "{place}: there is no model {of}, or it cannot be planned"
            ))
            .hint(crate::nearest::nearest(
                of,
                self.facts.keys().chain(&self.passed_over).cloned(),
            ))
        })?;
        let column = |name: &str| {
            let index = facts.names.iter().position(|known| known == name);
            index.and_then(|index| facts.relation.columns.get(index))
        };
        for name in columns {
            if column(name).is_none() {
                return Err(
                    Error::usage(format!("{place}: {of} has no column '{name}'"))
                        .hint(crate::nearest::nearest(name, &facts.names)),
                );
            }
        }
        let pseudonym = column("person_key").and_then(|key| key.pseudonym.as_deref());
        if pseudonym == Some("person_key") {
            return Ok(());
        }
        let what = match column("person_key") {
            None => format!("{place}: {of} has no person_key"),
            Some(_) => {
                format!("{place}: the person_key of {of} is not the pseudonym that was pulled")
            }
        };
        Err(Error::refused(what)
            .cause("a table counts the people or rows of a model that says whose each row is")
            .hint(
                "count a model with one row for each person or record, and its person_key as it is",
            ))
    }

    /// Whether a model has one row at most for each person, as its grain and its checks say.
    pub(crate) fn has_one_row_each(&self, of: &TableName) -> bool {
        let Some(facts) = self.facts.get(of) else {
            return false;
        };
        let key = facts.names.iter().position(|name| name == "person_key");
        let key = key.and_then(|at| facts.relation.columns.get(at));
        key.is_some_and(|key| facts.relation.is_unique(&Attrs::from([key.attr])))
    }

    /// The tables behind a column that dimensions may take their values from: no value of it is of a
    /// person, and neither is its presence.
    ///
    /// # Errors
    /// Usage, when there is no such table or column; refused, when it tells of people.
    pub(crate) fn list_column(
        &self,
        table: &TableName,
        column: &str,
    ) -> Result<&BTreeSet<TableName>> {
        let facts = self.facts.get(table).ok_or_else(|| {
            Error::usage(format!("there is no table {table}"))
                .hint("name a column of a reference table, such as reference.lsoa.place_name")
        })?;
        let index = facts.names.iter().position(|name| name == column);
        let found = index.and_then(|index| facts.relation.columns.get(index));
        let found = found.ok_or_else(|| {
            Error::usage(format!("{table} has no column '{column}'"))
                .hint(crate::nearest::nearest(column, &facts.names))
        })?;
        let relation = &facts.relation;
        if relation.level > Level::Free
            || found.taint.is_of_people()
            || relation.rows.is_of_people()
        {
            return Err(Error::refused(format!("{table}.{column} holds values of people"))
                .hint("a dimension takes its values from a reference table, or from a model that reads nothing else"));
        }
        Ok(&relation.sources)
    }
}

#[cfg(test)]
mod tests;
