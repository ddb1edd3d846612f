//! What becomes of each line.

use super::{decode, rows, view};
use crate::decode::fhir::{Chunk, Decoder};
use crate::decode::{RejectReason, ValueRule};

fn patients() -> Vec<std::sync::Arc<crate::decode::fhir::View>> {
    vec![view(
        "Patient",
        &[
            ("key", "getResourceKey()", "string", ""),
            ("sex", "gender", "code", ""),
            ("family", "name.family.first()", "string", ""),
        ],
    )]
}

#[test]
fn each_fault_has_its_reason_line_and_byte_range() {
    let lines: Vec<(&[u8], Option<RejectReason>)> = vec![
        (
            br#"{"resourceType":"Patient","id":"a","gender":"male"}"#,
            None,
        ),
        (
            br#"{"resourceType":"Patient","id":"b","gender":"ma"#,
            Some(RejectReason::NotJson),
        ),
        (
            br#"{"resourceType":"Patient","id":"b","text":{"div":"<p>"#,
            Some(RejectReason::NotJson),
        ),
        (
            br#"{"resourceType":"Patient","id":"b","text":{"a":1"#,
            Some(RejectReason::NotJson),
        ),
        (
            br#"{"resourceType":"Patient","id":"b"}}"#,
            Some(RejectReason::NotJson),
        ),
        (
            br#"{"resourceType":"Patient","id":"b"}{"resourceType":"Patient","id":"c"}"#,
            Some(RejectReason::NotJson),
        ),
        (
            b"{\"resourceType\":\"Patient\",\"id\":\"\xff\"}",
            Some(RejectReason::NotJson),
        ),
        (b"", None),
        (br#"[1,2]"#, Some(RejectReason::NoResourceType)),
        (br#""text""#, Some(RejectReason::NoResourceType)),
        (br#"{"id":"b"}"#, Some(RejectReason::NoResourceType)),
        (br#"{}"#, Some(RejectReason::NoResourceType)),
        (
            br#"{"resourceType":5,"id":"b"}"#,
            Some(RejectReason::NoResourceType),
        ),
        (
            br#"{"resourceType":"Pateint","id":"b"}"#,
            Some(RejectReason::UnknownResourceType),
        ),
        (
            br#"{"resourceType":"Pateint","id":"b""#,
            Some(RejectReason::NotJson),
        ),
        (br#"{"resourceType":"Patient"}"#, Some(RejectReason::NoId)),
        (
            br#"{"resourceType":"Patient","id":""}"#,
            Some(RejectReason::NoId),
        ),
        (
            br#"{"resourceType":"Patient","id":-7}"#,
            Some(RejectReason::NoId),
        ),
        (br#"{"resourceType":"Patient","id":7}"#, None),
        (
            br#"{"resourceType":"Patient","id":7.0}"#,
            Some(RejectReason::NoId),
        ),
        (
            br#"{"resourceType":"Patient","id":"b","gender":{"a":1}}"#,
            None,
        ),
        (br#"{"resourceType":"Patient","id":"b","gender":1}"#, None),
        (br#"{"resourceType":"Patient","id":"b","name":"Ann"}"#, None),
        (
            br#"{"resourceType":"Patient","id":"b","name":[[{"family":"x"}]]}"#,
            None,
        ),
        (
            br#"{"resourceType":"Patient","id":"b","meta":{"lastUpdated":"soon"}}"#,
            None,
        ),
        (
            br#"{"resourceType":"Patient","id":"b","resourceType":"Observation"}"#,
            Some(RejectReason::NotJson),
        ),
        (br#"{"resourceType":"Basic"}"#, None),
        (
            br#" { "id" : "z" , "gender" : null , "resourceType" : "Patient" } "#,
            None,
        ),
    ];
    let mut text = Vec::new();
    let mut expected = Vec::new();
    for (at, (line, reason)) in lines.iter().enumerate() {
        if let Some(reason) = reason {
            expected.push((
                at as u64 + 1,
                text.len() as u64,
                (text.len() + line.len()) as u64,
                *reason,
            ));
        }
        text.extend_from_slice(line);
        text.extend_from_slice(if at % 2 == 0 { b"\n" } else { b"\r\n" });
    }
    let decoded = decode(&patients(), &text);
    let found: Vec<_> = decoded
        .rejects
        .iter()
        .map(|one| (one.number, one.start, one.end, one.reason))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(
        rows(&decoded, 0),
        [
            "Patient/a|male|-",
            "Patient/7|-|-",
            "Patient/b|-|-",
            "Patient/b|1|-",
            "Patient/b|-|-",
            "Patient/b|-|-",
            "Patient/b|-|-",
            "Patient/z|-|-"
        ]
    );
    let lost = |column: &str| {
        let place = (column.to_owned(), ValueRule::WrongType);
        decoded.tables[0].values.get(&place).copied()
    };
    assert_eq!(lost("sex"), Some(1));
    assert_eq!(lost("family"), Some(2));
    assert_eq!(lost("updated"), Some(1));
    assert_eq!(decoded.line_count, lines.len() as u64);
    assert_eq!(decoded.blank, 1);
    assert_eq!(decoded.types["Patient"] + decoded.types["Basic"], 9);
    assert_eq!(decoded.lines.len(), 8);
    assert_eq!(decoded.tables[0].line, [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_line_that_does_not_fit_leaves_no_rows_behind() {
    let names = r#"{"resource":"Patient","select":[{"forEach":"name","column":[
        {"name":"family","path":"family","type":"string"},
        {"name":"given","path":"given","type":"string","collection":true,
         "tag":[{"name":"populace/needed","value":"true"}]}]}]}"#;
    let names = crate::decode::fhir::View::parse("names.json", names).unwrap();
    let views = [patients(), vec![std::sync::Arc::new(names)], patients()].concat();
    let text = br#"{"resourceType":"Patient","id":"a","name":[{"family":"A","given":["x","y"]}]}
{"resourceType":"Patient","id":"b","name":[{"family":"B","given":["z"]},{"family":"C","given":["q",true]}]}
{"resourceType":"Patient","id":"c","name":[{"family":"D"},{"family":"E","given":["w"]}]}
"#;
    let decoded = decode(&views, text);
    assert_eq!(rows(&decoded, 0), ["Patient/a|-|A", "Patient/c|-|D"]);
    assert_eq!(rows(&decoded, 1), ["A|[x, y]", "D|[]", "E|[w]"]);
    assert_eq!(rows(&decoded, 2).len(), 2);
    assert_eq!(decoded.tables[1].line, [0, 1, 1]);
    assert_eq!(decoded.rejects.len(), 1);
    assert_eq!(decoded.rejects[0].column.as_deref(), Some("given"));
}

#[test]
fn elements_that_cannot_be_gone_through_cost_their_rows_only() {
    let components = r#"{"resource":"Observation","select":[
        {"column":[{"name":"status","path":"status","type":"code"}],
         "unionAll":[
            {"column":[{"name":"code","path":"code.text","type":"string"}]},
            {"forEach":"component.where(code.text != 'x')","column":[{"name":"code","path":"code.text","type":"string"}]}]}]}"#;
    let components = crate::decode::fhir::View::parse("components.json", components).unwrap();
    let text = br#"{"resourceType":"Observation","id":"a","status":"final","code":{"text":"bp"},"component":["soon"]}
{"resourceType":"Observation","id":"b","status":"final","code":{"text":"bp"},"component":[{"code":{"text":"sys"}}]}
"#;
    let decoded = decode(&[std::sync::Arc::new(components)], text);
    assert!(decoded.rejects.is_empty());
    assert_eq!(rows(&decoded, 0), ["final|bp", "final|bp", "final|sys"]);
    let lost = ("code".to_owned(), ValueRule::WrongType);
    assert_eq!(decoded.tables[0].values.get(&lost), Some(&1));
}

#[test]
fn resources_without_an_id_are_read_where_no_view_asks_for_their_key() {
    let text = br#"{"resourceType":"Patient","gender":"male"}"#;
    let chunk = Chunk {
        bytes: text,
        offset: 0,
        first_line: 1,
    };
    let sex = || vec![super::view("Patient", &[("sex", "gender", "code", "")])];
    let read = |views| {
        let decoder = Decoder::new(views).with_resources_without_ids();
        decoder.decode(&chunk)
    };
    assert_eq!(rows(&read(sex()), 0), ["male"]);
    // A pull knows resources by their ids, and so does a view that asks for the key.
    let reasons = |decoded: crate::decode::Decoded| decoded.rejects[0].reason;
    assert_eq!(reasons(read(patients())), RejectReason::NoId);
    assert_eq!(reasons(decode(&sex(), text)), RejectReason::NoId);
}

#[test]
fn deletions_are_read_from_bundles() {
    let text = br#"{"resourceType":"Bundle","type":"transaction","meta":{"lastUpdated":"1970-01-01T00:00:01Z"},"entry":[{"request":{"method":"DELETE","url":"Patient/a"}},{"request":{"method":"PUT","url":"Patient/b"}},{"request":{"url":"Observation/c","method":"DELETE"}}]}
{"resourceType":"Bundle","entry":[{"request":{"method":"DELETE","url":"Flag/x"}}]}
{"resourceType":"Bundle","entry":[{"request":{"method":"DELETE","url":"nonsense"}}]}
"#;
    let decoded = decode(&patients(), text);
    let found: Vec<_> = decoded
        .deletes
        .iter()
        .map(|one| (one.reference.as_str(), one.updated))
        .collect();
    assert_eq!(
        found,
        [
            ("Patient/a", Some(1_000_000)),
            ("Observation/c", Some(1_000_000)),
            ("Flag/x", None)
        ]
    );
    assert_eq!(decoded.types["Bundle"], 2);
    assert_eq!(decoded.rejects.len(), 1);
}

#[test]
fn of_a_name_that_comes_twice_the_last_counts() {
    let text = br#"{"resourceType":"Patient","id":"a","gender":"male","gender":"female"}"#;
    assert_eq!(rows(&decode(&patients(), text), 0), ["Patient/a|female|-"]);
}

#[test]
fn escaped_names_and_values_are_the_same_as_plain_ones() {
    let text = br#"{"resourceType":"Patient","\u0069d":"a\/1","gen\u0064er":"m\u00e4le"}"#;
    assert_eq!(
        rows(&decode(&patients(), text), 0),
        ["Patient/a/1|m\u{e4}le|-"]
    );
}

#[test]
fn deep_nesting_neither_overflows_nor_is_lost() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for (element, accepted) in [("text", true), ("name", false)] {
        let text = format!("{{\"resourceType\":\"Patient\",\"id\":\"a\",\"{element}\":{deep}}}");
        let decoded = decode(&patients(), text.as_bytes());
        assert_eq!(decoded.rejects.is_empty(), accepted, "{element}");
    }
}

#[test]
fn what_would_multiply_without_end_is_rejected() {
    let many = |count: usize| vec![r#"{"a":1}"#; count].join(",");
    // Iterations beside each other: 1,100 times 1,100 rows of one line.
    let product = r#"{"resource":"Patient","select":[{"forEach":"name","column":[{"name":"n","path":"a","type":"integer"}]},
        {"forEach":"address","column":[{"name":"m","path":"a","type":"integer"}]}]}"#;
    // Two paths that find the same elements: they double at each of 40 levels.
    let repeat = r#"{"resource":"Patient","select":[{"repeat":["item","item"],"column":[{"name":"n","path":"a","type":"integer"}]}]}"#;
    // Each value of a union is compared with all the others.
    let union = r#"{"resource":"Patient","select":[{"column":[{"name":"n","path":"(name.a | address.a).count()","type":"integer"}]}]}"#;
    let nested = format!(
        "{}{}{}",
        r#"{"item":[{"a":1},"#.repeat(40),
        r#"{"a":1}"#,
        "]}".repeat(40)
    );
    let numbers = (0..10_001).map(|n| format!("{{\"a\":{n}}}"));
    let numbers = numbers.collect::<Vec<_>>().join(",");
    for (view, members) in [
        (
            product,
            format!(r#""name":[{}],"address":[{}]"#, many(1_100), many(1_100)),
        ),
        (repeat, format!(r#""item":[{nested}]"#)),
        (union, format!(r#""name":[{numbers}]"#)),
    ] {
        let view = crate::decode::fhir::View::parse("v", view).unwrap();
        let text = format!(
            "{{\"resourceType\":\"Patient\",\"id\":\"a\",{members}}}\n{{\"resourceType\":\"Patient\",\"id\":\"b\"}}"
        );
        let decoded = decode(&[std::sync::Arc::new(view)], text.as_bytes());
        assert_eq!(decoded.rejects.len(), 1, "{members:.40}");
        assert_eq!(decoded.rejects[0].reason, RejectReason::WrongType);
        assert!(decoded.tables[0].line.iter().all(|line| *line == 0));
        assert_eq!(decoded.reference(&decoded.lines[0]), "Patient/b");
    }
}

#[test]
fn a_byte_order_mark_is_skipped_wherever_files_were_put_together() {
    let line = "\u{feff}{\"resourceType\":\"Patient\",\"id\":\"a\",\"gender\":\"male\"}";
    let text = format!("{line}\n{line}\n\u{feff}\n");
    let decoded = decode(&patients(), text.as_bytes());
    assert_eq!(rows(&decoded, 0), ["Patient/a|male|-", "Patient/a|male|-"]);
    assert_eq!((decoded.rejects.len(), decoded.blank), (0, 1));
    assert_eq!(
        (decoded.lines[0].start, decoded.lines[0].end),
        (0, line.len() as u64)
    );
}
