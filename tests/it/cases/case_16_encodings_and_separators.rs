//! UTF-16, pipes, tabs, a title line, Windows-1252, zip: read, or refused with the cause.

use super::csv_sender::{file, project, spell};
use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};
use std::io::Write;

const ROWS: usize = 3;

fn text() -> String {
    let rows: Vec<_> = (0..3).map(|person| spell(person, &[])).collect();
    file(&rows)
}

fn utf_16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let mark = if mark { "\u{feff}" } else { "" };
    let units = format!("{mark}{text}").encode_utf16().collect::<Vec<u16>>();
    let bytes = units.iter().map(|u| {
        if big {
            u.to_be_bytes()
        } else {
            u.to_le_bytes()
        }
    });
    bytes.flatten().collect()
}

/// A zip archive of these files, as programs write it that do not know the size beforehand.
fn zip(files: &[(&str, &[u8])], described: bool) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes) in files {
        let mut crc = Crc::new();
        crc.update(bytes);
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        packed.write_all(bytes).unwrap();
        let packed = packed.finish().unwrap();
        let facts: Vec<u8> = [crc.sum(), packed.len() as u32, bytes.len() as u32]
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect();
        let method: u16 = 8;
        let flags: u16 = if described { 8 } else { 0 };
        let head = |facts: &[u8]| {
            let mut head = Vec::new();
            head.extend_from_slice(&20u16.to_le_bytes());
            head.extend_from_slice(&flags.to_le_bytes());
            head.extend_from_slice(&method.to_le_bytes());
            head.extend_from_slice(&[0; 4]);
            head.extend_from_slice(facts);
            head.extend_from_slice(&(name.len() as u16).to_le_bytes());
            head.extend_from_slice(&[0; 2]);
            head
        };
        archive.extend_from_slice(b"PK\x03\x04");
        archive.extend(head(if described { &[0; 12] } else { &facts }));
        archive.extend_from_slice(name.as_bytes());
        archive.extend(packed);
        if described {
            archive.extend_from_slice(b"PK\x07\x08");
            archive.extend_from_slice(&facts);
        }
        directory.extend_from_slice(b"PK\x01\x02");
        directory.extend(head(&facts));
    }
    archive.extend(directory);
    archive.extend_from_slice(b"PK\x05\x06");
    archive.extend_from_slice(&[0; 18]);
    archive
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn every_encoding_separator_and_line_end_is_read() {
    let text = text();
    let tabs = text.replace(',', "\t");
    let crlf = text.replace('\n', "\r\n");
    let titled = format!("Spells of June 2026, all providers\n\n{text}");
    let accented = text.replace(",E119,", ",Caf\u{e9},");
    let windows: Vec<u8> = accented.chars().map(|c| c as u32 as u8).collect();
    let quoted: String = text
        .lines()
        .map(|line| format!("\"{}\"\r\n", line.replace(',', "\",\"")))
        .collect();
    let beside: &[(&str, &[u8])] = &[
        ("spells/", b""),
        ("spells/apc.csv", text.as_bytes()),
        ("__MACOSX/._apc.csv", b"mac"),
    ];
    let forms: Vec<(&str, Vec<u8>)> = vec![
        ("plain", text.clone().into()),
        ("mark", format!("\u{feff}{text}").into()),
        ("utf-16 little", utf_16(&text, false, true)),
        ("utf-16 big", utf_16(&text, true, true)),
        ("utf-16 without a mark", utf_16(&text, false, false)),
        (
            "utf-16 with tabs",
            utf_16(&tabs.replace('\n', "\r\n"), false, true),
        ),
        ("tabs", tabs.into()),
        ("pipes", text.replace(',', "|").into()),
        ("semicolons", text.replace(',', ";").into()),
        ("carets", text.replace(',', "^").into()),
        (
            "excel",
            format!("sep=;\r\n{}", crlf.replace(',', ";")).into(),
        ),
        ("crlf", crlf.into()),
        ("returns", text.replace('\n', "\r").into()),
        ("title", titled.into()),
        ("blank line", format!("\n{text}").into()),
        ("trailer", format!("{text}END OF FILE,3\n").into()),
        ("sqlcmd", format!("{text}\n(3 rows affected)\n").into()),
        (
            "spaces",
            text.replacen("nhs_number,", " NHS_Number ,", 1).into(),
        ),
        ("quotes", quoted.into()),
        ("windows-1252", windows),
        ("joined", format!("\u{feff}{text}\u{feff}{text}").into()),
        ("zip", zip(&[("apc.csv", text.as_bytes())], false)),
        (
            "zip of a stream",
            zip(&[("apc.csv", text.as_bytes())], true),
        ),
        ("zip of a folder", zip(beside, true)),
        ("gzip", gzip(text.as_bytes())),
        ("gzip of utf-16", gzip(&utf_16(&text, true, true))),
    ];
    for (name, bytes) in forms {
        let project = project("", &[("APC_SPELL.001.CSV", &bytes)]);
        let summary = project.json(&["pull"]);
        assert_eq!(summary["rejected"], serde_json::json!({}), "{name}");
        let counts = project.sql("select count(*), count(person_key), count(tariff_cost), min(diag_01) from record.apc_spell");
        let diagnosis = if name == "windows-1252" {
            "Caf\u{e9}"
        } else {
            "E119"
        };
        let rows = ROWS.to_string();
        assert_eq!(counts[0], [&rows, &rows, &rows, diagnosis], "{name}");
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    let text = text();
    let two: &[(&str, &[u8])] = &[("a.csv", text.as_bytes()), ("b.csv", text.as_bytes())];
    let mut damaged = zip(&[("apc.csv", text.as_bytes())], false);
    damaged[14] ^= 1;
    let cut = zip(&[("apc.csv", text.as_bytes())], true);
    let twice = text.replacen("site_code", "nhs_number", 1);
    let forms: Vec<(Vec<u8>, &str)> = vec![
        (
            zip(two, true),
            "the zip archive holds more than one file: unpack it",
        ),
        (
            damaged,
            "the zip archive is damaged: a checksum does not fit",
        ),
        (
            cut[..cut.len() / 2].to_vec(),
            "the zip archive is damaged or cut off",
        ),
        (
            zip(&[("[Content_Types].xml", b"<x/>")], false),
            "is no CSV file, but a workbook",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1".to_vec(),
            "is no CSV file, but a workbook of Excel 97 to 2003",
        ),
        (
            b"<!DOCTYPE html><html></html>".to_vec(),
            "is no CSV file, but a web page",
        ),
        (
            text.replace(',', ":").into(),
            "whether commas, tabs, pipes, semicolons or carets separate them",
        ),
        (
            text.replacen("spell_id", "spell", 1)
                .replace(',', ";")
                .into(),
            "line 1, separated by semicolons, names 28 of the 29 columns",
        ),
        (
            text.lines().skip(1).collect::<Vec<_>>().join("\n").into(),
            "or no header",
        ),
        (twice.into(), "names the column 'nhs_number' twice"),
    ];
    for (bytes, cause) in forms {
        let project = project("", &[("apc_spell.001.csv", &bytes)]);
        let error = project.fails(3, &["pull"]);
        assert!(error.contains(cause), "{cause}: {error}");
        assert!(!error.contains("RZ1"), "{error}");
    }
}
