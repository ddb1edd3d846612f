//! The language of a workbook, which its writer has no setting for: programs that read aloud need it.

use crate::error::{Context, Result};
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The part that holds the properties of the document.
const PROPERTIES: &str = "docProps/core.xml";

/// The end of it, before which the language goes.
const END: &str = "</cp:coreProperties>";

/// The same workbook in British English.
///
/// # Errors
/// Data, when it cannot be written.
pub(super) fn in_british_english(workbook: Vec<u8>) -> Result<Vec<u8>> {
    let failed = || "cannot write the language of a workbook";
    let mut parts = ZipArchive::new(Cursor::new(workbook)).data(failed)?;
    let mut written = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..parts.len() {
        let mut part = parts.by_index(at).data(failed)?;
        if part.name().data(failed)? != PROPERTIES {
            written.raw_copy_file(part).data(failed)?;
            continue;
        }
        let mut text = String::new();
        part.read_to_string(&mut text).data(failed)?;
        let text = text.replace(END, &format!("<dc:language>en-GB</dc:language>{END}"));
        // Without a clock, so that the same workbook has the same bytes.
        let time = part.last_modified().unwrap_or_default();
        let options = SimpleFileOptions::default().last_modified_time(time);
        written.start_file(PROPERTIES, options).data(failed)?;
        written.write_all(text.as_bytes()).data(failed)?;
    }
    Ok(written.finish().data(failed)?.into_inner())
}
