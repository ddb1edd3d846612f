//! Looking a value up in a table of the site's own or an official one, such as the LSOA of a postcode.

mod area_kind;
mod columns;
mod settings;

use super::leak::looks_identifying;
use super::spelling::plain_text;
use crate::error::{Context, Error, Result};
use crate::transcoded;
use area_kind::Area;
use columns::{HINT, LookupColumns, cannot};
use std::collections::HashMap;
use std::io::Read;

pub use settings::LookupSettings;

/// Two columns of a file in memory: normalised key to value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lookup {
    /// Keys of up to eight bytes, as postcodes are: some millions of them fit into memory so.
    short: HashMap<[u8; 8], u32>,
    long: HashMap<Box<str>, u32>,
    /// The answers, each once.
    answers: Vec<Box<str>>,
    /// Changes when the file does.
    digest: String,
}

/// What is asked of a lookup.
pub(crate) struct Asked<'a> {
    /// Its name.
    pub name: &'a str,
    /// The columns that are replaced by its answers.
    pub columns: Vec<&'a str>,
}

/// A name of the header, without what spreadsheets put around it.
fn column_name(name: &[u8]) -> String {
    plain_text(&String::from_utf8_lossy(name))
        .trim()
        .to_string()
}

fn may_not_be_stored(
    settings: &LookupSettings,
    lookup: &str,
    line: u64,
    column: &str,
    what: impl std::fmt::Display,
) -> Error {
    let file = settings.file.display();
    Error::data(format!(
        "the lookup {lookup} gives answers that may not be stored"
    ))
    .cause(format!("{file}, line {line}: column {column} holds {what}"))
    .hint(HINT)
}

impl Lookup {
    /// Reads the two columns of a CSV file with a header.
    ///
    /// # Errors
    /// Data: it cannot be read, its columns cannot be told, or its answers are not what the names of
    /// the lookup and its columns promise. Usage: these promise different things.
    pub(crate) fn load(settings: &LookupSettings, asked: &Asked<'_>) -> Result<Self> {
        let cannot = || cannot(&settings.file);
        let promised = promised(asked)?;
        let file = crate::regular_file::open(&settings.file)
            .data(cannot)
            .map_err(|e| e.hint("correct its path under [privacy.lookups]"))?;
        let mut file = Hashed {
            file,
            hash: blake3::Hasher::new(),
        };
        let mut lookup = Lookup::default();
        let text = transcoded::unpacked(&mut file, cannot, "unpack it, or save it as CSV UTF-8")?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
        let header = reader.byte_headers().data(cannot)?.iter();
        let header: Vec<String> = header.map(column_name).collect();
        let is_value = |name: &String| {
            promised.is_some_and(|area| area.kind.has(name)) || looks_identifying(name).is_some()
        };
        if header.iter().any(is_value) {
            return Err(Error::data(cannot())
                .cause("its first line holds values, and names no columns")
                .hint(HINT));
        }
        let columns = LookupColumns::choose(&header, settings, promised)?;
        let mut known: HashMap<Box<str>, u32> = HashMap::new();
        let mut row = csv::ByteRecord::new();
        while reader.read_byte_record(&mut row).data(cannot)? {
            let line = row.position().map_or(0, csv::Position::line);
            let (Some(key), Some(answer)) = (row.get(columns.key), row.get(columns.value)) else {
                return Err(Error::data(cannot())
                    .cause(format!(
                        "line {line} has fewer than {} columns",
                        header.len()
                    ))
                    .hint(HINT));
            };
            let key = String::from_utf8_lossy(key);
            let answer = String::from_utf8_lossy(answer);
            let answer = answer.trim();
            if answer.is_empty() {
                continue;
            }
            let number = match known.get(answer) {
                Some(number) => *number,
                None => {
                    judge(answer, &key, promised).map_err(|what| {
                        let column = &header[columns.value];
                        may_not_be_stored(settings, asked.name, line, column, what)
                    })?;
                    let number = u32::try_from(lookup.answers.len()).data(cannot)?;
                    lookup.answers.push(answer.into());
                    known.insert(answer.into(), number);
                    number
                }
            };
            if lookup.insert(&normalise(&key), number) {
                let column = &header[columns.key];
                return Err(Error::data(cannot())
                    .cause(format!(
                        "line {line}: what it has in column {column} had another answer in an earlier line"
                    ))
                    .hint("take out the lines that do not hold: one key has one answer"));
            }
        }
        drop(reader);
        lookup.digest = file.hash.finalize().to_hex().to_string();
        Ok(lookup)
    }

