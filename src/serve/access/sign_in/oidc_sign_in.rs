//! Readers who sign in at a provider: by the session that follows, or by an ID token that a program
//! sends.

use super::super::page_reader::PageReader;
use super::super::refusal::AccessRefusal;
use super::super::request_head::{RequestHead, text_of};
use super::super::roles::Roles;
use super::super::settings::{OidcSettings, SessionSettings};
use super::id_token::{self, BadToken, ClaimNames, TokenReader};
use super::paths::{SIGN_IN, sign_in_link};
use super::provider::Provider;
use super::revoked::Revoked;
use super::session::{KeptCookie, ReaderSession, Sessions};
use crate::error::Result;
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use openidconnect::Nonce;
use std::path::Path;

/// Signing in at a provider.
pub(in super::super) struct OidcSignIn {
    pub(super) provider: Provider,
    pub(super) sessions: Sessions,
    pub(super) revoked: Revoked,
    pub(super) roles: Roles,
    claims: ClaimNames,
}

impl OidcSignIn {
    /// Checks the settings.
    ///
    /// # Errors
    /// Usage: an address is none, or a secret cannot be read.
    pub(in super::super) fn new(
        settings: &OidcSettings,
        session: &SessionSettings,
        roles: Roles,
        base: &Path,
    ) -> Result<Self> {
        Ok(OidcSignIn {
            provider: Provider::new(settings, base)?,
            sessions: Sessions::new(session, base)?,
            revoked: Revoked::default(),
            roles,
            claims: ClaimNames {
                name: settings.name_claim.clone(),
                roles: settings.roles_claim.clone(),
            },
        })
    }

    /// The host by which readers come back from the provider.
    pub(in super::super) fn host(&self) -> String {
        self.provider.host()
    }

    /// Who sent a request, or what is answered to nobody.
    pub(in super::super) async fn reader(
        &self,
        request: &RequestHead,
    ) -> Result<PageReader, Response> {
        let to = request.uri().path_and_query().map(|path| path.as_str());
        let refuse = |refusal: AccessRefusal| {
            let refusal = refusal.with_link(sign_in_link(to), "Sign in again");
            refusal.to(request).into_response()
        };
        if let Some(token) = bearer(request) {
            let found = match token {
                Some(token) => self.check_token(token, None).await,
                None => Ok(Err(BadToken::Invalid("it is no token"))),
            };
            return match found {
                Ok(Ok(reader)) => Ok(self.as_reader(&reader)),
                Ok(Err(bad)) => {
                    // Anybody can send any number of them.
                    tracing::info!("a token was refused: {bad:?}");
                    let refusal = bad_token(bad).with_challenge("Bearer error=\"invalid_token\"");
                    Err(refusal.to(request).into_response())
                }
                Err(error) => Err(refuse(unreachable(&error))),
            };
        }
        match self.session(request) {
            KeptCookie::Valid(session) => Ok(PageReader::new(
                &session.name,
                &session.subject,
                &session.roles,
                &self.roles,
            )),
            KeptCookie::Invalid => Err(refuse(AccessRefusal::unknown_reader(
                "Your sign-in has ended, or this server does not know it any longer.",
            ))),
            KeptCookie::Absent => Err(match is_page(request) {
                true => go_to(&sign_in_link(to)),
                false => refuse(
                    AccessRefusal::unknown_reader("Sign in to read this.").with_challenge("Bearer"),
                ),
            }),
        }
    }

    /// The session of a request that has not ended.
    pub(super) fn session(&self, request: &RequestHead) -> KeptCookie<ReaderSession> {
        match self
            .sessions
            .session(request.headers(), Utc::now().timestamp())
        {
            KeptCookie::Valid(session) if self.revoked.has(&session.id, session.until) => {
                KeptCookie::Invalid
            }
            kept => kept,
        }
    }

    /// Checks a token, with newer keys where it has to be.
    ///
    /// # Errors
    /// Data: the provider cannot be reached.
    pub(super) async fn check_token(
        &self,
        token: &str,
        nonce: Option<&Nonce>,
    ) -> Result<Result<TokenReader, BadToken>> {
        let client = &self.provider.client;
        let metadata = self.provider.metadata().await?;
        let now = Utc::now();
        let first = id_token::check(token, &metadata, client, nonce, &self.claims, now);
        if first != Err(BadToken::UnknownKey) {
            return Ok(first);
        }
        let metadata = self.provider.newest().await?;
        Ok(id_token::check(
            token,
            &metadata,
            client,
            nonce,
            &self.claims,
            now,
        ))
    }

    fn as_reader(&self, reader: &TokenReader) -> PageReader {
        PageReader::new(&reader.name, &reader.subject, &reader.roles, &self.roles)
    }
}

/// The token that a program sends: None where there is none, `Some(None)` where it cannot be one.
fn bearer(request: &RequestHead) -> Option<Option<&str>> {
    let mut sent = request.headers().get_all(AUTHORIZATION).iter();
    let (first, second) = (sent.next()?, sent.next());
    let token = first.to_str().ok().and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    Some(token.filter(|_| second.is_none()))
}

/// Whether a browser asks for a page that it will show.
fn is_page(request: &RequestHead) -> bool {
    let html = text_of(request, "accept").is_some_and(|accept| accept.contains("text/html"));
    let shown = text_of(request, "sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    *request.method() == Method::GET && html && shown && !request.uri().path().starts_with("/api/")
}

/// Why a token is refused, for people.
pub(super) fn bad_token(bad: BadToken) -> AccessRefusal {
    AccessRefusal::unknown_reader(match bad {
        BadToken::Expired => "The token of your sign-in has expired, or is not valid yet.",
        BadToken::UnknownKey => {
            "The token of your sign-in was signed with a key that the provider does not have."
        }
        BadToken::Invalid("it is for another application") => {
            "The token of your sign-in is for another application."
        }
        BadToken::Invalid("another provider made it") => {
            "The token of your sign-in comes from another provider."
        }
        BadToken::Invalid(_) => "The token of your sign-in is not valid.",
    })
}

/// What a reader is told when the provider cannot be reached.
pub(super) fn unreachable(error: &crate::error::Error) -> AccessRefusal {
    tracing::warn!("{error}");
    AccessRefusal::new(
        StatusCode::BAD_GATEWAY,
        "The service at which you sign in cannot be reached. Try again in a few minutes.",
    )
}

/// Sends a browser on.
pub(super) fn go_to(url: &str) -> Response {
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let url = HeaderValue::from_str(url).unwrap_or(HeaderValue::from_static(SIGN_IN));
    answer.headers_mut().insert(LOCATION, url);
    answer
        .headers_mut()
        .insert("cache-control", HeaderValue::from_static("no-store"));
    answer
}
