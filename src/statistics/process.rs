//! The limits of a process: its mean, and how far points lie from it by common causes.

/// Limits lie that many mean moving ranges from the mean: 3 standard deviations, which are
/// estimated as the mean moving range / 1.128.
const LIMIT: f64 = 2.66;

/// Moving ranges of that many times their mean, or more, are left out by screening: their own
/// upper control limit.
const SCREEN: f64 = 3.267;

/// Mean and limits of points, NaN where they are not known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Process {
    /// How many points the limits are made of.
    pub points: usize,
    pub mean: f64,
    /// Process limits.
    pub lower: f64,
    pub upper: f64,
    /// Two thirds of the way to the process limits.
    pub near_lower: f64,
    pub near_upper: f64,
    /// Whether points differ from each other, so that a signal means anything.
    pub varies: bool,
}

impl Process {
    /// The process of the points in `y`, in order of time, NaN where one is missing; its limits are
    /// those of the first `baseline` of them. Writes the distance of each point from the one before
    /// to `ranges`, NaN where there is none.
    pub(crate) fn of(y: &[f64], screen: bool, baseline: usize, ranges: &mut [f64]) -> Self {
        let baseline = baseline.min(y.len());
        let mut before = f64::NAN;
        for (y, range) in y.iter().zip(&mut *ranges) {
            *range = (y - before).abs();
            before = *y;
        }
        let ranges = &ranges[..y.len()];
        let (y, first) = (&y[..baseline], &ranges[..baseline]);
        let (mut sum, mut points) = (0.0, 0);
        for y in y.iter().filter(|y| !y.is_nan()) {
            sum += y;
            points += 1;
        }
        let mut mean = sum / points as f64;
        let mut range = mean_below(first, f64::INFINITY);
        let varies = !range.is_nan() && ranges.iter().any(|range| *range > 0.0);
        if range > 0.0 && screen {
            range = mean_below(first, SCREEN * range);
        }
        if range == 0.0
            && let Some(first) = constant(y)
        {
            // Adding up rounds, and no point may lie beside the mean of equal points.
            mean = first;
        }
        let limit = LIMIT * range;
        let near = 2.0 * (limit / 3.0);
        Process {
            points,
            mean,
            lower: mean - limit,
            upper: mean + limit,
            near_lower: mean - near,
            near_upper: mean + near,
            varies,
        }
    }
}

/// Fewer released points than that make no process: they could not show a run.
const FEWEST: usize = 7;

/// The released points of which a process is made, as where they begin; None where there are too few.
/// They are those after the last missing one: what is withheld is small, and a mean of what is shown on
/// both sides of it would be too high.
pub(crate) fn unbroken(y: &[f64]) -> Option<usize> {
    let first = y.iter().rposition(|y| y.is_nan()).map_or(0, |at| at + 1);
    (y.len() - first >= FEWEST).then_some(first)
}

/// Whether a process will meet a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetReach {
    /// It will: the target lies on the other side of the limits.
    Pass,
    /// It will not, unless the process changes.
    Fail,
    /// Now and then.
    Inconsistent,
}

impl Process {
    /// Whether it will meet a target; where there are limits.
    pub(crate) fn reach(&self, target: f64, higher_is_better: bool) -> TargetReach {
        let out_of_reach = match target {
            target if target > self.upper => higher_is_better,
            target if target < self.lower => !higher_is_better,
            _ => return TargetReach::Inconsistent,
        };
        match out_of_reach {
            true => TargetReach::Fail,
            false => TargetReach::Pass,
        }
    }
}

/// The mean of the ranges below `bound`, NaN when there are none.
fn mean_below(ranges: &[f64], bound: f64) -> f64 {
    let (mut sum, mut count) = (0.0, 0);
    for range in ranges {
        if *range < bound {
            sum += range;
            count += 1;
        }
    }
    sum / f64::from(count)
}

/// What all points are, if they are all the same.
fn constant(y: &[f64]) -> Option<f64> {
    let mut points = y.iter().filter(|y| !y.is_nan());
    let first = *points.next()?;
    points.all(|y| *y == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(y: &[f64], screen: bool) -> (Process, Vec<f64>) {
        let mut ranges = vec![0.0; y.len()];
        (Process::of(y, screen, y.len(), &mut ranges), ranges)
    }

    #[test]
    fn a_missing_point_has_no_range_and_leaves_none_to_the_next() {
        let (process, ranges) = process(&[1.0, f64::NAN, 5.0, 7.0], true);
        assert_eq!(process.points, 3);
        assert_eq!(ranges[3], 2.0);
        assert!(ranges[..3].iter().all(|range| range.is_nan()));
        assert_eq!(process.upper, 13.0 / 3.0 + 2.66 * 2.0);
    }

    #[test]
    fn limits_of_the_first_points_do_not_see_the_others() {
        let y = [5.0, 6.0, 5.0, 6.0, 20.0, 30.0];
        let (four, _) = process(&y[..4], true);
        let mut ranges = vec![0.0; y.len()];
        let fixed = Process::of(&y, true, 4, &mut ranges);
        assert_eq!(fixed, four);
        assert_eq!(ranges[5], 10.0);
        // Equal points at first, and then another: that one lies outside.
        let fixed = Process::of(&[2.0, 2.0, 2.0, 3.0], true, 3, &mut ranges);
        assert_eq!((fixed.lower, fixed.upper, fixed.varies), (2.0, 2.0, true));
        // One point is no process, however many follow.
        let fixed = Process::of(&[2.0, f64::NAN, 3.0, 4.0], true, 2, &mut ranges);
        assert!(fixed.upper.is_nan() && !fixed.varies);
    }

    #[test]
    fn withheld_points_are_small_ones_and_no_process_spans_them() {
        let mut y = [12.0; 14];
        assert_eq!(unbroken(&y), Some(0));
        y[6] = f64::NAN;
        assert_eq!(unbroken(&y), Some(7));
        y[7] = f64::NAN;
        assert_eq!(unbroken(&y), None);
        assert_eq!(unbroken(&[]), None);
    }

    #[test]
    fn one_point_has_a_mean_and_no_limits() {
        let (process, _) = process(&[3.0], true);
        assert_eq!((process.mean, process.points), (3.0, 1));
        assert!(process.lower.is_nan() && process.upper.is_nan() && !process.varies);
    }

    #[test]
    fn equal_points_have_limits_at_their_mean() {
        // Ten times 0.1 is not 1 in binary numbers.
        for screen in [true, false] {
            let (process, _) = process(&[0.1; 10], screen);
            assert_eq!(
                (process.lower, process.mean, process.upper),
                (0.1, 0.1, 0.1)
            );
            assert!(!process.varies);
        }
    }
}
