//! Whether the Parquet files of a release say the same as its CSV files.

use super::table::TOGETHER;
use crate::error::Result;
use crate::figures::{EXCHANGE, FIGURES, Figures, without_signs};
use crate::release::difference::shown;
use crate::release::inspect::Alteration;
use crate::release::manifest::{Manifest, TableMade};
use crate::release::place::ReleasePlace;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What is wrong with the Parquet files of a release.
///
/// # Errors
/// Data, when a file cannot be read.
pub(super) async fn problems(place: &ReleasePlace, manifest: &Manifest) -> Result<Vec<Alteration>> {
    let mut files = ParquetFiles::open(place, manifest).await?;
    let mut found = Vec::new();
    let tables = manifest.reports.iter().flat_map(|(report, used)| {
        let tables = used.tables.iter();
        tables.map(move |(table, made)| (report, table, made))
    });
    let tables: Vec<(&String, &String, &TableMade)> = tables.collect();
    for some in tables.chunks(TOGETHER) {
        let mut read = Vec::new();
        for (report, table, made) in some {
            let csv = place.read(&format!("{report}-{table}.csv")).await?;
            let parquet = place.read(&format!("{report}-{table}.parquet")).await?;
            // What is missing was found already.
            if let Some((csv, parquet)) = csv.zip(parquet) {
                read.push(FilesOfTable {
                    report,
                    table,
                    made,
                    csv,
                    parquet,
                    listed: files.of_table(report, table),
                });
            }
        }
        let problems: Vec<Vec<Alteration>> = read
            .par_iter()
            .map(FilesOfTable::problems)
            .collect::<Result<_>>()?;
        found.extend(problems.into_iter().flatten());
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

    /// What the figures of the whole release say of a table; None where there is no file of them.
    fn of_table(&mut self, report: &str, table: &str) -> Option<Option<Figures>> {
        let all = self.all.as_mut()?;
        Some(all.remove(&(report.to_owned(), table.to_owned())))
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

/// The files of a table.
struct FilesOfTable<'m> {
    report: &'m str,
    table: &'m str,
    made: &'m TableMade,
    csv: Vec<u8>,
    parquet: Vec<u8>,
    /// What the figures of the whole release say of it.
    listed: Option<Option<Figures>>,
}

impl FilesOfTable<'_> {
    /// What is wrong with the Parquet of the table.
    ///
    /// # Errors
    /// Data, when figures cannot be read.
    fn problems(&self) -> Result<Vec<Alteration>> {
        let file = format!("{}-{}.parquet", self.report, self.table);
        let Ok(figures) = Figures::read(&self.parquet) else {
            return Ok(vec![wrong(&file, "holds no released figures")]);
        };
        let mut found = Vec::new();
        let only = |column: &str, name: &str| -> Result<bool> {
            Ok(figures.values(column)?.iter().all(|value| value == name))
        };
        let is_own = only("report", self.report)? && only("table", self.table)?;
        // Earlier programs did not mark revised figures in the CSV.
        let says_it = figures
            .csv(&self.made.form())
            .is_ok_and(|written| written == self.csv || without_signs(&written) == self.csv);
        if !is_own || !says_it {
            found.push(wrong(
                &file,
                "says another thing than the CSV file of its table",
            ));
        }
        if let Some(listed) = &self.listed {
            let compares_areas = self.made.compares_areas;
            let same = match listed {
                Some(listed) => !compares_areas && listed.frame().equals_missing(figures.frame()),
                None => compares_areas || figures.frame().height() == 0,
            };
            if !same {
                let what = format!("says another thing of table `{}` than {file}", self.table);
                found.push(wrong(FIGURES, &shown(&what)));
            }
        }
        Ok(found)
    }
}

fn wrong(file: &str, what: &str) -> Alteration {
    Alteration {
        file: shown(file),
        what: what.to_string(),
    }
}
