//! The gate that every request goes through: what may read the page, and what may not.

use super::access_log::LoggedRequest;
use super::checks::{self, Hosts};
use super::download_log::DownloadLog;
use super::limits::{ANSWER_TIME, LONGEST_BODY, LimitSettings};
use super::listen::{listen, take_port};
use super::page_reader::PageReader;
use super::proxy_header::ProxyHeader;
use super::rate::{RateKey, RateLimit};
use super::refusal::{AccessRefusal, wants_json};
use super::request_head::{RequestHead, address_of};
use super::roles::Roles;
use super::security_headers;
use super::settings::{AccessSettings, SignIn};
use super::sign_in::{OidcSignIn, is_own_path};
use super::tls::Tls;
use crate::error::{Error, Result};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

/// Who may read the planners' page, and how it is reached.
#[derive(Clone)]
pub(crate) struct Access(Arc<AccessParts>);

struct AccessParts {
    address: SocketAddr,
    tls: Option<Tls>,
    /// Whether readers come by https.
    https: bool,
    limits: LimitSettings,
    hosts: Hosts,
    rate: Option<RateLimit>,
    identity: ReaderIdentity,
    downloads: Option<DownloadLog>,
    /// Paths that are answered without a reader: health, and styles.
    open: fn(&str) -> bool,
}

enum ReaderIdentity {
    Local,
    Proxy(ProxyHeader, Roles),
    Oidc(Box<OidcSignIn>),
}

impl Access {
    /// Checks the settings, in which relative paths start from `base`. `open` says of a
    /// path whether anybody may read it.
    ///
    /// # Errors
    /// Usage: the settings do not fit together, or let in whom they should not.
    pub(crate) fn new(
        address: SocketAddr,
        settings: &AccessSettings,
        base: &Path,
        open: fn(&str) -> bool,
    ) -> Result<Self> {
        refuse_open_door(settings, address)?;
        let identity = match settings.sign_in {
            SignIn::None => ReaderIdentity::Local,
            SignIn::Proxy => {
                let proxy = settings.proxy.as_ref().ok_or_else(|| absent("proxy"))?;
                ReaderIdentity::Proxy(ProxyHeader::new(proxy)?, Roles::new(&settings.roles)?)
            }
            SignIn::Oidc => {
                let oidc = settings.oidc.as_ref().ok_or_else(|| absent("oidc"))?;
                let roles = Roles::new(&settings.roles)?;
                ReaderIdentity::Oidc(Box::new(OidcSignIn::new(
                    oidc,
                    &settings.session,
                    roles,
                    base,
                )?))
            }
        };
        let tls = settings.tls.as_ref().map(|tls| Tls::new(tls, base));
        if let Some(tls) = &tls {
            tls.check()?;
        }
        let downloads = settings.download_log.as_ref();
        let downloads = downloads.map(|path| DownloadLog::open(&base.join(path)));
        Ok(Access(Arc::new(AccessParts {
            address,
            tls,
            https: settings.tls.is_some() || settings.tls_ends_in_front,
            limits: settings.limits.clone(),
            hosts: hosts(settings, &identity)?,
            rate: RateLimit::new(&settings.limits, settings.sign_in),
            identity,
            downloads: downloads.transpose()?,
            open,
        })))
    }

    /// Takes the port of the settings.
    ///
    /// # Errors
    /// Usage: it cannot be had.
    pub(crate) fn take_port(&self) -> Result<TcpListener> {
        take_port(
            self.0.address,
            "give another address or port: --listen, or listen under [serve]; another program may have this one",
        )
    }

    /// Where a browser finds the page, once `port` is taken.
    pub(crate) fn url(&self, port: &TcpListener) -> String {
        let scheme = if self.0.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let address = port.local_addr().unwrap_or(self.0.address);
        format!("{scheme}://{address}/")
    }

    /// Whether readers sign in here, and so can sign out.
    pub(crate) fn signs_out(&self) -> bool {
        matches!(self.0.identity, ReaderIdentity::Oidc(_))
    }

    /// Serves `router`, behind the gate, until `stop` ends.
    ///
    /// # Errors
    /// As [`listen`].
    pub(crate) async fn serve(
        &self,
        port: TcpListener,
        router: Router,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let router = self.protect(router);
        listen(port, self.0.tls.clone(), &self.0.limits, router, stop).await
    }

    /// Puts the gate in front of `router`: each request that passes has a [`PageReader`] in its extensions,
    /// but for those of open paths.
    pub(crate) fn protect(&self, router: Router) -> Router {
        let timeout = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER_TIME);
        router
            .layer(CatchPanicLayer::new())
            .layer(timeout)
            .layer(RequestBodyLimitLayer::new(LONGEST_BODY))
            .layer(from_fn_with_state(self.clone(), gate))
    }

    /// Writes down that a reader takes a file of a release; call it before the file is sent.
    ///
    /// # Errors
    /// Data: it cannot be written down, and so must not be handed out.
    pub(crate) fn downloaded(&self, reader: &PageReader, release: &str, file: &str) -> Result<()> {
        match &self.0.downloads {
            Some(log) => log.add(reader, release, file),
            None => Ok(()),
        }
    }
}

