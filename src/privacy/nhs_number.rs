//! NHS numbers: ten digits, the last a mod-11 check digit (NHS Data Dictionary).

/// A valid NHS number, ten digits without spaces.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct NhsNumber([u8; 10]);

/// Why a text is no NHS number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NhsNumberError {
    /// Nothing there.
    Missing,
    /// Wrong length, wrong check digit, ten equal digits, or a test number where none may be.
    Invalid,
}

impl NhsNumber {
    /// Reads an NHS number; spaces and hyphens between digits are allowed.
    ///
    /// Numbers that start with 999 are for tests only, and accepted when `accept_test`.
    pub(crate) fn parse(text: &str, accept_test: bool) -> Result<Self, NhsNumberError> {
        let mut digits = [0u8; 10];
        let mut count = 0;
        for byte in text.trim().bytes() {
            match byte {
                b'0'..=b'9' if count < 10 => {
                    digits[count] = byte;
                    count += 1;
                }
                b' ' | b'-' => {}
                _ => return Err(NhsNumberError::Invalid),
            }
        }
        if count == 0 {
            return Err(NhsNumberError::Missing);
        }
        let test = digits.starts_with(b"999") && !accept_test;
        if count < 10 || !checksum_valid(&digits) || test {
            return Err(NhsNumberError::Invalid);
        }
        Ok(NhsNumber(digits))
    }

    /// The ten digits.
    pub(crate) fn digits(&self) -> &[u8; 10] {
        &self.0
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
            Some(NhsNumberError::Invalid)
        );
    }
}
