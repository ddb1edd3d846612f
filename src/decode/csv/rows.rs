//! The records of a chunk, one after the other.

use super::code;
use super::decimal_mark::ShownMark;
use super::fields::Fields;
use super::layout::{Layout, name_of};
use super::moment::{self, Slashes};
use super::record::RecordPlace;
use super::value::{Builder, CsvValue, read};
use super::{ColumnFile, ColumnType, text};
use crate::decode::{
    Chunk, DateOrder, DecimalMarks, Decoded, Line, Reject, RejectReason, ValueCounts, ValueRule,
    ViewRows, Zone,
};
use crate::error::{Context, Error, Result};
use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::SchemaRef;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Fields beyond those of the header that a record may have, when all are empty.
const EMPTY_BEYOND: usize = 1024;

/// Words of lines that end a file and are no row.
const ENDING: [&str; 10] = [
    "end of",
    "eof",
    "total",
    "trailer",
    "footer",
    "row",
    "record",
    "count",
    "completion time",
    "trl",
];

/// What has been read of a chunk.
pub(super) struct Reading<'d> {
    file: &'d ColumnFile,
    zone: Zone,
    schema: SchemaRef,
    layout: &'d Layout,
    chunk: &'d Chunk<'d>,
    people: StringBuilder,
    statuses: StringBuilder,
    builders: Vec<Builder>,
    lines: Vec<Line>,
    /// The values of the key columns of each of them.
    references: String,
    rejects: Vec<Reject>,
    number: u64,
    line_count: u64,
    blank: u64,
    /// Values that are not known, by column and rule; those of `updated` under the number after the last.
    unknown: BTreeMap<(usize, ValueRule), u64>,
    /// What dates say about the order of their numbers, by column.
    orders: Vec<DateOrder>,
    /// What numbers say about the mark before their decimals.
    marks: DecimalMarks,
}

/// What becomes of a record.
enum RecordOutcome {
    Row,
    Blank,
    Rejected(RejectReason, Option<String>),
}

impl<'d> Reading<'d> {
    /// Nothing read yet of `chunk`, whose times are those of `zone`.
    pub(super) fn new(
        file: &'d ColumnFile,
        zone: Zone,
        schema: SchemaRef,
        layout: &'d Layout,
        chunk: &'d Chunk<'d>,
    ) -> Self {
        let columns = &file.columns;
        Reading {
            file,
            zone,
            schema,
            layout,
            chunk,
            people: StringBuilder::new(),
            statuses: StringBuilder::new(),
            builders: columns.iter().map(Builder::new).collect(),
            lines: Vec::new(),
            references: String::new(),
            rejects: Vec::new(),
            number: chunk.first_line,
            line_count: 0,
            blank: 0,
            unknown: BTreeMap::new(),
            orders: vec![DateOrder::default(); columns.len()],
            marks: DecimalMarks::default(),
        }
    }

    /// Takes the record at `place` in; `last` says that it is one of the last of its file.
    pub(super) fn record(
        &mut self,
        fields: &mut Fields,
        place: RecordPlace,
        last: bool,
    ) -> Result<()> {
        let from = self.references.len();
        let line = Line {
            reference: from..from,
            updated: None,
            version_id: None,
            number: self.number,
            start: self.chunk.offset + place.start as u64,
            end: self.chunk.offset + place.end as u64,
        };
        self.number += place.lines;
        self.line_count += place.lines;
        let text = &self.chunk.bytes[place.start..place.end];
        if text.is_empty() {
            self.blank += 1;
            return Ok(());
        }
        let (number, start, end) = (line.number, line.start, line.end);
        // Room to see whether fields beyond those of the header are empty.
        let most = self.layout.width.saturating_add(EMPTY_BEYOND);
        let outcome = match windows_1252(self.file, text) {
            Some(text) => self.row(&fields.split(text.as_bytes(), most), line, last)?,
            None => self.row(&fields.split(text, most), line, last)?,
        };
        if !matches!(outcome, RecordOutcome::Row) {
            self.references.truncate(from);
        }
        match outcome {
            RecordOutcome::Row => {}
            RecordOutcome::Blank => self.blank += 1,
            RecordOutcome::Rejected(reason, column) => self.rejects.push(Reject {
                number,
                start,
                end,
                reason,
                column,
            }),
        }
        Ok(())
    }

