//! What a pull is given never makes it wait, run or grow without end, and what it cannot believe it
//! says.

use crate::project::{NO_POSTCODES, Project, pipeline};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

/// A project over `extracts/` in itself.
fn project(more: &str) -> Project {
    let project = Project::empty();
    project.write_pipeline(&pipeline(NO_POSTCODES, &source(more)));
    fs::create_dir(project.path("extracts")).unwrap();
    project
}

fn source(more: &str) -> String {
    format!(
        "[sources.record]\nkind = \"fhir-folder\"\nurl = \"extracts\"\naccept_test_numbers = true\n{more}\n"
    )
}

/// A Patient with a verified test number.
fn patient(id: &str, updated: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","meta":{{"lastUpdated":"{updated}"}},"identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018","extension":[{{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus","valueCodeableConcept":{{"coding":[{{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus","code":"01"}}]}}}}]}}],"gender":"male","birthDate":"1970-01-01"}}"#
    ) + "\n"
}

/// A Flag of the Patient `p`.
fn flag(id: &str, updated: &str, status: &str) -> String {
    format!(
        r#"{{"resourceType":"Flag","id":"{id}","meta":{{"lastUpdated":"{updated}"}},"status":"{status}","code":{{"coding":[{{"system":"http://snomed.info/sct","code":"1"}}]}},"subject":{{"reference":"Patient/p"}}}}"#
    ) + "\n"
}

fn write(project: &Project, name: &str, text: &str) {
    fs::write(project.path("extracts").join(name), text).unwrap();
}

fn make_fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

/// Runs a command that must end by itself: one that waits for a FIFO is killed, and fails the test.
fn ends(project: &Project, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = project.command(arguments);
    let command = command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    for _ in 0..600 {
        if child.try_wait().unwrap().is_some() {
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return (output.status.code(), said);
        }
        #[allow(clippy::disallowed_methods)] // there is no wait with a limit
        std::thread::sleep(Duration::from_millis(100));
    }
    child.kill().unwrap();
    panic!("{arguments:?} did not end");
}

/// The Patient that the records of these tests are of.
fn one_patient(project: &Project) {
    write(
        project,
        "Patient.ndjson",
        &patient("p", "2026-09-01T00:00:00Z"),
    );
}

#[test]
fn links_in_a_circle_fifos_sockets_and_devices_among_extracts_are_passed_over() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let project = project("");
    let extracts = project.path("extracts");
    let outside = project.path("elsewhere");
    fs::create_dir(&outside).unwrap();
    one_patient(&project);
    fs::write(
        outside.join("Flag.ndjson"),
        flag("one", "2026-09-01T00:00:00Z", "active"),
    )
    .unwrap();
    symlink("circle-b", extracts.join("circle-a")).unwrap();
    symlink("circle-a", extracts.join("circle-b")).unwrap();
    symlink(".", extracts.join("here")).unwrap();
    symlink("..", extracts.join("above")).unwrap();
    symlink("Patient.ndjson", extracts.join("again.ndjson")).unwrap();
    symlink("/dev/zero", extracts.join("endless.ndjson")).unwrap();
    symlink("/nowhere/at/all", extracts.join("gone.ndjson")).unwrap();
    symlink(&outside, extracts.join("linked")).unwrap();
    make_fifo(&extracts.join("waits.ndjson"));
    let _socket = std::os::unix::net::UnixListener::bind(extracts.join("socket.ndjson")).unwrap();
    fs::create_dir(extracts.join("lost+found")).unwrap();
    for name in [&b"\xff.ndjson"[..], b"\xfe.ndjson"] {
        let name = std::ffi::OsStr::from_bytes(name);
        fs::write(extracts.join(name), "{}\n").unwrap();
    }
    let (code, said) = ends(&project, &["pull"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("extracts/endless.ndjson (a device)\n"),
        "{said}"
    );
    assert!(said.contains("passed over: 5 more\n"), "{said}");
    assert!(
        said.contains("1 file reached through a symbolic link"),
        "{said}"
    );

    let pulled = project.json(&["pull"]);
    let reasons = pulled["passed_over_because"].as_object().unwrap();
    let place = extracts.display().to_string();
    let expected = [
        ("above", "a symbolic link to a folder above the source's"),
        ("again.ndjson", "a symbolic link to what is read already"),
        ("circle-a", "a symbolic link that leads nowhere"),
        ("circle-b", "a symbolic link that leads nowhere"),
        ("endless.ndjson", "a device"),
        ("gone.ndjson", "a symbolic link that leads nowhere"),
        ("here", "a symbolic link to what is read already"),
        ("socket.ndjson", "a socket"),
        ("waits.ndjson", "a FIFO"),
        ("\u{fffd}.ndjson", "a file whose name is not UTF-8"),
    ];
    let found: Vec<(&str, &str)> = reasons
        .iter()
        .map(|(file, reason)| {
            let name = file.strip_prefix(&place).unwrap_or(file);
            let name = name.rsplit('/').next().unwrap();
            (name, reason.as_str().unwrap())
        })
        .collect();
    assert_eq!(found, expected);
    assert_eq!(pulled["files_known"], 2);
    assert_eq!(project.number("select count(*) from record.flag"), 1);
}

#[test]
fn a_file_that_grows_while_it_is_read_is_read_whole_by_the_next_pull() {
    // What is added after the listing is left to the next pull; nothing is lost, and nothing waits.
    let project = project("");
    one_patient(&project);
    write(
        &project,
        "Flag.ndjson",
        &flag("one", "2026-09-01T00:00:00Z", "active"),
    );
    project.ok(&["pull", "-q"]);
    let both = flag("one", "2026-09-01T00:00:00Z", "active")
        + &flag("two", "2026-09-02T00:00:00Z", "active");
    write(&project, "Flag.ndjson", &both);
    project.ok(&["pull", "-q"]);
    assert_eq!(project.number("select count(*) from record.flag"), 2);
}

#[test]
fn a_fifo_or_device_for_a_key_list_lookup_or_reference_file_is_an_error() {
    let project = project("");
    one_patient(&project);
    make_fifo(&project.path("fifo"));
    std::os::unix::fs::symlink("/dev/zero", project.path("device")).unwrap();
    for (place, what) in [("fifo", "a FIFO"), ("device", "a device")] {
        let expected = format!("it is {what}, where a file must be");
        let opt_outs = format!("opt_outs = \"{place}\"\n{NO_POSTCODES}");
        let lookups = format!("[privacy.lookups]\npostcode_lsoa = \"{place}\"\n");
        let key = pipeline(NO_POSTCODES, &source("")).replace("test.key", place);
        let cases = [
            (pipeline(&opt_outs, &source("")), 3),
            (pipeline(&lookups, &source("")), 3),
            (key, 2),
        ];
        for (text, code) in cases {
            project.write_pipeline(&text);
            let (ended, said) = ends(&project, &["pull"]);
            assert_eq!(ended, Some(code), "{said}");
            assert!(said.contains(&expected), "{said}");
        }
        let reference = format!("[reference]\nlsoa = \"{place}\"\n");
        project.write_pipeline(&pipeline(NO_POSTCODES, &(source("") + &reference)));
        let (ended, said) = ends(&project, &["run"]);
        assert_eq!(ended, Some(3), "{said}");
        assert!(said.contains(&expected), "{said}");
    }
}

/// The most memory that a command had at once, in KiB.
#[cfg(target_os = "linux")]
fn peak(project: &Project, arguments: &[&str]) -> u64 {
    let mut command = project.command(arguments);
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let high = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = high.and_then(|high| high.trim().strip_suffix(" kB")?.trim().parse().ok());
        peak = kib.unwrap_or(peak).max(peak);
        #[allow(clippy::disallowed_methods)] // between two looks
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(child.wait().unwrap().success());
    assert!(peak > 0, "nothing was measured");
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn rejects_are_spooled_so_that_a_bomb_of_them_stays_within_memory() {
    use std::io::Write;
    let project = project("reject_threshold = 1.0");
    let lines = 3_000_000;
    let file = fs::File::create(project.path("extracts/Flag.ndjson.gz")).unwrap();
    let mut packer = flate2::write::GzEncoder::new(file, flate2::Compression::best());
    for _ in 0..lines / 1000 {
        packer.write_all("{}\n".repeat(1000).as_bytes()).unwrap();
    }
    packer.finish().unwrap();
    assert!(
        project
            .path("extracts/Flag.ndjson.gz")
            .metadata()
            .unwrap()
            .len()
            < 20_000
    );
    let peak = peak(
        &project,
        &["pull", "--memory-limit", "256MB", "--threads", "2"],
    );
    assert!(peak < 256 * 1024, "{peak} KiB");
    let counted = project.sql(
        "select count(*), count(distinct line), max(line), max(byte_end), count(distinct reason) from populace.reject",
    );
    assert_eq!(counted, [["3000000", "3000000", "3000000", "8999999", "1"]]);
    // Other files' rejects stay when one is read again, and those of one that is mended go.
    write(&project, "Goal.ndjson", "{}\n{\n");
    write(&project, "Flag.ndjson", "{}\n");
    project.ok(&["pull", "-q"]);
    fs::write(project.path("extracts/Flag.ndjson.gz"), "").unwrap();
    project.ok(&["pull", "-q"]);
    let counted = project.sql("select file, line, reason from populace.reject order by file, line");
    let rows = [
        ["Flag.ndjson", "1", "no-resource-type"],
        ["Goal.ndjson", "1", "no-resource-type"],
        ["Goal.ndjson", "2", "not-json"],
    ];
    assert_eq!(counted, rows);
}

#[test]
fn rows_of_one_resource_cost_linear_time() {
    // As each row was compared with all others of its resource, these took more than two minutes.
    let project = project("");
    one_patient(&project);
    let component = |n: u32| {
        format!(r#"{{"code":{{"coding":[{{"code":"{n}"}}]}},"valueQuantity":{{"value":{n}}}}}"#)
    };
    let components: Vec<String> = (0..200_000).map(component).collect();
    let observation = format!(
        r#"{{"resourceType":"Observation","id":"o","meta":{{"lastUpdated":"2026-09-01T00:00:00Z"}},"status":"final","subject":{{"reference":"Patient/p"}},"effectiveDateTime":"2026-08-01","code":{{"coding":[{{"code":"panel"}}]}},"component":[{}]}}"#,
        components.join(",")
    );
    write(&project, "Observation.ndjson", &observation);
    project.ok(&["pull", "-q"]);
    let counted = project
        .sql("select count(*), count(distinct record_row), sum(value) from record.observation");
    assert_eq!(counted[0][..2], ["200001", "200001"]);
    assert_eq!(counted[0][2].parse::<f64>().unwrap(), 19_999_900_000.0);
}

#[test]
fn thresholds_name_the_file() {
    let project = project("reject_threshold = 0.3");
    let good = flag("one", "2026-09-01T00:00:00Z", "active");
    write(&project, "Flag-bad.ndjson", &"{}\n".repeat(60));
    write(
        &project,
        "Flag-worse.ndjson",
        &("{}\n".repeat(50) + &"{\n".repeat(20)),
    );
    write(&project, "Flag-good.ndjson", &good.repeat(40));
    for n in 0..7 {
        write(
            &project,
            &format!("Flag-{n}.ndjson"),
            &(good.repeat(9) + "{}\n"),
        );
    }
    let error = project.fails(3, &["pull"]);
    let causes: Vec<&str> = error.lines().filter(|l| l.starts_with("cause:")).collect();
    assert!(
        error.contains("source record: 137 of 240 lines cannot be used"),
        "{error}"
    );
    assert_eq!(
        causes,
        [
            "cause: 117 no-resource-type, 20 not-json",
            "cause: file Flag-worse.ndjson: 70 of 70 lines (50 no-resource-type, 20 not-json)",
            "cause: file Flag-bad.ndjson: 60 of 60 lines (60 no-resource-type)",
            "cause: file Flag-0.ndjson: 1 of 10 lines (1 no-resource-type)",
            "cause: file Flag-1.ndjson: 1 of 10 lines (1 no-resource-type)",
            "cause: file Flag-2.ndjson: 1 of 10 lines (1 no-resource-type)",
            "cause: 4 other files: 4 lines",
        ]
    );
}

#[test]
fn times_in_the_future_do_not_win_for_ever() {
    let project = project("");
    one_patient(&project);
    let files = ["Flag-1.ndjson", "Flag-2.ndjson", "Flag-3.ndjson"];
    let at = |file: &str, days: u64| {
        let path = project.path("extracts").join(file);
        let when = SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400);
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(when).unwrap();
    };
    // 1 September 2026 is day 20,697.
    write(
        &project,
        files[0],
        &flag("f", "2199-01-01T00:00:00Z", "wrong"),
    );
    at(files[0], 20_697);
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["future_times"]["record"], 1);
    assert_eq!(pulled["rejected"], serde_json::json!({}));
    let row = "select status, updated from record.flag";
    assert_eq!(project.sql(row), [["wrong", "2026-09-01T00:00:00"]]);

    // A true time after the file was made wins, before it does not.
    write(
        &project,
        files[1],
        &flag("f", "2026-09-02T00:00:00Z", "right"),
    );
    write(
        &project,
        files[2],
        &flag("f", "2026-08-31T00:00:00Z", "old"),
    );
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["future_times"], serde_json::json!({}));
    assert_eq!(project.sql(row), [["right", "2026-09-02T00:00:00"]]);

    // However often the file is read again.
    let path = project.path("pipelines/views/flag.json");
    let view = fs::read_to_string(&path).unwrap();
    fs::write(&path, view + "\n").unwrap();
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["future_times"]["record"], 1);
    assert_eq!(project.sql(row), [["right", "2026-09-02T00:00:00"]]);
    let said = String::from_utf8_lossy(&{
        write(
            &project,
            files[0],
            &flag("f", "2198-01-01T00:00:00Z", "wrong"),
        );
        at(files[0], 20_696);
        project.run(&["pull"]).stderr
    })
    .into_owned();
    assert!(
        said.contains("source record: 1 line says that it was updated in the future"),
        "{said}"
    );
    assert_eq!(project.sql(row), [["right", "2026-09-02T00:00:00"]]);
}

#[test]
fn deletions_and_files_from_the_future_do_not_win_for_ever() {
    let project = project("");
    one_patient(&project);
    write(
        &project,
        "Flag-1.ndjson",
        &flag("f", "2026-09-01T00:00:00Z", "first"),
    );
    write(
        &project,
        "Flag-2.ndjson",
        &flag("g", "2026-09-01T00:00:00Z", "first"),
    );
    let bundle = |id: &str, meta: &str| {
        format!(
            r#"{{"resourceType":"Bundle",{meta}"type":"transaction","entry":[{{"request":{{"method":"DELETE","url":"Flag/{id}"}}}}]}}"#
        ) + "\n"
    };
    let told = bundle("f", r#""meta":{"lastUpdated":"2199-01-01T00:00:00Z"},"#);
    write(&project, "Bundle-1.ndjson", &told);
    // Without a time of its own, a deletion is as old as its file, which cannot be of 2150.
    write(&project, "Bundle-2.ndjson", &bundle("g", ""));
    let file = fs::File::options()
        .write(true)
        .open(project.path("extracts/Bundle-2.ndjson"))
        .unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(65_744 * 86_400))
        .unwrap();
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["future_times"]["record"], 1);
    assert_eq!(project.number("select count(*) from record.flag"), 0);
    let latest = project.sql("select max(deleted) from populace.deleted");
    assert!(latest[0][0].as_str() < "2100", "{latest:?}");
    // Both are there again, in versions of a moment that is within the day's grace.
    let now: chrono::DateTime<chrono::Utc> = SystemTime::now().into();
    let soon = (now + chrono::TimeDelta::hours(20))
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string();
    let both = flag("f", &soon, "again") + &flag("g", &soon, "again");
    write(&project, "Flag-3.ndjson", &both);
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["future_times"], serde_json::json!({}));
    let rows = project.sql("select status from record.flag");
    assert_eq!(rows, [["again"], ["again"]]);
}

