//! Whether the Parquet files of a release say the same as its CSV files.

use crate::error::Result;
use crate::figures::{EXCHANGE, FIGURES, Figures, without_signs};
use crate::release::difference::shown;
use crate::release::inspect::Alteration;
use crate::release::manifest::{Manifest, TableMade};
use crate::release::place::ReleasePlace;
use std::collections::BTreeMap;

/// What is wrong with the Parquet files of a release.
///
/// # Errors
/// Data, when a file cannot be read.
pub(super) async fn problems(place: &ReleasePlace, manifest: &Manifest) -> Result<Vec<Alteration>> {
    let mut files = ParquetFiles::open(place, manifest).await?;
    let mut found = Vec::new();
    for (report, used) in &manifest.reports {
        for (table, made) in &used.tables {
            // What is missing was found already.
            if let Some(csv) = place.read(&format!("{report}-{table}.csv")).await? {
                found.extend(files.problems(place, (report, table), made, &csv).await?);
            }
        }
    }
    found.extend(files.rest());
    Ok(found)
}

/// The figures of a whole release, by report and table, until they have been compared.
struct ParquetFiles {
    all: Option<BTreeMap<(String, String), Figures>>,
    wrong: Vec<Alteration>,
}

impl ParquetFiles {
    /// Reads the figures of the whole release.
    ///
    /// # Errors
    /// Data, when the file cannot be read. That it holds no figures is no error.
    async fn open(place: &ReleasePlace, manifest: &Manifest) -> Result<Self> {
        let mut files = ParquetFiles {
            all: None,
            wrong: Vec::new(),
        };
        // What is missing, and should not be, was found already.
        let named = manifest.files.iter().any(|file| file.name == FIGURES);
        let bytes = match named {
            true => place.read(FIGURES).await?,
            false => None,
        };
        match bytes.map(|bytes| Figures::read(&bytes)) {
            Some(Ok(all)) => {
                files.exchange(place, manifest, &all).await?;
                files.all = Some(all.by_table()?);
            }
            Some(Err(_)) => files
                .wrong
                .push(wrong(FIGURES, "holds no released figures")),
            None => (),
        }
        Ok(files)
    }

    /// Looks whether the figures in the form of exchange are these.
    async fn exchange(
        &mut self,
        place: &ReleasePlace,
        manifest: &Manifest,
        all: &Figures,
    ) -> Result<()> {
        if !manifest.options.exchange {
            return Ok(());
        }
        for (name, made) in EXCHANGE.into_iter().zip(all.exchange(&manifest.as_of)?) {
            let found = place.read(name).await?;
            if found.is_some_and(|found| found != made) {
                let what = format!("says another thing than {FIGURES}");
                self.wrong.push(wrong(name, &what));
            }
        }
        Ok(())
    }

    /// What is wrong with the Parquet of a table whose CSV has these bytes.
    ///
    /// # Errors
    /// Data, when a file cannot be read.
    async fn problems(
        &mut self,
        place: &ReleasePlace,
        (report, table): (&str, &str),
        made: &TableMade,
        csv: &[u8],
    ) -> Result<Vec<Alteration>> {
        let file = format!("{report}-{table}.parquet");
        let Some(bytes) = place.read(&file).await? else {
            return Ok(Vec::new());
        };
        let Ok(figures) = Figures::read(&bytes) else {
            return Ok(vec![wrong(&file, "holds no released figures")]);
        };
        let mut found = Vec::new();
        let own = figures.of_table(report, table)?;
        // Earlier programs did not mark revised figures in the CSV.
        let says_it = figures
            .csv(&made.form())
            .is_ok_and(|written| written == csv || without_signs(&written) == csv);
        if own.frame().height() != figures.frame().height() || !says_it {
            found.push(wrong(
                &file,
                "says another thing than the CSV file of its table",
            ));
        }
        if let Some(all) = &mut self.all {
            let listed = all.remove(&(report.to_owned(), table.to_owned()));
            let same = match &listed {
                Some(listed) => {
                    !made.compares_areas && listed.frame().equals_missing(figures.frame())
                }
                None => made.compares_areas || figures.frame().height() == 0,
            };
            if !same {
                let what = format!("says another thing of table `{table}` than {file}");
                found.push(wrong(FIGURES, &shown(&what)));
            }
        }
        Ok(found)
    }

    /// What is wrong with the figures of the whole release, after all tables.
    fn rest(self) -> Vec<Alteration> {
        let mut found = self.wrong;
        if self.all.is_some_and(|all| !all.is_empty()) {
            let what = "has figures of other tables than the release has";
            found.push(wrong(FIGURES, what));
        }
        found
    }
}

fn wrong(file: &str, what: &str) -> Alteration {
    Alteration {
        file: shown(file),
        what: what.to_string(),
    }
}
