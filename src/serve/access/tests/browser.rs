//! Signing in as a browser does, at a provider that gives what the test wants.

use super::fake_provider::{FakeProvider, rsa_jwk, rsa_token};
use super::site::{GatedSite, SiteAnswer, free_address, written};
use serde_json::{Value, json};
use url::Url;

/// A browser that keeps the cookies of one site.
#[derive(Default, Clone)]
pub(super) struct Browser {
    cookies: Vec<(String, String)>,
}

impl Browser {
    /// The line of headers for its cookies.
    pub(super) fn headers(&self) -> String {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let pairs: Vec<String> = pairs.collect();
        let cookie = match pairs.is_empty() {
            true => String::new(),
            false => format!("Cookie: {}\r\n", pairs.join("; ")),
        };
        format!("Accept: text/html\r\n{cookie}")
    }

    /// Keeps what an answer sets.
    pub(super) fn keep(&mut self, answer: &SiteAnswer) {
        for set in answer.all("set-cookie") {
            let (name, rest) = set.split_once('=').unwrap();
            self.cookies.retain(|(own, _)| own != name);
            let value = rest.split(';').next().unwrap();
            if !value.is_empty() {
                self.cookies.push((name.to_string(), value.to_string()));
            }
        }
    }

    pub(super) async fn get(&mut self, site: &GatedSite, path: &str) -> SiteAnswer {
        let answer = site.get(path, &self.headers()).await;
        self.keep(&answer);
        answer
    }
}

