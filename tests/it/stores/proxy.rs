//! Something between Populace and a store that goes wrong, on a schedule that a seed gives.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    None,
    /// 503 without asking the store.
    Unavailable,
    /// 429 without asking the store.
    Throttled,
    /// The store does it, and the answer says 500.
    DoneButFailed,
    /// The connection is cut before the store is asked.
    CutBefore,
    /// The store does it, and the answer is lost.
    CutAfter,
    /// The store does it, and half of the answer is lost.
    CutWithin,
    /// The store does it, and the answer comes after the client has given up.
    Stalled,
}

const FAULTS: [Fault; 7] = [
    Fault::Unavailable,
    Fault::Throttled,
    Fault::DoneButFailed,
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::CutWithin,
    Fault::Stalled,
];

/// How long a stalled answer takes; clients of the tests wait a shorter time.
const STALL: Duration = Duration::from_secs(4);
/// The client's timeout that goes with it.
pub const TIMEOUT: &str = "2s";

/// A proxy that is gone when it is dropped.
pub struct Proxy {
    pub host: String,
    state: Arc<State>,
}

struct State {
    upstream: String,
    seed: u64,
    /// Of a hundred requests, how many go wrong.
    percent: u64,
    requests: AtomicU64,
    happened: Mutex<BTreeMap<Fault, u64>>,
    over: AtomicBool,
    /// After so many uploaded parts, nothing gets through any more.
    parts_left: AtomicU64,
}

impl Proxy {
    /// Before `upstream`, with faults in `percent` of a hundred requests.
    pub fn before(upstream: &str, seed: u64, percent: u64) -> Self {
        Self::start(upstream, seed, percent, u64::MAX)
    }

    /// Before `upstream`, and cut off for good after `parts` parts of uploads.
    pub fn breaking(upstream: &str, parts: u64) -> Self {
        Self::start(upstream, 0, 0, parts)
    }

    fn start(upstream: &str, seed: u64, percent: u64, parts: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let state = Arc::new(State {
            upstream: upstream.to_string(),
            seed,
            percent,
            requests: AtomicU64::new(0),
            happened: Mutex::default(),
            over: AtomicBool::new(false),
            parts_left: AtomicU64::new(parts),
        });
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.over.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), state) = (stream, shared.clone()) else {
                    continue;
                };
                // A client that goes away in the middle is nothing to report.
                std::thread::spawn(move || state.serve(stream).ok());
            }
        });
        Proxy { host, state }
    }

    /// Parts of uploads that still get through.
    pub fn parts_left(&self) -> u64 {
        self.state.parts_left.load(Ordering::Relaxed)
    }

    /// How often each fault happened.
    pub fn happened(&self) -> BTreeMap<Fault, u64> {
        self.state.happened.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(&self.host);
    }
}

impl State {
    fn fault(&self) -> Fault {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        let mut bits = (self.seed << 32) ^ request;
        // SplitMix64.
        bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        if bits % 100 >= self.percent {
            return Fault::None;
        }
        let which = usize::try_from((bits >> 32) % FAULTS.len() as u64).unwrap();
        FAULTS[which]
    }

    /// One request a connection.
    fn serve(&self, mut client: TcpStream) -> std::io::Result<()> {
        let Some((head, body)) = read_request(&mut client)? else {
            return Ok(());
        };
        let is_part = head.starts_with("PUT ")
            && (head.contains("partNumber=") || head.contains("comp=block&"));
        if is_part || self.parts_left.load(Ordering::Relaxed) == 0 {
            let left = self.parts_left.load(Ordering::Relaxed);
            if left == 0 {
                return Ok(());
            }
            if left != u64::MAX {
                self.parts_left.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let fault = self.fault();
        *self.happened.lock().unwrap().entry(fault).or_default() += 1;
        match fault {
            Fault::Unavailable => return answer(&mut client, "503 Service Unavailable"),
            Fault::Throttled => return answer(&mut client, "429 Too Many Requests"),
            Fault::CutBefore => return Ok(()),
            _ => {}
        }
        let mut store = TcpStream::connect(&self.upstream)?;
        store.write_all(head.as_bytes())?;
        store.write_all(&body)?;
        let mut answered = Vec::new();
        store.read_to_end(&mut answered)?;
        match fault {
            Fault::DoneButFailed => answer(&mut client, "500 Internal Server Error"),
            Fault::CutAfter => Ok(()),
            Fault::CutWithin => client.write_all(&answered[..answered.len() / 2]),
            _ => {
                if fault == Fault::Stalled {
                    #[allow(clippy::disallowed_methods)] // the fault itself
                    std::thread::sleep(STALL);
                }
                client.write_all(&answered)
            }
        }
    }
}

fn answer(client: &mut TcpStream, status: &str) -> std::io::Result<()> {
    let text = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    client.write_all(text.as_bytes())
}

/// The head of a request, rewritten to close the connection after it, and its body.
fn read_request(client: &mut TcpStream) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut buffer = [0u8; 64 * 1024];
    loop {
        let read = client.read(&mut buffer)?;
        bytes.extend_from_slice(&buffer[..read]);
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        let parsed = request.parse(&bytes).map_err(std::io::Error::other)?;
        let httparse::Status::Complete(end) = parsed else {
            if read == 0 {
                return Ok(None);
            }
            continue;
        };
        let mut head = format!(
            "{} {} HTTP/1.1\r\n",
            request.method.unwrap(),
            request.path.unwrap()
        );
        let mut length = 0;
        for header in request.headers {
            let value = String::from_utf8_lossy(header.value);
            match header.name.to_ascii_lowercase().as_str() {
                "connection" => continue,
                "content-length" => length = value.parse().unwrap(),
                _ => {}
            }
            head.push_str(&format!("{}: {value}\r\n", header.name));
        }
        head.push_str("Connection: close\r\n\r\n");
        let mut body = bytes[end..].to_vec();
        while body.len() < length {
            let read = client.read(&mut buffer)?;
            if read == 0 {
                return Ok(None);
            }
            body.extend_from_slice(&buffer[..read]);
        }
        return Ok(Some((head, body)));
    }
}
