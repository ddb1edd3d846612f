//! Sums, means and variances of fractions over frames that slide.
//!
//! DataFusion takes a row that leaves a frame away from the sum again. What the row's size has rounded
//! off stays lost: after a cost of 1e12, or one that is no number, every later frame is wrong. Here the
//! rows of a frame lie in two stacks, whose parts are only ever added: the older half holds the total
//! from each of its rows to its end.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::Float64Type;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::Accumulator;

/// What is made of the numbers of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum MomentSums {
    Sum,
    Mean,
    /// Divided by the number of rows less this.
    Variance(u8),
    /// The square root of that.
    Deviation(u8),
}

/// The rows of a frame.
#[derive(Debug)]
pub(super) struct TotalsFrame {
    moment: MomentSums,
    /// Rows that leave first, last; each is the total of itself and those that leave after it.
    leaving: Vec<TotalsPart>,
    /// Rows that came since, and their total.
    coming: Vec<TotalsPart>,
    came: TotalsPart,
}

/// Numbers, by their count, sum, mean and squared deviations. A row of NULL has none.
#[derive(Debug, Clone, Copy, Default)]
struct TotalsPart {
    count: f64,
    sum: f64,
    mean: f64,
    squares: f64,
}

impl TotalsPart {
    fn of(number: Option<f64>) -> Self {
        number.map_or_else(TotalsPart::default, |number| TotalsPart {
            count: 1.0,
            sum: number,
            mean: number,
            squares: 0.0,
        })
    }

    fn and(self, other: Self) -> Self {
        if self.count == 0.0 {
            return other;
        }
        if other.count == 0.0 {
            return self;
        }
        let count = self.count + other.count;
        let apart = other.mean - self.mean;
        TotalsPart {
            count,
            sum: self.sum + other.sum,
            mean: self.mean + apart * other.count / count,
            squares: self.squares
                + other.squares
                + apart * apart * self.count * other.count / count,
        }
    }
}

impl TotalsFrame {
    /// A frame without rows.
    pub(super) fn new(moment: MomentSums) -> Self {
        TotalsFrame {
            moment,
            leaving: Vec::new(),
            coming: Vec::new(),
            came: TotalsPart::default(),
        }
    }

    fn leave(&mut self) -> Result<()> {
        if self.leaving.is_empty() {
            let mut total = TotalsPart::default();
            while let Some(row) = self.coming.pop() {
                total = row.and(total);
                self.leaving.push(total);
            }
            self.came = TotalsPart::default();
        }
        match self.leaving.pop() {
            Some(_) => Ok(()),
            None => exec_err!("a frame gives back more rows than it has"),
        }
    }

    fn result(&self) -> Option<f64> {
        let total = self
            .leaving
            .last()
            .copied()
            .unwrap_or_default()
            .and(self.came);
        let variance = |less: u8| {
            let divisor = total.count - f64::from(less);
            (divisor > 0.0).then(|| total.squares / divisor)
        };
        match self.moment {
            MomentSums::Sum => (total.count > 0.0).then_some(total.sum),
            MomentSums::Mean => (total.count > 0.0).then(|| total.sum / total.count),
            MomentSums::Variance(less) => variance(less),
            MomentSums::Deviation(less) => variance(less).map(f64::sqrt),
        }
    }
}

impl Accumulator for TotalsFrame {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for number in values[0].as_primitive::<Float64Type>() {
            let row = TotalsPart::of(number);
            self.came = self.came.and(row);
            self.coming.push(row);
        }
        Ok(())
    }

    /// Rows leave in the order in which they came.
    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        (0..values[0].len()).try_for_each(|_| self.leave())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.result()))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        exec_err!("a frame has no state that another step could go on with")
    }

    fn merge_batch(&mut self, _: &[ArrayRef]) -> Result<()> {
        exec_err!("a frame is not made of others")
    }

    fn size(&self) -> usize {
        size_of_val(self)
            + (self.leaving.capacity() + self.coming.capacity()) * size_of::<TotalsPart>()
    }
}
