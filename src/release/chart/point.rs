//! Points of a chart, and series of them.

/// One series of points, as many as there are categories.
#[derive(Debug, Clone)]
pub(in crate::release) struct ChartSeries {
    pub name: String,
    pub points: Vec<Point>,
    /// Whether it is that of the whole, beside its parts.
    pub is_whole: bool,
}

/// A point of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::release) enum Point {
    /// A figure with its limits.
    Value(f64, Option<(f64, f64)>),
    /// Suppressed: drawn as a sign of its own, never as zero.
    Suppressed,
    /// There is nothing to draw.
    Nothing,
}

impl Point {
    /// The figure, when there is one.
    pub(in crate::release) fn value(self) -> Option<f64> {
        match self {
            Point::Value(value, _) => Some(value),
            _ => None,
        }
    }

    /// Its 95% limits, when it has them.
    pub(in crate::release) fn limits(self) -> Option<(f64, f64)> {
        match self {
            Point::Value(_, limits) => limits,
            _ => None,
        }
    }
}

impl ChartSeries {
    /// Whether any point has confidence limits.
    pub(in crate::release) fn has_limits(&self) -> bool {
        self.points.iter().any(|point| point.limits().is_some())
    }

    /// Whether any point is suppressed.
    pub(in crate::release) fn has_suppressed(&self) -> bool {
        self.points.contains(&Point::Suppressed)
    }
}
