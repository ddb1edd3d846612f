//! A text as a reader sees it: one spelling for the many in which the same signs can be written.

use icu_normalizer::ComposingNormalizerBorrowed;
use std::borrow::Cow;

/// What a text consists of, counted in one pass: most values are told to be harmless by it alone.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Census {
    /// ASCII digits.
    pub digits: usize,
    /// ASCII letters.
    pub letters: usize,
    /// The kinds of other bytes, as in [`KINDS`].
    kinds: u8,
}

const AT: u8 = 1;
const BRACKET: u8 = 2;
const BEYOND_ASCII: u8 = 4;
const ESCAPE: u8 = 8;
const BLANK: u8 = 16;
const TAG: u8 = 32;

/// The kind of each byte that is neither a digit nor a letter and matters here.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    kinds[b'@' as usize] = AT;
    kinds[b'[' as usize] = BRACKET;
    kinds[b'(' as usize] = BRACKET;
    kinds[b'{' as usize] = BRACKET;
    kinds[b'<' as usize] = BRACKET | TAG;
    kinds[b'&' as usize] = ESCAPE;
    kinds[b'%' as usize] = ESCAPE;
    kinds[b' ' as usize] = BLANK;
    let mut byte = 128;
    while byte < 256 {
        kinds[byte] = BEYOND_ASCII;
        byte += 1;
    }
    kinds
};

impl Census {
    pub(super) fn of(text: &str) -> Self {
        let mut census = Census::default();
        for byte in text.bytes() {
            census.digits += usize::from(byte.is_ascii_digit());
            census.letters += usize::from(byte.is_ascii_alphabetic());
            census.kinds |= KINDS[usize::from(byte)];
        }
        census
    }

    fn has(self, kinds: u8) -> bool {
        self.kinds & kinds != 0
    }

    /// Whether the text may be read otherwise than its bytes say.
    pub(super) fn is_disguised(self) -> bool {
        self.has(BEYOND_ASCII | ESCAPE)
    }

    /// Whether the text can have tags of HTML or XML in it.
    pub(super) fn may_hold_tags(self) -> bool {
        self.has(TAG)
    }

    /// Whether the text can hold an e-mail address, in signs or in words.
    pub(super) fn may_hold_email(self) -> bool {
        let words = self.letters > 5 || self.has(BEYOND_ASCII);
        self.has(AT | BRACKET) || self.has(BLANK) && words
    }
}

/// The text with one form for each sign: compatibility forms composed (NFKC), digits of every script
/// as ASCII, invisible signs and combining marks gone, escapes of HTML and of addresses read.
pub(super) fn plain(text: &str, census: Census) -> Cow<'_, str> {
    if !census.is_disguised() {
        return Cow::Borrowed(text);
    }
    let read = match census.has(ESCAPE) {
        true => twice_unescaped(text),
        false => Cow::Borrowed(text),
    };
    if read.is_ascii() {
        return read;
    }
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(&read);
    let signs = composed.chars().filter(|c| !is_invisible(*c));
    Cow::Owned(signs.map(simple).collect())
}

/// The text with one form for each sign, as the gate and the reading of keys see it.
pub(super) fn plain_text(text: &str) -> Cow<'_, str> {
    plain(text, Census::of(text))
}

/// One byte a sign: ASCII as it is, other letters as [`LETTER`], the rest as a blank.
pub(super) fn folded(plain: &str) -> Cow<'_, [u8]> {
    if plain.is_ascii() {
        return Cow::Borrowed(plain.as_bytes());
    }
    let byte = |sign: char| match sign {
        ascii if ascii.is_ascii() => ascii as u8,
        letter if letter.is_alphabetic() => LETTER,
        _ => b' ',
    };
    Cow::Owned(plain.chars().map(byte).collect())
}

/// Stands for a letter beyond ASCII.
pub(super) const LETTER: u8 = 0x80;

/// Whether a byte of [`folded`] is a letter.
pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == LETTER
}

/// Whether a byte of [`folded`] is a letter or a digit.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_digit() || is_letter(byte)
}

/// Signs that are written and not seen: zero-width, direction, soft hyphen, variation selectors,
/// fillers, tags; and marks that combine with the sign before them.
fn is_invisible(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        | '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}')
}

