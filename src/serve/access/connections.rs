//! Connections: how many there are at a time, and what becomes of clients that do not take what they
//! asked for.

use super::limits::{LEAST_TAKEN, LimitSettings, TAKING_WINDOW};
use super::rate::network_of;
use axum_server::accept::Accept;
use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// Accepts connections while there is room.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    most: usize,
    most_of_one: usize,
    open: Arc<Mutex<OpenConnections>>,
}

#[derive(Debug, Default)]
struct OpenConnections {
    all: usize,
    by_network: HashMap<IpAddr, usize>,
}

impl Connections {
    /// With the limits of the settings.
    pub(super) fn new(limits: &LimitSettings) -> Self {
        Connections {
            most: limits.connections,
            most_of_one: limits.connections_per_address,
            open: Arc::default(),
        }
    }

    /// ConnectionRoom for one more from this address, until it is dropped.
    fn room(&self, address: IpAddr) -> Option<ConnectionRoom> {
        let network = network_of(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = open.by_network.get(&network).copied().unwrap_or(0);
        if open.all >= self.most || of_one >= self.most_of_one {
            return None;
        }
        open.all += 1;
        open.by_network.insert(network, of_one + 1);
        Some(ConnectionRoom {
            network,
            open: self.open.clone(),
        })
    }
}

/// The room of one connection.
#[derive(Debug)]
struct ConnectionRoom {
    network: IpAddr,
    open: Arc<Mutex<OpenConnections>>,
}

impl Drop for ConnectionRoom {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        // No entry stays behind, so that memory is bounded by the connections.
        match open.by_network.get_mut(&self.network) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                open.by_network.remove(&self.network);
            }
        }
    }
}

impl<S> Accept<TcpStream, S> for Connections {
    type Stream = WatchedStream;
    type Service = S;
    type Future = Ready<io::Result<(WatchedStream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let accepted = stream.peer_addr().and_then(|peer| {
            let room = self.room(peer.ip());
            let room = room.ok_or_else(|| io::Error::other("too many connections"))?;
            // Answers are written whole: waiting to fill a packet only delays them.
            stream.set_nodelay(true)?;
            Ok(WatchedStream {
                stream,
                window: None,
                taken: 0,
                _room: room,
            })
        });
        ready(accepted.map(|stream| (stream, service)))
    }
}

/// A connection whose client is left when it does not take what it asked for.
#[derive(Debug)]
pub(super) struct WatchedStream {
    stream: TcpStream,
    /// Runs while bytes wait for the client.
    window: Option<Pin<Box<Sleep>>>,
    /// Bytes that were taken since it began.
    taken: u64,
    _room: ConnectionRoom,
}

impl WatchedStream {
    /// Counts what was written, or how long is waited.
    fn watch(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => {
                self.taken += *bytes as u64;
                return written;
            }
            Poll::Ready(Err(_)) => return written,
            Poll::Pending => {}
        }
        let taken = &mut self.taken;
        let window = self.window.get_or_insert_with(|| {
            *taken = 0;
            Box::pin(sleep(TAKING_WINDOW))
        });
        while window.as_mut().poll(context).is_ready() {
            if *taken < LEAST_TAKEN {
                let slow = io::Error::new(io::ErrorKind::TimedOut, "the client takes too little");
                return Poll::Ready(Err(slow));
            }
            *taken = 0;
            window.set(sleep(TAKING_WINDOW));
        }
        written
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.watch(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, parts);
        this.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // It is flushed when all was written: nothing waits any longer.
        this.window = None;
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_given_back() {
        let connections = Connections::new(&LimitSettings {
            connections: 3,
            connections_per_address: 2,
            ..LimitSettings::default()
        });
        let room = |address: &str| connections.room(address.parse().unwrap());
        let first = room("192.0.2.1").unwrap();
        let _second = room("192.0.2.1").unwrap();
        assert!(room("192.0.2.1").is_none(), "one address has two at most");
        let _third = room("192.0.2.2").unwrap();
        assert!(room("192.0.2.3").is_none(), "there are three at most");
        drop(first);
        let fourth = room("192.0.2.3").unwrap();
        drop(fourth);
        let open = connections.open.lock().unwrap();
        assert_eq!((open.all, open.by_network.len()), (2, 2));
    }
}
