//! The leak gate: no stored text may hold an NHS number, postcode, e-mail or telephone number.
//!
//! Views say what is selected; the gate looks at what comes out, because people type identifiers
//! into fields made for something else.

use super::nhs_number::checksum_valid;
use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Int32Type};

/// What the gate found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leak {
    /// In which row of the column.
    pub row: usize,
    /// What it looks like.
    pub kind: &'static str,
}

/// Looks through columns of text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LeakGate;

impl LeakGate {
    /// The first leak in a column; columns that are not text cannot hold one.
    pub(crate) fn scan(self, column: &dyn Array) -> Option<Leak> {
        match column.data_type() {
            DataType::Utf8 => {
                let mut previous = ("", None);
                column
                    .as_string::<i32>()
                    .iter()
                    .enumerate()
                    .find_map(|(row, text)| {
                        let text = text?;
                        // Codes come in runs: looking once at each run is enough.
                        if text != previous.0 {
                            previous = (text, find(text));
                        }
                        previous.1.map(|kind| Leak { row, kind })
                    })
            }
            DataType::Dictionary(_, _) => {
                let dictionary = column.as_dictionary_opt::<Int32Type>()?;
                let values = dictionary.values().as_string_opt::<i32>()?;
                let bad: Vec<Option<&'static str>> =
                    values.iter().map(|text| text.and_then(find)).collect();
                if bad.iter().all(Option::is_none) {
                    return None;
                }
                dictionary.keys().iter().enumerate().find_map(|(row, key)| {
                    let kind = bad[usize::try_from(key?).ok()?]?;
                    Some(Leak { row, kind })
                })
            }
            _ => None,
        }
    }
}

/// What a text gives away, if anything: the words of a report are looked at too.
pub(crate) fn looks_identifying(text: &str) -> Option<&'static str> {
    find(text)
}

/// What a text gives away, if anything.
fn find(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    if bytes.len() < 5 {
        return None;
    }
    if bytes.contains(&b'@') && looks_like_email(bytes) {
        return Some("an e-mail address");
    }
    if let Some(kind) = find_number(bytes) {
        return Some(kind);
    }
    find_postcode(bytes).then_some("a postcode")
}

fn looks_like_email(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().any(|(i, b)| {
        *b == b'@'
            && i > 0
            && bytes[i - 1].is_ascii_alphanumeric()
            && bytes[i + 1..]
                .split(|b| b.is_ascii_whitespace())
                .next()
                .is_some_and(|host| host.contains(&b'.') && host[0].is_ascii_alphanumeric())
    })
}

/// NHS numbers (with single spaces or hyphens too) and United Kingdom telephone numbers.
fn find_number(bytes: &[u8]) -> Option<&'static str> {
    let mut i = 0;
    while i < bytes.len() {
        if !bytes[i].is_ascii_digit() {
            i += 1;
            continue;
        }
        let begin = i;
        let mut digits = [0u8; 12];
        let mut count = 0;
        let mut end = i;
        while i < bytes.len() {
            let b = bytes[i];
            if b.is_ascii_digit() {
                if count < digits.len() {
                    digits[count] = b;
                }
                count += 1;
                end = i + 1;
            } else if !((b == b' ' || b == b'-')
                && bytes.get(i + 1).is_some_and(u8::is_ascii_digit))
            {
                break;
            }
            i += 1;
        }
        let inside_word = begin > 0 && bytes[begin - 1].is_ascii_alphanumeric()
            || bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
        if inside_word {
            continue;
        }
        let plus = begin > 0 && bytes[begin - 1] == b'+';
        if count == 11 && digits[0] == b'0' && matches!(digits[1], b'1' | b'2' | b'3' | b'7')
            || plus && count == 12 && digits.starts_with(b"44")
        {
            return Some("a telephone number");
        }
        if count == 10
            && let Ok(ten) = <&[u8; 10]>::try_from(&digits[..10])
            && checksum_valid(ten)
            && !is_concept_identifier(ten)
        {
            return Some("an NHS number");
        }
    }
    None
}

