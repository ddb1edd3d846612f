//! A FHIR Bulk Data server on loopback that does whatever a test wants to go wrong.
//!
//! Real HTTP/1.1 over real sockets. It writes down every byte of every file that it serves, checks
//! every signature and token, and answers by a plan and a seed.

use super::chaos::Fault;
use super::export::{Endless, Export};
use super::grants::Grants;
use super::request::{Reply, Request};
use serde_json::json;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    pub grants: Grants,
    jobs: BTreeMap<usize, Job>,
    begun: usize,
    signature: usize,
    /// Downloads by each signature of a manifest's links.
    pub link_uses: BTreeMap<usize, usize>,
    /// Files that have changed.
    pub changed: BTreeMap<usize, bool>,
}

/// An export that was asked for.
#[derive(Default)]
struct Job {
    polls: usize,
    /// Whether it is of changes since the last one, when there were none.
    nothing_new: bool,
}

pub struct Shared {
    address: SocketAddr,
    export: Mutex<Arc<Export>>,
    pub book: Mutex<Book>,
    stop: AtomicBool,
}

pub struct Server {
    shared: Arc<Shared>,
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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
                None if export.endless == Some(Endless::Answers) && parts.contains(&"jobs") => {
                    return super::serve_file::endless(&mut stream, Endless::Drip);
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
                let asked = book.asked.iter().filter(|asked| asked.target == "/token");
                if asked.count() <= export.busy_tokens {
                    return Reply::new(429, "").with("Retry-After", 1);
                }
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
                if export.all_types_only && request.target.contains("_type=") {
                    return Reply::outcome(400, "not-supported");
                }
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
                let status = if export.early && page + 1 < export.pages {
                    202
                } else {
                    200
                };
                Reply::json(
                    status,
                    &manifest.unwrap_or_else(|| export.page(files, &base, job, page, signature)),
                )
            }
            _ => Reply::new(404, ""),
        }
    }
}
