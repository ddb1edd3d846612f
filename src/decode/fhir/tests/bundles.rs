//! Which of the versions in one Bundle counts.

use super::{decode, view};
use crate::decode::RejectReason;
use crate::decode::fhir::Decoded;

fn read(kind: &str, entries: &[&str]) -> Decoded {
    let text = format!(
        r#"{{"resourceType":"Bundle","entry":[{}],"type":"{kind}"}}"#,
        entries.join(",")
    );
    let sex = [view("Patient", &[("sex", "gender", "code", "")])];
    decode(&sex, text.as_bytes())
}

/// What is read of an entry's version: its time in seconds, its number, and whether another counts.
fn versions(decoded: &Decoded) -> Vec<(Option<i64>, Option<i64>, bool)> {
    let version = |(at, line): (u32, &crate::decode::Line)| {
        let seconds = line.updated.map(|micros| micros / 1_000_000);
        (seconds, line.version_id, decoded.superseded.contains(&at))
    };
    (0..).zip(&decoded.lines).map(version).collect()
}

const A: &str = r#"{"resource":{"resourceType":"Patient","id":"a","gender":"male"}}"#;
const A_LATER: &str = r#"{"resource":{"resourceType":"Patient","id":"a","gender":"female"}}"#;
const B: &str = r#"{"resource":{"resourceType":"Patient","id":"b"}}"#;
const A_DATED: &str = r#"{"resource":{"resourceType":"Patient","id":"a","meta":{"lastUpdated":"1970-01-01T00:00:09Z","versionId":"4"}},"response":{"etag":"W/\"3\"","lastModified":"1970-01-01T00:00:03Z"}}"#;
const A_TOLD: &str = r#"{"resource":{"resourceType":"Patient","id":"a"},"response":{"etag":"W/\"3\"","lastModified":"1970-01-01T01:00:03+01:00"}}"#;

#[test]
fn of_versions_that_nothing_tells_apart_the_later_counts_and_in_a_history_the_first() {
    let alike = |kind| {
        versions(&read(kind, &[A, B, A_LATER, A]))
            .iter()
            .map(|(_, _, superseded)| *superseded)
            .collect::<Vec<_>>()
    };
    for kind in ["collection", "searchset", "batch", "message"] {
        assert_eq!(alike(kind), [true, false, true, false], "{kind}");
    }
    assert_eq!(alike("history"), [false, false, true, true]);
    // Bundles in a Bundle are as one.
    let inner = format!(r#"{{"resource":{{"resourceType":"Bundle","entry":[{A}]}}}}"#);
    let nested = versions(&read("batch-response", &[&inner, &inner]));
    assert_eq!(nested, [(None, None, true), (None, None, false)]);
}

#[test]
fn a_response_tells_the_version_of_a_resource_that_does_not() {
    let expected = [
        (Some(9), Some(4), false),
        (Some(3), Some(3), false),
        // What says nothing is older than what stands above it.
        (None, None, true),
    ];
    assert_eq!(versions(&read("history", &[A_DATED, A_TOLD, A])), expected);
}

#[test]
fn what_stands_below_a_deletion_in_a_history_is_gone() {
    let deleted = r#"{"request":{"method":"DELETE","url":"Patient/a"},"response":{"lastModified":"1970-01-01T00:00:05Z"}}"#;
    let below = [deleted, A, A_TOLD, B];
    let left_out = |kind| {
        let decoded = read(kind, &below);
        decoded.superseded.into_iter().collect::<Vec<_>>()
    };
    // The first has no time, the second one that is compared with the deletion's.
    assert_eq!(left_out("history"), [0]);
    assert_eq!(left_out("transaction"), [0u32; 0]);
}

#[test]
fn a_deletion_is_as_old_as_its_response_says() {
    let deleted = |kind, entries: &[&str]| {
        let decoded = read(kind, entries);
        let deletes = decoded.deletes.iter();
        deletes
            .map(|one| (one.reference.clone(), one.updated))
            .collect::<Vec<_>>()
    };
    let dated = r#"{"request":{"method":"DELETE","url":"Patient/a"},"response":{"lastModified":"1970-01-01T00:00:05Z"}}"#;
    let undated = r#"{"request":{"method":"DELETE","url":"Patient/a"}}"#;
    let of_a = |when| ("Patient/a".to_string(), when);
    let five = Some(5_000_000);
    assert_eq!(deleted("history", &[dated]), [of_a(five)]);
    assert_eq!(deleted("history", &[A, dated]), [of_a(five)]);
    assert_eq!(deleted("history", &[undated, A]), [of_a(None)]);
    // A version above it came after it.
    assert_eq!(deleted("history", &[A, undated, A]), []);
    assert_eq!(deleted("transaction", &[A, undated]), [of_a(None)]);
}

#[test]
fn an_entry_that_means_nothing_costs_no_other() {
    let conditional = r#"{"request":{"method":"DELETE","url":"Patient?active=false"}}"#;
    let decoded = read("transaction", &["null", A, "5", conditional, B]);
    assert_eq!(decoded.lines.len(), 2);
    let reasons: Vec<_> = decoded.rejects.iter().map(|one| one.reason).collect();
    assert_eq!(reasons, [RejectReason::WrongType]);
    // Two resources, and what is said of the third entry.
    assert_eq!(decoded.line_count + decoded.bundled, 3);
    assert_eq!(read("transaction", &["null"]).rejects, []);
}
