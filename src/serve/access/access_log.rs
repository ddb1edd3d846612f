//! The access log: one line a request, when its answer has gone or was cut off.
//!
//! It has no query: a search may hold what somebody looks for.

use super::page_reader::PageReader;
use super::request_head::{RequestHead, address_of};
use crate::visible::one_line;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use http_body::{Frame, SizeHint};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;
use tracing::Level;

/// The longest path and name that a line shows, in characters.
const LONGEST_SHOWN: usize = 200;

/// A request, for its line.
pub(super) struct LoggedRequest {
    began: Instant,
    address: Option<SocketAddr>,
    method: Method,
    path: String,
    /// Whether readers say who they are.
    signs_in: bool,
}

impl LoggedRequest {
    /// Remembers what the line says of a request.
    pub(super) fn of(request: &RequestHead, signs_in: bool) -> Self {
        let path = one_line(request.uri().path())
            .chars()
            .take(LONGEST_SHOWN)
            .collect();
        LoggedRequest {
            began: Instant::now(),
            address: address_of(request),
            method: request.method().clone(),
            path,
            signs_in,
        }
    }

    /// Lets the line be written when the answer has gone.
    pub(super) fn answered(self, answer: Response) -> Response {
        let reader = answer.extensions().get::<PageReader>();
        let line = AccessLine {
            reader: reader.map(|reader| reader.name.clone()),
            status: answer.status(),
            request: self,
            bytes: 0,
        };
        answer.map(|body| Body::new(CountedBody { body, line }))
    }
}

/// A line, which is written when it is dropped.
struct AccessLine {
    reader: Option<String>,
    status: StatusCode,
    request: LoggedRequest,
    bytes: u64,
}

impl Drop for AccessLine {
    fn drop(&mut self) {
        let request = &self.request;
        let is_shown = match request.signs_in {
            true => tracing::enabled!(target: "populace::serve::readers", Level::INFO),
            false => tracing::enabled!(Level::INFO),
        };
        if !is_shown {
            return;
        }
        let reader: String = match &self.reader {
            Some(name) => name.chars().take(LONGEST_SHOWN).collect(),
            None => "-".to_string(),
        };
        let address = request.address.map(|address| address.ip().to_canonical());
        let address = address.map_or_else(|| "-".to_string(), |address| address.to_string());
        let milliseconds = request.began.elapsed().as_secs_f64() * 1000.0;
        let line = format!(
            "reader={:?} address={address} method={} path={:?} status={} bytes={} ms={milliseconds:.1}",
            one_line(&reader),
            one_line(request.method.as_str()),
            request.path,
            self.status.as_u16(),
            self.bytes,
        );
        // Where nobody but this machine reads, it is shown to who asks for more.
        match request.signs_in {
            true => tracing::info!(target: "populace::serve::readers", "{line}"),
            false => tracing::info!("{line}"),
        }
    }
}

/// A body that counts what is taken of it.
struct CountedBody {
    body: Body,
    line: AccessLine,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let frame = Pin::new(&mut this.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(data) = frame.data_ref()
        {
            this.line.bytes += data.len() as u64;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
