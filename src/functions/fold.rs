//! What an aggregate keeps of a group of rows, and how it takes rows in.

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::Expr;

/// What is kept of one group; the default is that of no rows.
pub(crate) trait Kept: Default + Send + Sync {
    /// The types of the arrays that [`Kept::save`] makes.
    fn types() -> Vec<DataType>;

    /// States as arrays, one row for each.
    fn save(states: Vec<Self>) -> Result<Vec<ArrayRef>>;
}

/// What an aggregate keeps of a group of rows, and what it makes of that in the end.
pub(crate) trait Fold: Clone + Send + Sync + 'static {
    /// What is kept of one group.
    type State: Kept;

    /// Says what is wrong with arguments that are written out in the query, before a row is read.
    fn check(&self, _arguments: &[Expr]) -> Result<()> {
        Ok(())
    }

    /// Takes rows in: `values` are the arguments, and each of `rows` is a row of theirs with the
    /// index of its group in `states`. Gives the bytes that the states took beside themselves.
    fn update(
        &self,
        states: &mut [Self::State],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize>;

    /// Takes in what [`Kept::save`] made of other states of the same groups.
    fn merge(
        &self,
        states: &mut [Self::State],
        saved: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize>;

    /// The value of each group.
    fn finish(&self, states: Vec<Self::State>) -> Result<ArrayRef>;
}

/// Rows and the group that each belongs to.
#[derive(Clone, Copy)]
pub(crate) enum FoldRows<'a> {
    /// Row n belongs to group `groups[n]`, unless the filter leaves it out.
    Of(&'a [usize], Option<&'a BooleanArray>),
    /// That many rows, all of group 0.
    One(usize),
}

impl FoldRows<'_> {
    /// Calls `take` with each row and its group, in the order of the rows.
    pub(crate) fn each(self, mut take: impl FnMut(usize, usize) -> Result<()>) -> Result<()> {
        match self {
            FoldRows::One(rows) => (0..rows).try_for_each(|row| take(row, 0)),
            FoldRows::Of(groups, None) => {
                let mut rows = groups.iter().enumerate();
                rows.try_for_each(|(row, group)| take(row, *group))
            }
            FoldRows::Of(groups, Some(filter)) => {
                let mut rows = groups.iter().enumerate();
                rows.try_for_each(|(row, group)| {
                    if filter.is_valid(row) && filter.value(row) {
                        take(row, *group)
                    } else {
                        Ok(())
                    }
                })
            }
        }
    }
}

/// How many rows the columns of a call have.
pub(super) fn length(values: &[ArrayRef]) -> usize {
    values.first().map_or(0, Array::len)
}
