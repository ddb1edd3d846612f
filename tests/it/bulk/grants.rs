//! Tokens of the test server: given for a good signature, each of them for so many requests.

use super::request::Reply;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What every token begins with, so that a search finds one that got away.
pub const TOKEN: &str = "SECRET-TOKEN-";
pub const CLIENT: &str = "populace-test-client";

#[derive(Default)]
pub struct Grants {
    given: usize,
    uses: BTreeMap<String, usize>,
    seen: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    iat: i64,
    exp: i64,
    jti: String,
}

impl Grants {
    /// Answers a request for a token.
    pub fn grant(
        &mut self,
        form: &[u8],
        address: &str,
        key: &str,
        algorithm: Algorithm,
        uses: usize,
    ) -> Reply {
        match self.check(form, address, key, algorithm) {
            Ok(()) => {
                self.given += 1;
                let token = format!("{TOKEN}{}", self.given);
                self.uses.insert(token.clone(), uses);
                Reply::json(
                    200,
                    &json!({ "access_token": token, "token_type": "bearer", "expires_in": 300, "scope": "system/*.read" }),
                )
            }
            Err(why) => {
                eprintln!("the test server gives no token: {why}");
                Reply::json(400, &json!({ "error": "invalid_client" }))
            }
        }
    }

    fn check(
        &mut self,
        form: &[u8],
        address: &str,
        key: &str,
        algorithm: Algorithm,
    ) -> Result<(), String> {
        let form: BTreeMap<String, String> =
            url::form_urlencoded::parse(form).into_owned().collect();
        let is = |name: &str, value: &str| form.get(name).is_some_and(|v| v == value);
        if !is("grant_type", "client_credentials")
            || !is("scope", "system/*.read")
            || !is(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )
        {
            return Err("the form is wrong".to_string());
        }
        let key = match algorithm {
            Algorithm::ES384 => DecodingKey::from_ec_pem(key.as_bytes()),
            _ => DecodingKey::from_rsa_pem(key.as_bytes()),
        };
        let mut validation = Validation::new(algorithm);
        validation.set_audience(&[address]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        let assertion = form.get("client_assertion").ok_or("no assertion")?;
        let token = jsonwebtoken::decode::<Claims>(assertion, &key.unwrap(), &validation)
            .map_err(|e| e.to_string())?;
        let claims = token.claims;
        if claims.iss != CLIENT || claims.sub != CLIENT {
            return Err("it is of another client".to_string());
        }
        if token.header.kid.as_deref().is_none_or(str::is_empty) {
            return Err("it names no key".to_string());
        }
        if claims.exp - claims.iat > 300 || claims.exp - chrono::Utc::now().timestamp() > 300 {
            return Err("it holds for more than five minutes".to_string());
        }
        if !self.seen.insert(claims.jti) {
            return Err("it was used before".to_string());
        }
        Ok(())
    }

    /// Whether a token is good, once more.
    pub fn accepts(&mut self, token: Option<&str>) -> bool {
        let Some(left) = token.and_then(|token| self.uses.get_mut(token)) else {
            return false;
        };
        let good = *left > 0;
        *left = left.saturating_sub(1);
        good
    }

    /// No token is good any more.
    pub fn lose_all(&mut self) {
        self.uses.clear();
    }
}