    /// Adds the answer of a key. Whether it had another one.
    fn insert(&mut self, key: &str, answer: u32) -> bool {
        let before = match short(key) {
            Some(key) => self.short.insert(key, answer),
            None => self.long.insert(key.into(), answer),
        };
        before.is_some_and(|before| before != answer)
    }

    /// The value of a key, whatever its spacing, signs and case; None when unknown.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        let key = normalise(key);
        let answer = match short(&key) {
            Some(key) => self.short.get(&key),
            None => self.long.get(key.as_str()),
        };
        self.answers
            .get(usize::try_from(*answer?).ok()?)
            .map(|v| &**v)
    }

    /// Changes when the file does.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }
}

/// What the names of a lookup and of the columns that it fills promise.
fn promised(asked: &Asked<'_>) -> Result<Option<Area>> {
    let mut promised: Option<(&str, Area)> = None;
    for name in &asked.columns {
        let Some(area) = Area::named(name) else {
            continue;
        };
        match promised {
            Some((other, known)) if known != area => {
                return Err(Error::usage(format!(
                    "the lookup {} fills columns of different areas: {other} and {name}",
                    asked.name
                ))
                .hint("name a lookup for each of them under [privacy.lookups]"));
            }
            _ => promised = Some((name, area)),
        }
    }
    Ok(promised
        .map(|(_, area)| area)
        .or_else(|| Area::named(asked.name)))
}

/// What an answer holds that it may not, if anything.
fn judge(answer: &str, key: &str, promised: Option<Area>) -> std::result::Result<(), String> {
    if let Some(area) = promised {
        return match area.kind.has(answer) {
            true => Ok(()),
            false => Err(format!("something else than {}", area.kind.codes())),
        };
    }
    if let Some(kind) = looks_identifying(answer) {
        return Err(format!("what looks like {kind}"));
    }
    match normalise(answer) == normalise(key) {
        true => Err("what is looked up itself".to_string()),
        false => Ok(()),
    }
}

/// A key without blanks, in capitals; of a postcode only its letters and digits.
fn normalise(key: &str) -> String {
    let plain = plain_text(key);
    let signs = plain.chars().filter(|c| !c.is_whitespace());
    let whole: String = signs.map(|c| c.to_ascii_uppercase()).collect();
    let code: String = whole.chars().filter(char::is_ascii_alphanumeric).collect();
    match code.len() < whole.len() && looks_identifying(&code) == Some("a postcode") {
        true => code,
        false => whole,
    }
}

fn short(key: &str) -> Option<[u8; 8]> {
    let mut bytes = [0; 8];
    bytes.get_mut(..key.len())?.copy_from_slice(key.as_bytes());
    Some(bytes)
}

