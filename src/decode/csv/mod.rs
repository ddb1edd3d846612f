//! CSV extracts: a column file says which columns make a table.

mod code;
mod column_file;
mod column_type;
mod decimal_mark;
mod decoder;
mod dialect;
mod fields;
mod form;
mod layout;
mod moment;
mod number;
mod record;
mod rows;
mod text;
mod value;

pub(crate) use column_file::wildcard;
pub use column_file::{ColumnFile, CsvColumn};
pub use column_type::ColumnType;
pub use decimal_mark::DecimalMark;
pub use decoder::CsvDecoder;
pub use dialect::Dialect;
pub use layout::{CsvHeader, Layout};
pub(crate) use moment::day;
pub(crate) use number::{decimal, integer};
pub(crate) use record::first_records;
pub use record::whole_records;
pub(crate) use value::boolean;
