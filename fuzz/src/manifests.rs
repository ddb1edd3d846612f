//! What every manifest must hold to, whoever wrote it.

use populace::pull::{ManifestPage, Server, parse_manifest};
use url::{Host, Url};

const HOME: &str = "https://fhir.example/r4";
/// Hosts that the operator let files lie on, besides the server's own.
const FILES: [&str; 2] = ["files.example", "files.example:8443"];

/// Encrypted, or on this machine; and nothing in it that a reader could take for another host.
fn is_plain(url: &Url) {
    let loopback = match url.host().unwrap() {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    assert!(
        url.scheme() == "https" || (url.scheme() == "http" && loopback),
        "scheme"
    );
    assert!(
        url.username().is_empty() && url.password().is_none(),
        "a user"
    );
    let mut segments = url.path_segments().unwrap();
    assert!(segments.all(|part| part != ".." && part != "."), "climbs");
}

fn check(server: &Server, home: &Url, page: &ManifestPage) {
    chrono::DateTime::parse_from_rfc3339(&page.transaction_time).unwrap();
    for file in &page.files {
        is_plain(&file.url);
        let ours = file.url.origin() == home.origin();
        assert_eq!(server.is_ours(&file.url), ours);
        let named = FILES.iter().any(|name| {
            let url = Url::parse(&format!("https://{name}/")).unwrap();
            let host = (file.url.host_str(), file.url.port());
            host == (url.host_str(), url.port())
                || (url.port().is_none() && host.0 == url.host_str())
        });
        assert!(ours || named, "a host that nobody named");
        assert!(ours || !file.token, "the token would leave its server");
        assert!(!file.kind.is_empty() && file.kind.bytes().all(|b| b.is_ascii_alphabetic()));
        assert!(
            !file.place().contains(['?', '#']),
            "a query may be a secret"
        );
    }
    if let Some(next) = &page.next {
        is_plain(next);
        assert_eq!(
            next.origin(),
            home.origin(),
            "the manifest goes on elsewhere"
        );
    }
}

/// Bytes of a manifest, as a server on another machine and one on this machine send it.
pub fn manifest(bytes: &[u8]) {
    for home in [HOME, "http://127.0.0.1:8080/r4"] {
        let server = Server::parse("any", home, &FILES.map(str::to_string)).unwrap();
        let home = Url::parse(home).unwrap();
        let from = server.at("$export-poll-status?job=1").unwrap();
        match parse_manifest(&server, &from, bytes) {
            Ok(page) => check(&server, &home, &page),
            // A manifest is data: what is wrong with it is no mistake in a setting.
            Err(error) => assert_eq!(error.kind(), populace::error::Kind::Data),
        }
    }
}
