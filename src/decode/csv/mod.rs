//! CSV extracts: a column file says which columns make a table.

mod column_file;
mod decoder;
mod fields;
mod record;
mod value;

pub use column_file::{ColumnFile, ColumnType, CsvColumn};
pub use decoder::{CsvDecoder, Layout};
pub(crate) use record::first_records;
pub use record::whole_records;
