//! Windows that are computed for whole batches, against DataFusion's own.

use super::engine::bare;
use super::same::assert_same;
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::prelude::SessionContext;
use proptest::prelude::*;
use std::sync::Arc;

type Row = (i64, Option<i64>, Option<i64>);

/// Rows of few or many partitions, a key, which is unique, and a value.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    (1_i64..60).prop_flat_map(|partitions| {
        let partition = proptest::option::weighted(0.9, 0..partitions);
        let value = proptest::option::weighted(0.7, 0_i64..9);
        let rows = proptest::collection::vec((partition, value), 0..300);
        rows.prop_map(|rows| {
            let row = |(at, (partition, value)): (usize, (Option<i64>, Option<i64>))| {
                ((at as i64 * 7919) % 1009, partition, value)
            };
            rows.into_iter().enumerate().map(row).collect()
        })
    })
}

fn batch(rows: &[Row]) -> RecordBatch {
    let keys: Int64Array = rows.iter().map(|row| Some(row.0)).collect();
    let partitions: Int64Array = rows.iter().map(|row| row.1).collect();
    let values: Float64Array = rows
        .iter()
        .map(|row| row.2.map(|v| v as f64 / 2.0))
        .collect();
    let texts = rows
        .iter()
        .map(|row| row.2.map(|v| "long enough to be kept ".repeat(v as usize)));
    let texts: StringArray = texts.collect();
    let columns: [(&str, ArrayRef, bool); 4] = [
        ("k", Arc::new(keys), true),
        ("p", Arc::new(partitions), true),
        ("v", Arc::new(values), true),
        ("s", Arc::new(texts), true),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn queries(offset: i64, default: i64) -> Vec<String> {
    let over = "over (partition by p order by k)";
    let named = "from test.t window w as (partition by p order by k)";
    vec![
        format!("select k, p, lead(v) {over}, lag(s) {over}, row_number() {over} from test.t"),
        format!(
            "select k, lead(v, {offset}) over w, lag(v, {offset}, {default}.5) over w, \
                 lag(s, 2, 'none') over w {named}"
        ),
        format!(
            "select k, lead(k + p, {offset}, {default}) over (order by k), \
                 row_number() over (order by k) from test.t"
        ),
        "select k, lead(v) over (partition by p, v order by k desc), \
         lag(v) over (partition by p, v order by k) from test.t"
            .to_string(),
        format!("select k, v, lead(v) ignore nulls over w, rank() over w {named}"),
        "select k, row_number() over (partition by p order by v, k), rank() over (partition by p \
         order by v), ntile(3) over (partition by p order by k), percent_rank() over (partition by \
         p order by v), cume_dist() over (partition by p order by v) from test.t"
            .to_string(),
        format!(
            "select k, d from (select k, v, row_number() {over} as d from test.t) where d <= 2"
        ),
        "select p, n, count(*) from (select p, lead(p) over (order by p, k) as n from test.t) \
         group by p, n"
            .to_string(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn windows_are_those_of_the_engine(
        rows in rows(),
        of in 1_usize..80,
        batch_size in prop_oneof![Just(2_usize), Just(7), Just(64), Just(8192)],
        offset in -4_i64..40,
        default in 0_i64..3,
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let ours = bare(1 << 30).await;
            let theirs = SessionContext::new();
            for context in [ours.engine.context(), &theirs] {
                let set = format!("set datafusion.execution.batch_size = {batch_size}");
                context.sql(&set).await.unwrap();
            }
            let chunks: Vec<_> = rows.chunks(of).collect();
            let chunks = if chunks.is_empty() { vec![rows.as_slice()] } else { chunks };
            ours.provide(&theirs, chunks.into_iter().map(batch).collect());
            for query in queries(offset, default) {
                assert_same(ours.engine.context(), &theirs, &query).await;
            }
        });
    }
}

async fn plan(query: &str) -> String {
    let ours = bare(1 << 30).await;
    ours.provide(
        &SessionContext::new(),
        vec![batch(&[(1, Some(1), Some(1))])],
    );
    let frame = ours.engine.query("plan", &format!("explain {query}")).await;
    frame.unwrap().to_string().await.unwrap()
}

#[tokio::test]
async fn the_plan_says_who_computes_a_window() {
    let ours = "VectorisedWindowExec";
    for query in [
        "select lead(v) over (partition by p order by k) from test.t",
        "select lag(s, 3, 'x') over (partition by p order by k), row_number() over (partition by p \
         order by k) from test.t",
        "select percent_rank() over (partition by p order by k) from test.t",
    ] {
        let plan = plan(query).await;
        assert!(plan.contains(ours), "{plan}");
        assert_eq!(plan.matches("SortExec").count(), 1, "{plan}");
    }
    for query in [
        "select lag(v) ignore nulls over (partition by p order by k) from test.t",
        "select lead(v, 0) over (partition by p order by k) from test.t",
        "select lag(v, 100000) over (partition by p order by k) from test.t",
        "select sum(v) over (partition by p order by k) from test.t",
        "select lead(v) over w, max(v) over w from test.t window w as (partition by p order by k)",
    ] {
        assert!(!plan(query).await.contains(ours), "{query}");
    }
}

#[tokio::test]
async fn a_partition_that_does_not_fit_is_an_error() {
    let small = bare(16 << 20).await;
    let query = "select max(r) from (select percent_rank() over (order by value) as r \
                 from generate_series(1, 5000000))";
    let frame = small.engine.query("large", query).await.unwrap();
    let error = frame.collect().await.unwrap_err();
    assert!(
        error
            .find_root()
            .to_string()
            .contains("Resources exhausted"),
        "{error}"
    );
}

/// Gaps of 100,000 in 100,000 partitions of 30 rows, which come in no order.
const GAPS: &str = "select count(gap), min(gap), max(gap), sum(n), sum(gap * (p % 7)) from (
    select p, lead(k) over (partition by p order by k) - k as gap,
        row_number() over (partition by p order by k) as n
    from (select value * 7919 % 3000000 as k, value * 7919 % 3000000 % 100000 as p
        from generate_series(0, 2999999)))";

#[tokio::test]
async fn rows_that_do_not_fit_are_sorted_by_the_engine() {
    for memory in [1 << 30, 48 << 20] {
        let ours = bare(memory).await;
        let analysed = format!("explain analyze {GAPS}");
        let plan = ours.engine.query("plan", &analysed).await.unwrap();
        let plan = plan.to_string().await.unwrap();
        assert!(plan.contains("PackedSortExec"), "{plan}");
        let rows = ours.engine.query("gaps", GAPS).await.unwrap();
        let rows = rows.to_string().await.unwrap();
        // 29 gaps in each; numbers from 1 to 30 add up to 465; p % 7 adds up to 299,995.
        let wanted = "2900000|100000|100000|46500000|869985500000";
        let row = rows.lines().nth(3).unwrap().replace(' ', "");
        assert_eq!(row.trim_matches('|'), wanted);
    }
}

#[tokio::test]
async fn keys_of_every_packed_type_sort_as_the_engine_sorts() {
    let ours = bare(1 << 30).await;
    let theirs = SessionContext::new();
    let rows: Vec<Row> = (0..500)
        .map(|at| {
            (
                at * 7919 % 1009 - 300,
                Some(at % 5).filter(|p| *p > 0),
                None,
            )
        })
        .collect();
    ours.provide(&theirs, rows.chunks(37).map(batch).collect());
    let types = [
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "bigint unsigned",
        "date",
        "timestamp",
        "time",
    ];
    for kind in types {
        let key = match kind {
            "tinyint" => "k % 100".to_string(),
            "bigint unsigned" => "arrow_cast(abs(k), 'UInt64')".to_string(),
            "date" => "date '1970-01-01' + cast(k as int)".to_string(),
            "timestamp" => "arrow_cast(k, 'Timestamp(Nanosecond, None)')".to_string(),
            "time" => "arrow_cast(abs(k), 'Time64(Nanosecond)')".to_string(),
            kind => format!("cast(k as {kind})"),
        };
        for order in ["", "desc", "nulls first", "desc nulls last"] {
            let query = format!(
                "select k, lead(o) over (partition by p order by o {order}, k rows unbounded preceding) from
                    (select k, p, case when k % 11 = 0 then null else {key} end as o from test.t)"
            );
            assert_same(ours.engine.context(), &theirs, &query).await;
        }
    }
}
