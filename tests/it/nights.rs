//! Many nights of changes end in the same tables as one pull of the state they lead to.

use crate::project::{Project, pipeline_over, synth};
use std::collections::BTreeMap;
use std::path::Path;

/// Numbers that look random and are the same every time (Knuth's MMIX generator).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % sides as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a String]) -> &'a String {
        from[self.roll(from.len())]
    }
}

/// A valid NHS number of the test range.
pub(crate) fn nhs_number(serial: usize) -> String {
    (serial..)
        .map(|n| format!("999{:06}", n * 7 % 1_000_000))
        .find_map(|nine| {
            let sum: u32 = nine
                .bytes()
                .zip((2..=10).rev())
                .map(|(digit, weight)| u32::from(digit - b'0') * weight)
                .sum();
            let check = (11 - sum % 11) % 11;
            (check < 10).then(|| format!("{nine}{check}"))
        })
        .unwrap()
}

/// What the sender has, as lines.
#[derive(Default)]
pub(crate) struct State {
    /// The newest version of each live record, by `Type/id`.
    pub(crate) live: BTreeMap<String, String>,
    /// Records that were deleted, in their last version.
    deleted: Vec<(String, String)>,
    /// Versions that newer ones replaced.
    outdated: Vec<String>,
}

/// The NHS number on the line of a Patient.
pub(crate) fn nhs_number_of(line: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    let number = value["identifier"]
        .as_array()?
        .iter()
        .find(|identifier| identifier["system"] == "https://fhir.nhs.uk/Id/nhs-number")?;
    Some(number["value"].as_str()?.to_string())
}

pub(crate) fn read_state(fhir: &Path) -> State {
    let mut state = State::default();
    for entry in std::fs::read_dir(fhir).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8(crate::project::plain(&bytes)).unwrap();
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let kind = value["resourceType"].as_str().unwrap();
            let id = value["id"].as_str().unwrap();
            state.live.insert(format!("{kind}/{id}"), line.to_string());
        }
    }
    state
}

pub(crate) fn write_lines(path: &Path, lines: &[String]) {
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}

/// Makes the next version of a record; gives its line.
fn edit(
    state: &mut State,
    key: &str,
    updated: &str,
    with: impl FnOnce(&mut serde_json::Value),
) -> String {
    let mut value: serde_json::Value = serde_json::from_str(&state.live[key]).unwrap();
    value["meta"]["lastUpdated"] = updated.into();
    with(&mut value);
    let line = value.to_string();
    let old = state.live.insert(key.to_string(), line.clone());
    state.outdated.extend(old);
    line
}

/// One change to one record, as lines of the night's file.
pub(crate) fn change(dice: &mut Dice, state: &mut State, night: usize, at: usize) -> Vec<String> {
    // From night 31 on no version says when it was made, as October has no such days: then the later
    // extract decides.
    let updated = format!("2026-10-{:02}T{:02}:{:02}:00Z", night + 1, at / 60, at % 60);
    let keys: Vec<String> = state.live.keys().cloned().collect();
    let of = |kind: &str| -> Vec<&String> { keys.iter().filter(|k| k.starts_with(kind)).collect() };
    let patients = of("Patient/");
    match dice.roll(10) {
        // A result is corrected, and loses or keeps its components.
        0 => {
            let key = dice.pick(&of("Observation/")).clone();
            let lose = dice.roll(2) == 0;
            vec![edit(state, &key, &updated, |v| {
                v["status"] = "amended".into();
                if lose {
                    v.as_object_mut().unwrap().remove("component");
                }
            })]
        }
        // A record was filed under the wrong Patient.
        1 => {
            let kinds = ["Condition/", "Encounter/", "Observation/"];
            let kind = kinds[dice.roll(3)];
            let key = dice.pick(&of(kind)).clone();
            let to = dice.pick(&patients).clone();
            vec![edit(state, &key, &updated, |v| {
                v["subject"]["reference"] = to.clone().into();
            })]
        }
        // An NHS number is corrected.
        2 => {
            let key = dice.pick(&patients).clone();
            let number = nhs_number(1000 * night + at);
            vec![edit(state, &key, &updated, |v| {
                for identifier in v["identifier"].as_array_mut().unwrap() {
                    if identifier["system"] == "https://fhir.nhs.uk/Id/nhs-number" {
                        identifier["value"] = number.clone().into();
                    }
                }
            })]
        }
        // Two Patients are found to be one person, or no longer.
        3 | 4 => {
            let key = dice.pick(&patients).clone();
            let other = dice.pick(&patients).clone();
            let kind = ["replaced-by", "seealso"][dice.roll(2)];
            vec![edit(state, &key, &updated, |v| {
                let links = v.as_object_mut().unwrap();
                if links.remove("link").is_none() {
                    v["link"] =
                        serde_json::json!([{ "other": { "reference": other }, "type": kind }]);
                }
            })]
        }
        // A record is deleted; now and then it is a Patient.
        5 => {
            let kinds = ["Condition/", "Encounter/", "Observation/", "Patient/"];
            let kind = kinds[dice.roll(4)];
            let key = dice.pick(&of(kind)).clone();
            let line = state.live.remove(&key).unwrap();
            let bundle = serde_json::json!({
                "resourceType": "Bundle", "type": "transaction",
                "meta": { "lastUpdated": updated },
                "entry": [{ "request": { "method": "DELETE", "url": key } }],
            });
            state.deleted.push((key, line));
            vec![bundle.to_string()]
        }
        // A record that was deleted is back, newer; or an old version of it comes late.
        6 => {
            let Some((key, line)) = state.deleted.pop() else {
                return Vec::new();
            };
            if dice.roll(2) == 0 {
                return vec![line];
            }
            state.live.insert(key.clone(), line);
            vec![edit(state, &key, &updated, |_| {})]
        }
        // A new version, and the old one after it.
        7 => {
            let key = dice.pick(&of("Condition/")).clone();
            let old = state.live[&key].clone();
            let new = edit(state, &key, &updated, |v| {
                v["code"]["coding"][0]["code"] = "44054006".into();
            });
            vec![new, old]
        }
        // A version that was replaced long ago, or tonight, comes (again).
        8 => {
            let outdated: Vec<&String> = state.outdated.iter().collect();
            match outdated.is_empty() {
                true => Vec::new(),
                false => vec![dice.pick(&outdated).clone()],
            }
        }
        // A new record, of a Patient that is there or comes later, or never.
        _ => {
            let template = dice.pick(&of("Condition/")).clone();
            let id = format!("night-{night}-{at}");
            let mut value: serde_json::Value =
                serde_json::from_str(&state.live[&template]).unwrap();
            value["id"] = id.clone().into();
            value["meta"]["lastUpdated"] = updated.into();
            let line = value.to_string();
            state.live.insert(format!("Condition/{id}"), line.clone());
            vec![line]
        }
    }
}

