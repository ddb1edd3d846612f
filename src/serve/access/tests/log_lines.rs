//! Lines of the access log.

use super::fake_provider::{FakeProvider, rsa_jwk, rsa_token};
use super::site::{GatedSite, free_address};
use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;
use tracing_subscriber::fmt::MakeWriter;

thread_local! {
    /// What was logged on this thread: a test's runtime has one, on which its server runs too.
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct LinesOfThisThread;

impl Write for LinesOfThisThread {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LinesOfThisThread {
    type Writer = LinesOfThisThread;

    fn make_writer(&self) -> LinesOfThisThread {
        LinesOfThisThread
    }
}

/// Writes down what this thread logs from now on.
///
/// The subscriber is that of the whole process. One of a single thread loses events: while it is the only
/// one, a place in the code that another test's thread reaches first is asked of that thread, which has
/// none, and is then taken to be of no interest to anybody.
fn start_to_log() {
    static SUBSCRIBED: Once = Once::new();
    SUBSCRIBED.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_ansi(false);
        let subscriber = subscriber.with_writer(LinesOfThisThread).finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    LINES.take();
}

/// What this thread logged.
fn logged() -> String {
    String::from_utf8(LINES.take()).unwrap()
}

#[tokio::test]
async fn each_request_has_one_line_without_its_query() {
    start_to_log();
    let text = "sign_in = \"proxy\"\nhosts = [\"127.0.0.1\"]\n\
                proxy = { header = \"x-reader\", trusted = [\"127.0.0.1\"] }\n\
                roles = { everyone = { areas = [\"*\"] } }\n";
    let site = GatedSite::start(text);
    site.get("/areas/E1?q=hunter2", "X-Reader: Ann \"O\" Hara\r\n")
        .await;
    site.get("/healthz", "").await;
    site.get("/%2e%2e/x", "X-Reader: ann\r\n").await;
    site.stop().await.unwrap();
    let text = logged();
    let own: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("serve::readers"))
        .collect();
    assert_eq!(own.len(), 3, "{text}");
    for (line, part) in own.iter().zip([
        r#"reader="Ann \"O\" Hara" address=127.0.0.1 method=GET path="/areas/E1" status=200 bytes=0 ms="#,
        r#"reader="-" address=127.0.0.1 method=GET path="/healthz" status=200 bytes=2 ms="#,
        r#"reader="-" address=127.0.0.1 method=GET path="/%2e%2e/x" status=400 bytes="#,
    ]) {
        assert!(line.contains(part), "{line}");
    }
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn tokens_beyond_the_rate_are_not_even_looked_at() {
    start_to_log();
    let provider = FakeProvider::start(vec![rsa_jwk()]).await;
    let address = free_address();
    let limits = "limits = { requests_per_second = 1, burst = 5 }\n";
    let site = GatedSite::on(address, &format!("{limits}{}", provider.settings(address)));
    for _ in 0..4 {
        assert_eq!(site.get("/api/who", "").await.status, 401);
    }
    let mut claims = provider.claims();
    let token =
        |claims: &serde_json::Value| format!("Authorization: Bearer {}\r\n", rsa_token(claims));
    // Strangers take nothing of what programs may ask.
    for _ in 0..2 {
        assert_eq!(site.get("/api/who", &token(&claims)).await.status, 200);
    }
    claims["aud"] = "another".into();
    let bad = token(&claims);
    let mut statuses = Vec::new();
    let began = std::time::Instant::now();
    for _ in 0..12 {
        statuses.push(site.get("/api/who", &bad).await.status);
    }
    let seconds = began.elapsed().as_secs() as usize;
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    site.stop().await.unwrap();
    let text = logged();
    let looked = text.matches("a token was refused").count();
    // Three are left of the burst, and one a second comes, also of those before the first of these.
    assert!((3..=5 + seconds).contains(&looked), "{looked}: {text}");
}
