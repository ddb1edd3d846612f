//! Which aggregates are kept, and how groups are put together.

mod merging;
mod recognised;
mod stored_groups;
