//! Values that are not known although something was written: `populace.data_quality`.

use crate::decode::ValueRule;
use crate::error::{Context, Result};
use crate::lake::{Lake, TableName};
use crate::pull::plan::{PullPlan, SourceKind};
use crate::pull::prepare::unknown_values::UnknownValues;
use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where values are: source, file, table and column, and the rule by which they are not known.
type ValuePlace = [String; 5];

/// How many values, and the form that was wanted, of columns whose form is a setting.
type Found = (u64, Option<String>);

/// `populace.data_quality`.
pub(crate) fn table() -> TableName {
    TableName::new("populace", "data_quality")
}

fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let mut fields: Vec<Field> = NAMES.into_iter().map(text).collect();
    fields.push(Field::new("value_count", DataType::Int64, false));
    fields.push(Field::new("wanted", DataType::Utf8, true));
    Arc::new(Schema::new(fields))
}

const NAMES: [&str; 5] = ["source", "file", "table_name", "column_name", "rule"];

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
    let base = lake.table(&table()).await?;
    let mut all = BTreeMap::new();
    if let Some(base) = &base {
        for batch in lake.read_table(base, None).await? {
            load(&batch, &mut all);
        }
    }
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
    let rows = rows(&all)?;
    lake.replace_rows(&table(), base.as_ref(), rows, BTreeMap::new())
        .await
}

fn load(batch: &RecordBatch, all: &mut BTreeMap<ValuePlace, Found>) {
    let text = |at: usize| batch.column(at).as_string::<i32>();
    let counts = batch.column(5).as_primitive::<Int64Type>();
    for row in 0..batch.num_rows() {
        let place = std::array::from_fn(|at| text(at).value(row).to_string());
        let count = u64::try_from(counts.value(row)).unwrap_or_default();
        let wanted = text(6)
            .is_valid(row)
            .then(|| text(6).value(row).to_string());
        all.insert(place, (count, wanted));
    }
}

fn rows(all: &BTreeMap<ValuePlace, Found>) -> Result<RecordBatch> {
    let text = |at: usize| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(
            all.keys().map(|place| &place[at]),
        ))
    };
    let mut columns: Vec<ArrayRef> = (0..NAMES.len()).map(text).collect();
    let counts = all.values().map(|(count, _)| i64::try_from(*count).ok());
    columns.push(Arc::new(counts.collect::<Int64Array>()));
    let wanted = all.values().map(|(_, wanted)| wanted.as_deref());
    columns.push(Arc::new(wanted.collect::<StringArray>()));
    RecordBatch::try_new(schema(), columns).data(|| "cannot store what is not known")
}
