//! The report of one area: a report over again, of the people of the area alone.

use super::asked::Answers;
use super::boundaries::BoundarySet;
use super::manifest::FileOptions;
use super::pack_area::{PackArea, PackAreas};
use super::pivot;
use super::projection::{PopulationProjection, Projecting};
use super::render::{MadeFigures, RenderedFrom};
use super::rendered::Rendered;
use super::report_file::{ReportFile, ReportTable};
use super::revised::BeforeFigures;
use super::{About, Frame};
use crate::disclosure::Scheme;
use crate::error::Result;
use crate::figures::FigureRow;
use crate::headlines::is_indicator;
use crate::pipeline::AreaLevel;
use rayon::prelude::*;
use std::collections::BTreeMap;

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
    /// The boundaries that maps are drawn from.
    pub boundaries: &'a BoundarySet,
    /// The population projection that demand is projected with.
    pub population: &'a PopulationProjection,
    /// The largest share of a count's cells that may be suppressed.
    pub share: f64,
}

/// The report of an area with its figures, before its files.
struct MadePack<'a> {
    area: &'a PackArea,
    report: ReportFile,
    about: About,
    data: Answers,
    frames: Vec<Frame>,
    made: Vec<MadeFigures>,
    /// Those that the reports of other areas compare theirs with.
    indicators: Vec<FigureRow>,
}

impl Packs<'_> {
    /// The report of each area, in the order of levels and codes. An area of which no table can be shown
    /// has none. All figures come before the first file: the profile of an area shows where the others lie.
    ///
    /// # Errors
    /// As [`RenderedFrom::all`].
    pub(super) fn all(&self) -> Result<Vec<Rendered>> {
        let areas: Vec<&PackArea> = self.areas.at(self.levels).collect();
        let made: Vec<Option<MadePack<'_>>> = areas
            .into_par_iter()
            .map(|area| self.one(area))
            .collect::<Result<_>>()?;
        let mut made: Vec<MadePack<'_>> = made.into_iter().flatten().collect();
        let mut of_level: BTreeMap<AreaLevel, Vec<Vec<FigureRow>>> = BTreeMap::new();
        for pack in &mut made {
            let indicators = std::mem::take(&mut pack.indicators);
            of_level
                .entry(pack.area.level)
                .or_default()
                .push(indicators);
        }
        let files = |pack: MadePack<'_>| {
            let alike = of_level.get(&pack.area.level);
            let from = RenderedFrom {
                areas: alike.map_or(&[], Vec::as_slice),
                ..self.from(&pack.report, &pack.data, &pack.about)
            };
            let mut rendered = from.with(pack.frames, pack.made)?;
            rendered.area = Some(pack.area.clone());
            Ok(rendered)
        };
        made.into_par_iter().map(files).collect()
    }

    fn from<'b>(
        &'b self,
        report: &'b ReportFile,
        data: &'b Answers,
        about: &'b About,
    ) -> RenderedFrom<'b> {
        RenderedFrom {
            report,
            of_report: &self.report.name,
            data,
            scheme: self.scheme,
            about,
            options: self.options,
            whole: self.whole,
            areas: &[],
            before: self.before,
            boundaries: self.boundaries,
            population: self.population,
        }
    }

    fn one<'b>(&self, area: &'b PackArea) -> Result<Option<MadePack<'b>>> {
        let mut data = Answers::new();
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
            let of_area = whole.of_area(area);
            let frame = pivot::frame(table, frames.len() + 1, &of_area, self.scheme)?;
            // Only released figures decide which of the other tables there are.
            if frame.rows.is_empty() || frame.enough_shown(self.share).is_err() {
                left_out.push(table.title.as_str());
                continue;
            }
            if of_area.compares_areas {
                compared.push(frame.number.to_string());
            }
            tables.push(table.clone());
            frames.push(frame);
            data.insert(table.id.clone(), of_area);
        }
        if tables.is_empty() {
            return Ok(None);
        }
        let projecting = Projecting {
            population: self.population,
            scheme: self.scheme,
            about: self.about,
        };
        let specs = &self.report.projections;
        let not_made = projecting.add(specs, &tables, Some(area), &mut frames)?;
        left_out.extend(not_made.withheld);
        let mut report = named(self.report, area, tables, (&compared, &left_out));
        if !not_made.without_people.is_empty() && !self.population.is_empty() {
            report.notes.push(not_projected(&not_made.without_people));
        }
        let mut about = self.about.clone();
        about.publisher.area = Some(match &self.about.publisher.area {
            Some(whole) => format!("{}, {whole}", area.name),
            None => area.name.clone(),
        });
        let made = self.from(&report, &data, &about).made(&mut frames)?;
        let mut indicators = Vec::new();
        for (frame, made) in frames.iter().zip(&made) {
            if frame.own_area.is_none() {
                indicators.extend(made.figures.rows()?.into_iter().filter(is_indicator));
            }
        }
        Ok(Some(MadePack {
            area,
            report,
            about,
            data,
            frames,
            made,
            indicators,
        }))
    }
}

/// What is said of projections that an area has not.
fn not_projected(titles: &[&str]) -> String {
    format!(
        "Not projected here, because population projections are published of local authorities alone, and this area is not made of whole ones: {}.",
        titles.join("; ")
    )
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
    let compares = match compared {
        [] => String::new(),
        [one] => format!(" Table {one} compares areas, and has the figures of all of them."),
        [all @ .., last] => format!(
            " Tables {} and {last} compare areas, and have the figures of all of them.",
            all.join(", ")
        ),
    };
    let mut notes = vec![format!(
        "This report is about {} ({}): its figures, those of earlier dates too, are of {} at the as-of date.{compares}",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::tests::sample;

    #[test]
    fn the_tables_that_an_area_lacks_are_named_without_the_reason_of_each() {
        let report = sample::report("use_of_services");
        let wendale = PackArea {
            level: AreaLevel::Place,
            code: "WUW".to_owned(),
            name: "Upper Wendale".to_owned(),
        };
        let lacks = ["Contacts by setting", "Contacts by month"];
        let of_area = named(&report, &wendale, report.tables.clone(), (&[], &lacks));
        assert_eq!(
            of_area.notes[1],
            "Tables of the whole report that are left out here, because too much of them would be about few people, or figures of few people would follow from them: Contacts by setting; Contacts by month."
        );
        let all = named(&report, &wendale, report.tables.clone(), (&[], &[]));
        assert_eq!(all.notes.len(), of_area.notes.len() - 1);
    }
}
