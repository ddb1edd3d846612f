//! Resources that come in Bundles: one Bundle a line, and one that is the document of its file.

use std::path::Path;

use super::json_line::value;
use super::kind::FaultKind;
use super::list::{InjectedFault, table};
use crate::error::{Context, Result};

/// Resources of one Bundle.
const ENTRIES: usize = 3;
/// The types of Bundle, in turn.
const TYPES: [&str; 4] = ["collection", "searchset", "batch", "transaction"];

/// The Bundles of one part.
pub(in crate::synth) struct Bundles {
    /// One Bundle a line.
    pub lines: String,
    /// One Bundle over many lines; empty when there are too few resources.
    pub document: String,
    faults: Vec<(u64, u64, u64)>,
    /// The line of the Bundle that refers to its own entry, and how many records it adds.
    urn: Option<(u64, u64, u64)>,
}

impl Bundles {
    /// The Bundles of resources, one a line each.
    pub(in crate::synth) fn of(resources: &[String]) -> Self {
        let mut bundles = Bundles {
            lines: String::new(),
            document: String::new(),
            faults: Vec::new(),
            urn: None,
        };
        let patient = |line: &&String| line.starts_with("{\"resourceType\":\"Patient\"");
        let (patients, others): (Vec<&String>, Vec<&String>) = resources.iter().partition(patient);
        if let Some(flagged) = patients.first().and_then(|line| with_flag(line)) {
            bundles.urn = Some(bundles.push(&flagged));
        }
        let rest: Vec<&String> = patients.into_iter().skip(1).chain(others).collect();
        let mut chunks: Vec<&[&String]> = rest.chunks(ENTRIES).collect();
        let document = chunks.pop();
        for (nth, chunk) in chunks.into_iter().enumerate() {
            let place = bundles.push(&bundle(TYPES[nth % TYPES.len()], chunk));
            bundles.faults.push(place);
        }
        if let Some(chunk) = document {
            let bundle = bundle("collection", chunk);
            let read: Option<serde_json::Value> = serde_json::from_str(&bundle).ok();
            let pretty = read.and_then(|read| serde_json::to_string_pretty(&read).ok());
            bundles.document = pretty.unwrap_or(bundle);
        }
        bundles
    }

    /// Writes the document into a file of its own, and gives the fault that it is.
    pub(in crate::synth) fn write_document(
        &self,
        folder: &Path,
        part: u32,
    ) -> Result<InjectedFault> {
        let name = format!("fhir/bundle.{part:03}.json");
        std::fs::write(folder.join(&name), &self.document)
            .data(|| format!("cannot write {name}"))?;
        Ok(InjectedFault::of_file(&name, FaultKind::Document))
    }

    fn push(&mut self, bundle: &str) -> (u64, u64, u64) {
        let line = self.lines.matches('\n').count() as u64 + 1;
        let start = self.lines.len() as u64;
        self.lines.push_str(bundle);
        let place = (line, start, self.lines.len() as u64);
        self.lines.push('\n');
        place
    }

    /// The faults of the file of Bundles a line.
    pub(in crate::synth) fn faults(&self, name: &str) -> Vec<InjectedFault> {
        let bundles = self
            .faults
            .iter()
            .map(|place| (*place, FaultKind::Bundle, ""));
        let urn = self
            .urn
            .map(|place| (place, FaultKind::ReferenceUrn, "Flag"));
        bundles
            .chain(urn)
            .map(|(place, kind, of)| {
                let table = if of.is_empty() {
                    String::new()
                } else {
                    table(of)
                };
                InjectedFault::new(name, place, kind, (table, ""))
            })
            .collect()
    }
}

/// An entry: its address is a URN, so that it is of no server.
fn entry(kind: &str, resource: &str) -> Option<String> {
    let name = resource[value(resource, "resourceType")?].trim_matches('"');
    let id = resource[value(resource, "id")?].trim_matches('"');
    let more = match kind {
        "searchset" => ",\"search\":{\"mode\":\"match\"}".to_owned(),
        "batch" | "transaction" => {
            format!(",\"request\":{{\"method\":\"PUT\",\"url\":\"{name}/{id}\"}}")
        }
        _ => String::new(),
    };
    Some(format!(
        "{{\"fullUrl\":\"urn:uuid:{id}\",\"resource\":{resource}{more}}}"
    ))
}

fn bundle(kind: &str, resources: &[&String]) -> String {
    let entries: Vec<String> = resources
        .iter()
        .filter_map(|resource| entry(kind, resource))
        .collect();
    format!(
        "{{\"resourceType\":\"Bundle\",\"type\":\"{kind}\",\"entry\":[{}]}}",
        entries.join(",")
    )
}

/// A Bundle of a Patient and a Flag, which refers to the entry of the Patient.
fn with_flag(patient: &str) -> Option<String> {
    let id = patient[value(patient, "id")?].trim_matches('"');
    let updated = &patient[value(patient, "lastUpdated")?];
    let turned: String = id.chars().rev().collect();
    let flag = format!(
        "{{\"resourceType\":\"Flag\",\"id\":\"{turned}\",\"meta\":{{\"lastUpdated\":{updated}}},\
         \"status\":\"active\",\"code\":{{\"coding\":[{{\"system\":\"http://snomed.info/sct\",\
         \"code\":\"1326361000000106\"}}]}},\"subject\":{{\"reference\":\"urn:uuid:{id}\"}}}}"
    );
    Some(bundle("transaction", &[&patient.to_owned(), &flag]))
}
