//! The addresses of signing in and out, and where a reader goes on: a page of this site, and no other.

use super::super::checks::is_plain_path;
use url::form_urlencoded;

/// Where signing in begins.
pub(super) const SIGN_IN: &str = "/sign-in";
/// Where the provider sends readers back to.
pub(super) const CALLBACK: &str = "/sign-in/callback";
/// Where signing out is asked for, and done.
pub(super) const SIGN_OUT: &str = "/sign-out";

/// The longest address that is remembered, in bytes.
const LONGEST: usize = 1024;

/// The path and query that was asked for, or the first page where it is not one of this site.
pub(super) fn local_path(asked: Option<&str>) -> &str {
    let is_local = |asked: &&str| {
        let path = asked.split('?').next().unwrap_or_default();
        asked.len() <= LONGEST
            && is_plain_path(path)
            && !is_own_path(path)
            && asked.bytes().all(|byte| byte.is_ascii_graphic())
            && !asked.contains(['\\', '#'])
    };
    asked.filter(is_local).unwrap_or("/")
}

/// Whether a path is one of these pages.
pub(in super::super) fn is_own_path(path: &str) -> bool {
    [SIGN_IN, CALLBACK, SIGN_OUT].contains(&path)
}

/// The address at which signing in begins, and then goes on `to`.
pub(super) fn sign_in_link(to: Option<&str>) -> String {
    match local_path(to) {
        "/" => SIGN_IN.to_string(),
        to => {
            let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
            format!("{SIGN_IN}?to={to}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for path in ["/", "/areas/E54000051?period=2026-09&x=/y", "/a%20b"] {
            assert_eq!(local_path(Some(path)), path);
        }
        for path in [
            "",
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=y",
            "/../x",
            "/%2f/evil.example",
            "/x#y",
            "/sign-out",
            "/sign-in?to=/",
            "/sign-in/callback",
            "/caf\u{e9}",
        ] {
            assert_eq!(local_path(Some(path)), "/", "{path}");
        }
        assert_eq!(local_path(None), "/");
        assert_eq!(local_path(Some(&format!("/{}", "a".repeat(2000)))), "/");
    }
}
