//! Numbers as programs write them: 1.0, 1,234.50, £729.00, (12.50).

/// A whole number, also one that is written with zeros behind a point.
pub(crate) fn integer(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let plain = undressed(text)?;
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    fraction
        .bytes()
        .all(|b| b == b'0')
        .then(|| whole.parse().ok())?
}

/// A number.
pub(crate) fn decimal(text: &str) -> Option<f64> {
    let number: f64 = match text.parse() {
        Ok(number) => number,
        Err(_) => undressed(text)?.parse().ok()?,
    };
    // Not -0, which is another value to whatever compares bytes.
    number.is_finite().then_some(number + 0.0)
}

/// A number without its currency, its thousands and the brackets of a loss.
fn undressed(text: &str) -> Option<String> {
    let (mut rest, mut negative) = match text.strip_prefix('(') {
        Some(inner) => (inner.strip_suffix(')')?, true),
        None => (text, false),
    };
    // A sign stands before or behind the currency, or behind the number.
    for _ in 0..2 {
        rest = rest.trim();
        if let Some(more) = rest
            .strip_prefix(['-', '\u{2212}'])
            .or(rest.strip_suffix('-'))
        {
            if negative {
                return None;
            }
            (rest, negative) = (more, true);
        } else {
            rest = rest.strip_prefix('+').unwrap_or(rest);
        }
        for currency in ["£", "$", "€", "GBP"] {
            let more = rest.strip_prefix(currency).or(rest.strip_suffix(currency));
            rest = more.unwrap_or(rest).trim();
        }
    }
    let (whole, fraction) = match rest.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (rest, None),
    };
    let mut plain = String::from(if negative { "-" } else { "" });
    plain.push_str(&grouped(whole)?);
    if let Some(fraction) = fraction {
        if !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        plain.push('.');
        plain.push_str(fraction);
    }
    plain.bytes().any(|b| b.is_ascii_digit()).then_some(plain)
}

/// Digits without what stands between thousands: 12,50 and 0,123 have none, and are not read as 1250 and
/// 123.
fn grouped(whole: &str) -> Option<String> {
    let between = |c: char| c == ',' || c.is_whitespace();
    let groups: Vec<&str> = whole.split(between).collect();
    let digits = |group: &&str| group.bytes().all(|b| b.is_ascii_digit());
    let fits = match groups.split_first()? {
        (_, []) => true,
        (first, rest) => {
            let leads = (1..=3).contains(&first.len()) && !first.starts_with('0');
            leads && rest.iter().all(|g| g.len() == 3)
        }
    };
    (fits && groups.iter().all(digits)).then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        for (written, meant) in [
            ("1", Some(1)),
            ("-1", Some(-1)),
            ("1.0", Some(1)),
            ("1.000", Some(1)),
            ("1,234", Some(1234)),
            ("1,234,567.00", Some(1_234_567)),
            ("1 234", Some(1234)),
            ("(5)", Some(-5)),
            ("1.5", None),
            ("12,50", None),
            ("0,123", None),
            ("-0", Some(0)),
            ("1\u{2009}234", Some(1234)),
            ("1E+05", None),
            ("", None),
            (".", None),
            ("-", None),
            ("x", None),
            ("9223372036854775808", None),
        ] {
            assert_eq!(integer(written), meant, "{written}");
        }
    }

    #[test]
    fn zero_has_no_sign() {
        for written in ["-0", "-0.00", "(0)"] {
            assert!(
                decimal(written).is_some_and(f64::is_sign_positive),
                "{written}"
            );
        }
    }

    #[test]
    fn amounts() {
        for (written, meant) in [
            ("729.00", Some(729.0)),
            ("1,234.50", Some(1234.5)),
            ("£729.00", Some(729.0)),
            ("-£1,000", Some(-1000.0)),
            ("£-5", Some(-5.0)),
            ("(£12.50)", Some(-12.5)),
            ("12.50 GBP", Some(12.5)),
            ("1\u{a0}234.5", Some(1234.5)),
            (".5", Some(0.5)),
            ("12-", Some(-12.0)),
            ("1\u{202f}234.5", Some(1234.5)),
            ("(12.5)", Some(-12.5)),
            ("0.123", Some(0.123)),
            ("12,50", None),
            ("0,123", None),
            ("1.234,5", None),
            ("12.5 %", None),
            ("½", None),
            ("-1.#IND", None),
            ("1,23,456", None),
            ("--5", None),
            ("NaN", None),
            ("inf", None),
            ("£", None),
            ("12.5.1", None),
        ] {
            assert_eq!(decimal(written), meant, "{written}");
        }
    }
}
