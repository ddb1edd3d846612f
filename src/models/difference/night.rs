//! The groups of a model's aggregates, by difference where that is known to be enough.

use super::additive::KeptAggregate;
use super::aggregate_file::{AggregateBasis, AggregateFile};
use super::groups::{groups_of, schema_of};
use super::kept::AggregateRows;
use super::merge::sorted;
use super::plans_before::{PlansBefore, TablesSince};
use super::request::DifferenceRequest;
use super::split::SplitPlan;
use super::touched::merged_where_touched;
use crate::engine::{Engine, LakeTable};
use crate::error::{Context, Result};
use crate::lake::properties::CONTENT;
use crate::lake::{Table, TableName};
use crate::models::built::Built;
use crate::models::inputs::{Assessed, version};
use crate::models::proof_rule::ProofRule;
use crate::models::refresh::{
    Basis, ConstantsBefore, DirtyRows, KnownChanges, NamedPeople, Sources, are_of_known_people,
    engine_of_rows, has_people, is_week_after, tables_of,
};
use arrow::array::RecordBatch;
use chrono::NaiveDate;
use datafusion::datasource::MemTable;
use datafusion::logical_expr::LogicalPlan;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Groups are made in full when more than this share of the rows that are read is of dirty people.
const MOST_DIRTY: f64 = 0.2;

/// The query of a model over the groups of its aggregates; None when it has none that can be kept.
///
/// # Errors
/// Those of a build.
pub(in crate::models) async fn aggregate_rows(
    request: &DifferenceRequest<'_>,
    known: &mut KnownChanges,
    dirty_rows: &mut DirtyRows,
) -> Result<Option<AggregateRows>> {
    if !are_of_known_people(request.read) {
        return Ok(None);
    }
    let unique = |table: &TableName| request.library.unique_columns(table);
    let split = SplitPlan::of(request.plan, &unique);
    if split.kept.is_empty() {
        return Ok(None);
    }
    let lake = request.engine.lake();
    let mut before = AggregateFile::read(lake, &request.model.name).await;
    before = before.filter(|file| is_of(file, request.assessed));
    if before
        .as_ref()
        .is_some_and(|file| file.basis.plans.is_none())
    {
        return Ok(None);
    }
    let night = match before.filter(|_| !request.in_full) {
        Some(file) => ChangedInputs::of(request, file, &split, known, dirty_rows).await?,
        None => None,
    };
    let mut made = MadeGroups::default();
    let mut plans = Vec::with_capacity(split.kept.len());
    for (at, (_, aggregate)) in split.kept.iter().enumerate() {
        let night = night.as_ref().map(|night| (night, at));
        if !made.add(request, night, aggregate).await? {
            let file = file_of(request, None, None, Vec::new());
            file.write(lake, &request.model.name).await?;
            return Ok(None);
        }
        plans.push(digest(&aggregate.plan));
    }
    let mut tables = Vec::with_capacity(made.groups.len());
    for ((_, aggregate), groups) in split.kept.iter().zip(&made.groups) {
        tables.push(in_memory(aggregate, groups)?);
    }
    let failed = || format!("{}: its groups cannot be read", request.model.name);
    let plan = split.over(request.plan.clone(), &tables).data(failed)?;
    let rest = tables_of(&plan);
    let tables = request.read.iter();
    let tables = tables.filter(|table| rest.contains(&table.name));
    let groups: usize = made.groups.iter().map(RecordBatch::num_rows).sum();
    let rows = tables.map(Table::rows).sum::<u64>() + groups as u64;
    let stays = |night: &ChangedInputs| {
        let table = request.assessed.table.as_ref();
        // The groups may be newer than the table, when a night was cut short in between.
        let is_of_groups = table
            .and_then(Basis::with)
            .is_some_and(|basis| basis == night.file.basis.logs)
            && table
                .and_then(Built::with)
                .is_some_and(|built| built.parameters == night.file.basis.built.parameters);
        is_of_groups
            && night.before.is_rest_same
            && table.is_some_and(|table| table.property(CONTENT).is_some())
            && (night.changed.is_disjoint(&rest) || !ProofRule::RestUnchanged.is_on())
            && night.unknown.is_disjoint(&rest)
            && night.constants.names().is_disjoint(&rest)
    };
    let unchanged = made.same && night.as_ref().is_some_and(stays);
    let since = night.as_ref().filter(|_| made.is_unseen);
    let since = since.map(|night| night.file.basis.since.unwrap_or(request.today));
    let file = file_of(request, Some(plans), since, made.groups);
    file.write(lake, &request.model.name).await?;
    Ok(Some(AggregateRows {
        plan,
        rows,
        people: night.filter(|_| !made.in_full).map(|night| night.people),
        unchanged,
        differed: made.differed,
    }))
}

/// Whether kept groups are of this query and program, with these values of parameters or others.
fn is_of(file: &AggregateFile, assessed: &Assessed) -> bool {
    let values = file.basis.built.values_before(&assessed.built);
    file.basis.engine == engine_of_rows() && values.is_some()
}

