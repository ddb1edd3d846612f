//! What the newest releases hold: reports by title, areas by name, and the measures of each.

use super::catalogue::{CatalogueSnapshot, ReleasedManifest, ReportKey};
use super::content::CheckedContent;
use crate::figures::Figures;
use polars::prelude::{DataFrame, UniqueKeepStrategy, col};
use std::collections::{BTreeMap, BTreeSet};

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
}

/// What a report says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ReportTitle {
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
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
    /// The areas that it is there for; None for the whole area of the release.
    pub areas: BTreeSet<Option<String>>,
}

impl Directory {
    /// Learns what the newest releases hold. What cannot be read is left out: its own page says so.
    pub(crate) async fn of(
        snapshot: &CatalogueSnapshot,
        content: &CheckedContent,
        turn: u64,
    ) -> Self {
        let mut directory = Directory {
            generation: snapshot.generation,
            turn,
            ..Directory::default()
        };
        for release in snapshot.current() {
            let facts = content.facts(&release.id).await;
            directory.facts.push((release.id.clone(), facts));
            let is_latest = |key: &ReportKey| {
                let latest = snapshot.latest().get(key);
                latest.is_some_and(|latest| latest.id == release.id)
            };
            let keys: Vec<&ReportKey> = release.reports.iter().filter(|k| is_latest(k)).collect();
            for key in &keys {
                directory.learn_title(content, &release.id, key).await;
            }
            if let Ok(manifest) = content.manifest(&release.id).await {
                directory.learn_areas(&manifest, &keys);
            }
            let keys = keys.into_iter().cloned().collect();
            if let Ok(Some(figures)) = content.figures(&release.id).await {
                directory.learn_figures(&figures, &keys);
            }
        }
        directory
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
        title.unwrap_or_else(|| in_words(report))
    }

    /// The name of an area, or its code.
    pub(crate) fn area_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.areas.get(code).map_or(code, |area| &area.name)
    }

    async fn learn_title(&mut self, content: &CheckedContent, id: &str, key: &ReportKey) {
        // The report of the whole area has the title without an area's name.
        if self.titles.contains_key(&key.report) {
            return;
        }
        if let Ok(page) = content.file(id, &format!("{key}.html")).await {
            let title = title_of(&page.bytes);
            self.titles.insert(key.report.clone(), title);
        }
    }

    /// Learns the names of areas that reports were made for.
    fn learn_areas(&mut self, manifest: &ReleasedManifest, keys: &[&ReportKey]) {
        for key in keys {
            let report = manifest.reports.get(&key.to_string());
            let Some(area) = report.and_then(|report| report.area.as_ref()) else {
                continue;
            };
            let mut others = self.areas.values();
            let is_twice = others.any(|other| {
                (&other.level, &other.name) == (&area.level, &area.name) && other.code != area.code
            });
            let name = match is_twice {
                true => format!("{} ({})", area.name, area.code),
                false => area.name.clone(),
            };
            let known = self.areas.entry(area.code.clone());
            let known = known.or_insert_with(|| KnownArea {
                code: area.code.clone(),
                name,
                level: area.level.clone(),
                reports: BTreeSet::new(),
            });
            known.reports.insert(key.report.clone());
        }
    }

    fn learn_figures(&mut self, figures: &Figures, keys: &BTreeSet<ReportKey>) {
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
        let distinct = figures
            .lazy()
            .select(COLUMNS.map(col))
            .unique_stable(None, UniqueKeepStrategy::First)
            .collect();
        let Ok(distinct) = distinct else { return };
        for at in 0..distinct.height() {
            let text = |name: &str| text_at(&distinct, name, at);
            let key = ReportKey::parse(&text("report").unwrap_or_default());
            if !keys.contains(&key) {
                continue;
            }
            let name = text("area_name");
            // What an area of a pack and the pack have in common is no figure of either.
            if key.area.is_some() && name.is_some() {
                continue;
            }
            let code = text("area_code").or(name.clone()).or(key.area.clone());
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
                areas: BTreeSet::from([code]),
            };
            self.add(measure);
        }
    }

    fn add(&mut self, new: KnownMeasure) {
        let known = self.measures.iter_mut().find(|known| {
            (&known.report, &known.table, &known.measure) == (&new.report, &new.table, &new.measure)
        });
        match known {
            Some(known) => known.areas.extend(new.areas),
            None => self.measures.push(new),
        }
    }
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

/// The title and description of a released page.
fn title_of(html: &[u8]) -> ReportTitle {
    // Both stand in the head of the page, before its style.
    let head = String::from_utf8_lossy(html.get(..8192).unwrap_or(html));
    let between = |begin: &str, end: &str| {
        let rest = head.split_once(begin)?.1;
        Some(unescaped(rest.split_once(end)?.0))
    };
    ReportTitle {
        title: between("<title>", "</title>").unwrap_or_default(),
        description: between("<meta name=\"description\" content=\"", "\"").unwrap_or_default(),
    }
}

/// The text of HTML as maud escapes it.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_its_title() {
        let html = b"<!DOCTYPE html><head><meta name=\"description\" content=\"Who &amp; where\"><title>People &lt; 5</title>";
        let title = title_of(html);
        assert_eq!(
            (title.title.as_str(), title.description.as_str()),
            ("People < 5", "Who & where")
        );
        assert_eq!(title_of(b""), ReportTitle::default());
        assert_eq!(in_words("use_of_services"), "Use of services");
    }
}
