//! The style sheet and the script of the site, by names that change with their content.

use super::reply::RenderedPage;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;

/// The rules of its own in the style sheet.
const OWN_STYLE: &str = include_str!("assets/style.css");
/// The style sheet: the rules of charts that reports have too, then its own.
static STYLE: LazyLock<String> = LazyLock::new(|| format!("{}{OWN_STYLE}", crate::drawing::STYLE));
/// The script.
const SCRIPT: &str = include_str!("assets/script.js");

static NAMES: LazyLock<(String, String)> = LazyLock::new(|| {
    let name = |text: &str, ending: &str| {
        let hash = blake3::hash(text.as_bytes()).to_hex();
        format!("{}.{ending}", hash.get(..16).unwrap_or_default())
    };
    (name(&STYLE, "css"), name(SCRIPT, "js"))
});

/// The address of the style sheet.
pub(super) fn style() -> String {
    format!("/assets/{}", NAMES.0)
}

/// The address of the script.
pub(super) fn script() -> String {
    format!("/assets/{}", NAMES.1)
}

/// `/assets/{name}`.
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    let (text, kind) = match () {
        () if name == NAMES.0 => (STYLE.as_str(), "text/css; charset=utf-8"),
        () if name == NAMES.1 => (SCRIPT, "text/javascript; charset=utf-8"),
        () => return StatusCode::NOT_FOUND.into_response(),
    };
    let page = RenderedPage::new(kind, text);
    let mut reply = Response::new(Body::from(page.body));
    let headers = reply.headers_mut();
    headers.insert(header::ETAG, page.tag);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // Another content has another name.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    reply
}

#[cfg(test)]
mod tests {
    use crate::notice::missing;
    use std::process::Command;

    #[test]
    fn a_figure_that_is_not_shown_is_last_whichever_way_a_table_is_sorted() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/serve");
        let sorted = Command::new("node")
            .arg(folder.join("tests/sort_test.js"))
            .arg(folder.join("assets/script.js"))
            .output();
        let Ok(sorted) = sorted else {
            return missing("node", "there is none");
        };
        let said = String::from_utf8_lossy(&sorted.stderr).into_owned();
        let lines = String::from_utf8(sorted.stdout).unwrap();
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(
            lines,
            [
                "10 2 -7.5 suppressed held",
                "-7.5 2 10 suppressed held",
                "Wigan PCN 10 PCN 9 bolton",
                "bolton PCN 9 PCN 10 Wigan",
            ],
            "{said}"
        );
    }

    #[test]
    fn the_script_is_small_and_nothing_is_from_elsewhere() {
        assert!(super::SCRIPT.len() <= 10 * 1024);
        for text in [super::SCRIPT, super::STYLE.as_str()] {
            assert!(!text.contains("http") && !text.contains("@import"));
        }
    }
}
