//! `count(distinct …)` against DataFusion's own.

use super::engine::{TestEngine, bare};
use super::same::assert_same;
use arrow::array::{
    Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, StructArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, TimeUnit};
use datafusion::prelude::SessionContext;
use populace::engine::execution_error;
use proptest::prelude::*;
use std::sync::Arc;

/// The types that are tried: what numbers, or their digits as text, can be cast to.
fn types() -> Vec<DataType> {
    use DataType::*;
    let dictionary = |values| Dictionary(Box::new(Int32), Box::new(values));
    vec![
        Int8,
        Int16,
        Int32,
        Int64,
        UInt8,
        UInt16,
        UInt32,
        UInt64,
        Float16,
        Float32,
        Float64,
        Boolean,
        Date32,
        Date64,
        Time32(TimeUnit::Second),
        Time64(TimeUnit::Nanosecond),
        Timestamp(TimeUnit::Microsecond, None),
        Timestamp(TimeUnit::Second, Some("UTC".into())),
        Duration(TimeUnit::Millisecond),
        Decimal64(9, 2),
        Decimal128(20, 3),
        Decimal256(50, 1),
        Utf8,
        LargeUtf8,
        Utf8View,
        Binary,
        LargeBinary,
        BinaryView,
        FixedSizeBinary(3),
        dictionary(Utf8),
        dictionary(Utf8View),
        dictionary(Int64),
    ]
}

fn text(number: i64) -> String {
    // Some are too long for a view to hold.
    format!(
        "{number:03}{}",
        "-".repeat((number % 3 * 12).unsigned_abs() as usize)
    )
}

fn column(numbers: &[Option<i64>], kind: Option<&DataType>) -> ArrayRef {
    let integers: ArrayRef = Arc::new(Int64Array::from(numbers.to_vec()));
    let texts = numbers.iter().map(|number| number.map(text));
    let texts: ArrayRef = Arc::new(texts.collect::<StringArray>());
    let Some(kind) = kind else {
        // A struct, NULL where its number is.
        let fields = vec![
            Field::new("a", DataType::Int64, true),
            Field::new("b", DataType::Utf8, true),
        ];
        let halves = numbers.iter().map(|number| number.map(|n| n / 2));
        let halves: ArrayRef = Arc::new(halves.collect::<Int64Array>());
        let valid = integers.nulls().cloned();
        let columns = vec![halves, texts];
        return Arc::new(StructArray::new(fields.into(), columns, valid));
    };
    match kind {
        DataType::FixedSizeBinary(_) => {
            let short = numbers.iter().map(|n| n.map(|n| format!("{n:03}")));
            let short: ArrayRef = Arc::new(short.collect::<StringArray>());
            cast(&cast(&short, &DataType::Binary).unwrap(), kind).unwrap()
        }
        DataType::LargeBinary | DataType::BinaryView => {
            cast(&cast(&texts, &DataType::Binary).unwrap(), kind).unwrap()
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Binary => {
            cast(&texts, kind).unwrap()
        }
        DataType::Dictionary(_, values) if !values.is_integer() => cast(&texts, kind).unwrap(),
        DataType::Time64(_) | DataType::Date64 => {
            let wide = cast(&integers, &DataType::Int64).unwrap();
            cast(&wide, kind).unwrap()
        }
        DataType::Time32(_) | DataType::Date32 => {
            let narrow = cast(&integers, &DataType::Int32).unwrap();
            cast(&narrow, kind).unwrap()
        }
        _ => cast(&integers, kind).unwrap(),
    }
}

#[derive(Debug, Clone)]
struct Row {
    group: i64,
    first: Option<i64>,
    second: Option<i64>,
    chosen: Option<bool>,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    (1_i64..40, 1_i64..60).prop_flat_map(|(groups, values)| {
        let value = proptest::option::weighted(0.8, 0..values);
        let row = (0..groups, value.clone(), value, any::<Option<bool>>());
        let row = row.prop_map(|(group, first, second, chosen)| Row {
            group,
            first,
            second,
            chosen,
        });
        proptest::collection::vec(row, 0..400)
    })
}

fn batches(rows: &[Row], kinds: [Option<&DataType>; 2], of: usize) -> Vec<RecordBatch> {
    let chunks = if rows.is_empty() {
        vec![rows]
    } else {
        rows.chunks(of).collect()
    };
    let batch = |rows: &[Row]| {
        let groups: Int64Array = rows.iter().map(|row| Some(row.group)).collect();
        let first: Vec<_> = rows.iter().map(|row| row.first).collect();
        let second: Vec<_> = rows.iter().map(|row| row.second).collect();
        let chosen: BooleanArray = rows.iter().map(|row| row.chosen).collect();
        let columns: [(&str, ArrayRef, bool); 4] = [
            ("g", Arc::new(groups), true),
            ("a", column(&first, kinds[0]), true),
            ("b", column(&second, kinds[1]), true),
            ("f", Arc::new(chosen), true),
        ];
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    };
    chunks.into_iter().map(batch).collect()
}

const QUERIES: [&str; 4] = [
    "select g, count(distinct a), count(distinct b), count(*), count(b), max(g),
        count(distinct a) filter (where f) from test.t group by g",
    "select count(distinct a), count(*), count(distinct b) filter (where f) from test.t",
    "select g, count(distinct a), count(*) from test.t group by g having count(distinct a) > 3",
    "select g % 2, f, count(distinct a), count(distinct g) from test.t
        group by grouping sets ((g % 2, f), (f), ())",
];

async fn compare(ours: &TestEngine, batches: Vec<RecordBatch>, batch_size: usize) {
    let theirs = SessionContext::new();
    for context in [ours.engine.context(), &theirs] {
        for (option, value) in [
            ("batch_size", batch_size),
            ("skip_partial_aggregation_probe_rows_threshold", batch_size),
        ] {
            let set = format!("set datafusion.execution.{option} = {value}");
            context.sql(&set).await.unwrap();
        }
    }
    ours.provide(&theirs, batches);
    for query in QUERIES {
        assert_same(ours.engine.context(), &theirs, query).await;
    }
}

#[test]
fn every_type_is_counted_as_the_engine_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ours = runtime.block_on(bare(1 << 30));
    let kinds = types();
    let kinds = || std::iter::once(None).chain(kinds.iter().map(Some));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(3));
    for kind in kinds() {
        let other = kinds().nth(5).unwrap();
        let cases = (
            rows(),
            1_usize..100,
            prop_oneof![Just(3_usize), Just(64), Just(8192)],
        );
        let outcome = runner.run(&cases, |(rows, of, batch_size)| {
            let batches = batches(&rows, [kind, other], of);
            runtime.block_on(compare(&ours, batches, batch_size));
            Ok(())
        });
        outcome.unwrap_or_else(|e| panic!("{kind:?}: {e}"));
    }
}