/// A parameter of an address.
pub(super) fn parameter(url: &str, name: &str) -> String {
    let url = Url::parse(url).unwrap();
    let found = url.query_pairs().find(|(own, _)| own == name);
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

async fn started() -> (FakeProvider, GatedSite) {
    let provider = FakeProvider::start(vec![rsa_jwk()]).await;
    let address = free_address();
    let site = GatedSite::on(address, &provider.settings(address));
    (provider, site)
}

/// Begins, and comes back with what `change` makes of the claims.
async fn signed_in(
    provider: &FakeProvider,
    site: &GatedSite,
    to: &str,
    change: impl Fn(&mut Value),
) -> (Browser, SiteAnswer) {
    let mut browser = Browser::default();
    let asked = browser.get(site, to).await;
    assert_eq!(asked.status, 303);
    let begun = browser.get(site, asked.header("location")).await;
    let url = begun.header("location").to_string();
    let mut claims = provider.claims();
    claims["nonce"] = json!(parameter(&url, "nonce"));
    change(&mut claims);
    provider.gives(rsa_token(&claims));
    let state = parameter(&url, "state");
    let back = browser
        .get(site, &format!("/sign-in/callback?code=c&state={state}"))
        .await;
    (browser, back)
}

#[tokio::test]
async fn a_reader_signs_in_reads_and_signs_out() {
    let (provider, site) = started().await;
    let (mut browser, back) = signed_in(&provider, &site, "/areas/E54000051?x=1", |_| {}).await;
    assert_eq!(
        (back.status, back.header("location")),
        (303, "/areas/E54000051?x=1")
    );
    let set = back
        .all("set-cookie")
        .into_iter()
        .find(|c| c.starts_with("__Host-populace-session="));
    let set = set.unwrap();
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Domain") && !set.contains("Ann"), "{set}");
    assert_eq!(browser.get(&site, "/areas/E54000051").await.status, 200);
    assert_eq!(browser.get(&site, "/areas/E54000052").await.status, 403);
    let posted = &provider.asked()[0];
    assert!(posted.contains("code_verifier=") && posted.contains("grant_type=authorization_code"));
    // Who copied the cookie is signed out with the reader.
    let copy = browser.clone();
    let page = browser.get(&site, "/sign-out").await;
    assert!(page.body.contains("method=\"post\""));
    assert_eq!(
        browser.get(&site, "/").await.status,
        200,
        "a link signs nobody out"
    );
    for foreign in [
        "Origin: https://evil.example\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Origin: null\r\n",
    ] {
        let headers = format!("{}{foreign}Content-Length: 0\r\n", browser.headers());
        assert_eq!(site.ask("POST", "/sign-out", &headers).await.status, 400);
    }
    let headers = format!(
        "{}Origin: http://{}\r\nContent-Length: 0\r\n",
        browser.headers(),
        site.address
    );
    let out = site.ask("POST", "/sign-out", &headers).await;
    assert_eq!(out.status, 200);
    browser.keep(&out);
    assert!(browser.cookies.is_empty(), "{:?}", out.all("set-cookie"));
    let late = site.get("/", &copy.headers()).await;
    assert_eq!(late.status, 401);
    assert!(late.body.contains("Sign in again"), "{}", late.body);
}

#[tokio::test]
async fn the_request_to_the_provider_is_bound_to_this_browser() {
    let (provider, site) = started().await;
    let mut browser = Browser::default();
    let begun = browser.get(&site, "/sign-in?to=%2F%2Fevil.example").await;
    let url = begun.header("location").to_string();
    assert!(url.starts_with(&format!("{}/authorise?", provider.issuer())));
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "populace"),
        ("code_challenge_method", "S256"),
        ("scope", "openid profile"),
    ] {
        assert_eq!(parameter(&url, name), value);
    }
    let state = parameter(&url, "state");
    let callback = format!("/sign-in/callback?code=c&state={state}");
    let mut stranger = Browser::default();
    assert_eq!(
        stranger.get(&site, &callback).await.status,
        401,
        "another browser"
    );
    for wrong in [
        "/sign-in/callback".to_string(),
        "/sign-in/callback?code=c".to_string(),
        "/sign-in/callback?code=c&state=x".to_string(),
        format!("{callback}&iss=https%3A%2F%2Fevil.example"),
        format!("/sign-in/callback?error=access_denied&state={state}"),
        format!("/sign-in/callback?state={state}"),
    ] {
        assert_eq!(
            browser.clone().get(&site, &wrong).await.status,
            401,
            "{wrong}"
        );
    }
    let doubled = format!("{callback}&state={state}");
    assert_eq!(browser.clone().get(&site, &doubled).await.status, 400);
    assert!(provider.asked().is_empty(), "no code of these was used");
    let mut claims = provider.claims();
    claims["nonce"] = json!(parameter(&url, "nonce"));
    provider.gives(rsa_token(&claims));
    let back = browser.get(&site, &callback).await;
    assert_eq!(
        (back.status, back.header("location")),
        (303, "/"),
        "and never to another site"
    );
}

#[tokio::test]
async fn tokens_of_another_sign_in_or_time_open_no_session() {
    let (provider, site) = started().await;
    let now = chrono::Utc::now().timestamp();
    let changes: [(&str, Value); 5] = [
        ("nonce", json!("another")),
        ("nonce", Value::Null),
        ("exp", json!(now - 90)),
        ("aud", json!("another")),
        ("iss", json!("https://evil.example")),
    ];
    for (claim, value) in changes {
        let (browser, back) = signed_in(&provider, &site, "/", |claims| {
            claims[claim] = value.clone()
        })
        .await;
        assert_eq!(back.status, 401, "{claim} {value}");
        assert!(back.body.contains("Sign in again"), "{}", back.body);
        assert!(!browser.headers().contains("populace-session"), "{claim}");
    }
}

