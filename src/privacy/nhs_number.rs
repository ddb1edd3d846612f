//! NHS numbers: ten digits, the last a mod-11 check digit (NHS Data Dictionary).

use super::spelling::plain_text;

/// A valid NHS number, ten digits without spaces.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct NhsNumber([u8; 10]);

/// Why a text is no NHS number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NhsNumberError {
    /// Nothing there.
    Missing,
    /// A number of the range that is for tests (999…), where none may be.
    Test,
    /// Wrong length, wrong check digit or ten equal digits.
    Invalid,
}

impl NhsNumber {
    /// Reads an NHS number as senders write it: blanks, hyphens, dots, slashes, apostrophes and other
    /// signs between the digits or around them, invisible signs, digits of other scripts, `NHS` before
    /// it, and what Excel and pandas make of it (`="…"`, `….0`, `9.434765919E+09` with all ten digits).
    ///
    /// Numbers that start with 999 are for tests only, and accepted when `accept_test`.
    pub(crate) fn parse(text: &str, accept_test: bool) -> Result<Self, NhsNumberError> {
        // Most senders write ten digits.
        if let Ok(digits) = <&[u8; 10]>::try_from(text.as_bytes())
            && digits.iter().all(u8::is_ascii_digit)
        {
            return Self::of_digits(digits, accept_test);
        }
        let plain = plain_text(text);
        let signs = number_of(&plain);
        let mut digits = [0u8; 10];
        let mut count = 0;
        for sign in signs.chars() {
            match u8::try_from(sign) {
                Ok(digit @ b'0'..=b'9') => {
                    *digits.get_mut(count).ok_or(NhsNumberError::Invalid)? = digit;
                    count += 1;
                }
                _ if sign.is_alphanumeric() => return Err(NhsNumberError::Invalid),
                _ => {}
            }
        }
        match count {
            0 => Err(NhsNumberError::Missing),
            10 => Self::of_digits(&digits, accept_test),
            _ => Err(NhsNumberError::Invalid),
        }
    }

    /// Reads an NHS number of digits with spaces and hyphens between them, and nothing else.
    pub(crate) fn parse_strictly(text: &str, accept_test: bool) -> Result<Self, NhsNumberError> {
        match text
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b' ' || b == b'-')
        {
            true => Self::parse(text, accept_test),
            false => Err(NhsNumberError::Invalid),
        }
    }

    fn of_digits(digits: &[u8; 10], accept_test: bool) -> Result<Self, NhsNumberError> {
        if !checksum_valid(digits) {
            return Err(NhsNumberError::Invalid);
        }
        match digits.starts_with(b"999") && !accept_test {
            true => Err(NhsNumberError::Test),
            false => Ok(NhsNumber(*digits)),
        }
    }

    /// The ten digits.
    pub(crate) fn digits(&self) -> &[u8; 10] {
        &self.0
    }
}

/// The part of a text that is the number: without the words before it, and without what a spreadsheet
/// adds behind it.
fn number_of(text: &str) -> &str {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = text
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(text.len());
    let label: String = text[..letters]
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let text = match label.as_str() {
        "nhs" | "nhsno" | "nhsnumber" | "nhsnum" => &text[letters..],
        _ => text,
    };
    // `9.434765919E+09` holds the number when none of its digits was cut off.
    let bytes = text.as_bytes();
    let mantissa = bytes.get(1) == Some(&b'.')
        && bytes.len() > 11
        && bytes[2..11].iter().all(u8::is_ascii_digit);
    if mantissa
        && matches!(
            &text[11..],
            "E+09" | "e+09" | "E+9" | "e+9" | "E9" | "e9" | "E09" | "e09"
        )
    {
        return &text[..11];
    }
    match text.rsplit_once('.') {
        Some((number, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => {
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            if digits == 10 { number } else { text }
        }
        _ => text,
    }
}

/// Whether ten ASCII digits carry the right check digit and are not all equal.
///
/// Weights 10 to 2 on the first nine; check = 11 − sum mod 11, where 11 counts as 0 and 10 is
/// invalid. Ten equal digits all pass the sum, and are refused.
pub(super) fn checksum_valid(digits: &[u8; 10]) -> bool {
    let sum: u32 = digits[..9]
        .iter()
        .zip((2..=10).rev())
        .map(|(d, weight)| u32::from(d - b'0') * weight)
        .sum();
    let check = match 11 - sum % 11 {
        11 => 0,
        other => other,
    };
    check == u32::from(digits[9] - b'0') && digits.iter().any(|d| *d != digits[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers() {
        assert!(NhsNumber::parse("9434765919", false).is_ok());
        assert!(NhsNumber::parse("943 476 5919", false).is_ok());
        assert_eq!(
            NhsNumber::parse("9434765918", false).err(),
            Some(NhsNumberError::Invalid)
        );
        assert_eq!(
            NhsNumber::parse("943476591", false).err(),
            Some(NhsNumberError::Invalid)
        );
        assert_eq!(
            NhsNumber::parse("94347659190", false).err(),
            Some(NhsNumberError::Invalid)
        );
        assert_eq!(
            NhsNumber::parse("1111111111", false).err(),
            Some(NhsNumberError::Invalid)
        );
        assert_eq!(
            NhsNumber::parse(" ", false).err(),
            Some(NhsNumberError::Missing)
        );
    }

    #[test]
    fn test_numbers_only_where_asked() {
        let test = "9990000018";
        assert!(checksum_valid(test.as_bytes().try_into().unwrap()));
        assert!(NhsNumber::parse(test, true).is_ok());
        assert_eq!(
            NhsNumber::parse(test, false).err(),
            Some(NhsNumberError::Test)
        );
    }

    #[test]
    fn a_number_is_read_in_every_spelling() {
        for text in [
            "943\u{a0}476\u{a0}5919",
            "943.476.5919",
            "943/476/5919",
            "943\u{2013}476\u{2011}5919",
            "'9434765919",
            "=\"9434765919\"",
            "9434765919.0",
            "943 476 5919.00",
            "9.434765919E+09",
            "９４３４７６５９１９",
            "\u{feff}943\u{200b}4765919",
            "NHS No: 943 476 5919",
            "\t9434765919 ",
        ] {
            let read = NhsNumber::parse(text, false);
            assert_eq!(
                read.map(|n| *n.digits()).ok(),
                Some(*b"9434765919"),
                "{text}"
            );
        }
        // Digits that a spreadsheet rounded away are not made up.
        for text in [
            "9.43476592E+09",
            "9.43477E+09",
            "x9434765919",
            "9434765919 1",
            "9434765919.5",
        ] {
            assert_eq!(
                NhsNumber::parse(text, false).err(),
                Some(NhsNumberError::Invalid),
                "{text}"
            );
        }
        for text in ["'", "-", "\u{a0}", "\u{200b}"] {
            assert_eq!(
                NhsNumber::parse(text, false).err(),
                Some(NhsNumberError::Missing),
                "{text}"
            );
        }
        assert!(NhsNumber::parse_strictly("943 476-5919", false).is_ok());
        assert!(NhsNumber::parse_strictly("943.476.5919", false).is_err());
    }
}
