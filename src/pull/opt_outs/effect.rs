//! What opt-outs did: which lists were read (`populace.opt_out_list`), and what changed by them
//! (`populace.opt_out_effect`). Counts only, for the operator.

use super::change::ListChange;
use super::stored::{OptOutListRow, lists};
use crate::error::Result;
use crate::lake::{Lake, StateRow, Table, Timestamp, VisitColumns, state_table_name};
use crate::privacy::{ListRead, OptOutKind, PersonKey};
use crate::pull::merge::exclusions::{Exclusions, Theirs, WHOSE};
use arrow::datatypes::Schema;
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Rows by table.
pub(crate) type Effect = BTreeMap<String, u64>;

/// Rows that were in the lake, of people who joined a list.
const REMOVED: &str = "removed";
/// Rows that arrived, of people who are on a list.
const KEPT_OUT: &str = "kept_out";
/// People who were not on a list at the pull before.
const JOINED: &str = "joined";
/// People who were on a list at the pull before.
const WITHDRAWN: &str = "withdrawn";

/// A row of `populace.opt_out_effect`. Lakes of an earlier Populace have the first four columns.
#[derive(Default)]
struct EffectRow {
    /// The name of the change.
    change: String,
    applied: Timestamp,
    /// The table, and its rows.
    table: Option<String>,
    rows: Option<u64>,
    effect: Option<String>,
    /// The list, and its people.
    list: Option<String>,
    people: Option<u64>,
}

impl StateRow for EffectRow {
    const TABLE: &'static str = "opt_out_effect";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("change", &mut self.change);
        visit.column("applied", &mut self.applied);
        visit.column("table_name", &mut self.table);
        visit.column("rows", &mut self.rows);
        visit.column("effect", &mut self.effect);
        visit.column("list", &mut self.list);
        visit.column("people", &mut self.people);
    }
}

/// What a pull is about to do to the lake, before it does it.
pub(crate) struct Coming<'a> {
    /// The tables as they are.
    pub tables: &'a [Option<Table>],
    /// What became of the lists.
    pub lists: &'a [ListChange],
    /// Who has joined any of them.
    pub joined: &'a HashSet<PersonKey>,
    /// What will not be in the lake.
    pub exclusions: &'a Exclusions,
    /// The state of the opt-outs that this is a change from.
    pub version: Option<u64>,
}

impl Coming<'_> {
    /// A name for the change: the same when a pull that was cut short is done again.
    fn name(&self) -> String {
        let mut people: Vec<PersonKey> = self.joined.iter().copied().collect();
        people.sort_unstable();
        let mut hash = blake3::Hasher::new();
        hash.update(&self.version.map_or(0, |v| v + 1).to_be_bytes());
        for person in &people {
            hash.update(&person.get().to_be_bytes());
        }
        for list in self.lists {
            hash.update(list.list.as_bytes());
            hash.update(&list.joined.to_be_bytes());
            hash.update(&list.left.to_be_bytes());
        }
        hash.finalize().to_hex()[..16].to_string()
    }
}

/// Counts and notes who has joined and left the lists since the last pull, and the rows that people
/// who joined are about to lose. A pull that was cut short and is done again finds the note, and
/// does not count twice.
pub(crate) async fn note(lake: &Lake, coming: &Coming<'_>) -> Result<Effect> {
    let mut noted = Vec::new();
    for list in coming.lists {
        for (effect, people) in [(JOINED, list.joined), (WITHDRAWN, list.left)] {
            if people > 0 {
                noted.push(EffectRow {
                    effect: Some(effect.to_string()),
                    list: Some(list.list.clone()),
                    people: Some(people),
                    ..EffectRow::default()
                });
            }
        }
    }
    if noted.is_empty() {
        return Ok(Effect::new());
    }
    let change = coming.name();
    if let Some(effect) = already(lake, &change).await? {
        return Ok(effect);
    }
    let mut effect = Effect::new();
    for table in coming.tables.iter().flatten() {
        let rows = rows_of(lake, table, coming.exclusions).await?;
        if rows > 0 {
            effect.insert(table.name.to_string(), rows);
        }
    }
    noted.extend(of_tables(REMOVED, &effect));
    append(lake, &change, noted).await?;
    Ok(effect)
}

