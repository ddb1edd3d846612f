//! The aggregates of a model with the values of parameters that its groups were kept with.

use super::additive::KeptAggregate;
use super::request::DifferenceRequest;
use super::split::SplitPlan;
use crate::error::{Context, Result};
use crate::lake::TableName;
use crate::models::built::Built;
use crate::models::parameter_change::{affected_people, changed_nodes, is_same_plan, plan_before};
use crate::models::refresh::{ConstantsBefore, Sources};
use datafusion::logical_expr::{Aggregate, LogicalPlan};
use std::collections::BTreeSet;

/// People for whom an aggregate comes out otherwise, but for changed records; None when that cannot be told.
pub(super) type AffectedPeople = Option<BTreeSet<Option<i64>>>;

/// An aggregate as it was when its groups were kept.
pub(super) struct AggregateBefore {
    pub aggregate: KeptAggregate,
    pub affected: AffectedPeople,
}

/// Tables that changed since groups were kept, as they were.
#[derive(Clone, Copy)]
pub(super) struct TablesSince<'a> {
    /// Those of people: whoever is not known to be dirty has the same rows in them as in those of now, and with
    /// the values before the query ran over them.
    pub people: &'a Sources,
    /// Those without people.
    pub constants: &'a ConstantsBefore,
}

/// A plan with the values of parameters that groups were kept with.
pub(super) struct PlansBefore {
    /// The aggregates, in the order of those of now.
    pub aggregates: Vec<AggregateBefore>,
    /// Whether what is above them is the same with the values of now.
    pub is_rest_same: bool,
}

impl PlansBefore {
    /// Those of groups that were `built`, beside those of now. None when there are others, so that groups are
    /// made in full. No more people than `most` are looked for.
    ///
    /// # Errors
    /// Those of a query.
    pub(super) async fn of(
        request: &DifferenceRequest<'_>,
        built: &Built,
        now: &SplitPlan,
        since: TablesSince<'_>,
        most: usize,
    ) -> Result<Option<Self>> {
        let (engine, model) = (request.engine, request.model);
        let unique = |table: &TableName| request.library.unique_columns(table);
        let of_tables = async |old: &Aggregate| {
            let old = since.people.under(&LogicalPlan::Aggregate(old.clone()))?;
            let affected = since
                .constants
                .affected(engine, &model.file, &old, &unique, most);
            affected.await
        };
        if built.parameters == request.assessed.built.parameters {
            let mut aggregates = Vec::with_capacity(now.kept.len());
            for (old, aggregate) in &now.kept {
                aggregates.push(AggregateBefore {
                    aggregate: aggregate.clone(),
                    affected: of_tables(old).await?,
                });
            }
            return Ok(Some(PlansBefore {
                aggregates,
                is_rest_same: true,
            }));
        }
        let plan = plan_before(engine, model, built, &request.assessed.built).await?;
        let Some(plan) = plan else {
            return Ok(None);
        };
        let before = SplitPlan::of(&plan, &unique);
        if before.kept.len() != now.kept.len() {
            return Ok(None);
        }
        let place = model.file.display().to_string();
        let mut aggregates = Vec::with_capacity(now.kept.len());
        let pairs = before.kept.iter().zip(&now.kept);
        for ((old, aggregate), (new, aggregate_now)) in pairs {
            let of_tables = of_tables(old).await?;
            let old = since.people.under(&LogicalPlan::Aggregate(old.clone()))?;
            let new = since.people.under(&LogicalPlan::Aggregate(new.clone()))?;
            let nodes = match aggregate.columns == aggregate_now.columns {
                true => changed_nodes(&old, &new, &unique),
                false => Err("its columns are kept otherwise"),
            };
            let affected = match nodes {
                Ok(nodes) => affected_people(engine, &model.file, nodes, most).await?,
                Err(cause) => {
                    tracing::info!(model = %model.name, cause, "affected people not known");
                    None
                }
            };
            aggregates.push(AggregateBefore {
                aggregate: aggregate.clone(),
                affected: of_tables.zip(affected).map(|(mut people, others)| {
                    people.extend(others);
                    people
                }),
            });
        }
        // With the aggregates of now, nothing but what is above them may differ.
        let failed = || format!("{place}: its groups cannot be compared");
        let rest = before.with_aggregates_of(plan, now).data(failed)?;
        Ok(Some(PlansBefore {
            is_rest_same: is_same_plan(&rest, request.plan),
            aggregates,
        }))
    }
}
