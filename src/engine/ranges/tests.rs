//! What is told of the order of files must change no answer.

use crate::engine::{Engine, LakeTable, Limits};
use crate::lake::{DataFile, FileWriter, Lake, Location, Settings, TableName};
use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;
use arrow::util::pretty::pretty_format_batches;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A key, a day, and the number of the row.
type RangeRow = (Option<i64>, Option<i32>, i64);

struct Setting {
    lake: Lake,
    folder: tempfile::TempDir,
}

impl Setting {
    async fn new() -> Setting {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::parse("lake", folder.path()).unwrap();
        let settings = Settings::new(2, "key".to_string());
        let lake = Lake::open_or_create(location, &settings).await.unwrap();
        Setting { lake, folder }
    }

    fn engine(&self, threads: usize, memory: usize) -> Engine {
        let limits = Limits {
            memory,
            threads,
            spill: self.folder.path().to_path_buf(),
        };
        Engine::new(&self.lake, &limits, &BTreeMap::new()).unwrap()
    }

    async fn file(&self, rows: &[RangeRow], group_rows: usize) -> DataFile {
        let mut writer = FileWriter::in_groups(&schema(), group_rows).unwrap();
        for rows in rows.chunks(1000) {
            writer.write(&batch(rows)).unwrap();
        }
        let name = TableName::new("test", "t");
        let encoded = writer.finish().unwrap();
        self.lake.write_file(&name, None, 0, encoded).await.unwrap()
    }
}

