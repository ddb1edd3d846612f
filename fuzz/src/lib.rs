//! The rooms that read what others write, without the rest of the house: building a query engine with
//! a fuzzer's checks takes longer than fuzzing, so the modules are taken in by their paths.

#[path = "../../src/decode/mod.rs"]
pub mod decode;
#[path = "../../src/error.rs"]
pub mod error;

#[path = "../../src/privacy/lookup.rs"]
mod lookup;
#[path = "../../src/pipeline/settings_file.rs"]
mod settings_file;
#[path = "../../src/privacy/treatment.rs"]
mod treatment;

// What the modules above know one another by.
pub use lookup::Lookup;
pub mod pipeline {
    pub use crate::settings_file::parse as parse_settings;
}
pub mod privacy {
    pub use crate::treatment::{Treatment, generalise};
}

use decode::fhir::{Decoder, View};
use decode::{Chunk, Decoded};
use std::path::Path;
use std::sync::Arc;

/// The files of a folder of the repository, by name.
pub fn shipped(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
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

/// A chunk at the start of a file.
pub fn chunk(bytes: &[u8]) -> Chunk<'_> {
    Chunk {
        bytes,
        offset: 0,
        first_line: 1,
    }
}

/// What holds for every decoded chunk, whatever its bytes.
pub fn check(decoded: &Decoded, bytes: &[u8]) {
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
        .chain(decoded.lines.iter().map(|one| (one.number, one.start, one.end)))
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
pub fn resource(kind: &str) -> String {
    let items = r#"[{"linkId":"1","item":[{"linkId":"1.1","answer":[{"valueInteger":3}]}]},{"linkId":"2"}]"#;
    format!(
        r#"{{"resourceType":"{kind}","id":"a/1","meta":{{"lastUpdated":"2026-01-02T03:04:05.678+01:00"}},"active":true,"gender":"female","birthDate":"1980-05","deceasedDateTime":"2024-02-29T10:30:00Z","multipleBirthInteger":2,"name":[{{"use":"official","family":"F\u00e9","given":["A","B"]}},{{"family":"G"}}],"identifier":[{{"system":"s","value":"1"}},{{"system":"t","value":"2","period":{{"end":"2020"}}}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"8867-4","display":"d"}},{{"code":"x"}}],"text":"t"}},"valueQuantity":{{"value":-83.50e1,"unit":"/min"}},"value":7,"effectiveDateTime":"2026-01","onset":"10:30:00","subject":{{"reference":"https://x.example/fhir/Patient/1/_history/2"}},"contained":[{{"resourceType":"Patient","id":"c"}}],"extension":[{{"url":"u","valueString":"v","extension":[{{"url":"w","valueCode":"z"}}]}}],"component":[{{"valueQuantity":{{"value":1}}}},{{"valueQuantity":{{"value":1e3}}}},null],"item":{items},"entry":[{{"request":{{"method":"DELETE","url":"Patient/1"}}}}],"empty":[],"list":[[1],[2]]}}"#
    )
}

/// Runs `view` over resources of its type, whole and poor.
pub fn run(view: View) -> Decoded {
    let kind = view.resource.clone();
    let lines = [
        resource(&kind),
        format!(r#"{{"resourceType":"{kind}","id":"b","name":"plain","code":5,"item":{{}}}}"#),
        format!(r#"{{"resourceType":"{kind}","id":"c"}}"#),
    ];
    let text = lines.join("\n");
    let schema = view.schema();
    let _ = view.paths();
    let decoded = Decoder::new(vec![Arc::new(view)]).decode(&chunk(text.as_bytes()));
    check(&decoded, text.as_bytes());
    assert_eq!(decoded.line_count, 3);
    assert_eq!(decoded.tables[0].batch.schema(), schema);
    decoded
}
