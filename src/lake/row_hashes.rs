//! Hashes of rows: two tables whose rows have the same sum of hashes have the same rows, in whatever order.
//!
//! 128 bits in two lanes that share nothing. Each step is a bijection of its lane, so that rows which differ
//! in one number always differ in their hash; of others, two in 2¹²⁸ are alike by chance.

use crate::error::{Context, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use arrow::row::{RowConverter, SortField};
use arrow::util::display::{ArrayFormatter, FormatOptions};

/// What a lane begins with.
const BEGIN: (u64, u64) = (0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344);
/// What stands for NULL in each lane.
const NULL: (u64, u64) = (0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89);
/// An odd number, by which values go into the second lane.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of a row as far as its columns were seen.
#[derive(Clone, Copy)]
struct Lanes(u64, u64);

impl Lanes {
    fn take(&mut self, word: u64) {
        self.0 = mix(self.0 ^ word);
        self.1 = mix(self.1.wrapping_add(word.wrapping_mul(SPREAD)));
    }

    fn take_null(&mut self) {
        self.0 = mix(self.0 ^ NULL.0);
        self.1 = mix(self.1 ^ NULL.1);
    }

    fn take_bytes(&mut self, bytes: &[u8]) {
        self.take(bytes.len() as u64);
        for word in bytes.chunks(8) {
            let mut whole = [0u8; 8];
            whole[..word.len()].copy_from_slice(word);
            self.take(u64::from_le_bytes(whole));
        }
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads every bit over all
/// others.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(SPREAD);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// The hash of each row: of its values in the order of the columns, not of their names. Texts and whole
/// numbers have the same hash in whichever width they are held.
///
/// # Errors
/// Data: a column is of a type that cannot be compared.
pub(crate) fn row_hashes(rows: &RecordBatch) -> Result<Vec<u128>> {
    let mut lanes = vec![Lanes(BEGIN.0, BEGIN.1); rows.num_rows()];
    for column in rows.columns() {
        take_column(&mut lanes, column)?;
    }
    let whole = |lanes: Lanes| (u128::from(lanes.1) << 64) | u128::from(lanes.0);
    Ok(lanes.into_iter().map(whole).collect())
}

/// The sum of the hashes of rows.
///
/// # Errors
/// As of [`row_hashes`].
pub(crate) fn digest_of_rows(rows: &RecordBatch) -> Result<u128> {
    let hashes = row_hashes(rows)?;
    Ok(hashes.into_iter().fold(0, u128::wrapping_add))
}

fn take_column(lanes: &mut [Lanes], column: &ArrayRef) -> Result<()> {
    let failed = || "rows cannot be compared";
    match column.data_type() {
        DataType::Null => lanes.iter_mut().for_each(Lanes::take_null),
        DataType::Boolean => {
            let values = column.as_boolean();
            each(lanes, column, |lanes, row| {
                lanes.take(u64::from(values.value(row)));
            });
        }
        DataType::Float64 => {
            let values = column.as_primitive::<Float64Type>().values();
            each(lanes, column, |lanes, row| {
                lanes.take(values[row].to_bits())
            });
        }
        DataType::Decimal128(_, _) => {
            let values = column.as_primitive::<Decimal128Type>().values();
            each(lanes, column, |lanes, row| {
                let bytes = values[row].to_le_bytes();
                lanes.take_bytes(&bytes);
            });
        }
        DataType::Utf8 => {
            let values = column.as_string::<i32>();
            each(lanes, column, |lanes, row| {
                lanes.take_bytes(values.value(row).as_bytes());
            });
        }
        DataType::Utf8View => {
            let values = column.as_string_view();
            each(lanes, column, |lanes, row| {
                lanes.take_bytes(values.value(row).as_bytes());
            });
        }
        DataType::LargeUtf8 | DataType::Dictionary(_, _) => {
            let plain = cast(column, &DataType::Utf8View).data(failed)?;
            take_column(lanes, &plain)?;
        }
        kind if is_whole(kind) => {
            let values = cast(column, &DataType::Int64).data(failed)?;
            let values = values.as_primitive::<Int64Type>().values().clone();
            each(lanes, column, |lanes, row| {
                lanes.take(values[row].cast_unsigned());
            });
        }
        kind => {
            let fields = vec![SortField::new(kind.clone())];
            if !RowConverter::supports_fields(&fields) {
                return take_shown(lanes, column);
            }
            let converter = RowConverter::new(fields).data(failed)?;
            let values = converter.convert_columns(std::slice::from_ref(column));
            let values = values.data(failed)?;
            each(lanes, column, |lanes, row| {
                lanes.take_bytes(values.row(row).data());
            });
        }
    }
    Ok(())
}

/// Takes values of a type that has no order as they are shown.
fn take_shown(lanes: &mut [Lanes], column: &ArrayRef) -> Result<()> {
    let options = FormatOptions::default().with_null("NULL");
    let shown = ArrayFormatter::try_new(column, &options).data(|| "rows cannot be compared")?;
    each(lanes, column, |lanes, row| {
        lanes.take_bytes(shown.value(row).to_string().as_bytes());
    });
    Ok(())
}

/// Types whose values go into an i64 as they are.
fn is_whole(kind: &DataType) -> bool {
    kind.is_signed_integer()
        || matches!(
            kind,
            DataType::Date32 | DataType::Timestamp(_, _) | DataType::Duration(_)
        )
}

fn each(lanes: &mut [Lanes], column: &ArrayRef, mut take: impl FnMut(&mut Lanes, usize)) {
    let nulls = column.nulls().filter(|nulls| nulls.null_count() > 0);
    for (row, lanes) in lanes.iter_mut().enumerate() {
        match nulls {
            Some(nulls) if nulls.is_null(row) => lanes.take_null(),
            _ => take(lanes, row),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{
        BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, ListArray, StringArray,
        StringViewArray,
    };
    use std::collections::HashSet;
    use std::sync::Arc;

    fn of(columns: &[ArrayRef]) -> Vec<u128> {
        let named = columns.iter().enumerate();
        let named = named.map(|(at, column)| (format!("c{at}"), column.clone(), true));
        row_hashes(&RecordBatch::try_from_iter_with_nullable(named).unwrap()).unwrap()
    }

    fn numbers(values: &[Option<i64>]) -> ArrayRef {
        Arc::new(Int64Array::from(values.to_vec()))
    }

    #[test]
    fn rows_that_differ_have_other_hashes() {
        let one = [Some(1), Some(0), None, Some(i64::MIN), Some(2), Some(1)];
        let two = [Some(2), Some(0), None, Some(0), Some(1), None];
        let hashes = of(&[numbers(&one), numbers(&two)]);
        let different: HashSet<u128> = hashes.iter().copied().collect();
        assert_eq!(different.len(), one.len());
        // Both lanes tell them apart.
        let low: HashSet<u64> = hashes.iter().map(|hash| *hash as u64).collect();
        let high: HashSet<u64> = hashes.iter().map(|hash| (*hash >> 64) as u64).collect();
        assert_eq!((low.len(), high.len()), (one.len(), one.len()));

        let texts = [
            "",
            "\0",
            "a",
            "a\0",
            "b",
            "aaaaaaaa",
            "aaaaaaaaa",
            "baaaaaaa",
        ];
        let mut texts: Vec<Option<&str>> = texts.into_iter().map(Some).collect();
        texts.push(None);
        let hashes = of(&[Arc::new(StringArray::from(texts.clone()))]);
        let different: HashSet<u128> = hashes.into_iter().collect();
        assert_eq!(different.len(), texts.len());
        // A text that ends elsewhere is another pair of texts.
        let left: ArrayRef = Arc::new(StringArray::from(vec!["ab", "a"]));
        let right: ArrayRef = Arc::new(StringArray::from(vec!["c", "bc"]));
        let pairs = of(&[left, right]);
        assert_ne!(pairs[0], pairs[1]);

        let fractions: ArrayRef = Arc::new(Float64Array::from(vec![0.0, -0.0, 1.0, f64::NAN]));
        let different: HashSet<u128> = of(&[fractions]).into_iter().collect();
        assert_eq!(different.len(), 4);
        let truths: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]));
        let different: HashSet<u128> = of(&[truths]).into_iter().collect();
        assert_eq!(different.len(), 3);
    }

    #[test]
    fn the_same_values_have_the_same_hash_however_they_are_held() {
        let words = vec![
            Some("one"),
            None,
            Some("a text that is longer than a view holds"),
        ];
        let plain: ArrayRef = Arc::new(StringArray::from(words.clone()));
        let view: ArrayRef = Arc::new(StringViewArray::from(words));
        let keyed = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let keyed = cast(&plain, &keyed).unwrap();
        assert_eq!(of(std::slice::from_ref(&plain)), of(&[view]));
        assert_eq!(of(std::slice::from_ref(&plain)), of(&[keyed]));
        let small: ArrayRef = Arc::new(Int32Array::from(vec![Some(-7), None]));
        let large = numbers(&[Some(-7), None]);
        assert_eq!(of(&[small]), of(&[large]));
        // What a hidden value under NULL is does not count.
        let day: ArrayRef = Arc::new(Date32Array::new(
            vec![5, 6].into(),
            Some(vec![true, false].into()),
        ));
        let other: ArrayRef = Arc::new(Date32Array::from(vec![Some(5), None]));
        assert_eq!(of(&[day]), of(&[other]));
    }

    #[test]
    fn lists_are_compared_by_what_they_hold() {
        let lists = |values: Vec<Option<Vec<Option<i64>>>>| -> ArrayRef {
            Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(values))
        };
        let many = lists(vec![
            Some(vec![Some(1), Some(2)]),
            Some(vec![Some(1)]),
            Some(vec![]),
            Some(vec![None]),
            None,
        ]);
        let hashes = of(std::slice::from_ref(&many));
        let different: HashSet<u128> = hashes.iter().copied().collect();
        assert_eq!(different.len(), 5);
        assert_eq!(of(&[lists(vec![Some(vec![Some(1)])])])[0], hashes[1]);
    }

    #[test]
    fn the_sum_is_of_the_rows_and_not_of_their_order() {
        let sum = |values: &[Option<i64>]| {
            let named = [("n", numbers(values), true)];
            let rows = RecordBatch::try_from_iter_with_nullable(named).unwrap();
            digest_of_rows(&rows).unwrap()
        };
        assert_eq!(
            sum(&[Some(1), Some(2), None]),
            sum(&[None, Some(2), Some(1)])
        );
        assert_ne!(sum(&[Some(1), Some(1)]), sum(&[Some(1)]));
        assert_ne!(sum(&[Some(1), Some(4)]), sum(&[Some(2), Some(3)]));
        assert_eq!(sum(&[]), 0);
    }
}