#[test]
fn floats_that_look_alike_are_counted_as_the_engine_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ours = runtime.block_on(bare(1 << 30));
    let odd = [
        0.0,
        -0.0,
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        1.0,
        1.0,
        f64::NAN,
    ];
    let column = arrow::array::Float64Array::from(odd.to_vec());
    let groups = Int64Array::from(vec![1; odd.len()]);
    let columns: [(&str, ArrayRef); 2] = [("g", Arc::new(groups)), ("a", Arc::new(column))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let theirs = SessionContext::new();
    ours.provide(&theirs, vec![batch]);
    let query = "select g, count(distinct a), count(*) from test.t group by g";
    runtime.block_on(assert_same(ours.engine.context(), &theirs, query));
}

/// People with up to 20 codes each, in no order, some codes long.
const PEOPLE: &str = "select value % 150000 as person, \
    'code ' || ((value * 7919) % 997) || case when value % 5 = 0 then ' with a long name' else '' end \
    as code, value % 13 as number from generate_series(1, 2000000)";

#[test]
fn little_memory_makes_it_spill_and_changes_nothing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let query = format!(
        "select person, count(distinct code) as codes, count(*) as n, \
         count(distinct number) as numbers from ({PEOPLE}) group by person"
    );
    let check = format!(
        "select count(*), sum(codes), sum(n), sum(numbers), sum(codes * person % 1009) from ({query})"
    );
    let twice = |what: &str| {
        format!(
            "(select person, count(*) as {what}s, sum(n) as n from (select person, {what}, \
                 count(*) as n from ({PEOPLE}) group by person, {what}) group by person)"
        )
    };
    let by_hand = format!(
        "select count(*), sum(codes), sum(a.n), sum(numbers), sum(codes * a.person % 1009) \
         from {} a join {} b on a.person = b.person",
        twice("code"),
        twice("number")
    );
    let wanted = runtime.block_on(async {
        let large = bare(4 << 30).await;
        let frame = large.engine.query("twice", &by_hand).await.unwrap();
        frame.to_string().await.unwrap()
    });
    let small = runtime.block_on(bare(64 << 20));
    let got = runtime.block_on(async {
        let frame = small.engine.query("once", &check).await.unwrap();
        let text = frame.to_string().await;
        text.unwrap_or_else(|e| panic!("{:?}", execution_error("once", &e)))
    });
    let row = |text: &str| text.lines().nth(3).map(|row| row.replace(' ', ""));
    assert_eq!(row(&got), row(&wanted));
    let analysed = runtime.block_on(async {
        let frame = small
            .engine
            .query("plan", &format!("explain analyze {query}"))
            .await;
        frame.unwrap().to_string().await.unwrap()
    });
    let spilt = analysed.lines().any(|line| {
        let count = line.split("spill_count=").nth(1);
        line.contains("AggregateExec") && count.is_some_and(|count| !count.starts_with('0'))
    });
    assert!(spilt, "nothing was spilt: {analysed}");
}
