//! Postcodes, whatever stands between and beside their signs.

use crate::privacy::spelling::{is_letter, is_word};
use std::ops::Range;

/// The most signs between the two halves.
const BETWEEN: usize = 8;

/// The postcode areas in use, with that of the samples (ZW) and that of the NHS for no fixed abode and
/// the like (ZZ). A postcode whose halves are apart by blanks is one whatever its area; other spellings need one of these.
const AREAS: [&str; 127] = [
    "AB", "AL", "B", "BA", "BB", "BD", "BF", "BH", "BL", "BN", "BR", "BS", "BT", "CA", "CB", "CF",
    "CH", "CM", "CO", "CR", "CT", "CV", "CW", "DA", "DD", "DE", "DG", "DH", "DL", "DN", "DT", "DY",
    "E", "EC", "EH", "EN", "EX", "FK", "FY", "G", "GL", "GU", "GY", "HA", "HD", "HG", "HP", "HR",
    "HS", "HU", "HX", "IG", "IM", "IP", "IV", "JE", "KA", "KT", "KW", "KY", "L", "LA", "LD", "LE",
    "LL", "LN", "LS", "LU", "M", "ME", "MK", "ML", "N", "NE", "NG", "NN", "NP", "NR", "NW", "OL",
    "OX", "PA", "PE", "PH", "PL", "PO", "PR", "RG", "RH", "RM", "S", "SA", "SE", "SG", "SK", "SL",
    "SM", "SN", "SO", "SP", "SR", "SS", "ST", "SW", "SY", "TA", "TD", "TF", "TN", "TQ", "TR", "TS",
    "TW", "UB", "W", "WA", "WC", "WD", "WF", "WN", "WR", "WS", "WV", "YO", "ZE", "ZW", "ZZ",
];

/// Whether a text (as [`crate::privacy::spelling::folded`] gives it) holds a full postcode. `masked` says
/// where codes lie that are read as a whole.
pub(super) fn found(text: &[u8], masked: &[Range<usize>]) -> bool {
    let words = words(text, masked);
    words.iter().enumerate().any(|(at, word)| {
        is_whole(word.text) && is_area(area(word.text))
            || is_inside(word.text)
            || words
                .get(at + 1)
                .is_some_and(|next| in_two(text, word, next) || beside_a_word(word, next))
            || spelled_out(&words[at..])
    })
}

/// Letters and digits without anything between them.
struct Word<'t> {
    text: &'t [u8],
    /// Its first byte.
    start: usize,
    /// The byte after its last.
    end: usize,
    /// How far it is from the word before it.
    gap: usize,
}

fn words<'t>(text: &'t [u8], masked: &[Range<usize>]) -> Vec<Word<'t>> {
    let mut words: Vec<Word<'t>> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let length = text[at..].iter().take_while(|b| is_word(**b)).count();
        if length > 0 && !masked.iter().any(|code| code.contains(&at)) {
            let gap = words.last().map_or(usize::MAX, |last| at - last.end);
            words.push(Word {
                text: &text[at..at + length],
                start: at,
                end: at + length,
                gap,
            });
        }
        at += length.max(1);
    }
    words
}

/// A whole postcode in one word.
fn is_whole(word: &[u8]) -> bool {
    let half = word
        .len()
        .checked_sub(3)
        .and_then(|at| word.split_at_checked(at));
    half.is_some_and(|(outward, inward)| is_outward(outward) && is_inward(inward))
}

/// The halves as two words.
fn in_two(text: &[u8], first: &Word<'_>, second: &Word<'_>) -> bool {
    let plain = text[first.end..second.start]
        .iter()
        .all(u8::is_ascii_whitespace);
    second.gap <= BETWEEN
        && is_outward(first.text)
        && is_inward(second.text)
        && !is_ordinal(first.text, second.text)
        && (plain || is_area(area(first.text)))
}

