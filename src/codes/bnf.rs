//! Codes of the British National Formulary.

use super::packed::packed;

/// Lengths of chapters, sections, paragraphs, subparagraphs, substances, products and presentations
/// without and with their equivalents.
const LENGTHS: [usize; 8] = [2, 4, 6, 7, 9, 11, 13, 15];

/// The last chapter.
const CHAPTERS: u8 = 23;

/// A code in capitals without spaces around it; None where it cannot be one.
pub(super) fn bnf(code: &str) -> Option<u128> {
    let code = code.trim();
    let fits = code.len() <= 15 && code.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| packed(code.bytes().map(|b| b.to_ascii_uppercase())))
        .flatten()
}

/// What is wrong with a code of a list.
pub(super) fn fault(code: &str) -> Option<&'static str> {
    let chapter = code.get(..2).and_then(|chapter| chapter.parse::<u8>().ok());
    if bnf(code).is_none() {
        return Some("this is no BNF code");
    }
    if !LENGTHS.contains(&code.len()) || !chapter.is_some_and(|n| (1..=CHAPTERS).contains(&n)) {
        return Some(
            "this is no BNF code, which has 2, 4, 6, 7, 9, 11, 13 or 15 signs and begins with a chapter from 01 to 23; spreadsheets drop a zero in front",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_lost_zero_is_seen() {
        for code in [
            "06",
            "0601",
            "060102",
            "0601022",
            "0601022B0",
            "0601022B0AAAAAA",
            "2002",
        ] {
            assert_eq!(fault(code), None, "{code}");
        }
        for code in [
            "6",
            "601",
            "60102",
            "601022",
            "601022B0",
            "601022B0AAAAAA",
            "9901",
            "06-01",
            "",
        ] {
            assert!(fault(code).is_some(), "{code}");
        }
    }
}
