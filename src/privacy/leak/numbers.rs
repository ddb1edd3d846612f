//! NHS numbers and telephone numbers, whatever stands between and beside their digits.

use super::snomed::is_concept_identifier;
use crate::privacy::nhs_number::checksum_valid;
use crate::privacy::spelling::{is_letter, is_word};
use std::ops::Range;

/// The most signs between two groups of digits of one number.
const BETWEEN: usize = 8;
/// The most digits of a telephone number, with what dials out of a country.
const LONGEST: usize = 15;

pub(super) const NHS_NUMBER: &str = "an NHS number";
pub(super) const TELEPHONE: &str = "a telephone number";

/// What a text (as [`crate::privacy::spelling::folded`] gives it) holds, if anything. `masked` says where
/// codes lie that are read as a whole.
pub(super) fn find(text: &[u8], masked: &[Range<usize>]) -> Option<&'static str> {
    let found = DigitGroups::of(text, masked);
    let mut nhs = None;
    for first in 0..found.groups.len() {
        for last in first..found.groups.len() {
            if last > first && !found.groups[last].joined {
                break;
            }
            let window = DigitWindow {
                text,
                digits: &found.digits[found.groups[first].from..found.groups[last].to],
                groups: &found.groups[first..=last],
            };
            if window.is_telephone() {
                return Some(TELEPHONE);
            }
            if window.is_nhs_number() {
                nhs = Some(NHS_NUMBER);
            }
            if window.digits.len() > LONGEST {
                break;
            }
        }
    }
    nhs
}

/// What a text of digits alone is, if anything.
pub(super) fn of_digits(digits: &[u8]) -> Option<&'static str> {
    let length = digits.len();
    if !(10..=20).contains(&length) {
        return None;
    }
    let group = DigitGroup {
        from: 0,
        to: length,
        start: 0,
        end: length,
        joined: false,
    };
    let window = DigitWindow {
        text: digits,
        digits,
        groups: &[group],
    };
    if window.is_telephone() {
        return Some(TELEPHONE);
    }
    window.is_nhs_number().then_some(NHS_NUMBER)
}

/// Digits without anything between them.
struct DigitGroup {
    /// Where its digits lie among all.
    from: usize,
    to: usize,
    /// Where it lies in the text.
    start: usize,
    end: usize,
    /// Whether it may belong to the same number as the group before it.
    joined: bool,
}

struct DigitGroups {
    digits: Vec<u8>,
    groups: Vec<DigitGroup>,
}

impl DigitGroups {
    fn of(text: &[u8], masked: &[Range<usize>]) -> Self {
        let mut digits = Vec::new();
        let mut groups: Vec<DigitGroup> = Vec::new();
        let mut at = 0;
        // A code that is read as a whole, or a letter, ends a number.
        let mut broken = true;
        while at < text.len() {
            if let Some(mask) = masked.iter().find(|mask| mask.start == at) {
                (at, broken) = (mask.end, true);
                continue;
            }
            let length = text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
            if length == 0 {
                broken |= is_word(text[at]);
                at += 1;
                continue;
            }
            let from = digits.len();
            digits.extend_from_slice(&text[at..at + length]);
            let near = groups.last().is_some_and(|g| at - g.end <= BETWEEN);
            groups.push(DigitGroup {
                from,
                to: digits.len(),
                start: at,
                end: at + length,
                joined: near && !broken,
            });
            (at, broken) = (at + length, false);
        }
        let mut found = DigitGroups { digits, groups };
        found.part_dates(text);
        found
    }

    /// Dates and times of day are no parts of a number.
    fn part_dates(&mut self, text: &[u8]) {
        let mut at = 0;
        while at < self.groups.len() {
            let length = self.moment(text, at);
            if length > 0 {
                for group in self.groups.iter_mut().skip(at).take(length + 1) {
                    group.joined = false;
                }
            }
            at += length.max(1);
        }
    }

    /// How many groups from `at` on are a date or a time of day.
    fn moment(&self, text: &[u8], at: usize) -> usize {
        let groups = &self.groups[at..];
        let number = |g: &DigitGroup| {
            let digits = self.digits[g.from..g.to].iter().take(9);
            digits.fold(0u32, |number, b| number * 10 + u32::from(b - b'0'))
        };
        let length = |g: &DigitGroup| g.to - g.from;
        // The one sign between a group and the next.
        let between = |i: usize| match groups.get(i + 1) {
            Some(next) if next.start == groups[i].end + 1 => text[groups[i].end],
            _ => 0,
        };
        if length(&groups[0]) == 8 {
            let n = number(&groups[0]);
            let date = is_date(n / 10_000, n / 100 % 100, n % 100)
                || is_date(n % 10_000, n / 10_000 % 100, n / 1_000_000);
            return usize::from(date);
        }
        let sign = between(0);
        if sign == b':' && length(&groups[0]) <= 2 && length(&groups[1]) == 2 {
            let seconds = between(1) == b':' && length(&groups[2]) == 2;
            let before = at.checked_sub(1).map(|i| self.groups[i].end);
            let inside = before.is_some_and(|end| end + 1 == groups[0].start && text[end] == b':');
            let inside = inside || between(1 + usize::from(seconds)) == b':';
            let time = number(&groups[0]) < 25 && number(&groups[1]) < 60 && !inside;
            return if time { 2 + usize::from(seconds) } else { 0 };
        }
        if !b"-/.".contains(&sign) || between(1) != sign || between(2) == sign {
            return 0;
        }
        let [a, b, c] = [0, 1, 2].map(|i| (length(&groups[i]), number(&groups[i])));
        let date = match (a.0, b.0, c.0) {
            (4, 1..=2, 1..=2) => is_date(a.1, b.1, c.1),
            (1..=2, 1..=2, 4) => is_date(c.1, b.1, a.1) || is_date(c.1, a.1, b.1),
            _ => false,
        };
        if date { 3 } else { 0 }
    }
}

