//! The text of a value, without what programs put around it.

use super::ColumnType;

/// A value without spaces around it, without the `="…"` and the apostrophe by which spreadsheets are
/// made to keep a text, and without quotes that stand behind a space or apostrophes in their place.
pub(super) fn plain(text: &str, kind: ColumnType) -> &str {
    let bytes = text.as_bytes();
    let usual = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    if usual(bytes.first()) && usual(bytes.last()) {
        return text;
    }
    let text = trimmed(text);
    let within = |text: &'_ str| -> Option<(usize, usize)> {
        let start = if text.starts_with('=') { 2 } else { 1 };
        let quoted = text.get(start - 1..)?.starts_with('"') && text.len() > start;
        let end = text.len() - 1;
        let whole = quoted && text.ends_with('"') && !text.get(start..end)?.contains('"');
        whole.then_some((start, end))
    };
    let text = match within(text) {
        Some((start, end)) => trimmed(&text[start..end]),
        None => text,
    };
    let Some(rest) = text.strip_prefix('\'') else {
        return text;
    };
    // A program that quotes with apostrophes, where nothing says so.
    if let Some(inner) = rest
        .strip_suffix('\'')
        .filter(|inner| !inner.contains('\''))
    {
        return trimmed(inner);
    }
    // 's-Hertogenbosch keeps its apostrophe; '0123 and '-5 never had one.
    let number = rest.starts_with(|c: char| c.is_ascii_digit() || "+-=@".contains(c));
    match kind {
        ColumnType::String if !number => text,
        _ => rest,
    }
}

/// Without white space of any kind, marks of byte order and the characters that end old files.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\0' | '\u{1a}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_put_around_a_text_goes() {
        for (written, meant) in [
            ("E119", "E119"),
            (" E119\u{a0}", "E119"),
            ("=\"0123\"", "0123"),
            ("'0123", "0123"),
            (" \"E11.9\"", "E11.9"),
            ("\u{feff}01", "01"),
            ("=\"", "=\""),
            ("\"", "\""),
            ("=", "="),
            ("", ""),
            ("'", ""),
            ("'E119'", "E119"),
            ("' 01 '", "01"),
            ("''", ""),
            ("'2''", "2''"),
        ] {
            assert_eq!(plain(written, ColumnType::Code), meant, "{written}");
        }
        assert_eq!(plain("'s-Gravenhage", ColumnType::String), "'s-Gravenhage");
        assert_eq!(plain("'0123", ColumnType::String), "0123");
        assert_eq!(plain("'Hull'", ColumnType::String), "Hull");
    }
}
