//! What must hold for every file, view and path, target by target.

use populace::decode::csv::{ColumnFile, CsvDecoder, CsvHeader, whole_records};
use populace::decode::fhir::{Decoder, View, selected_paths};
use populace::decode::{Chunk, Decoded, Line};
use serde_json::json;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// The files of a folder of the repository, by name.
fn shipped(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut files: Vec<_> = std::fs::read_dir(root.join(folder))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let named = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    files.iter().map(named).collect()
}

fn chunk(bytes: &[u8], offset: usize, first_line: u64) -> Chunk<'_> {
    Chunk {
        bytes,
        offset: offset as u64,
        first_line,
    }
}

/// What holds for every decoded chunk of a whole file.
fn check(decoded: &Decoded, bytes: &[u8]) {
    for table in &decoded.tables {
        assert_eq!(table.batch.num_rows(), table.line.len());
        assert!(table.line.is_sorted());
        assert!(
            table
                .line
                .last()
                .is_none_or(|last| (*last as usize) < decoded.lines.len())
        );
        for column in table.batch.columns() {
            column.to_data().validate_full().unwrap();
        }
    }
    let length = bytes.len() as u64;
    let mut places: Vec<_> = decoded
        .rejects
        .iter()
        .map(|one| (one.number, one.start, one.end))
        .chain(
            decoded
                .lines
                .iter()
                .map(|one| (one.number, one.start, one.end)),
        )
        .collect();
    places.sort_unstable();
    for pair in places.windows(2) {
        assert!(pair[0].0 < pair[1].0 && pair[0].2 <= pair[1].1);
    }
    for (number, start, end) in places {
        assert!(number >= 1 && start <= end && end <= length);
    }
}

/// A resource of `kind` with something of most of what paths ask for.
fn resource(kind: &str) -> String {
    let items = r#"[{"linkId":"1","item":[{"linkId":"1.1","answer":[{"valueInteger":3}]}]},{"linkId":"2"}]"#;
    format!(
        r#"{{"resourceType":"{kind}","id":"a/1","meta":{{"lastUpdated":"2026-01-02T03:04:05.678+01:00"}},"active":true,"gender":"female","birthDate":"1980-05","deceasedDateTime":"2024-02-29T10:30:00Z","multipleBirthInteger":2,"name":[{{"use":"official","family":"F\u00e9","given":["A","B"]}},{{"family":"G"}}],"identifier":[{{"system":"s","value":"1"}},{{"system":"t","value":"2","period":{{"end":"2020"}}}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"8867-4","display":"d"}},{{"code":"x"}}],"text":"t"}},"valueQuantity":{{"value":-83.50e1,"unit":"/min"}},"value":7,"effectiveDateTime":"2026-01","onset":"10:30:00","subject":{{"reference":"https://x.example/fhir/Patient/1/_history/2"}},"contained":[{{"resourceType":"Patient","id":"c"}}],"extension":[{{"url":"u","valueString":"v","extension":[{{"url":"w","valueCode":"z"}}]}}],"component":[{{"valueQuantity":{{"value":1}}}},{{"valueQuantity":{{"value":1e3}}}},null],"item":{items},"entry":[{{"request":{{"method":"DELETE","url":"Patient/1"}}}}],"empty":[],"list":[[1],[2]]}}"#
    )
}