fn is_date(year: u32, month: u32, day: u32) -> bool {
    (1850..2150).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Groups of digits that may be one number.
struct DigitWindow<'t> {
    text: &'t [u8],
    digits: &'t [u8],
    groups: &'t [DigitGroup],
}

impl DigitWindow<'_> {
    /// The signs between the groups.
    fn gaps(&self) -> impl Iterator<Item = &[u8]> {
        let pairs = self.groups.windows(2);
        pairs.map(|pair| &self.text[pair[0].end..pair[1].start])
    }

    /// Whether the digits are written as codes are: together, without a letter beside them.
    fn is_bare(&self) -> bool {
        let [only] = self.groups else {
            return false;
        };
        let beside = |at: Option<&u8>| at.is_some_and(|b| is_letter(*b));
        let before = only.start.checked_sub(1).and_then(|at| self.text.get(at));
        !beside(before) && !beside(self.text.get(only.end))
    }

    /// A code of SNOMED CT, which one NHS number in five hundred could be too. Without this, one such
    /// code of ten digits in eleven would stop a night.
    fn is_concept(&self) -> bool {
        self.is_bare() && is_concept_identifier(self.digits)
    }

    /// Whether these are ten digits with the check digit of an NHS number. Of more digits in a row
    /// only zeros before it, or a date beside it, leave it one: ten digits in a row of twelve have
    /// the check digit by chance in one code of four.
    fn is_nhs_number(&self) -> bool {
        let valid = |digits: &[u8]| <&[u8; 10]>::try_from(digits).is_ok_and(checksum_valid);
        match (self.digits.len(), self.groups) {
            (10, [year, rest]) if rest.to - rest.from == 6 && self.is_year(year) => false,
            (10, _) => valid(self.digits) && !self.is_concept(),
            (18, [_]) if !self.is_concept() => {
                let (first, last) = (&self.digits[..8], &self.digits[10..]);
                valid(&self.digits[..10]) && is_written_date(last)
                    || valid(&self.digits[8..]) && is_written_date(first)
            }
            (11..=20, [first, ..]) => {
                let (zeros, number) = self.digits.split_at(self.digits.len() - 10);
                let padded = zeros.len() < first.to - first.from;
                padded && zeros.iter().all(|d| *d == b'0') && valid(number)
            }
            _ => false,
        }
    }

    /// The year of a reference such as 2024/012345.
    fn is_year(&self, group: &DigitGroup) -> bool {
        let digits = &self.text[group.start..group.end];
        digits.len() == 4 && (digits.starts_with(b"19") || digits.starts_with(b"20"))
    }

    fn is_telephone(&self) -> bool {
        if !(9..=LONGEST).contains(&self.digits.len()) {
            return false;
        }
        let plus = self.has_plus();
        is_national(self.digits) && !self.is_concept()
            || self.is_short_national()
            || self.is_international(plus)
    }

    /// Whether a `+` stands before the first digit and is not a sum's.
    fn has_plus(&self) -> bool {
        let before = &self.text[..self.groups[0].start];
        let trimmed = before.trim_ascii_end();
        let trimmed = trimmed
            .strip_suffix(b"(")
            .unwrap_or(trimmed)
            .trim_ascii_end();
        let Some(rest) = trimmed.strip_suffix(b"+") else {
            return false;
        };
        rest.trim_ascii_end()
            .last()
            .is_none_or(|b| !b.is_ascii_digit())
    }

    /// The few numbers with a digit less: 0800 and 0500 ones, and those of some small exchanges, which
    /// are known by how they are written.
    fn is_short_national(&self) -> bool {
        let lengths = || self.groups.iter().map(|g| g.to - g.from);
        self.digits.len() == 10
            && (self.digits.starts_with(b"0800")
                || self.digits.starts_with(b"0500")
                || self.digits.starts_with(b"01") && (lengths().eq([5, 5]) || lengths().eq([6, 4])))
    }

    fn is_international(&self, plus: bool) -> bool {
        let dialled = self.digits.strip_prefix(b"00");
        let rest = dialled.unwrap_or(self.digits);
        if dialled.is_some() && rest.starts_with(b"353") {
            return (11..=12).contains(&rest.len());
        }
        if let Some(number) = rest.strip_prefix(b"44") {
            let number = number.strip_prefix(b"0").unwrap_or(number);
            let first = number.first().copied().unwrap_or_default();
            let subscriber = b"1235789".contains(&first);
            let short = (plus || dialled.is_some()) && number.len() == 9;
            return subscriber && (number.len() == 10 || short) && !self.is_concept();
        }
        // Of another country: written with blanks, hyphens and brackets at most.
        let signs =
            |gap: &[u8]| gap.len() < 3 && gap.iter().all(|b| b" -()".contains(b)) && gap != b" -";
        plus && self.digits[0] != b'0' && self.digits.len() >= 10 && self.gaps().all(signs)
    }
}

