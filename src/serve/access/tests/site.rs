//! A small site behind the gate, on a port of its own.

use super::super::{Access, AccessSettings, PageReader};
use axum::Router;
use axum::extract::{Extension, Path as PathOf};
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A site that serves until it is dropped.
pub(super) struct GatedSite {
    pub(super) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<crate::error::Result<()>>>,
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct SiteAnswer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl SiteAnswer {
    /// The values of a header.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let own = lines.filter(|(own, _)| own.eq_ignore_ascii_case(name));
        own.map(|(_, value)| value).collect()
    }

    /// The first value of a header.
    pub(super) fn header(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }
}

/// A port that nobody has.
pub(super) fn free_address() -> SocketAddr {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    port.local_addr().unwrap()
}

/// The settings that stand in a text.
pub(super) fn settings(text: &str) -> AccessSettings {
    toml::from_str(text).unwrap()
}

/// The gate of these settings on an address.
pub(super) fn access_on(address: SocketAddr, text: &str) -> crate::error::Result<Access> {
    let is_open = |path: &str| path == "/healthz";
    Access::new(address, &settings(text), Path::new(""), is_open)
}

impl GatedSite {
    /// Serves with these settings.
    pub(super) fn start(text: &str) -> Self {
        Self::on("127.0.0.1:0".parse().unwrap(), text)
    }

    /// Serves on an address that was known before.
    pub(super) fn on(address: SocketAddr, text: &str) -> Self {
        let access = access_on(address, text).unwrap();
        let port = access.take_port().unwrap();
        let address = port.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(async move {
            let stop = async {
                let _ = stopped.await;
            };
            access.serve(port, router(), stop).await
        });
        GatedSite {
            address,
            stop: Some(stop),
            served: Some(served),
        }
    }

    /// Stops, and waits for the end.
    pub(super) async fn stop(mut self) -> crate::error::Result<()> {
        self.stop.take().unwrap().send(()).unwrap();
        let served = self.served.take().unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(6), served);
        ended.await.expect("it ends in time").unwrap()
    }

    /// Sends bytes, and reads until the connection ends.
    pub(super) async fn raw(&self, request: &[u8]) -> SiteAnswer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The other side may answer and close before it has all.
        let _ = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        parsed(&bytes)
    }

    /// Asks with these lines of headers, as this machine calls the site.
    pub(super) async fn ask(&self, method: &str, path: &str, headers: &str) -> SiteAnswer {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
            self.address
        );
        self.raw(request.as_bytes()).await
    }

    /// Asks for a page.
    pub(super) async fn get(&self, path: &str, headers: &str) -> SiteAnswer {
        self.ask("GET", path, headers).await
    }
}

pub(super) fn parsed(bytes: &[u8]) -> SiteAnswer {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
    SiteAnswer {
        status: status.unwrap_or(0),
        head: head.to_string(),
        body: body.to_string(),
    }
}

/// A page that says who reads, one that only some may read, a large file and a slow page.
fn router() -> Router {
    let who = |Extension(reader): Extension<PageReader>| async move {
        json!({ "name": reader.name, "subject": reader.subject, "roles": reader.roles }).to_string()
    };
    let area = |PathOf(code): PathOf<String>, Extension(reader): Extension<PageReader>| async move {
        match reader.may_read(Some(&code), "waiting_lists") {
            true => StatusCode::OK,
            false => StatusCode::FORBIDDEN,
        }
    };
    let take = |PathOf(file): PathOf<String>,
                Extension(reader): Extension<PageReader>,
                Extension(access): Extension<Access>| async move {
        match access.downloaded(&reader, "2026-09-30-1a2b", &file) {
            Ok(()) => StatusCode::OK,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    };
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        "done"
    };
    Router::new()
        .route("/", get(who))
        .route("/api/who", get(who))
        .route("/areas/{code}", get(area))
        .route("/files/{name}", get(take))
        .route("/slow", get(slow))
        .route(
            "/panics",
            get(|| async { std::hint::black_box(None::<&str>).unwrap() }),
        )
        .route("/large", get(|| async { vec![b'x'; 64 * 1024 * 1024] }))
        .route(
            "/post",
            axum::routing::post(|body: String| async move { body.len().to_string() }),
        )
        .route("/healthz", get(|| async { "ok" }))
}

/// A folder for the files of a test.
pub(super) fn written(folder: &tempfile::TempDir, name: &str, content: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}
