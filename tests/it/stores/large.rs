//! Large files go in parts: complete or absent.

use super::proxy::{Fault, Proxy, TIMEOUT};
use super::server::{Server, runtime};
use futures::TryStreamExt;
use object_store::{ObjectStoreExt, path::Path};
use populace::lake::{Lake, Settings};

fn bytes(length: usize) -> Vec<u8> {
    (0..length)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect()
}

const LENGTH: usize = 27 * 1024 * 1024 + 5;

fn arrives(server: &Server) {
    let settings = Settings::new(4, "test".to_string());
    runtime().block_on(async {
        let lake = Lake::open_or_create(server.location("lake"), &settings)
            .await
            .unwrap();
        lake.put("record/large/part-1.parquet", bytes(LENGTH))
            .await
            .unwrap();
        let found = lake
            .store()
            .get(&Path::from("record/large/part-1.parquet"))
            .await
            .unwrap();
        assert!(found.bytes().await.unwrap() == bytes(LENGTH));
    });
}

#[test]
fn a_large_file_arrives_whole() {
    for server in [Server::s3(), Server::azure()].into_iter().flatten() {
        arrives(&server);
    }
}

#[test]
fn a_large_file_arrives_whole_through_faults() {
    let Some(server) = Server::s3() else { return };
    let proxy = Proxy::before(&server.host, 5, 20);
    let mut faulty = server.through(proxy.host.clone());
    faulty.timeout = Some(TIMEOUT);
    arrives(&faulty);
    let happened = proxy.happened();
    let faults: u64 = happened
        .iter()
        .filter(|(f, _)| **f != Fault::None)
        .map(|(_, n)| n)
        .sum();
    assert!(faults >= 2, "{happened:?}");
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    for server in [Server::s3(), Server::azure()].into_iter().flatten() {
        let settings = Settings::new(4, "test".to_string());
        let runtime = runtime();
        runtime.block_on(async {
            let lake = Lake::open_or_create(server.location("lake"), &settings)
                .await
                .unwrap();
            let proxy = Proxy::breaking(&server.host, 2);
            let mut broken = server.through(proxy.host.clone());
            broken.timeout = Some("1s");
            let writing = tokio::spawn(async move {
                let lake = Lake::open(broken.location("lake")).await.unwrap();
                lake.put("record/large/part-1.parquet", bytes(LENGTH)).await
            });
            // What a kill does: the writer is gone before it could tidy up.
            while proxy.parts_left() > 0 {
                tokio::task::yield_now().await;
            }
            writing.abort();
            assert!(writing.await.unwrap_err().is_cancelled());
            let left: Vec<_> = lake
                .store()
                .list(Some(&Path::from("record")))
                .try_collect()
                .await
                .unwrap();
            assert!(left.is_empty(), "{left:?}");
        });
    }
}
