//! `populace view`: one ViewDefinition over files, as an analyst uses it.

use crate::project::{populace, repository, text};
use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Int32Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

const VIEW: &str = r#"{"resource":"Observation","select":[{"column":[
  {"name":"key","path":"getResourceKey()","type":"string"},
  {"name":"code","path":"code.coding.code.first()","type":"code"},
  {"name":"value","path":"value.ofType(integer)","type":"integer"},
  {"name":"day","path":"effective.ofType(dateTime)","type":"dateTime","tag":[{"name":"ansi/type","value":"DATE"}]},
  {"name":"codes","path":"code.coding.code","type":"code","collection":true}]}]}"#;

fn observation(id: usize, value: usize) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"o{id}","code":{{"coding":[{{"code":"a"}},{{"code":"b"}}]}},"valueInteger":{value},"effectiveDateTime":"2026-03-04T23:30:00Z"}}"#
    )
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        folder.write("view.json", VIEW);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = populace();
        command
            .current_dir(self.0.path())
            .arg("view")
            .args(arguments);
        command.output().unwrap()
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{error}");
        error
    }

    /// The names of the files that are there.
    fn names(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// The rows of a Parquet file: key and value.
fn rows(path: &Path) -> Vec<(String, i32)> {
    let file = std::fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    assert_eq!(reader.schema().field(3).data_type(), &DataType::Date32);
    let mut rows = Vec::new();
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        let keys = batch.column(0).as_string::<i32>();
        let values = batch.column(2).as_primitive::<Int32Type>();
        let lists = batch.column(4).as_list::<i32>();
        for row in 0..batch.num_rows() {
            assert_eq!(lists.value(row).len(), 2);
            rows.push((keys.value(row).to_string(), values.value(row)));
        }
    }
    rows
}

#[test]
fn rows_come_in_the_order_of_files_and_lines_in_every_format() {
    let folder = Folder::new();
    // Larger than a piece, so that several threads work on it.
    let lines: Vec<String> = (0..40_000).map(|n| observation(n, n)).collect();
    folder.write(
        "in/2.ndjson.gz",
        gzip(lines[10_000..].join("\n").as_bytes()),
    );
    folder.write("in/1.ndjson", lines[..10_000].join("\r\n") + "\r\n\r\n");
    folder.write("in/notes.txt", "not resources");
    let expected: Vec<_> = (0..40_000)
        .map(|n| (format!("Observation/o{n}"), n))
        .collect();
    folder.ok(&["view.json", "in", "-o", "out.parquet"]);
    assert_eq!(rows(&folder.path("out.parquet")), expected);
    // Threads make no difference to the bytes.
    folder.ok(&["view.json", "in", "-o", "one.parquet", "--threads", "1"]);
    let bytes = |name: &str| std::fs::read(folder.path(name)).unwrap();
    assert_eq!(bytes("one.parquet"), bytes("out.parquet"));

    folder.ok(&["view.json", "in", "-o", "out.ndjson"]);
    let written = text(&bytes("out.ndjson"));
    assert_eq!(written.lines().count(), 40_000);
    assert_eq!(
        written.lines().nth(10_000).unwrap(),
        r#"{"key":"Observation/o10000","code":"a","value":10000,"day":"2026-03-04","codes":["a","b"]}"#
    );
    folder.write(
        "flat.json",
        VIEW.replace(r#","collection":true"#, "")
            .replace("code.coding.code\"", "code.coding.code.join('+')\""),
    );
    folder.ok(&["flat.json", "in/1.ndjson", "-o", "out.csv"]);
    let written = text(&bytes("out.csv"));
    assert!(
        written.starts_with("key,code,value,day,codes\nObservation/o0,a,0,2026-03-04,a+b\n"),
        "{written:.200}"
    );
    assert_eq!(written.lines().count(), 10_001);
    let summary = folder.ok(&["view.json", "in", "-o", "out.parquet", "--json"]);
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["rows"], 40_000);
    assert_eq!(summary["lines"], 40_001);
    assert_eq!(summary["blank"], 1);
    assert_eq!(summary["files"], 2);
}

