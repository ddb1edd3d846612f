//! Who is in a group, for disclosure control. It is no function of analysts': sessions do not know
//! its name, and no list names it.

use super::aggregate::aggregate;
use super::fold::{Fold, FoldRows, Kept};
use super::{Definition, Doc};
use crate::disclosure::members::{MemberKey, Members};
use arrow::array::{Array, ArrayRef, AsArray, FixedSizeBinaryBuilder};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::AggregateUDF;
use std::sync::Arc;

/// The type of the column that it gives: [`Members::to_bytes`].
const BYTES: DataType = DataType::FixedSizeBinary(WIDTH);
const WIDTH: i32 = Members::BYTES as i32;

const DOC: Doc = Doc {
    name: "populace_members",
    syntax: "populace_members(person_key [, weight])",
    summary: "Who is in a group, as a fingerprint and a sketch.",
    arguments: &[
        ("person_key", "a person, once in the group"),
        ("weight", "what they add to the figure; 1 unless given"),
    ],
    gives: "Bytes.",
    formula: "",
    rules: "",
    source: "",
    example: "",
};

/// The aggregate `populace_members(person_key [, weight])` under a site's key, over rows of which
/// each group has one for each person: `weight` is 1 where people are counted, and the number of the
/// person's rows, or their share of a sum as a whole number, where these are.
///
/// It gives a fixed-size binary, which [`Members::from_bytes`] reads: the distinct people, the
/// fingerprint and the sketch. Groups and partitions are combined in any order with the same result;
/// cells that are computed may be added up with [`Members::plus`] instead of being asked for again.
/// To use it, call the aggregate (`members_aggregate(&key).call(vec![col("person_key")])`); a
/// session must not register it.
pub(crate) fn members_aggregate(key: &MemberKey) -> Result<AggregateUDF> {
    let calls: &[&[DataType]] = &[&[DataType::Int64], &[DataType::Int64, DataType::Int64]];
    let fold = MembersFold(key.clone());
    match aggregate(&DOC, calls, BYTES, fold).definition {
        Definition::Aggregate(made) => Ok(made),
        _ => Err(DataFusionError::Internal("no aggregate".to_string())),
    }
}

/// The people of a group under a key.
#[derive(Clone)]
struct MembersFold(MemberKey);

impl Kept for Members {
    fn types() -> Vec<DataType> {
        vec![BYTES]
    }

    fn save(states: Vec<Self>) -> Result<Vec<ArrayRef>> {
        Ok(vec![column(states)?])
    }
}

fn column(members: Vec<Members>) -> Result<ArrayRef> {
    let mut column = FixedSizeBinaryBuilder::with_capacity(members.len(), WIDTH);
    for one in members {
        column.append_value(one.to_bytes())?;
    }
    Ok(Arc::new(column.finish()))
}

impl Fold for MembersFold {
    type State = Members;

    fn update(&self, states: &mut [Members], values: &[ArrayRef], rows: FoldRows) -> Result<usize> {
        let people = values[0].as_primitive::<Int64Type>();
        let weights = values.get(1).map(|w| w.as_primitive::<Int64Type>());
        rows.each(|row, group| {
            let person = people.is_valid(row).then(|| people.value(row));
            let weight = match weights {
                None => 1,
                Some(weights) if weights.is_valid(row) => weights.value(row),
                Some(_) => 0,
            };
            states[group].add(&self.0, person, weight);
            Ok(())
        })?;
        Ok(0)
    }

    fn merge(&self, states: &mut [Members], saved: &[ArrayRef], rows: FoldRows) -> Result<usize> {
        let saved = saved[0].as_fixed_size_binary();
        rows.each(|row, group| {
            let Some(part) = Members::from_bytes(saved.value(row)) else {
                return Err(DataFusionError::Internal("no members".to_string()));
            };
            states[group] = states[group].plus(&part);
            Ok(())
        })?;
        Ok(0)
    }

    fn finish(&self, states: Vec<Members>) -> Result<ArrayRef> {
        column(states)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int64Array, RecordBatch, StringArray};
    use datafusion::functions_aggregate::expr_fn::sum;
    use datafusion::prelude::{SessionConfig, SessionContext, col};
    use zeroize::Zeroizing;

    #[tokio::test]
    async fn groups_have_the_members_that_their_rows_have() {
        let key = MemberKey::new(Zeroizing::new([3; 32]));
        let people: Vec<Option<i64>> = (0..3_000).map(|n| (n % 997 != 5).then_some(n)).collect();
        let places: Vec<String> = (0..3_000).map(|n| format!("place {}", n % 7)).collect();
        let weights: Vec<i64> = (0..3_000).map(|n| n % 5).collect();
        let batch = RecordBatch::try_from_iter([
            (
                "person_key",
                Arc::new(Int64Array::from(people.clone())) as ArrayRef,
            ),
            ("place", Arc::new(StringArray::from(places)) as ArrayRef),
            ("rows", Arc::new(Int64Array::from(weights)) as ArrayRef),
        ])
        .unwrap();
        let config = SessionConfig::new()
            .with_target_partitions(4)
            .with_batch_size(100);
        let context = SessionContext::new_with_config(config);
        let members = members_aggregate(&key).unwrap();
        let rows = context.read_batch(batch).unwrap();
        let people_of = members.call(vec![col("person_key")]).alias("people");
        let rows_of = members
            .call(vec![col("person_key"), col("rows")])
            .alias("weighed");
        let grouped = rows
            .aggregate(
                vec![col("place")],
                vec![people_of, rows_of, sum(col("rows"))],
            )
            .unwrap();
        let batches = grouped.collect().await.unwrap();
        let mut seen = 0;
        for batch in batches {
            for row in 0..batch.num_rows() {
                let place = batch.column(0).as_string_view_or_utf8(row);
                let number: i64 = place.trim_start_matches("place ").parse().unwrap();
                let (mut expected, mut weighed) = (Members::default(), Members::default());
                for n in (0..3_000).filter(|n| n % 7 == number) {
                    let person = people[n as usize];
                    expected.add(&key, person, 1);
                    weighed.add(&key, person, n % 5);
                }
                let column = |at: usize| batch.column(at).as_fixed_size_binary().value(row);
                assert!(Members::from_bytes(column(1)) == Some(expected), "{place}");
                assert!(Members::from_bytes(column(2)) == Some(weighed), "{place}");
                seen += 1;
            }
        }
        assert_eq!(seen, 7);
    }

    #[test]
    fn no_session_knows_it() {
        let named = super::super::sections();
        let named = named.iter().flat_map(|section| &section.functions);
        assert!(
            named
                .into_iter()
                .all(|function| function.doc.name != DOC.name)
        );
    }

    trait Text {
        fn as_string_view_or_utf8(&self, row: usize) -> String;
    }

    impl Text for ArrayRef {
        fn as_string_view_or_utf8(&self, row: usize) -> String {
            let text = arrow::compute::cast(self, &DataType::Utf8).unwrap();
            text.as_string::<i32>().value(row).to_string()
        }
    }
}
