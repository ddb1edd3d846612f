//! Content security policies: what a page may load, and which scripts it may run.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The policy of the site's own pages: its own style sheet and script, and nothing from elsewhere.
pub(crate) const OWN_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The policy of a released page, which has its style and its script inside: no other script runs, and
/// nothing is loaded.
pub(super) fn policy_of_page(html: &[u8]) -> String {
    let mut allowed: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(at) = memchr::memmem::find(rest, b"<script") {
        rest = rest.get(at..).unwrap_or_default();
        let (Some(begins), Some(ends)) = (
            memchr::memchr(b'>', rest),
            memchr::memmem::find(rest, b"</script>"),
        ) else {
            break;
        };
        let script = rest.get(begins + 1..ends).unwrap_or_default();
        allowed.push(format!(
            "'sha256-{}'",
            STANDARD.encode(Sha256::digest(script))
        ));
        rest = rest.get(ends + 1..).unwrap_or_default();
    }
    let scripts = match allowed.is_empty() {
        true => "'none'".to_string(),
        false => allowed.join(" "),
    };
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src {scripts}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::policy_of_page;

    #[test]
    fn only_the_scripts_of_a_page_run() {
        assert!(policy_of_page(b"<p>None</p>").contains("script-src 'none';"));
        // The digest of the empty text is known.
        let policy = policy_of_page(b"<script></script><p><script>a</script>");
        assert!(policy.contains(
            "script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=';"
        ), "{policy}");
    }
}