/// A pipeline whose rows may wait: in these nights Patients come late and are deleted.
pub(crate) fn patient_with_waiting_rows(record: &Path) -> String {
    let source = "[sources.record]\n";
    pipeline_over(record).replace(source, &format!("{source}unlinked_threshold = 1.0\n"))
}

#[test]
fn nights_of_changes_equal_one_pull_of_their_end() {
    for seed in 1..=3 {
        let record = synth(60, 40 + seed, false);
        let fhir = record.path().join("fhir");
        let project = Project::empty();
        project.write_pipeline(&patient_with_waiting_rows(record.path()));
        project.ok(&["pull"]);
        let mut state = read_state(&fhir);
        let mut dice = Dice(u64::from(seed));
        for night in 0..12 {
            let mut lines = Vec::new();
            for at in 0..40 {
                lines.extend(change(&mut dice, &mut state, night, at));
            }
            write_lines(&fhir.join(format!("night-{night:02}.ndjson")), &lines);
            project.ok(&["pull"]);
        }

        let end = tempfile::tempdir().unwrap();
        for folder in ["csv", "reference"] {
            std::os::unix::fs::symlink(record.path().join(folder), end.path().join(folder))
                .unwrap();
        }
        std::fs::copy(
            record.path().join("opt-outs.txt"),
            end.path().join("opt-outs.txt"),
        )
        .unwrap();
        std::fs::create_dir(end.path().join("fhir")).unwrap();
        let lines: Vec<String> = state.live.into_values().collect();
        write_lines(&end.path().join("fhir/all.ndjson"), &lines);
        let whole = Project::empty();
        whole.write_pipeline(&patient_with_waiting_rows(end.path()));
        whole.ok(&["pull"]);

        let (nights, once) = (project.record_tables(), whole.record_tables());
        assert!(nights.keys().eq(once.keys()));
        let log = project.path("lake/record/observation/_delta_log");
        let marked = std::fs::read_dir(log).unwrap().any(|commit| {
            let commit = std::fs::read_to_string(commit.unwrap().path());
            commit.is_ok_and(|text| text.contains("\"deletionVector\":{"))
        });
        assert!(
            marked,
            "rows are marked as removed, not all files written anew"
        );
        assert!(!nights["record.patient_link"].is_empty());
        for (name, rows) in &nights {
            let other = &once[name];
            let extra: Vec<_> = rows.iter().filter(|row| !other.contains(row)).collect();
            let missing: Vec<_> = other.iter().filter(|row| !rows.contains(row)).collect();
            assert!(
                extra.is_empty() && missing.is_empty() && rows.len() == other.len(),
                "seed {seed}, {name}: {extra:#?} should not be there, {missing:#?} should"
            );
        }
    }
}

#[test]
fn a_row_whose_nhs_number_is_corrected_moves_to_its_person() {
    let record = synth(40, 51, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let entry = std::fs::read_dir(record.path().join("csv"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.to_string_lossy().contains("pharmacy_contact"))
        .unwrap();
    let text = crate::project::plain(&std::fs::read(&entry).unwrap());
    let mut reader = csv::Reader::from_reader(&text[..]);
    let header = reader.headers().unwrap().clone();
    let number = header
        .iter()
        .position(|name| name.to_lowercase().contains("nhs_number"))
        .unwrap();
    let mut rows: Vec<csv::StringRecord> = reader.records().map(|r| r.unwrap()).collect();
    let new = nhs_number(77);
    let changed: Vec<&str> = rows[0]
        .iter()
        .enumerate()
        .map(|(i, v)| if i == number { new.as_str() } else { v })
        .collect();
    rows[0] = changed.into();
    let mut writer = csv::Writer::from_path(&entry).unwrap();
    writer.write_record(&header).unwrap();
    for row in &rows {
        writer.write_record(row).unwrap();
    }
    drop(writer);
    let count = "select count(*) from record.pharmacy_contact";
    let before = project.number(count);
    let people = project.number("select count(distinct person_key) from record.pharmacy_contact");
    project.ok(&["pull"]);
    assert_eq!(project.number(count), before, "no row stays behind");
    let after = project.number("select count(distinct person_key) from record.pharmacy_contact");
    assert!(
        (people..=people + 1).contains(&after),
        "{people} then {after}"
    );
}