    fn row(&mut self, found: &[&[u8]], mut line: Line, last: bool) -> Result<RecordOutcome> {
        let width = self.layout.width;
        if found.len() != width && !is_padded(found, width) {
            return self.no_row(found, &line, last, RejectReason::WrongColumnCount, None);
        }
        let value = |at: usize, kind| {
            let text = std::str::from_utf8(found[at]).ok()?;
            Some(text::plain(text, kind))
        };
        let bare = |at: usize| value(at, ColumnType::Code);
        let layout = self.layout;
        self.references.push_str(&self.file.table);
        for (at, name) in layout.key.iter().zip(&self.file.key) {
            let Some(text) = bare(*at).filter(|text| !self.is_null(text)) else {
                let column = Some(name.clone());
                return self.no_row(found, &line, last, RejectReason::KeyMissing, column);
            };
            self.references.push('\u{1f}');
            match code::identifier(text) {
                Ok(known) => self.references.push_str(&known),
                Err(rule) => return Ok(rejected(rule, name)),
            }
        }
        line.reference.end = self.references.len();
        let person = bare(layout.person);
        if person.is_some_and(|text| is_rule(text) || self.is_name(text)) {
            return self.no_row(found, &line, last, RejectReason::NhsNumberInvalid, None);
        }
        if last && person.is_some_and(|text| self.is_null(text)) {
            let reason = RejectReason::NhsNumberMissing;
            if let RecordOutcome::Blank = self.no_row(found, &line, last, reason, None)? {
                return Ok(RecordOutcome::Blank);
            }
        }
        let mut values = Vec::with_capacity(self.builders.len());
        for (number, (column, at)) in self.file.columns.iter().zip(&layout.columns).enumerate() {
            let Some(at) = *at else {
                values.push(CsvValue::Null);
                continue;
            };
            let read = value(at, column.kind).map(|text| read(column, text, self.zone));
            let read = read.unwrap_or(Err(ValueRule::WrongType).into());
            match read.slashes {
                Some(Slashes::DayFirst) => self.orders[number].day_first += 1,
                Some(Slashes::MonthFirst) => self.orders[number].month_first += 1,
                _ => {}
            }
            match read.mark {
                Some(ShownMark::Point) => self.marks.point += 1,
                Some(ShownMark::Comma) => self.marks.comma += 1,
                Some(ShownMark::Either) => self.marks.either += 1,
                None => {}
            }
            match read.value {
                Ok(value) => values.push(value),
                Err(rule) => {
                    *self.unknown.entry((number, rule)).or_default() += 1;
                    if column.needed {
                        return Ok(rejected(rule, &column.name));
                    }
                    values.push(CsvValue::Null);
                }
            }
        }
        let Some(person) = person else {
            let column = Some(self.file.person.clone());
            return Ok(RecordOutcome::Rejected(RejectReason::WrongType, column));
        };
        if code::has_lost_digits(person) {
            return Ok(rejected(ValueRule::LostDigits, &self.file.person));
        }
        line.updated = self.updated(layout.updated.map(bare));
        self.people
            .append_value(if self.is_null(person) { "" } else { person });
        let status = layout
            .status
            .and_then(bare)
            .filter(|text| !self.is_null(text));
        // The code of a verification status has two digits. What is none says what it is, and links nobody.
        let status = status.map(|text| code::code(text, 2).unwrap_or(Cow::Borrowed(text)));
        self.statuses.append_option(status);
        for (builder, value) in self.builders.iter_mut().zip(&values) {
            builder.append(value);
        }
        self.lines.push(line);
        Ok(RecordOutcome::Row)
    }

    fn is_null(&self, text: &str) -> bool {
        text.is_empty() || self.file.null.iter().any(|null| null == text)
    }

