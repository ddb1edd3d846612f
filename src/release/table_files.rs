//! The files of one table: CSV, what the CSV is, and Parquet.

use super::about::About;
use super::figures::FrameForm;
use super::file::File;
use super::frame::Frame;
use super::manifest::FileOptions;
use crate::disclosure::SchemeWords;
use crate::error::Result;
use crate::figures::{Figures, TableMetadata};

/// What the files of a table are written from.
pub(super) struct TableFiles<'a> {
    /// The report, as its files are named.
    pub report: &'a str,
    /// The table.
    pub frame: &'a Frame,
    /// Its form.
    pub form: &'a FrameForm,
    /// Its figures.
    pub figures: &'a Figures,
    /// The words of the scheme.
    pub words: &'a SchemeWords,
    /// Where the figures come from.
    pub about: &'a About,
    /// What the site wants of the files.
    pub options: &'a FileOptions,
}

impl TableFiles<'_> {
    /// Writes them.
    ///
    /// # Errors
    /// Data, when one cannot be written.
    pub(super) fn all(&self) -> Result<Vec<File>> {
        let file = |ending: &str| format!("{}-{}.{ending}", self.report, self.frame.id);
        let form = self.form.form();
        let csv = file("csv");
        let metadata = TableMetadata {
            file: &csv,
            title: &self.frame.title,
            description: &self.frame.description,
            notes: &[self.frame.notes.as_slice(), &self.words.notes].concat(),
            headings: self.frame.headings().collect(),
            as_of: self.about.as_of.to_string(),
            licence: self.options.licence.as_deref(),
            sources: self.about.sources(),
        };
        Ok(vec![
            File {
                bytes: self.figures.csvw(&form, &metadata)?,
                name: file("csv-metadata.json"),
            },
            File {
                bytes: self.figures.csv(&form)?,
                name: csv.clone(),
            },
            File {
                bytes: self.figures.write()?,
                name: file("parquet"),
            },
        ])
    }
}
