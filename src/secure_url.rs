//! Addresses of servers that Populace sends to: encrypted, or on this machine.

use url::{Host, Url};

/// Whether what is sent to `url` is encrypted on its way, or does not leave this machine.
pub(crate) fn is_secure(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => url.host().is_some_and(|host| is_here(&host.to_owned())),
        _ => false,
    }
}

/// Whether a host is this machine.
pub(crate) fn is_here(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// An address as it may be shown: scheme, host and port. The rest may be a secret.
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        for (url, secure) in [
            ("https://hooks.example/a", true),
            ("http://127.0.0.1:8080/a", true),
            ("http://localhost/a", true),
            ("http://[::1]:9/", true),
            ("http://hooks.example/a", false),
            ("http://localhost.example/", false),
            ("http://10.0.0.1/", false),
            ("ftp://localhost/", false),
            ("file:///etc/passwd", false),
            ("data:text/plain,x", false),
        ] {
            assert_eq!(is_secure(&Url::parse(url).unwrap()), secure, "{url}");
        }
        let url = Url::parse("https://hooks.example:8443/T0/secret?x=y").unwrap();
        assert_eq!(origin(&url), "https://hooks.example:8443");
    }
}
