//! New rows and stored rows become the next version of each table: the newest version of a record wins.

pub(super) mod commit;
pub(super) mod content;
pub(super) mod exclusions;
pub(super) mod newest;
