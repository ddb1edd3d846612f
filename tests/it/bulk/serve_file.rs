//! Serving one file: from any byte, in any framing, as far as the fault of the moment lets it come.

use super::chaos::Fault;
use super::export::{Endless, Export, Framing};
use super::request::{Reply, Request};
use super::server::{Sent, Shared, lock};
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

impl Shared {
    /// Serves a file; false when the connection is to be closed.
    pub fn file(
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
        if let Some(what) = export.endless.filter(|what| *what != Endless::Pages) {
            endless(stream, what)?;
            return Ok(false);
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

/// Sends what has no end, until the client has had enough.
pub fn endless(stream: &mut TcpStream, what: Endless) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
    let part = match what {
        Endless::Lines => "{\"resourceType\":\"Basic\",\"id\":\"1\"}\n".repeat(1000),
        Endless::Drip | Endless::Answers => " ".to_string(),
        Endless::Line | Endless::Pages => "x".repeat(40_000),
    };
    loop {
        stream.write_all(format!("{:x}\r\n{part}\r\n", part.len()).as_bytes())?;
        if part.len() == 1 {
            #[allow(clippy::disallowed_methods)] // a slow server
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
