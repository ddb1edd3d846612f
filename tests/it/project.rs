//! A project in a temporary folder, and the program run in it.

pub(crate) use crate::notice::{missing, notice};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Real input that is not part of the repository; None where it is absent, which makes the test one
/// that is not run.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = repository().parent().unwrap().join("shared").join(path);
    if found.exists() {
        return Some(found);
    }
    missing("shared", &format!("{path} is not beside this repository"));
    None
}

/// The program.
pub fn populace() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_populace"));
    command
        .env_remove("POPULACE_KEY")
        .env_remove("POPULACE_LOG");
    command
}

/// The models that tests look at unless they say otherwise, beside what those read. The whole library
/// takes a minute in every project.
const MODELS: [&str; 13] = [
    "marts.activity_month",
    "core.attended_contact",
    "core.comorbidity",
    "marts.condition_prevalence",
    "core.emergency_admission",
    "marts.emergency_admission_rate",
    "core.mid_year_person",
    "core.person_with_condition",
    "marts.population_profile",
    "marts.reidentification_risk",
    "marts.reporting_area",
    "marts.reporting_year",
    "marts.source_coverage",
];

/// The reports of these models.
const REPORTS: [&str; 2] = ["population_profile.toml", "use_of_services.toml"];

/// A project of its own, with its own lake and releases.
pub struct Project {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// Asks `populace sql` for records.
pub const RECORD_LEVEL: [&str; 2] = ["--record-level", "a test"];

/// The key of the pseudonyms of every project.
pub const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

impl Project {
    /// A project over a record that `populace synth` made in `record`.
    pub fn over(record: &Path) -> Self {
        let project = Self::empty();
        project.write_pipeline(&pipeline_over(record));
        project
    }

    /// A project without sources, with some of the shipped models.
    pub fn empty() -> Self {
        let project = Self::with_library();
        project.keep(&MODELS);
        project
    }

    /// A project without sources, with all shipped models.
    pub fn with_library() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = Project {
            folder,
            variables: Vec::new(),
        };
        let made = populace()
            .args(["init", "-q"])
            .arg(project.path(""))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", text(&made.stderr));
        std::fs::write(project.path("test.key"), KEY).unwrap();
        std::fs::create_dir(project.path("tmp")).unwrap();
        std::fs::write(project.path("postcodes.csv"), "postcode,lsoa21_code\n").unwrap();
        project
    }

    /// Removes all models, and their tests, but these and what they read, and the reports of others.
    fn keep(&self, models: &[&str]) {
        let files = files_below(&self.path("sql"));
        let named = files.keys().filter_map(|file| {
            let table = file.strip_suffix(".sql")?;
            let (layer, rest) = table.split_once('/')?;
            let name = rest.rsplit('/').next()?;
            Some((format!("{layer}.{name}"), file.clone()))
        });
        let all: BTreeMap<String, String> = named.collect();
        let mut kept: Vec<&str> = models.to_vec();
        let mut at = 0;
        while let Some(model) = kept.get(at) {
            let words = text(&files[&all[*model]]);
            let words: Vec<&str> = words
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')
                .map(|word| word.trim_matches('.'))
                .collect();
            let read = all.keys().map(String::as_str);
            let new: Vec<&str> = read
                .filter(|table| words.contains(table) && !kept.contains(table))
                .collect();
            kept.extend(new);
            at += 1;
        }
        for (table, file) in all
            .iter()
            .filter(|(table, _)| !kept.contains(&table.as_str()))
        {
            std::fs::remove_file(self.path("sql").join(file)).unwrap();
            // Not every model has tests.
            let _ = std::fs::remove_file(self.path(&format!("tests/models/{table}.yml")));
        }
        let reports = self.path("pipelines/reports");
        for report in files_below(&reports).keys() {
            if !REPORTS.contains(&report.as_str()) {
                std::fs::remove_file(reports.join(report)).unwrap();
            }
        }
    }

    /// Adds variables to the environment of every command.
    pub fn with_variables(mut self, variables: &[(String, String)]) -> Self {
        self.variables.extend_from_slice(variables);
        self
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn write_pipeline(&self, text: &str) {
        std::fs::write(self.path("pipelines/nightly.toml"), text).unwrap();
    }

    /// A command in the project.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = populace();
        command.current_dir(self.folder.path()).args(arguments);
        command.envs(self.variables.iter().cloned());
        command.arg("--temp-dir").arg(self.path("tmp"));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command and kills it after a while; false when it ended before.
    pub fn killed_after(&self, arguments: &[&str], moment: Duration) -> bool {
        let started = Instant::now();
        self.killed_when(arguments, || started.elapsed() >= moment)
    }

    /// Runs a command and kills it when something is reached; false when it ended before.
    pub fn killed_when(&self, arguments: &[&str], reached: impl Fn() -> bool) -> bool {
        let mut command = self.command(arguments);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while child.try_wait().unwrap().is_none() && !reached() {
            #[allow(clippy::disallowed_methods)] // between two looks
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap().signal() == Some(9)
    }

    /// Runs a command that must succeed; gives its standard output.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Runs a command that must fail with `code`; gives its standard error.
    pub fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        let shown = self.folder.path().display().to_string();
        stderr.replace(&shown, "PROJECT")
    }

    /// The machine-readable summary of a command that must succeed.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        serde_json::from_str(&self.ok(&arguments)).unwrap()
    }

