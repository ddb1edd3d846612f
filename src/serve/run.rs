//! Starting to serve, and stopping in order.

use super::access::PageReader;
use super::metrics_page::metrics;
use super::router::router;
use super::settings::{ServeSettings, ShownReleases};
use super::state::ServeState;
use crate::error::{Context, Error, Result};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::routing::get;
use axum::{Extension, Router};
use object_store::ObjectStore;
use std::future::Future;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// How long the store is left alone between two looks.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// How long requests may take to end once the server is told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// Serves the releases of a store until `stop` ends. `started` is told the address.
///
/// # Errors
/// Usage: an address cannot be listened on, or is not of this machine.
pub(crate) async fn run<S>(
    settings: ServeSettings,
    store: Arc<dyn ObjectStore>,
    started: impl FnOnce(SocketAddr, Option<SocketAddr>) -> Result<()>,
    stop: impl Fn() -> S,
) -> Result<()>
where
    S: Future<Output = ()> + Send + 'static,
{
    let address = address_of("listen", &settings.listen)?;
    if !address.ip().is_loopback() {
        return Err(Error::usage(format!(
            "nobody signs in, so that {address} would let everybody read who reaches it"
        ))
        .hint("listen on 127.0.0.1 or [::1], or set up how readers sign in under [serve]"));
    }
    let page = bind(address).await?;
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
    started(address(&page)?, counted.as_ref().map(address).transpose()?)?;
    let site = router(&state)
        .layer(from_fn(only_this_machine))
        .layer(Extension(PageReader::local()));
    let serving = serve(page, site, stop());
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

/// Refuses requests for another host than this machine: a page elsewhere may have its name lead here.
async fn only_this_machine(request: Request, next: Next) -> axum::response::Response {
    use axum::http::{StatusCode, header, uri::Authority};
    use axum::response::IntoResponse;
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let is_here =
        host.is_none_or(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host.host()));
    match is_here {
        true => next.run(request).await,
        false => StatusCode::MISDIRECTED_REQUEST.into_response(),
    }
}