#[test]
fn a_csv_row_or_header_of_very_many_columns_takes_little_memory() {
    let project = Project::empty();
    let sources = "[sources.extracts]\nkind = \"csv-folder\"\nurl = \"extracts\"\nreject_threshold = 1.0\naccept_test_numbers = true\n";
    project.write_pipeline(&pipeline(NO_POSTCODES, sources));
    fs::create_dir(project.path("extracts")).unwrap();
    write(
        &project,
        "dental_contact.csv",
        &("a,".repeat(3_000_000) + "a\n"),
    );
    let error = project.fails(3, &["pull"]);
    assert!(error.contains("has more than 100000 columns"), "{error}");
}

#[test]
fn a_csv_row_from_the_future_does_not_win_for_ever() {
    let project = Project::empty();
    let sources = "[sources.extracts]\nkind = \"csv-folder\"\nurl = \"extracts\"\naccept_test_numbers = true\n";
    project.write_pipeline(&pipeline(NO_POSTCODES, sources));
    fs::create_dir(project.path("extracts")).unwrap();
    let header = "provider_code,contact_id,nhs_number,nhs_number_status,extract_datetime,contact_date,treatment_band,urgent,units\n";
    let row = |updated: &str, band: &str| {
        format!("{header}V1,c1,9990000018,01,{updated},2026-08-01,{band},N,1\n")
    };
    let path = project.path("extracts/dental_contact-1.csv");
    fs::write(&path, row("2199-01-01 00:00:00", "wrong")).unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    // 1 September 2026.
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(20_697 * 86_400))
        .unwrap();
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["future_times"]["extracts"], 1);
    let band = "select treatment_band, updated from record.dental_contact";
    assert_eq!(project.sql(band), [["wrong", "2026-09-01T00:00:00"]]);
    write(
        &project,
        "dental_contact-2.csv",
        &row("2026-09-02 00:00:00", "right"),
    );
    project.ok(&["pull", "-q"]);
    // Midnight of 2 September in England.
    assert_eq!(project.sql(band), [["right", "2026-09-01T23:00:00"]]);
}

