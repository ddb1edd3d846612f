//! Tokens that are not of this provider, not for this site, not of this time, or of nobody.

use super::fake_provider::{
    FakeProvider, RSA, ec_jwk, ec_token, public_key_as_secret, rsa_jwk, rsa_token, signed,
};
use super::site::{GatedSite, SiteAnswer, free_address};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

async fn started() -> (FakeProvider, GatedSite) {
    let provider = FakeProvider::start(vec![rsa_jwk()]).await;
    let address = free_address();
    let site = GatedSite::on(address, &provider.settings(address));
    (provider, site)
}

async fn with_token(site: &GatedSite, path: &str, token: &str) -> SiteAnswer {
    site.get(path, &format!("Authorization: Bearer {token}\r\n"))
        .await
}

fn with(claims: &Value, changes: Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

#[tokio::test]
async fn only_the_providers_tokens_for_this_site_are_taken() {
    let (provider, site) = started().await;
    let good = provider.claims();
    let answer = with_token(&site, "/api/who", &rsa_token(&good)).await;
    assert_eq!(
        answer.body,
        r#"{"name":"Ann","roles":["place"],"subject":"7"}"#
    );
    assert_eq!(
        with_token(&site, "/areas/E54000051", &rsa_token(&good))
            .await
            .status,
        200
    );
    assert_eq!(
        with_token(&site, "/areas/E54000052", &rsa_token(&good))
            .await
            .status,
        403
    );
    let now = chrono::Utc::now().timestamp();
    let bad = [
        ("expired", json!({ "exp": now - 90 }), "expired"),
        (
            "issued later",
            json!({ "iat": now + 900, "exp": now + 1200 }),
            "not valid",
        ),
        (
            "valid later",
            json!({ "nbf": now + 900 }),
            "expired, or is not valid yet",
        ),
        (
            "for another",
            json!({ "aud": "another" }),
            "for another application",
        ),
        (
            "for another too",
            json!({ "aud": ["populace", "another"] }),
            "for another application",
        ),
        (
            "given to another",
            json!({ "azp": "another" }),
            "for another application",
        ),
        (
            "of another",
            json!({ "iss": "https://evil.example" }),
            "from another provider",
        ),
        (
            "of nearly this",
            json!({ "iss": format!("{}/", provider.issuer()) }),
            "from another provider",
        ),
        ("of nobody", json!({ "sub": "" }), "not valid"),
    ];
    for (what, changes, words) in bad {
        let answer = with_token(&site, "/api/who", &rsa_token(&with(&good, changes))).await;
        assert_eq!(answer.status, 401, "{what}");
        assert!(answer.body.contains(words), "{what}: {}", answer.body);
        assert!(
            answer.header("www-authenticate").contains("invalid_token"),
            "{what}"
        );
    }
    let leeway = with(&good, json!({ "exp": now - 20 }));
    assert_eq!(
        with_token(&site, "/api/who", &rsa_token(&leeway))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn signatures_cannot_be_forged() {
    let (provider, site) = started().await;
    let good = provider.claims();
    let token = rsa_token(&good);
    let [head, body, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!()
    };
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let lead = part(with(&good, json!({ "sub": "8" })));
    let none = part(json!({ "alg": "none", "typ": "JWT" }));
    let other_rsa = signed(
        Algorithm::RS256,
        "another",
        &good,
        &EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap(),
    );
    let own_key = part(json!({ "alg": "ES384", "typ": "JWT", "jwk": ec_jwk() }));
    let (_, ec_rest) = ec_token(&good)
        .split_once('.')
        .map(|(a, b)| (a.to_string(), b.to_string()))
        .unwrap();
    for (what, forged) in [
        ("another reader", format!("{head}.{lead}.{signature}")),
        ("none", format!("{none}.{body}.")),
        (
            "none, with a signature",
            format!("{none}.{body}.{signature}"),
        ),
        ("no signature", format!("{head}.{body}.")),
        (
            "half a signature",
            format!("{head}.{body}.{}", &signature[..signature.len() / 2]),
        ),
        ("the public key as a secret", public_key_as_secret(&good)),
        ("an unknown kid", other_rsa),
        ("a key of its own", ec_token(&good)),
        ("a key in the head", format!("{own_key}.{ec_rest}")),
        ("no token", "abc".to_string()),
        ("nothing", String::new()),
        (
            "too long",
            format!("{head}.{}.{signature}", "a".repeat(15_000)),
        ),
    ] {
        let answer = with_token(&site, "/api/who", &forged).await;
        assert!(
            [401, 431].contains(&answer.status),
            "{what}: {}",
            answer.status
        );
        assert!(
            !answer.body.contains(body) && !answer.body.contains("Ann"),
            "{what}"
        );
    }
    let twice = format!("Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n");
    assert_eq!(site.get("/api/who", &twice).await.status, 401);
    let basic = site.get("/api/who", "Authorization: Basic YTpi\r\n").await;
    assert_eq!(basic.status, 401);
}

#[tokio::test]
async fn keys_are_asked_for_again_when_they_change() {
    let provider = FakeProvider::start(vec![rsa_jwk()]).await;
    let address = free_address();
    let site = GatedSite::on(address, &provider.settings(address));
    let good = provider.claims();
    assert_eq!(with_token(&site, "/", &rsa_token(&good)).await.status, 200);
    provider.set_keys(vec![ec_jwk()]);
    // Tokens of unknown keys cannot make this server ask without end.
    assert_eq!(with_token(&site, "/", &ec_token(&good)).await.status, 401);
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    assert_eq!(with_token(&site, "/", &ec_token(&good)).await.status, 200);
    assert_eq!(with_token(&site, "/", &rsa_token(&good)).await.status, 401);
}
