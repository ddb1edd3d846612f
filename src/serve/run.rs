//! Starting to serve, and stopping in order.

use super::access::Access;
use super::metrics_page::metrics;
use super::router::router;
use super::settings::{ServeSection, ShownReleases};
use super::state::ServeState;
use crate::error::{Context, Error, Result};
use axum::Router;
use axum::routing::get;
use object_store::ObjectStore;
use std::future::Future;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// How long the store is left alone between two looks.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// How long requests may take to end once the server is told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// Serves the releases of a store until `stop` ends; relative paths of the settings start from `root`.
/// `started` is told where the page is, and the metrics.
///
/// # Errors
/// Usage: an address cannot be listened on, or the settings let in whom they should not.
pub(crate) async fn run<S>(
    section: ServeSection,
    root: &Path,
    store: Arc<dyn ObjectStore>,
    started: impl FnOnce(&str, Option<SocketAddr>) -> Result<()>,
    stop: impl Fn() -> S,
) -> Result<()>
where
    S: Future<Output = ()> + Send + 'static,
{
    let mut settings = section.page;
    let address = address_of("listen", &settings.listen)?;
    let access = Access::new(address, &section.access, root, is_open)?;
    settings.signs_out = access.signs_out();
    let page = access.take_port()?;
    let url = access.url(&page);
    let counted = match &settings.metrics {
        Some(counted) => Some(metrics_listener(counted).await?),
        None => None,
    };
    if settings.show == ShownReleases::All {
        tracing::warn!("drafts and releases under embargo are shown: [serve] show is \"all\"");
    }
    let state = Arc::new(ServeState::new(settings, store));
    let looking = tokio::spawn(look(state.clone()));
    let address = |listener: &TcpListener| listener.local_addr().data(|| "no address");
    let serving = access.serve(page, router(&state), stop());
    started(&url, counted.as_ref().map(address).transpose()?)?;
    let counting = async {
        match counted {
            Some(listener) => {
                let site = Router::new().route("/metrics", get(metrics));
                serve(listener, site.with_state(state.clone()), stop()).await
            }
            None => Ok(()),
        }
    };
    let (served, counted) = futures::future::join(serving, counting).await;
    looking.abort();
    served.and(counted)
}

/// Whether anybody may read a path: health, for machines that sign in nowhere, and styles.
fn is_open(path: &str) -> bool {
    path == "/healthz" || path == "/readyz" || path.starts_with("/assets/")
}

/// The first address that a setting stands for.
fn address_of(setting: &str, text: &str) -> Result<SocketAddr> {
    let found = text.to_socket_addrs().ok().and_then(|mut all| all.next());
    found.ok_or_else(|| {
        Error::usage(format!("`{setting}` is no address to listen on"))
            .hint("write an address and a port: 127.0.0.1:8080")
    })
}

async fn metrics_listener(text: &str) -> Result<TcpListener> {
    let address = address_of("metrics", text)?;
    if !address.ip().is_loopback() {
        return Err(Error::usage(format!(
            "metrics are for this machine alone, and {address} is not"
        ))
        .hint(
            "write metrics = \"127.0.0.1:9464\" under [serve], and let the collector run beside it",
        ));
    }
    bind(address).await
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound
        .usage(|| format!("cannot listen on {address}"))
        .map_err(|e| e.hint("another program may have the port: give another with --listen"))
}

async fn serve(
    listener: TcpListener,
    site: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let (told, hears) = tokio::sync::oneshot::channel();
    let stop = async move {
        stop.await;
        // Whoever waits for it may have gone.
        let _ = told.send(());
    };
    let serving = axum::serve(listener, site).with_graceful_shutdown(stop);
    let late = async {
        let _ = hears.await;
        tokio::time::sleep(LAST_REQUESTS).await;
    };
    tokio::select! {
        served = serving => served.data(|| "the page cannot be served"),
        () = late => Ok(()),
    }
}

/// Looks at the store again and again.
async fn look(state: Arc<ServeState>) {
    loop {
        let begun = Instant::now();
        let refreshed = state.clone();
        // In a task of its own: whatever becomes of one look, the next one is taken.
        if tokio::spawn(async move { refreshed.refresh().await })
            .await
            .is_err()
        {
            tracing::error!("the store of releases could not be looked at");
        }
        // A store that takes long to list is listed less often.
        tokio::time::sleep(LOOK_AGAIN.max(10 * begun.elapsed())).await;
    }
}
