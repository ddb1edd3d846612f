//! A figure of an answer.

use crate::figures::FigureRow;

/// A figure and the release that it is of.
pub(super) struct FigureOf {
    /// The release.
    pub release: String,
    /// The figure.
    pub row: FigureRow,
}
