//! A release read back from its folder: its manifest and its figures.

use super::difference::shown;
use super::manifest::{MANIFEST, Manifest, sha256};
use super::place::ReleasePlace;
use super::recheck::scheme_of;
use super::rounding::rounding;
use crate::error::{Error, Result};
use crate::figures::{FIGURES, Figures};
use crate::lake::Location;
use crate::publication::ReleaseFacts;

/// A release as it is read back.
#[derive(Debug, Clone)]
pub(crate) struct ReadRelease {
    /// Its manifest.
    pub manifest: Manifest,
    /// What the manifest says that readers are told.
    pub facts: ReleaseFacts,
    /// Its figures.
    pub figures: Figures,
}

impl ReadRelease {
    /// Reads the release `id` below `releases`.
    ///
    /// # Errors
    /// Usage, when it is not there; data, when it cannot be read or is not as it was made.
    pub(crate) async fn read(releases: &Location, id: &str) -> Result<Self> {
        let place = ReleasePlace::open(releases, id)?;
        let id = shown(id);
        let Some(bytes) = place.read(MANIFEST).await? else {
            return Err(
                Error::usage(format!("there is no release '{id}' in {releases}"))
                    .hint("give the folder of a release, its address, or its identifier"),
            );
        };
        let altered = || Error::data(format!("release {id} is not as it was made"));
        let look = "run `populace verify` on it";
        let manifest = Manifest::read(&bytes)
            .map_err(|what| altered().cause(format!("its manifest {what}")))?;
        let Some(facts) = ReleaseFacts::of(&bytes, &manifest.release) else {
            return Err(altered()
                .cause("its manifest has not the form of one")
                .hint(look));
        };
        let Some(bytes) = place.read(FIGURES).await? else {
            return Err(altered().cause(format!("{FIGURES} is missing")).hint(look));
        };
        let named = manifest.files.iter().find(|file| file.name == FIGURES);
        if named.is_none_or(|file| file.sha256 != sha256(&bytes)) {
            let cause = format!("{FIGURES} is not the one that its manifest names");
            return Err(altered().cause(cause).hint(look));
        }
        let figures = Figures::read(&bytes)?;
        Ok(ReadRelease {
            manifest,
            facts,
            figures,
        })
    }

    /// Those of `figures` that can be added up over months: nobody is counted in two of them.
    ///
    /// # Errors
    /// Data, when they cannot be divided.
    pub(crate) fn adding_up(&self, figures: &Figures) -> Result<Figures> {
        let mut all = Vec::new();
        for ((report, table), own) in figures.by_table()? {
            let report = self.manifest.reports.get(&report);
            let made = report.and_then(|report| report.tables.get(&table));
            for measure in made.into_iter().flat_map(|made| &made.measures) {
                if measure.counted.as_ref().is_some_and(|of| of.adds_up) {
                    all.push(own.only("measure_label", &measure.label)?);
                }
            }
        }
        Figures::together(&all)
    }

    /// How far a shown count may be from the true one; None where only the site knows the rule.
    pub(crate) fn rounding(&self) -> Option<f64> {
        let scheme = scheme_of(&self.manifest.scheme).ok().flatten()?;
        Some(rounding(&scheme))
    }
}
