//! `[serve]`: how the planners' page is served.

use serde::Deserialize;

/// `[serve]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeSettings {
    /// Address and port to listen on: `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`.
    pub listen: String,
    /// The address to give metrics on, of this machine alone; none where it is absent.
    pub metrics: Option<String>,
    /// Which releases are shown.
    pub show: ShownReleases,
    /// The name of the site, at the head of every page.
    pub title: String,
    /// The address by which readers reach the site, for links in the feed.
    pub address: Option<String>,
    /// Megabytes of released files and pages that are kept in memory.
    pub cache_mb: u32,
    /// The whole area that the releases are of, of `[publisher]`.
    #[serde(skip)]
    pub area: Option<String>,
    /// Who publishes them, of `[publisher]`.
    #[serde(skip)]
    pub publisher: Option<String>,
    /// Whom to ask, of `[publisher]`.
    #[serde(skip)]
    pub contact: Option<String>,
}

impl ServeSettings {
    /// The name of the whole area that the releases are of.
    pub(crate) fn whole(&self) -> &str {
        self.area.as_deref().unwrap_or("Whole area")
    }
}

impl Default for ServeSettings {
    fn default() -> Self {
        ServeSettings {
            listen: "127.0.0.1:8080".to_string(),
            metrics: None,
            show: ShownReleases::default(),
            title: "Population health reports".to_string(),
            address: None,
            cache_mb: 256,
            area: None,
            publisher: None,
            contact: None,
        }
    }
}

/// Which releases are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShownReleases {
    /// Those that are published, from the end of their embargo.
    #[default]
    Published,
    /// All that are complete and not withdrawn, drafts too: for those who check a release.
    All,
}
