//! One thing at a time goes wrong, and the lake is right all the same.

use super::chaos::{Chaos, Kind};
use super::export::{Export, Framing};
use super::good::{EC, auth};
use super::record::Record;
use super::server::{Sent, Server};
use crate::project::Project;
use jsonwebtoken::Algorithm;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

static RECORD: LazyLock<Record> = LazyLock::new(|| Record::new(12, 33, false));

/// Requests of a test that go wrong, at least: with none it would test nothing.
const FAULTS: usize = 3;

/// Pulls from a server that `change` has changed, and compares the lake.
fn pull(more: &str, change: impl FnOnce(&mut Export)) -> Server {
    let mut export = Export::good(RECORD.files(60_000));
    change(&mut export);
    let chaos = export.chaos.clone();
    let server = Server::start(export);
    let project = RECORD.project(&server, more);
    project.ok(&["pull", "-q"]);
    RECORD.assert_in(&project);
    let faults = chaos.faults();
    assert!(!chaos.is_planned() || faults >= FAULTS, "{faults} faults");
    server
}

/// Bytes sent more than once.
fn twice(sent: &[Sent]) -> u64 {
    let mut sorted = sent.to_vec();
    sorted.sort_by_key(|s| (s.file, s.start));
    let (mut file, mut end, mut twice) = (usize::MAX, 0, 0);
    for s in sorted {
        if s.file != file {
            (file, end) = (s.file, 0);
        }
        twice += end.min(s.start + s.length).saturating_sub(s.start);
        end = end.max(s.start + s.length);
    }
    twice
}

fn chaos(share: f64, kind: Kind) -> Chaos {
    Chaos::new(7, share, 40, &[kind])
}

#[test]
fn connections_that_are_cut_cost_no_byte() {
    let server = pull("", |export| export.chaos = chaos(0.6, Kind::Cut));
    assert!(server.sent().len() > RECORD.files(60_000).len() + 10);
    assert_eq!(twice(&server.sent()), 0);
}

#[test]
fn connections_that_are_refused() {
    pull("", |export| export.chaos = chaos(0.4, Kind::Refuse));
}

#[test]
fn storms_of_429_and_503() {
    let server = pull("", |export| export.chaos = chaos(0.2, Kind::TooMany));
    assert_eq!(twice(&server.sent()), 0);
    pull("", |export| export.chaos = chaos(0.2, Kind::Unavailable));
}

#[test]
fn transient_outcomes_and_bad_gateways() {
    pull("", |export| export.chaos = chaos(0.4, Kind::Transient));
    pull("", |export| export.chaos = chaos(0.4, Kind::BadGateway));
}

#[test]
fn wrong_lengths() {
    let server = pull("", |export| export.chaos = chaos(0.5, Kind::LongLength));
    assert_eq!(twice(&server.sent()), 0);
    let server = pull("", |export| export.chaos = chaos(0.5, Kind::ShortLength));
    assert_eq!(twice(&server.sent()), 0);
}

#[test]
fn servers_that_fall_silent() {
    let server = pull("downloads = 30\n", |export| {
        export.framing = Framing::Chunked;
        export.chaos = Chaos::new(7, 0.5, 4, &[Kind::ShortLength]);
    });
    assert_eq!(twice(&server.sent()), 0);
}

#[test]
fn tokens_that_end_in_mid_download() {
    let secured = |export: &mut Export| {
        export.key = Some((EC, Algorithm::ES384));
        export.requires_token = true;
    };
    let key = auth("ec.pem", "key_id = \"one\"");
    let server = pull(&key, |export| {
        secured(export);
        export.token_uses = 7;
    });
    assert!(server.asked("POST", "/token").len() > 3);
    pull(&key, |export| {
        secured(export);
        export.chaos = chaos(0.15, Kind::LoseTokens);
    });
}

#[test]
fn a_token_endpoint_that_asks_for_a_wait_gets_it() {
    let mut export = Export::good(RECORD.files(60_000));
    export.key = Some((EC, Algorithm::ES384));
    export.busy_tokens = 2;
    let server = Server::start(export);
    let key = auth("ec.pem", "key_id = \"one\"");
    let pipeline = RECORD.pipeline(&server, &key);
    let project = Project::empty();
    project.write_pipeline(
        &pipeline.replace("longest_wait_seconds = 0.1", "longest_wait_seconds = 9"),
    );
    let begun = Instant::now();
    project.ok(&["pull", "-q"]);
    RECORD.assert_in(&project);
    assert_eq!(server.asked("POST", "/token").len(), 3);
    // Waits of its own would be over after 1.2 seconds.
    assert!(begun.elapsed() >= Duration::from_secs(2));
}

#[test]
fn files_without_the_token() {
    // The server asserts that no token comes with them.
    let key = auth("ec.pem", "key_id = \"one\"");
    pull(&key, |export| export.key = Some((EC, Algorithm::ES384)));
}

#[test]
fn links_that_expire_are_renewed() {
    let server = pull("downloads = 2\n", |export| export.link_uses = 4);
    assert!(
        server.asked("GET", "/fhir/jobs/1").len() > 3,
        "the manifest is read again"
    );
    assert_eq!(twice(&server.sent()), 0);
}

#[test]
fn pages_of_a_manifest() {
    for early in [false, true] {
        pull("", |export| {
            export.pages = 5;
            export.early = early;
        });
    }
}

#[test]
fn every_framing_with_and_without_ranges() {
    for framing in [Framing::Length, Framing::Chunked, Framing::Close] {
        for ranges in [true, false] {
            let server = pull("", |export| {
                export.framing = framing;
                export.ranges = ranges;
                export.etags = ranges;
                export.chaos = chaos(0.3, Kind::Cut);
            });
            if ranges {
                assert_eq!(twice(&server.sent()), 0, "{framing:?}");
            }
        }
    }
}

#[test]
fn packed_on_the_way_or_as_files() {
    let server = pull("gzip = true\n", |export| {
        export.packs = true;
        export.chaos = chaos(0.3, Kind::Cut);
    });
    assert_eq!(twice(&server.sent()), 0);
    pull("gzip = true\n", |export| {
        export.packs = true;
        export.ranges = false;
        export.chaos = chaos(0.3, Kind::Cut);
    });
    pull("", |export| {
        for file in &mut export.files {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut packer, &file.bytes).unwrap();
            file.bytes = Arc::new(packer.finish().unwrap());
        }
        export.chaos = chaos(0.3, Kind::Cut);
    });
}

#[test]
fn a_file_that_changes_is_read_again() {
    for (etags, ranges) in [(true, true), (true, false), (false, false)] {
        pull("", |export| {
            let file = export
                .files
                .iter_mut()
                .rev()
                .find(|f| f.bytes.len() > 40_000)
                .unwrap();
            // Other lines, of which only the new file's may stay.
            let lines: Vec<&[u8]> = file.bytes.split_inclusive(|b| *b == b'\n').collect();
            let turned: Vec<u8> = lines.iter().rev().flat_map(|l| l.to_vec()).collect();
            let turned = String::from_utf8(turned)
                .unwrap()
                .replace("\"id\":\"", "\"id\":\"old-");
            file.before = Some(Arc::new(turned.into_bytes()));
            export.etags = etags;
            export.ranges = ranges;
            export.chaos = Chaos::new(1, 1.0, 40, &[Kind::Cut]);
        });
    }
}

#[test]
fn slow_servers() {
    pull("downloads = 30\n", |export| export.slowness = 3000);
}
