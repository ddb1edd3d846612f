//! `--rejects`: the lines that cannot be used, as a CSV file with the columns of `populace.reject`.

use super::inputs::Input;
use crate::cli::complete_file::CompleteFile;
use crate::decode::Reject;
use crate::error::{Context, Result};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// The file, when one is wanted.
pub(super) struct Rejects {
    file: Option<(PathBuf, csv::Writer<BufWriter<CompleteFile>>)>,
}

impl Rejects {
    /// Begins the file `path`, which appears complete or not at all.
    pub(super) fn begin(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Rejects { file: None });
        };
        let mut writer = csv::Writer::from_writer(BufWriter::new(CompleteFile::create(path)?));
        writer
            .write_record([
                "file",
                "line",
                "byte_start",
                "byte_end",
                "reason",
                "column_name",
            ])
            .data(|| cannot(path))?;
        Ok(Rejects {
            file: Some((path.to_path_buf(), writer)),
        })
    }

    /// Lists a line of `input`.
    pub(super) fn write(&mut self, input: &Input, reject: &Reject) -> Result<()> {
        let Some((path, writer)) = &mut self.file else {
            return Ok(());
        };
        let record = [
            input.to_string(),
            reject.number.to_string(),
            reject.start.to_string(),
            reject.end.to_string(),
            reject.reason.to_string(),
            reject.column.clone().unwrap_or_default(),
        ];
        writer.write_record(record).data(|| cannot(path))
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Result<()> {
        let Some((path, writer)) = self.file else {
            return Ok(());
        };
        let file = writer.into_inner().map_err(|e| e.into_error());
        let file = file.data(|| cannot(&path))?.into_inner();
        file.map_err(|e| e.into_error())
            .data(|| cannot(&path))?
            .keep()
    }
}

fn cannot(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
