//! Decoding the escapes of a JSON string.

use super::cursor::{Broken, Span};

/// The text of a string whose escapes the cursor has checked. A lone surrogate is broken: it is no
/// character.
pub(super) fn decode(bytes: &[u8], span: Span) -> Result<Vec<u8>, Broken> {
    let text = bytes
        .get(span.start() as usize..span.end() as usize)
        .ok_or(Broken)?;
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let letter = text.get(at).copied().ok_or(Broken)?;
        at += 1;
        match letter {
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => {
                let character = character(text, &mut at)?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

/// The character of the four digits at `at`, or of two escapes that make a surrogate pair.
fn character(text: &[u8], at: &mut usize) -> Result<char, Broken> {
    let first = unit(text, *at)?;
    *at += 4;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first).ok_or(Broken);
    }
    if text.get(*at..*at + 2) != Some(b"\\u") {
        return Err(Broken);
    }
    let second = unit(text, *at + 2)?;
    *at += 6;
    if !(0xdc00..0xe000).contains(&second) {
        return Err(Broken);
    }
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or(Broken)
}

fn unit(text: &[u8], at: usize) -> Result<u32, Broken> {
    let digits = text.get(at..at + 4).ok_or(Broken)?;
    let digits = std::str::from_utf8(digits).map_err(|_| Broken)?;
    u32::from_str_radix(digits, 16).map_err(|_| Broken)
}

#[cfg(test)]
mod tests {
    use super::decode;
    use crate::decode::fhir::cursor::Cursor;

    #[test]
    fn decodes_as_a_json_reader_does() {
        for text in [
            r#""plain""#,
            r#""a\"b\\c\/d\b\f\n\r\t""#,
            r#""\u00e9\u20AC""#,
            r#""\ud83d\ude00""#,
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ud83dx""#,
            r#""\ud83d\u0041""#,
            "\"\u{e9}\\n\"",
        ] {
            let mut cursor = Cursor {
                bytes: text.as_bytes(),
                at: 0,
            };
            let span = cursor.string().unwrap();
            let decoded = decode(text.as_bytes(), span).ok();
            let known = serde_json::from_str::<String>(text)
                .ok()
                .map(String::into_bytes);
            assert_eq!(decoded, known, "{text}");
        }
    }
}