/// A file that is hashed as it is read.
struct Hashed {
    file: std::fs::File,
    hash: blake3::Hasher,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: impl AsRef<[u8]>, name: &str, columns: &[&str]) -> Result<Lookup> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lookup.csv");
        std::fs::write(&file, text).unwrap();
        let settings = LookupSettings {
            file,
            key: None,
            value: None,
        };
        let asked = Asked {
            name,
            columns: columns.to_vec(),
        };
        Lookup::load(&settings, &asked)
    }

    #[test]
    fn a_postcode_is_found_in_every_spelling() {
        let text = "\u{feff}\"pcd\",\"pcd2\",\"pcds\",\"dointr\",\"doterm\",\"lsoa11\",\"lsoa21\"\r\n\"LS1 4AP\",\"LS1  4AP\",\"LS1 4AP\",\"198001\",\"\",\"E01000001\",\"E01000002\"\r\n\"DN551PT\",\"DN55 1PT\",\"DN55 1PT\",\"198001\",\"200001\",\"E01000003\",\"E01000004\"\r\n\"GY1 1AA\",\"GY1  1AA\",\"GY1 1AA\",\"198001\",\"\",\"L99999999\",\"\"\r\n";
        let lookup = load(text, "postcode_lsoa", &["lsoa21_code"]).unwrap();
        for spelling in [
            "LS1 4AP",
            "ls14ap",
            "LS1  4AP",
            "LS1-4AP",
            "LS1\u{a0}4AP",
            "ＬＳ１ ４ＡＰ",
        ] {
            assert_eq!(lookup.get(spelling), Some("E01000002"), "{spelling}");
        }
        // A postcode that is no longer in use was somebody's.
        assert_eq!(lookup.get("dn55 1pt"), Some("E01000004"));
        assert_eq!(lookup.get("GY1 1AA"), None);
        assert_eq!(lookup.get("XX1 1AA"), None);
    }

    #[test]
    fn answers_that_are_not_what_is_promised_are_refused() {
        for (text, name, column, what) in [
            (
                "pcd,pcd2\nZW1 1AA,ZW1  1AA\n",
                "postcode_lsoa",
                "lsoa21_code",
                "LSOA codes",
            ),
            (
                "postcode,area\nZW1 1AA,Harrowmere\n",
                "areas",
                "lsoa21_code",
                "LSOA codes",
            ),
            (
                "postcode,area\nZW1 1AA,ZW1  1AA\n",
                "areas",
                "area",
                "a postcode",
            ),
            (
                "code,area\nA1,a1\n",
                "areas",
                "area",
                "what is looked up itself",
            ),
            (
                "postcode,area\nZW1 1AA,E02000001\n",
                "postcode_lsoa",
                "home",
                "LSOA codes",
            ),
            (
                "number,name\n1,9434765919\n",
                "areas",
                "area",
                "an NHS number",
            ),
        ] {
            let error = load(text, name, &[column]).unwrap_err();
            let causes = error.causes().join(" ");
            assert!(
                causes.contains(what) && causes.contains("line 2"),
                "{causes}"
            );
            assert!(!format!("{error:?}").contains("1AA"), "{error:?}");
        }
        let error = load("pcd,lsoa21\n", "x", &["lsoa21_code", "msoa21_code"]).unwrap_err();
        assert!(
            error.to_string().contains("lsoa21_code and msoa21_code"),
            "{error}"
        );
    }

    #[test]
    fn a_first_line_of_values_is_no_header() {
        for text in [
            "ZW1 1AA,E01000001\nZW1 1AB,E01000002\n",
            "E01000001,ZW1 1AA\nE01000002,ZW1 1AB\n",
            "Harrowmere,E01000001\nNorth Wold,E01000002\n",
        ] {
            let error = load(text, "areas", &["lsoa21_code"]).unwrap_err();
            assert_eq!(
                error.causes(),
                ["its first line holds values, and names no columns"]
            );
        }
    }

    #[test]
    fn a_key_with_two_answers_is_refused() {
        let lines = "postcode,lsoa21_code\nZW1 1AA,E01000001\nzw11aa,E01000001\n";
        assert!(load(lines, "areas", &["lsoa21_code"]).is_ok());
        let other = format!("{lines}ZW1-1AA,E01000002\n");
        let error = load(other, "areas", &["lsoa21_code"]).unwrap_err();
        assert_eq!(
            error.causes(),
            ["line 4: what it has in column postcode had another answer in an earlier line"]
        );
    }

    #[test]
    fn a_lookup_that_a_spreadsheet_saved_is_read_or_named() {
        let units = "\u{feff}pcds,lsoa21cd\r\nZW1 1AA,E01000001\r\n".encode_utf16();
        let utf_16: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
        let lookup = load(utf_16, "areas", &["lsoa21_code"]).unwrap();
        assert_eq!(lookup.get("zw1 1aa"), Some("E01000001"));
        let error = load(b"PK\x03\x04", "areas", &["lsoa21_code"]).unwrap_err();
        assert_eq!(error.causes(), ["it is a zip archive or a workbook"]);
        let error = load(b"\x1f\x8b\x08", "areas", &["lsoa21_code"]).unwrap_err();
        assert_eq!(error.causes(), ["it is packed with gzip"]);
    }
}
