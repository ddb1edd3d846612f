//! Headers that tell a browser what a page may do, and whom it may be shown in.

use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

/// Nothing but what this server itself gives, and nothing that stands in the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every answer has, in the place of what it had.
const ALWAYS: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Adds them. `tls` is whether readers come by https, `shared` whether every reader sees the same.
pub(super) fn add(headers: &mut HeaderMap, tls: bool, shared: bool) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if tls {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(STRICT_TRANSPORT_SECURITY, year);
    }
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    // What one reader may read, a cache must not give to the next.
    let public = |value: &HeaderValue| {
        let value = value.to_str().unwrap_or("public");
        !value.contains("private") && !value.contains("no-store")
    };
    if !shared && headers.get(CACHE_CONTROL).is_none_or(public) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_reader_may_read_is_cached_for_that_one_only() {
        for (own, shared, expected) in [
            (None, false, Some("private, no-cache")),
            (Some("public, max-age=60"), false, Some("private, no-cache")),
            (Some("max-age=60"), false, Some("private, no-cache")),
            (
                Some("private, max-age=60"),
                false,
                Some("private, max-age=60"),
            ),
            (Some("no-store"), false, Some("no-store")),
            (Some("public, max-age=60"), true, Some("public, max-age=60")),
            (None, true, None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(own) = own {
                headers.insert(CACHE_CONTROL, HeaderValue::from_static(own));
            }
            add(&mut headers, false, shared);
            let found = headers.get(CACHE_CONTROL).map(|v| v.to_str().unwrap());
            assert_eq!(found, expected, "{own:?} {shared}");
            assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        }
    }
}
