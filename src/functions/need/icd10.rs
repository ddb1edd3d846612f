//! ICD-10 codes as they were typed, read without copying.

use crate::functions::doc::Argument;

/// The argument of scores, as documents say it.
pub(super) const CODE: Argument = (
    "code",
    "an ICD-10 code, in any form that `icd10_normalise` understands",
);

/// Categories there are: a letter and two digits.
pub(super) const CATEGORIES: usize = 26 * 100;

/// A code's bare form: its category, and its fourth character where that is a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bare {
    /// `A00` is 0, `Z99` is 2,599.
    pub category: u16,
    /// `I48.0` has 0; a filling X counts as none.
    pub fourth: Option<u8>,
}

/// The bare form of a code in capitals or not, with dots, spaces, hyphens or suffixes after its
/// third character. What does not begin with a letter and two digits, side by side, is no code; nor
/// is what goes on otherwise than codes do, such as a range of codes, two codes, or a text.
pub(super) fn bare(code: &[u8]) -> Option<Bare> {
    let [letter, tens, ones, rest @ ..] = code.trim_ascii_start() else {
        return None;
    };
    if !letter.is_ascii_alphabetic() {
        return None;
    }
    let letter = u16::from(letter.to_ascii_uppercase() - b'A');
    let category = letter * 100 + u16::from(digit(*tens)?) * 10 + u16::from(digit(*ones)?);
    let fourth = fourth(rest)?;
    Some(Bare { category, fourth })
}

/// The fourth character, where it is a digit, of what follows the third: up to four digits or
/// filling Xs and one suffix letter, with any other signs between them. None where it goes on
/// otherwise; a hyphen before several digits is the middle of a range.
fn fourth(rest: &[u8]) -> Option<Option<u8>> {
    let mut first = None;
    let (mut places, mut suffix, mut hyphen) = (0, false, false);
    for sign in rest {
        match sign {
            b'0'..=b'9' | b'X' | b'x' if !suffix && places < 4 => {
                if places == 0 {
                    first = digit(*sign);
                } else if hyphen && sign.is_ascii_digit() {
                    return None;
                }
                places += 1;
            }
            sign if sign.is_ascii_alphabetic() && !suffix => suffix = true,
            sign if sign.is_ascii_alphanumeric() => return None,
            b'-' if places == 0 => hyphen = true,
            _ => {}
        }
    }
    Some(first)
}

fn digit(sign: u8) -> Option<u8> {
    sign.is_ascii_digit().then(|| sign - b'0')
}

impl Bare {
    /// Appends the three characters of the category.
    pub(super) fn write_category(self, text: &mut String) {
        let sign = |base: u8, offset: u16| char::from(base + (offset % 26) as u8);
        text.push(sign(b'A', self.category / 100));
        text.push(sign(b'0', self.category / 10 % 10));
        text.push(sign(b'0', self.category % 10));
    }

    /// Appends the three or four characters of the code.
    pub(super) fn write(self, text: &mut String) {
        self.write_category(text);
        if let Some(fourth) = self.fourth {
            text.push(char::from(b'0' + fourth));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::bare;

    fn normalised(code: &str) -> Option<String> {
        let mut text = String::new();
        bare(code.as_bytes())?.write(&mut text);
        Some(text)
    }

    #[test]
    fn forms_of_one_code() {
        for code in ["I10", "I10X", "I10.X", "i10", " I10 ", "I10-", "I10 X"] {
            assert_eq!(normalised(code).as_deref(), Some("I10"), "{code}");
        }
        for code in ["I48.0", "I480", "I48.0A", "I48.0D†", "i48-0", "I48.01"] {
            assert_eq!(normalised(code).as_deref(), Some("I480"), "{code}");
        }
        for code in ["S72.001A", "T36.0X1A", "M54.56", "I10XD", "\tI10.-\n"] {
            assert!(normalised(code).is_some(), "{code}");
        }
        for no_code in [
            "44054006",
            "",
            "I",
            "I1",
            "II0",
            "†",
            // A dot in the wrong place is another code, or none; the rest are no single code.
            "E1.1",
            "E.11",
            "I 10",
            ".I10",
            "I10-I15",
            "I10-15",
            "I10, I11",
            "I10/E11",
            "I10 hypertension",
            "B12 deficiency",
            "I10.12345",
            "Ｅ１１",
            "I1０",
        ] {
            assert_eq!(normalised(no_code), None, "{no_code}");
        }
    }

    #[test]
    fn first_and_last_category() {
        assert_eq!(bare(b"A00").map(|b| b.category), Some(0));
        assert_eq!(bare(b"Z999").map(|b| b.category), Some(2599));
        assert_eq!(normalised("Z999").as_deref(), Some("Z999"));
    }
}
