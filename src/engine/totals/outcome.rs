//! What is made of a sum of whole numbers and the number of its rows.

/// What is made of a sum of whole numbers and the number of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Outcome {
    Sum,
    Mean,
}
