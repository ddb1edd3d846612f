//! Signals of special causes: what common causes do not explain.

use super::process::Process;

/// Why a point is a signal, the first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum XmrSignal {
    /// It lies outside the process limits.
    Outside,
    /// It is one of seven points or more, each above, or each below, the one before.
    Trend,
    /// It lies between near limit and limit, as another does of three points on one side.
    TwoInThree,
    /// It is one of seven points or more on one side of the mean.
    Shift,
}

impl XmrSignal {
    /// In a table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            XmrSignal::Outside => "outside",
            XmrSignal::Trend => "trend",
            XmrSignal::TwoInThree => "two in three",
            XmrSignal::Shift => "shift",
        }
    }
}

/// Points that make a trend or a shift.
const RUN: usize = 7;

/// Finds signals; the buffers are used again for the next series.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    /// Of each point: its signal.
    pub of: Vec<Option<XmrSignal>>,
    /// Of each point: 1 above the mean, −1 below, 0 on it or missing.
    pub sides: Vec<i8>,
    /// Of each point: 1 in a trend upwards, −1 in one downwards, 0 in none. A point where one turns
    /// into the other belongs to the later.
    pub trends: Vec<i8>,
    near: Vec<bool>,
}

impl Signals {
    /// Where a point goes: a trend for the better begins on the wrong side of the mean, so a point of
    /// one goes where the trend does, and another lies on its side of the mean.
    pub(crate) fn direction(&self, point: usize) -> i8 {
        match (self.trends.get(point), self.sides.get(point)) {
            (Some(0) | None, side) => side.copied().unwrap_or(0),
            (Some(trend), _) => *trend,
        }
    }

    /// The signals of the points in `y`, in order of time, NaN where one is missing: runs end there.
    pub(crate) fn find(&mut self, y: &[f64], process: &Process) {
        self.of.clear();
        self.of.resize(y.len(), None);
        self.trends.clear();
        self.trends.resize(y.len(), 0);
        self.sides.clear();
        let mean = process.mean;
        let sides = y.iter().map(|y| i8::from(*y > mean) - i8::from(*y < mean));
        self.sides.extend(sides);
        if !process.varies {
            return;
        }
        let outside = |y: f64| y > process.upper || y < process.lower;
        let near = |y: f64| (y > process.near_upper || y < process.near_lower) && !outside(y);
        self.near.clear();
        self.near.extend(y.iter().map(|y| near(*y)));
        // From the last in the order of signals to the first, which is written over the others.
        self.mark_shifts();
        self.mark_two_in_three();
        self.mark_trends(y);
        for (signal, y) in self.of.iter_mut().zip(y) {
            if outside(*y) {
                *signal = Some(XmrSignal::Outside);
            }
        }
    }

    fn mark_shifts(&mut self) {
        let mut start = 0;
        for end in 1..=self.sides.len() {
            let side = self.sides[start];
            if self.sides.get(end) == Some(&side) {
                continue;
            }
            if side != 0 && end - start >= RUN {
                self.of[start..end].fill(Some(XmrSignal::Shift));
            }
            start = end;
        }
    }

    fn mark_two_in_three(&mut self) {
        for first in 0..self.sides.len().saturating_sub(2) {
            let three = first..first + 3;
            let side: i8 = self.sides[three.clone()].iter().sum();
            let near = self.near[three.clone()].iter().filter(|near| **near);
            if side.abs() == 3 && near.count() >= 2 {
                for point in three {
                    if self.near[point] {
                        self.of[point] = Some(XmrSignal::TwoInThree);
                    }
                }
            }
        }
    }

    fn mark_trends(&mut self, y: &[f64]) {
        // Where the steps of one direction began, and that direction.
        let (mut start, mut direction) = (0, 0);
        for point in 1..=y.len() {
            let step = match y.get(point) {
                Some(y_here) => {
                    let before = y[point - 1];
                    i8::from(*y_here > before) - i8::from(*y_here < before)
                }
                None => 0,
            };
            if step == direction {
                continue;
            }
            if direction != 0 && point - start >= RUN {
                self.of[start..point].fill(Some(XmrSignal::Trend));
                self.trends[start..point].fill(direction);
            }
            (start, direction) = (point - 1, step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signals(y: &[f64]) -> Vec<Option<&'static str>> {
        let process = Process::of(y, true, y.len(), &mut vec![0.0; y.len()]);
        let mut signals = Signals::default();
        signals.find(y, &process);
        signals.of.iter().map(|s| s.map(XmrSignal::name)).collect()
    }

    #[test]
    fn six_steps_are_a_trend_and_five_are_none() {
        let mut y = vec![
            5.0, 5.1, 4.9, 4.0, 4.4, 4.8, 5.2, 5.6, 6.0, 6.4, 5.0, 4.9, 5.1,
        ];
        let found = signals(&y);
        let trend: Vec<usize> = (0..y.len())
            .filter(|i| found[*i] == Some("trend"))
            .collect();
        assert_eq!(
            (&trend[..], found[9]),
            (&[3, 4, 5, 6, 7, 8][..], Some("outside"))
        );
        y[9] = 6.0;
        assert!(!signals(&y).contains(&Some("trend")));
    }

    #[test]
    fn a_trend_has_a_direction_and_its_turn_belongs_to_the_next() {
        let mut y: Vec<f64> = (1..=8).map(f64::from).collect();
        y.extend((1..=7).rev().map(f64::from));
        y.extend([1.0, 5.0]);
        let process = Process::of(&y, true, y.len(), &mut vec![0.0; y.len()]);
        let mut signals = Signals::default();
        signals.find(&y, &process);
        let mut expected = vec![1; 7];
        expected.extend([-1; 8]);
        expected.extend([0, 0]);
        assert_eq!(signals.trends, expected);
    }

    #[test]
    fn a_missing_point_ends_a_run() {
        let mut y: Vec<f64> = [1.0, 1.2].repeat(7);
        y.extend([1.3, 1.5].repeat(7));
        assert_eq!(signals(&y)[16], Some("shift"));
        for missing in [5, 11, 17, 23] {
            y[missing] = f64::NAN;
        }
        assert!(!signals(&y).contains(&Some("shift")));
    }
}
