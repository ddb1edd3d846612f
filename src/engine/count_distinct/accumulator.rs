//! The accumulator of all groups.

use super::codes::Codes;
use super::pairs::Pairs;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, ListArray};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{cast, filter, is_not_null, prep_null_mask_filter};
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};
use std::sync::Arc;

/// Counts the distinct values of each group. Its state is DataFusion's: a list of values a group.
pub(super) struct DistinctGroups<C: Codes> {
    codes: C,
    pairs: Pairs<C::Code>,
    /// The numbers of one batch.
    batch: Vec<C::Code>,
}

impl<C: Codes> DistinctGroups<C> {
    pub(super) fn new(codes: C) -> Self {
        DistinctGroups {
            codes,
            pairs: Pairs::new(),
            batch: Vec::new(),
        }
    }

    /// An argument without its dictionary.
    fn plain(&self, values: &[ArrayRef]) -> Result<ArrayRef> {
        let values = values
            .first()
            .ok_or_else(|| exec_datafusion_err!("count: there is no argument"))?;
        match values.data_type() {
            DataType::Dictionary(_, _) => Ok(cast(values, self.codes.kind())?),
            _ => Ok(values.clone()),
        }
    }
}

/// Rows that are counted, where not all are.
fn counted(values: &ArrayRef, chosen: Option<&BooleanArray>) -> Result<Option<BooleanArray>> {
    let chosen = chosen.map(|chosen| match chosen.null_count() {
        0 => chosen.clone(),
        _ => prep_null_mask_filter(chosen),
    });
    if values.null_count() == 0 {
        return Ok(chosen);
    }
    let valid = is_not_null(values)?;
    Ok(Some(match chosen {
        Some(chosen) => arrow::compute::and(&valid, &chosen)?,
        None => valid,
    }))
}

fn first(emit_to: EmitTo) -> Option<usize> {
    match emit_to {
        EmitTo::All => None,
        EmitTo::First(groups) => Some(groups),
    }
}

fn lists(kind: &DataType, lengths: &[usize], values: ArrayRef) -> Result<ArrayRef> {
    if i32::try_from(values.len()).is_err() {
        return Err(exec_datafusion_err!("count: too many distinct values"));
    }
    let field = Arc::new(Field::new_list_field(kind.clone(), true));
    let offsets = OffsetBuffer::from_lengths(lengths.iter().copied());
    Ok(Arc::new(ListArray::try_new(field, offsets, values, None)?))
}

impl<C: Codes> GroupsAccumulator for DistinctGroups<C> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.pairs.grow(total_num_groups);
        let values = self.plain(values)?;
        self.batch.clear();
        match counted(&values, opt_filter)? {
            None => {
                self.codes.encode(&values, &mut self.batch)?;
                for (group, code) in group_indices.iter().zip(&self.batch) {
                    self.pairs.add(*group, *code);
                }
            }
            Some(rows) => {
                self.codes
                    .encode(&filter(&values, &rows)?, &mut self.batch)?;
                for (row, code) in rows.values().set_indices().zip(&self.batch) {
                    self.pairs.add(group_indices[row], *code);
                }
            }
        }
        self.pairs.compact_if_many();
        Ok(())
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.pairs.grow(total_num_groups);
        let [lists] = values else {
            return Err(exec_datafusion_err!("count: there is no state"));
        };
        let lists = lists.as_list::<i32>();
        #[allow(clippy::cast_sign_loss)] // offsets are not negative
        let bounds: Vec<usize> = lists.offsets().iter().map(|at| *at as usize).collect();
        let begin = bounds.first().copied().unwrap_or(0);
        let end = bounds.last().copied().unwrap_or(0);
        self.batch.clear();
        let values = lists.values().slice(begin, end - begin);
        self.codes.encode(&values, &mut self.batch)?;
        for (group, bounds) in group_indices.iter().zip(bounds.windows(2)) {
            for code in &self.batch[bounds[0] - begin..bounds[1] - begin] {
                self.pairs.add(*group, *code);
            }
        }
        self.pairs.compact_if_many();
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let (lengths, _) = self.pairs.take(first(emit_to));
        self.codes.keep(self.pairs.values_mut())?;
        let counts = lengths.into_iter().map(i64::try_from);
        let counts: Vec<i64> = counts
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| exec_datafusion_err!("count: too many distinct values"))?;
        Ok(Arc::new(Int64Array::from(counts)))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (lengths, codes) = self.pairs.take(first(emit_to));
        let values = self.codes.decode(codes, self.pairs.values_mut())?;
        Ok(vec![lists(self.codes.kind(), &lengths, values)?])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = self.plain(values)?;
        let state = match counted(&values, opt_filter)? {
            None => lists(self.codes.kind(), &vec![1; values.len()], values)?,
            Some(rows) => {
                let lengths: Vec<usize> = rows.values().iter().map(usize::from).collect();
                lists(self.codes.kind(), &lengths, filter(&values, &rows)?)?
            }
        };
        Ok(vec![state])
    }

    fn size(&self) -> usize {
        size_of_val(self)
            + self.codes.size()
            + self.pairs.size()
            + self.batch.capacity() * size_of::<C::Code>()
    }
}
