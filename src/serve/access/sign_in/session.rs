//! Sessions: what a browser keeps in an encrypted cookie that only this server can read or make.

use super::super::settings::SessionSettings;
use crate::error::{Error, Result};
use axum::http::HeaderMap;
use axum_extra::extract::PrivateCookieJar;
use axum_extra::extract::cookie::{Cookie, Key, SameSite};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha512};
use std::path::Path;

/// The cookie of a reader who signed in. The prefix lets no other host or path set it.
const SESSION: &str = "__Host-populace-session";
/// The cookie of a sign-in that is under way.
const PENDING: &str = "__Host-populace-sign-in";
/// How long signing in may take, in seconds.
const PENDING_TIME: i64 = 600;
/// The longest text of a cookie, in bytes: encrypted it has a third more, and browsers keep 4,096.
const LONGEST_TEXT: usize = 2800;
/// The shortest secret that sessions are encrypted with, in characters.
const SHORTEST_SECRET: usize = 32;

/// A session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ReaderSession {
    /// Its number, by which it can be ended.
    pub id: String,
    /// The reader's name.
    pub name: String,
    /// What the provider calls the reader.
    pub subject: String,
    /// Those roles that the provider said and that mean something here.
    pub roles: Vec<String>,
    /// When it ends, in seconds since 1970.
    pub until: i64,
}

/// A sign-in that is under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PendingSignIn {
    /// What the provider has to give back.
    pub state: String,
    /// What the ID token has to hold.
    pub nonce: String,
    /// The secret of PKCE.
    pub verifier: String,
    /// Where the reader goes on.
    pub to: String,
    /// When it is given up, in seconds since 1970.
    pub until: i64,
}

impl PendingSignIn {
    /// When one that begins now is given up.
    pub(super) fn ends(now: i64) -> i64 {
        now + PENDING_TIME
    }
}

/// A cookie that came with a request.
pub(super) enum KeptCookie<T> {
    /// There is none.
    Absent,
    /// It was not made here, or with an older key, or it has ended.
    Invalid,
    /// It is valid.
    Valid(T),
}

/// Reads and makes the cookies.
pub(super) struct Sessions {
    key: Key,
    seconds: i64,
}

impl Sessions {
    /// With the secret of the settings, or one that ends with this server.
    ///
    /// # Errors
    /// Usage: the secret cannot be read or is short. Data: the system gives no random numbers.
    pub(super) fn new(settings: &SessionSettings, base: &Path) -> Result<Self> {
        let key = match &settings.key {
            Some(place) => {
                place.refuse_open("session key", base, 0o007)?;
                let secret = place.read("session key", base)?;
                if secret.len() < SHORTEST_SECRET {
                    return Err(Error::usage(format!(
                        "the session key has less than {SHORTEST_SECRET} characters"
                    ))
                    .hint("make one with `openssl rand -hex 32`"));
                }
                let digest = Sha512::new()
                    .chain_update(b"populace session 1\0")
                    .chain_update(secret.as_bytes());
                Key::try_from(&digest.finalize()[..]).ok()
            }
            None => Key::try_generate(),
        };
        Ok(Sessions {
            key: key.ok_or_else(|| Error::data("no key can be made for sessions"))?,
            seconds: i64::from(settings.hours) * 3600,
        })
    }

    /// When a session that begins now ends.
    pub(super) fn ends(&self, now: i64) -> i64 {
        now + self.seconds
    }

    /// The cookies of a request.
    pub(super) fn jar(&self, headers: &HeaderMap) -> PrivateCookieJar {
        PrivateCookieJar::from_headers(headers, self.key.clone())
    }

    /// The session of a request.
    pub(super) fn session(&self, headers: &HeaderMap, now: i64) -> KeptCookie<ReaderSession> {
        kept(
            &self.jar(headers),
            headers,
            SESSION,
            |session: &ReaderSession| session.until > now,
        )
    }

    /// The sign-in under way of a request.
    pub(super) fn pending(&self, headers: &HeaderMap, now: i64) -> KeptCookie<PendingSignIn> {
        kept(
            &self.jar(headers),
            headers,
            PENDING,
            |pending: &PendingSignIn| pending.until > now,
        )
    }
}

/// Adds a session, in the place of the sign-in that led to it.
pub(super) fn begin(jar: PrivateCookieJar, session: &ReaderSession) -> Result<PrivateCookieJar> {
    Ok(jar
        .remove(cookie(PENDING, String::new()))
        .add(cookie(SESSION, text(session)?)))
}

/// Adds a sign-in.
pub(super) fn await_answer(
    jar: PrivateCookieJar,
    pending: &PendingSignIn,
) -> Result<PrivateCookieJar> {
    Ok(jar.add(cookie(PENDING, text(pending)?)))
}

/// Takes both away.
pub(super) fn end(jar: PrivateCookieJar) -> PrivateCookieJar {
    jar.remove(cookie(PENDING, String::new()))
        .remove(cookie(SESSION, String::new()))
}

fn text(kept: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string(kept).unwrap_or_default();
    match text.len() {
        1..=LONGEST_TEXT => Ok(text),
        _ => Err(Error::data("a session is longer than a browser keeps")),
    }
}

/// A cookie for this host alone, out of reach of scripts, that the browser drops when it is closed.
fn cookie(name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .build()
}

fn kept<T: DeserializeOwned>(
    jar: &PrivateCookieJar,
    headers: &HeaderMap,
    name: &str,
    lasts: impl Fn(&T) -> bool,
) -> KeptCookie<T> {
    let Some(cookie) = jar.get(name) else {
        let sent = headers.get_all(axum::http::header::COOKIE).iter();
        let is_sent = sent
            .filter_map(|v| v.to_str().ok())
            .any(|v| v.contains(name));
        return if is_sent {
            KeptCookie::Invalid
        } else {
            KeptCookie::Absent
        };
    };
    match serde_json::from_str::<T>(cookie.value()) {
        Ok(found) if lasts(&found) => KeptCookie::Valid(found),
        _ => KeptCookie::Invalid,
    }
}
