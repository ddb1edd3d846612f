//! The report of one area: a report over again, of the people of the area alone.

use super::asked::Answers;
use super::manifest::FileOptions;
use super::pack_area::{PackArea, PackAreas};
use super::pivot;
use super::render::RenderedFrom;
use super::rendered::Rendered;
use super::report_file::{ReportFile, ReportTable};
use super::revised::BeforeFigures;
use super::{About, Frame};
use crate::disclosure::Scheme;
use crate::error::Result;
use crate::figures::FigureRow;
use crate::pipeline::AreaLevel;
use rayon::prelude::*;

/// What the reports of areas are made from.
pub(super) struct Packs<'a> {
    pub report: &'a ReportFile,
    /// The levels of the report.
    pub levels: &'a [AreaLevel],
    pub areas: &'a PackAreas,
    pub answers: &'a Answers,
    pub scheme: &'a Scheme,
    pub about: &'a About,
    pub options: &'a FileOptions,
    /// The figures of the whole report, which those of an area are compared with.
    pub whole: &'a [FigureRow],
    /// The figures that readers have.
    pub before: Option<&'a BeforeFigures>,
    /// The largest share of a count's cells that may be suppressed.
    pub share: f64,
}

impl Packs<'_> {
    /// The report of each area, in the order of levels and codes. An area of which no table can be shown
    /// has none.
    ///
    /// # Errors
    /// As [`render`].
    pub(super) fn all(&self) -> Result<Vec<Rendered>> {
        let areas: Vec<&PackArea> = self.areas.at(self.levels).collect();
        let areas = areas.into_par_iter();
        let made: Vec<Option<Rendered>> =
            areas.map(|area| self.one(area)).collect::<Result<_>>()?;
        Ok(made.into_iter().flatten().collect())
    }

    fn one(&self, area: &PackArea) -> Result<Option<Rendered>> {
        let mut answers = Answers::new();
        let (mut tables, mut frames): (Vec<ReportTable>, Vec<Frame>) = (Vec::new(), Vec::new());
        let (mut left_out, mut compared) = (Vec::new(), Vec::new());
        for table in self.report.tables.iter().filter(|table| table.in_packs) {
            let Some(whole) = self.answers.get(&table.id) else {
                continue;
            };
            if whole.is_left_out_of(area) {
                left_out.push(table.title.as_str());
                continue;
            }
            let data = whole.of_area(area);
            let frame = pivot::frame(table, frames.len() + 1, &data, self.scheme)?;
            // Only released figures decide which of the other tables there are.
            if frame.rows.is_empty() || frame.enough_shown(self.share).is_err() {
                left_out.push(table.title.as_str());
                continue;
            }
            if data.compares_areas {
                compared.push(frame.number.to_string());
            }
            tables.push(table.clone());
            frames.push(frame);
            answers.insert(table.id.clone(), data);
        }
        if tables.is_empty() {
            return Ok(None);
        }
        let report = named(self.report, area, tables, (&compared, &left_out));
        let mut about = self.about.clone();
        about.publisher.area = Some(match &self.about.publisher.area {
            Some(whole) => format!("{}, {whole}", area.name),
            None => area.name.clone(),
        });
        let of_area = RenderedFrom {
            report: &report,
            of_report: &self.report.name,
            data: &answers,
            scheme: self.scheme,
            about: &about,
            options: self.options,
            whole: self.whole,
            before: self.before,
        };
        let mut rendered = of_area.with(frames)?;
        rendered.area = Some(area.clone());
        Ok(Some(rendered))
    }
}

/// The report file of an area.
fn named(
    report: &ReportFile,
    area: &PackArea,
    tables: Vec<ReportTable>,
    (compared, left_out): (&[String], &[&str]),
) -> ReportFile {
    let mut of_area = report.clone();
    of_area.name = format!("{}-{}", report.name, area.code);
    of_area.title = format!("{}: {}", report.title, area.name);
    of_area.tables = tables;
    let but = match compared {
        [] => String::new(),
        [one] => format!(" but those of table {one}, which compares areas,"),
        [all @ .., last] => format!(
            " but those of tables {} and {last}, which compare areas,",
            all.join(", ")
        ),
    };
    let mut notes = vec![format!(
        "This report is of {} ({}) alone: all figures{but} are of {} as they belong to it at the as-of date, also those of earlier days.",
        area.name,
        area.code,
        area.level.whose()
    )];
    if !left_out.is_empty() {
        notes.push(format!(
            "Tables of the whole report that are left out here, because too much of them would be about few people, or figures of few people would follow from them: {}.",
            left_out.join("; ")
        ));
    }
    notes.append(&mut of_area.notes);
    of_area.notes = notes;
    of_area
}
