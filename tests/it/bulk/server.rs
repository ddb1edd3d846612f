//! A FHIR Bulk Data server on loopback that does whatever a test wants to go wrong.
//!
//! Real HTTP/1.1 over real sockets. It writes down every byte of every file that it serves, checks
//! every signature and token, and answers by a plan and a seed.

use super::chaos::{Chaos, Fault};
use super::grants::Grants;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A file that the server has.
#[derive(Clone)]
pub struct ServedFile {
    /// `output`, `deleted` or `error`.
    pub role: &'static str,
    pub kind: String,
    pub bytes: Arc<Vec<u8>>,
    pub count: Option<u64>,
    /// What the file is before it changes, which it does while it is first served.
    pub before: Option<Arc<Vec<u8>>>,
}

/// How the length of a body is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Framing {
    Length,
    Chunked,
    /// The connection closes at the end.
    Close,
}

/// What the server does.
#[derive(Clone)]
pub struct Export {
    pub files: Vec<ServedFile>,
    pub transaction_time: String,
    pub fhir_version: &'static str,
    /// The public key that requests for tokens must be signed with; None for an open server.
    pub key: Option<(&'static str, jsonwebtoken::Algorithm)>,
    /// What the manifest says of tokens; an open server says no.
    pub requires_token: bool,
    /// Requests that a token is good for.
    pub token_uses: usize,
    /// Downloads that a link is good for.
    pub link_uses: usize,
    /// Answers of 202 before the export is complete.
    pub polls: usize,
    /// Pages of the manifest.
    pub pages: usize,
    pub ranges: bool,
    pub etags: bool,
    pub framing: Framing,
    /// Whether bodies are packed on the way when the client takes that.
    pub packs: bool,
    /// Microseconds of rest after every few KiB.
    pub slowness: u64,
    pub chaos: Chaos,
    /// Where requests for files are sent instead.
    pub redirect_files: Option<String>,
    /// A manifest in the place of the server's own.
    pub manifest: Option<serde_json::Value>,
    /// A status for polls in the place of the server's own.
    pub status: Option<(u16, &'static str)>,
}

impl Export {
    /// A server that does nothing wrong.
    pub fn good(files: Vec<ServedFile>) -> Self {
        Export {
            files,
            transaction_time: "2026-10-01T02:00:00.000Z".to_string(),
            fhir_version: "4.0.1",
            key: None,
            requires_token: false,
            token_uses: usize::MAX,
            link_uses: usize::MAX,
            polls: 1,
            pages: 1,
            ranges: true,
            etags: true,
            framing: Framing::Length,
            packs: false,
            slowness: 0,
            chaos: Chaos::none(),
            redirect_files: None,
            manifest: None,
            status: None,
        }
    }
}

/// Bytes that were sent of a file.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    pub file: usize,
    pub start: u64,
    pub length: u64,
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub target: String,
}

#[derive(Default)]
pub struct Book {
    pub asked: Vec<Asked>,
    pub sent: Vec<Sent>,
    grants: Grants,
    jobs: BTreeMap<usize, Job>,
    begun: usize,
    signature: usize,
    link_uses: BTreeMap<usize, usize>,
    changed: BTreeMap<usize, bool>,
}

/// An export that was asked for.
#[derive(Default)]
struct Job {
    polls: usize,
    /// Whether it is of changes since the last one, when there were none.
    nothing_new: bool,
}

struct Shared {
    address: SocketAddr,
    export: Mutex<Arc<Export>>,
    book: Mutex<Book>,
    stop: AtomicBool,
}

pub struct Server {
    shared: Arc<Shared>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    pub fn start(export: Export) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Arc::new(Shared {
            address: listener.local_addr().unwrap(),
            export: Mutex::new(Arc::new(export)),
            book: Mutex::default(),
            stop: AtomicBool::new(false),
        });
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.stop.load(Ordering::Relaxed) {
                    return;
                }
                let shared = accepting.clone();
                std::thread::spawn(move || {
                    let _ = shared.serve(stream);
                });
            }
        });
        Server { shared }
    }

    /// The FHIR base address.
    pub fn url(&self) -> String {
        format!("http://{}/fhir", self.shared.address)
    }

    /// Serves another export from now on.
    pub fn change(&self, change: impl FnOnce(&mut Export)) {
        change(Arc::make_mut(&mut lock(&self.shared.export)));
    }

    /// What was asked and sent up to now.
    pub fn book<T>(&self, read: impl FnOnce(&Book) -> T) -> T {
        read(&lock(&self.shared.book))
    }

    pub fn sent(&self) -> Vec<Sent> {
        self.book(|book| book.sent.clone())
    }

    /// Requests whose method and target begin so.
    pub fn asked(&self, method: &str, target: &str) -> Vec<Asked> {
        self.book(|book| {
            let all = book.asked.iter();
            all.filter(|a| a.method == method && a.target.starts_with(target))
                .cloned()
                .collect()
        })
    }

    /// Exports that were asked for and not deleted.
    pub fn open_jobs(&self) -> usize {
        self.book(|book| book.jobs.len())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.shared.address);
    }
}

pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    fn read(stream: &mut TcpStream, held: &mut Vec<u8>) -> Option<Request> {
        let mut buffer = [0u8; 16 * 1024];
        loop {
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut parsed = httparse::Request::new(&mut headers);
            if let httparse::Status::Complete(head) = parsed.parse(held).ok()? {
                let mut request = Request {
                    method: parsed.method?.to_string(),
                    target: parsed.path?.to_string(),
                    headers: parsed
                        .headers
                        .iter()
                        .map(|h| {
                            let value = String::from_utf8_lossy(h.value).into_owned();
                            (h.name.to_ascii_lowercase(), value)
                        })
                        .collect(),
                    body: Vec::new(),
                };
                let length = request.headers.get("content-length");
                let length: usize = length.map_or(0, |l| l.parse().unwrap());
                while held.len() < head + length {
                    let read = stream.read(&mut buffer).ok().filter(|n| *n > 0)?;
                    held.extend_from_slice(&buffer[..read]);
                }
                request.body = held[head..head + length].to_vec();
                held.drain(..head + length);
                return Some(request);
            }
            let read = stream.read(&mut buffer).ok().filter(|n| *n > 0)?;
            held.extend_from_slice(&buffer[..read]);
        }
    }

    pub fn token(&self) -> Option<String> {
        let value = self.headers.get("authorization")?;
        Some(value.strip_prefix("Bearer ")?.to_string())
    }
}

