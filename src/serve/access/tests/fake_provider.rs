//! A provider that gives whatever tokens a test wants. What it gives a real one never would.

use super::site::free_address;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use chrono::Utc;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

pub(super) const RSA: &str = include_str!("../../../../tests/it/bulk/keys/rsa.pem");
const RSA_JWK: &str = include_str!("../../../../tests/it/bulk/keys/rsa.jwk.json");
const RSA_PUBLIC: &str = include_str!("../../../../tests/it/bulk/keys/rsa.pub.pem");
const EC: &str = include_str!("../../../../tests/it/bulk/keys/ec.pem");
const EC_JWK: &str = include_str!("../../../../tests/it/bulk/keys/ec.jwk.json");

/// The provider, until it is dropped.
#[derive(Clone)]
pub(super) struct FakeProvider(Arc<FakeState>);

struct FakeState {
    address: SocketAddr,
    keys: Mutex<Vec<Value>>,
    token: Mutex<String>,
    asked: Mutex<Vec<String>>,
}

/// The public half of the keys.
pub(super) fn rsa_jwk() -> Value {
    public(serde_json::from_str(RSA_JWK).unwrap())
}

pub(super) fn ec_jwk() -> Value {
    let set: Value = serde_json::from_str(EC_JWK).unwrap();
    public(set["keys"][0].clone())
}

fn public(mut key: Value) -> Value {
    let fields = key.as_object_mut().unwrap();
    for secret in ["d", "p", "q", "dp", "dq", "qi", "alg"] {
        fields.remove(secret);
    }
    fields.insert("use".to_string(), json!("sig"));
    key
}

impl FakeProvider {
    /// Starts with these keys.
    pub(super) async fn start(keys: Vec<Value>) -> Self {
        let address = free_address();
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let state = Arc::new(FakeState {
            address,
            keys: Mutex::new(keys),
            token: Mutex::default(),
            asked: Mutex::default(),
        });
        let own = FakeProvider(state);
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/jwks", get(keys_of))
            .route("/token", post(token))
            .with_state(own.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        own
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.0.address)
    }

    pub(super) fn set_keys(&self, keys: Vec<Value>) {
        *self.0.keys.lock().unwrap() = keys;
    }

    /// The token that the next code is exchanged for.
    pub(super) fn gives(&self, token: String) {
        *self.0.token.lock().unwrap() = token;
    }

    /// What was posted for tokens.
    pub(super) fn asked(&self) -> Vec<String> {
        self.0.asked.lock().unwrap().clone()
    }

    /// Claims of a reader who may read one place.
    pub(super) fn claims(&self) -> Value {
        let now = Utc::now().timestamp();
        json!({
            "iss": self.issuer(), "aud": "populace", "sub": "7", "preferred_username": "Ann",
            "roles": ["place", "admin"], "iat": now, "exp": now + 300,
        })
    }

    /// The settings of a site that trusts this provider.
    pub(super) fn settings(&self, site: SocketAddr) -> String {
        format!(
            "sign_in = \"oidc\"\n\
             oidc = {{ issuer = \"{}\", client_id = \"populace\", redirect = \"http://{site}/sign-in/callback\" }}\n\
             roles = {{ place = {{ areas = [\"E54000051\"] }} }}\n",
            self.issuer()
        )
    }
}

fn as_json(value: &Value) -> impl IntoResponse + use<> {
    ([(CONTENT_TYPE, "application/json")], value.to_string())
}

async fn configuration(State(own): State<FakeProvider>) -> impl IntoResponse {
    let issuer = own.issuer();
    as_json(&json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorise"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // A provider that says it signs so is not believed.
        "id_token_signing_alg_values_supported": ["RS256", "ES384", "HS256", "none"],
    }))
}

async fn keys_of(State(own): State<FakeProvider>) -> impl IntoResponse {
    as_json(&json!({ "keys": own.0.keys.lock().unwrap().clone() }))
}

async fn token(
    State(own): State<FakeProvider>,
    headers: HeaderMap,
    body: String,
) -> impl IntoResponse {
    let by = headers
        .get("authorization")
        .map_or("", |by| by.to_str().unwrap());
    own.0.asked.lock().unwrap().push(format!("{by} {body}"));
    let token = own.0.token.lock().unwrap().clone();
    as_json(&json!({ "access_token": "x", "token_type": "Bearer", "id_token": token }))
}

/// A token signed with the RSA key of the tests.
pub(super) fn rsa_token(claims: &Value) -> String {
    let key = EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap();
    signed(Algorithm::RS256, "test-rsa", claims, &key)
}

/// A token signed with their EC key.
pub(super) fn ec_token(claims: &Value) -> String {
    let key = EncodingKey::from_ec_pem(EC.as_bytes()).unwrap();
    signed(Algorithm::ES384, "test-ec", claims, &key)
}

/// A token "signed" with the public key as if it were a shared secret.
pub(super) fn public_key_as_secret(claims: &Value) -> String {
    signed(
        Algorithm::HS256,
        "test-rsa",
        claims,
        &EncodingKey::from_secret(RSA_PUBLIC.as_bytes()),
    )
}

pub(super) fn signed(algorithm: Algorithm, kid: &str, claims: &Value, key: &EncodingKey) -> String {
    let mut header = Header::new(algorithm);
    header.kid = Some(kid.to_string());
    encode(&header, claims, key).unwrap()
}