/// Whether digits are a number of the United Kingdom as it is dialled there.
fn is_national(digits: &[u8]) -> bool {
    digits.len() == 11
        && digits[0] == b'0'
        && match digits[1] {
            b'1' => digits[2] != b'0',
            b'2' => b"03489".contains(&digits[2]),
            b'3' => b"0347".contains(&digits[2]),
            b'5' => b"056".contains(&digits[2]),
            b'7' => true,
            b'8' => b"0478".contains(&digits[2]),
            b'9' => b"018".contains(&digits[2]),
            _ => false,
        }
}

/// Eight digits that are a date, the year first or last.
fn is_written_date(digits: &[u8]) -> bool {
    let number = |digits: &[u8]| {
        let digits = digits.iter();
        digits.fold(0u32, |number, b| number * 10 + u32::from(b - b'0'))
    };
    is_date(
        number(&digits[..4]),
        number(&digits[4..6]),
        number(&digits[6..]),
    ) || is_date(
        number(&digits[4..]),
        number(&digits[2..4]),
        number(&digits[..2]),
    )
}

/// What a whole number of a numeric column is, if anything. `code` says that it may be a code of
/// SNOMED CT, which only whole numbers are.
pub(super) fn of_number(number: u64, code: bool) -> Option<&'static str> {
    const TEN: std::ops::Range<u64> = 1_000_000_000..10_000_000_000;
    let mut digits = [0u8; 20];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let concept = |digits: &[u8]| code && is_concept_identifier(digits);
    if TEN.contains(&number) {
        let ten = &digits[10..];
        if <&[u8; 10]>::try_from(ten).is_ok_and(checksum_valid) && !concept(ten) {
            return Some(NHS_NUMBER);
        }
        // A number has no zero before it: this is a mobile telephone's.
        let mobile = (7_100_000_000..8_000_000_000).contains(&number);
        return (mobile && !concept(ten)).then_some(TELEPHONE);
    }
    let twelve = &digits[8..];
    let abroad =
        (441_000_000_000..450_000_000_000).contains(&number) && b"1237".contains(&twelve[2]);
    (abroad && !concept(twelve)).then_some(TELEPHONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<&'static str> {
        find(text.as_bytes(), &[])
    }

    #[test]
    fn nhs_numbers_among_other_digits() {
        for text in [
            "943 476 5919",
            "943.476.5919",
            "943/476/5919",
            "9434765919.0",
            "9.434765919E+09",
            "9 4 3 4 7 6 5 9 1 9",
            "NHS9434765919",
            "9434765919x",
            "ward 12 9434765919",
            "9434765919 42",
            "2026-06-20 943 476 5919",
            "0009434765919",
            "943476591919500101",
            "200619509434765919",
            "(943) 476-5919",
            "943, 476, 5919",
        ] {
            assert_eq!(of(text), Some(NHS_NUMBER), "{text}");
        }
    }

    #[test]
    fn telephone_numbers() {
        for text in [
            "0113 496 0000",
            "(0113) 4960000",
            "0113.496.0000",
            "+44 (0)113 496 0000",
            "0044 113 496 0000",
            "+44(0)7700900123",
            "tel:07700900123",
            "447700900123",
            "(+44) 7700 900123",
            "+353 87 123 4567",
            "00353 87 123 4567",
            "0800 123456",
            "01204 52212",
            "020 7946 0123 x12",
            "07700-900-123",
            "2 07700 900123",
        ] {
            assert_eq!(of(text), Some(TELEPHONE), "{text}");
        }
    }

    #[test]
    fn other_numbers() {
        for text in [
            "2026-06-20 10:15:00",
            "2026-06-20T10:15:00+01:00",
            "20/06/2026 10:15",
            "73211009 + 44054006",
            "+10.50 -12.25",
            "20260620_01",
            "2024/012345",
            "44054006",
            "123456789012",
            "9434765918",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_of_numeric_columns() {
        assert_eq!(of_number(9_434_765_919, false), Some(NHS_NUMBER));
        assert_eq!(of_number(7_700_900_125, false), Some(TELEPHONE));
        assert_eq!(of_number(447_700_900_123, false), Some(TELEPHONE));
        assert_eq!(of_number(9_434_765_918, false), None);
        assert_eq!(of_number(729, false), None);
    }
}
