//! All that the writers of XLSX and HTML are given: words, and released figures.

use super::chart::Chart;
use super::{About, Frame, ReportFile};
use crate::disclosure::SchemeWords;

/// All that the writers of XLSX and HTML are given: words, and released figures.
pub(super) struct Page<'a> {
    pub(super) report: &'a ReportFile,
    pub(super) frames: &'a [Frame],
    /// The chart of each frame.
    pub(super) charts: &'a [Option<Chart>],
    /// The name of the disclosure scheme.
    pub(super) scheme: &'a str,
    /// All that is said about it.
    pub(super) words: &'a SchemeWords,
    pub(super) about: &'a About,
}
