//! Eight writers at once.

use super::proxy::{Proxy, TIMEOUT};
use super::server::{Server, runtime};
use arrow::array::{Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use populace::lake::{Change, Lake, Settings, TableName, encode};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const WRITERS: i64 = 8;
const APPENDS: i64 = 5;
const ROWS: i64 = 10;

/// Each writer appends its batches to one table, and starts from the new state when another one
/// was first. No row may be lost or there twice, as is then seen at `seen`.
fn race(server: &Server, seen: &Server) {
    let runtime = runtime();
    let name = TableName::new("record", "raced");
    let settings = settings();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (location, settings, name) =
                (server.location("lake"), settings.clone(), name.clone());
            runtime.spawn(async move {
                let lake = Lake::open_or_create(location, &settings).await.unwrap();
                let mut lost = 0;
                for batch in 0..APPENDS {
                    let first = (writer * APPENDS + batch) * ROWS;
                    lost += append(&lake, &name, first).await;
                }
                lost
            })
        })
        .collect();
    let lost: u32 = runtime.block_on(async {
        let mut lost = 0;
        for writer in writers {
            lost += writer.await.unwrap();
        }
        lost
    });
    assert!(lost > 0, "writers met each other");
    runtime.block_on(async {
        let lake = Lake::open(seen.location("lake")).await.unwrap();
        let table = lake.table(&name).await.unwrap().unwrap();
        assert_eq!(table.version, u64::try_from(WRITERS * APPENDS).unwrap() - 1);
        let mut rows = Vec::new();
        for file in &table.files {
            for batch in lake.read_file(file, None).await.unwrap() {
                let column = batch
                    .column(0)
                    .as_any()
                    .downcast_ref::<Int64Array>()
                    .unwrap();
                rows.extend(column.values().iter().copied());
            }
        }
        assert_eq!(
            rows.len(),
            usize::try_from(WRITERS * APPENDS * ROWS).unwrap()
        );
        let all: BTreeSet<i64> = rows.into_iter().collect();
        assert_eq!(all, (0..WRITERS * APPENDS * ROWS).collect());
    });
}

fn settings() -> Settings {
    Settings::new(4, "test".to_string())
}

/// Appends one batch; gives how often somebody else was first.
async fn append(lake: &Lake, name: &TableName, first: i64) -> u32 {
    let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
    let numbers = Int64Array::from_iter_values(first..first + ROWS);
    let rows = RecordBatch::try_new(schema.clone(), vec![Arc::new(numbers)]).unwrap();
    let encoded = encode(&schema, &[rows], &[]).unwrap();
    let file = lake.write_file(name, None, 0, encoded).await.unwrap();
    for lost in 0..1000 {
        let base = lake.table(name).await.unwrap();
        let change = Change {
            schema: schema.clone(),
            sharded: false,
            properties: BTreeMap::new(),
            add: vec![file.clone()],
            remove: Vec::new(),
        };
        let done = lake.try_commit(name, base.as_ref(), change).await.unwrap();
        if done.is_some() {
            return lost;
        }
    }
    panic!("a writer never got its turn");
}

#[test]
fn eight_writers_on_s3_lose_nothing() {
    if let Some(server) = Server::s3() {
        race(&server, &server);
    }
}

#[test]
fn eight_writers_on_azure_lose_nothing() {
    if let Some(server) = Server::azure() {
        race(&server, &server);
    }
}

/// The answer to a commit may be lost after it was made: the writer has to find that out.
#[test]
fn eight_writers_through_faults_lose_nothing() {
    let Some(server) = Server::s3() else { return };
    let proxy = Proxy::before(&server.host, 11, 12);
    let mut faulty = server.through(proxy.host.clone());
    faulty.timeout = Some(TIMEOUT);
    // One of them probes the store through the faults; eight would take most of the test's time.
    let settings = settings();
    let first = Lake::open_or_create(faulty.location("lake"), &settings);
    runtime().block_on(first).unwrap();
    race(&faulty, &server);
    let happened = proxy.happened();
    assert_eq!(happened.len(), 8, "every fault happened: {happened:?}");
}