/// An answer that is not a file.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Reply {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, body.to_string())
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// An OperationOutcome with one issue.
    pub fn outcome(status: u16, code: &str) -> Self {
        Self::json(
            status,
            &json!({ "resourceType": "OperationOutcome", "issue": [
                { "severity": "error", "code": code, "diagnostics": "SECRET-DIAGNOSTICS" },
            ] }),
        )
    }

    fn write(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} Status\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", self.body.len());
        stream.write_all(head.as_bytes())?;
        stream.write_all(&self.body)
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut held = Vec::new();
        while let Some(request) = Request::read(&mut stream, &mut held) {
            lock(&self.book).asked.push(Asked {
                method: request.method.clone(),
                target: request.target.clone(),
            });
            let target = request.target.clone();
            let path = target.split('?').next().unwrap_or_default();
            let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
            let export = lock(&self.export).clone();
            let file: Option<usize> = match parts.as_slice() {
                ["fhir", "files", _, file] => file.parse().ok(),
                _ => None,
            };
            let fault = export.chaos.fault(file.is_some());
            match fault {
                Some(Fault::Refuse) => return Ok(()),
                Some(Fault::Answer(reply)) => {
                    reply.write(&mut stream)?;
                    continue;
                }
                Some(Fault::LoseTokens) => lock(&self.book).grants.lose_all(),
                _ => {}
            }
            match file {
                Some(file) => {
                    if !self.file(&mut stream, &export, &request, file, fault)? {
                        return Ok(());
                    }
                }
                None => self.reply(&export, &request, &parts).write(&mut stream)?,
            }
        }
        Ok(())
    }

    fn reply(&self, export: &Export, request: &Request, parts: &[&str]) -> Reply {
        let base = format!("http://{}", self.address);
        match parts {
            ["fhir", "metadata"] => {
                let body = json!({ "resourceType": "CapabilityStatement", "fhirVersion": export.fhir_version });
                return Reply::json(200, &body);
            }
            ["fhir", ".well-known", "smart-configuration"] => {
                let body = json!({ "token_endpoint": format!("{base}/token"),
                    "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"] });
                return Reply::json(200, &body);
            }
            ["token"] => {
                let Some((key, algorithm)) = export.key else {
                    return Reply::new(404, "");
                };
                let mut book = lock(&self.book);
                return book.grants.grant(
                    &request.body,
                    &format!("{base}/token"),
                    key,
                    algorithm,
                    export.token_uses,
                );
            }
            _ => {}
        }
        let mut book = lock(&self.book);
        if export.key.is_some() && !book.grants.accepts(request.token().as_deref()) {
            return Reply::outcome(401, "login");
        }
        match (request.method.as_str(), parts) {
            ("GET", ["fhir", .., "$export"]) => {
                book.begun += 1;
                let job = book.begun;
                let since = format!("_since={}", export.transaction_time.replace(':', "%3A"));
                let nothing_new = request.target.contains(&since);
                book.jobs.insert(
                    job,
                    Job {
                        polls: 0,
                        nothing_new,
                    },
                );
                Reply::new(202, "").with("Content-Location", format!("{base}/fhir/jobs/{job}"))
            }
            ("DELETE", ["fhir", "jobs", job]) => match book.jobs.remove(&job.parse().unwrap()) {
                Some(_) => Reply::new(202, ""),
                None => Reply::outcome(404, "not-found"),
            },
            ("GET", ["fhir", "jobs", job, rest @ ..]) => {
                let job: usize = job.parse().unwrap();
                if let Some((status, code)) = export.status {
                    return match status {
                        202 => Reply::new(202, "").with("Retry-After", code),
                        _ => Reply::outcome(status, code),
                    };
                }
                let Some(Job { polls, nothing_new }) = book.jobs.get_mut(&job) else {
                    return Reply::outcome(404, "not-found");
                };
                *polls += 1;
                let files = if *nothing_new {
                    &[]
                } else {
                    export.files.as_slice()
                };
                if *polls <= export.polls {
                    let waits = [
                        "0",
                        "Thu, 01 Jan 2099 00:00:00 GMT",
                        "Thu, 01 Jan 2015 00:00:00 GMT",
                        "soon",
                    ];
                    return Reply::new(202, "").with("Retry-After", waits[*polls % waits.len()]);
                }
                let page = rest.first().map_or(0, |page| page.parse().unwrap());
                book.signature += 1;
                let signature = book.signature;
                book.link_uses.insert(signature, 0);
                let manifest = export.manifest.clone();
                Reply::json(
                    200,
                    &manifest.unwrap_or_else(|| export.page(files, &base, job, page, signature)),
                )
            }
            _ => Reply::new(404, ""),
        }
    }

    /// Serves a file; false when the connection is to be closed.
    fn file(
        &self,
        stream: &mut TcpStream,
        export: &Export,
        request: &Request,
        file: usize,
        fault: Option<Fault>,
    ) -> std::io::Result<bool> {
        let served = &export.files[file];
        let version = {
            let mut book = lock(&self.book);
            let with_token = export.key.is_some() && export.requires_token;
            if with_token && !book.grants.accepts(request.token().as_deref()) {
                Reply::outcome(401, "login").write(stream)?;
                return Ok(true);
            }
            if !export.requires_token {
                assert_eq!(request.token(), None, "a token came where none is wanted");
                let signature = request.target.split("sig=").nth(1).unwrap_or("0");
                let signature: usize = signature.parse().unwrap();
                let uses = book.link_uses.entry(signature).or_default();
                *uses += 1;
                if *uses > export.link_uses {
                    Reply::new(403, "expired").write(stream)?;
                    return Ok(true);
                }
            }
            let changed = *book.changed.entry(file).or_insert(served.before.is_none());
            usize::from(changed)
        };
        if let Some(to) = &export.redirect_files {
            Reply::new(307, "")
                .with("Location", format!("{to}/{file}"))
                .write(stream)?;
            return Ok(true);
        }
        let mut bytes = match (&served.before, version) {
            (Some(before), 0) => before.clone(),
            _ => served.bytes.clone(),
        };
        let packs = export.packs
            && request
                .headers
                .get("accept-encoding")
                .is_some_and(|e| e.contains("gzip"));
        if packs {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(&bytes)?;
            bytes = Arc::new(packer.finish()?);
        }
        let etag = format!("\"{file}-{version}\"");
        let mut range = request
            .headers
            .get("range")
            .filter(|_| export.ranges)
            .cloned();
        if request
            .headers
            .get("if-range")
            .is_some_and(|name| *name != etag)
        {
            range = None;
        }
        let start = range.as_ref().map_or(0, |range| {
            let from = range
                .strip_prefix("bytes=")
                .unwrap()
                .strip_suffix('-')
                .unwrap();
            from.parse::<usize>().unwrap()
        });
        if range.is_some() && start >= bytes.len() {
            Reply::new(416, "")
                .with("Content-Range", format!("bytes */{}", bytes.len()))
                .write(stream)?;
            return Ok(true);
        }
        let body = &bytes[start..];
        let said = match &fault {
            Some(Fault::LongLength(more)) => body.len() + more,
            Some(Fault::ShortLength(part)) if range.is_none() => {
                (body.len() as f64 * part) as usize
            }
            _ => body.len(),
        };
        let mut head = match range {
            Some(_) => format!(
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{}/{}\r\n",
                bytes.len() - 1,
                bytes.len()
            ),
            None => "HTTP/1.1 200 OK\r\n".to_string(),
        };
        head += "Content-Type: application/fhir+ndjson\r\n";
        if packs {
            head += "Content-Encoding: gzip\r\n";
        }
        if export.etags {
            head += &format!("ETag: {etag}\r\n");
        }
        head += &match export.framing {
            Framing::Length => format!("Content-Length: {said}\r\n\r\n"),
            Framing::Chunked => "Transfer-Encoding: chunked\r\n\r\n".to_string(),
            Framing::Close => "Connection: close\r\n\r\n".to_string(),
        };
        stream.write_all(head.as_bytes())?;
        let until = match &fault {
            // The file changes before all of it was served.
            _ if version == 0 => body.len() * 3 / 5,
            Some(Fault::Cut(part)) => (body.len() as f64 * part) as usize,
            _ => body.len().min(said),
        };
        let at = {
            let mut book = lock(&self.book);
            book.sent.push(Sent {
                file,
                start: start as u64,
                length: 0,
            });
            book.sent.len() - 1
        };
        for part in body[..until].chunks(4096) {
            if export.framing == Framing::Chunked {
                stream.write_all(format!("{:x}\r\n", part.len()).as_bytes())?;
            }
            stream.write_all(part)?;
            if export.framing == Framing::Chunked {
                stream.write_all(b"\r\n")?;
            }
            lock(&self.book).sent[at].length += part.len() as u64;
            if export.slowness > 0 {
                #[allow(clippy::disallowed_methods)] // a slow server
                std::thread::sleep(Duration::from_micros(export.slowness));
            }
        }
        if served.before.is_some() {
            lock(&self.book).changed.insert(file, true);
        }
        if until < body.len() || said != body.len() {
            return Ok(said <= until && version > 0);
        }
        if export.framing == Framing::Chunked {
            stream.write_all(b"0\r\n\r\n")?;
        }
        Ok(export.framing != Framing::Close)
    }
}

