//! A path's tokens.

use super::Fault;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name, plain or between backticks.
    Name(String),
    /// `%name`
    External(String),
    /// `$this`
    Special(String),
    /// A string between single quotes.
    Text(String),
    /// A number as written.
    Number(String),
    /// A date, time or date-time after `@`, as written without it.
    Temporal(String),
    /// An operator or a bracket.
    Sign(&'static str),
}

const SIGNS: [&str; 19] = [
    "<=", ">=", "!=", "(", ")", "[", "]", "{", "}", ".", ",", "=", "<", ">", "+", "-", "*", "/",
    "&",
];

/// All tokens of `path`.
pub(super) fn tokens(path: &str) -> Result<Vec<Token>, Fault> {
    let mut found = Vec::new();
    let mut rest = path.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '\'' => quoted(rest, '\'').map(|(text, after)| (Token::Text(text), after))?,
            '`' => quoted(rest, '`').map(|(text, after)| (Token::Name(text), after))?,
            '%' if rest.get(1..2) == Some("`") => {
                quoted(&rest[1..], '`').map(|(text, after)| (Token::External(text), after))?
            }
            '%' => name(&rest[1..]).map(|(text, after)| (Token::External(text), after))?,
            '$' => name(&rest[1..]).map(|(text, after)| (Token::Special(text), after))?,
            '@' => {
                let end = temporal_end(&rest[1..]);
                if end == 0 {
                    return Err(Fault::new("'@' must be followed by a date or a time"));
                }
                (Token::Temporal(rest[1..=end].to_owned()), &rest[1 + end..])
            }
            '0'..='9' => {
                let end = number_end(rest);
                (Token::Number(rest[..end].to_owned()), &rest[end..])
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                name(rest).map(|(text, after)| (Token::Name(text), after))?
            }
            '|' => (Token::Sign("|"), &rest[1..]),
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => (Token::Sign(sign), &rest[sign.len()..]),
                None => return Err(Fault::new(format!("unexpected '{first}'"))),
            },
        };
        found.push(token);
        rest = after.trim_start();
    }
    Ok(found)
}

fn name(text: &str) -> Result<(String, &str), Fault> {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    if end == 0 {
        return Err(Fault::new("a name is missing after '%' or '$'"));
    }
    Ok((text[..end].to_owned(), &text[end..]))
}

fn number_end(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    match text
        .get(whole..)
        .and_then(|rest| rest.strip_prefix('.'))
        .map(digits)
    {
        // A dot without digits is a call on the number.
        Some(places) if places > 0 => whole + 1 + places,
        _ => whole,
    }
}

/// The end of a date, time or date-time: its own characters, and a dot only before digits.
fn temporal_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    while let Some(byte) = bytes.get(end) {
        let digit_after = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            b'0'..=b'9' | b'T' | b'Z' | b':' => end += 1,
            b'-' | b'+' | b'.' if digit_after => end += 1,
            _ => break,
        }
    }
    end
}

/// The text between quotes, and what follows. Both kinds of quotes take the same escapes.
fn quoted(text: &str, quote: char) -> Result<(String, &str), Fault> {
    let mut out = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return Ok((out, &text[at + 1..]));
        }
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next().map(|(_, letter)| letter) {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let digits: String = characters
                    .by_ref()
                    .take(4)
                    .map(|(_, digit)| digit)
                    .collect();
                let code = u32::from_str_radix(&digits, 16)
                    .ok()
                    .and_then(char::from_u32);
                out.push(code.ok_or_else(|| Fault::new("'\\u' takes four hexadecimal digits"))?);
            }
            Some(other @ ('\\' | '\'' | '"' | '`' | '/')) => out.push(other),
            _ => return Err(Fault::new("unknown escape in a string")),
        }
    }
    Err(Fault::new(format!("{quote} is never closed")))
}
