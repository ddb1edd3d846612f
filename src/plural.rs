//! Numbers of things as people read them: 1 file, 1,200 files.

/// A number of things: `1 file`, `1,200 files`, `2 entries`, `1 person`, `3 people`.
///
/// `one` is the noun for one of them, or ends with it.
pub(crate) fn things(number: impl TryInto<u64>, one: &str) -> String {
    // What does not fit is more than one either way.
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{} {}", count(number), noun(number, one))
}

/// The noun alone, for one or for several: of it depends only whether the number is one.
pub(crate) fn noun(number: u64, one: &str) -> String {
    if number == 1 {
        return one.to_owned();
    }
    if let Some(before) = one.strip_suffix("person") {
        return format!("{before}people");
    }
    match one.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{one}s"),
    }
}

/// The form of a verb: `1 file is`, `2 files are`.
pub(crate) fn verb<'a>(number: u64, of_one: &'a str, of_several: &'a str) -> &'a str {
    match number {
        1 => of_one,
        _ => of_several,
    }
}

/// A count with its thousands apart: 14,950.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_no_plural() {
        for (number, one, shown) in [
            (0_u64, "file", "0 files"),
            (1, "file", "1 file"),
            (1_200, "file", "1,200 files"),
            (1, "entry", "1 entry"),
            (2, "entry", "2 entries"),
            (2, "day", "2 days"),
            (1, "person", "1 person"),
            (3, "person", "3 people"),
            (1, "record table", "1 record table"),
            (2, "record table", "2 record tables"),
        ] {
            assert_eq!(things(number, one), shown);
        }
        assert_eq!((verb(1, "is", "are"), verb(0, "is", "are")), ("is", "are"));
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!(count(14_950), "14,950");
        assert_eq!(count(100), "100");
    }
}