#[tokio::test]
async fn a_session_key_serves_several_servers_and_starts() {
    let provider = FakeProvider::start(vec![rsa_jwk()]).await;
    let folder = tempfile::tempdir().unwrap();
    let key = written(&folder, "session.key", &"k1".repeat(20));
    let secret = written(&folder, "client.secret", "hunter2:&\n");
    for file in [&key, &secret] {
        std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
    }
    let text = |site| {
        let session = format!(
            "session = {{ key = \"file:{}\", hours = 1 }}\n",
            key.display()
        );
        let client = format!(
            "client_id = \"populace\", client_secret = \"file:{}\"",
            secret.display()
        );
        session
            + &provider
                .settings(site)
                .replace("client_id = \"populace\"", &client)
    };
    let (first, second) = (free_address(), free_address());
    let (first, second) = (
        GatedSite::on(first, &text(first)),
        GatedSite::on(second, &text(second)),
    );
    let (browser, back) = signed_in(&provider, &first, "/", |_| {}).await;
    assert_eq!(back.status, 303, "{}", back.body);
    assert_eq!(second.get("/", &browser.headers()).await.status, 200);
    // "populace:hunter2%3A%26" as RFC 6749 has it.
    let asked = &provider.asked()[0];
    assert!(
        asked.starts_with("Basic cG9wdWxhY2U6aHVudGVyMiUzQSUyNg=="),
        "{asked}"
    );
    std::fs::write(&key, "k2".repeat(20)).unwrap();
    let third = free_address();
    let third = GatedSite::on(third, &text(third));
    assert_eq!(
        third.get("/", &browser.headers()).await.status,
        401,
        "a new key ends sessions"
    );
}

#[tokio::test]
async fn a_role_that_the_settings_give_ends_with_them() {
    let provider = FakeProvider::start(vec![rsa_jwk()]).await;
    let folder = tempfile::tempdir().unwrap();
    let key = written(&folder, "session.key", &"k1".repeat(20));
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    // Two starts of one server: the reader is a lead in the settings of the first alone.
    let start = |readers: &str| {
        let address = free_address();
        let lead = format!("roles = {{ lead = {{ areas = [\"*\"], readers = [{readers}] }}, ");
        let text = provider.settings(address).replace("roles = { ", &lead);
        let session = format!("session = {{ key = \"file:{}\" }}\n", key.display());
        GatedSite::on(address, &format!("{session}{text}"))
    };
    let (before, after) = (start("\"7\""), start(""));
    let (browser, back) = signed_in(&provider, &before, "/", |_| {}).await;
    assert_eq!(back.status, 303, "{}", back.body);
    for (site, area, status) in [
        (&before, "E54000052", 200),
        (&after, "E54000052", 403),
        // What the provider said of the reader lasts as long as the session.
        (&after, "E54000051", 200),
    ] {
        let answer = site
            .get(&format!("/areas/{area}"), &browser.headers())
            .await;
        assert_eq!(answer.status, status, "{area}");
    }
}

#[tokio::test]
async fn the_pages_of_signing_in_say_what_they_answer() {
    let (_provider, site) = started().await;
    for (method, path, words, allowed) in [
        ("POST", "/sign-in", "Signing in answers GET only.", "GET"),
        (
            "POST",
            "/sign-in/callback",
            "Signing in answers GET only.",
            "GET",
        ),
    ] {
        let answer = site.ask(method, path, "Content-Length: 0\r\n").await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, allowed),
            "{path}"
        );
        assert!(answer.body.contains(words), "{}", answer.body);
    }
    for (path, allowed) in [("/sign-in", "GET"), ("/sign-out", "GET, POST")] {
        let answer = site.ask("HEAD", path, "").await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, allowed),
            "{path}"
        );
        assert_eq!(answer.body, "");
    }
}

#[tokio::test]
async fn readers_and_strangers_are_counted_apart() {
    let provider = FakeProvider::start(vec![rsa_jwk()]).await;
    let address = free_address();
    let limits = "limits = { requests_per_second = 1, burst = 8 }\n";
    let site = GatedSite::on(address, &format!("{limits}{}", provider.settings(address)));
    let (browser, _) = signed_in(&provider, &site, "/", |_| {}).await;
    for _ in 0..20 {
        site.get("/api/who", "").await;
    }
    assert_eq!(
        site.get("/api/who", "").await.status,
        429,
        "strangers at this address"
    );
    assert_eq!(
        site.get("/sign-in", "").await.status,
        429,
        "who could ask the provider without end"
    );
    for _ in 0..8 {
        assert_eq!(site.get("/api/who", &browser.headers()).await.status, 200);
    }
    assert_eq!(site.get("/api/who", &browser.headers()).await.status, 429);
}

