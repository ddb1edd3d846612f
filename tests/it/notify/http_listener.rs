//! A server on loopback that keeps what is posted to it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// One request.
pub struct Posted {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Posted {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A server that answers with the statuses it was given, one a request, and then with 200.
pub struct HttpListener {
    pub url: String,
    posted: Receiver<Posted>,
}

impl HttpListener {
    pub fn answering(statuses: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let statuses = statuses.to_vec();
        let (send, posted) = channel();
        // It ends with the test, whose process it belongs to.
        std::thread::spawn(move || {
            let mut statuses = statuses.into_iter();
            for stream in listener.incoming() {
                let status = statuses.next().unwrap_or("200 OK");
                if serve(&mut stream.unwrap(), status, &send).is_none() {
                    return;
                }
            }
        });
        HttpListener { url, posted }
    }

    /// What was posted until now.
    pub fn posted(&self) -> Vec<Posted> {
        std::iter::from_fn(|| self.posted.recv_timeout(Duration::from_millis(200)).ok()).collect()
    }
}

/// Answers one request; None when nobody wants what was posted any more.
fn serve(stream: &mut TcpStream, status: &str, send: &Sender<Posted>) -> Option<()> {
    let mut bytes = Vec::new();
    let (path, headers, head) = loop {
        let mut room = [0; 4096];
        let read = stream.read(&mut room).unwrap();
        bytes.extend_from_slice(&room[..read]);
        let mut found = [httparse::EMPTY_HEADER; 32];
        let mut request = httparse::Request::new(&mut found);
        if let httparse::Status::Complete(head) = request.parse(&bytes).unwrap() {
            let headers = request.headers.iter().map(|header| {
                let value = String::from_utf8(header.value.to_vec()).unwrap();
                (header.name.to_ascii_lowercase(), value)
            });
            assert_eq!(request.method, Some("POST"));
            break (
                request.path.unwrap().to_string(),
                headers.collect::<BTreeMap<_, _>>(),
                head,
            );
        }
        assert!(read > 0, "half a request");
    };
    let length: usize = headers["content-length"].parse().unwrap();
    let mut body = bytes.split_off(head);
    let mut rest = vec![0; length - body.len()];
    stream.read_exact(&mut rest).unwrap();
    body.extend(rest);
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).unwrap();
    send.send(Posted {
        path,
        headers,
        body,
    })
    .ok()
}
