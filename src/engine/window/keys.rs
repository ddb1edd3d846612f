//! Sort keys of whole numbers, packed into one number a row.

use arrow::array::{Array, ArrayRef};
use arrow::compute::SortOptions;
use arrow::datatypes::DataType;
use std::ops::Range;

/// Whether a column of this type can be a part of the key: whole numbers, dates and times.
pub(super) fn packs(kind: &DataType) -> bool {
    kind.is_integer() || (kind.is_temporal() && !matches!(kind, DataType::Interval(_)))
}

/// The rows of several batches in order; each is known by the numbers of its batch and row.
pub(super) enum Order {
    /// Key and place in one number, the place in so many bits at its end.
    Narrow(Vec<u128>, u32),
    /// Key, then place.
    Wide(Vec<(u128, u32)>),
}

/// A column of the key, and how it is written.
struct KeyPart {
    smallest: u64,
    span: u64,
    bits: u32,
    nulls: bool,
    options: SortOptions,
}

impl Order {
    /// Bytes that the order of a row takes in the narrow form, and more in the wide.
    pub(super) const NARROW: usize = size_of::<u128>();
    pub(super) const MORE: usize = size_of::<(u128, u32)>() - Self::NARROW;

    /// Sorts the rows of each of `groups`, which are all rows in their order. `columns` are the
    /// columns of the key, each with an array for every batch;
    /// `row_bits` is enough for the number of a row in its batch, and the numbers of batches fit into
    /// what is left of 32 bits. None: the key does not fit, or `wide` is false and it must be.
    pub(super) fn of(
        columns: &[(Vec<ArrayRef>, SortOptions)],
        groups: &[Range<usize>],
        row_bits: u32,
        mut wide: impl FnMut() -> bool,
    ) -> Option<Order> {
        let parts: Vec<KeyPart> = columns
            .iter()
            .map(|(arrays, options)| KeyPart::of(arrays, *options))
            .collect();
        let key_bits: u32 = parts.iter().map(|part| part.bits).sum();
        let batches = columns.first()?.0.len();
        let place_bits = row_bits + bits(batches as u64);
        if key_bits > 128 || place_bits > 32 {
            return None;
        }
        let narrow = key_bits + place_bits <= 128;
        if !narrow && !wide() {
            return None;
        }
        let rows = columns[0].0.iter().map(|array| array.len()).sum();
        let mut order = match narrow {
            true => Order::Narrow(Vec::with_capacity(rows), place_bits),
            false => Order::Wide(Vec::with_capacity(rows)),
        };
        let mut keys = Vec::new();
        for batch in 0..batches {
            keys.clear();
            keys.resize(columns[0].0[batch].len(), 0_u128);
            for ((arrays, _), part) in columns.iter().zip(&parts) {
                part.append(&arrays[batch], &mut keys);
            }
            order.extend(&keys, batch << row_bits);
        }
        for group in groups {
            match &mut order {
                Order::Narrow(rows, _) => rows[group.clone()].sort_unstable(),
                Order::Wide(rows) => rows[group.clone()].sort_unstable(),
            }
        }
        Some(order)
    }

    #[allow(clippy::cast_possible_truncation)] // places fit into 32 bits
    fn extend(&mut self, keys: &[u128], first: usize) {
        let keyed = keys.iter().zip(first..);
        match self {
            Order::Narrow(rows, bits) => {
                rows.extend(keyed.map(|(key, place)| (key << *bits) | place as u128));
            }
            Order::Wide(rows) => rows.extend(keyed.map(|(key, place)| (*key, place as u32))),
        }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Order::Narrow(rows, _) => rows.len(),
            Order::Wide(rows) => rows.len(),
        }
    }

    /// The place of the row that comes at `index`: its batch, and in the lowest bits its row.
    #[allow(clippy::cast_possible_truncation)] // places fit into 32 bits
    pub(super) fn place(&self, index: usize) -> usize {
        match self {
            Order::Narrow(rows, bits) => (rows[index] & ((1 << bits) - 1)) as usize,
            Order::Wide(rows) => rows[index].1 as usize,
        }
    }
}

/// Bits that numbers up to `largest` take.
pub(super) fn bits(largest: u64) -> u32 {
    u64::BITS - largest.leading_zeros()
}

