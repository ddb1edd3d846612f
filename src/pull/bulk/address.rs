//! Which addresses a server may send us to.
//!
//! A manifest is input like any other: whoever can write one must not learn the token, nor make us
//! ask hosts that the operator did not name.

use crate::error::{Error, Result};
use crate::secure_url::{is_secure, origin};
use url::Url;

/// The longest address that is read.
const LONGEST: usize = 8 * 1024;

/// A FHIR server and the hosts that its files may lie on.
#[derive(Debug, Clone)]
pub struct Server {
    base: Url,
    file_hosts: Vec<String>,
}

impl Server {
    /// Reads the `url` and `file_hosts` settings of `source`.
    pub fn parse(source: &str, url: &str, file_hosts: &[String]) -> Result<Self> {
        let wrong = |why: &str| {
            Error::usage(format!("source {source}: its url {why}"))
                .hint("give the FHIR base address, such as https://record.example.nhs.uk/fhir/R4")
        };
        let mut base = Url::parse(url).map_err(|_| wrong("is not an address"))?;
        if !base.username().is_empty() || base.password().is_some() {
            return Err(wrong("holds a user or password"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(wrong("holds more than a path"));
        }
        if !is_secure(&base) {
            return Err(wrong("is not https"));
        }
        if !base.path().ends_with('/') {
            let path = format!("{}/", base.path());
            base.set_path(&path);
        }
        Ok(Server {
            base,
            file_hosts: file_hosts.to_vec(),
        })
    }

    /// An address below the base; `path` is ours, never the server's.
    pub fn at(&self, path: &str) -> Result<Url> {
        self.base
            .join(path)
            .map_err(|e| Error::usage(format!("{path} is no part of an address")).cause(e))
    }

    /// Whether the token may go to `url`.
    pub fn is_ours(&self, url: &Url) -> bool {
        self.base.origin() == url.origin()
    }

    /// An address that must be the server's own: `text`, relative to `from`. `what` is for errors.
    pub fn own(&self, from: &Url, text: &str, what: &str) -> Result<Url> {
        let url = read(from, text, what)?;
        if self.is_ours(&url) {
            return Ok(url);
        }
        Err(Error::data(format!("{what} leads to another host"))
            .cause(format!("{} instead of {}", origin(&url), origin(&self.base)))
            .hint("nothing was sent there; ask the server's operator, and correct url if the server has moved"))
    }

    /// The address of a file; with `token` it must be the server's own, otherwise a named host will do.
    pub fn file(&self, from: &Url, text: &str, token: bool) -> Result<Url> {
        let what = "the address of a file in the manifest";
        let url = read(from, text, what)?;
        let host = url.host_str().unwrap_or_default();
        let with_port = url.port().map(|port| format!("{host}:{port}"));
        let named = |name: &String| name == host || Some(name) == with_port.as_ref();
        if self.is_ours(&url) || (!token && self.file_hosts.iter().any(named)) {
            return Ok(url);
        }
        let error = Error::data(format!("{what} leads to another host"));
        Err(if token {
            error
                .cause("the manifest wants the access token there")
                .hint("the token never leaves the server that gave it; ask the server's operator")
        } else {
            error.cause(origin(&url)).hint(
                "if the server keeps its files there, add the host to file_hosts of this source",
            )
        })
    }
}

fn read(from: &Url, text: &str, what: &str) -> Result<Url> {
    let refused = |why: &str| {
        Error::data(format!("{what} is refused"))
            .cause(why)
            .hint("nothing was asked of it; tell the server's operator")
    };
    if text.len() > LONGEST {
        return Err(refused("it is too long"));
    }
    if text.is_empty() || text.bytes().any(|b| b <= b' ' || b == 0x7f || b == b'\\') {
        return Err(refused("it holds characters that no address has"));
    }
    let path = text.split(['?', '#']).next().unwrap_or_default();
    if climbs(path) {
        return Err(refused("its path climbs out of its folder"));
    }
    let url = from
        .join(text)
        .map_err(|_| refused("it is not an address"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it holds a user or password"));
    }
    if !is_secure(&url) {
        return Err(refused("it is not https"));
    }
    Ok(url)
}

/// Whether a path holds `..`, however often it is percent-encoded.
fn climbs(path: &str) -> bool {
    let mut path = path.to_ascii_lowercase();
    for _ in 0..4 {
        if path.split(['/', '\\']).any(|part| part == "..") {
            return true;
        }
        path = path
            .replace("%25", "%")
            .replace("%2e", ".")
            .replace("%2f", "/")
            .replace("%5c", "\\");
    }
    path.split(['/', '\\']).any(|part| part == "..")
}

/// An address without what may be a secret in it: its query and fragment.
pub(super) fn bare(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Server {
        let hosts = ["files.example:8443".to_string()];
        Server::parse("record", "https://fhir.example/r4", &hosts).unwrap()
    }

    #[test]
    fn the_base_is_encrypted_or_here() {
        assert!(Server::parse("s", "http://fhir.example/r4", &[]).is_err());
        assert!(Server::parse("s", "https://user:word@fhir.example/r4", &[]).is_err());
        assert!(Server::parse("s", "ftp://fhir.example", &[]).is_err());
        let here = Server::parse("s", "http://127.0.0.1:80/r4", &[]).unwrap();
        assert_eq!(here.base.as_str(), "http://127.0.0.1/r4/");
    }

    #[test]
    fn a_token_stays_at_home() {
        let server = server();
        let from = server.base.clone();
        assert!(server.file(&from, "https://fhir.example/f/1", true).is_ok());
        assert!(server.file(&from, "files/1?x=1", true).is_ok());
        assert!(
            server
                .file(&from, "https://files.example:8443/1", false)
                .is_ok()
        );
        assert!(
            server
                .file(&from, "https://files.example:8443/1", true)
                .is_err()
        );
        assert!(
            server
                .file(&from, "https://files.example/1", false)
                .is_err()
        );
        assert!(
            server
                .file(&from, "https://fhir.example:444/1", true)
                .is_err()
        );
        assert!(server.own(&from, "//evil.example/status", "x").is_err());
    }

    #[test]
    fn tricks_are_refused() {
        let server = server();
        let from = server.base.clone();
        for text in [
            "file:///etc/passwd",
            "http://fhir.example/1",
            "javascript:alert(1)",
            "data:text/plain,x",
            "https://fhir.example/a/../../b",
            "https://fhir.example/a/%2e%2E/b",
            "https://fhir.example/a/%252e%252e%252fb",
            "https://fhir.example\\@evil.example/",
            "https://user@fhir.example/1",
            "https://fhir.example/1\r\nX: y",
            "",
        ] {
            assert!(server.file(&from, text, false).is_err(), "{text}");
        }
    }
}
