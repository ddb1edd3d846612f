//! The figures that readers have, against which those of a release are marked as revised.
//!
//! Of each figure that is the one of the latest published release that has it: a release may have other
//! reports, or other periods, than the one before it.
//!
//! A release is made again byte for byte. So which releases it was compared with is written into its
//! manifest when it is first made, and those are taken again, whatever readers have by then.

use super::frame::Frame;
use super::manifest::{Manifest, RevisedSince, sha256};
use super::place::ReleasePlace;
use super::readers_have::all_that_readers_have;
use super::record::{self, Record};
use crate::error::{Error, Result};
use crate::figures::{FIGURES, Figures, PeriodKey};
use crate::lake::{Lake, Location};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

/// The figures that readers have.
#[derive(Default)]
pub(super) struct BeforeFigures {
    /// The releases that they have them from, the latest first.
    releases: Vec<BeforeRelease>,
    /// By report and table.
    tables: HashMap<(String, String), HashMap<PeriodKey, BeforeFigure>>,
}

/// A release that readers have.
struct BeforeRelease {
    since: RevisedSince,
    /// Whether a figure that they have from it was compared with one of the release that is made.
    is_compared: AtomicBool,
}

/// A figure that readers have.
struct BeforeFigure {
    /// The latest release that has it, as a place among all.
    release: usize,
    unit: String,
    value: Option<f64>,
}

impl BeforeFigures {
    /// The figures with which those of the release of `manifest` are compared: those that it was compared
    /// with when it was first made, or else those that readers have now.
    ///
    /// # Errors
    /// Data, when a release that it was compared with is not as it was made any more, or nothing can be
    /// read.
    pub(super) async fn of(
        releases: &Location,
        lake: &Lake,
        manifest: &Manifest,
        recorded: Option<&Record>,
    ) -> Result<Option<Self>> {
        let mut before = BeforeFigures::default();
        if let Some(recorded) = recorded {
            let first = Manifest::read(recorded.manifest.as_bytes()).ok();
            for since in first
                .into_iter()
                .flat_map(|first| first.all_revised_since())
            {
                match load(releases, lake, &since).await? {
                    Some(figures) => before.add(since, &figures)?,
                    None => return Err(not_as_made(&manifest.release, &since.name)),
                }
            }
            return Ok((!before.releases.is_empty()).then_some(before));
        }
        let reports: BTreeSet<&str> = manifest.reports.keys().map(String::as_str).collect();
        let digests = record::digests(lake).await?;
        for publication in all_that_readers_have(releases, &manifest.release, &reports).await? {
            let (Some(name), Some(digest)) =
                (publication.name(), digests.get(&publication.release))
            else {
                continue;
            };
            let since = RevisedSince {
                release: publication.release.clone(),
                name: name.to_string(),
                manifest_sha256: digest.clone(),
            };
            match load(releases, lake, &since).await? {
                Some(figures) => before.add(since, &figures)?,
                None => {
                    tracing::warn!(release = %publication.release, "figures are not marked as revised since a release that readers have: it is not as it was made");
                }
            }
        }
        Ok((!before.releases.is_empty()).then_some(before))
    }

    /// Adds the figures of a release that is older than those before it.
    fn add(&mut self, since: RevisedSince, figures: &Figures) -> Result<()> {
        let release = self.releases.len();
        for figure in figures.of_periods()? {
            let table = self.tables.entry((figure.report, figure.table));
            let known = table.or_default().entry(figure.key);
            known.or_insert(BeforeFigure {
                release,
                unit: figure.unit,
                value: figure.value,
            });
        }
        self.releases.push(BeforeRelease {
            since,
            is_compared: AtomicBool::new(false),
        });
        Ok(())
    }

    /// The latest release that readers have, and the older ones of which a figure was compared.
    pub(super) fn since(&self) -> Vec<RevisedSince> {
        let releases = self.releases.iter().enumerate();
        let compared =
            releases.filter(|(at, one)| *at == 0 || one.is_compared.load(Ordering::Relaxed));
        compared.map(|(_, one)| one.since.clone()).collect()
    }

    /// Marks the figures of a table that are revised since those that `report` had, and says under the table
    /// how many there are. A held figure is one of an earlier day, and claims no change.
    ///
    /// # Errors
    /// Data, when they cannot be compared.
    pub(super) fn mark(&self, report: &str, frame: &mut Frame, made: Figures) -> Result<Figures> {
        let table = (report.to_string(), frame.id.clone());
        let known = self.tables.get(&table);
        let (mut revised, mut counts) = (Vec::new(), vec![0_usize; self.releases.len()]);
        for figure in made.of_periods()? {
            let Some(before) = known.and_then(|known| known.get(&figure.key)) else {
                continue;
            };
            if let Some(release) = self.releases.get(before.release) {
                release.is_compared.store(true, Ordering::Relaxed);
            }
            if figure.revises(&before.unit, before.value) {
                revised.push(figure.at);
                counts[before.release] += 1;
            }
        }
        frame.revised = vec![false; made.frame().height()];
        for at in &revised {
            frame.revised[*at] = true;
        }
        let both = self.releases.iter().zip(counts);
        let notes = both.filter(|(_, count)| *count > 0);
        let notes = notes.map(|(release, count)| revised_since(count, &release.since.name));
        frame.notes.extend(notes);
        match revised.is_empty() {
            true => Ok(made),
            false => made.flagged_revised(&revised),
        }
    }
}

fn revised_since(count: usize, name: &str) -> String {
    let figures = match count {
        1 => "figure is",
        _ => "figures are",
    };
    format!(
        "[r] {count} {figures} revised: another value was published for the same period in {name}. The CSV and Parquet files of the table mark each too."
    )
}

