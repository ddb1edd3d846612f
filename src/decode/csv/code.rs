//! Codes, and those that a program which took them for numbers has spoilt.

use crate::decode::ValueRule;
use crate::privacy::verhoeff;
use std::borrow::Cow;

/// Lengths of codes of digits that programs cannot hold as numbers: all of them are SNOMED CT's, whose
/// last digit proves the others.
const LONG: std::ops::RangeInclusive<usize> = 16..=18;
/// Digits from which on a code in exponent form is believed. A spreadsheet makes `5.00E+01` of the code
/// `5E1`, but `3.8341003E+07` of nothing but 38341003.
const FEWEST: usize = 6;

/// What spreadsheets write in the place of a value that they cannot compute.
const FAILURES: [&str; 6] = ["#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"];

/// A code without the `.0` of a program that took it for a number, with the zeros in front that a code
/// of `digits` digits has lost; else why it is none.
pub(super) fn code(text: &str, digits: usize) -> Result<Cow<'_, str>, ValueRule> {
    let code = identifier(text)?;
    if !is_digits(&code) {
        return Ok(code);
    }
    if has_lost_its_end(&code) {
        return Err(ValueRule::LostDigits);
    }
    match code.len() < digits {
        true => Ok(Cow::Owned(format!("{code:0>digits$}"))),
        false => Ok(code),
    }
}

/// The same for an identifier, whose digits prove nothing.
pub(super) fn identifier(text: &str) -> Result<Cow<'_, str>, ValueRule> {
    if let Some((whole, zeros)) = text.split_once('.')
        && is_digits(whole)
        && is_digits(zeros)
        && zeros.bytes().all(|byte| byte == b'0')
    {
        return Ok(Cow::Borrowed(whole));
    }
    let unsigned = text.trim_start_matches(['+', '-']);
    if unsigned.starts_with(|first: char| first.is_ascii_digit())
        && let Some(exponent) = Exponent::of(unsigned)
    {
        let whole = exponent.whole().filter(|_| unsigned.len() == text.len());
        return whole.map(Cow::Owned).ok_or(ValueRule::LostDigits);
    }
    match text.starts_with('#') && is_failure(text) {
        true => Err(ValueRule::WrongType),
        false => Ok(Cow::Borrowed(text)),
    }
}

/// Whether a number of ten digits, such as that of a person, has lost some of them.
pub(super) fn has_lost_digits(text: &str) -> bool {
    matches!(identifier(text), Err(ValueRule::LostDigits))
}

/// Whether digits are too many for a number, and the last of them does not prove the others: a
/// spreadsheet keeps 15, a floating-point number 15 to 17.
fn has_lost_its_end(digits: &str) -> bool {
    let checked = verhoeff(digits.as_bytes());
    // With 18 digits two are lost that the check digit is of: one time in ten they prove each other. No
    // identifier as long has 00 where it says that it has a namespace.
    let by_chance = digits.len() == *LONG.end() && digits.ends_with("000");
    LONG.contains(&digits.len()) && !digits.starts_with('0') && (!checked || by_chance)
}

/// A number such as `3.8341E+07`.
struct Exponent<'a> {
    whole: &'a str,
    fraction: &'a str,
    power: usize,
}

impl<'a> Exponent<'a> {
    /// Reads a text without a sign. `5E1` is a code: a program writes a point or the sign of the power.
    fn of(text: &'a str) -> Option<Self> {
        let (number, power) = text.split_once(['E', 'e'])?;
        let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
        let unsigned = power.strip_prefix(['+', '-']);
        let is_written = fraction.is_empty() == (number.len() == whole.len())
            && (!fraction.is_empty() || unsigned.is_some());
        let power_digits = unsigned.unwrap_or(power);
        let fits = is_written
            && is_digits(whole)
            && (fraction.is_empty() || is_digits(fraction))
            && is_digits(power_digits);
        let below_one = power.starts_with('-');
        fits.then(|| Exponent {
            whole,
            fraction,
            power: if below_one {
                0
            } else {
                power_digits.parse().unwrap_or(usize::MAX)
            },
        })
    }

    /// The number, when all of its digits are there.
    fn whole(&self) -> Option<String> {
        let digits = self.whole.len() + self.fraction.len();
        let is_whole = self.whole.len() == 1 && self.fraction.len() == self.power;
        (is_whole && digits >= FEWEST).then(|| format!("{}{}", self.whole, self.fraction))
    }
}

/// Whether a text stands for a value that a spreadsheet could not compute, or had no room for.
fn is_failure(text: &str) -> bool {
    FAILURES.contains(&text) || text.len() > 1 && text.bytes().all(|byte| byte == b'#')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_no_number() {
        for (written, digits, meant) in [
            ("1", 2, "01"),
            ("1.0", 2, "01"),
            ("21.0", 0, "21"),
            ("38341003.0", 0, "38341003"),
            ("E11.0", 2, "E11.0"),
            ("1.5", 2, "1.5"),
            ("1.", 2, "1."),
            ("", 2, ""),
            ("101", 2, "101"),
            ("5E1", 0, "5E1"),
            ("14E1.", 0, "14E1."),
            ("9E12", 0, "9E12"),
            ("#", 0, "#"),
            ("3.8341003E+07", 0, "38341003"),
            ("999004691000230108", 0, "999004691000230108"),
            ("1052681000000105", 0, "1052681000000105"),
            ("1052681000000105.0", 0, "1052681000000105"),
        ] {
            assert_eq!(code(written, digits).as_deref(), Ok(meant), "{written}");
        }
    }

    #[test]
    fn a_code_that_has_lost_digits_is_none() {
        for spoilt in [
            "3.8341E+07",
            "3,8341E+07",
            "3.8341e7",
            "3.83E+007",
            "4E+07",
            "1e-05",
            "9.43477E+09",
            "5.00E+01",
            "-3.8341E+07",
            "999004691000230000",
            "999004691000230144",
            "1052681000000100",
            "10526810000001100",
        ] {
            assert_eq!(code(spoilt, 0), Err(ValueRule::LostDigits), "{spoilt}");
        }
        for failure in ["#REF!", "#VALUE!", "########"] {
            assert_eq!(code(failure, 0), Err(ValueRule::WrongType), "{failure}");
        }
        // The digits of an identifier prove nothing.
        let id = "1052681000000100";
        assert_eq!(identifier(id).as_deref(), Ok(id));
        assert_eq!(identifier("1.05268E+15"), Err(ValueRule::LostDigits));
    }
}