/// The halves as two words, with other letters or digits glued to one of them: `atLS1 4AP`.
fn beside_a_word(first: &Word<'_>, second: &Word<'_>) -> bool {
    let (Some(inward), more) = (second.text.get(..3), second.text.len() > 3) else {
        return false;
    };
    if second.gap > BETWEEN || !is_inward(inward) {
        return false;
    }
    let capitals = inward.iter().all(|b| !b.is_ascii_lowercase());
    (2..=4).any(|length| {
        let Some(at) = first.text.len().checked_sub(length) else {
            return false;
        };
        let (before, outward) = first.text.split_at(at);
        if !is_outward(outward) || !is_area(area(outward)) || is_likely_ordinal(outward, inward) {
            return false;
        }
        // One letter and a digit are many things: `grade2`, `B12 5tablets`.
        let long = area(outward).len() == 2;
        let apart = |b: &u8| !b.is_ascii_alphabetic();
        let word = before.last().is_none_or(apart) || reads(before, 2);
        let turn =
            before.last().is_none_or(|b| b.is_ascii_lowercase()) && outward[0].is_ascii_uppercase();
        let letters = second.text[3..].iter().all(|b| is_letter(*b));
        (turn || long && word) && (long || !more || capitals && letters)
    })
}

/// A whole postcode in one word with letters beside it: `LeedsLS14AP`. Digits elsewhere in the word
/// make it a code.
fn is_inside(word: &[u8]) -> bool {
    let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
    if word.len() < 7 || !(2..=3).contains(&digits) {
        return false;
    }
    (0..word.len()).any(|from| {
        (from + 5..=(from + 7).min(word.len())).any(|to| {
            let (before, code, after) = (&word[..from], &word[from..to], &word[to..]);
            if before.is_empty() && after.is_empty()
                || !before.iter().chain(after).all(|b| is_letter(*b))
                || !is_whole(code)
                || !is_area(area(code))
            {
                return false;
            }
            let turns_up =
                before.last().is_some_and(u8::is_ascii_lowercase) && code[0].is_ascii_uppercase();
            let turns_down = code.last().is_some_and(u8::is_ascii_uppercase)
                && after.get(1).is_some_and(u8::is_ascii_lowercase);
            (before.is_empty() || turns_up || reads(before, 3))
                && (after.is_empty() || turns_down || reads(after, 3))
        })
    })
}

/// Whether letters can be a word of a language: `least` or more, with a vowel.
fn reads(letters: &[u8], least: usize) -> bool {
    letters.len() >= least && letters.iter().any(|b| b"aeiouAEIOU".contains(b))
}

