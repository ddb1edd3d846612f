//! Random schedules of faults with kills among them, each ending in the lake of a faultless pull.

use super::chaos::{ALL, Chaos, Dice};
use super::export::{Export, Framing};
use super::good::{EC, auth};
use super::grants::TOKEN;
use super::record::{Record, staged, staging};
use super::server::Server;
use crate::project::{Project, notice};
use arrow::array::AsArray;
use jsonwebtoken::Algorithm;
use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Schedules that are tried when `POPULACE_BULK_SCHEDULES` names no other number.
const SCHEDULES: u64 = 6;
/// The most kills in a schedule.
const KILLS: u64 = 4;
const SIDE_BY_SIDE: u64 = 6;

#[test]
fn random_faults_and_kills() {
    let schedules = std::env::var("POPULACE_BULK_SCHEDULES");
    let schedules = schedules.map_or(SCHEDULES, |n| n.parse().unwrap());
    let first = std::env::var("POPULACE_BULK_SEED").map_or(1, |n| n.parse().unwrap());
    let record = Record::new(6, 12, true);
    // Most of a schedule is waiting: some run side by side.
    let next = AtomicU64::new(first);
    let sum = Mutex::new(Done::default());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE.min(schedules) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + schedules {
                        return;
                    }
                    let done = schedule(&record, seed);
                    sum.lock().unwrap().add(&done);
                }
            });
        }
    });
    let Done {
        kills,
        faults,
        pulls,
        bytes,
        size,
        flight,
        of_parts,
    } = sum.into_inner().unwrap();
    assert!(
        kills as u64 * 2 > schedules && faults as u64 >= 3 * schedules,
        "{schedules} schedules: {kills} pulls were killed, {faults} requests went wrong"
    );
    notice(&format!(
        "{schedules} schedules: {pulls} pulls, {kills} of them killed, {faults} requests went wrong; {bytes} bytes served of {size}, {flight} in flight at kills, {of_parts} of files that were not complete then"
    ));
}

#[derive(Default)]
struct Done {
    kills: usize,
    faults: usize,
    pulls: usize,
    bytes: u64,
    size: u64,
    /// Bytes that had been sent and not been staged at a kill, and so are sent again.
    flight: u64,
    /// Bytes that would be sent again if only whole files were staged.
    of_parts: u64,
}

impl Done {
    fn add(&mut self, more: &Done) {
        self.kills += more.kills;
        self.faults += more.faults;
        self.pulls += more.pulls;
        self.bytes += more.bytes;
        self.size += more.size;
        self.flight += more.flight;
        self.of_parts += more.of_parts;
    }
}

fn schedule(record: &Record, seed: u64) -> Done {
    let mut dice = Dice(seed);
    let mut export = Export::good(record.files(1000 + dice.roll(60_000) as usize));
    export.requires_token = dice.chance(0.5);
    export.key = Some((EC, Algorithm::ES384));
    export.token_uses = 5 + dice.roll(100) as usize;
    export.link_uses = 20 + dice.roll(100) as usize;
    export.polls = dice.roll(3) as usize;
    export.pages = 1 + dice.roll(4) as usize;
    export.etags = dice.chance(0.8);
    export.framing = [Framing::Length, Framing::Length, Framing::Chunked][dice.roll(3) as usize];
    export.slowness = dice.roll(1500);
    if export.etags && dice.chance(0.3) {
        let at = dice.roll(export.files.len() as u64) as usize;
        let old = String::from_utf8(export.files[at].bytes.to_vec()).unwrap();
        let old = old.replace("\"id\":\"", "\"id\":\"old-");
        export.files[at].before = Some(old.into_bytes().into());
    }
    let share = 0.3 * dice.share();
    export.chaos = Chaos::new(seed ^ 0xfa17, share, 60, &ALL);
    let size: u64 = export.files.iter().map(|f| f.bytes.len() as u64).sum();
    let server = Server::start(export.clone());
    let project = record.project(&server, &auth("ec.pem", "key_id = \"one\""));

    let mut done = Done {
        size,
        ..Done::default()
    };
    let mut safe: BTreeMap<usize, u64> = BTreeMap::new();
    for _ in 0..=dice.roll(KILLS) {
        let before = server.sent().len();
        let left = size.saturating_sub(safe.values().sum());
        let killed = killed_pull(&project, &server, &mut dice, left);
        done.pulls += 1;
        nothing_twice(&server, &safe, before, seed);
        if !killed {
            break;
        }
        done.kills += 1;
        safe = staged(&project, &export);
        for (file, end) in covered(&server, &export) {
            let kept = safe.get(&file).copied().unwrap_or_default();
            done.flight += end.saturating_sub(kept);
            let is_whole = kept == export.files[file].bytes.len() as u64;
            done.of_parts += if is_whole { 0 } else { end };
        }
    }
    let before = server.sent().len();
    // A server that is at its worst may outlast one pull's patience, as it may a night's.
    for attempt in 0.. {
        let output = project.run(&["pull", "-q"]);
        done.pulls += 1;
        if output.status.success() {
            break;
        }
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        notice(&format!("seed {seed}: {error}"));
        assert!(attempt < 10, "seed {seed}: {error}");
        assert_eq!(output.status.code(), Some(3), "seed {seed}: {error}");
    }
    nothing_twice(&server, &safe, before, seed);
    record.assert_in(&project);
    let left = staging(&project);
    assert!(left.is_empty(), "seed {seed}: {:?}", left.keys());
    done.bytes = server.sent().iter().map(|s| s.length).sum();
    done.faults = export.chaos.faults();
    done
}

