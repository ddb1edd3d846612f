//! Where a file has its header, what separates its columns, and which of them are wanted.

use super::dialect::{DELIMITERS, called};
use super::fields::Fields;
use super::record::Records;
use super::text::trimmed;
use super::{ColumnFile, Dialect};
use crate::error::{Error, Result};
use std::sync::Arc;

/// Columns that a file may have.
const WIDEST: usize = 100_000;
/// Lines that may stand before the header: titles, the name of the query, blank ones.
const BEFORE_HEADER: usize = 20;

/// Where a file has the columns that are wanted.
#[derive(Debug, Clone)]
pub struct Layout {
    pub(super) dialect: Dialect,
    pub(super) width: usize,
    pub(super) key: Vec<usize>,
    pub(super) person: usize,
    pub(super) status: Option<usize>,
    pub(super) updated: Option<usize>,
    /// Nothing for an optional column that the file lacks.
    pub(super) columns: Vec<Option<usize>>,
    /// All names, as they are compared.
    pub(super) names: Vec<String>,
    /// The file, for errors.
    pub(super) file: Arc<str>,
}

impl Layout {
    /// What separates the columns of the file, and what quotes them.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }
}

/// A layout, and where the rows begin.
#[derive(Debug, Clone)]
pub struct CsvHeader {
    /// Where the columns are.
    pub layout: Layout,
    /// Bytes up to the first row.
    pub length: usize,
    /// Lines up to the first row.
    pub lines: u64,
}

/// A line that may be the header, as one dialect reads it.
struct Candidate {
    dialect: Dialect,
    names: Vec<String>,
    line: usize,
    end: usize,
    lines: u64,
    /// How many of the wanted columns it names.
    found: usize,
}

/// A name of a column as names are compared.
pub(super) fn name_of(field: &[u8]) -> String {
    let text = String::from_utf8_lossy(field);
    let text = trimmed(&text);
    let text = text
        .strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'))
        .unwrap_or(text);
    trimmed(text).to_lowercase()
}

/// Finds the header among the first lines of `sample`, which the file `name` begins with.
pub(super) fn find(file: &ColumnFile, name: &str, sample: &[u8]) -> Result<CsvHeader> {
    let wanted = file.wanted();
    let marked = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
    let mark = sample.len() - marked.len();
    let dialects = dialects(file);
    let mut best: Option<Candidate> = None;
    let mut start = 0;
    for line in 0..=file.skip_lines.unwrap_or(BEFORE_HEADER) {
        let rest = &marked[start.min(marked.len())..];
        if rest.is_empty() {
            break;
        }
        if file.skip_lines.is_none_or(|skipped| skipped == line) {
            for dialect in &dialects {
                let candidate = candidate(rest, *dialect, line, start, &wanted);
                if candidate.names.len() > WIDEST {
                    return Err(too_wide(name));
                }
                let better = |best: &Candidate| candidate.found > best.found;
                if best.as_ref().is_none_or(better) {
                    best = Some(candidate);
                }
            }
        }
        if best.as_ref().is_some_and(|best| best.found == wanted.len()) {
            break;
        }
        start += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    }
    let best = best.unwrap_or_else(|| candidate(b"", dialects[0], 0, 0, &wanted));
    Ok(CsvHeader {
        layout: layout(file, name, &best)?,
        length: best.end + mark,
        lines: best.line as u64 + best.lines,
    })
}

fn dialects(file: &ColumnFile) -> Vec<Dialect> {
    let quote = file.quote.unwrap_or(Dialect::default().quote);
    let delimiters = match file.delimiter {
        Some(delimiter) => vec![delimiter],
        None => DELIMITERS.iter().map(|(byte, _)| *byte).collect(),
    };
    let dialect = |delimiter| Dialect { delimiter, quote };
    delimiters.into_iter().map(dialect).collect()
}

fn candidate(
    rest: &[u8],
    dialect: Dialect,
    line: usize,
    start: usize,
    wanted: &[String],
) -> Candidate {
    let mut records = Records::new(rest, dialect);
    let place = records.next();
    let (end, lines) = place.map_or((0, 0), |place| (place.end, place.lines));
    let next = records.next().map_or(rest.len(), |place| place.start);
    let mut fields = Fields::new(dialect);
    let names: Vec<String> = fields
        .split(&rest[..end], WIDEST)
        .into_iter()
        .map(name_of)
        .collect();
    let found = wanted.iter().filter(|w| names.contains(w));
    Candidate {
        dialect,
        found: found.count(),
        names,
        line,
        end: start + next,
        lines,
    }
}

fn layout(file: &ColumnFile, name: &str, best: &Candidate) -> Result<Layout> {
    let find = |wanted: &String| {
        let wanted_name = wanted.to_lowercase();
        let fits = |(_, name): &(usize, &String)| **name == wanted_name;
        let mut places = best.names.iter().enumerate().filter(fits);
        match (places.next(), places.next()) {
            (Some((at, _)), None) => Ok(at),
            (Some(_), Some(_)) => Err(twice(name, wanted, best)),
            (None, _) => Err(missing(file, name, wanted, best)),
        }
    };
    let all = |columns: &mut dyn Iterator<Item = &String>| {
        columns.map(find).collect::<Result<Vec<usize>>>()
    };
    let columns = file.columns.iter().map(|column| {
        let is_there = best.names.contains(&column.from.to_lowercase());
        let may_be_absent = column.optional && !is_there;
        (!may_be_absent).then(|| find(&column.from)).transpose()
    });
    Ok(Layout {
        dialect: best.dialect,
        width: best.names.len(),
        key: all(&mut file.key.iter())?,
        person: find(&file.person)?,
        status: file.person_status.as_ref().map(find).transpose()?,
        updated: file.updated.as_ref().map(find).transpose()?,
        columns: columns.collect::<Result<_>>()?,
        names: best.names.clone(),
        file: Arc::from(name),
    })
}

