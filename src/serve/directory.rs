//! What the newest releases hold: reports by title, areas by name, and the measures of each.

use super::catalogue::{CatalogueSnapshot, ReleasedManifest, ReportKey};
use super::content::CheckedContent;
use super::report_title::ReportTitle;
use crate::figures::{Figures, TOTAL};
use polars::prelude::{DataFrame, UniqueKeepStrategy, col};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

/// How soon what could not be read is read again.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// How soon at the latest, when it cannot be read again and again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The most that is kept of the groups of a measure, in bytes.
const LONGEST_GROUPS: usize = 4096;

/// What the newest releases hold.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// The snapshot that it is of.
    pub generation: u64,
    /// Which directory this is: pages made with another are made anew.
    pub turn: u64,
    /// Titles and descriptions of reports, by name.
    pub titles: BTreeMap<String, ReportTitle>,
    /// Areas by code.
    pub areas: BTreeMap<String, KnownArea>,
    /// Measures, in the order of reports and tables.
    pub measures: Vec<KnownMeasure>,
    facts: Vec<(String, Option<String>)>,
    partial: Option<PartialDirectory>,
}

/// Something could not be read, and is not in the directory.
#[derive(Debug, Clone, Copy)]
struct PartialDirectory {
    /// When it is read again.
    again: Instant,
    pause: Duration,
}

/// An area that figures are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownArea {
    /// Its code; its name where it has none.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The kind of area: `place`, `pcn`.
    pub level: String,
    /// The reports that have figures of it.
    pub reports: BTreeSet<String>,
}

/// A measure of a table of the newest releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownMeasure {
    /// The report's name.
    pub report: String,
    /// The table's identifier.
    pub table: String,
    /// The table's title.
    pub table_title: String,
    /// The measure.
    pub measure: String,
    /// Its heading.
    pub label: String,
    /// Its unit.
    pub unit: String,
    /// The groups of its table, in words: what somebody may search for.
    pub groups: String,
    /// The areas that it is there for; None for the whole area of the release.
    pub areas: BTreeSet<Option<String>>,
}

impl Directory {
    /// Learns what the newest releases hold, after what was `known` before. What cannot be read is left
    /// out, and read again soon.
    pub(crate) async fn of(
        snapshot: &CatalogueSnapshot,
        content: &CheckedContent,
        known: &Directory,
    ) -> Self {
        let mut directory = Directory {
            generation: snapshot.generation,
            turn: known.turn + 1,
            ..Directory::default()
        };
        let mut is_partial = false;
        let mut names = BTreeMap::new();
        let mut places = HashMap::new();
        for release in snapshot.current() {
            let facts = content.facts(&release.id).await;
            is_partial |= facts.is_none();
            directory.facts.push((release.id.clone(), facts));
            let is_latest = |key: &&ReportKey| {
                let latest = snapshot.latest().get(key);
                latest.is_some_and(|latest| latest.id == release.id)
            };
            let keys: BTreeSet<&ReportKey> = release.reports.iter().filter(is_latest).collect();
            match content.manifest(&release.id).await {
                Ok(manifest) => directory.learn_areas(&manifest, &keys, &mut names),
                Err(_) => is_partial = true,
            }
            match content.figures(&release.id).await {
                Ok(Some(figures)) => directory.learn_figures(&figures, &keys, &mut places),
                Ok(None) => {}
                Err(_) => is_partial = true,
            }
        }
        // Of a report the whole one comes first, whichever release has it.
        for (key, release) in snapshot.latest() {
            if directory.titles.contains_key(&key.report) {
                continue;
            }
            let page = content.file(&release.id, &format!("{key}.html")).await;
            let Ok(page) = page else {
                is_partial = true;
                continue;
            };
            let title = ReportTitle::of_page(&page.bytes);
            let name = key.area.as_ref().and_then(|code| names.get(code));
            let title = match name {
                Some(name) => title.without_area(name),
                None => title,
            };
            directory.titles.insert(key.report.clone(), title);
        }
        directory.tell_areas_apart();
        directory.end(is_partial, known)
    }

