//! The forms of a report for people: page and workbook, with the headlines of its figures.

use super::chart::{Chart, MapChart};
use super::page::Page;
use super::{About, File, Frame, ReportFile, html, xlsx};
use crate::disclosure::Scheme;
use crate::error::Result;
use crate::figures::{FigureRow, Figures, MeasurePolarity};
use crate::headlines::{self, Headline};

/// What page and workbook are made from.
pub(super) struct FormsOf<'a> {
    pub report: &'a ReportFile,
    pub frames: &'a [Frame],
    /// The chart of each frame.
    pub charts: &'a [Option<Chart>],
    /// The map of each frame.
    pub maps: &'a [Option<MapChart>],
    /// The figures of all of them, of which the headlines are made.
    pub figures: &'a Figures,
    pub scheme: &'a Scheme,
    pub about: &'a About,
    /// The figures of the whole that the report's area is a part of; none in a report of the whole.
    pub whole: &'a [FigureRow],
    /// The indicators of each area of its level.
    pub areas: &'a [Vec<FigureRow>],
}

impl FormsOf<'_> {
    /// Which figures are better.
    fn polarity(&self) -> MeasurePolarity {
        let measures = self.frames.iter().flat_map(|frame| {
            let measures = frame.measures.iter();
            measures.filter_map(|m| Some((frame.id.clone(), m.label.clone(), m.better?)))
        });
        measures.collect()
    }

    /// The files.
    ///
    /// # Errors
    /// Data, when figures cannot be read or a workbook cannot be written.
    pub(super) fn all(&self) -> Result<[File; 2]> {
        let rows = self.figures.rows()?;
        // What compares areas has the figures of all, and says nothing of the one beside them.
        let beside = self.frames.iter().filter(|frame| frame.own_area.is_some());
        let beside: Vec<&str> = beside.map(|frame| frame.id.as_str()).collect();
        let is_beside = |row: &FigureRow| beside.contains(&row.table.as_str());
        let (others, own): (Vec<FigureRow>, Vec<FigureRow>) =
            rows.iter().cloned().partition(is_beside);
        let polarity = self.polarity();
        let profile = headlines::profile(&own, self.whole, self.areas, &polarity);
        let mut said: Vec<Headline> = headlines::against(&profile).into_iter().collect();
        if let Some(area) = self.frames.iter().find_map(|frame| frame.own_area.as_ref()) {
            let compared = headlines::headlines(&others, &polarity).into_iter();
            said.extend(compared.filter(|headline| headline.tells_apart(area)));
        }
        said.extend(headlines::headlines(&own, &polarity));
        let page = Page {
            report: self.report,
            frames: self.frames,
            charts: self.charts,
            maps: self.maps,
            headlines: &said,
            profile: &profile,
            quality: &headlines::quality(&rows),
            scheme: &self.scheme.in_force(),
            words: &self.scheme.words(),
            about: self.about,
        };
        let name = &self.report.name;
        Ok([
            File {
                name: format!("{name}.html"),
                bytes: html::bytes(&page),
            },
            File {
                name: format!("{name}.xlsx"),
                bytes: xlsx::bytes(&page)?,
            },
        ])
    }
}
