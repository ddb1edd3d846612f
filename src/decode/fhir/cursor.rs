//! A place in a chunk, and the JSON grammar from there on: strings, numbers, literals, and skipping a
//! value nobody selects.
//!
//! Skipping validates: what is skipped is held to the whole grammar, so a broken line is found no
//! matter which elements a view selects. It keeps its own stack, so nesting cannot overflow the
//! thread's. A line feed is never white space here: a line that ends inside a value is broken.

use super::scan::string_stop;

/// What stands at the end of the chunk, so that reading past it ends a line.
const END: u8 = b'\n';

/// The text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

/// A range of the bytes the cursor reads, without the quotes when it is a string.
///
/// One word, so that it travels in a register: as a struct it is written and read back in pieces of
/// different sizes, which costs more than the scan of a short string.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span(u64);

impl Span {
    const ESCAPED: u64 = 1 << 63;

    #[inline(always)]
    fn new(start: usize, end: usize, escaped: bool) -> Span {
        let flag = if escaped { Self::ESCAPED } else { 0 };
        Span(start as u64 | (end as u64) << 32 | flag)
    }

    /// Where it begins. Lines are shorter than 2 GiB.
    #[inline(always)]
    pub(super) fn start(self) -> u32 {
        self.0 as u32
    }

    /// The position after its last byte.
    #[inline(always)]
    pub(super) fn end(self) -> u32 {
        ((self.0 & !Self::ESCAPED) >> 32) as u32
    }

    /// Whether the string has escapes that must be decoded.
    #[inline(always)]
    pub(super) fn is_escaped(self) -> bool {
        self.0 & Self::ESCAPED != 0
    }
}

/// A reading position. `bytes` starts where a line starts and may go on beyond its end.
pub(super) struct Cursor<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Cursor<'a> {
    /// The byte here; a line feed at the end of the chunk.
    #[inline(always)]
    pub(super) fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(END)
    }

    /// The next byte that is not white space, without taking it.
    #[inline(always)]
    pub(super) fn token(&mut self) -> u8 {
        let byte = self.peek();
        if byte > b' ' {
            return byte;
        }
        self.token_after_space()
    }

    #[cold]
    fn token_after_space(&mut self) -> u8 {
        while matches!(self.peek(), b' ' | b'\t' | b'\r') {
            self.at += 1;
        }
        self.peek()
    }

    /// Takes `byte`, with white space before it.
    #[inline(always)]
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Broken> {
        if self.token() == byte {
            self.at += 1;
            return Ok(());
        }
        Err(Broken)
    }

    /// Takes a string; the cursor is at its opening quote.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Result<Span, Broken> {
        self.string_from(self.at + 1, self.at + 1)
    }

    /// Takes a string that begins at `start`, after its quote, and is known to be plain up to `plain`.
    #[inline(always)]
    pub(super) fn string_from(&mut self, start: usize, plain: usize) -> Result<Span, Broken> {
        let stop = string_stop(self.bytes, plain);
        if self.bytes.get(stop) == Some(&b'"') {
            self.at = stop + 1;
            return Ok(Span::new(start, stop, false));
        }
        self.string_with_escapes(start, stop)
    }

    fn string_with_escapes(&mut self, start: usize, mut stop: usize) -> Result<Span, Broken> {
        loop {
            match self.bytes.get(stop) {
                Some(b'"') => break,
                Some(b'\\') => stop = self.escape(stop + 1)?,
                _ => return Err(Broken),
            }
            stop = string_stop(self.bytes, stop);
        }
        self.at = stop + 1;
        Ok(Span::new(start, stop, true))
    }

    /// The position after the escape whose letter is at `at`.
    fn escape(&self, at: usize) -> Result<usize, Broken> {
        match self.bytes.get(at) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
            Some(b'u') => match self.bytes.get(at + 1..at + 5) {
                Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 5),
                _ => Err(Broken),
            },
            _ => Err(Broken),
        }
    }

    /// Takes a number; the cursor is at its first character.
    #[inline]
    pub(super) fn number(&mut self) -> Result<Span, Broken> {
        let start = self.at;
        if self.peek() == b'-' {
            self.at += 1;
        }
        match self.peek() {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits()?,
            _ => return Err(Broken),
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Span::new(start, self.at, false))
    }

    #[inline(always)]
    fn digits(&mut self) -> Result<(), Broken> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start {
            Err(Broken)
        } else {
            Ok(())
        }
    }

    /// Takes `word`: `true`, `false` or `null`.
    #[inline(always)]
    pub(super) fn word(&mut self, word: &[u8]) -> Result<(), Broken> {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end) == Some(word) {
            self.at = end;
            return Ok(());
        }
        Err(Broken)
    }

    /// Takes a value of any kind and forgets it. The cursor may be before white space.
    #[inline]
    pub(super) fn skip(&mut self) -> Result<(), Broken> {
        let mut open = Nesting::default();
        loop {
            match self.token() {
                b'"' => {
                    self.string()?;
                }
                b'{' => {
                    self.at += 1;
                    if self.token() != b'}' {
                        open.push(true);
                        self.key()?;
                        continue;
                    }
                    self.at += 1;
                }
                b'[' => {
                    self.at += 1;
                    if self.token() != b']' {
                        open.push(false);
                        continue;
                    }
                    self.at += 1;
                }
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => {
                    self.number()?;
                }
            }
            // After a value: close what ends here, or go on to the next member or item.
            loop {
                if open.depth == 0 {
                    return Ok(());
                }
                let in_object = open.bits & 1 == 1;
                match self.token() {
                    b',' => {
                        self.at += 1;
                        if in_object {
                            self.key()?;
                        }
                        break;
                    }
                    b'}' if in_object => self.at += 1,
                    b']' if !in_object => self.at += 1,
                    _ => return Err(Broken),
                }
                open.pop();
            }
        }
    }

    /// Goes to the end of a line of that many bytes, before which nothing but white space may follow.
    pub(super) fn ended(&mut self, length: usize) -> Result<(), Broken> {
        while self.at < length {
            if !matches!(self.peek(), b' ' | b'\t' | b'\r') {
                return Err(Broken);
            }
            self.at += 1;
        }
        if self.at > length + 1 {
            Err(Broken)
        } else {
            Ok(())
        }
    }

    /// Takes a member's name and the colon after it.
    #[inline(always)]
    fn key(&mut self) -> Result<(), Broken> {
        if self.token() != b'"' {
            return Err(Broken);
        }
        self.string()?;
        self.expect(b':')
    }
}

