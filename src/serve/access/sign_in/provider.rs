//! The provider: its configuration and keys, found under its issuer and asked for again when they are
//! old or a token was signed with a newer key.

use super::super::settings::OidcSettings;
use super::paths::CALLBACK;
use crate::error::{Context, Error, Result};
use crate::secure_url::{is_here, is_secure};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreProviderMetadata,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use url::Url;

/// How long its configuration and keys are used.
const FRESH: Duration = Duration::from_secs(3600);
/// How long they are used when the provider cannot be reached.
const LASTING: Duration = Duration::from_secs(24 * 3600);
/// The shortest time between an answer and the next try.
const PAUSE: Duration = Duration::from_secs(10);
/// How long the provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer, in bytes.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// A provider at which this server is registered.
pub(super) struct Provider {
    issuer: IssuerUrl,
    /// The name of this server there.
    pub client: ClientId,
    secret: Option<ClientSecret>,
    redirect: RedirectUrl,
    scopes: Vec<Scope>,
    http: reqwest::Client,
    found: Mutex<FoundProvider>,
}

#[derive(Default)]
struct FoundProvider {
    metadata: Option<(Arc<CoreProviderMetadata>, Instant)>,
    /// When it was last asked, or last answered.
    tried: Option<Instant>,
}

/// A sign-in as it begins: where the reader goes, and what has to come back.
pub(super) struct BegunSignIn {
    /// The provider's page.
    pub url: Url,
    /// What comes back in the address.
    pub state: CsrfToken,
    /// What the ID token holds.
    pub nonce: Nonce,
    /// The secret that proves who began.
    pub verifier: PkceCodeVerifier,
}

impl Provider {
    /// Checks the settings; the provider is asked when somebody signs in.
    ///
    /// # Errors
    /// Usage: an address is none, or the secret cannot be read.
    pub(super) fn new(settings: &OidcSettings, base: &Path) -> Result<Self> {
        let issuer = secure(&settings.issuer, "issuer")?;
        let redirect = secure(&settings.redirect, "redirect")?;
        if redirect.path() != CALLBACK || redirect.query().is_some() {
            return Err(
                Error::usage("redirect of [serve] oidc leads to no page of this server")
                    .hint(format!("write https://HOST{}", CALLBACK)),
            );
        }
        let secret = match &settings.client_secret {
            Some(place) => {
                place.refuse_open("client secret", base, 0o007)?;
                Some(ClientSecret::new(
                    place.read("client secret", base)?.to_string(),
                ))
            }
            None => None,
        };
        // Answers are taken from the provider alone, and not from where it would send us on.
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .https_only(issuer.scheme() == "https")
            .timeout(PATIENCE);
        if issuer.host().is_some_and(|host| is_here(&host.to_owned())) {
            http = http.no_proxy();
        }
        let usage = || "the provider of [serve] oidc cannot be asked";
        Ok(Provider {
            issuer: IssuerUrl::new(settings.issuer.clone()).usage(usage)?,
            client: ClientId::new(settings.client_id.clone()),
            secret,
            redirect: RedirectUrl::new(settings.redirect.clone()).usage(usage)?,
            scopes: settings.scopes.iter().cloned().map(Scope::new).collect(),
            http: http.build().data(usage)?,
            found: Mutex::default(),
        })
    }

    /// The host to which the provider sends readers back.
    pub(super) fn host(&self) -> String {
        self.redirect
            .url()
            .host_str()
            .unwrap_or_default()
            .to_string()
    }

    /// The issuer.
    pub(super) fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// The provider's configuration and keys.
    ///
    /// # Errors
    /// Data: it cannot be reached, or gives none.
    pub(super) async fn metadata(&self) -> Result<Arc<CoreProviderMetadata>> {
        self.newer_than(FRESH).await
    }

    /// The same, asked for again: a token was signed with a key that is not among those known.
    ///
    /// # Errors
    /// As [`Provider::metadata`].
    pub(super) async fn newest(&self) -> Result<Arc<CoreProviderMetadata>> {
        self.newer_than(Duration::ZERO).await
    }

