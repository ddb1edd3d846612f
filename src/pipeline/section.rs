//! One section of a pipeline file, however much else of the file is wrong.

use toml::Table;

/// The section `name`, with those below it; None where it is not there or cannot be read itself.
pub(super) fn alone(text: &str, name: &str) -> Option<Table> {
    let whole = text.parse::<Table>().ok();
    let lines = || lines_of(text, name).parse::<Table>().ok();
    let mut found = whole.or_else(lines)?;
    match found.remove(name)? {
        toml::Value::Table(section) => Some(section),
        _ => None,
    }
}

/// The lines of the section and of those below it.
fn lines_of(text: &str, name: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in text.lines() {
        if let Some(header) = line.trim_start().strip_prefix('[') {
            let rest = header
                .trim_start_matches('[')
                .trim_start()
                .strip_prefix(name);
            inside = rest.is_some_and(|rest| rest.trim_start().starts_with([']', '.']));
        }
        if inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_read_from_a_broken_file() {
        let good = "[lake]\nurl = \"lake\"\n[notify]\nname = \"a\"\n[notify.textfile]\nfolder = \"m\"\n[lakes]\nurl = 3\n";
        for text in [good.to_string(), format!("{good}[sources\nkind = = 3\n")] {
            assert_eq!(alone(&text, "lake").unwrap()["url"].as_str(), Some("lake"));
            let notify = alone(&text, "notify").unwrap();
            assert_eq!(notify["name"].as_str(), Some("a"));
            assert_eq!(notify["textfile"]["folder"].as_str(), Some("m"));
            assert!(alone(&text, "note").is_none());
        }
        assert!(alone("[lake]\nurl = = 3\n", "lake").is_none());
        assert!(alone("lake = 3", "lake").is_none());
    }
}