fn batch(rows: &[RangeRow]) -> RecordBatch {
    let columns: [(&str, ArrayRef, bool); 4] = [
        (
            "k",
            Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>()),
            true,
        ),
        (
            "d",
            Arc::new(rows.iter().map(|row| row.1).collect::<Date32Array>()),
            true,
        ),
        (
            "v",
            Arc::new(rows.iter().map(|row| Some(row.2)).collect::<Int64Array>()),
            true,
        ),
        (
            "s",
            Arc::new(
                rows.iter()
                    .map(|row| Some(format!("a text of {}", row.2)))
                    .collect::<StringArray>(),
            ),
            true,
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn schema() -> SchemaRef {
    batch(&[]).schema()
}

fn provide(engine: &Engine, name: &str, files: &[DataFile], ordered: bool) {
    let mut files = files.to_vec();
    if !ordered {
        files.iter_mut().for_each(|file| file.order = None);
    }
    let table = LakeTable::of_files(engine.lake(), &schema(), files);
    let name = TableName::new("test", name);
    engine.provide(&name, Arc::new(table)).unwrap();
}

async fn answer(engine: &Engine, query: &str, sorted: bool) -> Vec<String> {
    let frame = engine.query("test", query).await.unwrap();
    let rows = frame.collect().await.unwrap();
    let text = pretty_format_batches(&rows).unwrap().to_string();
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    if !sorted {
        lines.sort();
    }
    lines
}

async fn plan(engine: &Engine, query: &str) -> String {
    answer(engine, &format!("explain {query}"), true)
        .await
        .join("\n")
}

const WINDOW: &str = "select k, v, lead(v) over w, row_number() over w, lag(s) over w from test.t \
    window w as (partition by k order by d, v)";

/// Queries, and whether their rows have one order.
const QUERIES: [(&str, bool); 26] = [
    (WINDOW, false),
    (
        "select v, lead(v) over (partition by k order by d desc, v desc) from test.t",
        false,
    ),
    (
        "select v, lag(v) over (partition by k order by v) from test.t where v % 3 > 0",
        false,
    ),
    (
        "select v, lag(v) over (partition by k, d order by v) from test.t",
        false,
    ),
    (
        "select v, lag(v) over (partition by d order by k, v) from test.t",
        false,
    ),
    (
        "select v, row_number() over (order by k, d, v) from test.t",
        false,
    ),
    (
        "select v, sum(v) over (partition by k order by d, v), percent_rank() over (partition by k \
      order by d) from test.t",
        false,
    ),
    (
        "select k, count(*), count(distinct d), max(s), min(d) from test.t group by k",
        false,
    ),
    (
        "select d, k, count(*), sum(v) from test.t group by d, k",
        false,
    ),
    ("select distinct k from test.t", false),
    (
        "select a.v, b.v, b.n from test.t a join (select k, count(*) as n, max(v) as v from test.t \
      group by k) b on a.k = b.k",
        false,
    ),
    (
        "select a.v, b.v from test.t a full join test.o b on a.k = b.k and a.d = b.d",
        false,
    ),
    (
        "select k, count(*) from (select k from test.t union all select k from test.o) group by k",
        false,
    ),
    (
        "select k, count(*), sum(n) from (select a.k, b.v as n from test.t a left join test.o b \
         on a.k = b.k and b.v % 2 = 0) group by k",
        false,
    ),
    (
        "select k, count(*), max(n) from (select b.k, a.v as n from test.o a right join test.t b \
         on a.k = b.k) group by k",
        false,
    ),
    (
        "select coalesce(a.k, b.k), count(*), sum(a.v) from test.t a full join (select k, \
         count(*) as n from test.o group by k) b on a.k = b.k group by 1",
        false,
    ),
    (
        "select k, row_number() over (partition by k order by v) from test.t where k in (select k \
         from test.o where v % 3 = 0) and not exists (select 1 from test.o where o.v = t.v + 1)",
        false,
    ),
    (
        "select b.k, count(*) from (select distinct d from test.o) a cross join test.t b \
         where b.v % 4 = 0 group by b.k",
        false,
    ),
    (
        "select n, count(*) from (select k, lead(k) over (order by k, v) as n from test.t) \
         group by n",
        false,
    ),
    (
        "select k, d, count(*) from test.t group by grouping sets ((k), (k, d), ())",
        false,
    ),
    (
        "with a as (select k, min(v) over (partition by k order by d, v rows between 1 following \
         and unbounded following) as n from test.t) select k, 'x' as p, n from a union all \
         select k, 'y', n from a where n is not null",
        false,
    ),
    ("select k, d, v from test.t order by k, d, v limit 9", true),
    (
        "select k, d, v from test.t order by k desc, d desc, v desc limit 9",
        true,
    ),
    (
        "select k, d, v from test.t order by k nulls first, d nulls first, v",
        true,
    ),
    (
        "select min(k), max(k), count(*), count(k), count(distinct k), sum(v) from test.t where k > 9",
        true,
    ),
    (
        "select k, v from test.t where k between 5 and 11 order by k, v",
        true,
    ),
];

const ROUNDS: usize = 16;

/// Numbers that look like chance.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    /// Rows of some files: of one kind in a table, or each of another.
    fn files(&mut self) -> Vec<Vec<RangeRow>> {
        let kind = self.below(11);
        let mut number = 0;
        let mut low = -5;
        let files = (0..1 + self.below(4)).map(|_| {
            let span = 1 + self.below(30);
            let mut rows: Vec<RangeRow> = (0..self.below(120))
                .map(|_| {
                    number += 1;
                    (
                        Some(low + self.below(span) as i64),
                        Some(self.below(6) as i32),
                        number,
                    )
                })
                .collect();
            rows.sort_by_key(|row| (row.0, row.1));
            low += match self.below(4) {
                // Files that touch, or overlap; else they lie apart.
                0 => span as i64 - 1,
                1 if kind < 4 => span as i64 / 2,
                _ => span as i64 + self.below(2) as i64,
            };
            for row in &mut rows {
                match kind {
                    1 if self.below(40) == 0 => row.0 = None,
                    2 if self.below(10) == 0 => row.1 = None,
                    _ => {}
                }
            }
            match kind {
                3 => rows.reverse(),
                4 => rows.sort_by_key(|row| (row.0, row.2 % 7)),
                5 => rows.sort_by_key(|row| row.1),
                _ => {}
            }
            rows
        });
        let mut files: Vec<Vec<RangeRow>> = files.filter(|rows| !rows.is_empty()).collect();
        for _ in 0..self.below(4).saturating_sub(1) {
            // Rows that wait for their key.
            let rows = (0..1 + self.below(30)).map(|at| (None, Some(at as i32 % 7), -(at as i64)));
            files.push(rows.collect());
        }
        let turn = self.below(files.len().max(1) as u64) as usize;
        files.rotate_left(turn);
        files
    }
}

#[tokio::test]
async fn no_answer_depends_on_what_is_known_of_the_order() {
    let setting = Setting::new().await;
    let mut dice = Dice(7);
    let (mut told, mut in_order) = (0, 0);
    for round in 0..ROUNDS {
        let mut tables = [Vec::new(), Vec::new()];
        for table in &mut tables {
            let group_rows = 1 + dice.below(9) as usize;
            for rows in dice.files() {
                let file = setting.file(&rows, group_rows).await;
                let gone: Vec<u32> = (0..rows.len() as u32)
                    .filter(|_| dice.below(6) == 0)
                    .collect();
                table.extend(match dice.below(3) {
                    0 => file.without(&gone, 0),
                    _ => Some(file),
                });
            }
        }
        let threads = 1 + dice.below(3) as usize;
        let [knows, does_not] = [true, false].map(|ordered| {
            let engine = setting.engine(threads, 1 << 30);
            provide(&engine, "t", &tables[0], ordered);
            provide(&engine, "o", &tables[1], ordered);
            engine
        });
        let small = format!(
            "set datafusion.execution.batch_size = {}",
            1 + dice.below(50)
        );
        for engine in [&knows, &does_not] {
            engine.context().sql(&small).await.unwrap();
        }
        let plan = plan(&knows, "select * from test.t").await;
        told += usize::from(plan.contains("output_partitioning"));
        in_order += usize::from(threads > 1 && plan.contains("output_ordering"));
        for (query, sorted) in QUERIES {
            let wanted = answer(&does_not, query, sorted).await;
            let found = answer(&knows, query, sorted).await;
            assert_eq!(found, wanted, "round {round}, {threads} threads: {query}");
        }
    }
    assert!(
        told > 4 && in_order > 2 && in_order < told,
        "{told} {in_order}"
    );
}

/// Rows of so many keys from `first` on, four of each, by key and day.
fn fours(first: i64, keys: i64) -> Vec<RangeRow> {
    let rows = 4 * first..4 * (first + keys);
    rows.map(|row| (Some(row / 4), Some((row % 4) as i32), row))
        .collect()
}

/// What the plan of a window has: files in ranges, and rows that are sorted.
async fn in_ranges_and_sorted(files: &[DataFile], setting: &Setting) -> (bool, bool) {
    let engine = setting.engine(2, 1 << 30);
    provide(&engine, "t", files, true);
    let window = "select lead(v) over (partition by k order by d) from test.t";
    let plan = plan(&engine, window).await;
    let in_ranges = plan.contains("output_partitioning=Range");
    assert!(!(in_ranges && plan.contains("RepartitionExec")), "{plan}");
    (in_ranges, plan.contains("SortExec"))
}

#[tokio::test]
async fn rows_in_order_are_neither_moved_nor_sorted() {
    let setting = Setting::new().await;
    let low = setting.file(&fours(0, 50), 20).await;
    let high = setting.file(&fours(50, 50), 20).await;
    // The files of a table come by their names.
    for files in [[low.clone(), high.clone()], [high.clone(), low.clone()]] {
        assert_eq!(in_ranges_and_sorted(&files, &setting).await, (true, false));
    }
    let some = low.without(&[0, 5, 6, 7, 199], 0).unwrap();
    let files = [some, high.clone()];
    assert_eq!(in_ranges_and_sorted(&files, &setting).await, (true, false));
    // One file is cut in two.
    let one = std::slice::from_ref(&low);
    assert_eq!(in_ranges_and_sorted(one, &setting).await, (true, false));
    // A few rows that came later, among those of the first file.
    let files = [
        low.clone(),
        high.clone(),
        setting.file(&fours(3, 2), 20).await,
    ];
    assert_eq!(in_ranges_and_sorted(&files, &setting).await, (true, true));
    // Days in no order.
    let mut rows = fours(0, 50);
    rows.iter_mut()
        .for_each(|row| row.1 = row.1.map(|day| -day));
    let files = [setting.file(&rows, 20).await, high.clone()];
    assert_eq!(in_ranges_and_sorted(&files, &setting).await, (true, true));

    // Rows that wait for their key lie behind all others, and may be many.
    let mut waiting = fours(0, 3);
    waiting.iter_mut().for_each(|row| row.0 = None);
    let mut files = vec![low.clone(), high.clone()];
    for rows in [waiting[..5].to_vec(), waiting[5..].to_vec()] {
        files.insert(0, setting.file(&rows, 20).await);
    }
    assert_eq!(in_ranges_and_sorted(&files, &setting).await, (true, true));
    let engine = setting.engine(2, 1 << 30);
    provide(&engine, "t", &files, true);
    let by_key = "select row_number() over (partition by k) from test.t";
    let by_key = plan(&engine, by_key).await;
    assert!(
        by_key.contains("output_partitioning=Range") && !by_key.contains("SortExec"),
        "{by_key}"
    );
    let grouped = plan(&engine, "select k, d, count(*) from test.t group by k, d").await;
    assert!(!grouped.contains("RepartitionExec"), "{grouped}");

    let moved = (false, true);
    // A file of an earlier version, of which nothing is known.
    let unknown = DataFile {
        order: None,
        ..low.clone()
    };
    assert_eq!(
        in_ranges_and_sorted(&[unknown, high.clone()], &setting).await,
        moved
    );
    // One key is NULL.
    let mut rows = fours(0, 50);
    rows[199].0 = None;
    let files = [setting.file(&rows, 20).await, high.clone()];
    assert_eq!(in_ranges_and_sorted(&files, &setting).await, moved);
    // Files that overlap from end to end give one thread all.
    let files = [low.clone(), setting.file(&fours(0, 50)[1..], 20).await];
    assert_eq!(in_ranges_and_sorted(&files, &setting).await, moved);
    // One row group is too few for two threads, and of these one would have most of the rows.
    let files = [setting.file(&fours(0, 50), 1000).await];
    assert_eq!(in_ranges_and_sorted(&files, &setting).await, moved);
    let files = [
        setting.file(&fours(0, 5000), 100_000).await,
        setting.file(&fours(5000, 3), 20).await,
    ];
    assert_eq!(in_ranges_and_sorted(&files, &setting).await, moved);
}

#[tokio::test]
async fn groups_of_any_size_are_sorted_in_parts() {
    let setting = Setting::new().await;
    // Keys of three rows, one of 90,000, one of 700,000, more of three; days in no order.
    let key = |row: i64| match row {
        0..90_000 => row / 3,
        90_000..180_000 => 30_000,
        180_000..880_000 => 30_001,
        _ => row / 3,
    };
    let rows: Vec<RangeRow> = (0..1_000_000)
        .map(|row| (Some(key(row)), Some((row * 7919 % 1009) as i32), row))
        .collect();
    let file = setting.file(&rows, 100_000).await;
    let query = "select count(gap), min(gap), sum(gap), sum(n), sum(gap * (v % 7)) from (select v, \
        lead(v) over w - v as gap, row_number() over w as n from test.t window w as (partition by k \
        order by d, v))";
    let mut answers = Vec::new();
    for (ordered, memory) in [(false, 1 << 30), (true, 1 << 30), (true, 64 << 20)] {
        let engine = setting.engine(1, memory);
        provide(&engine, "t", std::slice::from_ref(&file), ordered);
        let plan = plan(&engine, query).await;
        assert_eq!(plan.contains("first 1 sorted"), ordered, "{plan}");
        answers.push(answer(&engine, query, true).await);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}