/// Starts a pull that has `left` bytes to fetch and kills it at a moment that the dice choose; false
/// when it ended before.
fn killed_pull(project: &Project, server: &Server, dice: &mut Dice, left: u64) -> bool {
    let mut pull = project
        .command(&["pull", "-q"])
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(project.path("killed.txt")).unwrap())
        .spawn()
        .unwrap();
    let sent = || server.sent().iter().map(|s| s.length).sum::<u64>();
    // In mid-download mostly, and sometimes some time after: while staging, settling or committing.
    let bytes = sent() + (left as f64 * dice.share() * 0.7) as u64;
    let later = Duration::from_millis(if dice.chance(0.3) { dice.roll(600) } else { 0 });
    let patience = Instant::now() + Duration::from_secs(60);
    let mut reached = None;
    loop {
        if let Some(status) = pull.try_wait().unwrap() {
            if !status.success() {
                notice(&std::fs::read_to_string(project.path("killed.txt")).unwrap());
            }
            return false;
        }
        let over = sent() >= bytes || Instant::now() > patience;
        if over && Instant::now() >= *reached.get_or_insert_with(|| Instant::now() + later) {
            break;
        }
        #[allow(clippy::disallowed_methods)] // until the moment of the kill
        std::thread::sleep(Duration::from_millis(2));
    }
    pull.kill().unwrap();
    pull.wait().unwrap();
    true
}

/// How far each file that does not change was sent at least once.
fn covered(server: &Server, export: &Export) -> BTreeMap<usize, u64> {
    let mut ends: BTreeMap<usize, u64> = BTreeMap::new();
    for sent in server.sent() {
        if export.files[sent.file].before.is_none() {
            let end = ends.entry(sent.file).or_default();
            *end = (*end).max(sent.start + sent.length);
        }
    }
    ends
}

/// What had been staged is never served again.
fn nothing_twice(server: &Server, safe: &BTreeMap<usize, u64>, from: usize, seed: u64) {
    for sent in &server.sent()[from..] {
        let end = safe.get(&sent.file).copied().unwrap_or_default();
        assert!(
            sent.start >= end || sent.length == 0,
            "seed {seed}: {sent:?} although it was staged up to {end}"
        );
    }
}

/// A pull that cannot commit what it took, although all of it is in the tables.
fn stop_at_the_last_commit(project: &Project) {
    std::fs::create_dir_all(project.path("lake/populace")).unwrap();
    let extract = project.path("lake/populace/extract");
    std::fs::write(&extract, "in the way").unwrap();
    project.fails(3, &["pull"]);
    std::fs::remove_file(&extract).unwrap();
}

