//! The figures that readers have, against which those of a release are marked as revised.
//!
//! A release is made again byte for byte. So which release it was compared with is written into its
//! manifest when it is first made, and that one is taken again, whatever readers have by then.

use super::frame::Frame;
use super::manifest::{Manifest, RevisedSince, sha256};
use super::place::ReleasePlace;
use super::readers_have::{ReadersHave, readers_have};
use super::record::{self, Record};
use crate::error::{Context, Error, Result};
use crate::figures::derive::revised;
use crate::figures::{FIGURES, Figures};
use crate::lake::{Lake, Location};
use polars::prelude::StringChunked;
use std::collections::{BTreeMap, BTreeSet};

/// A release that readers have, and its figures.
pub(super) struct BeforeFigures {
    /// Which one.
    pub since: RevisedSince,
    figures: Figures,
    /// Where those of each table begin, and how many they are.
    tables: BTreeMap<(String, String), (usize, usize)>,
}

impl BeforeFigures {
    /// The figures with which those of the release of `manifest` are compared: those that it was compared
    /// with when it was first made, or else those that readers have now.
    ///
    /// # Errors
    /// Data, when the release that it was compared with is not as it was made any more, or nothing can be
    /// read.
    pub(super) async fn of(
        releases: &Location,
        lake: &Lake,
        manifest: &Manifest,
        recorded: Option<&Record>,
    ) -> Result<Option<Self>> {
        if let Some(recorded) = recorded {
            let first = Manifest::read(recorded.manifest.as_bytes()).ok();
            let Some(since) = first.and_then(|first| first.revised_since) else {
                return Ok(None);
            };
            let name = since.name.clone();
            return match Self::load(releases, lake, since).await? {
                Some(before) => Ok(Some(before)),
                None => Err(Error::data(format!(
                    "the release {} cannot be made again",
                    manifest.release
                ))
                .cause(format!(
                    "its figures were compared with those of {name}, which is not as it was made"
                ))
                .hint(format!("restore the folder of {name} from a copy"))),
            };
        }
        let reports: BTreeSet<&str> = manifest.reports.keys().map(String::as_str).collect();
        let publication = match readers_have(releases, &manifest.release, &reports).await? {
            ReadersHave::Nothing => return Ok(None),
            ReadersHave::Unreadable(other) => {
                tracing::warn!(release = %other.release, "figures are not marked as revised: the manifest of the release that readers have is not as it was made");
                return Ok(None);
            }
            ReadersHave::Release(publication, _) => publication,
        };
        let (Some(name), Some(record)) = (
            publication.name(),
            record::find(lake, &publication.release).await?,
        ) else {
            return Ok(None);
        };
        let since = RevisedSince {
            release: publication.release.clone(),
            name: name.to_string(),
            manifest_sha256: sha256(record.manifest.as_bytes()),
        };
        let before = Self::load(releases, lake, since).await?;
        if before.is_none() {
            tracing::warn!(release = %publication.release, "figures are not marked as revised: the release that readers have is not as it was made");
        }
        Ok(before)
    }

    /// The figures of a release that is as the lake recorded it; None where it is not.
    async fn load(releases: &Location, lake: &Lake, since: RevisedSince) -> Result<Option<Self>> {
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
        let Some(figures) = bytes.and_then(|bytes| Figures::read(&bytes).ok()) else {
            return Ok(None);
        };
        Ok(Some(BeforeFigures {
            tables: tables(&figures)?,
            since,
            figures,
        }))
    }

    /// Marks the figures of a table of a report that are revised, and says under the table how many there are.
    ///
    /// # Errors
    /// Data, when they cannot be compared.
    pub(super) fn mark(&self, report: &str, frame: &mut Frame, made: Figures) -> Result<Figures> {
        let table = (report.to_string(), frame.id.clone());
        let Some((start, length)) = self.tables.get(&table).copied() else {
            return Ok(made);
        };
        let start = i64::try_from(start).unwrap_or(i64::MAX);
        let before = Figures::of(self.figures.frame().slice(start, length))?;
        let marked = revised(&before, &made)?;
        let rows = marked.rows()?;
        frame.revised = rows.iter().map(|row| row.flags.contains('r')).collect();
        let count = frame.revised.iter().filter(|revised| **revised).count();
        if count > 0 {
            let figures = if count == 1 {
                "figure is"
            } else {
                "figures are"
            };
            frame.notes.push(format!(
                "[r] {count} {figures} revised: another value was published for the same period in {}. The CSV and Parquet files of the table mark each too.",
                self.since.name
            ));
        }
        Ok(marked)
    }
}

/// Where the figures of each table of each report begin, and how many they are: they lie together.
fn tables(figures: &Figures) -> Result<BTreeMap<(String, String), (usize, usize)>> {
    let failed = || "cannot read the figures of a release";
    let texts = |name: &str| {
        let column = figures.frame().column(name).data(failed)?;
        column.str().data(failed)
    };
    let (reports, names) = (texts("report")?, texts("table")?);
    let mut tables = BTreeMap::new();
    for at in 0..figures.frame().height() {
        let of = |texts: &StringChunked| texts.get(at).unwrap_or_default().to_string();
        let (start, length) = tables.entry((of(reports), of(names))).or_insert((at, 0));
        *length = at + 1 - *start;
    }
    Ok(tables)
}
