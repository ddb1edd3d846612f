//! Files as somebody who searches them would see them.

use arrow::array::RecordBatch;
use calamine::{Reader, open_workbook_auto_from_rs};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fmt::Write;
use std::io::{Cursor, Read};

/// What a file says, decompressed.
#[derive(Default)]
pub struct Opened {
    pub text: String,
    /// The rows of a Parquet file, which are in the text too.
    pub rows: Vec<RecordBatch>,
}

impl Opened {
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("parquet") => Self::parquet(bytes),
            Some("xlsx") => Self::workbook(bytes),
            _ => Opened {
                text: String::from_utf8_lossy(bytes).into_owned(),
                rows: Vec::new(),
            },
        }
    }

    fn parquet(bytes: &[u8]) -> Self {
        let bytes = bytes::Bytes::copy_from_slice(bytes);
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
        let rows: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
        let mut text = Vec::new();
        for batch in &rows {
            let mut writer = arrow::csv::Writer::new(&mut text);
            writer.write(batch).unwrap();
        }
        Opened {
            text: String::from_utf8(text).unwrap(),
            rows,
        }
    }

    /// All parts of a workbook, those that no sheet shows too, and its cells with dates written out.
    fn workbook(bytes: &[u8]) -> Self {
        let mut text = String::new();
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        for at in 0..zip.len() {
            let mut part = zip.by_index(at).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            writeln!(text, "{}", part.name().unwrap()).unwrap();
            writeln!(text, "{}", String::from_utf8_lossy(&content)).unwrap();
        }
        let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).unwrap();
        for sheet in book.sheet_names() {
            for row in book.worksheet_range(&sheet).unwrap().rows() {
                for cell in row {
                    let days = match cell {
                        calamine::Data::DateTime(moment) => moment.as_f64(),
                        _ => {
                            writeln!(text, "{cell}").unwrap();
                            continue;
                        }
                    };
                    // Excel counts days from here, for days after February 1900.
                    let first = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
                    let day = first + chrono::Days::new(days as u64);
                    writeln!(text, "{day}").unwrap();
                }
            }
        }
        Opened {
            text,
            rows: Vec::new(),
        }
    }
}
