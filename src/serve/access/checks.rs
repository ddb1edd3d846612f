//! Requests that no browser of a reader sends: refused before anything else looks at them.

use super::refusal::AccessRefusal;
use super::request_head::RequestHead;
use crate::error::{Error, Result};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{Method, StatusCode};
use std::sync::Arc;

/// The longest path and query, in bytes.
const LONGEST_PATH: usize = 1024;
const LONGEST_QUERY: usize = 4096;

/// The names under which this server answers.
#[derive(Debug, Clone)]
pub(super) struct Hosts(Arc<[String]>);

impl Hosts {
    /// Browsers on this machine call it so.
    pub(super) fn loopback() -> Self {
        Hosts(["localhost", "127.0.0.1", "[::1]"].map(String::from).into())
    }

    /// The names of the settings.
    ///
    /// # Errors
    /// Usage: one is no name of a host.
    pub(super) fn new(names: &[String]) -> Result<Self> {
        let plain = |name: &String| {
            let authority = name.parse::<Authority>().ok()?;
            (authority.host() == name).then(|| name.to_ascii_lowercase())
        };
        let hosts: Option<Vec<String>> = names.iter().map(plain).collect();
        match hosts {
            Some(hosts) => Ok(Hosts(hosts.into())),
            None => Err(Error::usage("[serve] hosts has an entry that is no name of a host")
                .hint("write the name alone, without https:// and without a port: \"population.example.nhs.uk\"")),
        }
    }

    fn have(&self, authority: &Authority) -> bool {
        let host = authority.host().to_ascii_lowercase();
        !authority.as_str().contains('@') && self.0.contains(&host)
    }
}

/// Refuses methods, paths and hosts that are not answered. `any_host` is for what load balancers ask,
/// which call a server by its address.
pub(super) fn check(
    request: &RequestHead,
    hosts: &Hosts,
    any_host: bool,
) -> Result<(), AccessRefusal> {
    if ![Method::GET, Method::HEAD, Method::POST].contains(request.method()) {
        return Err(AccessRefusal::method(
            "This site answers GET, HEAD and POST only.",
            "GET, HEAD, POST",
        ));
    }
    if request.uri().path().len() > LONGEST_PATH
        || request
            .uri()
            .query()
            .is_some_and(|q| q.len() > LONGEST_QUERY)
    {
        return Err(AccessRefusal::new(
            StatusCode::URI_TOO_LONG,
            "The address is longer than any of this site.",
        ));
    }
    if !is_plain_path(request.uri().path()) {
        return Err(AccessRefusal::bad_request(
            "The address is none of this site.",
        ));
    }
    let named = host_of(request)?;
    if !any_host && !named.is_some_and(|name| hosts.have(&name)) {
        return Err(AccessRefusal::new(
            StatusCode::MISDIRECTED_REQUEST,
            "This site is not called so. Use the address that you were given.",
        ));
    }
    Ok(())
}

/// The host that a request names: once, and in the address as in the header.
fn host_of(request: &RequestHead) -> Result<Option<Authority>, AccessRefusal> {
    let refused = || AccessRefusal::bad_request("The request names no host, or several.");
    let mut named = request.headers().get_all(HOST).iter();
    let (host, second) = (named.next(), named.next());
    if second.is_some() {
        return Err(refused());
    }
    let Some(host) = host else { return Ok(None) };
    let host = host.to_str().ok().and_then(|host| host.parse().ok());
    let host: Authority = host.ok_or_else(refused)?;
    match request.uri().authority() {
        Some(address) if *address != host => Err(refused()),
        _ => Ok(Some(host)),
    }
}

/// Whether a path means the same to everything that reads it: no dots that climb, no slash, backslash
/// or percent sign behind a percent sign, no empty part.
pub(super) fn is_plain_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    let parts: Vec<&str> = rest.split('/').collect();
    let last = parts.len() - 1;
    let plain = |(at, part): (usize, &&str)| match decoded(part) {
        Some(part) if part.is_empty() => at == last,
        Some(part) => {
            part != "."
                && part != ".."
                && !part.contains(['/', '\\', '%'])
                && !part.contains(char::is_control)
        }
        None => false,
    };
    parts.iter().enumerate().all(plain)
}

/// A part of a path without its percent signs.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_climb_or_hide_are_refused() {
        for path in [
            "/",
            "/a/b",
            "/a/",
            "/releases/2026-09-30-1a2b/x.y.csv",
            "/a%20b",
            "/caf%C3%A9",
            "/..a",
        ] {
            assert!(is_plain_path(path), "{path}");
        }
        for path in [
            "",
            "a",
            "*",
            "//",
            "//evil.example",
            "/a//b",
            "/..",
            "/a/../b",
            "/a/.",
            "/%2e%2e/x",
            "/.%2E/x",
            "/a%2fb",
            "/a%5cb",
            "/a\\b",
            "/a%00",
            "/a%0d%0aSet-Cookie:x",
            "/a%",
            "/a%2",
            "/a%zz",
            "/%ff",
            "/%252e%252e/x",
            "/a%25b",
            "/a%7f",
        ] {
            assert!(!is_plain_path(path), "{path}");
        }
    }

    fn status(method: &str, uri: &str, hosts: &[&str]) -> u16 {
        let mut request = RequestHead::builder().method(method).uri(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let request = request.body(()).unwrap();
        let known = Hosts::new(&["Pop.example".to_string()]).unwrap();
        match check(&request, &known, false) {
            Ok(()) => 200,
            Err(refusal) => axum::response::IntoResponse::into_response(refusal)
                .status()
                .as_u16(),
        }
    }

    #[test]
    fn hosts_and_methods_are_known_ones() {
        for (method, uri, hosts, expected) in [
            ("GET", "/", &["pop.example"][..], 200),
            ("GET", "/", &["POP.example:8443"], 200),
            ("HEAD", "http://pop.example/x", &["pop.example"], 200),
            ("GET", "http://evil.example/x", &["pop.example"], 400),
            ("GET", "/", &["evil.example"], 421),
            ("GET", "/", &["pop.example.evil.example"], 421),
            ("GET", "/", &["pop.example@evil.example"], 421),
            ("GET", "/", &["evil@pop.example"], 421),
            ("GET", "/", &[], 421),
            ("GET", "/", &["pop.example", "pop.example"], 400),
            ("GET", "/", &["a b"], 400),
            ("PUT", "/", &["pop.example"], 405),
            ("TRACE", "/", &["pop.example"], 405),
            ("get", "/", &["pop.example"], 405),
        ] {
            assert_eq!(
                status(method, uri, hosts),
                expected,
                "{method} {uri} {hosts:?}"
            );
        }
    }

    #[test]
    fn a_host_of_the_settings_is_a_name_alone() {
        for wrong in [
            "https://a.example",
            "a.example:443",
            "",
            "a b",
            "x@a.example",
        ] {
            assert!(Hosts::new(&[wrong.to_string()]).is_err(), "{wrong}");
        }
    }
}
