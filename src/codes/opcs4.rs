//! OPCS-4 codes of procedures.

use super::packed::packed;

/// A code in capitals without its dot, `W37` or `W371`; None where it is none. X is a chapter here, and
/// no filling.
pub(super) fn opcs4(code: &str) -> Option<u128> {
    let mut signs = [0u8; 4];
    let mut used = 0;
    for sign in code.bytes() {
        match sign {
            b'.' | b' ' | b'\t' if used != 1 && used != 2 => {}
            b'-' if used >= 3 => {}
            sign if sign.is_ascii_alphanumeric() && used < signs.len() => {
                signs[used] = sign.to_ascii_uppercase();
                used += 1;
            }
            _ => return None,
        }
    }
    let digits = signs[..used].get(1..)?.iter().all(u8::is_ascii_digit);
    (used >= 3 && signs[0].is_ascii_uppercase() && digits)
        .then(|| packed(signs[..used].iter().copied()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::super::packed::unpacked;
    use super::opcs4;

    #[test]
    fn procedures_have_one_form() {
        for (code, read) in [
            ("W37.1", "W371"),
            ("w371", "W371"),
            (" X72 ", "X72"),
            ("W37.-", "W37"),
        ] {
            assert_eq!(opcs4(code).map(unpacked).as_deref(), Some(read), "{code}");
        }
        for other in ["", "W3", "371", "W37.12", "W3.71", "W37X", "W37/W38"] {
            assert_eq!(opcs4(other), None, "{other}");
        }
    }
}
