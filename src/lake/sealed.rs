//! Small state that is no table, with a checksum of its own: a flipped bit in it is seen.

use crate::error::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the first line begins with; the checksum follows.
const SEAL: &str = "blake3 ";

/// `what` as JSON behind its checksum.
///
/// # Errors
/// Data: it cannot be written as JSON.
pub(crate) fn sealed(what: &impl Serialize) -> Result<Vec<u8>> {
    let text = serde_json::to_string_pretty(what).data(|| "cannot write state of the lake")?;
    let digest = blake3::hash(text.as_bytes()).to_hex();
    Ok(format!("{SEAL}{digest}\n{text}\n").into_bytes())
}

/// What [`sealed`] wrote; None when it is damaged, or of another form.
pub fn unsealed<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (digest, text) = text.strip_prefix(SEAL)?.split_once('\n')?;
    let text = text.strip_suffix('\n')?;
    let is_whole = blake3::hash(text.as_bytes()).to_hex().as_str() == digest;
    is_whole.then(|| serde_json::from_str(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen() {
        let state = vec![("a".to_string(), 1u64), ("b".to_string(), 2)];
        let bytes = sealed(&state).unwrap();
        assert_eq!(unsealed::<Vec<(String, u64)>>(&bytes), Some(state));
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert_eq!(unsealed::<Vec<(String, u64)>>(&damaged), None, "{at} {bit}");
            }
            assert_eq!(unsealed::<Vec<(String, u64)>>(&bytes[..at]), None, "{at}");
        }
    }
}