impl Export {
    /// A page of the manifest. The signature in links changes each time, as of links that expire.
    fn page(
        &self,
        files: &[ServedFile],
        base: &str,
        job: usize,
        page: usize,
        signature: usize,
    ) -> serde_json::Value {
        let per_page = files.len().div_ceil(self.pages).max(1);
        let mut lists: BTreeMap<&str, Vec<serde_json::Value>> = BTreeMap::new();
        let all = files.iter().enumerate();
        for (at, file) in all.skip(page * per_page).take(per_page) {
            let mut entry = json!({
                "type": file.kind,
                "url": format!("{base}/fhir/files/{job}/{at}?sig={signature}"),
            });
            if let Some(count) = file.count {
                entry["count"] = json!(count);
            }
            lists.entry(file.role).or_default().push(entry);
        }
        let mut manifest = json!({
            "transactionTime": self.transaction_time,
            "request": format!("{base}/fhir/$export"),
            "requiresAccessToken": self.requires_token,
            "output": lists.remove("output").unwrap_or_default(),
            "error": lists.remove("error").unwrap_or_default(),
        });
        if let Some(deleted) = lists.remove("deleted") {
            manifest["deleted"] = json!(deleted);
        }
        if page + 1 < self.pages {
            let next = format!("{base}/fhir/jobs/{job}/{}", page + 1);
            manifest["link"] = json!([{ "relation": "next", "url": next }]);
        }
        manifest
    }
}
