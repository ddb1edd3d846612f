//! What a reader can work out from all that is published.

mod effort;

pub(crate) use effort::Effort;
