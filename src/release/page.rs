//! All that the writers of XLSX and HTML are given: words, and released figures.

use super::about::long_date;
use super::chart::{Chart, MapChart};
use super::{About, Frame, ReportFile};
use crate::capital::capital;
use crate::disclosure::SchemeWords;
use crate::headlines::{Headline, ProfileLine, QualityFact};

/// All that the writers of XLSX and HTML are given: words, and released figures.
pub(super) struct Page<'a> {
    pub(super) report: &'a ReportFile,
    pub(super) frames: &'a [Frame],
    /// The chart of each frame.
    pub(super) charts: &'a [Option<Chart>],
    /// The map of each frame, which the page alone shows.
    pub(super) maps: &'a [Option<MapChart>],
    /// Sentences computed from the figures.
    pub(super) headlines: &'a [Headline],
    /// The indicators of an area beside those of the whole; none in a report of the whole.
    pub(super) profile: &'a [ProfileLine],
    /// How good the data are, as far as the figures say.
    pub(super) quality: &'a [QualityFact],
    /// The name of the disclosure scheme.
    pub(super) scheme: &'a str,
    /// All that is said about it.
    pub(super) words: &'a SchemeWords,
    pub(super) about: &'a About,
}

impl Page<'_> {
    /// What the first page says about the release: each fact with its name.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let publisher = &self.about.publisher;
        let next = publisher.next_release().map(long_date);
        let facts = [
            ("Area", publisher.area.clone()),
            ("As of", Some(long_date(self.about.as_of))),
            ("Published by", publisher.name.clone()),
            ("Contact", publisher.contact.clone()),
            ("Next release", next),
            ("For", Some(capital(&self.report.audience))),
        ];
        let said = facts.into_iter();
        said.filter_map(|(name, fact)| fact.map(|fact| (name, fact)))
            .collect()
    }

    /// Whether a chart is the fan of a projection.
    pub(super) fn has_fans(&self) -> bool {
        self.frames.iter().any(Frame::is_projection)
    }

    /// The number of a table, by its identifier.
    pub(super) fn number(&self, table: &str) -> Option<usize> {
        let frame = self.frames.iter().find(|frame| frame.id == table);
        frame.map(|frame| frame.number)
    }
}