    /// Whether a text in the place of a number is the name of a column.
    fn is_name(&self, text: &str) -> bool {
        text.starts_with(|first: char| first.is_ascii_alphabetic())
            && self.layout.names.contains(&name_of(text.as_bytes()))
    }

    /// When a row was extracted. One that does not say so in a form that is known is as old as its file.
    fn updated(&mut self, text: Option<Option<&str>>) -> Option<i64> {
        let text = text?;
        if text.is_some_and(|text| self.is_null(text)) {
            return None;
        }
        let read = text.and_then(|text| moment::read(text, &self.file.updated_format).ok());
        if read.is_none() {
            let place = (self.file.columns.len(), ValueRule::WrongType);
            *self.unknown.entry(place).or_default() += 1;
        }
        read.map(|moment| moment.instant(self.zone))
    }

    /// What becomes of a record that is no row by its form: some lines of a file are none, and no loss.
    fn no_row(
        &self,
        found: &[&[u8]],
        line: &Line,
        last: bool,
        reason: RejectReason,
        column: Option<String>,
    ) -> Result<RecordOutcome> {
        let texts: Vec<_> = found
            .iter()
            .map(|field| String::from_utf8_lossy(field))
            .collect();
        let texts: Vec<&str> = texts.iter().map(|text| text::trimmed(text)).collect();
        let filled = || texts.iter().filter(|text| !text.is_empty());
        let drawn = |text: &&str| is_rule(text) || *text == "-";
        if filled().all(drawn) || self.is_trailer(&texts, last) {
            return Ok(RecordOutcome::Blank);
        }
        let names: Vec<String> = found.iter().map(|field| name_of(field)).collect();
        if names == self.layout.names {
            return Ok(RecordOutcome::Blank);
        }
        let wanted = self.file.wanted();
        if wanted.iter().all(|wanted| names.contains(wanted)) {
            return Err(Error::data(format!(
                "{} has a second header in line {}, with its columns in another order",
                self.layout.file, line.number
            ))
            .hint("two files were joined: send them apart; nothing was committed"));
        }
        Ok(RecordOutcome::Rejected(reason, column))
    }

    /// Whether a record is what ends a file: what the column file says, or one of its last lines with
    /// a word that ends files, and without what could be anybody's number.
    fn is_trailer(&self, texts: &[&str], last: bool) -> bool {
        let Some(first) = texts.first() else {
            return false;
        };
        if let Some(trailer) = &self.file.trailer {
            return first.starts_with(trailer.as_str());
        }
        let said = texts.join(" ").to_lowercase();
        let digits = said.bytes().filter(u8::is_ascii_digit).count();
        let date = said.contains("completion time");
        last && (digits < 10 || date) && ENDING.iter().any(|word| said.contains(word))
    }

    /// The rows of the chunk.
    pub(super) fn finish(mut self) -> Result<Decoded> {
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(self.people.finish()),
            Arc::new(self.statuses.finish()),
        ];
        arrays.extend(self.builders.into_iter().map(Builder::finish));
        let batch = RecordBatch::try_new(self.schema, arrays)
            .data(|| format!("cannot build table {}", self.file.table))?;
        let count = self.lines.len();
        let line = (0..u32::try_from(count).data(|| "a chunk has too many lines")?).collect();
        let columns = &self.file.columns;
        let updated = self.file.updated.as_deref().unwrap_or_default();
        let unknown = self.unknown.into_iter().map(|((column, rule), count)| {
            let name = columns.get(column).map_or(updated, |column| &column.name);
            ((name.to_string(), rule), count)
        });
        let names = columns.iter().map(|column| &column.name);
        let orders = names
            .zip(self.orders)
            .filter(|(_, order)| *order != DateOrder::default());
        Ok(Decoded {
            tables: vec![ViewRows {
                batch,
                line,
                values: unknown.collect::<ValueCounts>(),
            }],
            references: self.references,
            lines: self.lines,
            rejected_types: BTreeMap::from([(self.file.table.clone(), self.rejects.len() as u64)]),
            rejects: self.rejects,
            deletes: Vec::new(),
            superseded: Default::default(),
            types: BTreeMap::from([(self.file.table.clone(), count as u64)]),
            orders: orders
                .map(|(name, order)| (name.to_string(), order))
                .collect(),
            marks: self.marks,
            pages: Default::default(),
            line_count: self.line_count,
            blank: self.blank,
            bundled: 0,
        })
    }
}

