//! Figures as the bytes of a Parquet file, and back.

use super::checksum::{CHECKSUM, NO_CHECKSUM, is_sealed, sealed};
use super::frame::Figures;
use crate::error::{Context, Error, Result};
use polars::prelude::DataFrame;
use polars_io::prelude::{
    KeyValueMetadata, ParquetCompression, ParquetReader, ParquetWriter, SerReader,
    StatisticsOptions,
};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Figures in a row group: fixed, so that the bytes do not depend on the machine.
const ROW_GROUP: usize = 128 * 1024;

/// More figures are no release.
const MOST_FIGURES: usize = 50_000_000;

impl Figures {
    /// The bytes of a Parquet file. The same figures always give the same: there is no clock and no name of a
    /// machine in it.
    ///
    /// # Errors
    /// Data, when it cannot be written.
    pub(crate) fn write(&self) -> Result<Vec<u8>> {
        frame_parquet(&mut self.frame().clone())
    }

    /// Reads the bytes of a Parquet file that somebody may have altered.
    ///
    /// # Errors
    /// Data, when it is not as [`Figures::write`] made it, or its rows are no figures.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let no_figures = || "these are no released figures";
        // The decoder believes the lengths that pages give, and ends the program when memory for one cannot
        // be had: what was altered must not reach it.
        if !is_sealed(bytes) {
            return Err(Error::data(no_figures()).cause(
                "the file is damaged, was altered, or was not written by `populace release`",
            ));
        }
        let read = catch_unwind(AssertUnwindSafe(|| {
            let mut reader = ParquetReader::new(Cursor::new(bytes));
            if reader.num_rows()? > MOST_FIGURES {
                return Ok(None);
            }
            reader.finish().map(Some)
        }));
        match read {
            Ok(read) => match read.data(no_figures)? {
                Some(frame) => Figures::of(frame),
                None => Err(Error::data(no_figures())
                    .cause(format!("there are more than {MOST_FIGURES} rows"))),
            },
            Err(_) => Err(Error::data(no_figures()).cause("the file is damaged")),
        }
    }
}

/// The bytes of a Parquet file of a frame, with the checksum of the file in its metadata.
///
/// # Errors
/// Data, when it cannot be written.
pub(crate) fn frame_parquet(frame: &mut DataFrame) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // The chunks of a frame become pages: one chunk, one form.
    frame.rechunk_mut();
    let checksum =
        KeyValueMetadata::from_static(vec![(CHECKSUM.to_owned(), NO_CHECKSUM.to_owned())]);
    ParquetWriter::new(&mut bytes)
        .with_key_value_metadata(Some(checksum))
        .with_compression(ParquetCompression::Zstd(None))
        .with_statistics(StatisticsOptions::default())
        .with_row_group_size(Some(ROW_GROUP))
        .set_parallel(false)
        .finish(frame)
        .data(|| "cannot write figures as Parquet")?;
    sealed(bytes)
}
