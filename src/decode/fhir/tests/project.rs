//! The views of this project.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::decode::fhir::{Chunk, Decoder, View};

fn views() -> Vec<Arc<View>> {
    views_of("pipelines/views")
}

/// The views of a folder, by name.
pub(super) fn views_of(folder: &str) -> Vec<Arc<View>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let view = |file: &std::path::PathBuf| {
        let text = std::fs::read_to_string(file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        Arc::new(View::parse(&name, &text).unwrap())
    };
    files.iter().map(view).collect()
}

#[test]
fn every_column_says_how_privacy_treats_it() {
    for view in views().into_iter().chain(views_of("pipelines/views-stu3")) {
        for column in &view.columns {
            let treatment = column.tags.get("populace/privacy");
            assert!(treatment.is_some(), "{}.{}", view.name, column.name);
        }
        let ordered = view
            .columns
            .iter()
            .filter(|c| c.tags.contains_key("populace/order"))
            .count();
        assert!(ordered <= 1, "{}", view.name);
    }
}

#[test]
fn synthea_decodes_without_a_reject() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fhir/synthea-us-50");
    let Ok(files) = std::fs::read_dir(&folder) else {
        crate::notice::missing("shared", "fhir/synthea-us-50 is not beside this repository");
        return;
    };
    let views = views();
    let decoder = Decoder::new(views.clone());
    let (mut lines, mut accepted) = (0, 0);
    for file in files {
        let mut text = Vec::new();
        let file = std::fs::File::open(file.unwrap().path()).unwrap();
        flate2::read::GzDecoder::new(file)
            .read_to_end(&mut text)
            .unwrap();
        let decoded = decoder.decode(&Chunk {
            bytes: &text,
            offset: 0,
            first_line: 1,
        });
        assert_eq!(decoded.rejects, []);
        lines += decoded.line_count;
        accepted += decoded.types.values().sum::<u64>();
        for (view, rows) in views.iter().zip(&decoded.tables) {
            assert_eq!(rows.batch.schema(), view.schema());
            assert_eq!(rows.batch.num_rows(), rows.line.len());
        }
    }
    assert_eq!((lines, accepted), (14_950, 14_950));
}
