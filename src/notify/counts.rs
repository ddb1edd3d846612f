//! Messages without counts: an error may say how many rows break a check or how many people joined an
//! opt-out list, which is for whoever may read the lake and not for a mailbox.

use chrono::{NaiveDate, NaiveTime};

/// What stands in the place of a count.
const MASK: &str = "[number]";
/// Words that tell of a number that it is one, and the same after any other.
const OF_ONE: [(&str, &str); 19] = [
    ("row", "rows"),
    ("line", "lines"),
    ("record", "records"),
    ("person", "people"),
    ("patient", "Patients"),
    ("value", "values"),
    ("file", "files"),
    ("extract", "extracts"),
    ("figure", "figures"),
    ("cell", "cells"),
    ("problem", "problems"),
    ("breaks", "break"),
    ("belongs", "belong"),
    ("holds", "hold"),
    ("has", "have"),
    ("is", "are"),
    ("was", "were"),
    ("stands", "stand"),
    ("it", "them"),
];
/// Words after a number that may agree with it: `1 of 12 new rows belongs`.
const AGREE: usize = 7;
/// Words after which a number is no count.
const NAMED: [&str; 8] = [
    "code", "column", "error", "exit", "line", "port", "status", "version",
];

/// `text` with every number masked that may be a count. Dates, times, versions, names with digits and
/// places in files stay.
pub(super) fn without_counts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = String::new();
    let mut agree = 0;
    while let Some(first) = rest.chars().next() {
        if separates(first) {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            // A number after `=` is the value of a setting, which may be a count.
            if !first.is_whitespace() {
                before.clear();
            }
            continue;
        }
        let word = word_of(rest);
        let after_name = NAMED.contains(&before.as_str());
        let shown = masked(word, after_name);
        match word == "1" && shown == MASK {
            true => agree = AGREE,
            false if agree > 0 => agree -= 1,
            false => (),
        }
        out.push_str(match agree {
            0 => &shown,
            _ => of_several(&shown),
        });
        before = word.to_ascii_lowercase();
        rest = &rest[word.len()..];
    }
    out
}

/// A word as it is after a number that is not one.
fn of_several(word: &str) -> &str {
    let same = |(one, _): &&(&str, &str)| word.eq_ignore_ascii_case(one);
    OF_ONE
        .iter()
        .find(same)
        .map_or(word, |(_, several)| several)
}

/// Whether a character stands between words.
fn separates(c: char) -> bool {
    c.is_whitespace() || "\"'`()[]{}<>|=,;*".contains(c)
}

/// The word that `text` begins with; a comma between digits belongs to it.
fn word_of(text: &str) -> &str {
    let mut end = 0;
    let mut digit = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let next = characters.peek().is_some_and(char::is_ascii_digit);
        if separates(c) && !(c == ',' && digit && next) {
            break;
        }
        digit = c.is_ascii_digit();
        end += c.len_utf8();
    }
    &text[..end]
}

/// A word, or what stands in its place.
fn masked(word: &str, after_name: bool) -> String {
    let bare = word.trim_end_matches(['.', ':', '!', '?', '…']);
    let tail = &word[bare.len()..];
    if !bare.bytes().any(|b| b.is_ascii_digit()) || is_named(bare) || after_name {
        return word.to_string();
    }
    match bare.rsplit_once(':') {
        Some((name, count)) if !name.contains(['.', '/']) && is_count(count) => {
            format!("{name}:{MASK}{tail}")
        }
        _ if is_count(bare) => format!("{MASK}{tail}"),
        _ => word.to_string(),
    }
}

/// Whether a word with digits is a date, a time, a month, a financial year or a version.
fn is_named(word: &str) -> bool {
    let parts = |at: char, lengths: &[usize]| {
        let parts: Vec<&str> = word.split(at).collect();
        let digits = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
        parts.iter().all(digits)
            && parts
                .iter()
                .map(|part| part.len())
                .eq(lengths.iter().copied())
    };
    NaiveDate::parse_from_str(word, "%Y-%m-%d").is_ok()
        || NaiveTime::parse_from_str(word, "%H:%M:%S").is_ok()
        || parts(':', &[2, 2])
        || parts('-', &[4, 2])
        || parts('/', &[4, 2])
        || (word.matches('.').count() >= 2
            && word.split('.').all(|part| part.parse::<u32>().is_ok()))
}

/// Whether a word is a number, whatever sign or unit it has.
fn is_count(word: &str) -> bool {
    let letters = word.trim_start_matches(|c: char| !c.is_alphabetic());
    // A short unit or an ordinal: 12k, 3rd, 40GB.
    let unit = letters.chars().count() <= 2 && letters.chars().all(char::is_alphabetic);
    unit && word.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_go_and_names_stay() {
        for (text, told) in [
            (
                "core.person: 6 rows break `unique: [person_key]`",
                "core.person: [number] rows break `unique: [person_key]`",
            ),
            (
                "core.person: 1 row breaks `unique: [person_key]`",
                "core.person: [number] rows break `unique: [person_key]`",
            ),
            (
                "1 of 5 new rows belongs to nobody known",
                "[number] of [number] new rows belong to nobody known",
            ),
            (
                "1,204,551 lines, 12.5 %, (3) 4: 5; 7.",
                "[number] lines, [number] %, ([number]) [number]: [number]; [number].",
            ),
            (
                "`populace pull --confirm-opt-outs opt-outs=12..3`",
                "`populace pull --confirm-opt-outs opt-outs=[number]`",
            ),
            (
                "--confirm-gone record.apc_spell=412",
                "--confirm-gone record.apc_spell=[number]",
            ),
            (
                "people:6 and n=6 and -6 and 3–7 and 12k",
                "people:[number] and n=[number] and [number] and [number] and [number]",
            ),
            ("shrank from 12 to 3!", "shrank from [number] to [number]!"),
            (
                "on 2026-09-30 at 02:00:00, 14:30, for 2026-09 and 2025/26",
                "on 2026-09-30 at 02:00:00, 14:30, for 2026-09 and 2025/26",
            ),
            ("--set as_of=2026-10-31", "--set as_of=2026-10-31"),
            (
                "pipelines/nightly.toml:12:3: unknown field",
                "pipelines/nightly.toml:12:3: unknown field",
            ),
            (
                "No space left on device (os error 28)",
                "No space left on device (os error 28)",
            ),
            (
                "exit code 3, port 587, version 12",
                "exit code 3, port 587, version 12",
            ),
            (
                "2026-09-30-3f2a, E54000051, apc_spell.2.csv.gz, 10.0.0.1",
                "2026-09-30-3f2a, E54000051, apc_spell.2.csv.gz, 10.0.0.1",
            ),
            ("", ""),
            ("é 5é", "é [number]"),
        ] {
            assert_eq!(without_counts(text), told, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_no_bare_number_stays(text in "\\PC{0,40}", count in 0u32..100_000) {
            let told = without_counts(&format!("{text} of {count} rows"));
            proptest::prop_assert!(told.ends_with("of [number] rows"), "{told}");
        }
    }
}
