//! A table's log with any damage gives the table as it was left, or an error, and never other rows.

use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use populace::error::{Error, Kind};
use populace::lake::{Change, DataFile, Lake, Location, Settings, TableName, encode};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

type Rows = BTreeSet<(i64, Option<String>)>;

/// A lake with one table, and the rows that each of its versions has.
struct Base {
    folder: tempfile::TempDir,
    states: Vec<Rows>,
    log: BTreeMap<String, Vec<u8>>,
}

fn name() -> TableName {
    TableName::new("record", "thing")
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("person_key", DataType::Int64, false),
        Field::new("note", DataType::Utf8, true),
    ]))
}

async fn open(folder: &Path) -> Lake {
    let location = Location::parse(&folder.display().to_string(), folder).unwrap();
    let settings = Settings::new(2, "0123456789abcdef".to_string());
    Lake::open_or_create(location, &settings).await.unwrap()
}

async fn rows(lake: &Lake) -> Result<Option<(u64, Rows)>, Error> {
    let Some(table) = lake.table(&name()).await? else {
        return Ok(None);
    };
    let mut rows = Rows::new();
    for file in &table.files {
        for batch in lake.read_as(file, &schema(), None).await? {
            let keys = batch.column(0).as_primitive::<Int64Type>();
            let notes = batch.column(1).as_string::<i32>();
            for (key, note) in keys.values().iter().zip(notes) {
                assert!(rows.insert((*key, note.map(str::to_string))), "a row twice");
            }
        }
    }
    assert_eq!(table.rows(), rows.len() as u64);
    Ok(Some((table.version, rows)))
}

/// A table of `commits` versions: files come, go, and lose rows.
fn base(commits: i64) -> Base {
    let folder = tempfile::tempdir().unwrap();
    let mut states = Vec::new();
    runtime().block_on(async {
        let lake = open(folder.path()).await;
        for at in 0..commits {
            let table = lake.table(&name()).await.unwrap();
            let keys = Int64Array::from_iter_values((0..4).map(|row| 10 * at + row));
            let notes = ["a", "b", "c", "d"].map(|note| Some(format!("{note}{at}")));
            let notes = arrow::array::StringArray::from_iter(notes);
            let columns: Vec<arrow::array::ArrayRef> = vec![Arc::new(keys), Arc::new(notes)];
            let batch = RecordBatch::try_new(schema(), columns).unwrap();
            let encoded = encode(&schema(), &[batch], &["person_key"]).unwrap();
            let shard = Some(i32::try_from(at % 2).unwrap());
            let digest = u128::try_from(at + 1).unwrap();
            let new = lake.write_file(&name(), shard, digest, encoded).await;
            let (mut add, mut remove) = (vec![new.unwrap()], Vec::new());
            let held: Vec<DataFile> = table.iter().flat_map(|t| &t.files).cloned().collect();
            if at % 3 == 2 {
                remove.push(held[0].clone());
                add.extend(held[0].without(&[0], 1));
            }
            if at % 4 == 3 {
                remove.extend(held.get(1).cloned());
            }
            let change = Change {
                schema: schema(),
                sharded: true,
                properties: BTreeMap::from([("populace.content".to_string(), at.to_string())]),
                add,
                remove,
            };
            lake.commit(&name(), table.as_ref(), change).await.unwrap();
            states.push(rows(&lake).await.unwrap().unwrap().1);
        }
    });
    let log = crate::project::files_below(&log_of(folder.path()));
    Base {
        folder,
        states,
        log,
    }
}

fn log_of(lake: &Path) -> PathBuf {
    lake.join("record/thing/_delta_log")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

#[derive(Debug, Clone)]
enum Damage {
    Flip {
        at: usize,
        bit: u8,
    },
    Cut {
        at: usize,
    },
    /// After the end of a line: what is left is a good log of less.
    CutLine {
        at: usize,
    },
    DropLine {
        at: usize,
    },
    Delete,
    Empty,
    Duplicate {
        over: usize,
    },
    Swap {
        with: usize,
    },
}

fn damage() -> impl Strategy<Value = (usize, Damage)> {
    let at = any::<prop::sample::Index>().prop_map(|index| index.index(1 << 20));
    let what = (0..8, at.clone(), 0..8u8).prop_map(|(kind, at, bit)| match kind {
        0 => Damage::Flip { at, bit },
        1 => Damage::Cut { at },
        2 => Damage::CutLine { at },
        3 => Damage::DropLine { at },
        4 => Damage::Delete,
        5 => Damage::Empty,
        6 => Damage::Duplicate { over: at },
        _ => Damage::Swap { with: at },
    });
    (at, what)
}

fn apply(log: &mut BTreeMap<String, Vec<u8>>, file: usize, damage: &Damage) {
    let names: Vec<String> = log.keys().cloned().collect();
    let Some(name) = names.get(file % names.len().max(1)) else {
        return;
    };
    let other = |at: &usize| names[at % names.len()].clone();
    let bytes = log[name].clone();
    let ends: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'\n').collect();
    match damage {
        Damage::Flip { at, bit } if !bytes.is_empty() => {
            log.get_mut(name).unwrap()[at % bytes.len()] ^= 1 << bit;
        }
        Damage::Cut { at } => log.get_mut(name).unwrap().truncate(at % (bytes.len() + 1)),
        Damage::CutLine { at } if !ends.is_empty() => {
            log.get_mut(name)
                .unwrap()
                .truncate(ends[at % ends.len()] + 1);
        }
        Damage::DropLine { at } if !ends.is_empty() => {
            let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            lines.remove(at % lines.len());
            log.insert(name.clone(), lines.concat());
        }
        Damage::Delete => drop(log.remove(name)),
        Damage::Empty => log.get_mut(name).unwrap().clear(),
        Damage::Duplicate { over } => drop(log.insert(other(over), bytes)),
        Damage::Swap { with } => {
            let with = other(with);
            let theirs = log.insert(with, bytes).unwrap();
            log.insert(name.clone(), theirs);
        }
        Damage::Flip { .. } | Damage::CutLine { .. } | Damage::DropLine { .. } => {}
    }
}

