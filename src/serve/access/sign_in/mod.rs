//! Signing in at a provider of OpenID Connect: the authorisation code flow with PKCE, and the session
//! that follows.

mod answer;
mod id_token;
mod oidc_sign_in;
mod paths;
mod provider;
mod revoked;
mod session;

pub(super) use oidc_sign_in::OidcSignIn;
pub(super) use paths::is_own_path;
