//! A pull that is cut short between the commits of any two tables is finished by the next.

use crate::nights::{
    Dice, State, change, nhs_number, nhs_number_of, patient_with_waiting_rows, read_state,
    write_lines,
};
use crate::project::{Project, synth};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(std::fs::copy(&path, &target).unwrap()),
        }
    }
}

fn replace(folder: &Path, by: &Path) {
    if folder.exists() {
        std::fs::remove_dir_all(folder).unwrap();
    }
    copy(by, folder);
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// When the last commit of a table was made.
fn last_commit(table: &Path) -> SystemTime {
    let commits = std::fs::read_dir(table.join("_delta_log")).unwrap();
    let times = commits.map(|commit| commit.unwrap().metadata().unwrap().modified().unwrap());
    times.max().unwrap()
}

/// The tables below `record`, each with how many commits it has.
fn commits(lake: &Path) -> BTreeMap<String, usize> {
    let tables = std::fs::read_dir(lake.join("record")).unwrap();
    let tables = tables.map(|table| table.unwrap().path());
    let counted = tables.map(|table| {
        let commits = std::fs::read_dir(table.join("_delta_log")).unwrap();
        (name(&table), commits.count())
    });
    counted.collect()
}

/// Whose each row of the tables is.
fn people(project: &Project) -> Vec<Vec<String>> {
    let tables = project.json(&["status"])["tables"].clone();
    let names = tables.as_array().unwrap().iter();
    let names = names.filter_map(|table| table["table"].as_str());
    let of_people = names.filter(|name| name.starts_with("record.") && !name.contains("organ"));
    let columns = project.sql(
        "select table_schema || '.' || table_name from information_schema.columns where column_name = 'person_key'",
    );
    let each = of_people
        .filter(|name| columns.iter().any(|row| row[0] == *name))
        .map(|name| {
            format!(
                "select '{name}' as name, record_key, record_row, person_key, digest from {name}"
            )
        });
    let all: Vec<String> = each.collect();
    assert!(all.len() > 15, "{all:?}");
    project.sql(&format!("{} order by 1, 2, 3", all.join(" union all ")))
}

/// Two projects over one record: the pulls of one are cut short.
struct Pair {
    record: tempfile::TempDir,
    cut: Project,
    whole: Project,
    state: State,
    dice: Dice,
}

impl Pair {
    fn new(seed: u32) -> Pair {
        let record = synth(60, seed, false);
        let project = || {
            let project = Project::empty();
            project.write_pipeline(&patient_with_waiting_rows(record.path()));
            project.ok(&["pull", "-q"]);
            project
        };
        let (cut, whole) = (project(), project());
        let state = read_state(&record.path().join("fhir"));
        Pair {
            record,
            cut,
            whole,
            state,
            dice: Dice(u64::from(seed)),
        }
    }

    /// Changes arrive, and one project pulls them.
    fn arrive(&mut self, night: usize) {
        let mut lines = Vec::new();
        for at in 0..30 {
            lines.extend(change(&mut self.dice, &mut self.state, night, at));
        }
        let file = format!("fhir/night-{night:02}.ndjson");
        write_lines(&self.record.path().join(file), &lines);
        self.whole.ok(&["pull", "-q"]);
    }

    /// A pull of which only the commit of one table is left, and those of the program's own tables that
    /// came before it, as if it had been killed after it.
    fn pull_cut_short(&self, committed: &str) {
        let lake = self.cut.path("lake");
        let kept = tempfile::tempdir().unwrap();
        let (before, after) = (kept.path().join("before"), kept.path().join("after"));
        replace(&before, &lake);
        self.cut.ok(&["pull", "-q"]);
        let moment = last_commit(&lake.join(committed));
        let own = std::fs::read_dir(lake.join("populace")).unwrap();
        let own = own.map(|table| table.unwrap().path());
        let own = own.filter(|table| table.is_dir() && last_commit(table) < moment);
        let names = own.map(|table| format!("populace/{}", name(&table)));
        let kept: Vec<String> = names.chain([committed.to_string()]).collect();
        replace(&after, &lake);
        replace(&lake, &before);
        for table in kept {
            replace(&lake.join(&table), &after.join(&table));
        }
    }

    /// A Patient with Encounters who is alone with their NHS number, their number, and their Encounters.
    fn patient(&self) -> (String, String, usize) {
        let lines = self.state.live.iter();
        let patients = lines.filter(|(key, _)| key.starts_with("Patient/"));
        let numbers: Vec<(&String, Option<String>)> = patients
            .map(|(key, line)| (key, nhs_number_of(line)))
            .collect();
        let found = numbers.iter().find_map(|(key, number)| {
            let number = number.clone()?;
            let alone = numbers
                .iter()
                .filter(|(_, of)| of.as_ref() == Some(&number));
            let mark = format!("\"{key}\"");
            let encounters = self
                .state
                .live
                .iter()
                .filter(|(of, line)| of.starts_with("Encounter/") && line.contains(&mark));
            let encounters = encounters.count();
            let wanted = alone.count() == 1 && encounters > 2;
            wanted.then(|| ((*key).clone(), number, encounters))
        });
        found.unwrap()
    }

    /// Puts a person on the list of opt-outs.
    fn opt_out(&self, number: &str) {
        let list = self.record.path().join("opt-outs.txt");
        let known = std::fs::read_to_string(&list).unwrap();
        std::fs::write(&list, format!("{}\n{number}\n", known.trim_end())).unwrap();
    }
}

/// The number of rows of Encounters.
const ENCOUNTERS: &str = "select count(*) from record.encounter";

/// A line arrives in a file of its own.
fn send(record: &Path, night: u32, line: &serde_json::Value) {
    let file = format!("fhir/another-night-{night}.ndjson");
    write_lines(&record.join(file), &[line.to_string()]);
}

#[test]
fn a_deleted_patient_is_known_to_whoever_opts_out_after_a_pull_that_was_cut_short() {
    let pair = Pair::new(74);
    let (key, number, encounters) = pair.patient();
    let before = pair.cut.number(ENCOUNTERS);
    let bundle = serde_json::json!({
        "resourceType": "Bundle", "type": "transaction",
        "meta": { "lastUpdated": "2026-10-01T00:00:00Z" },
        "entry": [{ "request": { "method": "DELETE", "url": key } }],
    });
    send(pair.record.path(), 1, &bundle);
    pair.pull_cut_short("record/patient");
    pair.cut.ok(&["pull", "-q"]);
    let waiting = format!("{ENCOUNTERS} where person_key is null");
    assert_eq!(pair.cut.number(&waiting), encounters as i64);
    assert_eq!(pair.cut.number(ENCOUNTERS), before);

    pair.opt_out(&number);
    pair.cut.ok(&["pull", "-q"]);
    assert_eq!(pair.cut.number(&waiting), 0);
    assert_eq!(pair.cut.number(ENCOUNTERS), before - encounters as i64);
}

#[test]
fn whoever_turns_out_not_to_have_opted_out_comes_back_after_a_pull_that_was_cut_short() {
    let pair = Pair::new(75);
    let (key, number, encounters) = pair.patient();
    let before = pair.cut.number(ENCOUNTERS);
    pair.opt_out(&number);
    pair.cut.ok(&["pull", "-q"]);
    assert_eq!(pair.cut.number(ENCOUNTERS), before - encounters as i64);

    // The number was another person's.
    let line = pair.state.live[&key].replace(&number, &nhs_number(500));
    let mut patient: serde_json::Value = serde_json::from_str(&line).unwrap();
    patient["meta"]["lastUpdated"] = "2026-10-01T00:00:00Z".into();
    send(pair.record.path(), 1, &patient);
    pair.pull_cut_short("record/patient");
    pair.cut.ok(&["pull", "-q"]);
    assert_eq!(pair.cut.number(ENCOUNTERS), before);
}

#[test]
fn a_merge_is_undone_after_a_pull_that_was_cut_short_before_any_table() {
    let pair = Pair::new(76);
    let (key, _, encounters) = pair.patient();
    let mut keys = pair.state.live.keys();
    let other = keys.find(|of| of.starts_with("Patient/") && **of != key);
    let persons = |project: &Project| {
        project.sql("select record_key, person_key from record.encounter order by 1, record_row")
    };
    let before = persons(&pair.whole);

    let mut patient: serde_json::Value = serde_json::from_str(&pair.state.live[&key]).unwrap();
    patient["meta"]["lastUpdated"] = "2026-10-01T00:00:00Z".into();
    patient["link"] =
        serde_json::json!([{ "other": { "reference": other }, "type": "replaced-by" }]);
    send(pair.record.path(), 1, &patient);
    pair.cut.ok(&["pull", "-q"]);
    let merged = persons(&pair.cut);
    let moved = merged.iter().zip(&before).filter(|(now, then)| now != then);
    assert_eq!(moved.count(), encounters);

    patient["meta"]["lastUpdated"] = "2026-10-02T00:00:00Z".into();
    patient.as_object_mut().unwrap().remove("link");
    send(pair.record.path(), 2, &patient);
    pair.pull_cut_short("populace/emptied");
    pair.cut.ok(&["pull", "-q"]);
    assert_eq!(persons(&pair.cut), before);
}

#[test]
fn rows_do_not_stay_with_whom_a_patient_was_while_they_were_read() {
    let pair = Pair::new(77);
    let (key, _, _) = pair.patient();
    let live = &pair.state.live;
    let list = std::fs::read_to_string(pair.record.path().join("opt-outs.txt")).unwrap();
    let others = live.iter().filter(|(of, line)| {
        let number = nhs_number_of(line);
        let is_known = number.is_some_and(|number| !list.contains(&number));
        of.starts_with("Patient/") && **of != key && is_known && line.contains("\"address\"")
    });
    let others: Vec<&String> = others.map(|(of, _)| of).collect();
    let (second, third) = (others[0], others[1]);
    let addresses = || {
        let columns = "record_key, record_row, person_key";
        let sql = format!("select {columns} from record.patient_address order by 1, 2");
        pair.cut.sql(&sql)
    };
    let before = addresses();
    let replaced = |key: &String, by: &String| {
        let mut patient: serde_json::Value = serde_json::from_str(&live[key]).unwrap();
        patient["meta"]["lastUpdated"] = "2026-10-01T00:00:00Z".into();
        patient["link"] =
            serde_json::json!([{ "other": { "reference": by }, "type": "replaced-by" }]);
        patient
    };
    let mut first = replaced(&key, second);
    send(pair.record.path(), 1, &first);
    send(pair.record.path(), 2, &replaced(second, third));
    pair.cut.ok(&["pull", "-q"]);
    assert_ne!(addresses(), before);

    // The third is deleted, and nobody replaces the first any more. While the deletion alone is known, the
    // first is the second.
    first["meta"]["lastUpdated"] = "2026-10-02T00:00:00Z".into();
    first.as_object_mut().unwrap().remove("link");
    send(pair.record.path(), 3, &first);
    let deleted = serde_json::json!({
        "resourceType": "Bundle", "type": "transaction",
        "meta": { "lastUpdated": "2026-10-02T00:00:00Z" },
        "entry": [{ "request": { "method": "DELETE", "url": third } }],
    });
    send(pair.record.path(), 4, &deleted);
    pair.pull_cut_short("populace/emptied");
    pair.cut.ok(&["pull", "-q"]);
    let found = addresses();
    let odd: Vec<_> = found.iter().filter(|row| !before.contains(row)).collect();
    assert!(odd.is_empty(), "{odd:?}");
    assert!(found.len() < before.len(), "those of the third are gone");
}

/// How many seeds; more of them with `POPULACE_CUT_SHORT=3`.
fn wanted_seeds() -> u32 {
    let wanted = std::env::var("POPULACE_CUT_SHORT").ok();
    wanted.map_or(1, |seeds| seeds.parse().unwrap())
}

#[test]
fn a_pull_that_is_cut_short_between_any_two_commits_is_finished_by_the_next() {
    let mut cuts = 0;
    for seed in 71..71 + wanted_seeds() {
        let mut pair = Pair::new(seed);
        let lake = pair.cut.path("lake");
        // In the second night versions do not say when they were made.
        for night in [0, 31] {
            pair.arrive(night);
            let wanted = people(&pair.whole);
            let kept = tempfile::tempdir().unwrap();
            let (before, after) = (kept.path().join("before"), kept.path().join("after"));
            replace(&before, &lake);
            pair.cut.ok(&["pull", "-q"]);
            replace(&after, &lake);
            let (old, new) = (commits(&before), commits(&after));
            let changed: Vec<&String> = new.keys().filter(|name| old[*name] < new[*name]).collect();
            for cut in 0..changed.len() {
                replace(&lake, &before);
                let mut names = Vec::new();
                // They are committed before any table.
                for own in ["populace/deleted", "populace/emptied"] {
                    if after.join(own).exists() {
                        replace(&lake.join(own), &after.join(own));
                    }
                }
                for (at, name) in changed.iter().enumerate() {
                    // One table alone, or some of them.
                    let committed = match cut % 2 {
                        0 => at == cut,
                        // And none of them.
                        _ if cut == 1 => false,
                        _ => pair.dice.roll(2) == 0,
                    };
                    if committed {
                        let table = format!("record/{name}");
                        replace(&lake.join(&table), &after.join(&table));
                        names.push(name);
                    }
                }
                pair.cut.ok(&["pull", "-q"]);
                let found = people(&pair.cut);
                let odd: Vec<_> = found.iter().filter(|row| !wanted.contains(row)).collect();
                assert!(
                    found == wanted,
                    "seed {seed}, night {night}, cut short after {names:?}: {odd:#?}"
                );
                cuts += 1;
            }
        }
    }
    println!("{cuts} pulls were cut short");
    assert!(cuts > 20, "{cuts}");
}