/// Two Flags each of `people`, of whom only the first Patient is there.
fn record(project: &Project, people: usize, known: bool) {
    if known {
        write(
            project,
            "Patient.ndjson",
            &patient("p", "2026-09-01T00:00:00Z"),
        );
    }
    let flags: String = (0..people)
        .map(|n| flag(&format!("f{n}"), "2026-09-01T00:00:00Z", "active"))
        .collect();
    write(project, "Flag.ndjson", &flags);
}

#[test]
fn an_emptied_source_is_not_a_good_night() {
    let project = project("");
    record(&project, 30, true);
    project.ok(&["pull", "-q"]);
    let files = ["Patient.ndjson", "Flag.ndjson"].map(|name| project.path("extracts").join(name));
    let said = "source record: it has nothing now, and had 2 files (30 Flag, 1 Patient) before";
    // Its files are gone, or empty, or hold empty lines only: what was pulled stays.
    let emptied: [&dyn Fn(); 3] = [
        &|| files.iter().for_each(|file| fs::remove_file(file).unwrap()),
        &|| files.iter().for_each(|file| fs::write(file, "").unwrap()),
        &|| fs::write(&files[0], "\n\n").unwrap(),
    ];
    for empty in emptied {
        empty();
        for _ in 0..2 {
            let output = project.run(&["pull", "--json"]);
            assert_eq!(output.status.code(), Some(1));
            let pulled: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            let warning = &pulled["warnings"][0];
            assert_eq!(warning["source"], "record");
            let what = warning["what"].as_str().unwrap();
            assert!(what.contains("it has nothing now"), "{what}");
            assert!(what.contains("allow_empty = true"), "{what}");
            assert_eq!(project.number("select count(*) from record.flag"), 30);
        }
    }
    let first = project.run(&["pull"]).stderr;
    let first = String::from_utf8_lossy(&first).into_owned();
    assert!(first.contains(&format!("warning: {said}")), "{first}");
    // A setting allows it, and so does a file that has something again.
    project.write_pipeline(&pipeline(NO_POSTCODES, &source("allow_empty = true")));
    project.ok(&["pull", "-q"]);
    project.write_pipeline(&pipeline(NO_POSTCODES, &source("")));
    fs::write(&files[0], patient("p", "2026-09-02T00:00:00Z")).unwrap();
    project.ok(&["pull", "-q"]);
}

