//! The pages of signing in and out.

use super::super::refusal::AccessRefusal;
use super::super::request_head::{RequestHead, text_of};
use super::id_token::BadToken;
use super::oidc_sign_in::{OidcSignIn, bad_token, go_to, unreachable};
use super::paths::{CALLBACK, SIGN_IN, SIGN_OUT, local_path, sign_in_link};
use super::session::{self, KeptCookie, PendingSignIn, ReaderSession};
use crate::error::Result;
use axum::http::header::{HeaderMap, ORIGIN};
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use chrono::Utc;
use maud::{DOCTYPE, html};
use openidconnect::Nonce;
use std::collections::BTreeMap;
use url::form_urlencoded;

impl OidcSignIn {
    /// Answers a request for one of these pages.
    pub(in super::super) async fn answer(&self, request: &RequestHead) -> Response {
        let method = request.method();
        let answer = match request.uri().path() {
            SIGN_IN if *method == Method::GET => self.begin(request).await,
            CALLBACK if *method == Method::GET => self.come_back(request).await,
            SIGN_OUT if *method == Method::POST => Ok(self.sign_out(request)),
            SIGN_OUT if *method == Method::GET => Ok(sign_out_page()),
            SIGN_OUT => Err(AccessRefusal::method(
                "This page answers GET and POST only.",
                "GET, POST",
            )),
            _ => Err(AccessRefusal::method("Signing in answers GET only.", "GET")),
        };
        answer.unwrap_or_else(|refusal| refusal.to(request).into_response())
    }

    /// Sends the reader to the provider.
    async fn begin(&self, request: &RequestHead) -> Result<Response, AccessRefusal> {
        let query = query(request)?;
        let begun = self.provider.begin().await.map_err(|e| unreachable(&e))?;
        let pending = PendingSignIn {
            state: begun.state.secret().clone(),
            nonce: begun.nonce.secret().clone(),
            verifier: begun.verifier.secret().clone(),
            to: local_path(query.get("to").map(String::as_str)).to_string(),
            until: PendingSignIn::ends(Utc::now().timestamp()),
        };
        let jar = self.sessions.jar(&HeaderMap::new());
        let jar = session::await_answer(jar, &pending).map_err(|e| too_long(&e))?;
        Ok((jar, go_to(begun.url.as_str())).into_response())
    }

    /// Takes what the provider sends back, and begins a session.
    async fn come_back(&self, request: &RequestHead) -> Result<Response, AccessRefusal> {
        let query = query(request)?;
        let now = Utc::now().timestamp();
        let KeptCookie::Valid(pending) = self.sessions.pending(request.headers(), now) else {
            return Err(again(
                "This sign-in was not begun in this browser, or took too long.",
                None,
            ));
        };
        let to = Some(pending.to.as_str());
        let given = |name: &str| query.get(name).map(String::as_str);
        let same = |a: &str, b: &str| blake3::hash(a.as_bytes()) == blake3::hash(b.as_bytes());
        if !given("state").is_some_and(|state| same(state, &pending.state)) {
            return Err(again("This answer belongs to another sign-in.", to));
        }
        if given("iss").is_some_and(|issuer| issuer != self.provider.issuer()) {
            return Err(again("This answer comes from another provider.", to));
        }
        let Some(code) = given("code").filter(|_| given("error").is_none()) else {
            return Err(again(
                "The service at which you sign in did not let you in.",
                to,
            ));
        };
        let exchanged = self
            .provider
            .exchange(code.to_string(), pending.verifier)
            .await;
        let token = exchanged.map_err(|e| unreachable(&e))?;
        let Some(token) = token else {
            return Err(again(
                "The service at which you sign in did not confirm who you are.",
                to,
            ));
        };
        let nonce = Nonce::new(pending.nonce);
        let checked = self
            .check_token(&token, Some(&nonce))
            .await
            .map_err(|e| unreachable(&e))?;
        let reader = checked.map_err(|bad: BadToken| {
            tracing::warn!("the token of a sign-in was refused: {bad:?}");
            bad_token(bad).with_link(sign_in_link(to), "Sign in again")
        })?;
        let session = ReaderSession {
            id: new_id()?,
            roles: self.roles.said(&reader.roles),
            name: reader.name,
            subject: reader.subject,
            until: self.sessions.ends(now),
        };
        let jar = self.sessions.jar(request.headers());
        let jar = session::begin(jar, &session).map_err(|e| too_long(&e))?;
        Ok((jar, go_to(&pending.to)).into_response())
    }

    /// Ends the session. Other sites cannot ask for it: their requests carry no session, and say whence
    /// they come.
    fn sign_out(&self, request: &RequestHead) -> Response {
        if is_foreign(request) {
            return AccessRefusal::bad_request("Sign out on this site itself.")
                .to(request)
                .into_response();
        }
        if let KeptCookie::Valid(session) = self.session(request) {
            self.revoked
                .add(&session.id, session.until, Utc::now().timestamp());
        }
        let jar = session::end(self.sessions.jar(request.headers()));
        let page = page(
            "You are signed out",
            html! {
                p { "You are signed out of this site. You may still be signed in at your organisation: on a shared computer, sign out there too." }
                p { a href=(SIGN_IN) { "Sign in again" } }
            },
        );
        (jar, page).into_response()
    }
}

/// A page on which a reader signs out.
fn sign_out_page() -> Response {
    let form = html! {
        form method="post" action=(SIGN_OUT) { button type="submit" { "Sign out" } }
        p { a href="/" { "Back to the reports" } }
    };
    page("Sign out", form)
}

fn page(title: &str, content: maud::Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – Populace" }
            }
            body { main { h1 { (title) } (content) } }
        }
    };
    let mut answer = Html(page.into_string()).into_response();
    let headers = answer.headers_mut();
    headers.insert(
        "cache-control",
        axum::http::HeaderValue::from_static("no-store"),
    );
    answer
}

/// Whether a page of another site sent a form.
fn is_foreign(request: &RequestHead) -> bool {
    let fetched = text_of(request, "sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none");
    let host = text_of(request, "host").unwrap_or_default();
    let origin = request
        .headers()
        .get(ORIGIN)
        .map(|origin| origin.to_str().unwrap_or_default());
    let other = origin.is_some_and(|origin| {
        origin
            .split_once("://")
            .is_none_or(|(_, from)| from != host)
    });
    fetched || other
}

/// What a query says; a name that comes twice could be read in two ways.
fn query(request: &RequestHead) -> Result<BTreeMap<String, String>, AccessRefusal> {
    let mut found = BTreeMap::new();
    let query = request.uri().query().unwrap_or_default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if found
            .insert(name.into_owned(), value.into_owned())
            .is_some()
        {
            return Err(AccessRefusal::bad_request(
                "The address says the same thing twice.",
            ));
        }
    }
    Ok(found)
}

/// A sign-in that failed, and can be tried again.
fn again(text: &'static str, to: Option<&str>) -> AccessRefusal {
    AccessRefusal::new(StatusCode::UNAUTHORIZED, text).with_link(sign_in_link(to), "Sign in again")
}

/// What a reader is told who has more roles than a cookie can hold.
fn too_long(error: &crate::error::Error) -> AccessRefusal {
    tracing::warn!("{error}");
    AccessRefusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Your account has more roles than this site can keep. Whoever runs it can say which it needs.",
    )
}

/// A number that nobody can guess.
fn new_id() -> Result<String, AccessRefusal> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| {
        AccessRefusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "Nobody can sign in just now.",
        )
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
