//! Damaged lines: never a panic, and never accepted when a JSON reader would not accept them.

use super::view;
use crate::decode::RejectReason;
use crate::decode::fhir::{Chunk, Decoded, Decoder};

const LINE: &str = r#"{"resourceType":"Observation","id":"o-1","meta":{"lastUpdated":"2024-01-01T00:00:00.000Z"},"text":{"status":"generated","div":"<div>A \"quoted\" \u00e9 text\n</div>"},"code":{"coding":[{"system":"http://loinc.org","code":"8867-4"},{"code":"x"}]},"valueQuantity":{"value":-83.50e1,"unit":"/min"},"component":[{"a":[]},{"b":{}},null,true,0.5]}"#;

fn decoder() -> Decoder {
    Decoder::new(vec![view(
        "Observation",
        &[
            ("code", "code.coding.first().code", "code", ""),
            ("value", "value.ofType(Quantity).value", "decimal", ""),
            ("key", "getResourceKey()", "string", ""),
        ],
    )])
}

fn decode(decoder: &Decoder, bytes: &[u8]) -> Decoded {
    decoder.decode(&Chunk {
        bytes,
        offset: 0,
        first_line: 1,
    })
}

#[test]
fn every_truncation_is_found() {
    let decoder = decoder();
    for end in 1..LINE.len() {
        let decoded = decode(&decoder, &LINE.as_bytes()[..end]);
        assert_eq!(decoded.rejects.len(), 1, "{end}");
        assert_eq!(decoded.rejects[0].reason, RejectReason::NotJson, "{end}");
    }
    assert!(decode(&decoder, LINE.as_bytes()).rejects.is_empty());
}

#[test]
fn damage_is_judged_as_a_json_reader_judges_it() {
    let decoder = decoder();
    let bytes: &[u8] = b"{}[]\",:\\0 9-+.eEtfnux\n\r\x00\x1f\xc3\xff";
    // A fixed sequence, so that a failure can be repeated.
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..60_000 {
        let mut line = LINE.as_bytes().to_vec();
        for _ in 0..=next(2) {
            let at = next(line.len());
            match next(3) {
                0 => line[at] = bytes[next(bytes.len())],
                1 => line.insert(at, bytes[next(bytes.len())]),
                _ => {
                    line.remove(at);
                }
            }
        }
        let decoded = decode(&decoder, &line);
        let lines = line
            .split(|byte| *byte == b'\n')
            .filter(|part| !part.is_empty())
            .count() as u64;
        assert_eq!(
            decoded.rejects.len() as u64 + decoded.types.values().sum::<u64>() + decoded.blank,
            decoded.line_count
        );
        if lines != 1 {
            continue;
        }
        let valid = std::str::from_utf8(&line)
            .is_ok_and(|text| serde_json::from_str::<serde_json::Value>(text).is_ok());
        let rejected = decoded
            .rejects
            .first()
            .is_some_and(|reject| reject.reason == RejectReason::NotJson);
        // A surrogate without its pair in a skipped string, a number too large for a double, and two
        // resource types are judged differently, and can hardly come up here.
        assert_eq!(rejected, !valid, "{}", String::from_utf8_lossy(&line));
    }
}
