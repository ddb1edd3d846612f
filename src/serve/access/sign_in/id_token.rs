//! Checking an ID token: who made it, for whom, until when, and what it says of a reader.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreIdToken, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{ClaimsVerificationError, ClientId, Nonce, SignatureVerificationError};
use serde_json::Value;
use std::str::FromStr;

/// How far the provider's clock may be from this one, in seconds.
const LEEWAY: i64 = 60;
/// The longest token, in bytes.
const LONGEST: usize = 16 * 1024;
/// The longest subject that a provider may give, in characters.
const LONGEST_SUBJECT: usize = 255;
/// The longest name that is kept of a reader, in characters.
const LONGEST_NAME: usize = 128;

/// Signatures of public keys. None of a shared secret: whoever has the provider's public key could make
/// one.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What a valid token says of a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TokenReader {
    /// The name, for people.
    pub name: String,
    /// What the provider calls the reader.
    pub subject: String,
    /// Every role that the token lists.
    pub roles: Vec<String>,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadToken {
    /// Its time is over, or has not come.
    Expired,
    /// None of the provider's keys made its signature; it may have newer ones.
    UnknownKey,
    /// Anything else.
    Invalid(&'static str),
}

/// Which claims say what of a reader.
#[derive(Debug, Clone)]
pub(super) struct ClaimNames {
    /// The claim of the name.
    pub name: String,
    /// The claim of the roles.
    pub roles: String,
}

/// Checks a token that the provider made for `client`. A sign-in gives the `nonce` that it has to hold.
pub(super) fn check(
    token: &str,
    metadata: &CoreProviderMetadata,
    client: &ClientId,
    nonce: Option<&Nonce>,
    claims: &ClaimNames,
    now: DateTime<Utc>,
) -> Result<TokenReader, BadToken> {
    if token.len() > LONGEST {
        return Err(BadToken::Invalid("it is too long"));
    }
    let parsed =
        CoreIdToken::from_str(token).map_err(|_| BadToken::Invalid("it is no ID token"))?;
    let leeway = TimeDelta::seconds(LEEWAY);
    let verifier = CoreIdTokenVerifier::new_public_client(
        client.clone(),
        metadata.issuer().clone(),
        metadata.jwks().clone(),
    )
    .set_allowed_algs(ALGORITHMS)
    .set_time_fn(move || now - leeway)
    .set_issue_time_verifier_fn(move |issued| match issued <= now + leeway {
        true => Ok(()),
        false => Err("issued in the future".to_string()),
    });
    let fits = |found: Option<&Nonce>| match (nonce, found) {
        (None, _) => Ok(()),
        // Equality of these digests takes the same time whatever differs.
        (Some(asked), Some(found))
            if blake3::hash(asked.secret().as_bytes())
                == blake3::hash(found.secret().as_bytes()) =>
        {
            Ok(())
        }
        _ => Err("another nonce".to_string()),
    };
    let verified = parsed.claims(&verifier, fits).map_err(refused)?;
    if verified
        .authorized_party()
        .is_some_and(|party| party != client)
    {
        return Err(BadToken::Invalid("it is for another application"));
    }
    let payload = payload(token).ok_or(BadToken::Invalid("it is no ID token"))?;
    if starts_later(&payload, now + leeway) {
        return Err(BadToken::Expired);
    }
    let subject = verified.subject().as_str();
    if subject.is_empty() || subject.chars().count() > LONGEST_SUBJECT {
        return Err(BadToken::Invalid("it names nobody"));
    }
    let name = claim(&payload, &claims.name).and_then(Value::as_str);
    let name = name
        .filter(|name| !name.trim().is_empty())
        .unwrap_or(subject);
    Ok(TokenReader {
        name: name.chars().take(LONGEST_NAME).collect(),
        subject: subject.to_string(),
        roles: claim(&payload, &claims.roles)
            .map(words)
            .unwrap_or_default(),
    })
}

fn refused(error: ClaimsVerificationError) -> BadToken {
    use ClaimsVerificationError::{
        Expired, InvalidAudience, InvalidIssuer, InvalidNonce, SignatureVerification,
    };
    match error {
        Expired(_) => BadToken::Expired,
        InvalidAudience(_) => BadToken::Invalid("it is for another application"),
        InvalidIssuer(_) => BadToken::Invalid("another provider made it"),
        InvalidNonce(_) => BadToken::Invalid("it belongs to another sign-in"),
        SignatureVerification(
            SignatureVerificationError::NoMatchingKey
            | SignatureVerificationError::AmbiguousKeyId(_),
        ) => BadToken::UnknownKey,
        SignatureVerification(_) => BadToken::Invalid("the provider did not sign it"),
        _ => BadToken::Invalid("it cannot be used"),
    }
}

/// What a token says, once its signature was checked.
fn payload(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Whether a token counts from a later time on.
fn starts_later(payload: &Value, now: DateTime<Utc>) -> bool {
    let start = payload
        .get("nbf")
        .map(|start| start.as_f64().unwrap_or(f64::INFINITY));
    start.is_some_and(|start| start > now.timestamp() as f64)
}

/// A claim by its name, or by the names that lead to it, such as `realm_access.roles`.
fn claim<'p>(payload: &'p Value, name: &str) -> Option<&'p Value> {
    payload.get(name).or_else(|| {
        name.split('.')
            .try_fold(payload, |within, part| within.get(part))
    })
}

/// The words of a claim: a list of texts, or one text with spaces or commas between them.
fn words(claim: &Value) -> Vec<String> {
    let split = |text: &str| -> Vec<String> {
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        words.map(str::to_string).collect()
    };
    match claim {
        Value::String(text) => split(text),
        Value::Array(list) => {
            let texts = list.iter().filter_map(Value::as_str);
            texts.map(str::to_string).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn roles_are_found_where_providers_put_them() {
        let payload = json!({
            "roles": ["a", 3, "b c"],
            "groups": "x y,z",
            "realm_access": { "roles": ["k"] },
            "https://a.example/roles": ["u"],
        });
        let found = |name| claim(&payload, name).map(words).unwrap_or_default();
        assert_eq!(found("roles"), ["a", "b c"]);
        assert_eq!(found("groups"), ["x", "y", "z"]);
        assert_eq!(found("realm_access.roles"), ["k"]);
        assert_eq!(found("https://a.example/roles"), ["u"]);
        assert!(found("none.at.all").is_empty());
    }
}
