//! Lines read by template give what the same lines give alone, when nothing is known yet.

use crate::decode::RejectReason;
use std::sync::Arc;

use super::{rows, view};
use crate::decode::fhir::{Chunk, Decoded, Decoder, View};

const LINES: [&str; 8] = [
    r#"{"resourceType":"Observation","id":"o-1","meta":{"lastUpdated":"2024-01-01T00:00:00.000Z"},"text":{"status":"generated","div":"<div>A \"quoted\" \u00e9 text\n</div>"},"code":{"coding":[{"system":"http://loinc.org","code":"8867-4"},{"code":"x"}]},"valueQuantity":{"value":-83.50e1,"unit":"/min"},"note":[{"a":[]},{"b":{}},null,true,0.5]}"#,
    r#"{"resourceType":"Observation","id":"o-2","code":{"coding":[{"system":"http://loinc.org","code":"1-8","display":"na\u00efve caf\u00e9"}]},"valueQuantity":{"value":7}}"#,
    "{\"resourceType\":\"Observation\",\"id\":\"o-\u{e9}\",\"code\":{\"coding\":[{\"code\":\"caf\u{e9} of a rather long name, beyond one block\"}],\"text\":\"\u{1f600}\"}}",
    r#"{"resourceType":"Observation","id":"o-4","code":{"coding":[]},"valueQuantity":{"value":1},"component":[{"code":{"coding":[{"code":"s"}]},"valueQuantity":{"value":120}},{"code":{"coding":[{"code":"d"},{"code":"e"}]},"valueQuantity":{"value":80}}]}"#,
    r#"{"resourceType":"Observation","id":"o-5","code":{"coding":[{"code":"n"}]},"valueQuantity":{"value":null},"component":[{"code":null,"valueQuantity":{"value":0}}]}"#,
    r#"{"resourceType":"Observation","id":"o-6","code":{"coding":[{"code":"a"}]},"code":{"text":"twice"},"valueQuantity":{}}"#,
    r#"{"resourceType":"Observation","id":"o-7","code":{"coding":[{"code":"a"}]},"code":null,"code":{}}"#,
    r#"{"resourceType":"Basic","id":"b","code":{"text":"t"},"flag":true}"#,
];

fn views() -> Vec<Arc<View>> {
    let components = r#"{"resource":"Observation","select":[
        {"column":[{"name":"key","path":"getResourceKey()","type":"string"}]},
        {"forEachOrNull":"component","column":[
            {"name":"codes","path":"code.coding.code","type":"string","collection":true},
            {"name":"value","path":"value.ofType(Quantity).value","type":"decimal"}]}]}"#;
    vec![
        view(
            "Observation",
            &[
                ("code", "code.coding.first().code", "code", ""),
                (
                    "loinc",
                    "code.coding.where(system = 'http://loinc.org').code.first()",
                    "code",
                    "",
                ),
                ("value", "value.ofType(Quantity).value", "decimal", ""),
                ("key", "getResourceKey()", "string", ""),
            ],
        ),
        Arc::new(View::parse("components.json", components).unwrap()),
    ]
}

fn decode(decoder: &Decoder, bytes: &[u8]) -> Decoded {
    decoder.decode(&Chunk {
        bytes,
        offset: 0,
        first_line: 1,
    })
}

/// Everything about the first line of a chunk that does not depend on what follows.
fn first(decoded: &Decoded) -> (Vec<Vec<String>>, String) {
    let rows = |table: usize| {
        let count = decoded.tables[table].line.iter().filter(|line| **line == 0);
        rows(decoded, table)
            .into_iter()
            .take(count.count())
            .collect()
    };
    let kept = decoded.lines.first().filter(|line| line.number == 1);
    let rejected = decoded.rejects.first().filter(|line| line.number == 1);
    let tables = if kept.is_some() {
        vec![rows(0), rows(1)]
    } else {
        Vec::new()
    };
    let reference = kept.map(|line| decoded.reference(line));
    (tables, format!("{kept:?} {reference:?} {rejected:?}"))
}

/// A decoder that knows all forms of lines.
fn experienced() -> Decoder {
    let decoder = Decoder::new(views());
    let text = LINES.join("\n");
    for _ in 0..3 {
        assert_eq!(decode(&decoder, text.as_bytes()).rejects, []);
    }
    decoder
}

/// What `line` gives to a decoder, followed by lines it knows.
fn with_others(decoder: &Decoder, line: &[u8]) -> Decoded {
    let others = format!("\n{}\n{}\n", LINES[7], LINES[1]);
    decode(decoder, &[line, others.as_bytes()].concat())
}

