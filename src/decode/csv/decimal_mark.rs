//! Whether the decimals of numbers stand behind a point or behind a comma.

use crate::error::{Error, Result};
use std::borrow::Cow;

/// What stands before the decimals of numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DecimalMark {
    /// 1,234.50
    #[default]
    Point,
    /// 1.234,50
    Comma,
}

/// The mark that a number shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShownMark {
    /// 12.5, 1,234.50, 1,234,567: the point, or there are none.
    Point,
    /// 12,5, 0,123, 1.234,50, 1.234.567.
    Comma,
    /// 1,234 and 1.234: either.
    Either,
}

impl DecimalMark {
    /// Reads the setting `decimal_mark`; `place` is for the error.
    pub(super) fn parse(text: &str, place: &str) -> Result<Self> {
        match text {
            "point" => Ok(DecimalMark::Point),
            "comma" => Ok(DecimalMark::Comma),
            _ => Err(Error::usage(format!("{place}: unknown decimal_mark"))
                .hint("write point for 1,234.50, or comma for 1.234,50")),
        }
    }

    /// A number of this mark as one with a point.
    pub(super) fn with_point(self, text: &str) -> Cow<'_, str> {
        if self == DecimalMark::Point || !text.contains([',', '.']) {
            return Cow::Borrowed(text);
        }
        let swapped = text.chars().map(|sign| match sign {
            ',' => '.',
            '.' => ',',
            sign => sign,
        });
        Cow::Owned(swapped.collect())
    }
}

/// The mark that a text shows that should be a number.
pub(super) fn shown(text: &str) -> Option<ShownMark> {
    let is_sign = |sign: char| sign == ',' || sign == '.';
    let first = text.find(is_sign)?;
    let last = text.rfind(is_sign)?;
    let decimals = |comma: bool| match comma {
        true => ShownMark::Comma,
        false => ShownMark::Point,
    };
    let is_comma = |at: usize| text.as_bytes().get(at) == Some(&b',');
    let count = text.matches(is_sign).count();
    if is_comma(first) != is_comma(last) {
        return Some(decimals(is_comma(last)));
    }
    let before = text[..first].bytes().rev();
    let before = before.take_while(u8::is_ascii_digit).collect::<Vec<_>>();
    let after = text[last + 1..].bytes().take_while(u8::is_ascii_digit);
    let thousands =
        (1..=3).contains(&before.len()) && before.last() != Some(&b'0') && after.count() == 3;
    match (count, thousands) {
        (1, true) => Some(ShownMark::Either),
        (1, false) => Some(decimals(is_comma(last))),
        // 1,234,567: the mark is the other one.
        (_, true) => Some(decimals(!is_comma(last))),
        // 01.02.2026 and 1,2,3 are no numbers.
        (_, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_shows() {
        for (text, mark) in [
            ("12.5", Some(ShownMark::Point)),
            ("0.123", Some(ShownMark::Point)),
            ("1,234.50", Some(ShownMark::Point)),
            ("1,234,567", Some(ShownMark::Point)),
            ("1234.567", Some(ShownMark::Point)),
            ("12,5", Some(ShownMark::Comma)),
            ("(12,50)", Some(ShownMark::Comma)),
            ("12,5 %", Some(ShownMark::Comma)),
            ("0,123", Some(ShownMark::Comma)),
            (",5", Some(ShownMark::Comma)),
            ("1.234,5", Some(ShownMark::Comma)),
            ("1.234.567", Some(ShownMark::Comma)),
            ("1,234", Some(ShownMark::Either)),
            ("£1.234", Some(ShownMark::Either)),
            ("1234", None),
            ("1,2,3", None),
            ("01.02.2026", None),
        ] {
            assert_eq!(shown(text), mark, "{text}");
        }
    }

    #[test]
    fn signs_change_places() {
        assert_eq!(DecimalMark::Comma.with_point("1.234,5"), "1,234.5");
        assert_eq!(DecimalMark::Point.with_point("1,234.5"), "1,234.5");
    }
}
