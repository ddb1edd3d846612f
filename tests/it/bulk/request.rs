//! Requests as they come off a socket, and answers that are not files.

use serde_json::json;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn read(stream: &mut TcpStream, held: &mut Vec<u8>) -> Option<Request> {
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

    pub fn write(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} Status\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", self.body.len());
        stream.write_all(head.as_bytes())?;
        stream.write_all(&self.body)
    }
}