/// Runs a view over resources of its type, whole and poor.
fn run(view: View) {
    let kind = view.resource.clone();
    let lines = [
        resource(&kind),
        format!(r#"{{"resourceType":"{kind}","id":"b","name":"plain","code":5,"item":{{}}}}"#),
        format!(r#"{{"resourceType":"{kind}","id":"c"}}"#),
    ];
    let text = lines.join("\n");
    let schema = view.schema();
    let _ = selected_paths(&view);
    let decoded = Decoder::new(vec![Arc::new(view)]).decode(&chunk(text.as_bytes(), 0, 1));
    check(&decoded, text.as_bytes());
    assert_eq!(decoded.line_count, 3);
    assert_eq!(decoded.tables[0].batch.schema(), schema);
}

static VIEWS: LazyLock<Decoder> = LazyLock::new(|| {
    let views = shipped("pipelines/views");
    let views = views
        .iter()
        .map(|(name, text)| Arc::new(View::parse(name, text).unwrap()));
    Decoder::new(views.collect())
});

/// The lines with their references, which stand elsewhere in each chunk.
fn lines(decoded: &Decoded) -> Vec<(String, Line)> {
    let named = |line: &Line| {
        let reference = decoded.reference(line).to_owned();
        let line = Line {
            reference: 0..0,
            ..line.clone()
        };
        (reference, line)
    };
    decoded.lines.iter().map(named).collect()
}

/// Bytes of an NDJSON file, through all shipped views at once.
pub fn ndjson(bytes: &[u8]) {
    let decoded = VIEWS.decode(&chunk(bytes, 0, 1));
    check(&decoded, bytes);
    let accepted: u64 = decoded.types.values().sum();
    let rejected = decoded.rejects.len() as u64;
    assert_eq!(decoded.line_count, decoded.blank + rejected + accepted);
    // What is accepted is JSON to another reader too.
    for line in &decoded.lines {
        let text = &bytes[line.start as usize..line.end as usize];
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        serde_json::from_slice::<serde::de::IgnoredAny>(text).unwrap();
    }
    // Lines are independent: where a file is cut makes no difference.
    let half = &bytes[..bytes.len() / 2];
    let Some(cut) = half.iter().rposition(|byte| *byte == b'\n') else {
        return;
    };
    let (first, second) = bytes.split_at(cut + 1);
    let first = VIEWS.decode(&chunk(first, 0, 1));
    let second = VIEWS.decode(&chunk(second, cut + 1, first.line_count + 1));
    let rows = |decoded: &Decoded| decoded.tables.iter().map(|t| t.line.len()).sum::<usize>();
    assert_eq!(rows(&decoded), rows(&first) + rows(&second));
    assert_eq!(lines(&decoded), [lines(&first), lines(&second)].concat());
    assert_eq!(decoded.rejects, [first.rejects, second.rejects].concat());
    assert_eq!(decoded.deletes, [first.deletes, second.deletes].concat());
}

/// Column files with a header each that has all columns they name.
static COLUMNS: LazyLock<Vec<(CsvDecoder, String)>> = LazyLock::new(|| {
    let files = shipped("pipelines/csv");
    let decoder = |(name, text): &(String, String)| {
        let file = ColumnFile::parse(name, text).unwrap();
        let mut header = file.key.clone();
        header.push(file.person.clone());
        header.extend(file.person_status.clone());
        header.extend(file.updated.clone());
        header.extend(file.columns.iter().map(|column| column.from.clone()));
        (CsvDecoder::new(Arc::new(file)), header.join(","))
    };
    files.iter().map(decoder).collect()
});

/// Bytes of a CSV file, through a shipped column file. The first byte chooses which, and whether the
/// header is a whole one or the input's own first line.
pub fn csv(input: &[u8]) {
    let Some((choice, bytes)) = input.split_first() else {
        return;
    };
    let (decoder, header) = &COLUMNS[usize::from(choice & 0x7f) % COLUMNS.len()];
    let (header, bytes) = match choice & 0x80 {
        0 => (header.as_bytes(), bytes),
        _ => {
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let end = end.unwrap_or(bytes.len());
            (&bytes[..end], &bytes[(end + 1).min(bytes.len())..])
        }
    };
    let Ok(CsvHeader { layout, .. }) = decoder.header("fuzz.csv", header) else {
        return;
    };
    let dialect = layout.dialect();
    assert!(whole_records(bytes, dialect) <= bytes.len());
    // A second header in another order is the one thing that cannot be decoded.
    let Ok(decoded) = decoder.decode(&layout, &chunk(bytes, 0, 1)) else {
        return;
    };
    check(&decoded, bytes);
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    let last = u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
    assert_eq!(decoded.line_count, ends + last);
    // Records are independent: where a file is cut between two makes no difference.
    let cut = whole_records(&bytes[..bytes.len() / 2], dialect);
    let (first, second) = bytes.split_at(cut);
    let first = decoder.decode(&layout, &chunk(first, 0, 1)).unwrap();
    let second = chunk(second, cut, first.line_count + 1);
    let second = decoder.decode(&layout, &second).unwrap();
    assert_eq!(lines(&decoded), [lines(&first), lines(&second)].concat());
    assert_eq!(decoded.rejects, [first.rejects, second.rejects].concat());
}

/// The text of a ViewDefinition: read, compiled and run.
pub fn view(text: &str) {
    if let Ok(view) = View::parse("fuzz.json", text) {
        run(view);
    }
}

/// The text of a path: as a column, a collection, a condition, and each kind of iteration.
pub fn fhirpath(path: &str) {
    let whole = json!({"name": "whole", "path": "$this", "collection": true});
    let index = json!({"name": "row", "path": "%rowIndex", "type": "integer"});
    let views = [
        json!({"select": [{"column": [{"name": "c", "path": path}]}]}),
        json!({"select": [{"column": [{"name": "c", "path": path, "collection": true}]}]}),
        json!({"where": [{"path": path}], "select": [{"column": [whole]}]}),
        json!({"select": [{"forEach": path, "column": [whole, index]}]}),
        json!({"select": [{"forEachOrNull": path, "column": [whole]}, {"column": [index]}]}),
        json!({"select": [{"repeat": [path], "column": [whole]}]}),
    ];
    let constants = json!([
        {"name": "k", "valueString": "http://loinc.org"}, {"name": "d", "valueDate": "2026-01"},
    ]);
    for mut view in views {
        view["resource"] = "Observation".into();
        view["constant"] = constants.clone();
        match View::parse("fuzz.json", &view.to_string()) {
            Ok(view) => run(view),
            Err(_) => return,
        }
    }
}
