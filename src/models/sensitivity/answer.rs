//! What may be shown of the answer to a query, where nobody asked for records.

use super::Sensitivity;
use super::analyst::Analyst;
use super::attribute::PEOPLE;
use super::facts::Facts;
use super::people_behind::{PeopleBehind, people_behind};
use super::relation::{Level, Relation, RelationColumn};
use super::taint::TaintKind;
use super::verdict::{Dimension, Judged, Question};
use crate::engine::by_chance;
use crate::error::{Error, Result};
use crate::lake::TableName;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::LogicalPlan;
use std::collections::{BTreeMap, BTreeSet};

/// An answer, as its plan proves it.
pub(crate) enum QueryAnswer {
    /// It tells of nobody.
    OfNobody,
    /// Labels and honest counts.
    Counts(Box<CountedAnswer>),
}

/// Labels and honest counts, with the people behind each count.
pub(crate) struct CountedAnswer {
    /// The plan. After the columns of the query it has others, of people.
    pub plan: LogicalPlan,
    /// The columns of the query.
    pub columns: usize,
    /// The places of its counts, each with the columns that hold how many people are behind it.
    pub counts: BTreeMap<usize, BTreeSet<usize>>,
    /// The places of its labels that tell of people.
    pub labels: Vec<usize>,
    /// What depends on the populations of areas.
    pub judged: Judged,
}

impl Sensitivity {
    /// Takes in the tables of a plan that belong to `layers`, which tell of nobody.
    pub(crate) fn know_open(&mut self, plan: &LogicalPlan, is_open: impl Fn(&TableName) -> bool) {
        for (name, columns) in scanned(plan) {
            if is_open(&name) && !self.facts.contains_key(&name) {
                let facts = Facts::open(&mut self.attributes, columns);
                self.facts.insert(name, facts);
            }
        }
    }

    /// What may be shown of the answer to a query. `smallest` is the fewest people of an area that may
    /// be told apart, 0 for no limit.
    ///
    /// # Errors
    /// Refused, with the reason and its place in the SQL, where the plan proves neither that it tells
    /// of nobody nor that it is labels and honest counts.
    pub(crate) fn answer(
        &mut self,
        place: &str,
        plan: &LogicalPlan,
        smallest: u64,
    ) -> Result<QueryAnswer> {
        let rows = self.relation(place, plan);
        if is_of_nobody(&rows) {
            return Ok(QueryAnswer::OfNobody);
        }
        if rows.level == Level::Person {
            return Err(Error::refused(format!(
                "{place}: its rows are not counts: a row is one person's, or cannot be proved not to be"
            )));
        }
        // Asked again and again, each of the answers is about other people: how often none of them is shown
        // says how many there are.
        if let Some(function) = by_chance(plan) {
            return Err(Error::refused(format!(
                "{place}: {function}() takes other people each time"
            ))
            .hint("ask for all of them, or for those with a value of a column"));
        }
        let names: Vec<&String> = plan.schema().fields().iter().map(|f| f.name()).collect();
        let different: BTreeSet<&&String> = names.iter().collect();
        if different.len() < names.len() {
            return Err(Error::refused(format!(
                "{place}: two columns of the answer have the same name"
            ))
            .hint("give each a name of its own: … as people"));
        }
        let of = |wanted: fn(&RelationColumn) -> bool| -> Vec<usize> {
            let columns = rows.columns.iter().enumerate();
            let found = columns.filter(|(_, column)| wanted(column));
            found.map(|(place, _)| place).collect()
        };
        let counts = of(|column| column.measure.is_some());
        let labels = of(|column| column.measure.is_none() && column.taint.is_of_people());
        let dimension = |place: &usize| Dimension {
            column: names[*place],
            across: false,
            from_table: true,
        };
        let others = of(|column| column.measure.is_none());
        let question = Question {
            place,
            dimensions: others.iter().map(dimension).collect(),
            counts: counts.iter().map(|place| names[*place].as_str()).collect(),
            totals_of_rows: false,
            totals_across: false,
            limits_areas: smallest > 0,
        };
        let judged = self.judge(plan, &question)?;
        let is_of_people = |at: &usize| {
            let measure = rows.columns.get(*at).and_then(|c| c.measure.as_ref());
            measure.is_some_and(|measure| measure.bases.contains(PEOPLE))
        };
        let behind = match self.reads_records(plan) {
            true => self.behind(place, plan)?,
            false if counts.iter().all(is_of_people) => PeopleBehind {
                plan: plan.clone(),
                behind: BTreeMap::new(),
            },
            false => {
                return Err(Error::refused(format!(
                    "{place}: a model counted records, and how many people are behind a count is not known any more"
                ))
                .hint("count the records themselves, as in select setting, count(*) as contacts from core.contact group by setting"));
            }
        };
        Ok(QueryAnswer::Counts(Box::new(CountedAnswer {
            columns: names.len(),
            counts: counts
                .into_iter()
                .map(|at| (at, behind.behind.get(&at).cloned().unwrap_or_default()))
                .collect(),
            plan: behind.plan,
            labels,
            judged,
        })))
    }

    /// Whether a plan reads rows of people, and not only what models have counted.
    fn reads_records(&self, plan: &LogicalPlan) -> bool {
        scanned(plan).iter().any(|(name, _)| {
            let facts = self.facts.get(name);
            facts.is_none_or(|facts| facts.relation.level == Level::Person)
        })
    }

    /// The plan with the people behind its counts.
    fn behind(&mut self, place: &str, plan: &LogicalPlan) -> Result<PeopleBehind> {
        let mut analyst = Analyst {
            facts: &self.facts,
            attributes: &mut self.attributes,
            unlinked: &self.unlinked,
            place: place.to_string(),
            outer: Vec::new(),
            work: BTreeMap::new(),
        };
        let found = people_behind(&mut analyst, plan);
        found.ok().flatten().ok_or_else(|| {
            Error::refused(format!(
                "{place}: how many people are behind its counts cannot be found"
            ))
            .cause("a few people may have many records, so that counts of records are held to the threshold by people")
            .hint("write one select with one group by over rows that keep their person_key")
        })
    }
}

/// Whether an answer tells of nobody.
fn is_of_nobody(rows: &Relation) -> bool {
    let tells =
        |column: &RelationColumn| column.taint.is_of_people() || column.taint.has(TaintKind::Dated);
    rows.level == Level::Free
        && !rows.columns.iter().any(tells)
        && !rows.rows.is_of_people()
        && !rows.order.is_of_people()
}

/// The tables that a plan and its subqueries read, with their columns.
fn scanned(plan: &LogicalPlan) -> Vec<(TableName, Vec<String>)> {
    let mut found = Vec::new();
    // Visiting a plan in memory cannot fail.
    let _ = plan.apply_with_subqueries(|step| {
        if let LogicalPlan::TableScan(scan) = step {
            let table = &scan.table_name;
            let name = TableName::new(table.schema().unwrap_or_default(), table.table());
            let fields = scan.source.schema();
            let columns = fields.fields().iter().map(|f| f.name().clone()).collect();
            found.push((name, columns));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found
}
