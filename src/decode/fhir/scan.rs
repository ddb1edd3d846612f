//! Finding the end of a JSON string, sixteen bytes at a time or thirty-two.
//!
//! A string ends at a quote; a backslash or a control character stops the scan too. A line feed is a
//! control character, so a scan over a whole chunk can never run from one line into the next.

/// The first byte at or after `from` that is not plain text: what stops [`string_stop`], and every byte
/// that is not ASCII. None when there is none before the last 31 bytes, which are not looked at.
#[inline(always)]
pub(super) fn plain_stop(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let block = bytes.get(at..)?.first_chunk::<32>()?;
        if let Some(stop) = block::plain_stop(block) {
            return Some(at + stop);
        }
        at += 32;
    }
}

/// The first byte at or after `from` that a string cannot simply contain: a quote, a backslash, or a
/// control character. The length of `bytes` when there is none.
#[inline(always)]
pub(super) fn string_stop(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        if let Some(stop) = block::stop(block) {
            return at + stop;
        }
        at += 16;
    }
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            return at;
        }
        at += 1;
    }
    at
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)] // loads of sixteen bytes
mod block {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8,
        _mm_or_si128, _mm_set1_epi8,
    };

    /// The first byte of the block that is not plain text.
    #[inline(always)]
    pub(super) fn plain_stop(block: &[u8; 32]) -> Option<usize> {
        // SAFETY: SSE2 is part of every x86-64 processor, and the loads take the two halves of the 32
        // bytes that the reference points to, at any alignment.
        let stops = unsafe {
            let half = |at: usize| {
                let bytes = _mm_loadu_si128(block.as_ptr().add(at).cast::<__m128i>());
                let quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x22));
                let backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x5c));
                // As signed numbers, all that is not ASCII is below the control characters.
                let other = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
                _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), other)) as u32
            };
            half(0) | half(16) << 16
        };
        (stops != 0).then(|| stops.trailing_zeros() as usize)
    }

    /// The first byte of the block that stops a string.
    #[inline(always)]
    pub(super) fn stop(block: &[u8; 16]) -> Option<usize> {
        // SAFETY: SSE2 is part of every x86-64 processor, and the load takes the 16 bytes that the
        // reference points to, at any alignment. Written without intrinsics, this loop is where half
        // of the time of decoding goes.
        let stops = unsafe {
            let bytes = _mm_loadu_si128(block.as_ptr().cast::<__m128i>());
            let quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x22));
            let backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x5c));
            let control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control))
        };
        (stops != 0).then(|| stops.trailing_zeros() as usize)
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod block {
    const ONES: u128 = u128::from_le_bytes([1; 16]);
    const HIGH: u128 = ONES << 7;

    /// The first byte of the block that is not plain text.
    #[inline(always)]
    pub(super) fn plain_stop(block: &[u8; 32]) -> Option<usize> {
        let (first, second) = block.split_at(16);
        let half = |half: &[u8]| {
            let half = half.first_chunk::<16>()?;
            let other = u128::from_le_bytes(*half) & HIGH;
            let other = (other != 0).then(|| other.trailing_zeros() as usize / 8);
            stop(half).into_iter().chain(other).min()
        };
        half(first).or_else(|| Some(half(second)? + 16))
    }

    /// The first byte of the block that stops a string.
    #[inline(always)]
    pub(super) fn stop(block: &[u8; 16]) -> Option<usize> {
        let bytes = u128::from_le_bytes(*block);
        // The lowest high bit that is set is exact; a borrow can only set wrong ones above it.
        let zero = |word: u128| word.wrapping_sub(ONES) & !word;
        let quote = zero(bytes ^ (ONES * 0x22));
        let backslash = zero(bytes ^ (ONES * 0x5c));
        let control = bytes.wrapping_sub(ONES * 0x20) & !bytes;
        let stops = (quote | backslash | control) & HIGH;
        (stops != 0).then(|| stops.trailing_zeros() as usize / 8)
    }
}

#[cfg(test)]
mod tests {
    use super::{plain_stop, string_stop};

    #[test]
    fn plain_text_ends_at_bytes_that_are_not_ascii_too() {
        for length in 0..80 {
            for stop in [b'"', b'\\', b'\n', 0, 0x1f, 0x80, 0xc3, 0xff] {
                let mut text = vec![b' '; length];
                text.extend_from_slice(&[b'~', 0x7f, stop]);
                let too_short = text.len() < (length + 2) / 32 * 32 + 32;
                assert_eq!(plain_stop(&text, 0).is_none(), too_short, "{length} {stop}");
                text.extend_from_slice(&[b'"'; 32]);
                assert_eq!(plain_stop(&text, 0), Some(length + 2), "{length} {stop}");
            }
        }
    }

    #[test]
    fn stops_at_quote_backslash_and_control_wherever_they_are() {
        for length in 0..50 {
            for stop in [b'"', b'\\', b'\n', 0, 0x1f] {
                let mut text = vec![b'x'; length];
                text.push(stop);
                text.extend_from_slice(b"\xc3\xa9 tail that is longer than sixteen bytes");
                assert_eq!(string_stop(&text, 0), length);
            }
        }
        assert_eq!(string_stop("plain \u{e9}\u{7f}".as_bytes(), 0), 9);
    }
}