/// What becomes of a row whose `column` has no value for a reason that costs the row.
fn rejected(rule: ValueRule, column: &str) -> RecordOutcome {
    let reason = match rule {
        ValueRule::LostDigits => RejectReason::LostDigits,
        _ => RejectReason::WrongType,
    };
    RecordOutcome::Rejected(reason, Some(column.to_string()))
}

/// A record that is not UTF-8, as the older encoding of Windows; None when it is UTF-8, or has to be.
fn windows_1252(file: &ColumnFile, record: &[u8]) -> Option<String> {
    if file.encoding == Some(encoding_rs::UTF_8) || std::str::from_utf8(record).is_ok() {
        return None;
    }
    let text = encoding_rs::WINDOWS_1252
        .decode_without_bom_handling(record)
        .0;
    Some(text.into_owned())
}

/// Whether a record has all columns, and behind them nothing but delimiters.
fn is_padded(found: &[&[u8]], width: usize) -> bool {
    let beyond = found.get(width..).filter(|beyond| !beyond.is_empty());
    let few = found.len() <= width.saturating_add(EMPTY_BEYOND);
    few && beyond.is_some_and(|beyond| beyond.iter().all(|field| field.trim_ascii().is_empty()))
}

/// Whether a text is a line drawn under a header.
fn is_rule(text: &str) -> bool {
    text.len() > 1 && text.bytes().all(|byte| byte == b'-' || byte == b'=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::csv::CsvDecoder;
    use crate::decode::csv::Layout;
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::{Date32Type, Int64Type};

    fn decoder(settings: &str) -> CsvDecoder {
        let text = format!(
            "table='t'\nfiles='t*'\nkey=['id']\nperson='nhs'\nperson_status='status'\nupdated='seen'\n{settings}\n[columns]\nday={{type='date',needed=true}}\ncount={{type='integer'}}\nword={{type='code'}}\n"
        );
        CsvDecoder::new(Arc::new(ColumnFile::parse("t.toml", &text).unwrap()))
    }

    const HEADER: &str = "id,nhs,status,seen,day,count,word";

    fn layout(decoder: &CsvDecoder) -> Layout {
        decoder.header("t.csv", HEADER.as_bytes()).unwrap().layout
    }

    fn decoded(settings: &str, text: &[u8]) -> Decoded {
        let decoder = decoder(settings);
        let chunk = Chunk {
            bytes: text,
            offset: 0,
            first_line: 2,
        };
        decoder.decode_last(&layout(&decoder), &chunk).unwrap()
    }

    fn reasons(decoded: &Decoded) -> Vec<(&'static str, u64)> {
        decoded
            .rejects
            .iter()
            .map(|r| (r.reason.name(), r.number))
            .collect()
    }

    #[test]
    fn a_bad_value_costs_the_value_and_only_a_needed_one_the_row() {
        let text = b"1,9,01,2026-01-05,2026-01-04,many,a\n2,9,01,2026-01-05,soon,2,b\n3,9,1,later,2026-01-04,NULL,NULL\n";
        let decoded = decoded("", text);
        assert_eq!(reasons(&decoded), [("wrong-type", 3)]);
        let batch = &decoded.tables[0].batch;
        assert_eq!(batch.num_rows(), 2);
        let counts = batch.column(2).as_primitive::<Int64Type>();
        assert!(counts.is_null(0) && counts.is_null(1));
        assert_eq!(
            batch.column(3).as_primitive::<Date32Type>().value(0),
            20_457
        );
        assert!(batch.column(4).is_null(1));
        assert_eq!(batch.column(1).as_string::<i32>().value(1), "01");
        let wrong = |name: &str| {
            decoded.tables[0]
                .values
                .get(&(name.to_string(), ValueRule::WrongType))
        };
        assert_eq!(wrong("count"), Some(&1));
        assert_eq!(wrong("day"), Some(&1));
        assert_eq!(wrong("seen"), Some(&1));
        assert_eq!(decoded.lines[1].updated, None);
    }

    #[test]
    fn null_texts_are_a_setting() {
        let text = b"1,NaN,,2026-01-05,2026-01-04,NaN,NaN\n2,9,,2026-01-05,2026-01-04,1,NULL\n";
        let decoded = decoded("null=['NaN']", text);
        let batch = &decoded.tables[0].batch;
        assert_eq!(batch.column(0).as_string::<i32>().value(0), "");
        assert!(batch.column(4).is_null(0));
        assert_eq!(batch.column(4).as_string::<i32>().value(1), "NULL");
        assert!(decoded.tables[0].values.is_empty());
    }

    #[test]
    fn lines_that_are_no_rows_are_no_loss() {
        let mut text = String::from("--,---,--,---,--,-,--\n1,9,,,2026-01-04,1,a,,\n");
        text.push_str("\u{feff}ID,nhs,Status,seen,day,count,word\n,,,,,,\n2,9,,,2026-01-04,1,a\nEND OF FILE,1234\n");
        let found = decoded("", text.as_bytes());
        assert_eq!(
            (found.lines.len(), found.blank, found.line_count),
            (2, 4, 6)
        );
        assert!(found.rejects.is_empty());
        for ending in [
            "\n(20 rows affected)\n\nCompletion time: 2026-06-20T10:20:30.1234567+01:00",
            "Total,,,,,,2",
            "\u{1a}",
        ] {
            let found = decoded("", format!("2,9,,,2026-01-04,1,a\n{ending}").as_bytes());
            assert!(found.rejects.is_empty(), "{ending}");
            assert_eq!(found.lines.len(), 1);
        }
        let cut = decoded("", b"1,9,,,2026-01-04,1,a\n2,9990000018,0");
        assert_eq!(reasons(&cut), [("wrong-column-count", 3)]);
        let beyond = decoded("", b"1,9,,,2026-01-04,1,a,b\n");
        assert_eq!(reasons(&beyond), [("wrong-column-count", 2)]);
    }

    #[test]
    fn a_second_header_in_another_order_is_refused() {
        let decoder = decoder("");
        let chunk = Chunk {
            bytes: b"1,9,,,2026-01-04,1,a\nnhs,id,status,seen,day,count,word\n",
            offset: 0,
            first_line: 2,
        };
        let error = decoder.decode(&layout(&decoder), &chunk).unwrap_err();
        assert_eq!(
            error.what(),
            "t.csv has a second header in line 3, with its columns in another order"
        );
    }

    #[test]
    fn what_is_not_utf_8_is_windows_1252() {
        let found = decoded("", b"1,9,,,2026-01-04,1,caf\xe9 \x80\n");
        let word = |d: &Decoded| {
            d.tables[0]
                .batch
                .column(4)
                .as_string::<i32>()
                .value(0)
                .to_string()
        };
        assert_eq!(word(&found), "caf\u{e9} \u{20ac}");
        let strict = decoded("encoding='utf-8'", b"1,9,,,2026-01-04,1,caf\xe9\n");
        assert!(strict.tables[0].batch.column(4).is_null(0));
        assert_eq!(strict.tables[0].values.len(), 1);
    }

    #[test]
    fn the_order_of_dates_is_counted() {
        let found = decoded(
            "",
            b"1,9,,,06/20/2026,1,a\n2,9,,,20/06/2026,1,a\n3,9,,,05/06/2026,1,a\n",
        );
        let order = DateOrder {
            day_first: 1,
            month_first: 1,
        };
        assert_eq!(found.orders.get("day"), Some(&order));
        assert_eq!(found.lines.len(), 2);
    }
}
