//! Input that wants to break a pull: each is a counted reject, and memory stays bounded.

use crate::project::{NO_POSTCODES, Project, pipeline, text};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

/// Bytes that a pull of hostile files may take at most.
const MOST_MEMORY: u64 = 700_000_000;

const PATIENT: &str = r#"{"resourceType":"Patient","id":"good","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9434765919"}],"gender":"female"}"#;

/// Runs a command that must end with `code`; gives its standard output and the most memory that it
/// was seen to hold, where the system tells.
fn measured(project: &Project, arguments: &[&str], code: i32) -> (String, Option<u64>) {
    let mut command = project.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = None;
    // What the child says fits in the pipes' buffers.
    while child.try_wait().unwrap().is_none() {
        let facts = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = facts.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        most = most.max(peak.map(|kib| kib * 1024));
        #[allow(clippy::disallowed_methods)] // between two looks
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert!(!error.contains("panicked"), "{error}");
    (text(&output.stdout), most)
}

/// A project over one folder of FHIR and one of CSV, that accepts any number of rejects.
fn project() -> Project {
    let project = Project::empty();
    for folder in ["fhir", "csv"] {
        std::fs::create_dir(project.path(folder)).unwrap();
    }
    let sections = r#"
[sources.record]
kind = "fhir-folder"
url = "fhir"
reject_threshold = 1.0
[sources.extracts]
kind = "csv-folder"
url = "csv"
reject_threshold = 1.0
"#;
    project.write_pipeline(&pipeline(NO_POSTCODES, sections));
    project
}

/// Writes bytes piece by piece.
fn write(path: &Path, pieces: impl IntoIterator<Item = Vec<u8>>) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    for piece in pieces {
        file.write_all(&piece).unwrap();
    }
    file.flush().unwrap();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

#[test]
fn each_hostile_line_is_a_reject_with_its_place() {
    let project = project();
    let deep = 1_000_000;
    let patient = |members: &str| format!(r#"{{"resourceType":"Patient","id":"h",{members}}}"#);
    let nhs =
        r#""identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9434765919"}]"#;
    let lines: Vec<(Vec<u8>, Option<&str>)> = vec![
        // A million levels of what nobody selects are JSON; of what a view selects, they are refused.
        (
            patient(&format!(r#"{nhs},"text":{}{}"#, "[".repeat(deep), "]".repeat(deep))).into(),
            None,
        ),
        (patient(&format!(r#""name":{}1{}"#, "[".repeat(deep), "]".repeat(deep))).into(), Some("nhs-number-missing")),
        (patient(&format!(r#""address":{}1{}"#, "[".repeat(deep), "]".repeat(deep))).into(), Some("not-json")),
        (patient(&format!(r#""extension":{}"#, r#"[{"extension":"#.repeat(deep))).into(), Some("not-json")),
        ("[".repeat(deep).into(), Some("not-json")),
        (r#"{"a":"#.repeat(deep).into(), Some("not-json")),
        // Numbers that no double can hold cost the value.
        (
            br#"{"resourceType":"Observation","id":"n","subject":{"reference":"Patient/h"},"valueQuantity":{"value":1e999}}"#.to_vec(),
            None,
        ),
        (
            format!(r#"{{"resourceType":"Observation","id":"n","valueQuantity":{{"value":{}}}}}"#, "9".repeat(1_000_000)).into(),
            None,
        ),
        // Surrogates without their other half, in a selected string.
        (patient(r#""gender":"\ud83d""#).into(), Some("not-json")),
        (patient(r#""gender":"\ude00\ud83d""#).into(), Some("not-json")),
        // Of names that come twice the last counts; two resource types are no resource.
        (patient(&format!(r#"{nhs},"gender":"male","gender":"female""#)).into(), None),
        (patient(r#""resourceType":"Observation""#).into(), Some("not-json")),
        // Bytes that are no text.
        (b"{\"resourceType\":\"Patient\",\"id\":\"\xff\xfe\"}".to_vec(), Some("not-json")),
        (b"{\"resourceType\":\"Patient\",\"id\":\"\xc0\x80\"}".to_vec(), Some("not-json")),
        (b"{\"resourceType\":\"Patient\",\"id\":\"a\0b\"}".to_vec(), Some("not-json")),
        (vec![0; 1000], Some("not-json")),
        (b"\x1f\x8b\x08\x00".to_vec(), Some("not-json")),
        // Many members of one name, and many of many names.
        (patient(&format!("{nhs}{}", r#","gender":"male""#.repeat(100_000))).into(), None),
        (
            patient(&format!("{nhs}{}", (0..100_000).map(|n| format!(",\"k{n}\":0")).collect::<String>())).into(),
            None,
        ),
        // Very many values, of which the first counts.
        (
            patient(&format!(
                r#"{nhs},"communication":[{}]"#,
                vec![r#"{"language":{}}"#; 100_000].join(",")
            ))
            .into(),
            None,
        ),
        (PATIENT.into(), None),
    ];
    let mut at = 0;
    let mut expected = Vec::new();
    for (number, (line, reason)) in lines.iter().enumerate() {
        if let Some(reason) = reason {
            expected.push([
                (number + 1).to_string(),
                at.to_string(),
                (at + line.len()).to_string(),
                (*reason).to_string(),
            ]);
        }
        at += line.len() + 1;
    }
    write(
        &project.path("fhir/hostile.ndjson"),
        lines
            .into_iter()
            .map(|(line, _)| [line, b"\n".to_vec()].concat()),
    );
    let (_, most) = measured(&project, &["pull", "--threads", "2"], 0);
    let found =
        project.sql("select line, byte_start, byte_end, reason from populace.reject order by line");
    assert_eq!(found, expected);
    assert_eq!(project.number("select count(*) from record.patient"), 2);
    within(most, "lines");
}

fn within(most: Option<u64>, what: &str) {
    match most {
        Some(most) => {
            crate::project::notice(&format!("hostile {what}: {} MB at most", most / 1_000_000));
            assert!(most < MOST_MEMORY, "{what}: {most}");
        }
        None => crate::project::missing(
            "proc",
            &format!("the memory of hostile {what} was not seen"),
        ),
    }
}

#[test]
fn lines_and_files_without_end_cost_no_memory() {
    let project = project();
    const MIB: usize = 1024 * 1024;
    // Three lines of 100 MB among good ones: valid JSON, only too long.
    let open = br#"{"resourceType":"Patient","id":"long","text":{"div":""#;
    let long = || {
        let fill = std::iter::repeat_n(vec![b'x'; MIB], 100);
        std::iter::once(open.to_vec())
            .chain(fill)
            .chain([b"\"}}\n".to_vec()])
    };
    let good = || std::iter::once(format!("{PATIENT}\n").into_bytes());
    write(
        &project.path("fhir/long.ndjson"),
        long().chain(good()).chain(long()).chain(long()),
    );
    // A line of zeros longer than 32 bits count, in four megabytes: members of a hundred megabytes,
    // one after the other.
    const MEMBERS: usize = 42;
    const { assert!(MEMBERS * 100 * MIB > u32::MAX as usize) };
    let zeros = gzip(&vec![0; 100 * MIB]);
    let members = std::iter::repeat_n(zeros, MEMBERS);
    write(
        &project.path("fhir/bomb.ndjson.gz"),
        std::iter::once(gzip(format!("{PATIENT}\n").as_bytes())).chain(members),
    );
    let packed = project
        .path("fhir/bomb.ndjson.gz")
        .metadata()
        .unwrap()
        .len();
    assert!(packed < 5_000_000, "{packed}");
    // Quotes that never close, with and without line ends.
    let header = "provider_code,contact_id,nhs_number,nhs_number_status,extract_datetime,contact_date,treatment_band,urgent,units,postcode\n";
    write(
        &project.path("csv/dental_contact.quote.csv"),
        std::iter::once(header.into()).chain(std::iter::repeat_n(
            [b"\"".to_vec(), vec![b'q'; MIB]].concat(),
            99,
        )),
    );
    let (summary, most) = measured(&project, &["pull", "--threads", "2", "--json"], 0);
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["rejected"]["too-long"], 5, "{summary}");
    let found = project.sql(
        "select file, line, byte_start, byte_end, reason from populace.reject order by file, line",
    );
    let length = open.len() + 100 * MIB + 3;
    let third = 2 * (length + 1) + PATIENT.len() + 1 - (length + 1);
    let zeros_at = PATIENT.len() + 1;
    let place = |file: &str, line: usize, start: usize, end: usize| {
        [
            file.to_string(),
            line.to_string(),
            start.to_string(),
            end.to_string(),
            "too-long".to_string(),
        ]
    };
    assert_eq!(
        found,
        [
            place(
                "bomb.ndjson.gz",
                2,
                zeros_at,
                zeros_at + MEMBERS * 100 * MIB
            ),
            place(
                "dental_contact.quote.csv",
                2,
                header.len(),
                header.len() + 99 * (MIB + 1)
            ),
            place("long.ndjson", 1, 0, length),
            place("long.ndjson", 3, third, third + length),
            place("long.ndjson", 4, third + length + 1, third + 2 * length + 1),
        ]
    );
    assert_eq!(project.number("select count(*) from record.patient"), 1);
    within(most, "lengths");
}
