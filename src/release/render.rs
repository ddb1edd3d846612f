//! From the cells of a report's tables to its files.

use super::boundaries::BoundarySet;
use super::chart::{self, MapChart};
use super::figures::{self, FrameForm};
use super::forms::FormsOf;
use super::manifest::FileOptions;
use super::pivot;
use super::rendered::Rendered;
use super::report_file::ReportTable;
use super::revised::BeforeFigures;
use super::table_data::TableData;
use super::table_files::TableFiles;
use super::{About, Frame, ReportFile, audit};
use crate::disclosure::Scheme;
use crate::error::{Error, Result};
use crate::figures::{FigureRow, Figures};
use std::collections::BTreeMap;

/// The figures of a table in long form.
pub(super) struct MadeFigures {
    pub form: FrameForm,
    pub figures: Figures,
}

/// What the files of a report are made from.
pub(super) struct RenderedFrom<'a> {
    pub report: &'a ReportFile,
    /// The report's own name, of an area too.
    pub of_report: &'a str,
    /// The cells of its tables, by table identifier.
    pub data: &'a BTreeMap<String, TableData>,
    pub scheme: &'a Scheme,
    pub about: &'a About,
    pub options: &'a FileOptions,
    /// The figures of the whole that the report of an area is compared with; none for a report of the whole.
    pub whole: &'a [FigureRow],
    /// The indicators of each area of its level, in the report of an area.
    pub areas: &'a [Vec<FigureRow>],
    /// The figures that readers have: those that are others now are marked as revised.
    pub before: Option<&'a BeforeFigures>,
    /// The boundaries that maps are drawn from.
    pub boundaries: &'a BoundarySet,
}

impl RenderedFrom<'_> {
    /// Makes the files.
    ///
    /// # Errors
    /// Data, when cells are absent or cannot be read; refused, when the last look over the files finds a
    /// figure the scheme does not allow.
    pub(super) fn all(&self) -> Result<Rendered> {
        let mut frames = Vec::new();
        for (index, table) in self.report.tables.iter().enumerate() {
            let data = self.of_table(&table.id)?;
            let frame = pivot::frame(table, index + 1, data, self.scheme);
            frames.push(frame.map_err(|e| self.within(e))?);
        }
        let made = self.made(&mut frames)?;
        self.with(frames, made)
    }

    /// The figures of its tables in long form; marks those that readers have otherwise.
    ///
    /// # Errors
    /// Data, when figures cannot be read.
    pub(super) fn made(&self, frames: &mut [Frame]) -> Result<Vec<MadeFigures>> {
        let words = self.scheme.words();
        let made = self.report.tables.iter().zip(frames);
        let made = made.map(|(table, frame)| {
            let data = self.of_table(&table.id)?;
            let form = FrameForm::of(frame, &data.areas);
            let made = figures::figures(&self.report.name, frame, &form, &data.areas, &words);
            let figures = match self.before {
                Some(before) => made.and_then(|made| before.mark(self.named(frame), frame, made)),
                None => made,
            };
            let figures = figures.map_err(|e| self.within(e))?;
            Ok(MadeFigures { form, figures })
        });
        made.collect()
    }

    /// Makes the files from the frames of its tables, in their order.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub(super) fn with(&self, frames: Vec<Frame>, made: Vec<MadeFigures>) -> Result<Rendered> {
        let report = self.report;
        let words = self.scheme.words();
        let (mut files, mut charts, mut maps) = (Vec::new(), Vec::new(), Vec::new());
        for ((table, frame), made) in report.tables.iter().zip(&frames).zip(&made) {
            let data = self.of_table(&table.id)?;
            let of_table = TableFiles {
                report: &report.name,
                frame,
                form: &made.form,
                figures: &made.figures,
                words: &words,
                about: self.about,
                options: self.options,
            };
            let written = of_table.all().map_err(|e| self.within(e))?;
            for csv in written.iter().filter(|file| file.name.ends_with(".csv")) {
                let audited = audit(frame, &csv.bytes, self.scheme, &data.lists);
                audited.map_err(|e| self.within(e))?;
            }
            files.extend(written);
            let chart = table.chart.as_ref();
            let chart = chart.map(|spec| {
                let drawn = chart::chart(spec, frame, &words);
                drawn.beside_the_whole(spec, frame, self.whole)
            });
            charts.push(chart.filter(|chart| !chart.is_empty()));
            maps.push(self.map(table, frame).map_err(|e| self.within(e))?);
        }
        let (forms, tables): (Vec<FrameForm>, Vec<Figures>) = made
            .into_iter()
            .map(|made| (made.form, made.figures))
            .unzip();
        let figures = Figures::together(&tables).map_err(|e| self.within(e))?;
        let shown = FormsOf {
            report,
            frames: &frames,
            charts: &charts,
            maps: &maps,
            figures: &figures,
            scheme: self.scheme,
            about: self.about,
            whole: self.whole,
            areas: self.areas,
        };
        files.extend(shown.all().map_err(|e| self.within(e))?);
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Rendered {
            report: report.name.clone(),
            of_report: self.of_report.to_owned(),
            area: None,
            figures: self.own(&frames, &tables)?,
            frames,
            forms,
            files,
        })
    }

    /// The map of a table.
    fn map(&self, table: &ReportTable, frame: &Frame) -> Result<Option<MapChart>> {
        let (Some(spec), Some(rows)) = (&table.map, table.rows.first()) else {
            return Ok(None);
        };
        let data = self.of_table(&table.id)?;
        let Some(areas) = data.areas.get(rows) else {
            return Ok(None);
        };
        MapChart::of(spec, frame, &self.scheme.words(), areas, self.boundaries)
    }

    /// The report by which figures of a table are known: those of a table that compares areas are the
    /// whole's, in the report of an area too.
    fn named(&self, frame: &Frame) -> &str {
        match frame.own_area {
            Some(_) => self.of_report,
            None => &self.report.name,
        }
    }

    /// The figures that no other report has.
    fn own(&self, frames: &[Frame], tables: &[Figures]) -> Result<Figures> {
        let tables = frames.iter().zip(tables);
        let own = tables.filter(|(frame, _)| frame.own_area.is_none());
        Figures::together(own.map(|(_, figures)| figures)).map_err(|e| self.within(e))
    }

    fn of_table(&self, id: &str) -> Result<&TableData> {
        self.data
            .get(id)
            .ok_or_else(|| self.within(Error::data(format!("table `{id}` was not computed"))))
    }

    fn within(&self, error: Error) -> Error {
        error.within(format!("report `{}` cannot be made", self.report.name))
    }
}
