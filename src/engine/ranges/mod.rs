//! Files whose rows lie in order, spread over threads by ranges of their first column.
//!
//! A window or a group by that column then needs no rows of another thread, and what lies sorted is
//! not sorted again. DataFusion believes what it is told here, and would give wrong figures for a wrong
//! order: it follows from what the writer of each file saw ([`SortOrder`]), and of a table that has
//! one file of which nothing is known, nothing is told.

use crate::lake::{DataFile, SortOrder};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::stats::Precision;
use datafusion::common::{ScalarValue, SplitPoint, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::FileGroup;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{LexOrdering, Partitioning, PhysicalSortExpr, RangePartitioning};
use std::ops::Range;
use std::sync::Arc;

/// A thread may have so much more than its share, in hundredths: with more the others wait too long.
const MOST_OF_A_SHARE: u64 = 125;

/// Files in groups of about equal size: rows of a group have a larger first column than those of all
/// groups before.
pub(super) struct Ranges {
    /// One group a thread.
    pub(super) groups: Vec<FileGroup>,
    /// Where each group after the first begins. One group is not said to be a range: DataFusion 55 does not
    /// run a union of such ones.
    pub(super) partitioning: Option<Partitioning>,
    /// How the rows of each group are sorted, if they are.
    pub(super) order: Option<LexOrdering>,
}

/// Row groups of a file that follow on each other: their bytes, and bounds of their first column.
#[derive(Clone, Copy)]
struct Piece<'a> {
    file: &'a DataFile,
    from: u64,
    to: u64,
    /// None is NULL, which comes after all numbers.
    low: Option<i64>,
    high: Option<i64>,
}

/// Columns by which files are sorted, with their places in the table and their types.
type SortColumns<'a> = Vec<(usize, &'a str, &'a DataType)>;

impl Ranges {
    /// Spreads `files` over `wanted` groups; `part` makes what is read of a file. None when something
    /// is not known of a file, or when they cannot be spread evenly.
    pub(super) fn of(
        files: &[DataFile],
        schema: &SchemaRef,
        wanted: usize,
        part: impl Fn(&DataFile) -> PartitionedFile,
    ) -> Option<Ranges> {
        let orders: Option<Vec<&SortOrder>> =
            files.iter().map(|file| file.order.as_deref()).collect();
        let columns = columns(&orders?, schema);
        let (at, name, kind) = *columns.first()?;
        let mut pieces: Vec<Piece> = files.iter().flat_map(pieces).collect();
        pieces.sort_by_key(|piece| (piece.low.is_none(), piece.low, piece.high));
        let runs = apart(&pieces);
        // Rows of NULL are in one order as they come.
        let in_order = |run: &Range<usize>| run.len() == 1 || pieces[run.start].low.is_none();
        let sorted = runs.iter().all(in_order);
        let mut groups = Vec::new();
        let mut splits = Vec::new();
        for group in spread(&pieces, &runs, wanted)? {
            let mut group = pieces[group].to_vec();
            if !groups.is_empty() {
                splits.push(SplitPoint::new(vec![number(group[0].low, kind)?]));
            }
            if !sorted {
                // In no order: then each file is opened once.
                group.sort_by_key(|piece| (&piece.file.path, piece.from));
            }
            let parts = joined(&group).into_iter().map(|piece| {
                let part = piece.part(&part);
                match sorted {
                    true => Some(part.with_statistics(piece.bounds(&columns, schema)?)),
                    false => Some(part),
                }
            });
            groups.push(FileGroup::new(parts.collect::<Option<_>>()?));
        }
        let first = LexOrdering::new([ascending(at, name)])?;
        let partitioning = match splits.is_empty() {
            true => None,
            false => Some(Partitioning::Range(
                RangePartitioning::try_new(first, splits).ok()?,
            )),
        };
        let order = columns.iter().map(|(at, name, _)| ascending(*at, name));
        Some(Ranges {
            groups,
            partitioning,
            order: LexOrdering::new(order).filter(|_| sorted),
        })
    }
}

/// The columns by which all files are sorted.
fn columns<'a>(orders: &[&'a SortOrder], schema: &'a SchemaRef) -> SortColumns<'a> {
    let Some((first, others)) = orders.split_first() else {
        return Vec::new();
    };
    let by = first.by.iter().enumerate();
    let all = by.take_while(|(at, name)| others.iter().all(|o| o.by.get(*at) == Some(*name)));
    let known = all.map_while(|(_, name)| {
        let at = schema.index_of(name).ok()?;
        let kind = schema.field(at).data_type();
        SortOrder::can_be_by(kind).then_some((at, name.as_str(), kind))
    });
    known.collect()
}

