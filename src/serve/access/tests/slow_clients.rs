//! Clients that keep connections and give nothing for them.

use super::site::GatedSite;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Seconds until the server ends a connection on which `bytes` are sent, one each half second.
async fn ended_after(site: &GatedSite, bytes: &'static [u8]) -> f64 {
    let began = Instant::now();
    let stream = TcpStream::connect(site.address).await.unwrap();
    let (mut reads, mut writes) = stream.into_split();
    let trickle = tokio::spawn(async move {
        for byte in bytes {
            if writes.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        std::future::pending::<()>().await;
    });
    let mut answer = Vec::new();
    let read = reads.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(25), read)
        .await
        .expect("it is ended");
    trickle.abort();
    began.elapsed().as_secs_f64()
}

#[tokio::test]
async fn heads_that_do_not_come_end_the_connection() {
    let site = GatedSite::start("");
    let (silent, trickling) = tokio::join!(
        ended_after(&site, b""),
        ended_after(&site, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    );
    for seconds in [silent, trickling] {
        assert!((8.0..14.0).contains(&seconds), "{seconds}");
    }
    assert_eq!(
        site.get("/", "").await.status,
        200,
        "others were served meanwhile"
    );
}

#[tokio::test]
async fn a_connection_that_is_not_used_again_ends() {
    let site = GatedSite::start("");
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", site.address);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let began = Instant::now();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(25), read)
        .await
        .expect("it is ended");
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    assert!(began.elapsed() > Duration::from_secs(5));
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_left() {
    let site = GatedSite::start("limits = { connections = 1 }");
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    let request = format!("GET /large HTTP/1.1\r\nHost: {}\r\n\r\n", site.address);
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        site.get("/", "").await.status,
        0,
        "the only connection is taken"
    );
    let began = Instant::now();
    while site.get("/", "").await.status != 200 {
        assert!(
            began.elapsed() < Duration::from_secs(40),
            "it keeps its connection"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    drop(stream);
}

#[tokio::test]
async fn stopping_lets_requests_end_and_takes_no_more() {
    let site = GatedSite::start("");
    let address = site.address;
    let idle = TcpStream::connect(address).await.unwrap();
    let asked = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET /slow HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let began = Instant::now();
    site.stop().await.unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    assert!(asked.await.unwrap().ends_with("done"));
    assert!(TcpStream::connect(address).await.is_err());
    drop(idle);
}
