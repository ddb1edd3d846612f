//! Access tokens by SMART Backend Services: asked for with a signed, one-time JWT, kept in memory.

use super::address::Server;
use super::client_key::ClientKey;
use super::request::{NoAnswer, Request, asked_wait, body, may_pass};
use crate::error::{Context, Error, Result};
use crate::pipeline::BulkAuth;
use crate::secure_url::{is_secure, origin};
use jsonwebtoken::{Algorithm, Header};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use url::Url;
use zeroize::Zeroizing;

/// How long a signed request for a token holds; the standard allows five minutes.
const ASSERTION_SECONDS: i64 = 240;
/// A token is renewed this long before it ends, or after half its time if that is sooner.
const BEFORE_END: Duration = Duration::from_secs(60);
/// The life of a token whose answer names none, as the standard recommends.
const USUAL_LIFE: u64 = 300;

/// Gives out the current token of one client.
pub(super) struct Tokens {
    client_id: String,
    key: ClientKey,
    scope: String,
    endpoint: Option<Endpoint>,
    held: Mutex<HeldToken>,
}

/// Where tokens come from.
#[derive(Clone)]
struct Endpoint {
    url: Url,
    /// As it was written: servers compare it with `aud` letter by letter.
    text: String,
}

impl Endpoint {
    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(is_secure)?;
        Some(Endpoint {
            url,
            text: text.to_string(),
        })
    }
}

#[derive(Default)]
struct HeldToken {
    token: Option<Zeroizing<String>>,
    until: Option<Instant>,
    number: u64,
    endpoint: Option<Endpoint>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}

impl Tokens {
    /// Reads the `auth` settings of `source`; paths start from `base`.
    pub(super) fn new(source: &str, auth: &BulkAuth, base: &Path) -> Result<Self> {
        let mut key = ClientKey::load(source, &auth.key, base)?;
        if auth.key_id.is_some() {
            key.id.clone_from(&auth.key_id);
        }
        let endpoint = match &auth.token_url {
            Some(text) => Some(Endpoint::parse(text).ok_or_else(|| {
                Error::usage(format!("source {source}: token_url is no https address"))
                    .hint("leave it out, and the server is asked for it")
            })?),
            None => None,
        };
        Ok(Tokens {
            client_id: auth.client_id.clone(),
            key,
            scope: auth.scope.clone(),
            endpoint,
            held: Mutex::default(),
        })
    }

    /// The token and its number; a new one when there is none or it ends soon.
    pub(super) async fn current(
        &self,
        client: &Client,
        server: &Server,
    ) -> Result<(Zeroizing<String>, u64), NoAnswer> {
        let mut held = self.held.lock().await;
        let fresh = held.until.is_some_and(|until| Instant::now() < until);
        if let Some(token) = held.token.as_ref().filter(|_| fresh) {
            return Ok((token.clone(), held.number));
        }
        let endpoint = match self.endpoint.clone().or_else(|| held.endpoint.clone()) {
            Some(endpoint) => endpoint,
            None => {
                let endpoint = self.discover(client, server).await?;
                held.endpoint = Some(endpoint.clone());
                endpoint
            }
        };
        let (token, life) = self.ask(client, &endpoint).await?;
        held.until = Some(Instant::now() + life.saturating_sub(BEFORE_END.min(life / 2)));
        held.token = Some(token.clone());
        held.number += 1;
        Ok((token, held.number))
    }

    /// Forgets a token that was refused, if it is still the one in use.
    pub(super) async fn forget(&self, number: u64) {
        let mut held = self.held.lock().await;
        if held.number == number {
            held.token = None;
            held.until = None;
        }
    }

