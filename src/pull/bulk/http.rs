//! One request: the token goes home only, redirects stay on the host, bodies are bounded.

use super::address::Server;
use super::request::{NoAnswer, Request, body};
use super::token::Tokens;
use crate::error::{Context, Error, Result};
use crate::secure_url::origin;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Client, Response, StatusCode, redirect};
use std::time::Duration;
use url::Url;

/// Redirects that are followed on the same host.
const REDIRECTS: usize = 5;
/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(30);

/// A client of one server.
pub(super) struct Http {
    client: Client,
    /// How long an answer may take that is no file of the export.
    answer_limit: Duration,
    /// The server.
    pub server: Server,
    tokens: Option<Tokens>,
}

impl Http {
    /// A client of `server`, which may say nothing for as long as `silence`, and take as long as
    /// `answer_limit` for a whole answer that is no file.
    pub(super) fn new(
        server: Server,
        tokens: Option<Tokens>,
        silence: Duration,
        answer_limit: Duration,
    ) -> Result<Self> {
        Ok(Http {
            client: client(silence)?,
            answer_limit,
            server,
            tokens,
        })
    }

    /// Sends a request and follows redirects that stay on its host. The second part says which
    /// token went with it.
    pub(super) async fn send(&self, ask: &Request) -> Result<(Response, Option<u64>), NoAnswer> {
        let mut url = ask.url.clone();
        for _ in 0..=REDIRECTS {
            let mut headers = ask.headers.clone();
            let mut sent = None;
            if let Some(tokens) = self.tokens.as_ref().filter(|_| ask.token) {
                if !self.server.is_ours(&url) {
                    return Err(
                        Error::data("the access token was about to leave its server")
                            .cause(origin(&url))
                            .into(),
                    );
                }
                let (token, number) = tokens.current(&self.client, &self.server).await?;
                let mut value = HeaderValue::from_str(&format!("Bearer {}", token.as_str()))
                    .map_err(|_| Error::data("the server gave a token that cannot be sent"))?;
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
                sent = Some(number);
            }
            let answer = self
                .client
                .request(ask.method.clone(), url.clone())
                .headers(headers)
                .send()
                .await
                .map_err(NoAnswer::lost)?;
            if !answer.status().is_redirection() || answer.status() == StatusCode::NOT_MODIFIED {
                return Ok((answer, sent));
            }
            url = self.next_hop(&url, &answer)?;
        }
        Err(Error::data(format!("{} redirects in circles", origin(&ask.url))).into())
    }

    fn next_hop(&self, url: &Url, answer: &Response) -> Result<Url> {
        let to = answer.headers().get(LOCATION).and_then(|l| l.to_str().ok());
        let to = to
            .and_then(|to| url.join(to).ok())
            .ok_or_else(|| Error::data(format!("{} redirects to nowhere", origin(url))))?;
        if to.origin() == url.origin() {
            return Ok(to);
        }
        Err(Error::data(format!("{} redirects to another host", origin(url)))
            .cause(origin(&to))
            .hint("nothing was sent there; correct url of this source if the server has moved, or ask its operator"))
    }

    /// Sends a request and takes the whole answer, which must come within its time.
    pub(super) async fn whole(
        &self,
        ask: &Request,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>, Option<u64>), NoAnswer> {
        let answer = async {
            let (answer, token) = self.send(ask).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            Ok((status, headers, body(answer).await?, token))
        };
        let slow = |_| NoAnswer::Lost("its answer takes too long".to_string(), None);
        tokio::time::timeout(self.answer_limit, answer)
            .await
            .map_err(slow)?
    }

    /// Says that the server refused the token with this number: the next request gets a new one.
    pub(super) async fn refused(&self, number: u64) {
        if let Some(tokens) = &self.tokens {
            tokens.forget(number).await;
        }
    }
}

/// Redirects are followed by hand: a library's rule would take the token along.
fn client(silence: Duration) -> Result<Client> {
    Client::builder()
        .user_agent(concat!("populace/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT)
        .read_timeout(silence)
        .build()
        .data(|| "cannot prepare for HTTP")
}
