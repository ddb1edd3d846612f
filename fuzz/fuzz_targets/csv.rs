//! Bytes of a CSV file, through the shipped column files. The first byte chooses the file, and whether
//! the header is the file's own or the input's.

#![no_main]

use libfuzzer_sys::fuzz_target;
use populace_fuzz::decode::Chunk;
use populace_fuzz::decode::csv::{ColumnFile, CsvDecoder, whole_records};
use populace_fuzz::{check, chunk, shipped};
use std::sync::{Arc, LazyLock};

static DECODERS: LazyLock<Vec<(CsvDecoder, String)>> = LazyLock::new(|| {
    let files = shipped("pipelines/csv");
    let decoder = |(name, text): &(String, String)| {
        let file = ColumnFile::parse(name, text).unwrap();
        let mut header = file.key.clone();
        header.push(file.person.clone());
        header.extend(file.person_status.clone());
        header.extend(file.updated.clone());
        header.extend(file.columns.iter().map(|column| column.from.clone()));
        (CsvDecoder::new(Arc::new(file)), header.join(","))
    };
    files.iter().map(decoder).collect()
});

fuzz_target!(|input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else {
        return;
    };
    let (decoder, header) = &DECODERS[usize::from(choice & 0x7f) % DECODERS.len()];
    let (header, bytes) = match choice & 0x80 {
        0 => (header.as_bytes(), bytes),
        _ => {
            let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
            (&bytes[..end], &bytes[(end + 1).min(bytes.len())..])
        }
    };
    assert!(whole_records(bytes) <= bytes.len());
    let Ok(layout) = decoder.layout("fuzz.csv", header) else {
        return;
    };
    let decoded = decoder.decode(&layout, &chunk(bytes)).unwrap();
    check(&decoded, bytes);
    let lines = bytes.iter().filter(|b| **b == b'\n').count() as u64;
    let last = u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
    assert_eq!(decoded.line_count, lines + last);
    // Records are independent: where a file is cut between two makes no difference.
    let cut = whole_records(&bytes[..bytes.len() / 2]);
    let (first, second) = bytes.split_at(cut);
    let first = decoder.decode(&layout, &chunk(first)).unwrap();
    let second = Chunk {
        bytes: second,
        offset: cut as u64,
        first_line: first.line_count + 1,
    };
    let second = decoder.decode(&layout, &second).unwrap();
    assert_eq!(decoded.lines, [first.lines, second.lines].concat());
    assert_eq!(decoded.rejects, [first.rejects, second.rejects].concat());
});
