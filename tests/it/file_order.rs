//! What the lake says of the order of a file's rows is true of its rows.

use crate::project::{Project, synth};
use arrow::array::{AsArray, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Int64Type};
use populace::lake::{Lake, Location, SortOrder, Table, TableName};

type Numbers = Vec<Option<i64>>;

struct Reader {
    runtime: tokio::runtime::Runtime,
    lake: Lake,
}

impl Reader {
    fn new(project: &Project) -> Reader {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let location = Location::parse("lake", &project.path("")).unwrap();
        let lake = runtime.block_on(Lake::open(location)).unwrap();
        Reader { runtime, lake }
    }

    fn table(&self, name: &str) -> Table {
        let name = TableName::parse(name).unwrap();
        let table = self.runtime.block_on(self.lake.table(&name));
        table.unwrap().unwrap()
    }

    /// Checks every file of a table, and gives the orders of those that have rows.
    fn check(&self, name: &str) -> Vec<Option<SortOrder>> {
        let table = self.table(name);
        let files = table.files.iter().map(|file| {
            let rows = self
                .runtime
                .block_on(self.lake.read_file(file, None))
                .unwrap();
            let rows = concat_batches(&rows[0].schema(), &rows).unwrap();
            let order = file.order.as_deref();
            if let Some(order) = order {
                holds(order, &rows, name);
            }
            order.cloned()
        });
        files.collect()
    }
}

fn numbers(rows: &RecordBatch, name: &str) -> Numbers {
    let column = cast(rows.column_by_name(name).unwrap(), &DataType::Int64).unwrap();
    column.as_primitive::<Int64Type>().iter().collect()
}

fn holds(order: &SortOrder, rows: &RecordBatch, name: &str) {
    let columns: Vec<Numbers> = order.by.iter().map(|by| numbers(rows, by)).collect();
    if order.starts.is_empty() {
        assert_eq!(columns.len(), 1);
        assert!(columns[0].iter().all(Option::is_none), "{name}");
        return;
    }
    assert!(columns.iter().flatten().all(Option::is_some), "{name}");
    let row = |at: usize| -> Numbers { columns.iter().map(|column| column[at]).collect() };
    assert!(
        (1..rows.num_rows()).all(|at| row(at - 1) <= row(at)),
        "{name}"
    );
    // Rows may have been removed since.
    assert!(Some(order.starts[0].1) <= columns[0][0]);
    assert!(columns[0].last().copied().flatten() <= order.last);
}

#[test]
fn files_of_pulls_and_models_are_in_the_order_that_they_are_said_to_be_in() {
    let record = synth(300, 11, true);
    let project = Project::over(record.path());
    let folder = project.path("sql/test");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, end) in [
        ("sorted", "order by person_key, code"),
        ("shuffled", "order by record_key"),
    ] {
        let model = format!(
            "/*\ndescription: Rows of a test.\n*/\nselect person_key, recorded, code, record_key \
             from record.condition where person_key is not null {end}\n"
        );
        std::fs::write(folder.join(format!("{name}.sql")), model).unwrap();
    }
    project.ok(&["pull"]);
    project.ok(&["run", "test.sorted", "test.shuffled"]);
    let reader = Reader::new(&project);
    let status = project.json(&["status"]);
    let tables = status["tables"].as_array().unwrap().iter();
    let names: Vec<String> = tables
        .map(|t| t["table"].as_str().unwrap().to_string())
        .collect();
    let mut by_person_and_date = 0;
    let mut waiting = 0;
    for name in &names {
        let orders = reader.check(name);
        let keyed = reader.table(name).schema.index_of("person_key").is_ok();
        if !keyed || !name.starts_with("record.") {
            continue;
        }
        for order in orders {
            let order = order.unwrap_or_else(|| panic!("{name} is sorted by person"));
            assert_eq!(order.by[0], "person_key", "{name}");
            by_person_and_date += usize::from(order.by.len() > 1);
            waiting += usize::from(order.starts.is_empty());
        }
    }
    assert!(
        by_person_and_date > 4 && waiting > 0,
        "{by_person_and_date} {waiting}"
    );

    let sorted = reader.check("test.sorted");
    assert_eq!(sorted.len(), 1);
    assert_eq!(sorted[0].as_ref().unwrap().by[0], "person_key");
    assert_eq!(reader.check("test.shuffled"), [None]);
}
