//! All that the writers of XLSX and HTML are given: words, and released figures.

use super::chart::Chart;
use super::{About, Frame, ReportFile};
use crate::disclosure::Scheme;

/// All that the writers of XLSX and HTML are given: words, and released figures.
pub(super) struct Page<'a> {
    pub(super) report: &'a ReportFile,
    pub(super) frames: &'a [Frame],
    /// The chart of each frame.
    pub(super) charts: &'a [Option<Chart>],
    pub(super) scheme: Scheme,
    pub(super) about: &'a About,
}
