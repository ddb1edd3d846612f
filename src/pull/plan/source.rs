//! A source and all that is needed to read it.

use crate::decode::csv::CsvDecoder;
use crate::decode::fhir::Decoder;
use crate::decode::fhir::is_resource_type;
use crate::error::{Error, Result};
use crate::lake::Location;
use crate::nearest::nearest;
use crate::pipeline::{Dates, Expected, ExtractSettings, FhirBulk};
use crate::privacy::{OpenPseudonymiser, Pseudonyms};
use std::sync::Arc;

/// A source and all that is needed to read it.
pub(crate) struct SourcePlan {
    /// Its name in the pipeline file.
    pub name: String,
    /// Its folder, on this machine or on an object store.
    pub location: Location,
    /// What its files are.
    pub kind: SourceKind,
    /// Makes the pseudonyms of its records and people.
    pub pseudonyms: Pseudonyms,
    /// Makes the column `open_pseudonym` of the people themselves, when that is wanted.
    pub open: Option<Arc<OpenPseudonymiser>>,
    /// Whether test numbers are people.
    pub accept_test_numbers: bool,
    /// The share of lines that may be rejected.
    pub reject_threshold: f64,
    /// How its dates are read.
    pub dates: Dates,
    /// What its extracts hold.
    pub extracts: ExtractSettings,
    /// What it brings on a good night.
    pub expected: Expected,
    /// Changes when files must be read again because settings did.
    pub fingerprint: String,
    /// The server, where the source is one.
    pub bulk: Option<FhirBulk>,
}

impl SourcePlan {
    /// Refuses a threshold of what the source cannot have.
    ///
    /// # Errors
    /// Usage: a key of `reject_thresholds` is neither a resource type or table of the source nor a
    /// pattern of file names.
    pub(super) fn check_thresholds(&self) -> Result<()> {
        let known: Vec<&str> = match &self.kind {
            SourceKind::Fhir { tables, .. } => {
                tables.iter().map(|(kind, _)| kind.as_str()).collect()
            }
            SourceKind::Csv { decoders } => {
                let decoders = decoders.iter();
                decoders
                    .map(|(decoder, _)| decoder.file().table.as_str())
                    .collect()
            }
        };
        let is_known = |key: &str| match &self.kind {
            SourceKind::Fhir { .. } => is_resource_type(key),
            SourceKind::Csv { .. } => known.contains(&key),
        };
        let mut keys = self.expected.reject_thresholds.keys();
        match keys.find(|key| !Expected::is_pattern(key) && !is_known(key)) {
            None => Ok(()),
            Some(key) => Err(Error::usage(format!(
                "source {}: reject_thresholds names '{key}', which is no type or table that it brings",
                self.name
            ))
            .hint(format!(
                "{}; a pattern of file names has a '*' or a '.' in it",
                nearest(key, &known)
            ))),
        }
    }

    /// Whether it fills a pull table.
    pub(crate) fn fills(&self, table: usize) -> bool {
        match &self.kind {
            SourceKind::Fhir { tables, .. } => tables.iter().any(|(_, at)| *at == table),
            SourceKind::Csv { decoders } => decoders.iter().any(|(_, at)| *at == table),
        }
    }
}

/// The two kinds of folder.
pub(crate) enum SourceKind {
    /// FHIR resources.
    Fhir {
        /// Decodes all types at once.
        decoder: Decoder,
        /// Resource type and pull table of each decoder table.
        tables: Vec<(String, usize)>,
        /// Whether identifiers are NHS numbers, with their rules.
        nhs_numbers: bool,
        /// The statuses of NHS numbers with which they link.
        verified_statuses: Vec<&'static str>,
    },
    /// CSV rows.
    Csv {
        /// A decoder and its pull table a column file.
        decoders: Vec<(CsvDecoder, usize)>,
    },
}
