//! A report after disclosure control.

use super::figures::FrameForm;
use super::file::File;
use super::frame::Frame;
use super::pack_area::PackArea;
use crate::figures::Figures;

/// A report after disclosure control.
#[derive(Debug, Clone)]
pub(super) struct Rendered {
    /// What its files are called: the report's name and, of an area, the code of it.
    pub report: String,
    /// The report's own name, of an area too.
    pub of_report: String,
    /// The area that it is of, unless it is of all.
    pub area: Option<PackArea>,
    /// Its tables as released.
    pub frames: Vec<Frame>,
    /// The form of each of them in long form.
    pub forms: Vec<FrameForm>,
    /// The figures that it has alone, in the order of the tables: not those of tables that compare areas,
    /// in the report of an area.
    pub figures: Figures,
    /// Its files: XLSX, HTML, and for each table CSV with its metadata, and Parquet.
    pub files: Vec<File>,
}
