//! What is kept of an export while it goes on, so that a crash costs little.

use crate::error::{Context, Result};
use crate::pull::bulk::manifest::{RemoteFile, Role};
use crate::pull::bulk::shortfall::Shortfall;
use crate::pull::clock::{Clock, GRACE};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// An export that was asked for and is not yet in the lake. Holds no token and no link's query.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ExportJob {
    /// Which export this is: random.
    pub id: String,
    /// A digest of all settings it depends on; with others it is of no use.
    pub settings: String,
    /// Whether it is of types alone that the server failed to export before.
    #[serde(default)]
    pub missed: bool,
    /// What it was asked for: changes since this time, or everything.
    pub since: Option<String>,
    /// When it was asked for.
    pub started: DateTime<Utc>,
    /// Where the server tells how it stands.
    pub status_url: String,
    /// The FHIR version that the server speaks.
    pub fhir_version: Option<String>,
    /// The export holds what was true at this time; known when it has ended.
    pub transaction_time: Option<String>,
    /// Its files, in the order of the manifest; known when it has ended.
    #[serde(default)]
    pub files: Vec<JobFile>,
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JobFile {
    /// What it is for.
    pub role: Role,
    /// The resource type in it.
    pub kind: String,
    /// Its address without the query.
    pub place: String,
    /// How many resources the server says it holds.
    pub count: Option<u64>,
    /// Whether the newest manifest has it.
    pub listed: bool,
}

impl ExportJob {
    /// Takes in the files of a manifest that was just read. Files that are known keep their numbers,
    /// so that what was staged of them stays theirs. Gives the remote file of each file of the job.
    pub(crate) fn renew(&mut self, files: &[RemoteFile]) -> Vec<Option<RemoteFile>> {
        let mut known: HashMap<(Role, String, String), Vec<usize>> = HashMap::new();
        for (at, file) in self.files.iter_mut().enumerate().rev() {
            file.listed = false;
            known
                .entry((file.role, file.kind.clone(), file.place.clone()))
                .or_default()
                .push(at);
        }
        let mut remote = vec![None; self.files.len()];
        for file in files {
            let key = (file.role, file.kind.clone(), file.place());
            match known.get_mut(&key).and_then(Vec::pop) {
                Some(at) => {
                    self.files[at].listed = true;
                    self.files[at].count = file.count;
                    remote[at] = Some(file.clone());
                }
                None => {
                    self.files.push(JobFile {
                        role: file.role,
                        kind: file.kind.clone(),
                        place: file.place(),
                        count: file.count,
                        listed: true,
                    });
                    remote.push(Some(file.clone()));
                }
            }
        }
        remote
    }

    /// The name of a file in `populace.extract` and `populace.reject`.
    pub(crate) fn name(&self, file: usize) -> String {
        let time = self.transaction_time.as_deref().unwrap_or_default();
        let Some(f) = self.files.get(file) else {
            return time.to_string();
        };
        // Two exports may be of one time.
        let part = if self.missed { "missed-" } else { "" };
        match f.role {
            Role::Output => format!("{time}/{part}{}-{:06}", f.kind, file + 1),
            Role::Deleted => format!("{time}/{part}deleted-{:06}", file + 1),
            Role::Error => format!("{time}/{part}error-{:06}", file + 1),
        }
    }

    /// Types that have files which are not said to be empty.
    pub(crate) fn types(&self) -> Vec<String> {
        let listed = self.files.iter().filter(|f| f.listed && f.count != Some(0));
        let mut types: Vec<String> = listed
            .filter(|f| f.role == Role::Output)
            .map(|f| f.kind.clone())
            .collect();
        types.sort();
        types.dedup();
        types
    }

    /// The transaction time, in microseconds since 1970; when the export was asked for, if the server
    /// says no time, or one in the future.
    pub(crate) fn moment(&self) -> i64 {
        let time = self.transaction_time.as_deref().and_then(micros);
        let believed = time.filter(|time| Clock::of_command().believes(*time));
        believed.unwrap_or_else(|| self.started.timestamp_micros())
    }

    /// Whether the server says that the export is of a time in the future.
    pub(crate) fn is_early(&self) -> bool {
        let time = self.transaction_time.as_deref();
        time.is_some_and(|time| !is_believed(time))
    }

    /// What the next export is asked for: changes since this time.
    pub(crate) fn next_since(&self) -> String {
        if self.is_early() {
            // What changed on the day before it was asked for comes twice, which does no harm: the
            // server's clock is not ours.
            let before = self.started - chrono::TimeDelta::microseconds(GRACE);
            return before.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        }
        self.transaction_time.clone().unwrap_or_default()
    }
}

/// Whether an instant is one, and not in the future.
pub(crate) fn is_believed(time: &str) -> bool {
    micros(time).is_some_and(|time| Clock::of_command().believes(time))
}

/// The earlier of two times since which changes are missing; None is everything.
pub(crate) fn earlier(one: Option<String>, other: Option<String>) -> Option<String> {
    let (one, other) = (one?, other?);
    // A time that cannot be read is followed by everything.
    match (micros(&one)?, micros(&other)?) {
        (first, second) if first <= second => Some(one),
        _ => Some(other),
    }
}

fn micros(time: &str) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(time).ok()?;
    Some(time.timestamp_micros())
}

/// Types that were missed, each with the time since which its changes are missing; None for all of
/// them.
pub(crate) type Behind = BTreeMap<String, Option<String>>;

/// What is remembered of a source after a good pull, as a property of `populace.extract`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    /// The job that brought it.
    pub job: String,
    /// The settings it was brought with; with others everything is asked for again.
    pub settings: String,
    /// Its transaction time: the next pull asks for changes since then.
    pub since: String,
    /// Types that had files in the last full export.
    pub types: Vec<String>,
    /// The FHIR version that the server spoke.
    pub fhir_version: Option<String>,
    /// What the last exports lacked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortfall: Option<Shortfall>,
    /// Types that the server failed to export, which are asked for again by themselves. Where it does
    /// not say which types these were, `since` is what the export was asked for, and all of it is asked
    /// for again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub behind: Behind,
    /// The job that brought types again; empty when none did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub missed_job: String,
}

/// What is remembered of all bulk sources, by name.
pub(crate) type Memory = BTreeMap<String, Remembered>;

const PROPERTY: &str = "populace.bulk.";

/// Reads the memory from the properties of `populace.extract`.
pub(crate) fn recall(properties: &BTreeMap<String, String>) -> Memory {
    properties
        .iter()
        .filter_map(|(key, text)| {
            let source = key.strip_prefix(PROPERTY)?;
            // A note that cannot be read costs a full export, nothing else.
            Some((source.to_string(), serde_json::from_str(text).ok()?))
        })
        .collect()
}

/// The memory as properties of `populace.extract`.
pub(crate) fn properties(memory: &Memory) -> Result<BTreeMap<String, String>> {
    memory
        .iter()
        .map(|(source, remembered)| {
            let text =
                serde_json::to_string(remembered).data(|| "cannot write down what was pulled")?;
            Ok((format!("{PROPERTY}{source}"), text))
        })
        .collect()
}