/// Whether ten digits are a SNOMED CT concept identifier: partition 00 or 10, and a Verhoeff check
/// digit. One NHS number in five hundred is one too; without this, one such code in eleven would
/// stop a night.
fn is_concept_identifier(digits: &[u8; 10]) -> bool {
    let partition = &digits[7..9];
    (partition == b"00" || partition == b"10") && digits[0] != b'0' && verhoeff(digits)
}

fn verhoeff(digits: &[u8]) -> bool {
    const D: [[u8; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const P: [[u8; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    let check = digits
        .iter()
        .rev()
        .enumerate()
        .fold(0usize, |c, (i, digit)| {
            usize::from(D[c][usize::from(P[i % 8][usize::from(digit - b'0')])])
        });
    check == 0
}

/// A full postcode as a word of its own: outward part, optional space, inward part.
fn find_postcode(bytes: &[u8]) -> bool {
    let letter = |b: u8| b.is_ascii_alphabetic();
    for i in 0..bytes.len().saturating_sub(4) {
        if i > 0 && bytes[i - 1].is_ascii_alphanumeric() || !letter(bytes[i]) {
            continue;
        }
        for outward in 2..=4 {
            let Some(out) = bytes.get(i..i + outward) else {
                break;
            };
            // A 1, then a 1 for each letter and a 0 for each digit.
            let shape = out
                .iter()
                .fold(1, |all, b| (all << 1) | u8::from(letter(*b)));
            let fits = out.iter().all(u8::is_ascii_alphanumeric)
                && matches!(
                    shape,
                    0b110 | 0b1100 | 0b1101 | 0b1110 | 0b1_1100 | 0b1_1101
                );
            if !fits {
                continue;
            }
            let mut j = i + outward;
            if bytes.get(j) == Some(&b' ') {
                j += 1;
            }
            let Some(inward) = bytes.get(j..j + 3) else {
                continue;
            };
            let ends = !bytes.get(j + 3).is_some_and(u8::is_ascii_alphanumeric);
            if inward[0].is_ascii_digit() && inward[1..].iter().all(|b| inward_letter(*b)) && ends {
                return true;
            }
        }
    }
    false
}

/// The inward part never uses C, I, K, M, O or V.
fn inward_letter(b: u8) -> bool {
    b.is_ascii_alphabetic() && !b"CIKMOV".contains(&b.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::StringArray;

    #[test]
    fn identifiers_are_found() {
        assert_eq!(find("9434765919"), Some("an NHS number"));
        assert_eq!(find("pt 943 476 5919 seen"), Some("an NHS number"));
        assert_eq!(find("call 07700 900123"), Some("a telephone number"));
        assert_eq!(find("+447700900123"), Some("a telephone number"));
        assert_eq!(find("lives at LS1 4AP"), Some("a postcode"));
        assert_eq!(find("sw1a1aa"), Some("a postcode"));
        assert_eq!(find("a.b@example.org"), Some("an e-mail address"));
    }

    #[test]
    fn codes_are_not_identifiers() {
        for code in [
            "44054006",
            "1052681000000105",
            "840539006",
            "E11",
            "N18.9A",
            "mm[Hg]",
            "RX1",
        ] {
            assert_eq!(find(code), None, "{code}");
        }
        // A ten-digit SNOMED CT concept whose digits also pass the NHS check stays a code.
        let both = (0..10_000_000u64)
            .map(|n| format!("{:010}", 1_000_000_000 + n * 97))
            .find(|s| {
                let ten: &[u8; 10] = s.as_bytes().try_into().unwrap();
                checksum_valid(ten) && is_concept_identifier(ten)
            })
            .unwrap();
        assert_eq!(find(&both), None);
    }

    #[test]
    fn the_row_is_named() {
        let column = StringArray::from(vec![Some("E11"), None, Some("9434765919")]);
        assert_eq!(
            LeakGate.scan(&column),
            Some(Leak {
                row: 2,
                kind: "an NHS number"
            })
        );
    }
}