    /// Ends learning: notes whether something is missing, and keeps the number of what was known before
    /// where nothing is different, so that pages made with it stay.
    fn end(mut self, is_partial: bool, known: &Directory) -> Self {
        if is_partial {
            let pause = match &known.partial {
                Some(before) if known.generation == self.generation => 2 * before.pause,
                _ => FIRST_PAUSE,
            };
            let pause = pause.min(LONGEST_PAUSE);
            let again = Instant::now() + pause;
            self.partial = Some(PartialDirectory { again, pause });
        }
        let is_same = (&self.titles, &self.areas, &self.measures, &self.facts)
            == (&known.titles, &known.areas, &known.measures, &known.facts)
            && (self.generation, self.is_partial()) == (known.generation, known.is_partial());
        if is_same {
            self.turn = known.turn;
        }
        self
    }

    /// Whether something that the newest releases hold is missing, because it could not be read.
    pub(crate) fn is_partial(&self) -> bool {
        self.partial.is_some()
    }

    /// Whether what could not be read is to be read again.
    pub(crate) fn is_due(&self) -> bool {
        self.partial
            .is_some_and(|partial| partial.again <= Instant::now())
    }

    /// Whether a file of the newest releases has changed since this was learnt.
    pub(crate) async fn is_stale(&self, content: &CheckedContent) -> bool {
        for (id, facts) in &self.facts {
            if content.facts(id).await != *facts {
                return true;
            }
        }
        false
    }

    /// The title of a report: what it says itself, or its name in words.
    pub(crate) fn title(&self, report: &str) -> String {
        let title = self.titles.get(report).map(|title| title.title.clone());
        let title = title.filter(|title| !title.is_empty());
        title.unwrap_or_else(|| in_words(report))
    }

    /// The name of an area, or its code.
    pub(crate) fn area_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.areas.get(code).map_or(code, |area| &area.name)
    }

    /// Learns the areas that reports were made for, and in `names` what these call them.
    fn learn_areas(
        &mut self,
        manifest: &ReleasedManifest,
        keys: &BTreeSet<&ReportKey>,
        names: &mut BTreeMap<String, String>,
    ) {
        for key in keys {
            let report = manifest.reports.get(&key.to_string());
            let Some(area) = report.and_then(|report| report.area.as_ref()) else {
                continue;
            };
            names.insert(area.code.clone(), area.name.clone());
            let known = self.areas.entry(area.code.clone());
            let known = known.or_insert_with(|| KnownArea {
                code: area.code.clone(),
                name: area.name.clone(),
                level: area.level.clone(),
                reports: BTreeSet::new(),
            });
            known.reports.insert(key.report.clone());
        }
    }

    /// Gives areas of one level and name their codes beside it.
    fn tell_areas_apart(&mut self) {
        let mut times: HashMap<(String, String), usize> = HashMap::new();
        for area in self.areas.values() {
            *times
                .entry((area.level.clone(), area.name.clone()))
                .or_default() += 1;
        }
        for area in self.areas.values_mut() {
            let same = (area.level.clone(), area.name.clone());
            if times.get(&same).is_some_and(|times| *times > 1) {
                area.name = format!("{} ({})", area.name, area.code);
            }
        }
    }

    fn learn_figures(
        &mut self,
        figures: &Figures,
        keys: &BTreeSet<&ReportKey>,
        places: &mut HashMap<[String; 3], usize>,
    ) {
        const COLUMNS: [&str; 9] = [
            "report",
            "table",
            "table_title",
            "measure",
            "measure_label",
            "unit",
            "area_code",
            "area_name",
            "area_level",
        ];
        let Some(distinct) = distinct(figures, &COLUMNS) else {
            return;
        };
        for at in 0..distinct.height() {
            let text = |name: &str| text_at(&distinct, name, at);
            let key = ReportKey::parse(&text("report").unwrap_or_default());
            if !keys.contains(&&key) {
                continue;
            }
            let name = text("area_name");
            let code = text("area_code").or(name.clone());
            // What an area of a pack and the pack have in common is a figure of the pack's area.
            let (code, name) = match &key.area {
                Some(pack) => (Some(pack.clone()), None),
                None => (code, name),
            };
            if let (Some(code), Some(name)) = (&code, name) {
                let area = self.areas.entry(code.clone()).or_insert_with(|| KnownArea {
                    code: code.clone(),
                    name,
                    level: text("area_level").unwrap_or_default(),
                    reports: BTreeSet::new(),
                });
                area.reports.insert(key.report.clone());
            }
            let measure = KnownMeasure {
                report: key.report,
                table: text("table").unwrap_or_default(),
                table_title: text("table_title").unwrap_or_default(),
                measure: text("measure").unwrap_or_default(),
                label: text("measure_label").unwrap_or_default(),
                unit: text("unit").unwrap_or_default(),
                groups: String::new(),
                areas: BTreeSet::from([code]),
            };
            let own = [&measure.report, &measure.table, &measure.measure].map(Clone::clone);
            match places.get(&own).and_then(|at| self.measures.get_mut(*at)) {
                Some(known) => known.areas.extend(measure.areas),
                None => {
                    places.insert(own, self.measures.len());
                    self.measures.push(measure);
                }
            }
        }
        self.learn_groups(figures, keys, places);
    }

    /// Learns the groups of each measure, such as the conditions that a table counts people of.
    fn learn_groups(
        &mut self,
        figures: &Figures,
        keys: &BTreeSet<&ReportKey>,
        places: &HashMap<[String; 3], usize>,
    ) {
        const COLUMNS: [&str; 4] = ["report", "table", "measure", "breakdown_words"];
        let Some(distinct) = distinct(figures, &COLUMNS) else {
            return;
        };
        for at in 0..distinct.height() {
            let text = |name: &str| text_at(&distinct, name, at).unwrap_or_default();
            let key = ReportKey::parse(&text("report"));
            let group = text("breakdown_words");
            if !keys.contains(&&key) || ["", TOTAL].contains(&group.as_str()) {
                continue;
            }
            let own = [key.report, text("table"), text("measure")];
            let known = places.get(&own).and_then(|at| self.measures.get_mut(*at));
            if let Some(known) = known.filter(|known| known.groups.len() < LONGEST_GROUPS)
                && !known.groups.split("; ").any(|known| known == group)
            {
                known.groups.push_str(&group);
                known.groups.push_str("; ");
            }
        }
    }
}

