//! Resources whose meaning is changed by something that nobody knows.

use super::view;
use crate::decode::RejectReason;
use crate::decode::fhir::{Chunk, Decoder};

const KNOWN: &str = "https://example.org/known";

/// The reasons of rejected lines, by line; `known` is on the list.
fn rejected(lines: &[&str]) -> Vec<(u64, RejectReason)> {
    let condition = view(
        "Condition",
        &[
            ("key", "getResourceKey()", "string", ""),
            ("stage", "stage.summary.coding.code.first()", "code", ""),
        ],
    );
    let decoder = Decoder::new(vec![condition]).with_known_modifiers([KNOWN.to_owned()]);
    let text = lines.join("\n");
    let decoded = decoder.decode(&Chunk {
        bytes: text.as_bytes(),
        offset: 0,
        first_line: 1,
    });
    let accepted: u64 = decoded.types.values().sum();
    assert_eq!(accepted + decoded.rejects.len() as u64, lines.len() as u64);
    let reasons = decoded.rejects.iter().map(|r| (r.number, r.reason));
    reasons.collect()
}

#[test]
fn an_unknown_modifier_rejects_the_resource_wherever_it_stands() {
    let unknown = (2, RejectReason::UnknownModifierExtension);
    for wrong in [
        r#"{"resourceType":"Condition","id":"b","modifierExtension":[{"url":"https://example.org/not","valueBoolean":true}]}"#,
        r#"{"modifierExtension":[{"url":"https://example.org/not"}],"resourceType":"Condition","id":"b"}"#,
        r#"{"resourceType":"Condition","id":"b","stage":[{"modifierExtension":[{"url":"u"}],"summary":{}}]}"#,
        // In an element that no view selects.
        r#"{"resourceType":"Condition","id":"b","evidence":[{"code":[],"modifierExtension" : [ {"url":"u"} ]}]}"#,
        r#"{"resourceType":"Condition","id":"b","modifierExtension":[{"url":"https://example.org/known"},{"url":"u"}]}"#,
        r#"{"resourceType":"Condition","id":"b","modifierExtension":[{"valueBoolean":true}]}"#,
        r#"{"resourceType":"Condition","id":"b","modifierExtension":true}"#,
        r#"{"resourceType":"Condition","id":"b","modifier\u0045xtension":[{"url":"u"}]}"#,
    ] {
        let good = r#"{"resourceType":"Condition","id":"a"}"#;
        assert_eq!(rejected(&[good, wrong, good]), [unknown], "{wrong}");
    }
}

#[test]
fn no_template_lets_an_unknown_one_pass() {
    let line = |url: &str| {
        format!(
            r#"{{"resourceType":"Condition","id":"a","modifierExtension":[{{"url":"{url}"}}],"stage":[]}}"#
        )
    };
    // Long after lines like it have become a template, a URL of the same length is another.
    let (known, other) = (line(KNOWN), line("https://example.org/other"));
    let mut lines = vec![known.as_str(); 200];
    lines[150] = &other;
    assert_eq!(
        rejected(&lines),
        [(151, RejectReason::UnknownModifierExtension)]
    );
}

#[test]
fn known_empty_and_quoted_ones_do_not() {
    assert_eq!(
        rejected(&[
            r#"{"resourceType":"Condition","id":"a","modifierExtension":[{"url":"https://example.org/known","valueBoolean":true}]}"#,
            r#"{"resourceType":"Condition","id":"b","modifierExtension":[]}"#,
            r#"{"resourceType":"Condition","id":"c","modifierExtension":null}"#,
            r#"{"resourceType":"Condition","id":"d","code":{"text":"modifierExtension"}}"#,
            r#"{"resourceType":"Condition","id":"e","code":{"text":"\u00e9 \"modifierExtension\": 1"}}"#,
            // Nothing is taken from a type without a view, so nothing about it can be wrong.
            r#"{"resourceType":"Flag","id":"f","modifierExtension":[{"url":"u"}]}"#,
        ]),
        []
    );
}

#[test]
fn broken_json_is_called_what_it_is() {
    assert_eq!(
        rejected(&[r#"{"resourceType":"Condition","id":"a","modifierExtension":[{"url":"u"}"#]),
        [(1, RejectReason::NotJson)]
    );
}