#[test]
fn each_line_gives_what_it_gives_alone() {
    let experienced = experienced();
    for line in LINES {
        let alone = first(&with_others(&Decoder::new(views()), line.as_bytes()));
        let found = first(&with_others(&experienced, line.as_bytes()));
        assert_eq!(found, alone, "{line}");
    }
    let text = LINES.join("\r\n").repeat(3);
    let decoded = decode(&experienced, text.as_bytes());
    assert_eq!(decoded.rejects.len(), 2, "two lines are two documents each");
    assert_eq!(decoded.lines.len(), 19);
    let last = decoded.lines.last().unwrap();
    assert_eq!(&text[last.start as usize..last.end as usize], LINES[6]);
}

#[test]
fn every_truncation_is_found() {
    let experienced = experienced();
    for line in LINES {
        for end in 1..line.len() {
            let decoded = with_others(&experienced, &line.as_bytes()[..end]);
            assert_eq!(decoded.rejects.len(), 1, "{end} of {line}");
            assert_eq!(
                decoded.rejects[0].reason,
                RejectReason::NotJson,
                "{end} of {line}"
            );
            assert_eq!(decoded.rejects[0].end, end as u64);
        }
    }
}

#[test]
fn damage_is_judged_as_in_a_line_alone() {
    let experienced = experienced();
    let inexperienced = Decoder::new(views());
    let bytes: &[u8] = b"{}[]\",:\\0 9-+.eEtfnux\n\r\x00\x1f\xc3\xa9\xff";
    // A fixed sequence, so that a failure can be repeated.
    let mut state = 11_u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for round in 0..30_000 {
        let mut line = LINES[next(7)].as_bytes().to_vec();
        for _ in 0..=next(3) {
            let at = next(line.len());
            match next(4) {
                0 => line[at] = bytes[next(bytes.len())],
                1 => line.insert(at, bytes[next(bytes.len())]),
                2 => {
                    let other = LINES[next(7)].as_bytes();
                    let from = next(other.len());
                    line.splice(at.., other[from..].iter().copied());
                }
                _ => {
                    line.remove(at);
                }
            }
        }
        inexperienced.forget();
        let alone = first(&with_others(&inexperienced, &line));
        let found = first(&with_others(&experienced, &line));
        assert_eq!(found, alone, "{round}: {}", String::from_utf8_lossy(&line));
    }
}

#[test]
fn lines_that_come_again_are_read_by_template() {
    let decoder = experienced();
    let text = [
        LINES[0], LINES[1], LINES[2], LINES[3], LINES[4], LINES[7], LINES[1],
    ]
    .join("\n");
    let before = decoder.by_template();
    decode(&decoder, text.as_bytes());
    // The last line has too little after it; all others are read by template.
    assert_eq!(decoder.by_template() - before, 6);
}

#[test]
fn uris_that_differ_from_line_to_line_are_values_like_others() {
    let line = |number: usize| {
        format!(
            "{{\"resourceType\":\"Observation\",\"id\":\"{number}\",\"code\":{{\"coding\":[{{\"system\":\"http://x.example/{number}\",\"code\":\"{number}\"}}]}}}}\n"
        )
    };
    let text: String = (0..200).map(line).collect();
    let decoder = Decoder::new(vec![view(
        "Observation",
        &[
            ("system", "code.coding.system", "uri", ""),
            ("code", "code.coding.code", "code", ""),
        ],
    )]);
    let decoded = decode(&decoder, text.as_bytes());
    let expected: Vec<_> = (0..200)
        .map(|n| format!("http://x.example/{n}|{n}"))
        .collect();
    assert_eq!(rows(&decoded, 0), expected);
    assert!(decoder.by_template() > 150, "{}", decoder.by_template());
}

#[test]
fn names_in_any_order_are_read_right() {
    // Each line has its members in another order.
    let members = [
        r#""id":"o""#,
        r#""resourceType":"Observation""#,
        r#""code":{"coding":[{"code":"c"}]}"#,
        r#""valueQuantity":{"value":4.5}"#,
        r#""note":[{"text":"n"}]"#,
        r#""extra":false"#,
    ];
    let mut text = String::new();
    for round in 0..720 {
        let (mut left, mut pick) = (members.to_vec(), round);
        let mut line = Vec::new();
        while !left.is_empty() {
            line.push(left.remove(pick % left.len()));
            pick /= left.len() + 1;
        }
        text.push_str(&format!("{{{}}}\n", line.join(",")));
    }
    let decoder = Decoder::new(views());
    for _ in 0..2 {
        let decoded = decode(&decoder, text.as_bytes());
        assert_eq!(decoded.rejects, []);
        assert_eq!(rows(&decoded, 0), vec!["c|-|4.5|Observation/o"; 720]);
    }
    assert!(decoder.by_template() > 1_000, "{}", decoder.by_template());
}
