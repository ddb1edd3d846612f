//! Readers whom a proxy names.

use super::site::{GatedSite, written};

fn settings(trusted: &str) -> String {
    format!(
        "sign_in = \"proxy\"\n\
         hosts = [\"127.0.0.1\"]\n\
         proxy = {{ header = \"X-Reader\", roles_header = \"X-Roles\", trusted = [\"{trusted}\"] }}\n\
         roles = {{ place = {{ areas = [\"E54000051\"] }}, lead = {{ areas = [\"*\"], readers = [\"ann\"] }} }}\n"
    )
}

#[tokio::test]
async fn a_trusted_proxy_names_the_reader() {
    let site = GatedSite::start(&settings("127.0.0.1"));
    let ben = "X-Reader: ben\r\nX-Roles: place, admin\r\n";
    let answer = site.get("/", ben).await;
    assert_eq!(
        answer.body,
        r#"{"name":"ben","roles":["place"],"subject":"ben"}"#
    );
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert_eq!(site.get("/areas/E54000051", ben).await.status, 200);
    assert_eq!(site.get("/areas/E54000052", ben).await.status, 403);
    assert_eq!(
        site.get("/areas/E54000052", "X-Reader: ann\r\n")
            .await
            .status,
        200
    );
    assert_eq!(
        site.get("/areas/E54000051", "X-Reader: cat\r\n")
            .await
            .status,
        403
    );
    for (headers, expected) in [
        ("", 401),
        ("X-Reader: \r\n", 401),
        ("X-Reader: ann\r\nX-Reader: ben\r\n", 400),
        ("X-Reader: cat\r\nX-Roles: place\r\nX-Roles: lead\r\n", 400),
        ("X-Reader: a\u{1b}[2J\r\n", 400),
        ("X-Reader: \u{ff}\r\n", 200),
    ] {
        assert_eq!(site.get("/", headers).await.status, expected, "{headers:?}");
    }
    assert_eq!(site.get("/healthz", "").await.status, 200);
}

#[tokio::test]
async fn a_header_from_anybody_else_is_refused() {
    let site = GatedSite::start(&settings("192.0.2.7"));
    for headers in ["X-Reader: ann\r\n", "X-Roles: lead\r\n", "x-reader: \r\n"] {
        let answer = site.get("/", headers).await;
        assert_eq!(answer.status, 403, "{headers}");
        assert!(
            answer
                .body
                .contains("does not come from where that is believed")
        );
    }
    assert_eq!(site.get("/", "").await.status, 401);
    let json = site.get("/api/who", "").await;
    assert_eq!(
        (json.status, json.header("content-type")),
        (401, "application/problem+json")
    );
}

#[tokio::test]
async fn a_download_is_written_down_before_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let log = written(&folder, "downloads.jsonl", "");
    let text = format!(
        "download_log = \"{}\"\n{}",
        log.display(),
        settings("127.0.0.1")
    );
    let site = GatedSite::start(&text);
    assert_eq!(
        site.get("/files/a.xlsx", "X-Reader: ann\r\n").await.status,
        200
    );
    let line = std::fs::read_to_string(&log).unwrap();
    for part in [
        r#""reader":"ann""#,
        r#""release":"2026-09-30-1a2b""#,
        r#""file":"a.xlsx""#,
    ] {
        assert!(line.contains(part), "{line}");
    }
}
