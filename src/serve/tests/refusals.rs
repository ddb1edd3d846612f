//! Refusals are in the words of this site, for people as pages and for programs as JSON.

use super::sample::{NEW, OLD, Site};
use axum::http::StatusCode;

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_cannot_be_read_are_refused_in_our_words() {
    let site = Site::published().await;
    let twice = format!("/changes?from={OLD}&from={NEW}&to={NEW}");
    for (method, address, status, words) in [
        ("GET", "/releases?page=x", 400, "A part of the address"),
        ("GET", "/releases?page=-1", 400, "A part of the address"),
        ("GET", twice.as_str(), 400, "A part of the address"),
        ("GET", "/search?q=a&q=b", 400, "A part of the address"),
        ("GET", "/latest/conditions?form=pdf", 400, "html and xlsx"),
        ("GET", "/areas/%ff", 404, "There is no such page"),
        (
            "GET",
            "/releases/%ff/files/%fe",
            404,
            "There is no such page",
        ),
        ("POST", "/releases", 405, "GET and HEAD only"),
        ("GET", "/api/v1/none", 404, "There is no such page"),
        ("GET", "/api/v1/releases/%ff", 404, "There is no such page"),
        ("POST", "/api/v1/areas", 405, "GET and HEAD only"),
    ] {
        let reply = site.ask(method, address, &[]).await;
        assert_eq!(reply.status.as_u16(), status, "{address}");
        let text = reply.text();
        assert!(text.contains(words), "{address}: {text}");
        match address.starts_with("/api/") {
            true => {
                assert_eq!(reply.header("content-type"), "application/problem+json");
                assert_eq!(reply.json()["status"], status);
            }
            false => {
                assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
                assert!(text.contains("<h1>"), "{address}: {text}");
            }
        }
        assert_eq!(reply.header("cache-control"), "no-store");
        if status == 405 {
            assert_eq!(reply.header("allow"), "GET,HEAD", "{address}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_asked_becomes_markup() {
    let site = Site::published().await;
    let evil = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for address in [
        format!("/search?q={evil}"),
        format!("/search?report={evil}"),
        format!("/releases?report={evil}&area={evil}"),
        format!("/groups?name={evil}&area=E6"),
        format!(
            "/compare?report=conditions&table=by_area&measure=prevalence&name={evil}&areas=E6&period={evil}&group={evil}&level={evil}"
        ),
        format!("/compare?report={evil}&table={evil}&measure={evil}"),
        format!("/changes?from={OLD}&to={NEW}&report={evil}"),
        format!("/changes?from={evil}&to={evil}"),
        format!("/latest/{evil}"),
        format!("/areas/{evil}"),
        format!("/releases/{evil}"),
        format!("/releases/{NEW}/reports/{evil}"),
        format!("/releases/{NEW}/files/{evil}"),
    ] {
        let reply = site.get(&address).await;
        assert_ne!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "{address}");
        let text = reply.text();
        assert!(!text.contains("<script>alert"), "{address}: {text}");
    }
}
