//! Who reads, and what they may read.

/// Somebody who reads the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageReader {
    /// Their name, for the log.
    pub name: String,
    /// Their roles.
    pub roles: Vec<String>,
}

impl PageReader {
    /// Whoever is at this machine, where the page listens to no other.
    pub(crate) fn local() -> Self {
        PageReader {
            name: "local".to_string(),
            roles: Vec::new(),
        }
    }

    /// Whether they may read the report `report` of an area, or of the whole area of the release.
    #[expect(clippy::unused_self, reason = "without sign-in everything may be read")]
    pub(crate) fn may_read(&self, _area_code: Option<&str>, _report: &str) -> bool {
        true
    }
}