fn file_of(
    request: &DifferenceRequest<'_>,
    plans: Option<Vec<String>>,
    since: Option<NaiveDate>,
    groups: Vec<RecordBatch>,
) -> AggregateFile {
    AggregateFile {
        basis: AggregateBasis {
            engine: engine_of_rows(),
            built: request.assessed.built.clone(),
            logs: Basis::of(request.read),
            versions: request.assessed.versions.clone(),
            plans,
            since,
        },
        groups,
    }
}

/// Changes with everything that a plan says of itself.
fn digest(plan: &LogicalPlan) -> String {
    let told = plan.display_indent_schema().to_string();
    blake3::hash(told.as_bytes()).to_hex()[..32].to_string()
}

/// The columns that the plan has of groups.
fn in_memory(aggregate: &KeptAggregate, groups: &RecordBatch) -> Result<Arc<MemTable>> {
    let failed = || "kept groups cannot be read";
    let columns: Vec<usize> = (0..aggregate.width()).collect();
    let rows = groups.project(&columns).data(failed)?;
    let table = MemTable::try_new(rows.schema(), vec![vec![rows]]);
    table.data(failed).map(Arc::new)
}

/// The groups of some aggregates.
struct MadeGroups {
    groups: Vec<RecordBatch>,
    /// Whether all are those that were kept.
    same: bool,
    /// Whether any was made in full.
    in_full: bool,
    /// Whether any is by difference and was not compared.
    is_unseen: bool,
    differed: bool,
}

impl Default for MadeGroups {
    fn default() -> Self {
        MadeGroups {
            groups: Vec::new(),
            same: true,
            in_full: false,
            is_unseen: false,
            differed: false,
        }
    }
}

impl MadeGroups {
    /// Makes the groups of one more, which has a place among those of the plan; false when they are too many
    /// to be kept.
    async fn add(
        &mut self,
        request: &DifferenceRequest<'_>,
        night: Option<(&ChangedInputs, usize)>,
        aggregate: &KeptAggregate,
    ) -> Result<bool> {
        let mut by_difference = None;
        if let Some((night, at)) = night {
            by_difference = night.groups(request, at, aggregate).await?;
        }
        let by_difference = by_difference.map(|(groups, same)| {
            self.same &= same;
            groups
        });
        let place = request.model.file.display().to_string();
        let is_due = night.is_some_and(|(night, _)| night.is_due(request.today));
        let groups = match by_difference {
            Some(groups) if !is_due => {
                self.is_unseen = true;
                groups
            }
            by_difference => {
                let plan = aggregate.plan.clone();
                let Some(groups) = groups_of(request.engine, &place, aggregate, plan).await? else {
                    return Ok(false);
                };
                match by_difference {
                    Some(other) if sorted(&other)? == sorted(&groups)? => other,
                    Some(_) => {
                        (self.differed, self.in_full, self.same) = (true, true, false);
                        groups
                    }
                    None => {
                        (self.in_full, self.same) = (true, false);
                        groups
                    }
                }
            }
        };
        self.groups.push(groups);
        Ok(true)
    }
}

/// What changed since groups were kept.
struct ChangedInputs {
    file: AggregateFile,
    /// The plan that the groups were made by.
    before: PlansBefore,
    /// Tables of people of which it is known whose rows changed.
    changed: BTreeSet<TableName>,
    /// Tables without people that changed.
    constants: ConstantsBefore,
    /// Tables that changed otherwise.
    unknown: BTreeSet<TableName>,
    /// Dirty people.
    people: u64,
    /// How many rows they have.
    rows: u64,
    /// Their rows as they were, with tables without people as they were, and as they are.
    old: Sources,
    new: Sources,
}

