//! HMAC-SHA-256 (RFC 2104) under one key, of many short messages.
//!
//! A pull hashes each record and most references. The `hmac` crate copies its two hashers for each message,
//! buffers it, and wipes both: that took twice as long as the hash itself. Here the states behind the key's
//! blocks are computed once, and a message costs the blocks that it has and one more.

use sha2::block_api::compress256;
use zeroize::Zeroizing;

/// The state of SHA-256 before its first block (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
/// Bytes of a block.
const BLOCK: usize = 64;
/// Where the length of a message stands in its last block.
const LENGTH: usize = BLOCK - 8;

/// A key with what stands before every message, wiped from memory when dropped.
#[derive(Clone)]
pub(super) struct KeyedHash {
    /// Behind the inner block of the key.
    inner: Zeroizing<[u32; 8]>,
    /// Behind its outer block.
    outer: Zeroizing<[u32; 8]>,
    /// What every message begins with.
    prefix: Vec<u8>,
}

impl KeyedHash {
    /// The hash under a key of 256 bits of messages that begin with `prefix`.
    pub(super) fn new(key: &[u8; 32], prefix: &[u8]) -> Self {
        let behind = |mask: u8| {
            let mut block = Zeroizing::new([mask; BLOCK]);
            for (byte, key) in block.iter_mut().zip(key) {
                *byte ^= key;
            }
            let mut state = Zeroizing::new(INITIAL);
            compress256(&mut state, std::slice::from_ref(&*block));
            state
        };
        KeyedHash {
            inner: behind(0x36),
            outer: behind(0x5c),
            prefix: prefix.to_vec(),
        }
    }

    /// The keyed hash of a message.
    pub(super) fn of(&self, message: &[u8]) -> [u8; 32] {
        let mut inner = Blocks::behind(&self.inner);
        inner.add(&self.prefix);
        inner.add(message);
        let mut outer = Blocks::behind(&self.outer);
        outer.add(&inner.finish());
        outer.finish()
    }
}

/// A message behind a block of the key, while it is taken in.
struct Blocks {
    state: [u32; 8],
    block: [u8; BLOCK],
    /// Bytes of the block.
    filled: usize,
    /// Bytes before it.
    before: usize,
}

impl Blocks {
    #[inline]
    fn behind(state: &[u32; 8]) -> Self {
        Blocks {
            state: *state,
            block: [0; BLOCK],
            filled: 0,
            before: BLOCK,
        }
    }

    #[inline]
    fn compress(&mut self) {
        compress256(&mut self.state, std::slice::from_ref(&self.block));
        self.block = [0; BLOCK];
    }

    #[inline]
    fn add(&mut self, mut bytes: &[u8]) {
        while self.filled + bytes.len() >= BLOCK {
            let (now, later) = bytes.split_at(BLOCK - self.filled);
            self.block[self.filled..].copy_from_slice(now);
            self.compress();
            self.before += BLOCK;
            self.filled = 0;
            bytes = later;
        }
        self.block[self.filled..self.filled + bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
    }

    #[inline]
    fn finish(mut self) -> [u8; 32] {
        let bits = 8 * (self.before + self.filled) as u64;
        self.block[self.filled] = 0x80;
        if self.filled >= LENGTH {
            self.compress();
        }
        self.block[LENGTH..].copy_from_slice(&bits.to_be_bytes());
        self.compress();
        let mut digest = [0; 32];
        for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(self.state) {
            *bytes = word.to_be_bytes();
        }
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::KeyedHash;
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    /// The keyed hash as the `hmac` crate makes it.
    fn known(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    #[test]
    fn messages_of_all_lengths_hash_as_hmac_says() {
        let key: [u8; 32] = std::array::from_fn(|at| at as u8 * 7 + 1);
        let text: Vec<u8> = (0..=255).cycle().take(400).collect();
        for prefix in [0, 1, 7, 55, 56, 63, 64, 65, 130] {
            for length in (0..140).chain([191, 192, 193]) {
                let whole = &text[..prefix + length];
                let found = KeyedHash::new(&key, &whole[..prefix]).of(&whole[prefix..]);
                assert_eq!(found, known(&key, whole), "{prefix} and {length} bytes");
            }
        }
    }
}