#[test]
fn a_large_share_of_unlinked_rows_is_not_a_good_night() {
    let project = project("");
    record(&project, 30, false);
    let warnings = || {
        let output = project.run(&["pull", "--json"]);
        let pulled: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let warnings = pulled["warnings"].as_array().unwrap().clone();
        let texts = warnings
            .iter()
            .map(|w| w["what"].as_str().unwrap().to_string());
        let places = warnings.iter().map(|w| {
            let of = |key: &str| w[key].as_str().unwrap_or("-").to_string();
            format!("{} {}", of("source"), of("table"))
        });
        let places: Vec<String> = places.collect();
        assert_eq!(output.status.code(), Some(i32::from(!places.is_empty())));
        (places, texts.collect::<Vec<_>>().join("\n"))
    };
    let (places, text) = warnings();
    assert_eq!(places, ["record record.flag"]);
    assert!(
        text.contains("30 of 30 new rows belong to nobody known"),
        "{text}"
    );
    assert!(text.contains("unlinked_threshold"), "{text}");
    assert_eq!(
        project.number("select count(*) from record.flag"),
        30,
        "they are kept"
    );
    // The next night brings nothing, and is no better.
    let (places, text) = warnings();
    assert_eq!(places, ["- record.flag"]);
    assert!(
        text.contains("30 of 30 rows belong to nobody known"),
        "{text}"
    );
    project.write_pipeline(&pipeline(NO_POSTCODES, &source("unlinked_threshold = 1.0")));
    assert_eq!(warnings().0, [""; 0]);
    project.write_pipeline(&pipeline(NO_POSTCODES, &source("")));
    one_patient(&project);
    assert_eq!(warnings().0, [""; 0]);
    assert_eq!(
        project.number("select count(*) from record.flag where person_key is not null"),
        30
    );
}

#[test]
fn a_night_with_a_warning_releases_nothing_and_is_no_good_one() {
    let record = crate::project::synth(20, 8, false);
    let project = Project::over(record.path());
    project.ok(&["nightly", "-q"]);
    let released = project.released();
    for entry in fs::read_dir(record.path().join("fhir")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let error = project.fails(1, &["nightly", "--set", "as_of=2026-08-31"]);
    assert!(
        error.contains("the pull ended with a warning, so nothing was released"),
        "{error}"
    );
    assert!(
        error.contains("cause: source record: it has nothing now"),
        "{error}"
    );
    assert_eq!(project.released(), released);
    let status = project.run(&["status"]).stdout;
    let status = String::from_utf8_lossy(&status).into_owned();
    assert!(status.contains("failed"), "{status}");
}
