//! One flipped bit in any file of a lake changes no figure and no row without a word.
//!
//! `POPULACE_FLIPS=200 cargo test --profile quick --test it flipped_bits:: -- --nocapture` flips more bits
//! than the suite does, from `POPULACE_FLIPS_SEED` on.

use crate::project::{Project, files_below, notice, synth, text};
use std::collections::BTreeMap;
use std::path::Path;

type Files = BTreeMap<String, Vec<u8>>;

/// What a bit was flipped in; bits are spread evenly over these.
const KINDS: [&str; 7] = [
    "record",
    "reference",
    "model",
    "state",
    "commit",
    "last commit",
    "settings",
];

/// What is true of a lake.
struct Truth {
    /// Every file of it.
    lake: Files,
    /// Released files.
    released: Files,
    /// The rows of every table that queries can read.
    rows: BTreeMap<String, String>,
}

fn kind(path: &str, all: &Files) -> &'static str {
    let layer = path.split('/').next().unwrap_or_default();
    match (path.contains("_delta_log"), layer) {
        (true, _) => {
            let (log, _) = path.rsplit_once('/').unwrap();
            let of_log = all.keys().filter(|name| name.starts_with(log));
            match of_log.max().map(String::as_str) == Some(path) {
                true => "last commit",
                false => "commit",
            }
        }
        (_, "populace.json") => "settings",
        (_, "record") => "record",
        (_, "reference") => "reference",
        (_, "populace") => "state",
        (_, name) if name.starts_with("populace.") => "",
        _ => "model",
    }
}

fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A file of a kind, a byte of it, a bit of that.
fn place(lake: &Files, at: usize, seed: &mut u64) -> (String, usize, u8) {
    let wanted = KINDS[at % KINDS.len()];
    let of_kind: Vec<(&String, &Vec<u8>)> = lake
        .iter()
        .filter(|(name, bytes)| kind(name, lake) == wanted && !bytes.is_empty())
        .collect();
    let pick = |seed: &mut u64, below: usize| usize::try_from(random(seed)).unwrap() % below;
    let (name, bytes) = of_kind[pick(seed, of_kind.len())];
    let bit = u8::try_from(pick(seed, 8)).unwrap();
    (name.clone(), pick(seed, bytes.len()), bit)
}

/// Makes a folder hold these files and no others.
fn restore(folder: &Path, files: &Files) {
    for name in files_below(folder)
        .keys()
        .filter(|n| !files.contains_key(*n))
    {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    for (name, bytes) in files {
        let path = folder.join(name);
        if std::fs::read(&path).ok().as_ref() != Some(bytes) {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

fn forget_releases(project: &Project) {
    let releases = project.path("releases");
    if releases.exists() {
        std::fs::remove_dir_all(releases).unwrap();
    }
}

fn rows_of(project: &Project, table: &str) -> Result<String, String> {
    let sql = format!("select * from {table}");
    let output = project.run(&[
        "sql",
        "--record-level",
        "a test",
        "--format",
        "csv",
        "-c",
        &sql,
    ]);
    match output.status.success() {
        true => {
            let rows = text(&output.stdout);
            let mut rows: Vec<&str> = rows.lines().collect();
            rows.sort_unstable();
            Ok(rows.join("\n"))
        }
        false => Err(text(&output.stderr)),
    }
}

fn truth(project: &Project) -> Truth {
    let lake = files_below(&project.path("lake"));
    forget_releases(project);
    project.ok(&["nightly"]);
    let released = project.released();
    restore(&project.path("lake"), &lake);
    let tables = lake
        .keys()
        .filter(|name| name.contains("_delta_log/00000000000000000000.json"));
    let tables = tables.map(|name| name.split('/').take(2).collect::<Vec<_>>().join("."));
    let rows = tables.map(|table| {
        let rows = rows_of(project, &table).unwrap();
        (table, rows)
    });
    let rows = rows.collect();
    restore(&project.path("lake"), &lake);
    Truth {
        lake,
        released,
        rows,
    }
}

/// Flips a bit, runs the commands, and says what came of it; None is a figure or a row that changed
/// without a word.
fn outcome(project: &Project, truth: &Truth, at: usize, seed: &mut u64) -> Option<&'static str> {
    let (name, byte, bit) = place(&truth.lake, at, seed);
    let table = name.split('/').take(2).collect::<Vec<_>>().join(".");
    let told = |said: &str| said.contains(&name) || said.contains(&table);
    restore(&project.path("lake"), &truth.lake);
    let mut damaged = truth.lake[&name].clone();
    damaged[byte] ^= 1 << bit;
    std::fs::write(project.path("lake").join(&name), damaged).unwrap();
    forget_releases(project);

    if let Some(rows) = truth.rows.get(&table) {
        match rows_of(project, &table) {
            Ok(found) if found != *rows => return None,
            Err(said) if !told(&said) => panic!("{name}:{byte}.{bit} is not named: {said}"),
            _ => {}
        }
    }
    let output = project.run(&["nightly"]);
    let said = text(&output.stderr);
    if !output.status.success() {
        assert!(told(&said), "{name}:{byte}.{bit} is not named: {said}");
        assert!(said.contains("hint:"), "{name}:{byte}.{bit}: {said}");
        return Some("error");
    }
    match (
        project.released() == truth.released,
        said.contains("was damaged"),
    ) {
        (false, _) => None,
        (true, true) => Some("healed"),
        (true, false) => Some("harmless"),
    }
}

#[test]
fn a_flipped_bit_changes_no_figure_without_a_word() {
    let number = |name: &str, usual: u64| {
        let set = std::env::var(name).ok();
        set.map_or(usual, |text| text.parse().unwrap())
    };
    let flips = usize::try_from(number("POPULACE_FLIPS", 21)).unwrap();
    let mut seed = number("POPULACE_FLIPS_SEED", 1);
    let record = synth(40, 11, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    // Records that change leave deletion vectors behind, and several files in a shard.
    let later = synth(40, 11, true);
    let fhir = |folder: &Path| folder.join("fhir");
    for (name, bytes) in files_below(&fhir(later.path())) {
        if name.starts_with("Observation") {
            std::fs::write(fhir(record.path()).join(format!("later-{name}")), bytes).unwrap();
        }
    }
    let settings = project.path("pipelines/nightly.toml");
    let pipeline = std::fs::read_to_string(&settings).unwrap();
    let lenient = pipeline.replace(
        "accept_test_numbers",
        "reject_threshold = 1.0\naccept_test_numbers",
    );
    std::fs::write(&settings, lenient).unwrap();
    project.ok(&["pull"]);

    // The models of one lake are out of date and read the record; those of the other are not.
    let stale = truth(&project);
    project.ok(&["run"]);
    let built = truth(&project);
    assert_eq!(stale.released, built.released);

    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for flip in 0..flips {
        let truth = match (flip / KINDS.len()) % 2 {
            0 => &stale,
            _ => &built,
        };
        let before = seed;
        let came = outcome(&project, truth, flip, &mut seed).unwrap_or("silent");
        if came == "silent" {
            let (name, byte, bit) = place(&truth.lake, flip, &mut before.clone());
            notice(&format!(
                "silent: flip {flip} of {name}, byte {byte}, bit {bit}"
            ));
        }
        *counts.entry(came).or_default() += 1;
    }
    notice(&format!("{flips} flipped bits: {counts:?}"));
    assert_eq!(counts.get("silent"), None, "{counts:?}");
    assert!(counts["error"] > 0 && counts["healed"] > 0, "{counts:?}");
}
