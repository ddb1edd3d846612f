//! Tables without people that changed, and for whom a query sees anything of that.
//!
//! A list of months with the days that are over of each is another table every day, but most who read it want the
//! months alone, and of most people there is nothing on that day.

use super::people::RowPerson;
use super::sources::{Sources, tables_of};
use crate::engine::{Engine, LakeTable};
use crate::error::Result;
use crate::functions::need::is_read_by_a_function;
use crate::lake::{Lake, Table, TableName};
use crate::models::code_list_table::list_of;
use crate::models::locality::UniqueColumns;
use crate::models::parameter_change::{affected_people, changed_tables};
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

    /// What reads them as they were.
    pub(in crate::models) fn older(&self) -> &Sources {
        &self.older
    }

    /// The people for whom `plan` makes other rows of them as they are than of them as they were; None when they are
    /// more than `most`, or when that cannot be told. `model` is the file of the model, for errors.
    ///
    /// # Errors
    /// Those of a query.
    pub(in crate::models) async fn affected(
        &self,
        engine: &Engine,
        model: &Path,
        plan: &LogicalPlan,
        unique: UniqueColumns<'_>,
        most: usize,
    ) -> Result<Option<BTreeSet<RowPerson>>> {
        if tables_of(plan).is_disjoint(&self.names) {
            return Ok(Some(BTreeSet::new()));
        }
        match changed_tables(&self.older.under(plan)?, plan, unique) {
            Ok(nodes) => affected_people(engine, model, nodes, most).await,
            Err(cause) => {
                tracing::info!(model = %model.display(), cause, "affected people not known");
                Ok(None)
            }
        }
    }
}
