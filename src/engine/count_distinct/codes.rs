//! Values as numbers: the same number for equal values, another for others.

use arrow::array::{Array, ArrayData, ArrayRef, AsArray, UInt32Array, make_array};
use arrow::buffer::Buffer;
use arrow::compute::{cast, take};
use arrow::datatypes::DataType;
use arrow::row::{RowConverter, SortField};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::physical_expr_common::binary_map::OutputType;
use datafusion::physical_expr_common::binary_view_map::ArrowBytesViewMap;

/// Values of one type as numbers.
pub(super) trait Codes: Send + 'static {
    /// The number.
    type Code: Copy + Ord + Default + Send;

    /// The type of the values.
    fn kind(&self) -> &DataType;

    /// Puts the numbers of `values`, none of which is NULL, into `codes`.
    fn encode(&mut self, values: &ArrayRef, codes: &mut Vec<Self::Code>) -> Result<()>;

    /// The values of `codes`. All other values but those of `kept` are forgotten, and `kept` get
    /// other numbers.
    fn decode(&mut self, codes: Vec<Self::Code>, kept: &mut Vec<Self::Code>) -> Result<ArrayRef>;

    /// Forgets all values but those of `kept`, which get other numbers.
    fn keep(&mut self, kept: &mut Vec<Self::Code>) -> Result<()>;

    /// Bytes.
    fn size(&self) -> usize;
}

/// Numbers, dates and times of up to 64 bits: the bits are the number.
pub(super) struct Bits {
    kind: DataType,
    width: usize,
}

impl Bits {
    pub(super) fn suits(kind: &DataType) -> bool {
        kind.primitive_width().is_some_and(|width| width <= 8)
    }

    pub(super) fn new(kind: DataType) -> Self {
        let width = kind.primitive_width().unwrap_or(8);
        Bits { kind, width }
    }
}

impl Codes for Bits {
    type Code = u64;

    fn kind(&self) -> &DataType {
        &self.kind
    }

    fn encode(&mut self, values: &ArrayRef, codes: &mut Vec<u64>) -> Result<()> {
        let data = values.to_data();
        let rows = data.len();
        match self.width {
            1 => codes.extend(data.buffer::<u8>(0)[..rows].iter().map(|v| u64::from(*v))),
            2 => codes.extend(data.buffer::<u16>(0)[..rows].iter().map(|v| u64::from(*v))),
            4 => codes.extend(data.buffer::<u32>(0)[..rows].iter().map(|v| u64::from(*v))),
            _ => codes.extend_from_slice(&data.buffer::<u64>(0)[..rows]),
        }
        Ok(())
    }

    #[allow(clippy::cast_possible_truncation)] // they were as narrow when they came
    fn decode(&mut self, codes: Vec<u64>, _: &mut Vec<u64>) -> Result<ArrayRef> {
        let rows = codes.len();
        let narrow = codes.into_iter();
        let buffer = match self.width {
            1 => Buffer::from_vec(narrow.map(|v| v as u8).collect()),
            2 => Buffer::from_vec(narrow.map(|v| v as u16).collect::<Vec<_>>()),
            4 => Buffer::from_vec(narrow.map(|v| v as u32).collect::<Vec<_>>()),
            _ => Buffer::from_vec(narrow.collect::<Vec<_>>()),
        };
        let data = ArrayData::builder(self.kind.clone()).len(rows);
        Ok(make_array(data.add_buffer(buffer).build()?))
    }

    fn keep(&mut self, _: &mut Vec<u64>) -> Result<()> {
        Ok(())
    }

    fn size(&self) -> usize {
        0
    }
}

/// Texts, and what else can be written as bytes: numbered as they are met.
pub(super) struct Numbered {
    kind: DataType,
    /// Makes bytes of what is no text.
    rows: Option<RowConverter>,
    /// The numbers of bytes.
    known: ArrowBytesViewMap<u32>,
}

impl Numbered {
    pub(super) fn suits(kind: &DataType) -> bool {
        viewed(kind).is_some() || RowConverter::supports_fields(&[SortField::new(kind.clone())])
    }

    pub(super) fn new(kind: DataType) -> Result<Self> {
        let rows = match viewed(&kind) {
            Some(_) => None,
            None => Some(RowConverter::new(vec![SortField::new(kind.clone())])?),
        };
        let known = ArrowBytesViewMap::new(output(&kind));
        Ok(Numbered { kind, rows, known })
    }

    fn take_known(&mut self) -> ArrayRef {
        let empty = ArrowBytesViewMap::new(output(&self.kind));
        std::mem::replace(&mut self.known, empty).into_state()
    }

    fn number(&mut self, views: &ArrayRef, codes: &mut Vec<u32>) -> Result<()> {
        let mut next = u32::try_from(self.known.len())
            .map_err(|_| exec_datafusion_err!("count: too many distinct values"))?;
        self.known.insert_if_new(
            views,
            |_| {
                next += 1;
                next - 1
            },
            |code| codes.push(code),
        );
        Ok(())
    }

    fn renumber(&mut self, known: &ArrayRef, kept: &mut Vec<u32>) -> Result<()> {
        if !kept.is_empty() {
            let views = take(known, &UInt32Array::from(std::mem::take(kept)), None)?;
            self.number(&views, kept)?;
        }
        Ok(())
    }
}

/// Texts and bytes are kept as views.
fn viewed(kind: &DataType) -> Option<DataType> {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(DataType::Utf8View),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {
            Some(DataType::BinaryView)
        }
        _ => None,
    }
}

fn output(kind: &DataType) -> OutputType {
    match viewed(kind) {
        Some(DataType::Utf8View) => OutputType::Utf8View,
        _ => OutputType::BinaryView,
    }
}

impl Codes for Numbered {
    type Code = u32;

    fn kind(&self) -> &DataType {
        &self.kind
    }

    fn encode(&mut self, values: &ArrayRef, codes: &mut Vec<u32>) -> Result<()> {
        let views = match (&self.rows, viewed(&self.kind)) {
            (None, Some(view)) => cast(values, &view)?,
            (Some(rows), _) => {
                let bytes = rows.convert_columns(std::slice::from_ref(values))?;
                let bytes = bytes.try_into_binary()?;
                cast(&bytes, &DataType::BinaryView)?
            }
            (None, None) => values.clone(),
        };
        self.number(&views, codes)
    }

    fn decode(&mut self, codes: Vec<u32>, kept: &mut Vec<u32>) -> Result<ArrayRef> {
        let known = self.take_known();
        let views = take(&known, &UInt32Array::from(codes), None)?;
        self.renumber(&known, kept)?;
        let Some(rows) = &self.rows else {
            return Ok(cast(&views, &self.kind)?);
        };
        let parser = rows.parser();
        let views = views.as_binary_view();
        let parsed = views.iter().flatten().map(|bytes| parser.parse(bytes));
        let mut columns = rows.convert_rows(parsed)?;
        columns
            .pop()
            .ok_or_else(|| exec_datafusion_err!("count: there is no column"))
    }

    fn keep(&mut self, kept: &mut Vec<u32>) -> Result<()> {
        let known = self.take_known();
        self.renumber(&known, kept)
    }

    fn size(&self) -> usize {
        self.known.size() + self.rows.as_ref().map_or(0, RowConverter::size)
    }
}
