//! Requests that no browser of a reader sends.

use super::site::GatedSite;

#[tokio::test]
async fn hosts_methods_and_paths_are_checked_on_every_path() {
    let site = GatedSite::start("");
    let host = site.address.to_string();
    assert_eq!(site.get("/", "").await.status, 200);
    for (method, path, host, expected) in [
        ("GET", "/", "evil.example", 421),
        ("GET", "/healthz", "evil.example", 200),
        ("GET", "/", "localhost", 200),
        ("PUT", "/", &host, 405),
        ("DELETE", "/healthz", &host, 405),
        ("TRACE", "/", &host, 405),
        ("CONNECT", "evil.example:443", &host, 405),
        ("OPTIONS", "*", &host, 405),
        ("GET", "/areas/../healthz", &host, 400),
        ("GET", "/%2e%2e/etc/passwd", &host, 400),
        ("GET", "/areas/a%2fb", &host, 400),
        ("GET", "//evil.example/", &host, 400),
        ("GET", "/areas/%00", &host, 400),
        ("GET", "http://evil.example/", &host, 400),
    ] {
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = site.raw(request.as_bytes()).await;
        assert_eq!(answer.status, expected, "{method} {path} {host}");
        assert!(!answer.body.contains("evil.example"), "{}", answer.body);
    }
    let nameless = site.raw(b"GET / HTTP/1.0\r\n\r\n").await;
    assert_eq!(nameless.status, 421);
    let twice = format!(
        "GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(site.raw(twice.as_bytes()).await.status, 400);
    site.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let site = GatedSite::start("");
    let huge = format!("X-Huge: {}\r\n", "a".repeat(100_000));
    assert_eq!(site.get("/", &huge).await.status, 431);
    let many: String = (0..200).map(|n| format!("X-{n}: a\r\n")).collect();
    assert_eq!(site.get("/", &many).await.status, 431);
    let long = format!("/{}", "a".repeat(2000));
    assert_eq!(site.get(&long, "").await.status, 414);
    let longer = format!("/?q={}", "a".repeat(5000));
    assert_eq!(site.get(&longer, "").await.status, 414);
    let body = "a".repeat(100_000);
    let sent = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    assert_eq!(site.ask("POST", "/post", &sent).await.status, 413);
    let chunked = format!(
        "Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n",
        body.len()
    );
    assert_eq!(site.ask("POST", "/post", &chunked).await.status, 413);
    let small = "Content-Length: 3\r\n\r\nabc";
    assert_eq!(site.ask("POST", "/post", small).await.body, "3");
    // A body whose length is said in two ways is read in one only, or not at all.
    let both =
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n";
    assert_eq!(
        site.ask("POST", "/post", both)
            .await
            .head
            .matches("HTTP/1.1")
            .count(),
        1
    );
}

#[tokio::test]
async fn every_answer_has_the_headers_that_protect_it() {
    let site = GatedSite::start("");
    assert_eq!(site.get("/panics", "").await.status, 500);
    for path in ["/", "/healthz", "/nothing", "/%2e%2e", "/panics"] {
        let answer = site.get(path, "").await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.all(name), [value], "{path} {name}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(
            answer
                .header("permissions-policy")
                .contains("geolocation=()")
        );
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "it is no https"
        );
    }
    let behind = GatedSite::start("tls_ends_in_front = true");
    let header = behind
        .get("/", "")
        .await
        .header("strict-transport-security")
        .to_string();
    assert_eq!(header, "max-age=31536000");
}

#[tokio::test]
async fn what_a_library_refuses_is_said_in_our_words() {
    let site = GatedSite::start("");
    let body = "a".repeat(100_000);
    let sent = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    for (method, path, headers, status, words) in [
        ("GET", "/panics", "", 500, "This is a bug in Populace"),
        ("GET", "/nothing", "", 404, "There is no such page"),
        (
            "POST",
            "/",
            "Content-Length: 0\r\n",
            405,
            "GET and HEAD only",
        ),
        (
            "POST",
            "/post",
            sent.as_str(),
            413,
            "larger than any of this site",
        ),
    ] {
        let answer = site.ask(method, path, headers).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.body.contains(words), "{path}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    }
    let refused = site.ask("POST", "/api/who", "Content-Length: 0\r\n").await;
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_eq!(refused.header("allow"), "GET,HEAD");
    // What is no refusal stays as it is.
    assert_eq!(site.get("/healthz", "").await.body, "ok");
}

#[tokio::test]
async fn too_many_requests_wait() {
    let site = GatedSite::start("limits = { requests_per_second = 1, burst = 3 }");
    for _ in 0..3 {
        assert_eq!(site.get("/", "").await.status, 200);
    }
    let refused = site.get("/", "").await;
    assert_eq!(refused.status, 429);
    assert!(["1", "2"].contains(&refused.header("retry-after")));
    let site = GatedSite::start("");
    for _ in 0..500 {
        assert_eq!(
            site.get("/", "").await.status,
            200,
            "there is no limit where nobody signs in"
        );
    }
}
