//! A report after disclosure control.

use super::figures::FrameForm;
use super::file::File;
use super::frame::Frame;
use crate::figures::Figures;

/// A report after disclosure control.
#[derive(Debug, Clone)]
pub(super) struct Rendered {
    /// The report's name.
    pub report: String,
    /// Its tables as released.
    pub frames: Vec<Frame>,
    /// The form of each of them in long form.
    pub forms: Vec<FrameForm>,
    /// All its figures, in the order of the tables.
    pub figures: Figures,
    /// Its files: XLSX, HTML, and for each table CSV with its metadata, and Parquet.
    pub files: Vec<File>,
}
