//! The listening server: connections, TLS and an orderly end.

use super::connections::Connections;
use super::limits::{HEAD_TIME, LAST_REQUESTS, LONGEST_HEAD, LimitSettings, MOST_HEADERS};
use super::tls::Tls;
use crate::error::{Context, Result};
use axum::Router;
use axum_server::tls_rustls::RustlsAcceptor;
use axum_server::{Handle, Server};
use std::future::Future;
use std::net::{SocketAddr, TcpListener};

/// Takes a port; 0 stands for any free one. It is taken before the server runs, so that what fails is
/// said at once, with `hint` on what to do.
///
/// # Errors
/// Usage: another program has the port, or this account may not take it.
pub(crate) fn take_port(address: SocketAddr, hint: &str) -> Result<TcpListener> {
    let taken = TcpListener::bind(address).usage(|| format!("cannot listen on {address}"));
    taken.map_err(|e| e.hint(hint))
}

/// Serves `router` until `stop` ends; requests that are under way then have some seconds to end.
///
/// # Errors
/// Usage: the certificate cannot be used. Data: the server failed.
pub(crate) async fn listen(
    port: TcpListener,
    tls: Option<Tls>,
    limits: &LimitSettings,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let connections = Connections::new(limits);
    let tls = tls.map(Tls::watched).transpose()?;
    let handle = Handle::new();
    let server = axum_server::from_tcp(port).data(|| "the server cannot start")?;
    let server = bounded(server.handle(handle.clone()));
    let told = tokio::spawn(async move {
        stop.await;
        handle.graceful_shutdown(Some(LAST_REQUESTS));
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = match tls {
        Some(tls) => {
            let acceptor = RustlsAcceptor::new(tls).handshake_timeout(HEAD_TIME);
            let acceptor = acceptor.acceptor(connections);
            server.acceptor(acceptor).serve(service).await
        }
        None => server.acceptor(connections).serve(service).await,
    };
    told.abort();
    served.data(|| "the server failed")
}

/// With the limits of a request's head. HTTP/1.1 alone: none of the page's needs HTTP/2, whose streams
/// would need limits of their own.
fn bounded<A>(server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let mut server = server
        .http1_only()
        .first_request_timeout(HEAD_TIME)
        .accept_error_handler(|_, error| tracing::debug!("a connection was not taken: {error}"));
    let mut http = server.http_builder().http1();
    http.max_buf_size(LONGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .header_read_timeout(HEAD_TIME);
    server
}
