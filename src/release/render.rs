//! From the cells of a report's tables to its files.

use super::area_names::NamedAreas;
use super::boundaries::BoundarySet;
use super::chart::{self, MapChart};
use super::figures::{self, FrameForm};
use super::forms::FormsOf;
use super::manifest::FileOptions;
use super::pivot;
use super::projection::{self, PopulationProjection, Projecting};
use super::proof::Lists;
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
use std::sync::Arc;

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
    /// The population projection that demand is projected with.
    pub population: &'a PopulationProjection,
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
        let report = self.report;
        let projecting = Projecting {
            population: self.population,
            scheme: self.scheme,
            about: self.about,
        };
        let added = projecting.add(&report.projections, &report.tables, None, &mut frames);
        added.map_err(|e| self.within(e))?;
        let made = self.made(&mut frames)?;
        self.with(frames, made)
    }

    /// The figures of its tables in long form; marks those that readers have otherwise.
    ///
    /// # Errors
    /// Data, when figures cannot be read.
    pub(super) fn made(&self, frames: &mut [Frame]) -> Result<Vec<MadeFigures>> {
        let words = self.scheme.words();
        let made = frames.iter_mut().map(|frame| {
            let areas = self.areas_of(frame)?;
            let form = FrameForm::of(frame, &areas);
            let made = figures::figures(&self.report.name, frame, &form, &areas, &words);
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
        for (frame, made) in frames.iter().zip(&made) {
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
                let audited = audit(frame, &csv.bytes, self.scheme, &*self.lists_of(frame)?);
                audited.map_err(|e| self.within(e))?;
            }
            files.extend(written);
            let table = report.tables.iter().find(|table| table.id == frame.id);
            let chart = table.and_then(|table| table.chart.as_ref());
            let chart = chart.map(|spec| {
                let drawn = chart::chart(spec, frame, &words);
                drawn.beside_the_whole(spec, frame, self.whole)
            });
            let chart = chart.or_else(|| chart::fan_chart(frame, &words));
            charts.push(chart.filter(|chart| !chart.is_empty()));
            let map = table.map(|table| self.map(table, frame)).transpose();
            maps.push(map.map_err(|e| self.within(e))?.flatten());
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

    /// The areas that dimensions of a table are of; a projection has none.
    fn areas_of(&self, frame: &Frame) -> Result<Arc<NamedAreas>> {
        match frame.is_projection() {
            true => Ok(Arc::default()),
            false => Ok(self.of_table(&frame.id)?.areas.clone()),
        }
    }

    /// The labels that a table may have.
    fn lists_of(&self, frame: &Frame) -> Result<Arc<Lists>> {
        match frame.is_projection() {
            true => Ok(Arc::new(projection::lists(frame))),
            false => Ok(self.of_table(&frame.id)?.lists.clone()),
        }
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