/// Logs a request, lets it pass or refuses it, and adds headers to its answer.
async fn gate(State(access): State<Access>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let head = RequestHead::from_parts(head, ());
    let shown_to_all = matches!(access.0.identity, ReaderIdentity::Local);
    let logged = LoggedRequest::of(&head, !shown_to_all);
    let json = wants_json(head.uri().path(), head.headers());
    let mut answer = match admit(&access.0, &head).await {
        Ok(reader) => {
            let (mut head, ()) = head.into_parts();
            if let Some(reader) = reader.clone() {
                head.extensions.insert(reader);
                head.extensions.insert(access.clone());
            }
            let answer = next.run(Request::from_parts(head, body)).await;
            let mut answer = match AccessRefusal::of_library(&answer) {
                Some(refusal) => refusal.in_form(json).into_response(),
                None => answer,
            };
            if let Some(reader) = reader {
                answer.extensions_mut().insert(reader);
            }
            answer
        }
        Err(refused) => refused,
    };
    security_headers::add(answer.headers_mut(), access.0.https, shown_to_all);
    logged.answered(answer)
}

/// Who sends a request that may pass, None where it may pass without a reader; or what it is answered
/// otherwise.
async fn admit(parts: &AccessParts, request: &RequestHead) -> Result<Option<PageReader>, Response> {
    let path = request.uri().path();
    let refused = |refusal: AccessRefusal| refusal.to(request).into_response();
    let is_open = (parts.open)(path);
    checks::check(request, &parts.hosts, is_open).map_err(refused)?;
    let count = |key: Option<RateKey>| match (&parts.rate, key) {
        (Some(rate), Some(key)) => rate.count(key),
        _ => Ok(()),
    };
    let too_many = |seconds| refused(AccessRefusal::too_many(seconds));
    let address = address_of(request).map(|address| address.ip());
    // A signature costs more to check than to make up: tokens are counted before they are looked at.
    if !is_open && parts.identity.checks_signature(request) {
        count(address.map(RateKey::token_from)).map_err(too_many)?;
    }
    let reader = match is_open {
        true => None,
        false => Some(parts.identity.reader(request).await),
    };
    count(match &reader {
        Some(Ok(reader)) if reader.is_known() => Some(RateKey::Reader(reader.subject.clone())),
        _ => address.map(RateKey::address),
    })
    .map_err(too_many)?;
    match &parts.identity {
        ReaderIdentity::Oidc(sign_in) if is_own_path(path) => Err(sign_in.answer(request).await),
        _ => reader.transpose(),
    }
}

impl ReaderIdentity {
    /// Whether finding out who sent a request means to check a signature.
    fn checks_signature(&self, request: &RequestHead) -> bool {
        matches!(self, ReaderIdentity::Oidc(_)) && request.headers().contains_key(AUTHORIZATION)
    }

    /// Who sent a request, or what is answered to nobody.
    async fn reader(&self, request: &RequestHead) -> Result<PageReader, Response> {
        match self {
            ReaderIdentity::Local => Ok(PageReader::local()),
            ReaderIdentity::Proxy(proxy, roles) => proxy
                .reader(request, roles)
                .map_err(|refusal| refusal.to(request).into_response()),
            ReaderIdentity::Oidc(sign_in) => sign_in.reader(request).await,
        }
    }
}

/// Refuses what would show the page, or carry sessions, to whoever is on the network.
fn refuse_open_door(settings: &AccessSettings, address: SocketAddr) -> Result<()> {
    if address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    if settings.sign_in == SignIn::None {
        return Err(Error::usage(format!(
            "without sign-in the page is served on this machine only, and {} is reached from others",
            address.ip()
        ))
        .hint("listen on 127.0.0.1, or set sign_in to \"oidc\" or \"proxy\" under [serve]"));
    }
    if settings.tls.is_none() && !settings.tls_ends_in_front {
        return Err(Error::usage(format!(
            "[serve] has no tls, and {} is reached from other machines",
            address.ip()
        ))
        .hint("set tls = { certificate = \"…\", key = \"…\" }, or tls_ends_in_front = true where a proxy ends TLS"));
    }
    Ok(())
}

/// The names under which the page is read.
fn hosts(settings: &AccessSettings, identity: &ReaderIdentity) -> Result<Hosts> {
    match identity {
        _ if !settings.hosts.is_empty() => Hosts::new(&settings.hosts),
        ReaderIdentity::Local => Ok(Hosts::loopback()),
        ReaderIdentity::Oidc(sign_in) => Hosts::new(&[sign_in.host()]),
        ReaderIdentity::Proxy(..) => Err(Error::usage(
            "[serve] does not say how browsers call this server",
        )
        .hint("list the names that the proxy passes on: hosts = [\"population.example.nhs.uk\"]")),
    }
}

fn absent(section: &str) -> Error {
    Error::usage(format!(
        "[serve] sign_in is \"{section}\", and there is no {section}"
    ))
    .hint(format!(
        "add {section} = {{ … }}; docs/sign-in.md lists its settings"
    ))
}
