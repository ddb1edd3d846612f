//! The title and the description of a report, as its released page has them.

/// What a report says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ReportTitle {
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
}

impl ReportTitle {
    /// Reads them from a released page.
    pub(crate) fn of_page(html: &[u8]) -> Self {
        // Both stand in the head of the page, before its style.
        let head = String::from_utf8_lossy(html.get(..8192).unwrap_or(html));
        let between = |begin: &str, end: &str| {
            let rest = head.split_once(begin)?.1;
            Some(unescaped(rest.split_once(end)?.0))
        };
        ReportTitle {
            title: between("<title>", "</title>").unwrap_or_default(),
            description: between("<meta name=\"description\" content=\"", "\"").unwrap_or_default(),
        }
    }

    /// The title of the report itself, when this is that of the report of an area: it ends with the area's
    /// name, and the same report of another area is no other report.
    pub(crate) fn without_area(self, name: &str) -> Self {
        let title = match self.title.rfind(&format!(": {name}")) {
            Some(at) if at > 0 => self.title.get(..at).unwrap_or_default().to_string(),
            _ => self.title,
        };
        ReportTitle { title, ..self }
    }
}

/// The text of HTML as maud escapes it.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::ReportTitle;

    #[test]
    fn a_page_says_its_title() {
        let html = b"<!DOCTYPE html><head><meta name=\"description\" content=\"Who &amp; where\"><title>People &lt; 5: Bolton (E6)</title>";
        let title = ReportTitle::of_page(html);
        assert_eq!(
            (title.title.as_str(), title.description.as_str()),
            ("People < 5: Bolton (E6)", "Who & where")
        );
        let own = |name: &str| title.clone().without_area(name).title;
        assert_eq!(own("Bolton"), "People < 5");
        assert_eq!(own("Wigan"), "People < 5: Bolton (E6)");
        assert_eq!(ReportTitle::of_page(b""), ReportTitle::default());
    }
}