#[test]
fn standard_input_and_output() {
    let folder = Folder::new();
    let mut command = populace();
    command.current_dir(folder.0.path());
    command.args(["view", "view.json", "-", "--format", "ndjson"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut run = command.spawn().unwrap();
    let mut input = run.stdin.take().unwrap();
    input
        .write_all(&gzip(observation(1, 5).as_bytes()))
        .unwrap();
    drop(input);
    let output = run.wait_with_output().unwrap();
    assert_eq!(
        text(&output.stdout),
        "{\"key\":\"Observation/o1\",\"code\":\"a\",\"value\":5,\"day\":\"2026-03-04\",\"codes\":[\"a\",\"b\"]}\n"
    );

    // A table shows the first thousand rows and says so.
    let lines: Vec<String> = (0..1_234).map(|n| observation(n, n)).collect();
    folder.write("1.ndjson", lines.join("\n"));
    let output = folder.run(&["view.json", "1.ndjson"]);
    let table = text(&output.stdout);
    assert!(table.contains("| Observation/o999 | a"), "{table:.300}");
    assert!(!table.contains("Observation/o1000 "));
    let said = text(&output.stderr);
    assert!(said.contains("leaves out 234 more rows"), "{said}");
    assert!(
        folder
            .fails(2, &["view.json", "1.ndjson", "--format", "parquet"])
            .contains("name a file with --output")
    );
    assert!(
        folder
            .fails(2, &["view.json", "1.ndjson", "--json"])
            .contains("cannot share standard output")
    );
    // An empty file still has its header.
    folder.write("none.ndjson", "");
    folder.write(
        "flat.json",
        r#"{"resource":"Flag","select":[{"column":[{"name":"a","path":"status"}]}]}"#,
    );
    assert_eq!(
        folder.ok(&["flat.json", "none.ndjson", "--format", "csv"]),
        "a\n"
    );
}

#[test]
fn lines_that_cannot_be_used_are_counted_and_listed() {
    let folder = Folder::new();
    // A value of another form costs the value; several where one is wanted are an error of the view.
    let odd = observation(96, 96).replacen(":96,", ":\"secret\",", 1);
    let wrong = r#"{"resourceType":"Observation","id":"w","valueInteger":[1,2]}"#;
    let mut lines: Vec<String> = (0..96).map(|n| observation(n, n)).collect();
    lines.push(odd);
    lines.insert(
        3,
        "{\"resourceType\":\"Observation\",\"id\":\"brok".to_string(),
    );
    lines.insert(5, wrong.to_string());
    lines.push(r#"{"resourceType":"Patient","id":"p"}"#.to_string());
    let input = lines.join("\n");
    folder.write("1.ndjson", &input);
    let output = folder.run(&[
        "view.json",
        "1.ndjson",
        "-o",
        "out.parquet",
        "--rejects",
        "rejects.csv",
    ]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("rejected: 1 not-json, 1 wrong-type in column value (see rejects.csv)"),
        "{said}"
    );
    assert!(
        said.contains("column value: 1 value is of another type or form"),
        "{said}"
    );
    assert!(said.contains("1 line of other types"), "{said}");
    assert_eq!(rows(&folder.path("out.parquet")).len(), 97);
    let rejects = std::fs::read_to_string(folder.path("rejects.csv")).unwrap();
    let at = input
        .find("{\"resourceType\":\"Observation\",\"id\":\"brok")
        .unwrap();
    let wrong_at = input.find(wrong).unwrap();
    assert_eq!(
        rejects,
        format!(
            "file,line,byte_start,byte_end,reason,column_name\n1.ndjson,4,{at},{},not-json,\n1.ndjson,6,{wrong_at},{},wrong-type,value\n",
            at + 40,
            wrong_at + wrong.len()
        )
    );
    // More than the threshold: no rows, but the list.
    std::fs::remove_file(folder.path("out.parquet")).unwrap();
    std::fs::remove_file(folder.path("rejects.csv")).unwrap();
    let error = folder.fails(
        3,
        &[
            "view.json",
            "1.ndjson",
            "-o",
            "out.parquet",
            "--rejects",
            "rejects.csv",
            "--reject-threshold",
            "0.01",
        ],
    );
    assert!(
        error.contains("error: 2 of 100 lines cannot be used"),
        "{error}"
    );
    assert!(
        error.contains("no rows were written; rejects.csv lists them"),
        "{error}"
    );
    assert_eq!(folder.names(), ["1.ndjson", "rejects.csv", "view.json"]);
    assert!(!error.contains("secret"));
    let error = folder.fails(2, &["view.json", "1.ndjson", "--reject-threshold", "5"]);
    assert!(error.contains("write a share from 0 to 1"), "{error}");
}

#[test]
fn a_file_that_breaks_off_leaves_no_output() {
    let folder = Folder::new();
    let lines: Vec<String> = (0..50_000).map(|n| observation(n, n)).collect();
    let packed = gzip(lines.join("\n").as_bytes());
    folder.write("1.ndjson.gz", &packed[..packed.len() - 100]);
    folder.write("out.csv.old", "kept");
    let error = folder.fails(3, &["view.json", "1.ndjson.gz", "-o", "out.parquet"]);
    assert!(
        error.contains("1.ndjson.gz cannot be read to its end"),
        "{error}"
    );
    assert!(error.contains("hint: is the file damaged"), "{error}");
    assert_eq!(folder.names(), ["1.ndjson.gz", "out.csv.old", "view.json"]);
}

#[test]
fn what_an_analyst_gets_wrong() {
    let folder = Folder::new();
    folder.write("1.ndjson", observation(1, 1));
    for (view, error, hint) in [
        (
            VIEW.replace("first()", "frist()"),
            "error: view wrong.json: select[0].column[1].path: unknown function 'frist' (column code)\ncause: in the path code.coding.code.frist()\n",
            "hint: did you mean 'first'?",
        ),
        (
            VIEW.replace("\"Observation\",", "\"Observation\""),
            "error: view wrong.json:1:26: this is not JSON: expected `,` or `}`\n",
            "",
        ),
    ] {
        folder.write("wrong.json", view);
        let found = folder.fails(2, &["wrong.json", "1.ndjson"]);
        assert!(found.contains(error) && found.contains(hint), "{found}");
    }
    let error = folder.fails(2, &["view.json", "1.ndjson", "-o", "out.csv"]);
    assert!(
        error.contains("column codes is a collection, which CSV cannot hold"),
        "{error}"
    );
    let error = folder.fails(2, &["view.json", "absent.ndjson"]);
    assert!(error.contains("absent.ndjson cannot be read"), "{error}");
    let error = folder.fails(2, &["absent.json", "1.ndjson"]);
    assert!(
        error.contains("the view absent.json cannot be read"),
        "{error}"
    );
    let error = folder.fails(2, &["view.json", "1.ndjson", "-o", "out.dat"]);
    assert!(
        error.contains("does not say how rows are written"),
        "{error}"
    );
    let error = folder.fails(2, &["view.json", "1.ndjson", "-o", "1.ndjson"]);
    assert!(
        error.contains("would be read and written at once"),
        "{error}"
    );
    std::fs::create_dir(folder.path("empty")).unwrap();
    let error = folder.fails(2, &["view.json", "empty"]);
    assert!(
        error.contains("there is no *.ndjson or *.json file in empty"),
        "{error}"
    );
    let error = folder.fails(
        3,
        &[
            "view.json",
            "1.ndjson",
            "-o",
            "absent/out.csv",
            "--format",
            "json",
        ],
    );
    assert!(
        error.contains("cannot write absent/out.csv") && error.contains("hint: "),
        "{error}"
    );
    folder.write(
        "pretty.json",
        "{\n  \"resourceType\": \"Observation\",\n  \"id\": \"o\"\n}\n",
    );
    // Resources over many lines are read, one and two; one that is cut off is not.
    let pretty = std::fs::read_to_string(folder.path("pretty.json")).unwrap();
    for (times, lines, rows) in [(1, "1 line", "1 row"), (2, "2 lines", "2 rows")] {
        folder.write("pretty.json", pretty.repeat(times));
        let output = folder.run(&["view.json", "pretty.json"]);
        let said = text(&output.stderr);
        assert!(
            said.contains(&format!("1 file, {lines},")) && said.contains(rows),
            "{said}"
        );
    }
    let cut = pretty.trim_end().trim_end_matches('}');
    folder.write("pretty.json", format!("{pretty}{cut}"));
    let error = folder.fails(3, &["view.json", "pretty.json"]);
    assert!(
        error.contains("hint: are the files NDJSON, with one resource a line? list them"),
        "{error}"
    );
    // A misspelt element is no error, and is said.
    folder.write("wrong.json", VIEW.replace("value.ofType", "valeu.ofType"));
    let output = folder.run(&["wrong.json", "1.ndjson"]);
    let said = text(&output.stderr);
    assert!(
        said.contains(
            "column value is empty: Observation has no element 'valeu' (path 'valeu.ofType(integer)'): did you mean 'value'?"
        ),
        "{said}"
    );
}

#[test]
fn identifiers_are_warned_of_and_not_refused() {
    let folder = Folder::new();
    folder.write(
        "1.ndjson",
        r#"{"resourceType":"Patient","id":"p","birthDate":"1980-05-17"}"#,
    );
    folder.write(
        "birth.json",
        r#"{"resource":"Patient","select":[{"column":[{"name":"born","path":"birthDate"}]}]}"#,
    );
    let output = folder.run(&["birth.json", "1.ndjson", "--format", "csv"]);
    assert_eq!(text(&output.stdout), "born\n1980-05-17\n");
    let said = text(&output.stderr);
    assert!(
        said.starts_with(
            "warning: birth.json: column born selects a date of birth ('birthDate')\n"
        ),
        "{said}"
    );
    // The shipped views ask for treatments, which only a pull applies.
    let shipped = repository().join("pipelines/views/patient.json");
    let output = folder.run(&[shipped.to_str().unwrap(), "1.ndjson"]);
    assert!(text(&output.stdout).contains("1980-05-17"));
    assert!(text(&output.stderr).contains("warning: "));
    folder.write(
        "sex.json",
        r#"{"resource":"Patient","select":[{"column":[{"name":"sex","path":"gender"}]}]}"#,
    );
    let output = folder.run(&["sex.json", "1.ndjson"]);
    assert!(!text(&output.stderr).contains("warning"));
}

#[test]
fn a_killed_run_leaves_the_old_file() {
    let folder = Folder::new();
    folder.write("out.ndjson", "old");
    let mut command = populace();
    command.current_dir(folder.0.path());
    command.args(["view", "view.json", "-", "-o", "out.ndjson"]);
    let mut run = command
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // More than is held back before it is decoded, and no end.
    let mut input = run.stdin.take().unwrap();
    for block in 0..60 {
        let lines: String = (0..1_000)
            .map(|n| observation(block * 1_000 + n, n) + "\n")
            .collect();
        input.write_all(lines.as_bytes()).unwrap();
    }
    run.kill().unwrap();
    assert_eq!(run.wait().unwrap().signal(), Some(9));
    assert_eq!(std::fs::read(folder.path("out.ndjson")).unwrap(), b"old");
    let left = folder.names();
    let partial = left.iter().find(|name| name.ends_with(".partial")).unwrap();
    assert!(partial.starts_with(".out.ndjson."), "{left:?}");
}

#[test]
fn an_empty_column_says_whether_no_resource_holds_it_or_its_path_is_unknown() {
    let folder = Folder::new();
    // Without ids, in files of each ending.
    let without_id = |n| observation(n, n).replacen(&format!(r#""id":"o{n}","#), "", 1);
    folder.write("in/1.NDJSON", without_id(1));
    let pretty: serde_json::Value = serde_json::from_str(&without_id(2)).unwrap();
    folder.write("in/2.Json", serde_json::to_string_pretty(&pretty).unwrap());
    folder.write("in/3.json.GZ", gzip(without_id(3).as_bytes()));
    for (path, said) in [
        ("status", "no resource here holds 'status'"),
        (
            "stauts",
            "Observation has no element 'stauts' (path 'stauts'): did you mean 'status'?",
        ),
        (
            "code.codign.code",
            "FHIR has no element 'codign' there (path 'code.codign.code'): did you mean 'coding'?",
        ),
        (
            "code.coding.where(code = 'c').code",
            "resources hold the elements, but nothing that its path 'code.coding.where(code = 'c').code' asks for",
        ),
        (
            "extension('https://x.example/Setting').value.ofType(boolean)",
            "no resource here holds 'https://x.example/Setting'",
        ),
        (
            "effective.ofType(Period).start | effective.ofType(instant)",
            "no resource here holds 'effectiveInstant' or 'effectivePeriod'",
        ),
    ] {
        let view = format!(
            r#"{{"resource":"Observation","select":[{{"column":[{{"name":"c","path":"{path}"}},{{"name":"value","path":"value.ofType(integer)","type":"integer"}}]}}]}}"#
        );
        folder.write("asked.json", view);
        let output = folder.run(&["asked.json", "in", "--format", "csv"]);
        let error = text(&output.stderr);
        assert_eq!(text(&output.stdout), "c,value\n,1\n,2\n,3\n", "{error}");
        assert!(
            error.contains(&format!("column c is empty: {said}\n")),
            "{error}"
        );
    }
    // A view that asks for the key needs the id.
    let error = folder.fails(3, &["view.json", "in"]);
    assert!(error.contains("3 no-id"), "{error}");
}

#[test]
fn a_page_whose_next_page_is_not_there_is_said() {
    let folder = Folder::new();
    let page = |own: u8, next: u8| {
        let entry = observation(usize::from(own), 1);
        format!(
            r#"{{"resourceType":"Bundle","type":"searchset","link":[{{"relation":"self","url":"https://x.example/Observation?page={own}"}},{{"relation":"next","url":"https://x.example/Observation?page={next}"}}],"entry":[{{"resource":{}}}]}}"#,
            entry.trim()
        )
    };
    folder.write("in/1.json", page(1, 2));
    folder.write("in/2.json", page(2, 3));
    let output = folder.run(&["view.json", "in", "--format", "ndjson"]);
    let error = text(&output.stderr);
    assert!(output.status.success(), "{error}");
    let said = "1 Bundle links to a next page that was not among what was read; ask the sender for all pages";
    assert!(error.contains(said), "{error}");
}
