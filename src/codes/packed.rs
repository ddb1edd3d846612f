//! Short codes as numbers, which are hashed and cut at a length faster than texts.

/// The most signs that fit.
pub(super) const SIGNS: usize = 16;

/// The signs of a code from the highest byte on; None where it is empty, too long or not ASCII.
pub(super) fn packed(code: impl IntoIterator<Item = u8>) -> Option<u128> {
    let (mut number, mut signs) = (0u128, 0);
    for sign in code {
        if !sign.is_ascii_graphic() || signs == SIGNS {
            return None;
        }
        number |= u128::from(sign) << (8 * (SIGNS - 1 - signs));
        signs += 1;
    }
    (signs > 0).then_some(number)
}

/// The code that was packed.
pub(super) fn unpacked(number: u128) -> String {
    let signs = number.to_be_bytes();
    signs[..length(number)]
        .iter()
        .map(|b| char::from(*b))
        .collect()
}

/// How many signs a code has.
pub(super) fn length(number: u128) -> usize {
    number.to_be_bytes().iter().take_while(|b| **b != 0).count()
}

/// What is left of a code when it is cut to so many signs.
pub(super) fn mask(signs: usize) -> u128 {
    match signs {
        SIGNS.. => u128::MAX,
        signs => !(u128::MAX >> (8 * signs)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_back_and_are_cut() {
        let code = packed(*b"E119").unwrap();
        assert_eq!((unpacked(code).as_str(), length(code)), ("E119", 4));
        assert_eq!(unpacked(code & mask(3)), "E11");
        assert_eq!(
            packed(*b"0123456789012345").map(unpacked).unwrap().len(),
            16
        );
        assert_eq!(packed(*b"01234567890123456"), None);
        assert_eq!(packed(*b""), None);
        assert_eq!(packed("é".bytes()), None);
    }
}
