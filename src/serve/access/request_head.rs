//! The head of a request: all of it but its body.

use axum::extract::ConnectInfo;
use std::net::SocketAddr;

/// The head of a request. It can be looked at while something is waited for, and a body cannot.
pub(super) type RequestHead = axum::http::Request<()>;

/// The address at the other end of the connection.
pub(super) fn address_of(request: &RequestHead) -> Option<SocketAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(address)| *address)
}

/// A header, where it is text.
pub(super) fn text_of<'r>(request: &'r RequestHead, name: &str) -> Option<&'r str> {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}
