//! A night costs what changed, and its tables are those of a full build.

use crate::nights::{
    Dice, State, change, nhs_number_of, patient_with_waiting_rows, read_state, write_lines,
};
use crate::project::{Project, files_below, synth};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The newest content of each model's table, as its log has it.
fn contents(project: &Project) -> BTreeMap<String, String> {
    let mut contents = BTreeMap::new();
    for layer in ["staging", "intermediate", "core", "marts"] {
        let folder = project.path("lake").join(layer);
        if !folder.is_dir() {
            continue;
        }
        // Commits come in the order of their names.
        for (file, bytes) in files_below(&folder) {
            if !file.ends_with(".json") || !file.contains("_delta_log") {
                continue;
            }
            let text = String::from_utf8(bytes).unwrap();
            for line in text.lines() {
                let action: serde_json::Value = serde_json::from_str(line).unwrap();
                let content = &action["metaData"]["configuration"]["populace.content"];
                if let Some(content) = content.as_str() {
                    let table = file.split('/').next().unwrap();
                    contents.insert(format!("{layer}.{table}"), content.to_string());
                }
            }
        }
    }
    contents
}

/// Two projects over one record: one is refreshed, and all models of the other are built in full.
struct Pair {
    record: tempfile::TempDir,
    refreshed: Project,
    full: Project,
    state: State,
    dice: Dice,
    night: usize,
}

impl Pair {
    fn new(people: u32, seed: u32) -> Pair {
        let record = synth(people, seed, false);
        let project = || {
            let project = Project::empty();
            project.write_pipeline(&patient_with_waiting_rows(record.path()));
            project
        };
        let (refreshed, full) = (project(), project());
        for project in [&refreshed, &full] {
            project.ok(&["pull", "-q"]);
            project.ok(&["run", "-q"]);
        }
        let state = read_state(&record.path().join("fhir"));
        Pair {
            record,
            refreshed,
            full,
            state,
            dice: Dice(u64::from(seed)),
            night: 0,
        }
    }

    fn fhir(&self, file: &str) -> std::path::PathBuf {
        self.record.path().join("fhir").join(file)
    }

    /// So many changes arrive.
    fn arrive(&mut self, changes: usize) {
        let mut lines = Vec::new();
        for at in 0..changes {
            lines.extend(change(&mut self.dice, &mut self.state, self.night, at));
        }
        write_lines(
            &self.fhir(&format!("night-{:02}.ndjson", self.night)),
            &lines,
        );
        self.night += 1;
    }

    /// So many changes arrive, and both projects pull them.
    fn night(&mut self, changes: usize) {
        self.arrive(changes);
        for project in [&self.refreshed, &self.full] {
            project.ok(&["pull", "-q"]);
        }
    }

    /// Somebody whose record is there opts out.
    fn opts_out(&self) {
        let numbers = self
            .state
            .live
            .values()
            .filter_map(|line| nhs_number_of(line));
        let list = self.record.path().join("opt-outs.txt");
        let known = std::fs::read_to_string(&list).unwrap();
        let mut new = numbers.filter(|number| !known.contains(number));
        let number = new.next().unwrap();
        std::fs::write(&list, format!("{}\n{number}\n", known.trim_end())).unwrap();
    }

    /// The summary of a run of the one, after which both have the same tables.
    fn run(&self) -> Vec<serde_json::Value> {
        let summary = self.refreshed.json(&["run"]);
        self.full.ok(&["run", "-q", "--full-refresh"]);
        let (refreshed, full) = (contents(&self.refreshed), contents(&self.full));
        assert!(refreshed.len() > 20, "{refreshed:?}");
        assert_eq!(refreshed, full, "night {}: {summary}", self.night);
        summary["models"].as_array().unwrap().clone()
    }

    /// Both have the same rows, which a digest that is carried on does not show.
    fn compare_rows(&self) {
        for table in contents(&self.full).keys() {
            let sql = format!("select * from {table}");
            let sorted = |project: &Project| {
                let mut rows = project.sql(&sql);
                rows.sort();
                rows
            };
            assert_eq!(sorted(&self.refreshed), sorted(&self.full), "{table}");
        }
    }
}

fn of<'a>(models: &'a [serde_json::Value], name: &str) -> &'a serde_json::Value {
    models.iter().find(|model| model["model"] == name).unwrap()
}

#[test]
fn refreshed_models_of_the_library_equal_those_built_in_full() {
    let mut pair = Pair::new(150, 61);
    let nights = std::env::var("POPULACE_LIBRARY_NIGHTS").ok();
    let nights: usize = nights.map_or(3, |nights| nights.parse().unwrap());
    let (mut refreshed, mut same, mut stayed) = (0, 0, 0);
    for night in 0..nights {
        pair.night(4);
        if night == 1 {
            pair.opts_out();
            pair.night(1);
        }
        for model in pair.run() {
            refreshed += u32::from(model["refreshed"].is_string());
            same += u32::from(model["same_rows"] == true);
            stayed += u32::from(model["state"] == "up_to_date");
            assert_eq!(model["differed"], false, "{model}");
        }
    }
    assert!(
        refreshed > 10 && same > 0 && stayed > 0,
        "{refreshed} refreshed, {same} with the same rows, {stayed} up to date"
    );
    pair.compare_rows();
    pair.refreshed.ok(&["verify", "lake"]);
}