/// NULL comes last in the first of these columns, and stands in none of the others.
fn ascending(at: usize, name: &str) -> PhysicalSortExpr {
    PhysicalSortExpr::new_default(Arc::new(Column::new(name, at))).nulls_last()
}

fn pieces(file: &DataFile) -> Vec<Piece<'_>> {
    let Some(order) = &file.order else {
        return Vec::new();
    };
    let piece = |(from, low), (to, high)| Piece {
        file,
        from,
        to,
        low,
        high,
    };
    if order.starts.is_empty() {
        return vec![piece((0, None), (file.size, None))];
    }
    let starts = order.starts.iter();
    let ends = starts.clone().skip(1);
    let ends = ends.map(|(at, next)| (*at, Some(next - 1)));
    let ends = ends.chain([(file.size, order.last)]);
    let starts = starts.map(|(at, low)| (*at, Some(*low)));
    starts
        .zip(ends)
        .map(|(start, end)| piece(start, end))
        .collect()
}

/// Pieces, which come by their bounds, in runs that have no value in common.
fn apart(pieces: &[Piece]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut highest = None;
    for (at, piece) in pieces.iter().enumerate() {
        let goes_on = match piece.low {
            Some(_) => highest >= piece.low,
            None => at > 0 && pieces[at - 1].low.is_none(),
        };
        match runs.last_mut() {
            Some(run) if goes_on => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
        highest = highest.max(piece.high);
    }
    runs
}

/// Spreads runs over so many groups of pieces; None when that is not even.
fn spread(pieces: &[Piece], runs: &[Range<usize>], wanted: usize) -> Option<Vec<Range<usize>>> {
    let wanted = wanted.max(1) as u64;
    let bytes = |run: &Range<usize>| -> u64 {
        let sizes = pieces[run.clone()]
            .iter()
            .map(|piece| piece.to - piece.from);
        sizes.sum()
    };
    let total: u64 = runs.iter().map(bytes).sum();
    let mut groups: Vec<(Range<usize>, u64)> = Vec::new();
    let mut before = 0;
    for run in runs {
        let size = bytes(run);
        let group = (before + size / 2) * wanted / total.max(1);
        before += size;
        let begins = groups.len() as u64 <= group;
        match groups.last_mut() {
            Some((all, filled)) if !begins => {
                all.end = run.end;
                *filled += size;
            }
            _ => groups.push((run.clone(), size)),
        }
    }
    let most = total * MOST_OF_A_SHARE / (100 * wanted);
    let even = groups.len() as u64 == wanted && groups.iter().all(|(_, size)| *size <= most);
    even.then(|| groups.into_iter().map(|(all, _)| all).collect())
}

/// Pieces of a file that follow on each other in one.
fn joined<'a>(pieces: &[Piece<'a>]) -> Vec<Piece<'a>> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match joined.last_mut() {
            Some(last) if last.file.path == piece.file.path && last.to == piece.from => {
                last.to = piece.to;
                last.high = piece.high;
            }
            _ => joined.push(*piece),
        }
    }
    joined
}

impl Piece<'_> {
    fn part(&self, part: impl Fn(&DataFile) -> PartitionedFile) -> PartitionedFile {
        let part = part(self.file);
        let starts = self.file.order.iter().flat_map(|order| &order.starts);
        let begin = starts.map(|(at, _)| *at).next().unwrap_or_default();
        if self.from == begin && self.to == self.file.size {
            return part;
        }
        let place = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
        part.with_range(place(self.from), place(self.to))
    }

    /// What DataFusion wants to see before it believes that files follow on each other. Of columns
    /// after the first it may see any bounds: the first alone tells files apart.
    fn bounds(&self, columns: &SortColumns, schema: &SchemaRef) -> Option<Arc<Statistics>> {
        let mut bounds = Statistics::new_unknown(schema);
        for (nth, (at, _, kind)) in columns.iter().enumerate() {
            let (low, high) = match nth {
                0 => (number(self.low, kind)?, number(self.high, kind)?),
                _ => (ScalarValue::min(kind)?, ScalarValue::max(kind)?),
            };
            let column = bounds.column_statistics.get_mut(*at)?;
            column.min_value = Precision::Inexact(low);
            column.max_value = Precision::Inexact(high);
        }
        Some(Arc::new(bounds))
    }
}

fn number(value: Option<i64>, kind: &DataType) -> Option<ScalarValue> {
    ScalarValue::Int64(value).cast_to(kind).ok()
}

#[cfg(test)]
mod tests;
