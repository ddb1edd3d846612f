//! Older versions of tables go when nobody needs them, and nothing else goes.

use crate::project::{Project, files_below, synth};
use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use populace::lake::{Change, Lake, Location, Settings, TableName, encode};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The data files of the lake, by path.
fn files(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let mut files = files_below(&project.path("lake"));
    // The log of who ran what grows with every command.
    let is_log = |name: &str| name.contains("_delta_log") || name.starts_with("populace/audit/");
    files.retain(|name, _| name.ends_with(".parquet") && !is_log(name));
    files
}

/// Every `person_key` that stands in a file, whether or not its row still counts.
fn people(bytes: &[u8]) -> BTreeSet<i64> {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
    let mut found = BTreeSet::new();
    for batch in reader.build().unwrap() {
        let batch: RecordBatch = batch.unwrap();
        if let Some(keys) = batch.column_by_name("person_key") {
            let keys = keys.as_primitive::<Int64Type>();
            found.extend(keys.iter().flatten());
        }
    }
    found
}

#[test]
fn old_files_go_and_tables_stay() {
    let record = synth(20, 21, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let sql = "select person_key, count(*) from record.observation where person_key is not null group by 1 order by 2 desc, 1";
    let most: i64 = project.sql(sql)[0][0].parse().unwrap();

    // Somebody opts out, and an ordinary night follows.
    let patients = project.path("patients.csv");
    let view = r#"{"resourceType":"ViewDefinition","status":"active","resource":"Patient","select":[{"column":[{"name":"nhs","path":"identifier.where(system = 'https://fhir.nhs.uk/Id/nhs-number').value.first()"}]}]}"#;
    std::fs::write(project.path("nhs.json"), view).unwrap();
    let fhir = record.path().join("fhir").display().to_string();
    project.ok(&["view", "nhs.json", &fhir, "-o", patients.to_str().unwrap()]);
    let numbers = std::fs::read_to_string(&patients).unwrap();
    let list = record.path().join("opt-outs.txt");
    let before = std::fs::read_to_string(&list).unwrap();
    let mut gone = false;
    for number in numbers.lines().skip(1).filter(|n| !n.is_empty()) {
        std::fs::write(&list, format!("{before}{number}\n")).unwrap();
        project.ok(&["pull"]);
        let left = format!("select count(*) from record.observation where person_key = {most}");
        if project.number(&left) == 0 {
            gone = true;
            break;
        }
    }
    assert!(gone, "one of the numbers is that person's");

    let tables = |project: &Project| {
        project.sql("select * from record.observation order by record_key, record_row")
    };
    let (held, rows) = (files(&project), tables(&project));
    assert!(held.values().any(|bytes| people(bytes).contains(&most)));
    let planned = project.json(&["vacuum", "--keep-days", "0", "--dry-run"]);
    assert!(planned["files"].as_u64().unwrap() > 0, "{planned}");
    assert_eq!(files(&project), held, "a dry run removes nothing");
    let kept = project.json(&["vacuum"]);
    assert_eq!(kept["files"], 0, "thirty days have not passed");
    let done = project.json(&["vacuum", "--keep-days", "0"]);
    let left = files(&project);
    // Files of the log of who ran what are among those removed.
    let removed = (held.len() - left.len()) as u64;
    assert!(removed > 0 && removed <= done["files"].as_u64().unwrap());
    // The lake remembers the pseudonyms of those who opted out, and no record of theirs.
    let records = left.iter().filter(|(name, _)| name.starts_with("record/"));
    for (name, bytes) in records {
        assert!(!people(bytes).contains(&most), "{name}");
    }
    assert_eq!(tables(&project), rows);
    let again = project.json(&["pull"]);
    assert_eq!(again["files_read"], 0, "nothing has to be read again");
}

#[test]
fn a_log_of_many_commits_keeps_what_is_said_of_files() {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    runtime.block_on(many_commits());
}

async fn many_commits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lake").display().to_string();
    let location = Location::parse(&path, folder.path()).unwrap();
    let settings = Settings::new(4, "0123456789abcdef".to_string());
    let lake = Lake::open_or_create(location, &settings).await.unwrap();
    let name = TableName::new("populace", "many");
    let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
    // More than the hundred commits after which Delta Lake sums a log up.
    for n in 0..110 {
        let rows = Int64Array::from(vec![n, n + 1, n + 2]);
        let rows = RecordBatch::try_new(schema.clone(), vec![Arc::new(rows)]).unwrap();
        let base = lake.table(&name).await.unwrap();
        let encoded = encode(&schema, &[rows], &[]).unwrap();
        let file = lake.write_file(&name, None, 77, encoded).await.unwrap();
        let rest = file.without(&[1], 7).unwrap();
        let change = Change {
            schema: schema.clone(),
            sharded: false,
            properties: BTreeMap::from([("populace.content".to_string(), n.to_string())]),
            add: vec![rest],
            remove: base.iter().flat_map(|t| t.files.clone()).collect(),
        };
        lake.commit(&name, base.as_ref(), change).await.unwrap();
    }
    let summed_up = folder
        .path()
        .join("lake/populace/many/_delta_log/_last_checkpoint");
    assert!(summed_up.exists(), "the log was summed up");
    let table = lake.table(&name).await.unwrap().unwrap();
    assert_eq!(table.version, 109);
    assert_eq!(table.property("populace.content"), Some("109"));
    assert_eq!(table.files.len(), 1);
    assert_eq!((table.files[0].rows, table.files[0].digest), (2, 70));
    let rows = lake.read_file(&table.files[0], None).await.unwrap();
    let numbers = rows[0].column(0).as_primitive::<Int64Type>();
    assert_eq!(numbers.values(), &[109, 111]);
}
