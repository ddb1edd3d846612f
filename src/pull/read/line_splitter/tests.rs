use super::*;
use crate::decode::csv::Dialect;
use proptest::prelude::*;

/// Pieces of `text` that comes `step` bytes at a time, fed or read.
fn all(text: &[u8], ends: LineEnds, sizes: [usize; 3], read: bool) -> Vec<FilePiece> {
    let [piece, step, longest] = sizes;
    let mut splitter = LineSplitter::new(0, 1, piece, ends);
    splitter.longest = longest;
    let mut pieces = Vec::new();
    if read {
        let mut reader = text;
        while let Some(whole) = splitter.read(&mut reader).unwrap() {
            pieces.extend(whole);
        }
    } else {
        for part in text.chunks(step) {
            pieces.extend(splitter.feed(part));
        }
    }
    pieces.extend(splitter.last());
    pieces
}

/// Place, number and text of every line of pieces, or length of one that is too long.
fn lines(pieces: &[FilePiece]) -> Vec<(u64, u64, Result<Vec<u8>, u64>)> {
    let mut lines = Vec::new();
    for piece in pieces {
        if let Some(length) = piece.too_long {
            lines.push((piece.offset, piece.first_line, Err(length)));
        }
        let (mut at, mut number) = (piece.offset, piece.first_line);
        for line in piece.bytes.split_inclusive(|byte| *byte == b'\n') {
            lines.push((at, number, Ok(line.to_vec())));
            at += line.len() as u64;
            number += 1;
        }
    }
    lines
}

/// Nothing is lost between pieces, all but the last end with a line, and the last says so.
fn in_order(text: &[u8], pieces: &[FilePiece]) {
    let (mut at, mut line) = (0, 1);
    for (number, piece) in pieces.iter().enumerate() {
        assert_eq!((piece.offset, piece.first_line), (at, line));
        at = piece.end;
        line += memchr::memchr_iter(b'\n', &piece.bytes).count() as u64;
        line += u64::from(piece.too_long.is_some());
        let last = number + 1 == pieces.len();
        assert_eq!(piece.last, last && piece.too_long.is_none());
        assert!(last || piece.too_long.is_some() || piece.bytes.ends_with(b"\n"));
    }
    assert_eq!(at, text.len() as u64);
}

const SIZES: [[usize; 3]; 7] = [
    [1, 1, 1000],
    [4, 1, 1000],
    [4, 3, 1000],
    [9, 2, 1000],
    [9, 100, 1000],
    [100, 7, 1000],
    [1000, 1000, 1000],
];

#[test]
fn pieces_are_whole_lines_and_nothing_is_lost() {
    let text = b"one\ntwo\n\nthree and more\nfour\nlast".to_vec();
    for sizes in SIZES {
        for read in [false, true] {
            let pieces = all(&text, LineEnds::Lines, sizes, read);
            in_order(&text, &pieces);
            let joined: Vec<u8> = pieces.iter().flat_map(|p| p.bytes.clone()).collect();
            assert_eq!(joined, text);
        }
    }
}

#[test]
fn lines_end_with_line_feeds_carriage_returns_or_both() {
    for (text, expected) in [
        ("{1}\n{2}\n", vec!["{1}\n", "{2}\n"]),
        ("{1}\r\n{2}\r\n", vec!["{1}\r\n", "{2}\r\n"]),
        ("{1}\r{2}\r", vec!["{1}\n", "{2}\n"]),
        ("{1}\r\r{2}", vec!["{1}\n", "\n", "{2}"]),
        ("{1}\r\r\n{2}\r\n", vec!["{1}\r\r\n", "{2}\r\n"]),
        // A carriage return is white space of JSON in a file of line feeds.
        ("{1}\n{\r2}\n", vec!["{1}\n", "{\r2}\n"]),
        ("{1}\r", vec!["{1}\n"]),
        ("\r", vec!["\n"]),
    ] {
        for sizes in SIZES {
            for read in [false, true] {
                let pieces = all(text.as_bytes(), LineEnds::Lines, sizes, read);
                in_order(text.as_bytes(), &pieces);
                let read = lines(&pieces).into_iter();
                let read: Vec<_> = read.map(|line| line.2.unwrap()).collect();
                let expected: Vec<_> = expected.iter().map(|line| line.as_bytes()).collect();
                assert_eq!(read, expected, "{text:?} by {sizes:?}");
            }
        }
    }
}