#[tokio::test]
async fn cookies_that_were_changed_are_refused() {
    let (provider, site) = started().await;
    let (browser, _) = signed_in(&provider, &site, "/", |_| {}).await;
    let (name, value) = browser.cookies[0].clone();
    let mut turned = value.clone().into_bytes();
    let middle = turned.len() / 2;
    turned[middle] = if turned[middle] == b'A' { b'B' } else { b'A' };
    let turned = String::from_utf8(turned).unwrap();
    let other = started().await.1;
    for (site, name, value) in [
        (&site, name.as_str(), turned.as_str()),
        (&site, name.as_str(), &value[..value.len() - 8]),
        (&site, name.as_str(), "e30="),
        (&site, name.as_str(), ""),
        (&other, name.as_str(), &value),
        (&site, "__Host-populace-sign-in", &value),
        (&site, "populace-session", &value),
    ] {
        let answer = site
            .get("/api/who", &format!("Cookie: {name}={value}\r\n"))
            .await;
        assert_eq!(answer.status, 401, "{name}={value}");
    }
    let answer = site
        .get("/api/who", &format!("Cookie: a=b; {name}={value}\r\n"))
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn programs_are_told_and_people_are_led_to_sign_in() {
    let (_provider, site) = started().await;
    let page = site
        .get("/areas/E54000051?x=1", "Accept: text/html,*/*\r\n")
        .await;
    assert_eq!(
        page.header("location"),
        "/sign-in?to=%2Fareas%2FE54000051%3Fx%3D1"
    );
    let fetched = site
        .get("/", "Accept: text/html\r\nSec-Fetch-Mode: cors\r\n")
        .await;
    assert_eq!(fetched.status, 401);
    let program = site.get("/api/who", "").await;
    assert_eq!(
        (program.status, program.header("www-authenticate")),
        (401, "Bearer")
    );
    assert_eq!(
        site.get("/nothing", "").await.status,
        401,
        "what is there is not told either"
    );
    assert_eq!(site.get("/healthz", "").await.status, 200);
}

/// From the answer on, and not from the question: a provider that answers late is not asked again at once.
#[tokio::test]
async fn a_provider_that_fails_late_is_left_alone_from_then_on() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let provider = listener.local_addr().unwrap();
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = asked.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            tokio::time::sleep(std::time::Duration::from_secs(3)).await;
            drop(stream);
        }
    });
    let address = free_address();
    let text = format!(
        "sign_in = \"oidc\"\n\
         oidc = {{ issuer = \"http://{provider}\", client_id = \"p\", redirect = \"http://{address}/sign-in/callback\" }}\n\
         roles = {{ everyone = {{ areas = [\"*\"] }} }}\n"
    );
    let site = GatedSite::on(address, &text);
    assert_eq!(site.get("/sign-in", "").await.status, 502);
    let first = asked.load(std::sync::atomic::Ordering::Relaxed);
    assert!(first > 0);
    // More than the pause after the question, less than it after the answer.
    tokio::time::sleep(std::time::Duration::from_millis(8500)).await;
    assert_eq!(site.get("/sign-in", "").await.status, 502);
    assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), first);
}

#[tokio::test]
async fn a_provider_that_is_away_is_said() {
    let address = free_address();
    let text = format!(
        "sign_in = \"oidc\"\n\
         oidc = {{ issuer = \"http://{}\", client_id = \"p\", redirect = \"http://{address}/sign-in/callback\" }}\n\
         roles = {{ everyone = {{ areas = [\"*\"] }} }}\n",
        free_address()
    );
    let site = GatedSite::on(address, &text);
    for _ in 0..2 {
        let answer = site.get("/sign-in", "").await;
        assert_eq!(answer.status, 502);
        assert!(answer.body.contains("cannot be reached"), "{}", answer.body);
    }
}
