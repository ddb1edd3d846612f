//! Readers whom a reverse proxy names in a header.

use super::page_reader::PageReader;
use super::refusal::AccessRefusal;
use super::request_head::{RequestHead, address_of};
use super::roles::Roles;
use super::settings::ProxySettings;
use crate::error::{Context, Error, Result};
use axum::http::{HeaderName, StatusCode};
use std::net::IpAddr;

/// The longest value of such a header, in bytes.
const LONGEST_VALUE: usize = 1024;

/// Which headers, and from whom.
#[derive(Debug)]
pub(super) struct ProxyHeader {
    name: HeaderName,
    roles: Option<HeaderName>,
    trusted: Vec<IpAddr>,
}

impl ProxyHeader {
    /// Checks the settings.
    ///
    /// # Errors
    /// Usage: a header cannot be called so, or no address is trusted.
    pub(super) fn new(settings: &ProxySettings) -> Result<Self> {
        let header = |name: &str| {
            name.parse::<HeaderName>()
                .usage(|| "[serve] proxy names a header that cannot be called so")
        };
        if settings.trusted.is_empty() {
            return Err(Error::usage("[serve] proxy trusts no address")
                .hint("list the addresses of the proxy: trusted = [\"10.0.0.5\"]"));
        }
        Ok(ProxyHeader {
            name: header(&settings.header)?,
            roles: settings.roles_header.as_deref().map(header).transpose()?,
            trusted: settings.trusted.iter().map(IpAddr::to_canonical).collect(),
        })
    }

    /// Who the proxy says it is. Headers from anybody else are refused: whoever sends them tries to be
    /// somebody.
    pub(super) fn reader(
        &self,
        request: &RequestHead,
        roles: &Roles,
    ) -> Result<PageReader, AccessRefusal> {
        let address = address_of(request).map(|address| address.ip().to_canonical());
        let trusted = address.is_some_and(|address| self.trusted.contains(&address));
        let headers = request.headers();
        let own = std::iter::once(&self.name).chain(&self.roles);
        if !trusted && own.into_iter().any(|name| headers.contains_key(name)) {
            return Err(AccessRefusal::new(
                StatusCode::FORBIDDEN,
                "The request says who you are, and does not come from where that is believed.",
            ));
        }
        let name = match trusted {
            true => single(request, &self.name)?,
            false => None,
        };
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return Err(AccessRefusal::unknown_reader(
                "This site is read through the sign-in of your organisation. Use the address that you were given.",
            ));
        };
        let said = match &self.roles {
            Some(header) => single(request, header)?.unwrap_or_default(),
            None => "",
        };
        let said = said.split(',').map(|role| role.trim().to_string());
        let said: Vec<String> = said.collect();
        Ok(PageReader::new(name, name, &said, roles))
    }
}

/// A header's only value; two could each be meant for the reader.
fn single<'r>(
    request: &'r RequestHead,
    name: &HeaderName,
) -> Result<Option<&'r str>, AccessRefusal> {
    let refused = || {
        AccessRefusal::bad_request(
            "The request says in two ways who you are, or in none that can be read.",
        )
    };
    let mut values = request.headers().get_all(name).iter();
    let (value, second) = (values.next(), values.next());
    let Some(value) = value else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes()).ok();
    let text = text.filter(|text| text.len() <= LONGEST_VALUE && !text.contains(char::is_control));
    match (text, second) {
        (Some(text), None) => Ok(Some(text.trim())),
        _ => Err(refused()),
    }
}