    /// Asks the server where tokens come from.
    async fn discover(&self, client: &Client, server: &Server) -> Result<Endpoint, NoAnswer> {
        #[derive(Deserialize)]
        struct Configuration {
            token_endpoint: String,
            #[serde(default)]
            token_endpoint_auth_signing_alg_values_supported: Vec<String>,
        }
        let hint = "set token_url under auth, or ask the server's operator";
        let ask = Request::get(server.at(".well-known/smart-configuration")?, false);
        let answer = client
            .get(ask.url)
            .header(ACCEPT, "application/json")
            .send()
            .await
            .map_err(NoAnswer::lost)?;
        let status = answer.status();
        if may_pass(status) {
            let why = format!("SMART discovery answers {status}");
            return Err(NoAnswer::Lost(why, asked_wait(answer.headers())));
        }
        if !status.is_success() {
            return Err(
                Error::data("the server does not say where access tokens come from")
                    .cause(format!("SMART discovery answers {status}"))
                    .hint(hint)
                    .into(),
            );
        }
        let found: Configuration = serde_json::from_slice(&body(answer).await?)
            .data(|| "the server's SMART configuration cannot be read")
            .map_err(|e| e.hint(hint))?;
        let known = &found.token_endpoint_auth_signing_alg_values_supported;
        let ours = format!("{:?}", self.key.algorithm);
        if !known.is_empty() && !known.contains(&ours) {
            let other = if self.key.algorithm == Algorithm::RS384 {
                "an EC key on P-384"
            } else {
                "an RSA key"
            };
            return Err(Error::usage(format!("the server does not accept {ours}"))
                .hint(format!("register {other} with it"))
                .into());
        }
        let endpoint = Endpoint::parse(&found.token_endpoint);
        Ok(endpoint.ok_or_else(|| {
            Error::data("the server's token endpoint is no https address").hint(hint)
        })?)
    }

    fn assertion(&self, endpoint: &Endpoint) -> Result<Zeroizing<String>> {
        let mut random = [0u8; 16];
        getrandom::fill(&mut random).data(|| "the operating system gave no random bytes")?;
        let now = chrono::Utc::now().timestamp();
        let claims = Claims {
            iss: &self.client_id,
            sub: &self.client_id,
            aud: &endpoint.text,
            iat: now,
            exp: now + ASSERTION_SECONDS,
            jti: random.iter().map(|b| format!("{b:02x}")).collect(),
        };
        let mut header = Header::new(self.key.algorithm);
        header.kid.clone_from(&self.key.id);
        jsonwebtoken::encode(&header, &claims, &self.key.key)
            .map(Zeroizing::new)
            .data(|| "cannot sign the request for a token")
    }

    async fn ask(
        &self,
        client: &Client,
        endpoint: &Endpoint,
    ) -> Result<(Zeroizing<String>, Duration), NoAnswer> {
        #[derive(Deserialize)]
        struct Granted {
            access_token: String,
            expires_in: Option<u64>,
        }
        let assertion = self.assertion(endpoint)?;
        let form = Zeroizing::new(
            url::form_urlencoded::Serializer::new(String::new())
                .append_pair("grant_type", "client_credentials")
                .append_pair("scope", &self.scope)
                .append_pair(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .append_pair("client_assertion", &assertion)
                .finish(),
        );
        let answer = client
            .post(endpoint.url.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(form.as_bytes().to_vec())
            .send()
            .await
            .map_err(NoAnswer::lost)?;
        let status = answer.status();
        if may_pass(status) {
            let why = format!("the token endpoint answers {status}");
            return Err(NoAnswer::Lost(why, asked_wait(answer.headers())));
        }
        let bytes = Zeroizing::new(body(answer).await?);
        if !status.is_success() {
            return Err(refused(&endpoint.url, status, &bytes).into());
        }
        let granted: Granted = serde_json::from_slice(&bytes)
            .map_err(|_| Error::data("the token endpoint's answer cannot be read"))?;
        let life = Duration::from_secs(granted.expires_in.unwrap_or(USUAL_LIFE).min(86_400));
        Ok((Zeroizing::new(granted.access_token), life))
    }
}

/// Says why no token was given, by OAuth's own codes.
fn refused(url: &Url, status: StatusCode, bytes: &[u8]) -> Error {
    const CODES: [(&str, &str); 5] = [
        (
            "invalid_client",
            "check that the server knows client_id and the public key (and key_id, if it names keys), and that this machine's clock is right",
        ),
        (
            "invalid_scope",
            "ask for what was granted: scope under auth",
        ),
        (
            "unauthorized_client",
            "ask the server's operator to allow backend services for this client",
        ),
        ("invalid_grant", "check this machine's clock"),
        ("invalid_request", "check that token_url is the server's"),
    ];
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    let code = serde_json::from_slice::<Refusal>(bytes)
        .ok()
        .and_then(|r| CODES.iter().find(|(code, _)| *code == r.error));
    let error = Error::data(format!("{} gives no access token", origin(url)));
    match code {
        Some((code, hint)) => error.cause(code).hint(hint),
        None => error
            .cause(format!("it answers {status}"))
            .hint("see client_id, key and scope under auth of this source"),
    }
}