/// The last commit fails, as if the machine had stopped there, and then again after it.
#[test]
fn a_crash_at_the_last_commit_and_after_it() {
    let record = Record::new(6, 13, false);
    let server = Server::start(Export::good(record.files(50_000)));
    let project = record.project(&server, "");
    stop_at_the_last_commit(&project);
    record.assert_contents(&project);
    let sent = server.sent().len();
    let kept = staging(&project);
    assert!(kept.contains_key("job.json") && kept.len() > 1);

    // All is staged: no byte is asked for again, and the server is not needed.
    project.ok(&["pull", "-q"]);
    record.assert_in(&project);
    assert_eq!(server.sent().len(), sent);
    assert_eq!(server.open_jobs(), 0);
    assert!(staging(&project).is_empty());

    // A crash between the last commit and the end of the job: the job is ended, not done again.
    for (name, bytes) in kept {
        let path = project.path("lake/populace.staging/record").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    server.change(|export| export.files.clear());
    project.ok(&["pull", "-q"]);
    assert_eq!(server.sent().len(), sent);
    let begun = &server.asked("GET", "/fhir/$export")[1].target;
    assert!(begun.contains("_since=2026-10-01"), "{begun}");
    assert!(staging(&project).is_empty());
    record.assert_in(&project);
}

/// A unit that the machine lost is downloaded again, and nothing is counted twice.
#[test]
fn a_staging_area_with_damage() {
    let record = Record::new(6, 14, false);
    let server = Server::start(Export::good(record.files(50_000)));
    let project = record.project(&server, "");
    stop_at_the_last_commit(&project);
    let units = project.path("lake/populace.staging/record/units");
    let mut paths: Vec<_> = std::fs::read_dir(&units)
        .unwrap()
        .map(|u| u.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() > 3, "{}", paths.len());
    let bytes = std::fs::read(&paths[1]).unwrap();
    std::fs::write(&paths[1], &bytes[..60]).unwrap();
    std::fs::write(paths.last().unwrap(), "").unwrap();
    project.ok(&["pull", "-q"]);
    record.assert_in(&project);
}

/// A flipped bit in the job, in a receipt or in staged rows makes no other lake.
#[test]
fn flipped_bits_in_the_staging_area() {
    let record = Record::new(6, 14, false);
    let server = Server::start(Export::good(record.files(50_000)));
    let project = record.project(&server, "");
    let staged = project.path("lake/populace.staging/record");
    for at in 0..6 {
        let _ = std::fs::remove_dir_all(project.path("lake"));
        stop_at_the_last_commit(&project);
        let (file, place) = match at {
            0 => ("job.json", 0.01),
            1 => ("job.json", 0.3),
            2 => ("job.json", 0.9),
            3 => ("units/0000000001", 0.0),
            4 => ("units/0000000001", 0.1),
            _ => ("units/0000000001", 0.99),
        };
        let path = staged.join(file);
        let mut bytes = std::fs::read(&path).unwrap();
        let byte = (bytes.len() as f64 * place) as usize;
        bytes[byte] ^= 8;
        std::fs::write(&path, bytes).unwrap();
        let output = project.run(&["pull"]);
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(3), "{said}");
            assert!(
                said.contains("a unit of the staging area of the lake is damaged"),
                "{said}"
            );
            project.ok(&["pull", "-q"]);
        }
        record.assert_in(&project);
    }
}

/// What is staged is what tables hold: nobody can be found in it.
#[test]
fn the_staging_area_identifies_nobody() {
    let record = Record::new(20, 15, true);
    let mut export = Export::good(record.files(100_000));
    export.key = Some((EC, Algorithm::ES384));
    export.requires_token = true;
    let server = Server::start(export);
    let project = record.project(&server, &auth("ec.pem", "key_id = \"one\""));
    std::fs::create_dir_all(project.path("lake/populace")).unwrap();
    std::fs::write(project.path("lake/populace/extract"), "in the way").unwrap();
    project.fails(3, &["pull"]);
    let mut rows = 0;
    let mut seen = String::new();
    for (name, bytes) in staging(&project) {
        if name == "job.json" {
            seen += &String::from_utf8(bytes).unwrap();
            continue;
        }
        let length = u64::from_be_bytes(bytes[4..12].try_into().unwrap());
        let (receipt, body) = bytes[44..].split_at(usize::try_from(length).unwrap());
        seen += std::str::from_utf8(receipt).unwrap();
        let receipt: serde_json::Value = serde_json::from_slice(receipt).unwrap();
        for part in receipt["parts"].as_array().unwrap() {
            let at = part["at"].as_u64().unwrap() as usize;
            let length = part["length"].as_u64().unwrap() as usize;
            let stream = std::io::Cursor::new(&body[at..at + length]);
            for batch in arrow::ipc::reader::StreamReader::try_new(stream, None).unwrap() {
                let batch = batch.unwrap();
                rows += batch.num_rows();
                // Dates are days and numbers: a month of birth may be the day of birth of somebody.
                let texts = batch
                    .columns()
                    .iter()
                    .filter_map(|c| c.as_string_opt::<i32>());
                for text in texts.flat_map(|c| c.iter().flatten()) {
                    seen += text;
                    seen.push('\n');
                }
            }
        }
    }
    assert!(rows > 100 && seen.len() > 1000, "{rows}");
    for identifier in crate::privacy::identifiers(record.folder.path()) {
        assert!(!seen.contains(&identifier), "an identifier is staged");
    }
    assert!(!seen.contains(TOKEN) && !seen.contains("sig="));
}