impl ChangedInputs {
    /// None when so much changed that groups are better made in full.
    async fn of(
        request: &DifferenceRequest<'_>,
        file: AggregateFile,
        split: &SplitPlan,
        known: &mut KnownChanges,
        dirty_rows: &mut DirtyRows,
    ) -> Result<Option<ChangedInputs>> {
        let engine = request.engine;
        let (before, now) = (&file.basis.versions, &request.assessed.versions);
        if !before.keys().eq(now.keys()) {
            return Ok(None);
        }
        let mut people = NamedPeople::default();
        let mut older: BTreeMap<TableName, Table> = BTreeMap::new();
        let mut were = Sources::default();
        let mut constants = ConstantsBefore::default();
        let mut unknown = BTreeSet::new();
        let scanned = tables_of(request.plan);
        for table in request.read {
            let name = table.name.to_string();
            if before.get(&name) == now.get(&name) {
                continue;
            }
            match changed_people(engine, &file, table, known, dirty_rows).await {
                Some((old, changed)) => {
                    people.extend(changed.iter());
                    were.add(&table.name, &Arc::new(LakeTable::new(engine.lake(), &old)));
                    older.insert(table.name.clone(), old);
                }
                None if !has_people(&table.schema) && !ProofRule::SameReference.is_on() => {}
                // What no scan reads, such as a code list, a function reads: nothing says in which groups.
                None if !scanned.contains(&table.name) => return Ok(None),
                None => {
                    let before = version_before(engine, &file, table, dirty_rows).await;
                    let before = before.filter(|_| !has_people(&table.schema));
                    if !before.is_some_and(|before| constants.add(engine.lake(), &before, table)) {
                        unknown.insert(table.name.clone());
                    }
                }
            }
        }
        let rows = request.read.iter();
        let rows = rows.filter(|table| has_people(&table.schema));
        let rows = rows.map(Table::rows).max().unwrap_or_default();
        let most = (rows as f64 * MOST_DIRTY) as usize;
        let since = TablesSince {
            people: &were,
            constants: &constants,
        };
        let built = &file.basis.built;
        let Some(plans) = PlansBefore::of(request, built, split, since, most).await? else {
            return Ok(None);
        };
        let affected = plans.aggregates.iter();
        people.extend(affected.filter_map(|one| one.affected.as_ref()).flatten());
        let count = people.len() as u64;
        dirty_rows.of(people);
        let (mut old, mut new) = (constants.older().clone(), Sources::default());
        let (mut dirty, mut all) = (0, 0);
        for table in request
            .read
            .iter()
            .filter(|table| has_people(&table.schema))
        {
            if unknown.contains(&table.name) {
                continue;
            }
            let lake = engine.lake();
            let found = dirty_rows.in_table(lake, table).await?;
            let rows = Arc::new(found.of_dirty(lake));
            new.add(&table.name, &rows);
            match older.get(&table.name) {
                Some(before) => {
                    let before = dirty_rows.in_table(lake, before).await?;
                    old.add(&table.name, &Arc::new(before.of_dirty(lake)));
                }
                None => old.add(&table.name, &rows),
            }
            dirty += found.count_of_dirty();
            all += table.rows();
        }
        // Of all tables together: a small one is soon read, whoever its rows are of.
        if dirty as f64 > all as f64 * MOST_DIRTY {
            dirty_rows.forget();
            return Ok(None);
        }
        Ok(Some(ChangedInputs {
            changed: older.into_keys().collect(),
            constants,
            unknown,
            people: count,
            rows: dirty,
            old,
            new,
            before: plans,
            file,
        }))
    }

    /// Whether the groups are made in full today, and compared.
    fn is_due(&self, today: NaiveDate) -> bool {
        let since = self.file.basis.since;
        since.is_some_and(|since| is_week_after(since, today))
    }

    /// The groups by difference of the aggregate that has this place in the plan, and whether they are those
    /// that were kept; None when they have to be made in full.
    async fn groups(
        &self,
        request: &DifferenceRequest<'_>,
        at: usize,
        aggregate: &KeptAggregate,
    ) -> Result<Option<(RecordBatch, bool)>> {
        let Some(before) = self.before.aggregates.get(at) else {
            return Ok(None);
        };
        let kept = self.file.of(&digest(&before.aggregate.plan));
        let (Some(kept), Some(affected)) = (kept, &before.affected) else {
            return Ok(None);
        };
        let read = tables_of(&aggregate.plan);
        if !read.is_disjoint(&self.unknown) || kept.schema() != schema_of(aggregate) {
            return Ok(None);
        }
        if read.is_disjoint(&self.changed) && affected.is_empty() {
            return Ok(Some((kept.clone(), true)));
        }
        let place = request.model.file.display().to_string();
        let engine = request.engine.for_rows(self.rows);
        let mut parts = Vec::with_capacity(2);
        let made_by = match ProofRule::GroupsBefore.is_on() {
            true => &before.aggregate.plan,
            false => &aggregate.plan,
        };
        for (sources, plan) in [(&self.old, made_by), (&self.new, &aggregate.plan)] {
            let plan = sources.under(plan)?;
            match groups_of(&engine, &place, aggregate, plan).await? {
                Some(groups) => parts.push(groups),
                None => return Ok(None),
            }
        }
        let [gone, come] = parts.as_slice() else {
            return Ok(None);
        };
        let groups = merged_where_touched(aggregate, kept, gone, come)?;
        Ok(groups.map(|groups| {
            let same = &groups == kept;
            (groups, same)
        }))
    }
}

/// The version of a table that groups were made from, and the people who have other rows now. None when
/// that is not known.
async fn changed_people(
    engine: &Engine,
    file: &AggregateFile,
    table: &Table,
    known: &mut KnownChanges,
    rows: &mut DirtyRows,
) -> Option<(Table, Arc<Vec<Option<i64>>>)> {
    if !has_people(&table.schema) {
        return None;
    }
    let before = version_before(engine, file, table, rows).await?;
    let changed = known.since(engine, table, before.version).await?;
    Some((before, changed))
}

/// The version of a table that groups were made from; None when it is not known.
async fn version_before(
    engine: &Engine,
    file: &AggregateFile,
    table: &Table,
    rows: &mut DirtyRows,
) -> Option<Table> {
    let from = file.basis.logs.version(table)?;
    let before = rows.older(engine, &table.name, from).await?;
    // A log that was put back may have other rows under the same number.
    let known = file.basis.versions.get(&table.name.to_string());
    (known == Some(&version(&before))).then_some(before)
}