fn not_as_made(release: &str, name: &str) -> Error {
    Error::data(format!("the release {release} cannot be made again"))
        .cause(format!(
            "its figures were compared with those of {name}, which is not as it was made"
        ))
        .hint(format!("restore the folder of {name} from a copy"))
}

/// The figures of a release that is as the lake recorded it; None where it is not.
async fn load(releases: &Location, lake: &Lake, since: &RevisedSince) -> Result<Option<Figures>> {
    let Some(record) = record::find(lake, &since.release).await? else {
        return Ok(None);
    };
    let made = record.manifest.as_bytes();
    let manifest = Manifest::read(made).ok();
    let manifest = manifest.filter(|_| sha256(made) == since.manifest_sha256);
    let files = manifest.map(|manifest| manifest.files).unwrap_or_default();
    let Some(file) = files.into_iter().find(|file| file.name == FIGURES) else {
        return Ok(None);
    };
    let place = ReleasePlace::open(releases, &since.release)?;
    let bytes = place.read(FIGURES).await?;
    let bytes = bytes.filter(|bytes| sha256(bytes) == file.sha256);
    Ok(bytes.and_then(|bytes| Figures::read(&bytes).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::FigureRow;
    use std::collections::BTreeMap;

    fn row(period: &str, value: f64) -> FigureRow {
        FigureRow {
            report: "services".to_string(),
            table: "contacts".to_string(),
            table_title: "Contacts".to_string(),
            row: 0,
            area: None,
            period: Some(period.to_string()),
            breakdown: BTreeMap::new(),
            breakdown_words: String::new(),
            is_total: false,
            measure: "contacts".to_string(),
            measure_label: "Contacts".to_string(),
            unit: "count".to_string(),
            value: Some(value),
            lower_95: None,
            upper_95: None,
            status: "rounded".to_string(),
            held_from: None,
            flags: String::new(),
        }
    }

    fn since(number: u8) -> RevisedSince {
        RevisedSince {
            release: format!("2026-0{number}-30-0123456789ab"),
            name: format!("wold-2026-0{number}-v1"),
            manifest_sha256: String::new(),
        }
    }

    fn frame() -> Frame {
        Frame {
            id: "contacts".to_string(),
            area: None,
            own_area: None,
            number: 1,
            title: "Contacts".to_string(),
            description: String::new(),
            notes: Vec::new(),
            conditions: Vec::new(),
            row_dimensions: Vec::new(),
            across: None,
            rows: Vec::new(),
            groups: Vec::new(),
            measures: Vec::new(),
            cells: Vec::new(),
            held: Vec::new(),
            revised: Vec::new(),
        }
    }

    /// Release 6 has the newest figures that readers have, 5 has an older month, 4 one older still.
    fn before() -> BeforeFigures {
        let mut before = BeforeFigures::default();
        let mut add = |number, rows: &[(&str, f64)]| {
            let rows: Vec<FigureRow> = rows.iter().map(|(period, n)| row(period, *n)).collect();
            before
                .add(since(number), &Figures::of_rows(&rows).unwrap())
                .unwrap();
        };
        add(6, &[("2026-05", 50.0)]);
        add(5, &[("2026-04", 40.0), ("2026-05", 55.0)]);
        add(4, &[("2026-03", 30.0), ("2026-04", 45.0)]);
        before
    }

    fn marked(before: &BeforeFigures, rows: &[FigureRow]) -> (Vec<bool>, Vec<String>) {
        let mut frame = frame();
        let made = Figures::of_rows(rows).unwrap();
        let marked = before.mark("services", &mut frame, made).unwrap();
        let rows = marked.rows().unwrap();
        let flags: Vec<bool> = rows.iter().map(|row| row.flags == "r").collect();
        assert_eq!(flags, frame.revised);
        (flags, frame.notes)
    }

    #[test]
    fn a_figure_is_compared_with_what_readers_last_had_of_it() {
        let before = before();
        // 55 was the figure of May until release 6 had 50.
        let rows = [
            row("2026-04", 45.0),
            row("2026-05", 50.0),
            row("2026-06", 9.0),
        ];
        let (flags, notes) = marked(&before, &rows);
        assert_eq!(flags, [true, false, false]);
        assert_eq!(notes.len(), 1);
        assert!(notes[0].starts_with("[r] 1 figure is revised"), "{notes:?}");
        assert!(notes[0].contains("in wold-2026-05-v1."), "{notes:?}");
        // Release 4 has none of these that a later one has not.
        assert_eq!(before.since(), [since(6), since(5)]);
        let (flags, notes) = marked(&before, &[row("2026-03", 35.0), row("2026-05", 55.0)]);
        assert_eq!(flags, [true, true]);
        assert_eq!(notes.len(), 2);
        assert_eq!(before.since(), [since(6), since(5), since(4)]);
    }

    #[test]
    fn a_held_figure_claims_no_change() {
        let mut held = row("2026-05", 45.0);
        held.held_from = chrono::NaiveDate::from_ymd_opt(2026, 3, 31);
        let before = before();
        let (flags, notes) = marked(&before, &[held]);
        assert_eq!(flags, [false]);
        assert!(notes.is_empty());
    }

    #[test]
    fn other_tables_and_reports_are_not_compared() {
        let before = before();
        let mut other = row("2026-04", 45.0);
        other.report = "profile".to_string();
        let made = Figures::of_rows(&[other]).unwrap();
        let marked = before.mark("profile", &mut frame(), made).unwrap();
        assert_eq!(marked.rows().unwrap()[0].flags, "");
        assert_eq!(before.since(), [since(6)]);
    }
}
