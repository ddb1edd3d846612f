//! No line takes more than its share of work or memory: what a path looks at is counted.

use crate::decode::RejectReason;
use std::sync::Arc;

use super::decode;
use crate::decode::fhir::{Decoded, View};

/// A view whose rows are Observation components, with one more column of the path `column`.
fn components(column: &str) -> Arc<View> {
    let view = format!(
        r#"{{"resource":"Observation","select":[{{"forEach":"component","column":[
            {{"name":"code","path":"code.text","type":"string"}},
            {{"name":"other","path":"{column}","type":"string"}}]}}]}}"#
    );
    Arc::new(View::parse("observation.json", &view).unwrap())
}

/// An Observation with so many components and notes.
fn observation(components: usize, notes: usize) -> String {
    let component = |n| format!(r#"{{"code":{{"text":"{n}"}}}}"#);
    let note = |n| format!(r#"{{"text":"{n}"}}"#);
    let all =
        |many, one: &dyn Fn(usize) -> String| (0..many).map(one).collect::<Vec<_>>().join(",");
    format!(
        r#"{{"resourceType":"Observation","id":"o","note":[{}],"component":[{}]}}"#,
        all(notes, &note),
        all(components, &component)
    ) + "\n"
}

fn rows_and_rejects(decoded: &Decoded) -> (usize, Vec<RejectReason>) {
    let rejects = decoded.rejects.iter().map(|r| r.reason).collect();
    (decoded.tables[0].batch.num_rows(), rejects)
}

#[test]
fn rows_times_elements_are_bounded() {
    // Each row looks at all notes of the resource.
    let view = [components(
        "%resource.note.where(text = 'none').text.first()",
    )];
    let decoded = decode(&view, observation(2_000, 2_000).as_bytes());
    assert_eq!(rows_and_rejects(&decoded), (2_000, vec![]));
    let decoded = decode(&view, observation(5_000, 5_000).as_bytes());
    assert_eq!(
        rows_and_rejects(&decoded),
        (0, vec![RejectReason::WrongType])
    );
    // What each row looks at of its own is not.
    let view = [components("code.text.first()")];
    let decoded = decode(&view, observation(200_000, 200_000).as_bytes());
    assert_eq!(rows_and_rejects(&decoded), (200_000, vec![]));
}

#[test]
fn a_union_keeps_each_value_once_in_linear_time() {
    let view = |path: &str| {
        let view = format!(
            r#"{{"resource":"Observation","select":[{{"column":[
                {{"name":"count","path":"{path}","type":"integer"}}]}}]}}"#
        );
        [Arc::new(View::parse("observation.json", &view).unwrap())]
    };
    let count = |path: &str, text: &str| {
        let decoded = decode(&view(path), text.as_bytes());
        let batch = &decoded.tables[0].batch;
        assert!(decoded.rejects.is_empty(), "{:?}", decoded.rejects);
        arrow::util::display::array_value_to_string(batch.column(0), 0).unwrap()
    };
    let note = |n: usize| format!(r#"{{"text":"{}"}}"#, n % 9_000);
    let notes = (0..300_000).map(note).collect::<Vec<_>>().join(",");
    let text = format!(r#"{{"resourceType":"Observation","id":"o","note":[{notes}]}}"#) + "\n";
    // 300,000 values compared with 9,000 each would be 2.7 billion comparisons.
    assert_eq!(count("(note.text | id).count()", &text), "9001");
    let text = r#"{"resourceType":"Observation","id":"2020-01-01","a":[1,1.0,-0.0,0,2],"b":["2020-01-01","x","x"],"c":[true,true,false]}"#;
    let text = format!("{text}\n");
    assert_eq!(count("(a | b).count()", &text), "5");
    assert_eq!(count("(c | a).count()", &text), "5");
    assert_eq!(count("(b | @2020-01-01).count()", &text), "2");
    assert_eq!(count("(@2020-01-01 | b).count()", &text), "2");
}
