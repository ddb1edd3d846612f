//! `[serve]`: how the planners' page is served.

use super::access::AccessSettings;
use crate::pipeline::parts::PipelineParts;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// `[serve]`.
#[derive(Debug, Clone, Default)]
pub struct ServeSection {
    /// What is shown, and where.
    pub page: ServeSettings,
    /// Who may read it.
    pub access: AccessSettings,
}

impl<'de> Deserialize<'de> for ServeSection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let of = |mut parts: PipelineParts| {
            let section = ServeSection {
                page: parts.take()?,
                access: parts.take()?,
            };
            parts.end().map(|()| section)
        };
        of(PipelineParts::of(deserializer)?).map_err(|e| D::Error::custom(e.message()))
    }
}

/// The settings of `[serve]` that say what is shown, and where.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
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
    /// Whether readers sign in here, and so can sign out.
    #[serde(skip)]
    pub signs_out: bool,
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
            signs_out: false,
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
