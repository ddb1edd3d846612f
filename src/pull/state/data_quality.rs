//! Values that are not known although something was written: `populace.data_quality`.

use crate::decode::ValueRule;
use crate::error::Result;
use crate::lake::{Lake, StateRow, TableName, VisitColumns, state_table_name};
use crate::pull::plan::{PullPlan, SourceKind};
use crate::pull::prepare::unknown_values::UnknownValues;
use std::collections::BTreeMap;

/// Where values are: source, file, table and column, and the rule by which they are not known.
type ValuePlace = [String; 5];

/// How many values, and the form that was wanted, of columns whose form is a setting.
type Found = (u64, Option<String>);

/// A row of `populace.data_quality`.
#[derive(Default)]
struct DataQualityRow {
    place: ValuePlace,
    found: Found,
}

impl StateRow for DataQualityRow {
    const TABLE: &'static str = "data_quality";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        let [source, file, table, column, rule] = &mut self.place;
        visit.column("source", source);
        visit.column("file", file);
        visit.column("table_name", table);
        visit.column("column_name", column);
        visit.column("rule", rule);
        visit.column("value_count", &mut self.found.0);
        visit.column("wanted", &mut self.found.1);
    }
}

/// `populace.data_quality`.
pub(crate) fn table() -> TableName {
    state_table_name::<DataQualityRow>()
}

/// The values of a source, by table, column and rule, with the form that was wanted.
pub(crate) fn explained(
    plan: &PullPlan,
    source: usize,
    values: &UnknownValues,
) -> impl Iterator<Item = (String, String, ValueRule, u64, Option<String>)> {
    values.iter().map(move |((table, column, rule), count)| {
        let wanted = match rule {
            ValueRule::WrongType => wanted(plan, source, *table, column),
            _ => None,
        };
        let table = plan.tables[*table].name.to_string();
        (table, column.clone(), *rule, *count, wanted)
    })
}

/// What values of a column of a CSV file look like.
fn wanted(plan: &PullPlan, source: usize, table: usize, column: &str) -> Option<String> {
    let SourceKind::Csv { decoders } = &plan.sources[source].kind else {
        return None;
    };
    let (decoder, _) = decoders.iter().find(|(_, of)| *of == table)?;
    decoder.file().wanted_of(column)
}

/// Replaces what was counted in files that were read, or are `gone`, by what was counted now: the
/// table says of every file that has been taken what of it is not known.
pub(crate) async fn store<'a>(
    lake: &Lake,
    plan: &PullPlan,
    files: impl Iterator<Item = ((String, String), usize, &'a UnknownValues)>,
    gone: &[(String, String)],
) -> Result<()> {
    let base = lake.state_table::<DataQualityRow>().await?;
    let rows = lake.state_rows::<DataQualityRow>(base.as_ref()).await?;
    let mut all: BTreeMap<ValuePlace, Found> =
        rows.into_iter().map(|row| (row.place, row.found)).collect();
    let read: Vec<_> = files.collect();
    let replaced = |place: &ValuePlace| {
        let of = |(source, file): &(String, String)| *source == place[0] && *file == place[1];
        gone.iter().any(of) || read.iter().any(|(id, _, _)| of(id))
    };
    all.retain(|place, _| !replaced(place));
    for ((source, file), index, values) in read {
        for (table, column, rule, count, wanted) in explained(plan, index, values) {
            let rule = rule.name().to_string();
            let place = [source.clone(), file.clone(), table, column, rule];
            all.insert(place, (count, wanted));
        }
    }
    let rows = all
        .into_iter()
        .map(|(place, found)| DataQualityRow { place, found });
    lake.replace_state(base.as_ref(), rows, BTreeMap::new())
        .await
}