    /// Rows of a query, as text without a header.
    pub fn sql(&self, sql: &str) -> Vec<Vec<String>> {
        let [option, reason] = RECORD_LEVEL;
        let csv = self.ok(&["sql", option, reason, "--format", "csv", "-c", sql]);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        reader
            .records()
            .map(|r| r.unwrap().iter().map(str::to_string).collect())
            .collect()
    }

    /// One number.
    pub fn number(&self, sql: &str) -> i64 {
        self.sql(sql)[0][0].parse().unwrap()
    }

    /// Every table below `record`, in an order of its own, but for which extract each row came from.
    pub fn record_tables(&self) -> BTreeMap<String, Vec<Vec<String>>> {
        // Tables are listed after a bad night too, for which the exit code is 1.
        let output = self.run(&["status", "--json"]);
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let names = status["tables"].as_array().unwrap().iter();
        names
            .filter_map(|t| t["table"].as_str())
            .filter(|name| name.starts_with("record."))
            .map(|name| {
                let sql = format!(
                    "select * exclude (extract_file, extract_order) from {name} order by record_key, record_row"
                );
                (name.to_string(), self.sql(&sql))
            })
            .collect()
    }

    /// Every released file with its bytes, by path below the releases, without what was kept aside.
    pub fn released(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = files_below(&self.path("releases"));
        files.retain(|name, _| !name.starts_with('.'));
        files
    }
}

/// A pipeline over the folders of a synthetic record.
pub fn pipeline_over(record: &Path) -> String {
    let record = std::path::absolute(record).unwrap();
    let folder = record.display();
    let sections = format!(
        r#"
[sources.record]
kind = "fhir-folder"
url = "{folder}/fhir"
accept_test_numbers = true
[sources.extracts]
kind = "csv-folder"
url = "{folder}/csv"
accept_test_numbers = true
[reference]
lsoa = "{folder}/reference/lsoa.csv"
population = "{folder}/reference/population.csv"
organisation = "{folder}/reference/organisation.csv"
"#
    );
    let parameters = r#"
period_start = { type = "date", default = "2024-10-01" }
period_end = { type = "date", default = "2026-09-30" }
"#;
    pipeline(&privacy_of(&record), &sections) + parameters
}

/// The opt-outs and lookups of a synthetic record, for [`pipeline`].
pub fn privacy_of(record: &Path) -> String {
    let record = record.display();
    format!(
        r#"
opt_outs = "{record}/opt-outs.txt"
[privacy.lookups]
postcode_lsoa = "{record}/reference/postcode_lsoa.csv"
"#
    )
}

/// A pipeline that keeps all in the project and releases tables of the few people of a test, with more settings of `[privacy]`, and other sections.
pub fn pipeline(privacy: &str, sections: &str) -> String {
    format!(
        r#"
[lake]
url = "lake"
shards = 4
[releases]
url = "releases"
[privacy]
key = "file:test.key"
{privacy}
{sections}
[disclosure]
hold_below = 0
smallest_area = 0
largest_suppressed_share = 1.0
[parameters]
as_of = {{ type = "date", default = "2026-09-30" }}
geography_basis = {{ type = "text", default = "resident" }}
deprivation_index = {{ type = "text", default = "2025" }}
"#
    )
}

/// A postcode lookup of nothing, for [`pipeline`].
pub const NO_POSTCODES: &str = "[privacy.lookups]\npostcode_lsoa = \"postcodes.csv\"\n";

/// A synthetic record of a few people.
pub fn synth(people: u32, seed: u32, faults: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut command = populace();
    command.args(["synth", "-q", "-o"]).arg(folder.path());
    command.args(["--people", &people.to_string(), "--seed", &seed.to_string()]);
    if faults {
        command.arg("--faults");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    folder
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// All files below a folder, by path below it.
pub fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// A file's text, through gzip where it is gzip.
pub fn plain(bytes: &[u8]) -> Vec<u8> {
    use std::io::Read;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes.to_vec();
    }
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes)
        .read_to_end(&mut text)
        .unwrap();
    text
}
