//! Something in the folder of a release.

/// Something in the folder of a release.
pub(super) struct ReleaseEntry {
    pub name: String,
    pub size: u64,
    /// What it is, when it is no file.
    pub instead: Option<&'static str>,
}