/// Signs or halves apart from one another: `L S 1 4 A P`, `LS 1 4AP`, `LS14 AP`.
fn spelled_out(words: &[Word<'_>]) -> bool {
    let mut code = Vec::with_capacity(8);
    for (count, word) in words.iter().enumerate() {
        let near = count == 0 || word.gap <= BETWEEN;
        if !near || code.len() + word.text.len() > 7 {
            return false;
        }
        // `B1 50ug` is a vitamin and its dose.
        let digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
        if digit(code.last()) && digit(word.text.first()) && is_dose(word.text) {
            return false;
        }
        code.extend_from_slice(word.text);
        if count > 0 && is_whole(&code) && is_area(area(&code)) {
            let upper = code.iter().all(|b| !b.is_ascii_lowercase());
            let lower = code.iter().all(|b| !b.is_ascii_uppercase());
            let (outward, inward) = code.split_at(code.len() - 3);
            return (upper || lower) && !is_likely_ordinal(outward, inward);
        }
    }
    false
}

/// Whether a word is a number with a unit.
fn is_dose(word: &[u8]) -> bool {
    const UNITS: [&str; 10] = ["UG", "NG", "PG", "UL", "DL", "NL", "FL", "HR", "YR", "LB"];
    let unit = &word[word.iter().take_while(|b| b.is_ascii_digit()).count()..];
    let is = |name: &&str| name.as_bytes().eq_ignore_ascii_case(unit);
    UNITS.iter().any(is)
}

/// The outward half: A9, A99, AA9, AA99, A9A or AA9A, or GIR.
fn is_outward(half: &[u8]) -> bool {
    if !(2..=4).contains(&half.len()) || !half.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    // No district of two digits begins with 0, and none of an area of one letter is 0.
    let district = &half[area(half).len()..];
    if district.first() == Some(&b'0') && (area(half).len() == 1 || district.len() > 1) {
        return false;
    }
    // A 1, then a 1 for each letter and a 0 for each digit.
    let shape = half
        .iter()
        .fold(1, |all, b| (all << 1) | u8::from(b.is_ascii_alphabetic()));
    matches!(
        shape,
        0b110 | 0b1100 | 0b1101 | 0b1110 | 0b1_1100 | 0b1_1101
    ) || half.eq_ignore_ascii_case(b"GIR")
}

/// The inward half: a digit and two letters, never C, I, K, M, O or V.
fn is_inward(half: &[u8]) -> bool {
    let letter = |b: &u8| b.is_ascii_alphabetic() && !b"CIKMOV".contains(&b.to_ascii_uppercase());
    half.len() == 3 && half[0].is_ascii_digit() && half[1..].iter().all(letter)
}

/// The letters that a code begins with.
fn area(code: &[u8]) -> &[u8] {
    let letters = code.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    &code[..letters]
}

fn is_area(letters: &[u8]) -> bool {
    let is = |area: &&str| area.as_bytes().eq_ignore_ascii_case(letters);
    AREAS.iter().any(is) || letters.eq_ignore_ascii_case(b"GIR")
}

/// Whether the second half is an ordinal beside a code in the other case: `B12 2nd`.
fn is_ordinal(outward: &[u8], inward: &[u8]) -> bool {
    let capitals = outward.iter().any(u8::is_ascii_uppercase);
    is_any_ordinal(inward) && capitals != inward[1..].iter().all(u8::is_ascii_uppercase)
}

/// The same, where a postcode would be written in an unusual way: `stage t1 2nd` too.
fn is_likely_ordinal(outward: &[u8], inward: &[u8]) -> bool {
    let small = inward[1..].iter().all(u8::is_ascii_lowercase);
    is_ordinal(outward, inward) || is_any_ordinal(inward) && small && area(outward).len() == 1
}

/// Whether a digit and two letters are an ordinal.
fn is_any_ordinal(inward: &[u8]) -> bool {
    let ends = |ending: &[u8]| inward[1..].eq_ignore_ascii_case(ending);
    match inward[0] {
        b'1' => ends(b"st"),
        b'2' => ends(b"nd"),
        b'3' => ends(b"rd"),
        _ => ends(b"th"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_postcode() {
        for text in [
            "LS1 4AP",
            "sw1a1aa",
            "LS1  4AP",
            "LS1-4AP",
            "LS1.4AP",
            "ls1_4ap",
            "L S 1 4 A P",
            "LS 1 4AP",
            "LS14 AP",
            "at LS1 4AP now",
            "atLS1 4AP",
            "LS1 4APLeeds",
            "LeedsLS14AP",
            "postcodels14ap",
            "12LS1 4AP",
            "LS1 4AP5",
            "GIR 0AA",
            "XY9 9ZZ",
            "M1\t1AE",
            "E1(6AN)",
        ] {
            assert!(found(text.as_bytes(), &[]), "{text}");
        }
    }

    #[test]
    fn codes_and_words_are_none() {
        for text in [
            "N18.9A",
            "E11.9",
            "RX1 22",
            "EB10A",
            "A81001",
            "E01012345",
            "Vitamin B12 2nd dose",
            "Vitamin B1 50ug",
            "COVID19 2nd dose",
            "type2 5ht",
            "B12 5tablets",
            "WH09A",
            "K40.1",
            "Harrowmere 001A",
            "H5N1 2nd",
            "0601022B0AAASAS",
            "grade2 1ST",
            "S72.0XA3",
        ] {
            assert!(!found(text.as_bytes(), &[]), "{text}");
        }
    }
}
