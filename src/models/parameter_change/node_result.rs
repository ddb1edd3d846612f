//! What can be told of two plans, and why it cannot.

/// Why affected people cannot be told.
pub(in crate::models) type NotTold = &'static str;
/// What is told.
pub(in crate::models) type NodeResult<T> = Result<T, NotTold>;
