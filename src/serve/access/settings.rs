//! The settings of `[serve]` that say who may read the planners' page, and how it is reached.

use super::limits::LimitSettings;
use super::roles::RoleSettings;
use crate::privacy::SecretPlace;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

/// Those settings of `[serve]` that say who may read the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AccessSettings {
    /// The names by which browsers call this server; requests for any other are refused.
    pub hosts: Vec<String>,
    /// Certificate and key, where this server ends TLS itself.
    pub tls: Option<TlsSettings>,
    /// Says that a proxy in front ends TLS, so that plain HTTP off this machine is meant.
    pub tls_ends_in_front: bool,
    /// How readers say who they are.
    pub sign_in: SignIn,
    /// The provider, where readers sign in by OpenID Connect.
    pub oidc: Option<OidcSettings>,
    /// The proxy, where it names the reader in a header.
    pub proxy: Option<ProxySettings>,
    /// Sessions of readers who signed in.
    pub session: SessionSettings,
    /// Which role may read which areas and reports.
    pub roles: BTreeMap<String, RoleSettings>,
    /// Requests and connections that are served.
    pub limits: LimitSettings,
    /// A file to which each download adds a line.
    pub download_log: Option<PathBuf>,
}

/// How readers say who they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignIn {
    /// Not at all: the server listens on loopback only.
    #[default]
    None,
    /// At a provider of OpenID Connect.
    Oidc,
    /// To a reverse proxy, which names them in a header.
    Proxy,
}

/// `tls` of `[serve]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// A PEM file with the certificate and the chain above it.
    pub certificate: PathBuf,
    /// A PEM file with its private key.
    pub key: PathBuf,
}

/// `oidc` of `[serve]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// The provider's issuer, under which its configuration is found.
    pub issuer: String,
    /// The name under which this server is registered there.
    pub client_id: String,
    /// Where the secret of that registration is; none for a public client.
    pub client_secret: Option<SecretPlace>,
    /// Where the provider sends readers back to: `https://HOST/sign-in/callback`.
    pub redirect: String,
    /// The claim of the ID token that lists a reader's roles.
    #[serde(default = "OidcSettings::default_roles_claim")]
    pub roles_claim: String,
    /// The claim that names a reader; the subject where it is absent.
    #[serde(default = "OidcSettings::default_name_claim")]
    pub name_claim: String,
    /// What is asked for besides `openid`.
    #[serde(default = "OidcSettings::default_scopes")]
    pub scopes: Vec<String>,
}

impl OidcSettings {
    fn default_roles_claim() -> String {
        "roles".to_string()
    }

    fn default_name_claim() -> String {
        "preferred_username".to_string()
    }

    fn default_scopes() -> Vec<String> {
        vec!["profile".to_string()]
    }
}

/// `proxy` of `[serve]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProxySettings {
    /// The header that names the reader.
    pub header: String,
    /// The header that lists the reader's roles, separated by commas.
    pub roles_header: Option<String>,
    /// The addresses from which these headers are believed.
    pub trusted: Vec<IpAddr>,
}

/// `session` of `[serve]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionSettings {
    /// Hours after which a reader signs in again.
    #[serde(deserialize_with = "crate::pipeline::bounds::session_hours")]
    pub hours: u16,
    /// Where the secret is that sessions are encrypted with; a new one at each start without it.
    pub key: Option<SecretPlace>,
}

impl Default for SessionSettings {
    fn default() -> Self {
        SessionSettings {
            hours: 8,
            key: None,
        }
    }
}
