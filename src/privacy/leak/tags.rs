//! Tags of HTML and XML, which stand between signs and are not seen.

/// The longest tag, with all of its attributes.
const LONGEST: usize = 1_000;

/// Tags that part nothing of what they stand in.
const INLINE: [&str; 20] = [
    "a", "abbr", "b", "big", "code", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "small",
    "span", "strong", "sub", "sup", "u", "wbr",
];

/// The text without its tags, or none where it has none. A tag is a blank, but for those that only change
/// how letters look.
pub(super) fn without_tags(text: &str) -> Option<String> {
    let mut seen = String::new();
    let mut rest = text;
    let mut found = false;
    while let Some((before, after)) = rest.split_once('<') {
        seen.push_str(before);
        match tag(after) {
            Some((name, length)) => {
                let is_inline = INLINE.iter().any(|tag| tag.eq_ignore_ascii_case(name));
                seen.extend((!is_inline).then_some(' '));
                rest = &after[length..];
                found = true;
            }
            None => {
                seen.push('<');
                rest = after;
            }
        }
    }
    seen.push_str(rest);
    found.then_some(seen)
}

/// The name of the tag that `text` goes on with behind a `<`, and its length with the `>`.
fn tag(text: &str) -> Option<(&str, usize)> {
    let end = text.bytes().take(LONGEST).position(|byte| byte == b'>')?;
    let inside = &text[..end];
    let name = inside.strip_prefix('/').unwrap_or(inside);
    name.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '!' || sign == '?')
        .then_some(())?;
    let length = name
        .find(|sign: char| !sign.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    Some((&name[..length], end + 1))
}

#[cfg(test)]
mod tests {
    use super::without_tags;

    #[test]
    fn tags_are_what_a_reader_does_not_see() {
        for (text, expected) in [
            ("943<br>476<BR/>5919", Some("943 476 5919")),
            ("943<b>476</b>5919", Some("9434765919")),
            ("<td class=\"n\">943</td><td>476</td>", Some(" 943  476 ")),
            ("943<!-- x -->476", Some("943 476")),
            ("<5 and >3", None),
            ("a < b > c", None),
            ("<9434765919>", None),
            ("943<br", None),
            ("", None),
        ] {
            assert_eq!(without_tags(text).as_deref(), expected, "{text}");
        }
    }
}