/// The values of these columns that figures have, each combination once.
fn distinct(figures: &Figures, columns: &[&str]) -> Option<DataFrame> {
    let columns: Vec<_> = columns.iter().map(|name| col(*name)).collect();
    let chosen = figures.lazy().select(columns);
    chosen
        .unique_stable(None, UniqueKeepStrategy::First)
        .collect()
        .ok()
}

fn text_at(frame: &DataFrame, name: &str, at: usize) -> Option<String> {
    let column = frame.column(name).ok()?;
    column.get(at).ok()?.get_str().map(str::to_owned)
}

/// A name as words: `use_of_services` as `Use of services`.
pub(crate) fn in_words(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(code: &str, name: &str, level: &str) -> KnownArea {
        KnownArea {
            code: code.to_string(),
            name: name.to_string(),
            level: level.to_string(),
            reports: BTreeSet::new(),
        }
    }

    #[test]
    fn areas_of_one_name_are_told_apart_by_their_codes() {
        let mut directory = Directory::default();
        for area in [
            area("U1", "Central", "pcn"),
            area("U2", "Central", "pcn"),
            area("P1", "Central", "place"),
        ] {
            directory.areas.insert(area.code.clone(), area);
        }
        directory.tell_areas_apart();
        let names = ["U1", "U2", "P1", "none"].map(|code| directory.area_name(code));
        assert_eq!(names, ["Central (U1)", "Central (U2)", "Central", "none"]);
    }

    #[test]
    fn what_is_missing_is_read_again_later_and_later() {
        let mut known = Directory::default();
        let mut pauses = Vec::new();
        for _ in 0..9 {
            let begun = Instant::now();
            let next = Directory {
                turn: known.turn + 1,
                ..Directory::default()
            };
            known = next.end(true, &known);
            let partial = known.partial.unwrap();
            assert!(partial.again >= begun + partial.pause && !known.is_due());
            pauses.push(partial.pause.as_secs());
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        // Pages that were made with the same stay.
        assert_eq!(known.turn, 1);
        let whole = Directory::default().end(false, &known);
        assert!(!whole.is_partial() && !whole.is_due());
        let later = Directory {
            generation: 1,
            ..Directory::default()
        };
        let later = later.end(true, &known);
        assert_eq!(later.partial.unwrap().pause, FIRST_PAUSE);
    }

    #[test]
    fn names_are_read_as_words() {
        assert_eq!(in_words("use_of_services"), "Use of services");
    }
}
