//! Bytes of an NDJSON file, through all shipped views at once.

#![no_main]

use libfuzzer_sys::fuzz_target;
use populace_fuzz::decode::Decoded;
use populace_fuzz::decode::fhir::{Decoder, View};
use populace_fuzz::{check, chunk, shipped};
use std::sync::{Arc, LazyLock};

static DECODER: LazyLock<Decoder> = LazyLock::new(|| {
    let views = shipped("pipelines/views");
    let views = views
        .iter()
        .map(|(name, text)| Arc::new(View::parse(name, text).unwrap()));
    Decoder::new(views.collect())
});

fn rows(decoded: &Decoded) -> usize {
    decoded.tables.iter().map(|table| table.line.len()).sum()
}

fuzz_target!(|bytes: &[u8]| {
    let decoded = DECODER.decode(&chunk(bytes));
    check(&decoded, bytes);
    let accepted: u64 = decoded.types.values().sum();
    let rejected = decoded.rejects.len() as u64;
    assert_eq!(decoded.line_count, decoded.blank + rejected + accepted);
    // What is accepted is JSON to another reader too.
    for line in &decoded.lines {
        let text = &bytes[line.start as usize..line.end as usize];
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        serde_json::from_slice::<serde::de::IgnoredAny>(text).unwrap();
    }
    // Lines are independent: where a file is cut makes no difference.
    let Some(cut) = bytes[..bytes.len() / 2].iter().rposition(|b| *b == b'\n') else {
        return;
    };
    let (first, second) = bytes.split_at(cut + 1);
    let first = DECODER.decode(&chunk(first));
    let second = DECODER.decode(&populace_fuzz::decode::Chunk {
        bytes: second,
        offset: cut as u64 + 1,
        first_line: first.line_count + 1,
    });
    assert_eq!(rows(&decoded), rows(&first) + rows(&second));
    assert_eq!(decoded.rejects, [first.rejects, second.rejects].concat());
    assert_eq!(decoded.lines, [first.lines, second.lines].concat());
    assert_eq!(decoded.deletes, [first.deletes, second.deletes].concat());
});