#[test]
fn a_line_longer_than_a_piece_is_looked_at_once() {
    // Byte by byte, and each time from its start, 8 MiB would take hours.
    let mut lines = LineSplitter::new(0, 1, 8 * 1024, LineEnds::Lines);
    let part = vec![b'x'; 16 * 1024];
    for _ in 0..512 {
        assert!(lines.feed(&part).is_empty());
    }
    let pieces = lines.feed(b"\nnext");
    assert_eq!(pieces.len(), 1);
    assert_eq!(pieces[0].bytes.len(), 8 * 1024 * 1024 + 1);
    assert_eq!(lines.open_line(), b"next");
}

#[test]
fn a_line_too_long_is_passed_over() {
    let text = b"one\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\ntwo\nbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    for step in [1, 7, 100] {
        for read in [false, true] {
            let pieces = all(text, LineEnds::Lines, [4, step, 16], read);
            in_order(text, &pieces);
            let long: Vec<_> = pieces.iter().filter(|p| p.too_long.is_some()).collect();
            let places = long.iter().map(|p| (p.offset, p.end, p.first_line));
            assert_eq!(places.collect::<Vec<_>>(), [(4, 35, 2), (39, 67, 4)]);
            let read: Vec<u8> = pieces.iter().flat_map(|p| p.bytes.clone()).collect();
            assert_eq!(read, b"one\ntwo\n");
        }
    }
}

#[test]
fn lines_that_are_whole_can_be_had_at_once() {
    let mut splitter = LineSplitter::new(0, 1, 100, LineEnds::Lines);
    assert!(splitter.feed(b"one\r\ntw").is_empty());
    assert_eq!(splitter.whole().unwrap().bytes, b"one\r\n");
    assert!(splitter.whole().is_none());
    assert_eq!(splitter.open_line(), b"tw");
    assert!(splitter.feed(b"o\n").is_empty());
    let last = splitter.last().unwrap();
    assert_eq!((last.bytes.as_slice(), last.last), (&b"two\n"[..], true));
}

/// Lines of a few kinds, with values longer than the longest quoted value that is believed.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        8 => "[a\"\r,]{0,6}",
        1 => Just("x".repeat(40_000)),
        1 => Just(format!("\"{}", "y\n".repeat(20_000))),
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
    prop::collection::vec((line, end), 0..12).prop_map(|lines| {
        let lines = lines.into_iter().map(|(line, end)| line + end);
        lines.collect::<String>().into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn lines_are_the_same_wherever_bytes_are_torn(
        text in text(),
        piece in 1usize..70_000,
        step in 1usize..70_000,
        quoted in any::<bool>(),
        read in any::<bool>(),
    ) {
        let ends = match quoted {
            true => LineEnds::Csv(Dialect::default()),
            false => LineEnds::Lines,
        };
        let whole = all(&text, ends, [1_000_000, 1_000_000, 1_000_000], true);
        let torn = all(&text, ends, [piece, step, 1_000_000], read);
        in_order(&text, &whole);
        in_order(&text, &torn);
        prop_assert_eq!(lines(&torn), lines(&whole));
        if quoted {
            // No piece ends within a record.
            let ends: Vec<u64> = torn.iter().map(|piece| piece.end).collect();
            let mut records = vec![0];
            let bytes = whole.first().map(|piece| piece.bytes.as_slice());
            records.extend(record_ends(bytes.unwrap_or_default()));
            prop_assert!(ends.iter().all(|end| records.contains(end)));
        }
    }
}

/// Where the records of a whole text end, with their line ends.
fn record_ends(text: &[u8]) -> Vec<u64> {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < text.len() {
        at += crate::decode::csv::first_records(&text[at..], 1, Dialect::default());
        ends.push(at as u64);
    }
    ends
}
