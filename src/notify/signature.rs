//! Signatures of webhooks, by the rules of Standard Webhooks: HMAC-SHA-256 over the number of the
//! message, the time and the body, so that a recipient knows who sent it and that it is not an old one.

use crate::error::{Error, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// How a secret begins that is written in base64.
const IN_BASE64: &str = "whsec_";
/// The fewest bytes of a secret.
const SHORTEST: usize = 16;

/// The secret that a sender and a recipient share.
pub(super) struct WebhookSecret(Zeroizing<Vec<u8>>);

impl WebhookSecret {
    /// Reads a secret: `whsec_` and base64, or any other text as it is.
    ///
    /// # Errors
    /// Usage: it is too short, or no base64.
    pub(super) fn read(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::usage(format!("the secret of the webhook {why}"))
                .hint("make one with `openssl rand -base64 32`, put whsec_ in front of it, and give it to the recipient too")
        };
        let bytes = match text.strip_prefix(IN_BASE64) {
            Some(coded) => BASE64_STANDARD
                .decode(coded)
                .map_err(|_| wrong("is no base64 after whsec_"))?,
            None => text.as_bytes().to_vec(),
        };
        let bytes = Zeroizing::new(bytes);
        match bytes.len() >= SHORTEST {
            true => Ok(WebhookSecret(bytes)),
            false => Err(wrong("is shorter than 16 bytes")),
        }
    }

    /// The header `webhook-signature` of a message.
    pub(super) fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> Result<String> {
        let key = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0);
        let mut mac =
            key.map_err(|_| Error::data("the message of the webhook cannot be signed"))?;
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        let code = mac.finalize().into_bytes();
        Ok(format!("v1,{}", BASE64_STANDARD.encode(code)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the standard's own libraries: github.com/standard-webhooks (MIT).
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let secret = WebhookSecret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        assert_eq!(
            secret
                .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body)
                .unwrap(),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_secret_that_can_be_guessed_is_refused_and_not_shown() {
        for text in [
            "",
            "hunter2",
            "whsec_",
            "whsec_hunter2!",
            "whsec_aHVudGVyMg==",
        ] {
            let error = WebhookSecret::read(text).err().unwrap();
            assert!(!format!("{error:?}").contains("hunter2"), "{text}");
        }
        assert!(WebhookSecret::read("sixteen bytes ok").is_ok());
    }
}
