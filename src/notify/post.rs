//! One JSON document, posted to a server until it takes it.

use crate::error::{Context, Error, Result};
use crate::retry::{Backoff, RetryPolicy, retry_after};
use crate::secure_url::origin;
use chrono::Utc;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use std::time::Duration;
use url::Url;

/// A server that documents are posted to.
pub(super) struct PostTarget {
    client: Client,
    url: Url,
    what: &'static str,
}

/// Why a server did not take a document.
struct NotTaken {
    why: String,
    hint: &'static str,
    /// Whether it may take it a little later, and how long it asks to wait.
    again: Option<Option<Duration>>,
}

impl PostTarget {
    /// The server at `url`, which has `timeout` for each answer; `what` it is is for errors.
    ///
    /// # Errors
    /// Data: HTTP cannot be prepared for.
    pub(super) fn new(what: &'static str, url: Url, timeout: Duration) -> Result<Self> {
        let client = Client::builder()
            .user_agent(concat!("populace/", env!("CARGO_PKG_VERSION")))
            // What is signed, or carries a key, goes to the server that was named and to no other.
            .redirect(redirect::Policy::none())
            .connect_timeout(timeout)
            .timeout(timeout)
            .build()
            .data(|| "cannot prepare for HTTP")?;
        Ok(PostTarget { client, url, what })
    }

    /// Posts a document; `headers` go with it.
    ///
    /// # Errors
    /// Data: the server did not take it, or could not be reached, after all attempts.
    pub(super) async fn post(&self, body: &[u8], headers: &HeaderMap) -> Result<()> {
        let mut backoff = Backoff::new(RetryPolicy::NOTIFY);
        loop {
            let Err(failed) = self.attempt(body, headers).await else {
                return Ok(());
            };
            match failed.again {
                Some(asked) if backoff.wait(asked).await => {}
                _ => {
                    let place = origin(&self.url);
                    return Err(
                        Error::data(format!("the {} at {place} was not told", self.what))
                            .cause(failed.why)
                            .hint(failed.hint),
                    );
                }
            }
        }
    }

    async fn attempt(&self, body: &[u8], headers: &HeaderMap) -> Result<(), NotTaken> {
        let sent = self
            .client
            .post(self.url.clone())
            .headers(headers.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(body.to_vec())
            .send()
            .await;
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(refused(&answer)),
            Err(e) => Err(NotTaken {
                why: lost(e),
                hint: "check that the server is up and can be reached from here",
                again: Some(None),
            }),
        }
    }
}

/// An answer that is no success.
fn refused(answer: &Response) -> NotTaken {
    let status = answer.status();
    let passes = status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        );
    let asked = answer.headers().get(RETRY_AFTER);
    let asked = asked.and_then(|header| retry_after(header.to_str().ok()?, Utc::now()));
    NotTaken {
        why: format!("it answered with status {}", status.as_u16()),
        hint: match status.as_u16() {
            300..=399 => {
                "it sends us elsewhere, which is not followed: name its new address in the pipeline file"
            }
            401 | 403 => "check the secret, and what the server lets us do",
            404 | 410 => "check the address",
            _ => "ask the server's operator",
        },
        again: passes.then_some(asked),
    }
}

/// A library's words without the address, of which the path may be a secret.
fn lost(error: reqwest::Error) -> String {
    let timed_out = error.is_timeout();
    let error = error.without_url();
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |e| e.source());
    match (timed_out, causes.last()) {
        (true, _) => "it did not answer in time".to_string(),
        (false, Some(last)) => last.to_string(),
        (false, None) => "it cannot be reached".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A server on loopback that gives `answers` one after the other and then none; with how many it
    /// was asked.
    fn server(answers: &[&'static str]) -> (Url, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/T0/hunter2", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (answers, count) = (answers.to_vec(), asked.clone());
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let at = count.fetch_add(1, Ordering::SeqCst);
                let _ = stream.read(&mut [0; 4096]).unwrap();
                match answers.get(at) {
                    Some(answer) => {
                        let head = "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                        let answer = format!("HTTP/1.1 {answer}{head}");
                        stream.write_all(answer.as_bytes()).unwrap();
                    }
                    // Open, and never answered.
                    None => silent.push(stream),
                }
            }
        });
        (Url::parse(&url).unwrap(), asked)
    }

    async fn posted(url: Url) -> Result<()> {
        let target = PostTarget::new("webhook", url, Duration::from_millis(300))?;
        target.post(b"{}", &HeaderMap::new()).await
    }

    #[tokio::test]
    async fn what_may_pass_is_tried_again_and_what_does_not_is_not() {
        for (answers, asked, why) in [
            (&["200 OK"][..], 1, None),
            (
                &[
                    "503 No\r\nRetry-After: 0",
                    "429 No\r\nRetry-After: 0",
                    "204 OK",
                ],
                3,
                None,
            ),
            (&["404 Not Found"], 1, Some("it answered with status 404")),
            (
                &["307 Elsewhere\r\nLocation: http://127.0.0.1:9/"],
                1,
                Some("it answered with status 307"),
            ),
            (
                &["500 No\r\nRetry-After: 0"; 4],
                4,
                Some("it answered with status 500"),
            ),
        ] {
            let (url, count) = server(answers);
            let done = posted(url).await;
            assert_eq!(count.load(Ordering::SeqCst), asked, "{answers:?}");
            let said = done
                .as_ref()
                .err()
                .and_then(|e| e.causes().first().cloned());
            assert_eq!(said.as_deref(), why, "{answers:?}");
            assert!(!format!("{done:?}").contains("hunter2"), "{done:?}");
        }
    }

    #[tokio::test]
    async fn silence_and_nobody_are_said_without_the_path() {
        let (silent, count) = server(&[]);
        let nobody = {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            Url::parse(&format!("http://{}/hunter2", free.local_addr().unwrap())).unwrap()
        };
        let (silent, nobody) = futures::join!(posted(silent), posted(nobody));
        assert_eq!(count.load(Ordering::SeqCst), 4);
        let (silent, nobody) = (silent.unwrap_err(), nobody.unwrap_err());
        assert_eq!(silent.causes(), ["it did not answer in time"]);
        assert!(nobody.causes()[0].contains("refused"), "{nobody}");
        assert!(!format!("{silent:?}{nobody:?}").contains("hunter2"));
    }
}
