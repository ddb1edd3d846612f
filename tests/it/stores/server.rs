//! The servers that the environment names.

use crate::project::{missing, text};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use populace::lake::Location;
use populace::lake::store::Store;
use sha2::Sha256;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

/// A server with a bucket, or a folder of one, of the test's own.
pub struct Server {
    /// s3 or az.
    scheme: &'static str,
    /// The bucket, and a folder where one is given.
    place: String,
    /// Where it listens, or a proxy before it: host and port.
    pub host: String,
    /// How long a request may take; as Populace sees fit when None.
    pub timeout: Option<&'static str>,
}

/// The account that every Azurite has.
const ACCOUNT: &str = "devstoreaccount1";
const ACCOUNT_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

fn named(variable: &str) -> Option<String> {
    match std::env::var(variable) {
        Ok(url) => Some(
            url.trim_start_matches("http://")
                .trim_end_matches('/')
                .to_string(),
        ),
        Err(_) => {
            missing(variable, "it names no server; .ci/run starts one");
            None
        }
    }
}

fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("care-{}-{next}", std::process::id())
}

impl Server {
    /// The S3 server that honours conditions. One that makes no bucket for a stranger is tried by
    /// hand with a bucket that is there: `POPULACE_TEST_S3_BUCKET`.
    pub fn s3() -> Option<Self> {
        if let Ok(bucket) = std::env::var("POPULACE_TEST_S3_BUCKET") {
            return Self::s3_at("POPULACE_TEST_S3", format!("{bucket}/{}", fresh_name()));
        }
        let server = Self::s3_at("POPULACE_TEST_S3", fresh_name())?;
        let head = format!("PUT /{} HTTP/1.1\r\n", server.place);
        server.make_bucket(&head, "200");
        Some(server)
    }

    /// The S3 server that ignores them; it has one bucket.
    pub fn careless() -> Option<Self> {
        Self::s3_at("POPULACE_TEST_S3_CARELESS", "care".to_string())
    }

    fn s3_at(variable: &str, place: String) -> Option<Self> {
        Some(Server {
            scheme: "s3",
            place,
            host: named(variable)?,
            timeout: None,
        })
    }

    /// The Azure server.
    pub fn azure() -> Option<Self> {
        let server = Server {
            scheme: "az",
            place: fresh_name(),
            host: named("POPULACE_TEST_AZURE")?,
            timeout: None,
        };
        let date = chrono::Utc::now().format("%a, %d %b %Y %H:%M:%S GMT");
        let facts = format!("x-ms-date:{date}\nx-ms-version:2021-08-06");
        let container = format!("{ACCOUNT}/{}", server.place);
        let signed = format!(
            "PUT\n\n\n\n\n\n\n\n\n\n\n\n{facts}\n/{ACCOUNT}/{container}\nrestype:container"
        );
        let key = STANDARD.decode(ACCOUNT_KEY).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(signed.as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        let head = format!(
            "PUT /{container}?restype=container HTTP/1.1\r\n{}\r\nAuthorization: SharedKey {ACCOUNT}:{signature}\r\n",
            facts
                .replace('\n', "\r\n")
                .replace("x-ms-date:", "x-ms-date: ")
                .replace("version:", "version: ")
        );
        server.make_bucket(&head, "201");
        Some(server)
    }

    fn make_bucket(&self, head: &str, expected: &str) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let rest = format!(
            "Host: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            self.host
        );
        stream
            .write_all(format!("{head}{rest}").as_bytes())
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = text(&answer);
        let status = answer.split(' ').nth(1).unwrap();
        assert_eq!(status, expected, "{answer}");
    }

    /// The same bucket through something that listens at `host`.
    pub fn through(&self, host: String) -> Self {
        Server {
            scheme: self.scheme,
            place: self.place.clone(),
            host,
            timeout: self.timeout,
        }
    }

    pub fn url(&self, below: &str) -> String {
        format!("{}://{}/{below}", self.scheme, self.place)
    }

    /// The environment of a command that uses the server.
    pub fn variables(&self) -> Vec<(String, String)> {
        let host = &self.host;
        // What s3rver knows; moto takes any.
        let credential = |name| std::env::var(name).unwrap_or_else(|_| "S3RVER".to_string());
        let variables = match self.scheme {
            "s3" => vec![
                ("AWS_ENDPOINT_URL", format!("http://{host}")),
                ("AWS_ALLOW_HTTP", "true".to_string()),
                ("AWS_REGION", "eu-west-2".to_string()),
                ("AWS_ACCESS_KEY_ID", credential("AWS_ACCESS_KEY_ID")),
                ("AWS_SECRET_ACCESS_KEY", credential("AWS_SECRET_ACCESS_KEY")),
            ],
            _ => vec![
                ("AZURE_ALLOW_HTTP", "true".to_string()),
                (
                    "AZURE_STORAGE_CONNECTION_STRING",
                    format!(
                        "AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};BlobEndpoint=http://{host}/{ACCOUNT}"
                    ),
                ),
            ],
        };
        let timeout = match self.scheme {
            "s3" => "AWS_TIMEOUT",
            _ => "AZURE_TIMEOUT",
        };
        let timeout = self.timeout.map(|t| (timeout, t.to_string()));
        let all = variables.into_iter().chain(timeout);
        all.map(|(n, v)| (n.to_string(), v)).collect()
    }

    pub fn location(&self, below: &str) -> Location {
        Location::parse(&self.url(below), Path::new(""))
            .unwrap()
            .with_variables(self.variables())
    }

    pub fn store(&self, below: &str) -> Store {
        self.location(below).store(false).unwrap()
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap()
}
