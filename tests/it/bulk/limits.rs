//! Servers without an end: each is given up after a limit that is a setting.

use super::export::{Endless, Export};
use super::record::{Record, contents, failed_pull, given_up, served};
use super::server::Server;
use crate::project::Project;
use std::io::Write;
use std::sync::LazyLock;

static RECORD: LazyLock<Record> = LazyLock::new(|| Record::new(3, 36, false));

/// Pulls from a server that `change` has changed; gives the error.
fn fails(more: &str, change: impl FnOnce(&mut Export)) -> (Server, Project, String) {
    failed_pull(&RECORD, more, change)
}

#[test]
fn pages_of_a_manifest_that_never_end_are_given_up() {
    let (server, project, error) = fails("page_limit = 20\n", |export| {
        export.endless = Some(Endless::Pages);
    });
    assert!(
        error.contains("the pages of the manifest have no end"),
        "{error}"
    );
    assert!(error.contains("it was given up after 20 pages"), "{error}");
    assert!(error.contains("page_limit"), "{error}");
    assert_eq!(server.asked("GET", "/fhir/jobs/1").len(), 21);
    assert!(given_up(&server, &project));
}

#[test]
fn files_and_lines_that_never_end_are_given_up() {
    for endless in [Endless::Lines, Endless::Line] {
        let (server, project, error) = fails("file_limit_mib = 3\n", |export| {
            export.endless = Some(endless);
        });
        assert!(
            error.contains("is longer than 3 MiB, and was given up"),
            "{error}"
        );
        assert!(error.contains("raise file_limit_mib"), "{error}");
        assert!(given_up(&server, &project));
    }
}

#[test]
fn an_export_that_is_too_large_is_given_up() {
    let lines = "{\"resourceType\":\"Basic\",\"id\":\"1\"}\n".repeat(20_000);
    let (server, project, error) = fails("export_limit_mib = 2\n", |export| {
        export.files = (0..5)
            .map(|_| served("Basic", lines.clone().into_bytes()))
            .collect();
    });
    assert!(
        error.contains("the export is longer than 2 MiB, and was given up"),
        "{error}"
    );
    assert!(error.contains("raise export_limit_mib"), "{error}");
    assert!(given_up(&server, &project));
}

#[test]
fn a_gzip_bomb_is_given_up_by_its_unpacked_size() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..200 {
        packer.write_all(&vec![b'\n'; 1 << 20]).unwrap();
    }
    let bomb = packer.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    let (server, project, error) = fails("file_limit_mib = 5\n", |export| {
        let mut file = served("Basic", Vec::new());
        file.count = None;
        file.bytes = bomb.into();
        export.files.push(file);
    });
    assert!(error.contains("is longer than 5 MiB"), "{error}");
    assert!(given_up(&server, &project));
}

#[test]
fn files_that_come_a_byte_at_a_time_are_given_up() {
    let drips = |export: &mut Export| export.endless = Some(Endless::Drip);
    let settings = "slowest_bytes_per_second = 1000\n";
    let quick = |text: String| text.replace("silence_seconds = 2", "silence_seconds = 0.4");
    let mut export = Export::good(RECORD.files(1_000_000));
    drips(&mut export);
    let server = Server::start(export);
    let project = RECORD.project(&server, "");
    project.write_pipeline(&quick(RECORD.pipeline(&server, settings)));
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("comes slower than 1000 bytes a second"),
        "{error}"
    );
    assert!(error.contains("it was asked for 3 times"), "{error}");
    // It may have been the line: the next pull goes on.
    assert_eq!(server.open_jobs(), 1);
    server.change(|export| export.endless = None);
    project.ok(&["pull", "-q"]);
    RECORD.assert_in(&project);

    let settings = "slowest_bytes_per_second = 0\ndownload_limit_seconds = 1\n";
    let (server, _, error) = fails(settings, drips);
    assert!(error.contains("are not here after 1 seconds"), "{error}");
    assert!(error.contains("download_limit_seconds"), "{error}");
    assert_eq!(server.open_jobs(), 1);
}

#[test]
fn answers_that_come_a_byte_at_a_time_are_given_up() {
    let (_, _, error) = fails("answer_limit_seconds = 0.2\n", |export| {
        export.endless = Some(Endless::Answers);
    });
    assert!(error.contains("after 10 attempts"), "{error}");
    assert!(error.contains("its answer takes too long"), "{error}");
}

#[test]
fn redirects_in_circles_are_given_up() {
    let server = Server::start(Export::good(RECORD.files(1_000_000)));
    let own = format!("{}/files/1", server.url());
    server.change(|export| export.redirect_files = Some(own));
    let project = RECORD.project(&server, "");
    let error = project.fails(3, &["pull"]);
    assert!(error.contains("redirects in circles"), "{error}");
    assert!(contents(&project).is_empty());
}
