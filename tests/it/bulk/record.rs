//! A synthetic record as the files of an export, and what the lake should then hold.

use super::export::{Export, ServedFile};
use super::server::Server;
use crate::project::{self, Project, files_below, plain, privacy_of, synth};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A record, and the content of a lake that a folder of it makes.
pub struct Record {
    pub folder: tempfile::TempDir,
    pub expected: BTreeMap<String, String>,
    pub rejects: Vec<Vec<String>>,
}

const REJECTS: &str =
    "select reason, count(*) as lines from populace.reject group by reason order by reason";

impl Record {
    pub fn new(people: u32, seed: u32, faults: bool) -> Self {
        let folder = synth(people, seed, faults);
        // An export is of resources: a server sends no Bundles in it.
        for entry in std::fs::read_dir(folder.path().join("fhir")).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name().to_string_lossy().starts_with("bundle.") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        let project = Project::empty();
        let source = format!(
            "kind = \"fhir-folder\"\nurl = \"{}/fhir\"",
            folder.path().display()
        );
        project.write_pipeline(&pipeline(folder.path(), &source, ""));
        project.ok(&["pull", "-q"]);
        Record {
            expected: contents(&project),
            rejects: project.sql(REJECTS),
            folder,
        }
    }

    /// The record as files of at most `size` bytes.
    pub fn files(&self, size: usize) -> Vec<ServedFile> {
        let mut files = Vec::new();
        let mut paths: Vec<_> = std::fs::read_dir(self.folder.path().join("fhir"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap().to_str().unwrap().to_string();
            let kind = name.split('.').next().unwrap();
            let text = plain(&std::fs::read(&path).unwrap());
            let mut part = Vec::new();
            let mut parts = Vec::new();
            for line in text.split_inclusive(|b| *b == b'\n') {
                if !part.is_empty() && part.len() + line.len() > size {
                    parts.push(std::mem::take(&mut part));
                }
                part.extend_from_slice(line);
            }
            parts.push(part);
            files.extend(parts.into_iter().map(|bytes| served(kind, bytes)));
        }
        files
    }

    /// A project that pulls from `server`; `more` settings of the source.
    pub fn project(&self, server: &Server, more: &str) -> Project {
        let project = Project::empty();
        project.write_pipeline(&self.pipeline(server, more));
        project
    }

    pub fn pipeline(&self, server: &Server, more: &str) -> String {
        let source = format!("kind = \"fhir-bulk\"\nurl = \"{}\"", server.url());
        let settings = "longest_wait_seconds = 0.1\nsilence_seconds = 2\npiece_kib = 8\nlog = \"export.log\"\n";
        pipeline(self.folder.path(), &source, &format!("{settings}{more}"))
    }

    /// Asserts that the record tables of a lake hold what they should.
    pub fn assert_contents(&self, project: &Project) {
        assert_eq!(contents(project), self.expected);
    }

    /// Asserts that a lake holds what it should.
    pub fn assert_in(&self, project: &Project) {
        self.assert_contents(project);
        assert_eq!(project.sql(REJECTS), self.rejects);
    }
}

/// A file of resources.
pub fn served(kind: &str, bytes: Vec<u8>) -> ServedFile {
    let lines = bytes.split(|b| *b == b'\n');
    let count = lines.filter(|line| !line.trim_ascii().is_empty()).count();
    ServedFile {
        role: "output",
        kind: kind.to_string(),
        bytes: Arc::new(bytes),
        count: Some(count as u64),
        before: None,
    }
}

fn pipeline(record: &Path, source: &str, more: &str) -> String {
    let sections = format!(
        r#"
[sources.record]
{source}
accept_test_numbers = true
reject_threshold = 0.2
unlinked_threshold = 1.0
{more}
"#
    );
    project::pipeline(&privacy_of(record), &sections)
}

/// The content of every record table, as the lake's own logs tell it.
pub fn contents(project: &Project) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let Ok(tables) = std::fs::read_dir(project.path("lake/record")) else {
        return found;
    };
    for table in tables.map(|entry| entry.unwrap().path()) {
        let log = table.join("_delta_log");
        let mut versions: Vec<_> = std::fs::read_dir(&log)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .collect();
        versions.sort();
        for line in versions.iter().flat_map(|path| {
            std::fs::read_to_string(path)
                .unwrap()
                .lines()
                .map(str::to_string)
                .collect::<Vec<_>>()
        }) {
            let action: serde_json::Value = serde_json::from_str(&line).unwrap();
            if let Some(content) = action["metaData"]["configuration"]["populace.content"].as_str()
            {
                let name = table.file_name().unwrap().to_str().unwrap();
                found.insert(name.to_string(), content.to_string());
            }
        }
    }
    found
}

/// What lies in the staging area of the source, by path.
pub fn staging(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let folder = project.path("lake/populace.staging/record");
    if folder.exists() {
        files_below(&folder)
    } else {
        BTreeMap::new()
    }
}

/// The staged bytes of each file of a server: from the first to this one, by what lies in the lake.
pub fn staged(project: &Project, export: &Export) -> BTreeMap<usize, u64> {
    let folder = project.path("lake/populace.staging/record");
    let mut ends: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
    let Ok(job) = std::fs::read(folder.join("job.json")) else {
        return BTreeMap::new();
    };
    let job: serde_json::Value = populace::lake::unsealed(&job).unwrap();
    let mut units: Vec<_> = std::fs::read_dir(folder.join("units"))
        .map(|units| units.map(|u| u.unwrap().path()).collect())
        .unwrap_or_default();
    units.retain(|path: &std::path::PathBuf| path.file_name().unwrap().len() == 10);
    units.sort();
    for unit in units {
        let bytes = std::fs::read(&unit).unwrap();
        assert_eq!(&bytes[..4], b"PBU1", "{}", unit.display());
        let length = u64::from_be_bytes(bytes[4..12].try_into().unwrap());
        let receipt = &bytes[44..44 + usize::try_from(length).unwrap()];
        let receipt: serde_json::Value = serde_json::from_slice(receipt).unwrap();
        for piece in receipt["pieces"].as_array().unwrap() {
            let place = job["files"][piece["file"].as_u64().unwrap() as usize]["place"].as_str();
            let file: usize = place.unwrap().rsplit('/').next().unwrap().parse().unwrap();
            let reading = piece["reading"].as_u64().unwrap();
            let end = piece["end"].as_u64().unwrap();
            let known = ends.entry(file).or_default();
            *known = (reading, end).max(*known);
        }
    }
    // A file that changes is served from its start again.
    ends.retain(|file, _| export.files[*file].before.is_none());
    ends.into_iter()
        .map(|(file, (_, end))| (file, end))
        .collect()
}

/// Pulls `record` from a server that `change` has changed, which must fail and commit nothing; gives
/// the error.
pub fn failed_pull(
    record: &Record,
    more: &str,
    change: impl FnOnce(&mut Export),
) -> (Server, Project, String) {
    let mut export = Export::good(record.files(1_000_000));
    change(&mut export);
    let server = Server::start(export);
    let project = record.project(&server, more);
    let error = project.fails(3, &["pull"]);
    assert!(contents(&project).is_empty(), "nothing is committed");
    (server, project, error)
}

/// Whether the job was given up: then the next pull asks for a new export.
pub fn given_up(server: &Server, project: &Project) -> bool {
    server.open_jobs() == 0 && staging(project).is_empty()
}
