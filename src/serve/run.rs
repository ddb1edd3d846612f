//! Starting to serve, and stopping in order.

use super::access::{Access, LimitSettings, listen, take_port};
use super::metrics_page::metrics;
use super::router::router;
use super::settings::{ServeSection, ShownReleases};
use super::state::ServeState;
use crate::error::{Context, Error, Result};
use axum::Router;
use axum::routing::get;
use object_store::ObjectStore;
use std::future::Future;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the store is left alone between two looks.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Serves the releases of a store until `stop` ends; relative paths of the settings start from `root`.
/// The store is opened when the settings have been found fit. `started` is told where the page is, and the
/// metrics.
///
/// # Errors
/// Usage: an address cannot be listened on, or the settings let in whom they should not. Those of `store`.
pub(crate) async fn run<S>(
    section: ServeSection,
    root: &Path,
    store: impl FnOnce() -> Result<Arc<dyn ObjectStore>>,
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
    let counted = settings.metrics.as_deref().map(metrics_port).transpose()?;
    let store = store()?;
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
            Some(port) => {
                let site = Router::new().route("/metrics", get(metrics));
                let site = site.with_state(state.clone());
                listen(port, None, &LimitSettings::default(), site, stop()).await
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

/// Takes the port of the metrics.
fn metrics_port(text: &str) -> Result<TcpListener> {
    let address = address_of("metrics", text)?;
    if !address.ip().is_loopback() {
        return Err(Error::usage(format!(
            "metrics are for this machine alone, and {address} is not"
        ))
        .hint(
            "write metrics = \"127.0.0.1:9464\" under [serve], and let the collector run beside it",
        ));
    }
    take_port(
        address,
        "give another port: metrics under [serve]; another program may have this one",
    )
}

/// Looks at the store again and again.
async fn look(state: Arc<ServeState>) {
    let mut has_listed = false;
    loop {
        let begun = Instant::now();
        let refreshed = state.clone();
        // In a task of its own: whatever becomes of one look, the next one is taken.
        match tokio::spawn(async move { refreshed.refresh().await }).await {
            Ok(could) if could && !has_listed => {
                has_listed = true;
                say_what_is_missing(&state);
            }
            Ok(_) => {}
            Err(_) => tracing::error!("the store of releases could not be looked at"),
        }
        // A store that takes long to list is listed less often.
        tokio::time::sleep(LOOK_AGAIN.max(10 * begun.elapsed())).await;
    }
}

/// Says at the start why the page is empty, when it is.
fn say_what_is_missing(state: &ServeState) {
    let snapshot = state.catalogue.snapshot();
    match (snapshot.shown.is_empty(), snapshot.unseen) {
        (false, _) => {}
        (true, 0) => tracing::warn!(
            "there is no release yet, and the page is empty until there is: `populace nightly` makes one"
        ),
        (true, unseen) => tracing::warn!(
            unseen,
            "none of the releases that are there is published, and the page is empty until one is: `populace release --list` says what can be done, and `populace serve --all` shows drafts"
        ),
    }
}