/// Opens the table with this log instead of its own.
fn with_log(base: &Base, log: &BTreeMap<String, Vec<u8>>) -> Result<(), TestCaseError> {
    let folder = log_of(base.folder.path());
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::create_dir(&folder).unwrap();
    for (name, bytes) in log {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let found = runtime().block_on(async { rows(&open(base.folder.path()).await).await });
    let commit = |version: usize| format!("{version:020}.json");
    match found {
        Ok(Some((version, rows))) => {
            let version = usize::try_from(version).unwrap();
            prop_assert_eq!(&rows, &base.states[version], "version {}", version);
            // An older version only where nothing is left of the next one.
            let next = log.get(&commit(version + 1));
            let last = version + 1 == base.states.len();
            prop_assert!(last || next.is_none(), "version {} hides the next", version);
        }
        Ok(None) => prop_assert!(!log.keys().any(|name| name.ends_with(".json"))),
        Err(error) => {
            prop_assert_eq!(error.kind(), Kind::Data);
            let said = format!("{} {:?}", error.what(), error.causes());
            prop_assert!(said.contains("record.thing"), "{}", said);
            prop_assert!(error.hint_text().is_some(), "{}", said);
        }
    }
    Ok(())
}

/// One log file with one byte changed: a deletion vector that names another row, of the same number.
#[test]
fn a_deletion_vector_that_names_another_row_is_an_error() {
    let base = base(3);
    let commit = format!("{:020}.json", 2);
    let text = String::from_utf8(base.log[&commit].clone()).unwrap();
    let vector = |rows: &[u32]| {
        let mut bytes = 1_681_511_377u32.to_le_bytes().to_vec();
        let rows: roaring::RoaringTreemap = rows.iter().map(|row| u64::from(*row)).collect();
        rows.serialize_into(&mut bytes).unwrap();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        z85::encode(&bytes)
    };
    let plain = |text: String| {
        serde_json::to_string(&text)
            .unwrap()
            .trim_matches('"')
            .to_string()
    };
    let (row_0, row_1) = (plain(vector(&[0])), plain(vector(&[1])));
    assert!(text.contains(&row_0), "{text}");
    let mut log = base.log.clone();
    log.insert(commit, text.replace(&row_0, &row_1).into_bytes());
    let said = with_log(&base, &log);
    assert!(said.is_ok(), "{said:?}");
}

/// A kind of deletion vector that the library does not know, over which it panics.
#[test]
fn a_deletion_vector_of_an_unknown_kind_is_an_error() {
    let base = base(3);
    let commit = format!("{:020}.json", 2);
    let text = String::from_utf8(base.log[&commit].clone()).unwrap();
    for kind in ["h", "z", ""] {
        let damaged = text.replace(
            "\"storageType\":\"i\"",
            &format!("\"storageType\":\"{kind}\""),
        );
        assert_ne!(damaged, text);
        let mut log = base.log.clone();
        log.insert(commit.clone(), damaged.into_bytes());
        let said = with_log(&base, &log);
        assert!(said.is_ok(), "{said:?}");
    }
}

static SHORT: LazyLock<Base> = LazyLock::new(|| base(7));
static LONG: LazyLock<Base> = LazyLock::new(|| base(103));

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_damage_is_an_error_or_no_damage(damages in prop::collection::vec(damage(), 1..4)) {
        static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock();
        let mut log = SHORT.log.clone();
        for (file, damage) in &damages {
            apply(&mut log, *file, damage);
        }
        with_log(&SHORT, &log)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 50, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_that_was_summed_up_too((file, damage) in damage()) {
        static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock();
        // What is older than the sum is not looked at.
        let (mut log, old): (BTreeMap<_, _>, BTreeMap<_, _>) = LONG.log.clone().into_iter()
            .partition(|(name, _)| name.as_str() > "00000000000000000098");
        prop_assert!(log.keys().any(|name| name.contains("checkpoint")));
        apply(&mut log, file, &damage);
        log.extend(old);
        with_log(&LONG, &log)?;
    }
}