/// Which containers are open: one bit each, the innermost lowest, older ones spilled by sixty-four.
#[derive(Default)]
struct Nesting {
    bits: u64,
    depth: usize,
    spilled: Vec<u64>,
}

impl Nesting {
    #[inline(always)]
    fn push(&mut self, object: bool) {
        if self.depth.is_multiple_of(64) && self.depth > 0 {
            self.spilled.push(self.bits);
        }
        self.bits = self.bits << 1 | u64::from(object);
        self.depth += 1;
    }

    #[inline(always)]
    fn pop(&mut self) {
        self.depth -= 1;
        self.bits >>= 1;
        if self.depth.is_multiple_of(64) && self.depth > 0 {
            self.bits = self.spilled.pop().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    fn whole(text: &str) -> bool {
        let mut cursor = Cursor {
            bytes: text.as_bytes(),
            at: 0,
        };
        cursor.skip().is_ok() && cursor.at == text.len()
    }

    #[test]
    fn accepts_what_a_json_reader_accepts_and_nothing_else() {
        let texts = [
            "{}",
            "[]",
            "0",
            "-0.5e+10",
            "1.",
            "01",
            "-",
            "1e",
            "\"a\\u00e9\\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "[1,2,{\"a\":[true,false,null]}]",
            "[1,]",
            "{\"a\":1,}",
            "{\"a\"}",
            "{\"a\":}",
            "[1 2]",
            "{a:1}",
            "[}",
            "{]",
            "tru",
            "nul",
            "\"open",
            "[[[1]]",
            "{\"a\":[}]",
            " { \"a\" : [ 1 , 2 ] }",
            "\"tab\tin\"",
            "[\"a\" \"b\"]",
            "{\"a\":1 \"b\":2}",
        ];
        for text in texts {
            let known = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(whole(text), known, "{text}");
        }
    }

    #[test]
    fn nesting_of_any_depth_is_skipped_without_recursion() {
        for depth in [1, 63, 64, 65, 127, 128, 129, 200_000] {
            let mut text = String::new();
            for level in 0..depth {
                text.push_str(if level % 3 == 0 { "{\"a\":" } else { "[" });
            }
            text.push('1');
            for level in (0..depth).rev() {
                text.push(if level % 3 == 0 { '}' } else { ']' });
            }
            assert!(whole(&text), "{depth}");
            let wrong = format!("{}{}", &text[..text.len() - 1], "]");
            assert!(!whole(&wrong), "{depth}");
        }
    }
}