#[test]
fn nothing_is_built_behind_a_model_that_comes_out_the_same() {
    let record = synth(60, 62, false);
    let project = Project::over(record.path());
    let model = |name: &str, sql: &str| {
        let text = format!("/*\ndescription: A test.\n*/\n{sql}\n");
        std::fs::write(project.path(&format!("sql/core/{name}.sql")), text).unwrap();
    };
    model(
        "count_of_people",
        "select count(*) as people from record.patient",
    );
    model(
        "reader",
        "select people + 1 as more from core.count_of_people",
    );
    project.ok(&["pull"]);
    project.ok(&["run", "core.reader"]);

    // A patient changes, and their number does not.
    let fhir = record.path().join("fhir");
    let mut state = read_state(&fhir);
    let key = state.live.keys().find(|key| key.starts_with("Patient/"));
    let line = state.live.remove(&key.unwrap().clone()).unwrap();
    let mut patient: serde_json::Value = serde_json::from_str(&line).unwrap();
    patient["meta"]["lastUpdated"] = "2026-10-01T00:00:00Z".into();
    patient["gender"] = "other".into();
    write_lines(&fhir.join("night.ndjson"), &[patient.to_string()]);
    project.ok(&["pull"]);

    let plan = project.ok(&["plan", "core.reader"]);
    assert!(plan.contains("build: record.patient changed"), "{plan}");
    assert!(
        plan.contains("build: core.count_of_people may change"),
        "{plan}"
    );
    let files = |project: &Project| files_below(&project.path("lake/core/count_of_people"));
    let data = |project: &Project| -> Vec<String> {
        let files = files(project).into_keys();
        files.filter(|name| name.ends_with(".parquet")).collect()
    };
    let before = data(&project);
    let summary = project.json(&["run", "core.reader"]);
    let models = summary["models"].as_array().unwrap();
    let counted = of(models, "core.count_of_people");
    assert_eq!(counted["state"], "input_changed");
    assert_eq!(counted["same_rows"], true);
    assert_eq!(of(models, "core.reader")["state"], "up_to_date");
    assert_eq!(data(&project), before);
    let again = project.json(&["run", "core.reader"]);
    let again = again["models"].as_array().unwrap();
    assert!(again.iter().all(|model| model["state"] == "up_to_date"));
    // What nothing has to be built for is built when that is asked for.
    let all = project.json(&["run", "core.reader", "--full-refresh"]);
    let all = all["models"].as_array().unwrap();
    let built =
        |model: &serde_json::Value| model["state"] == "requested" && model["same_rows"] == true;
    assert!(all.len() == 2 && all.iter().all(built), "{all:?}");
}

/// How many steps of nights are killed; more of them with `POPULACE_KILLS=50`.
fn wanted_kills() -> usize {
    let wanted = std::env::var("POPULACE_KILLS").ok();
    wanted.map_or(4, |kills| kills.parse().unwrap())
}

/// Commits of all tables of the lake.
fn commits(project: &Project) -> usize {
    let entries = |folder: PathBuf| {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path())
    };
    let layers = entries(project.path("lake"));
    let tables = layers.filter(|path| path.is_dir()).flat_map(entries);
    tables
        .map(|table| entries(table.join("_delta_log")).count())
        .sum()
}

/// A moment within a step: some time after so many commits.
struct KillMoment {
    commits: usize,
    then: Duration,
    reached: Cell<Option<Instant>>,
}

impl KillMoment {
    fn has_come(&self, project: &Project) -> bool {
        if self.reached.get().is_none() && commits(project) >= self.commits {
            self.reached.set(Some(Instant::now()));
        }
        self.reached
            .get()
            .is_some_and(|at| at.elapsed() >= self.then)
    }
}

#[test]
fn a_night_that_is_killed_at_any_moment_is_finished_by_the_next() {
    let mut pair = Pair::new(100, 63);
    let wanted = wanted_kills();
    let mut kills = [0; 2];
    // Commits of a pull and of a run, as far as they are known.
    let mut made = [20, 60];
    for kill in 0..wanted {
        pair.arrive(12);
        for (at, step) in ["pull", "run"].into_iter().enumerate() {
            let before = commits(&pair.refreshed);
            if kill % 2 == at {
                let moment = KillMoment {
                    commits: before + pair.dice.roll(made[at]),
                    then: Duration::from_micros(pair.dice.roll(30_000) as u64),
                    reached: Cell::new(None),
                };
                let project = &pair.refreshed;
                let killed = project.killed_when(&[step, "-q"], || moment.has_come(project));
                kills[at] += usize::from(killed);
                pair.refreshed.ok(&["status"]);
            }
            pair.refreshed.ok(&[step, "-q"]);
            made[at] = (commits(&pair.refreshed) - before).max(1);
        }
        pair.full.ok(&["pull", "-q"]);
        pair.run();
    }
    println!("killed of {wanted}: {} pulls, {} runs", kills[0], kills[1]);
    assert!(
        kills.iter().sum::<usize>() * 2 >= wanted,
        "{kills:?} of {wanted} were killed"
    );
    pair.compare_rows();
}
