//! `populace verify lake`: what is wrong with the lake's files is found.

use crate::project::{Project, synth};

/// A lake with one small table.
fn small() -> Project {
    let record = synth(30, 3, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    project
}

#[test]
fn a_file_of_the_lake_that_is_gone_or_cut_short_is_found() {
    let project = small();
    let whole = project.json(&["verify", "lake"]);
    assert_eq!(whole["problems"], serde_json::json!([]));
    assert!(whole["files"].as_u64().unwrap() > 3, "{whole}");
    let folder = project.path("lake/populace/extract");
    let file = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "parquet"))
        .unwrap();
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    let said = project.fails(3, &["verify", "lake"]);
    assert!(said.contains("is shorter than its table says"), "{said}");
    std::fs::remove_file(&file).unwrap();
    let said = project.fails(3, &["verify", "lake"]);
    assert!(said.contains("is not there"), "{said}");
    assert!(said.contains("populace/extract/"), "{said}");
}

/// What is said to be wrong with the lake, by file.
fn problems(project: &Project) -> Vec<serde_json::Value> {
    let output = project.run(&["verify", "lake", "--json"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = said["problems"].as_array().unwrap().clone();
    let code = if problems.is_empty() { 0 } else { 3 };
    assert_eq!(output.status.code(), Some(code), "{said}");
    problems
}

#[test]
fn each_damage_is_named_with_its_table_source_and_what_to_do() {
    let record = synth(30, 3, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    assert_eq!(problems(&project), [] as [serde_json::Value; 0]);
    let lake = project.path("lake");
    for (folder, hint, sources) in [
        ("record/condition", "populace pull --again record`", 1),
        ("core/person", "populace run core.person`", 0),
        ("reference/population", "`populace run`", 0),
        ("populace/extract", "`populace pull --again`", 0),
    ] {
        let files = crate::project::files_below(&lake.join(folder));
        let (name, whole) = files.iter().find(|(n, _)| n.ends_with(".parquet")).unwrap();
        let file = lake.join(folder).join(name);
        let mut bytes = whole.clone();
        bytes[whole.len() / 3] ^= 32;
        std::fs::write(&file, bytes).unwrap();
        let found = problems(&project);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["table"], folder.replace('/', "."));
        assert_eq!(found[0]["file"], format!("{folder}/{name}"));
        assert_eq!(found[0]["what"], "holds other bytes than were written");
        assert!(
            found[0]["hint"].as_str().unwrap().contains(hint),
            "{found:?}"
        );
        assert_eq!(found[0]["sources"].as_array().unwrap().len(), sources);
        std::fs::write(&file, whole).unwrap();
    }
    // A log with a gap, and a last commit that was cut short.
    let log = lake.join("populace/night/_delta_log");
    for (version, cut) in [(1, 0), (1, 40)] {
        let commit = log.join(format!("{version:020}.json"));
        let whole = std::fs::read(&commit).unwrap();
        match cut {
            0 => std::fs::remove_file(&commit).unwrap(),
            at => std::fs::write(&commit, &whole[..at]).unwrap(),
        }
        let found = problems(&project);
        assert!(!found.is_empty(), "{cut}");
        assert!(
            found.iter().all(|p| p["table"] == "populace.night"),
            "{found:?}"
        );
        std::fs::write(&commit, whole).unwrap();
    }
    assert_eq!(problems(&project), [] as [serde_json::Value; 0]);
    // Orphans are no damage.
    std::fs::write(lake.join("core/person/part-left.parquet"), "left").unwrap();
    let said = project.json(&["verify", "lake"]);
    assert_eq!(
        (&said["problems"], &said["unnamed"]),
        (&serde_json::json!([]), &1.into())
    );
    let settings = lake.join("populace.json");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("\"shards\": 4", "\"shards\": 5")).unwrap();
    let error = project.fails(3, &["verify", "lake"]);
    assert!(
        error.contains("populace.json") && error.contains("is damaged"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_another_program_wrote_is_said_to_be_not_checked() {
    use populace::lake::{Change, Lake, Location, Settings, TableName, encode};
    let folder = tempfile::tempdir().unwrap();
    let location = Location::parse("lake", folder.path()).unwrap();
    let settings = Settings::new(1, "0123456789abcdef".into());
    let lake = Lake::open_or_create(location, &settings).await.unwrap();
    let numbers: arrow::array::ArrayRef =
        std::sync::Arc::new(arrow::array::Int64Array::from(vec![1, 2]));
    let rows = arrow::array::RecordBatch::try_from_iter([("number", numbers)]).unwrap();
    let encoded = encode(&rows.schema(), std::slice::from_ref(&rows), &[]).unwrap();
    let name = TableName::new("record", "thing");
    let mut file = lake.write_file(&name, None, 0, encoded).await.unwrap();
    let theirs = "record/thing/part-00000-9f7e.c000.snappy.parquet";
    let below = |path: &str| folder.path().join("lake").join(path);
    std::fs::rename(below(&file.path), below(theirs)).unwrap();
    file.path = theirs.to_string();
    let schema = rows.schema();
    let change = Change::replacing(None, schema, Default::default(), vec![file.clone()]);
    lake.commit(&name, None, change).await.unwrap();
    let found = lake.verify().await.unwrap();
    assert_eq!(
        (found.not_checked, found.problems),
        (vec![theirs.to_string()], vec![])
    );
    // What can be seen of it is looked at all the same.
    file.rows = 3;
    let name = TableName::new("record", "other");
    let elsewhere = theirs.replace("thing", "other");
    std::fs::create_dir_all(below("record/other")).unwrap();
    std::fs::copy(below(theirs), below(&elsewhere)).unwrap();
    file.path = elsewhere;
    let change = Change::replacing(None, rows.schema(), Default::default(), vec![file]);
    lake.commit(&name, None, change).await.unwrap();
    let found = lake.verify().await.unwrap();
    assert_eq!(found.problems[0].what, "has 2 rows in place of 3");
}