/// The first of each run of ten decimal digits that NFKC does not turn into ASCII.
const ZEROS: [u32; 36] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x11066,
];

fn simple(sign: char) -> char {
    let code = u32::from(sign);
    if sign.is_ascii() {
        return sign;
    }
    // The full stop of Chinese and Japanese ends a label of an address too.
    if sign == '\u{3002}' {
        return '.';
    }
    let digit = match code {
        // Digits in black circles, which have no compatibility form.
        0x2776..=0x277e => Some(code - 0x2775),
        0x278a..=0x2792 => Some(code - 0x2789),
        _ => ZEROS
            .iter()
            .find(|zero| (**zero..**zero + 10).contains(&code))
            .map(|zero| code - zero),
    };
    digit.and_then(|d| char::from_digit(d, 10)).unwrap_or(sign)
}

/// A text in HTML that was put into HTML or XML once more has escapes of escapes: `&amp;nbsp;`.
fn twice_unescaped(text: &str) -> Cow<'_, str> {
    let read = unescaped(text);
    match read.contains("&amp") || text.contains("&amp") {
        true => Cow::Owned(unescaped(&read).into_owned()),
        false => read,
    }
}

/// Reads `&nbsp;`, `&#160;`, `&#xa0;`, `&commat;` and `%20`; leaves everything else.
fn unescaped(text: &str) -> Cow<'_, str> {
    let mut read = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['&', '%']) {
        let (before, escape) = rest.split_at(at);
        read.push_str(before);
        let (sign, length) = match escape.starts_with('%') {
            true => (percent(escape), 3),
            false => entity(escape),
        };
        match sign {
            Some(sign) => {
                read.push(sign);
                rest = &escape[length..];
            }
            None => {
                read.push_str(&escape[..1]);
                rest = &escape[1..];
            }
        }
    }
    if read.is_empty() {
        return Cow::Borrowed(text);
    }
    read.push_str(rest);
    Cow::Owned(read)
}

/// A sign of ASCII that is written in hexadecimal after `%`.
fn percent(escape: &str) -> Option<char> {
    let code = u8::from_str_radix(escape.get(1..3)?, 16).ok()?;
    (code.is_ascii() && !escape[1..].starts_with('+')).then(|| char::from(code))
}

/// The sign of an entity of HTML, and the length of the entity.
fn entity(escape: &str) -> (Option<char>, usize) {
    let Some(end) = escape.bytes().take(10).position(|b| b == b';') else {
        return (None, 0);
    };
    let sign = match &escape[1..end] {
        "nbsp" | "ensp" | "emsp" | "thinsp" => Some(' '),
        "commat" => Some('@'),
        "period" => Some('.'),
        "hyphen" | "dash" | "ndash" | "mdash" | "shy" => Some('-'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "sol" => Some('/'),
        "plus" => Some('+'),
        "lpar" => Some('('),
        "rpar" => Some(')'),
        number => number.strip_prefix('#').and_then(|n| {
            let code = match n.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => n.parse(),
            };
            char::from_u32(code.ok()?)
        }),
    };
    (sign, end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_have_one_form() {
        for (text, wanted) in [
            ("９４３", "943"),
            ("٩٤٣", "943"),
            ("९४३", "943"),
            ("𝟗𝟒𝟑", "943"),
            ("⑨④③", "943"),
            ("9\u{200b}4\u{feff}3", "943"),
            ("9\u{ad}43", "943"),
            ("9\u{fe0f}\u{20e3}43", "943"),
            ("943&nbsp;476", "943 476"),
            ("943&#160;476", "943 476"),
            ("943&#xA0;476", "943 476"),
            ("943%20476", "943 476"),
            ("943&amp;nbsp;476", "943 476"),
            ("943&lt;br&gt;476", "943<br>476"),
            ("100 %", "100 %"),
            ("a & b; c", "a & b; c"),
            ("50%é", "50%é"),
            ("a＠b．org", "a@b.org"),
        ] {
            assert_eq!(plain(text, Census::of(text)), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_ascii_is_not_copied() {
        let text = "Type 2 diabetes mellitus";
        assert!(matches!(plain(text, Census::of(text)), Cow::Borrowed(_)));
        assert_eq!(&*folded("é-٣"), [LETTER, b'-', b' ']);
    }
}
