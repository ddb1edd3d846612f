//! Tables without people that changed, and whether a query sees anything of that.
//!
//! A list of months with the days that are over of each is another table every day, but most who read it want the
//! months alone. So the largest parts of a plan that rest on no people are run over these tables as they were and
//! as they are: with the same rows from each, everybody's rows are made of the same.

use super::sources::{Sources, tables_of};
use crate::engine::{Engine, LakeTable};
use crate::error::Result;
use crate::functions::need::is_read_by_a_function;
use crate::lake::{Lake, Table, TableName};
use crate::models::code_list_table::list_of;
use crate::models::locality::{UniqueColumns, people_apart};
use crate::models::parameter_change::sum_of_rows;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::LogicalPlan;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Tables without people, of which the rows are others than they were.
#[derive(Default)]
pub(in crate::models) struct ConstantsBefore {
    names: BTreeSet<TableName>,
    older: Sources,
}

impl ConstantsBefore {
    /// A table `now`, and as it was `before`; false when the same query cannot read both, or when a function
    /// may read the table beside the query.
    pub(in crate::models) fn add(&mut self, lake: &Lake, before: &Table, now: &Table) -> bool {
        let name = &now.name;
        let by_function = list_of(name).is_some()
            || (name.layer == "reference" && is_read_by_a_function(&name.name));
        let is_told = before.schema.fields() == now.schema.fields() && !by_function;
        if is_told {
            let rows = Arc::new(LakeTable::new(lake, before));
            self.older.add(name, &rows);
            self.names.insert(name.clone());
        }
        is_told
    }

    /// Their names.
    pub(in crate::models) fn names(&self) -> &BTreeSet<TableName> {
        &self.names
    }

    /// Whether the parts of `plan` that rest on no people make the same rows of them as they were and as they
    /// are; false when that cannot be told. `model` is the file of the model, for errors.
    ///
    /// # Errors
    /// Those of a query.
    pub(in crate::models) async fn give_the_same(
        &self,
        engine: &Engine,
        model: &Path,
        plan: &LogicalPlan,
        unique: UniqueColumns<'_>,
    ) -> Result<bool> {
        let mut parts = Vec::new();
        if !self.parts(plan, unique, &mut parts) {
            return Ok(false);
        }
        let place = format!("{}: what rests on no people", model.display());
        for part in parts {
            let before = self.older.under(&part)?;
            let before = sum_of_rows(engine, &place, before).await?;
            if before != sum_of_rows(engine, &place, part).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Collects the largest parts of `plan` that rest on no people and read any of these tables; false when
    /// one is read elsewhere.
    fn parts(
        &self,
        plan: &LogicalPlan,
        unique: UniqueColumns<'_>,
        found: &mut Vec<LogicalPlan>,
    ) -> bool {
        let reads_any = |plan: &LogicalPlan| !tables_of(plan).is_disjoint(&self.names);
        if !reads_any(plan) {
            return true;
        }
        if matches!(people_apart(plan, unique), Ok(None)) {
            if !found.contains(plan) {
                found.push(plan.clone());
            }
            return true;
        }
        let mut in_subquery = false;
        // A walk that looks alone does not fail.
        let _ = plan.apply_subqueries(|subquery| {
            in_subquery |= reads_any(subquery);
            Ok(TreeNodeRecursion::Continue)
        });
        let inputs = plan.inputs();
        !in_subquery
            && !inputs.is_empty()
            && inputs
                .into_iter()
                .all(|input| self.parts(input, unique, found))
    }
}