    async fn newer_than(&self, age: Duration) -> Result<Arc<CoreProviderMetadata>> {
        let mut found = self.found.lock().await;
        let has_tried = found.tried.is_some_and(|at| at.elapsed() < PAUSE);
        match &found.metadata {
            Some((metadata, at)) if at.elapsed() < age || (has_tried && at.elapsed() < LASTING) => {
                return Ok(metadata.clone());
            }
            _ if has_tried => {
                return Err(Error::data(
                    "the sign-in provider could not be asked just now",
                ));
            }
            _ => {}
        }
        // Whoever asked may give up before the answer, and that counts too.
        found.tried = Some(Instant::now());
        let ask = |request| ask(self.http.clone(), request);
        let answer = CoreProviderMetadata::discover_async(self.issuer.clone(), &ask).await;
        // From the answer on: a provider that answers late is left alone for as long as any other.
        found.tried = Some(Instant::now());
        match answer {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                found.metadata = Some((metadata.clone(), Instant::now()));
                Ok(metadata)
            }
            Err(error) => match &found.metadata {
                Some((metadata, at)) if at.elapsed() < LASTING => {
                    tracing::warn!(
                        "the sign-in provider cannot be asked, its earlier keys are used: {error}"
                    );
                    Ok(metadata.clone())
                }
                _ => Err(Error::data("the sign-in provider cannot be asked").cause(error)),
            },
        }
    }

    /// Begins a sign-in.
    ///
    /// # Errors
    /// As [`Provider::metadata`].
    pub(super) async fn begin(&self) -> Result<BegunSignIn> {
        let metadata = self.metadata().await?;
        let client =
            CoreClient::from_provider_metadata((*metadata).clone(), self.client.clone(), None)
                .set_redirect_uri(self.redirect.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge)
            .url();
        Ok(BegunSignIn {
            url,
            state,
            nonce,
            verifier,
        })
    }

    /// Exchanges the code of a sign-in for an ID token; None where the provider refuses the code.
    ///
    /// # Errors
    /// As [`Provider::metadata`].
    pub(super) async fn exchange(&self, code: String, verifier: String) -> Result<Option<String>> {
        let metadata = self.metadata().await?;
        let secret = self.secret.clone();
        let in_body = in_body(&metadata);
        let mut client =
            CoreClient::from_provider_metadata((*metadata).clone(), self.client.clone(), secret)
                .set_redirect_uri(self.redirect.clone());
        if in_body {
            client = client.set_auth_type(AuthType::RequestBody);
        }
        let ask = |request| ask(self.http.clone(), request);
        let request = client
            .exchange_code(AuthorizationCode::new(code))
            .data(|| "the sign-in provider has no place for tokens")?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier));
        match request.request_async(&ask).await {
            Ok(answer) => Ok(answer.id_token().map(ToString::to_string)),
            Err(openidconnect::RequestTokenError::Request(error)) => {
                Err(Error::data("the sign-in provider cannot be asked").cause(error))
            }
            Err(error) => {
                let said = match &error {
                    openidconnect::RequestTokenError::ServerResponse(said) => {
                        said.error().to_string()
                    }
                    _ => "its answer cannot be read".to_string(),
                };
                tracing::warn!("the sign-in provider gave no token: {said}");
                Ok(None)
            }
        }
    }
}

/// Whether the provider takes the secret in the body of a request only.
fn in_body(metadata: &CoreProviderMetadata) -> bool {
    let methods = metadata.token_endpoint_auth_methods_supported();
    methods.is_some_and(|methods| {
        methods.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
    })
}

/// An address of https, or of this machine.
fn secure(setting: &str, name: &str) -> Result<Url> {
    let refused = || {
        Error::usage(format!("{name} of [serve] oidc is no https address"))
            .hint("write an address that begins with https://; http:// is for this machine only")
    };
    let url = Url::parse(setting).map_err(|_| refused())?;
    match is_secure(&url) && url.username().is_empty() && url.fragment().is_none() {
        true => Ok(url),
        false => Err(refused()),
    }
}

/// Sends a request of the library.
async fn ask(http: reqwest::Client, request: HttpRequest) -> io::Result<HttpResponse> {
    let lost = |error: reqwest::Error| io::Error::other(error.without_url());
    let request = reqwest::Request::try_from(request).map_err(lost)?;
    let mut answer = http.execute(request).await.map_err(lost)?;
    let mut built = openidconnect::http::Response::builder().status(answer.status());
    if let Some(kind) = answer.headers().get(reqwest::header::CONTENT_TYPE) {
        built = built.header(reqwest::header::CONTENT_TYPE, kind);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(lost)? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            return Err(io::Error::other("the answer is too long"));
        }
    }
    built.body(body).map_err(io::Error::other)
}
