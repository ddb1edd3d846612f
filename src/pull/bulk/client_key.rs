//! The private key by which this client proves who it is.

use crate::error::{Error, Result};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde::Deserialize;
use std::path::Path;
use zeroize::{Zeroize, Zeroizing};

/// A key and what signing with it needs.
pub(super) struct ClientKey {
    /// The key.
    pub key: EncodingKey,
    /// RS384 or ES384.
    pub algorithm: Algorithm,
    /// The name of the key, when it carries one.
    pub id: Option<String>,
}

impl ClientKey {
    /// Loads `file:PATH` (from `base` when relative) or `env:NAME`, a PEM or a JWK.
    pub(super) fn load(source: &str, setting: &str, base: &Path) -> Result<Self> {
        let make = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out client.pem";
        let (kind, place) = setting.split_once(':').unwrap_or((setting, ""));
        let text = match kind {
            "env" => std::env::var(place).map(Zeroizing::new).map_err(|_| {
                Error::usage(format!(
                    "source {source}: the environment variable {place} holds no client key"
                ))
                .hint(format!("set {place} to the key, made by `{make}`"))
            })?,
            "file" => crate::regular_file::read_to_string(&base.join(place))
                .map(Zeroizing::new)
                .map_err(|e| {
                    Error::usage(format!(
                        "source {source}: the client key {place} cannot be read"
                    ))
                    .cause(e)
                    .hint(format!("make one with `{make}`"))
                })?,
            _ => {
                return Err(Error::usage(format!(
                    "source {source}: the key setting under auth names no place"
                ))
                .hint("write key = \"file:PATH\" or key = \"env:NAME\"; never the key itself"));
            }
        };
        Self::parse(&text).ok_or_else(|| {
            Error::usage(format!(
                "source {source}: what {setting} holds is no client key"
            ))
            .cause("neither a PEM (PKCS#8) nor a JWK of an RSA key or an EC key on P-384")
            .hint(format!("make one with `{make}`"))
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with('{') {
            return Jwk::read(text)?.into_key();
        }
        let pem = text.as_bytes();
        let rsa = EncodingKey::from_rsa_pem(pem).map(|key| (key, Algorithm::RS384));
        let (key, algorithm) = rsa
            .or_else(|_| EncodingKey::from_ec_pem(pem).map(|key| (key, Algorithm::ES384)))
            .ok()?;
        Self::proved(key, algorithm, None)
    }

    /// Only a key that signs is one: a curve that does not fit shows here, not at midnight.
    fn proved(key: EncodingKey, algorithm: Algorithm, id: Option<String>) -> Option<Self> {
        jsonwebtoken::crypto::sign(b"proof", &key, algorithm).ok()?;
        Some(ClientKey { key, algorithm, id })
    }
}

/// A private JWK (RFC 7517), its numbers in base64url.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: Option<String>,
    kid: Option<String>,
    #[serde(flatten)]
    numbers: std::collections::BTreeMap<String, serde_json::Value>,
}

impl Drop for Jwk {
    fn drop(&mut self) {
        for number in self.numbers.values_mut() {
            if let serde_json::Value::String(text) = number {
                text.zeroize();
            }
        }
    }
}

impl Jwk {
    /// The first private key of a JWK or a JWK set.
    fn read(text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Jwk>,
        }
        let keys = match serde_json::from_str::<Set>(text) {
            Ok(set) => set.keys,
            Err(_) => vec![serde_json::from_str(text).ok()?],
        };
        keys.into_iter().find(|key| key.numbers.contains_key("d"))
    }

    fn number(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let text = self.numbers.get(name)?.as_str()?;
        let text = text.trim_end_matches('=');
        BASE64_URL_SAFE_NO_PAD.decode(text).ok().map(Zeroizing::new)
    }

    fn into_key(self) -> Option<ClientKey> {
        let (key, algorithm) = match self.kty.as_str() {
            "RSA" => (EncodingKey::from_rsa_der(&self.rsa()?), Algorithm::RS384),
            "EC" if self.crv.as_deref() == Some("P-384") => {
                (EncodingKey::from_ec_der(&self.p384()?), Algorithm::ES384)
            }
            _ => return None,
        };
        ClientKey::proved(key, algorithm, self.kid.clone())
    }

    /// The key as RFC 8017's RSAPrivateKey.
    fn rsa(&self) -> Option<Zeroizing<Vec<u8>>> {
        let mut parts = integer(&[0]);
        for name in ["n", "e", "d", "p", "q", "dp", "dq", "qi"] {
            parts.extend_from_slice(&integer(&self.number(name)?));
        }
        Some(tagged(0x30, &parts))
    }

    /// The key as RFC 5958's OneAsymmetricKey around RFC 5915's ECPrivateKey.
    fn p384(&self) -> Option<Zeroizing<Vec<u8>>> {
        const PUBLIC_KEY_ON_P384: [u8; 18] = [
            0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
            0x81, 0x04, 0x00, 0x22,
        ];
        let mut point = Zeroizing::new(vec![0, 4]);
        point.extend_from_slice(&self.number("x")?);
        point.extend_from_slice(&self.number("y")?);
        let mut inner = integer(&[1]);
        inner.extend_from_slice(&tagged(0x04, &self.number("d")?));
        inner.extend_from_slice(&tagged(0xa1, &tagged(0x03, &point)));
        let mut parts = integer(&[0]);
        parts.extend_from_slice(&PUBLIC_KEY_ON_P384);
        parts.extend_from_slice(&tagged(0x04, &tagged(0x30, &inner)));
        Some(tagged(0x30, &parts))
    }
}

/// A DER value with its tag and length.
fn tagged(tag: u8, content: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut der = Zeroizing::new(Vec::with_capacity(content.len() + 6));
    der.push(tag);
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|b| **b == 0).count()..];
    if content.len() >= 0x80 {
        der.push(0x80 | u8::try_from(length.len()).unwrap_or(0x7f));
    } else if content.is_empty() {
        der.push(0);
    }
    der.extend_from_slice(length);
    der.extend_from_slice(content);
    der
}

/// A DER integer that is not negative.
fn integer(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    let significant = &bytes[zeros.min(bytes.len().saturating_sub(1))..];
    let mut content = Zeroizing::new(Vec::with_capacity(significant.len() + 1));
    if significant.first().is_none_or(|b| *b >= 0x80) {
        content.push(0);
    }
    content.extend_from_slice(significant);
    tagged(0x02, &content)
}