fn too_wide(name: &str) -> Error {
    Error::data(format!("{name} has more than {WIDEST} columns"))
        .hint("its first line must name the columns; nothing was committed")
}

fn twice(name: &str, wanted: &str, best: &Candidate) -> Error {
    Error::data(format!("{name} names the column '{wanted}' twice"))
        .cause(format!("in line {}", best.line + 1))
        .hint("ask the sender to rename one of the two: the file does not say which is meant; nothing was committed")
}

/// A header that lacks a column, or a file without any header: what it looks like, never what it holds.
fn missing(file: &ColumnFile, name: &str, wanted: &str, best: &Candidate) -> Error {
    let error = Error::data(format!("{name} has no column '{wanted}'"));
    let is_named = |wanted: &String| best.names.contains(&wanted.to_lowercase());
    let optional = file.columns.iter().filter(|column| column.optional);
    let absent: Vec<&String> = optional
        .map(|column| &column.from)
        .filter(|from| !is_named(from))
        .collect();
    let mut all = file.wanted();
    all.retain(|wanted| !absent.iter().any(|from| from.eq_ignore_ascii_case(wanted)));
    let cause = match best.found {
        0 => format!(
            "none of its first lines names a column that {} reads, whether commas, tabs, pipes, semicolons or carets separate them: another encoding, another separator, or no header",
            file.file_name
        ),
        found => {
            let lacks = all.iter().filter(|w| !best.names.contains(w));
            let lacks: Vec<&str> = lacks.map(String::as_str).collect();
            format!(
                "line {}, separated by {}s, names {found} of the {} columns that are read, and not {}",
                best.line + 1,
                called(best.dialect.delimiter),
                all.len(),
                lacks.join(", ")
            )
        }
    };
    error.cause(cause).hint(format!(
        "{} says that it has; correct the one or the other, or set encoding, delimiter or skip_lines there; nothing was committed",
        file.file_name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column_file(settings: &str) -> ColumnFile {
        let text = format!(
            "table='t'\nfiles='t*'\nkey=['id']\nperson='nhs'\n{settings}\n[columns]\nday={{type='date'}}\n"
        );
        ColumnFile::parse("t.toml", &text).unwrap()
    }

    #[test]
    fn a_file_may_lack_a_column_that_is_optional() {
        let text = "table='t'\nfiles='t*'\nkey=['id']\nperson='nhs'\n[columns]\nday={type='date',optional=true}\nword={type='code'}\n";
        let file = ColumnFile::parse("t.toml", text).unwrap();
        let columns = |sample: &str| {
            let header = find(&file, "t.csv", sample.as_bytes());
            header.map(|header| (header.layout.columns, header.lines))
        };
        assert_eq!(
            columns("id,nhs,word\n1,2,3\n").unwrap(),
            (vec![None, Some(2)], 1)
        );
        let both = vec![Some(3), Some(2)];
        assert_eq!(columns("id,nhs,word,Day\n1,2,3,4\n").unwrap(), (both, 1));
        assert_eq!(
            columns("id,nhs,day\n").unwrap_err().what(),
            "t.csv has no column 'word'"
        );
        let twice = columns("id,nhs,word,day,day\n").unwrap_err();
        assert_eq!(twice.what(), "t.csv names the column 'day' twice");
    }

    fn found(sample: &str) -> (u8, usize, u64) {
        let header = find(&column_file(""), "t.csv", sample.as_bytes()).unwrap();
        (header.layout.dialect.delimiter, header.length, header.lines)
    }

    #[test]
    fn the_separator_is_told_from_the_header() {
        assert_eq!(found("id,nhs,day\n1,2,3\n"), (b',', 11, 1));
        assert_eq!(found("id;nhs;day;a,b\r\n"), (b';', 16, 1));
        assert_eq!(found("id\tNHS\tDay\n"), (b'\t', 11, 1));
        assert_eq!(found("id| nhs |\"day\"\n"), (b'|', 15, 1));
        assert_eq!(found("id^nhs^day"), (b'^', 10, 1));
        assert_eq!(found("\u{feff}\"id\",nhs,day\n"), (b',', 16, 1));
    }

    #[test]
    fn titles_may_stand_before_the_header() {
        assert_eq!(found("Spells of June, all\n\nid,nhs,day\n"), (b',', 32, 3));
        assert_eq!(found("sep=;\nid;nhs;day\n"), (b';', 17, 2));
    }

    #[test]
    fn the_error_says_what_the_file_looks_like() {
        let error = |text: &str| find(&column_file(""), "t.csv", text.as_bytes()).unwrap_err();
        let lacks = error("nhs;id\n1;2\n");
        assert_eq!(lacks.what(), "t.csv has no column 'day'");
        assert!(lacks.to_string().contains("line 1, separated by semicolons, names 2 of the 3 columns that are read, and not day"), "{lacks}");
        let none = error("1:2:3\n").to_string();
        assert!(
            none.contains("another encoding, another separator, or no header"),
            "{none}"
        );
        let twice = error("id,nhs,day,Day\n");
        assert_eq!(twice.what(), "t.csv names the column 'day' twice");
    }

    #[test]
    fn settings_come_first() {
        let file = column_file("delimiter='~'\nskip_lines=1\nquote='none'");
        let header = find(&file, "t.csv", b"title\nid~nhs~day\n").unwrap();
        assert_eq!((header.length, header.lines), (17, 2));
        assert_eq!(header.layout.dialect.quote, None);
        assert!(find(&file, "t.csv", b"id~nhs~day\n").is_err());
    }
}