/// Notes the rows that arrived and were kept out of the lake.
pub(crate) async fn note_kept_out(lake: &Lake, coming: &Coming<'_>, effect: &Effect) -> Result<()> {
    if effect.is_empty() {
        return Ok(());
    }
    append(lake, &coming.name(), of_tables(KEPT_OUT, effect)).await
}

fn of_tables(effect: &'static str, rows: &Effect) -> Vec<EffectRow> {
    let noted = |(table, rows): (&String, &u64)| EffectRow {
        effect: Some(effect.to_string()),
        table: Some(table.clone()),
        rows: Some(*rows),
        ..EffectRow::default()
    };
    rows.iter().map(noted).collect()
}

/// The rows that were noted of a change; None when nothing was.
async fn already(lake: &Lake, change: &str) -> Result<Option<Effect>> {
    let stored = lake.state_table::<EffectRow>().await?;
    let (mut found, mut effect) = (false, Effect::new());
    for row in lake.state_rows::<EffectRow>(stored.as_ref()).await? {
        if row.change != change {
            continue;
        }
        found = true;
        let removed = row.effect.is_none_or(|effect| effect == REMOVED);
        if let (true, Some(table), Some(rows)) = (removed, row.table, row.rows) {
            effect.insert(table, rows);
        }
    }
    Ok(found.then_some(effect))
}

async fn append(lake: &Lake, change: &str, mut noted: Vec<EffectRow>) -> Result<()> {
    let applied = Timestamp(chrono::Utc::now().timestamp_micros());
    for row in &mut noted {
        row.change = change.to_string();
        row.applied = applied;
    }
    let name = state_table_name::<EffectRow>();
    let base = lake.table(&name).await?;
    lake.add_state(base.as_ref(), noted, BTreeMap::new()).await
}

/// How many rows of a table are of people who have opted out.
async fn rows_of(lake: &Lake, table: &Table, exclusions: &Exclusions) -> Result<u64> {
    let fields = table.schema.fields().iter();
    let whose = fields.filter(|field| WHOSE.contains(&field.name().as_str()));
    let shape = Arc::new(Schema::new(whose.cloned().collect::<Vec<_>>()));
    let mut rows = 0;
    if shape.index_of("person_key").is_err() {
        return Ok(rows);
    }
    for file in &table.files {
        for batch in lake.read_as(file, &shape, None).await? {
            let theirs = Theirs::of(exclusions, &batch);
            rows += (0..batch.num_rows()).filter(|at| theirs.has(*at)).count() as u64;
        }
    }
    Ok(rows)
}

/// Keeps which lists the last pull read, and of which day they are.
pub(crate) async fn store_lists(lake: &Lake, lists: &[ListRead]) -> Result<()> {
    let base = lake.state_table::<OptOutListRow>().await?;
    if base.is_none() && lists.is_empty() {
        return Ok(());
    }
    let rows = lists.iter().map(|list| OptOutListRow {
        list: list.name.clone(),
        kind: list.kind.name().to_string(),
        checked_on: list.checked_on,
        people: list.people,
        joined: Some(list.joined),
        withdrawn: Some(list.withdrawn),
    });
    lake.replace_state(base.as_ref(), rows, BTreeMap::new())
        .await
}

/// The day of the oldest check against the National Data Opt-out that the lake's people went through;
/// None when no list of it was read.
pub(crate) async fn ndoo_checked_on(lake: &Lake) -> Result<Option<NaiveDate>> {
    let lists = lists(lake).await?;
    let national = lists
        .iter()
        .filter(|list| list.kind == OptOutKind::National.name());
    Ok(national.map(|list| list.checked_on).min())
}
