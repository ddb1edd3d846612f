//! Whole ICD-10 codes: the fifth character counts too.

use super::packed::packed;

/// A code in capitals without dots, spaces, daggers, suffix letters and filling Xs at its end, or None
/// where it is no single code: it begins with a letter and two digits side by side.
pub(super) fn icd10(code: &str) -> Option<u128> {
    let [letter, tens, ones, rest @ ..] = code.trim_start().as_bytes() else {
        return None;
    };
    if !letter.is_ascii_alphabetic() || !tens.is_ascii_digit() || !ones.is_ascii_digit() {
        return None;
    }
    let (mut places, mut used) = ([0u8; 4], 0);
    let (mut suffix, mut hyphen) = (false, false);
    for sign in rest {
        match sign {
            b'0'..=b'9' | b'X' | b'x' if !suffix && used < places.len() => {
                // `I10-15` is a range, and `I10-1` an odd way to write `I10.1`.
                if hyphen && used == 1 && sign.is_ascii_digit() {
                    return None;
                }
                places[used] = sign.to_ascii_uppercase();
                used += 1;
            }
            sign if sign.is_ascii_alphabetic() && !suffix => suffix = true,
            sign if sign.is_ascii_alphanumeric() => return None,
            b'-' if used == 0 => hyphen = true,
            _ => {}
        }
    }
    while used > 0 && places[used - 1] == b'X' {
        used -= 1;
    }
    let start = [letter.to_ascii_uppercase(), *tens, *ones];
    packed(start.into_iter().chain(places[..used].iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::super::packed::unpacked;
    use super::icd10;

    fn read(code: &str) -> Option<String> {
        icd10(code).map(unpacked)
    }

    #[test]
    fn forms_of_one_code() {
        for code in ["I10", "I10X", "I10.X", "i10", " I10 ", "I10-", "I10.XD"] {
            assert_eq!(read(code).as_deref(), Some("I10"), "{code}");
        }
        for code in ["I48.0", "I480", "I48.0A", "I48.0D†", "i48-0", "I48.0X"] {
            assert_eq!(read(code).as_deref(), Some("I480"), "{code}");
        }
        assert_eq!(read("M54.56").as_deref(), Some("M5456"));
        assert_eq!(read("T36.0X1A").as_deref(), Some("T360X1"));
        for other in [
            "44054006",
            "",
            "I1",
            "E1.1",
            "I10-I15",
            "I10-15",
            "I10, I11",
            "B12 deficiency",
            "Ｅ１１",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
