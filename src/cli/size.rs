//! Sizes as people write them: 2GB, 512MB.

pub(super) use crate::plural::count;

/// Reads a size; units are powers of 1,000 (kB, MB, GB, TB) or of 1,024 (KiB, MiB, GiB, TiB).
pub(super) fn parse(text: &str) -> Result<usize, String> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..end]
        .parse()
        .map_err(|_| "write a size such as 2GB".to_string())?;
    let unit = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return Err("write a size such as 2GB".to_string()),
    };
    let bytes = number * unit;
    if bytes < 64e6 {
        return Err("the least is 64MB".to_string());
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked above
    Ok(bytes as usize)
}

/// A size as people read it: 1.2 GB.
pub(super) fn show(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss)] // for reading
    let mut size = bytes as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if size < 1000.0 {
            let digits = usize::from(unit != "bytes" && size < 100.0);
            return format!("{size:.digits$} {unit}");
        }
        size /= 1000.0;
    }
    format!("{size:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse("2GB"), Ok(2_000_000_000));
        assert_eq!(parse("1.5 GiB"), Ok(1_610_612_736));
        assert!(parse("2 apples").is_err());
        assert!(parse("1MB").is_err());
        assert_eq!(show(999), "999 bytes");
        assert_eq!(show(1_234_000_000), "1.2 GB");
    }
}