impl KeyPart {
    fn of(arrays: &[ArrayRef], options: SortOptions) -> KeyPart {
        let (mut smallest, mut largest, mut nulls) = (u64::MAX, 0, false);
        for array in arrays {
            let null = array.nulls().filter(|null| null.null_count() > 0);
            nulls |= null.is_some();
            for (row, value) in ordered(array).into_iter().enumerate() {
                if null.is_none_or(|null| null.is_valid(row)) {
                    smallest = smallest.min(value);
                    largest = largest.max(value);
                }
            }
        }
        let span = largest.saturating_sub(smallest);
        KeyPart {
            smallest,
            span,
            // One more where NULL needs a number too; it has a bit of its own at the limit.
            bits: match (nulls, span.checked_add(1)) {
                (false, _) => bits(span),
                (true, Some(span)) => bits(span),
                (true, None) => u64::BITS + 1,
            },
            nulls,
            options,
        }
    }

    /// Puts the column behind the columns that are in `keys` already.
    fn append(&self, array: &ArrayRef, keys: &mut [u128]) {
        let null_first = u128::from(self.nulls && self.options.nulls_first);
        let null = if self.options.nulls_first {
            0
        } else {
            u128::from(self.span) + 1
        };
        let nulls = array.nulls();
        for (row, value) in ordered(array).into_iter().enumerate() {
            let code = if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                null
            } else if self.options.descending {
                u128::from(self.span - (value - self.smallest)) + null_first
            } else {
                u128::from(value - self.smallest) + null_first
            };
            keys[row] = (keys[row] << self.bits) | code;
        }
    }
}

/// Values as unsigned numbers of the same order.
fn ordered(array: &ArrayRef) -> Vec<u64> {
    let data = array.to_data();
    let rows = data.len();
    let width = array.data_type().primitive_width().unwrap_or(8);
    let sign = match array.data_type().is_unsigned_integer() {
        true => 0,
        false => 1 << (8 * width - 1),
    };
    match width {
        1 => data.buffer::<u8>(0)[..rows]
            .iter()
            .map(|v| u64::from(*v) ^ sign)
            .collect(),
        2 => data.buffer::<u16>(0)[..rows]
            .iter()
            .map(|v| u64::from(*v) ^ sign)
            .collect(),
        4 => data.buffer::<u32>(0)[..rows]
            .iter()
            .map(|v| u64::from(*v) ^ sign)
            .collect(),
        _ => data.buffer::<u64>(0)[..rows]
            .iter()
            .map(|v| *v ^ sign)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int8Array, Int64Array};
    use std::sync::Arc;

    fn places(columns: Vec<(Vec<ArrayRef>, SortOptions)>, wide: bool) -> Option<Vec<usize>> {
        let rows = columns[0].0.iter().map(|array| array.len()).sum();
        let order = Order::of(&columns, std::slice::from_ref(&(0..rows)), 4, || wide)?;
        Some((0..order.len()).map(|row| order.place(row)).collect())
    }

    fn options(descending: bool, nulls_first: bool) -> SortOptions {
        SortOptions {
            descending,
            nulls_first,
        }
    }

    #[test]
    fn rows_of_two_batches_are_sorted_by_two_columns() {
        let first: Vec<ArrayRef> = vec![
            Arc::new(Int8Array::from(vec![1, -128, 127])),
            Arc::new(Int8Array::from(vec![1, -128])),
        ];
        let second: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(vec![Some(5), None, Some(0)])),
            Arc::new(Int64Array::from(vec![Some(-5), Some(7)])),
        ];
        let both = |nulls_first, descending| {
            let columns = vec![
                (first.clone(), options(false, false)),
                (second.clone(), options(descending, nulls_first)),
            ];
            places(columns, false).unwrap()
        };
        // A place is 16 × batch + row.
        assert_eq!(both(true, false), [1, 17, 16, 0, 2]);
        assert_eq!(both(false, false), [17, 1, 16, 0, 2]);
        assert_eq!(both(false, true), [17, 1, 0, 16, 2]);
        assert_eq!(both(true, true), [1, 17, 0, 16, 2]);
    }

    #[test]
    fn keys_of_all_bits_are_wide_or_refused() {
        let all: ArrayRef = Arc::new(Int64Array::from(vec![i64::MAX, 0, i64::MIN]));
        let with_null: ArrayRef =
            Arc::new(Int64Array::from(vec![Some(i64::MAX), None, Some(i64::MIN)]));
        let column = |array: &ArrayRef| (vec![array.clone()], options(false, true));
        assert_eq!(places(vec![column(&all)], false).unwrap(), [2, 1, 0]);
        assert_eq!(places(vec![column(&with_null)], false).unwrap(), [1, 2, 0]);
        let two = || vec![column(&all), column(&all)];
        assert_eq!(places(two(), true).unwrap(), [2, 1, 0]);
        assert_eq!(places(two(), false), None);
        assert_eq!(places(vec![column(&all), column(&with_null)], true), None);
    }
}
